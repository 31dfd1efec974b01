"""Who asks for the slot map, from threads: one at a time, the next where one is slow, and never for the last time."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any
from weakref import ref

import pytest

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.errors import ConnectionError, ResponseError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.cluster.blocking import refreshing
from framewire.redis.cluster.blocking.places import Places
from tests.redis.cluster.blocking.played import QUICK, USUAL, PlayedCluster, played, routed
from tests.waiting import PATIENCE, until


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


def places_of(cluster: PlayedCluster, **options: Any) -> Places:
    usual: dict[str, Any] = {"protocol": 2, "lib_name": None, "retry": QUICK}
    made = Options(**{"startup_nodes": [node.address for node in cluster.nodes], **usual, **options})
    return Places(made, Opener(made), {})


@pytest.fixture
def places(cluster: PlayedCluster) -> Iterator[Places]:
    places = places_of(cluster)
    yield places
    places.close()


def wait_for(over: threading.Event) -> None:
    """A node that says nothing until then, and what is usual then."""
    over.wait(PATIENCE)


def refresh(places: Places) -> None:
    """One that ends."""
    with places.lock:
        rounds = places.refresher.rounds
        places.topology.refreshing.want(at_once=True)
        places.refresher.plan()
    until(lambda: places.refresher.rounds > rounds)


def test_the_map_and_who_is_told_of_it(cluster: PlayedCluster, places: Places) -> None:
    told: list[int] = []
    places.on_map.append(lambda: told.append(places.lock.acquire(blocking=False) and places.lock.release() is None))
    refresh(places)
    assert set(places.topology.primaries) == {node.address for node in cluster.nodes}
    assert [node is not None and node.address for node in places.by_slot] == [n.address for n in cluster.owners]
    until(lambda: told == [True])  # without the lock


def test_a_slow_node_is_not_waited_for_alone(
    cluster: PlayedCluster, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first that answers counts; who is asked twice is asked by one link."""
    monkeypatch.setattr(refreshing, "HEDGE_SECONDS", 0.01)
    over = threading.Event()
    for node in cluster.nodes[:2]:
        node.script = lambda words: wait_for(over) if words[0] == b"CLUSTER" else USUAL
    refresh(places)
    assert places.topology.primaries
    assert cluster.nodes[2].asked == [[b"CLUSTER", b"SLOTS"]]
    over.set()


def test_who_answers_late_does_so_in_vain(
    cluster: PlayedCluster, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "HEDGE_SECONDS", 0.01)
    for _ in range(3):
        refresh(places)
    version = places.topology.version
    cluster.move(b"a", cluster.other_than(cluster.owner_of(b"a")))
    refresh(places)
    assert places.topology.version > version


def test_what_a_node_will_always_say_is_told_at_once(cluster: PlayedCluster) -> None:
    """And that node is well: it has answered."""
    for node in cluster.nodes:
        node.script = lambda words: b"-ERR no cluster\r\n" if words[0] == b"CLUSTER" else USUAL
    with routed(cluster) as route:
        with pytest.raises(ResponseError, match="ERR no cluster") as refused:
            route.call((b"GET", b"key"), None, PATIENCE)
        assert refused.value.fate is Fate.NOT_EXECUTED
        assert not route.places.topology.failures


@pytest.mark.parametrize("answer", [b"-LOADING\r\n", b"*0\r\n", b":1\r\n", b"*1\r\n*1\r\n:5\r\n"])
def test_answers_that_are_no_map(cluster: PlayedCluster, places: Places, answer: bytes) -> None:
    for node in cluster.nodes:
        node.script = lambda words: answer if words[0] == b"CLUSTER" else USUAL
    refresh(places)
    assert isinstance(places.refresher.failure, ConnectionError)
    assert places.refresher.failures == 1 and not places.topology.primaries
    for node in cluster.nodes:
        node.script = lambda words: USUAL
    until(lambda: places.topology.primaries and not places.refresher.failures)
    assert places.refresher.failure is None


def test_what_nobody_has_foreseen_is_not_the_last_refresh(
    cluster: PlayedCluster, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of who was asked for credentials."""
    start = Link.start
    monkeypatch.setattr(Link, "start", lambda *args: 1 / 0)
    refresh(places)
    assert "division by zero" in str(places.refresher.failure)
    monkeypatch.setattr(Link, "start", start)
    until(lambda: places.topology.primaries)


def test_waiting_ends_with_the_deadline_and_with_closing(cluster: PlayedCluster, places: Places) -> None:
    for node in cluster.nodes:
        node.script = lambda words: None if words[0] != b"CLUSTER" else b"-LOADING not yet\r\n"
    with places.lock:
        assert not places.refresher.wait_for_round(0.0)
    places.close()
    with places.lock:
        assert places.refresher.wait_for_round(float("inf"))


def test_a_route_that_is_forgotten_has_no_thread(cluster: PlayedCluster) -> None:
    places = places_of(cluster)
    refresh(places)
    reader = places.refresher._reader
    places.nodes.close()
    gone = ref(places)
    del places
    until(lambda: gc.collect() >= 0 and gone() is None)
    reader.wake()
    until(lambda: not reader._runs)


def test_a_node_that_says_nothing_at_all_ends_in_time(cluster: PlayedCluster) -> None:
    over = threading.Event()
    for node in cluster.nodes:
        node.script = lambda words: wait_for(over)
    places = places_of(cluster, socket_connect_timeout=0.05)
    refresh(places)
    assert isinstance(places.refresher.failure, ConnectionError)
    assert not isinstance(places.refresher.failure, TimeoutError)
    over.set()
    places.close()
