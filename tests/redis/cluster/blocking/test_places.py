"""Which node serves a slot, from threads: owners, readers, and what follows when the map changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.places import Places
from framewire.redis.cluster.decisions import Asked, Send
from framewire.redis.cluster.slot_map import Shard, SlotMap

ONE, TWO, COPY = Address("10.0.0.1", 1), Address("10.0.0.2", 2), Address("10.0.0.3", 3)

MAP = SlotMap((Shard(ONE, (COPY,), ((0, 99),)), Shard(TWO, (), ((200, 299),))), ids={ONE: "one"})


def places_of(**options: Any) -> Places:
    made = Options(startup_nodes=[ONE], **options)
    places = Places(made, Opener(made), {})
    learn(places, MAP)
    return places


def learn(places: Places, slot_map: SlotMap) -> None:
    """As if a node had told it."""
    with places.lock:
        if not places.topology.refreshing.is_running:
            places.topology.begin_refresh()
        places._refreshed(places.topology.refreshed(ONE, slot_map))


@pytest.fixture
def places() -> Iterator[Places]:
    places = places_of()
    yield places
    places.close()


def test_a_slot_has_its_owner(places: Places) -> None:
    for slot, owner in ((0, ONE), (99, ONE), (200, TWO)):
        node = places.choose(slot)
        assert node is not None and node.address == owner
        assert places.by_slot[slot] is node
    assert places.choose(100) is None
    assert places.by_slot[100] is None


def test_without_a_slot_it_is_any_primary_that_is_well(places: Places) -> None:
    assert {places.choose(None).address for _ in range(60)} == {ONE, TWO}  # type: ignore[union-attr]
    assert {places.choose(None, avoid=ONE).address for _ in range(9)} == {TWO}  # type: ignore[union-attr]
    places.lost(TWO)
    assert {places.choose(None).address for _ in range(9)} == {ONE}  # type: ignore[union-attr]
    places.lost(ONE)
    assert {places.choose(None).address for _ in range(60)} == {ONE, TWO}  # type: ignore[union-attr]


def test_reads_go_where_the_options_say() -> None:
    places = places_of(read_from="any")
    assert {places.choose(5, reads=True).address for _ in range(4)} == {ONE, COPY}  # type: ignore[union-attr]
    assert {places.choose(5).address for _ in range(4)} == {ONE}  # type: ignore[union-attr]
    assert places.choose(100, reads=True) is None
    places.close()


def test_the_nearest_is_who_has_answered_soonest() -> None:
    places = places_of(read_from="nearest")
    places.heard(ONE, 0.5)
    places.heard(COPY, 0.1)
    assert places.choose(5, reads=True).address == COPY  # type: ignore[union-attr]
    places.close()


def test_a_redirect_changes_one_slot(places: Places) -> None:
    before = places.choose(5)
    decision = places.refused(Asked(ONE, 5), f"MOVED 5 {TWO}")
    assert isinstance(decision, Send) and decision.to == TWO
    assert places.by_slot[5] is None
    assert places.choose(5) is places.choose(200)
    assert places.choose(6) is before
    assert places.refused(Asked(ONE, 5), "WRONGTYPE no") is None


def test_a_new_map_keeps_nodes_and_lets_those_go_that_are_gone(places: Places) -> None:
    one, two = places.choose(0), places.choose(200)
    learn(places, SlotMap((Shard(ONE, (), ((0, 299),)),)))
    assert places.choose(200) is one
    assert places.nodes.known(TWO) is None
    assert two is not None and not two.closed  # it may still answer


def test_a_renewed_node_is_in_all_its_slots(places: Places) -> None:
    before = places.choose(0)
    assert before is not None
    renewed = places.renew(before)
    assert renewed is not before
    assert {id(node) for node in places.by_slot[:100]} == {id(renewed)}
    assert places.renew(before) is renewed


def test_who_has_lost_slots_knows_nothing_of_their_keys() -> None:
    places = places_of(cache=CacheConfig())
    one, two = places.choose(0), places.choose(200)
    assert one is not None and two is not None and one.cached is not None and two.cached is not None
    for node in (one, two):
        entry = node.cached.cache.begin(b"GET a", [b"a"])  # type: ignore[union-attr]
        node.cached.cache.fill(entry, b"1", 0.0)  # type: ignore[union-attr]
    learn(places, SlotMap((Shard(ONE, (), ((0, 98),)), Shard(TWO, (), ((99, 99), (200, 299))))))
    assert (len(one.cached.cache), len(two.cached.cache)) == (0, 1)
    places.close()


def test_what_a_node_is_called_from_here(places: Places) -> None:
    assert places.locate("one", Address("127.0.0.1", 9)) == ONE
    assert places.locate("other", Address("127.0.0.1", 9)) == ("127.0.0.1", 9)
    behind_nat = places_of(address_remap=lambda address: ("nat", address[1]))
    assert behind_nat.locate("other", Address("127.0.0.1", 9)) == ("nat", 9)
    behind_nat.close()
