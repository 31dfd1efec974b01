"""What a topology says of subscriptions that were refused. (What it decides by is said in its own tests.)"""

from __future__ import annotations

import pytest

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.subscriptions.places import TopologyPlaces, Turn
from framewire.redis.cluster.topology import Topology

FIRST, SECOND = Address("10.0.0.1", 7001), Address("10.0.0.2", 7002)
SLOTS = [[0, 9999, [b"10.0.0.1", 7001, b"a" * 40]], [10000, 16383, [b"10.0.0.2", 7002, b"b" * 40]]]


@pytest.fixture
def topology() -> Topology:
    made = Topology([FIRST], clock=lambda: 1000.0, chance=lambda: 0.5, settings=Settings(max_redirects=4))
    made.begin_refresh()
    made.refreshed(FIRST, SLOTS)
    return made


def test_it_shows_the_map_as_it_is_at_the_moment(topology: Topology) -> None:
    places = TopologyPlaces(topology)
    assert places.owners[9999] == FIRST and places.owners[10000] == SECOND
    assert set(places.primaries) == set(places.nodes) == {FIRST, SECOND}
    places.turned_away(FIRST, 5, "MOVED 5 10.0.0.2:7002", 0)
    assert places.owners[5] == SECOND


@pytest.mark.parametrize(("text", "attempts", "expected"), [
    ("MOVED 5 10.0.0.2:7002", 0, Turn(SECOND)),
    ("MOVED 5 :7002", 0, Turn(Address("10.0.0.1", 7002))),
    ("MOVED 5 10.0.0.2:7002", 4, Turn(hopeless=True)),
    ("NOPERM this user has no permissions", 0, None),
    ("ERR unknown command", 0, None),
])  # fmt: skip
def test_a_refusal(topology: Topology, text: str, attempts: int, expected: Turn | None) -> None:
    assert TopologyPlaces(topology).turned_away(FIRST, 5, text, attempts) == expected


def test_a_node_that_names_itself_needs_a_new_link(topology: Topology) -> None:
    turn = TopologyPlaces(topology).turned_away(FIRST, 5, "MOVED 5 10.0.0.1:7001", 0)
    assert turn is not None and turn.to == FIRST and turn.anew


def test_what_passes_is_looked_up_again_later(topology: Topology) -> None:
    turn = TopologyPlaces(topology).turned_away(FIRST, 5, "CLUSTERDOWN Hash slot not served", 1)
    assert turn is not None and turn.to is None and turn.after > 0 and not turn.hopeless


def test_a_loss_makes_the_topology_want_a_new_map(topology: Topology) -> None:
    before = topology.refresh_at
    TopologyPlaces(topology).lost(FIRST)
    assert topology.refresh_at is not None and (before is None or topology.refresh_at < before)
    assert FIRST in topology.failures
