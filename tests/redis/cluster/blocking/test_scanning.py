"""A page of SCAN, from threads: its steps are taken, its errors are told where they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from framewire.redis.client.errors import ConnectionError, TimeoutError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking import scanning
from framewire.redis.cluster.blocking.route import ClusterRoute
from framewire.redis.cluster.scanning import AskNode, NewMap
from tests.redis.cluster.blocking.played import USUAL, PlayedCluster, played, routed
from tests.waiting import PATIENCE

SCAN = (b"SCAN", 0)

Steps = Generator[Any, Any, Any]


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


@pytest.fixture
def route(cluster: PlayedCluster) -> Iterator[ClusterRoute]:
    with routed(cluster) as route:
        yield route


@pytest.fixture
def stepping(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Steps]], None]:
    """Have a page take these steps."""

    def step(steps: Callable[..., Steps]) -> None:
        monkeypatch.setattr(scanning, "scan_page", steps)

    return step


def test_nodes_are_asked_and_maps_waited_for(cluster: PlayedCluster, route: ClusterRoute, stepping: Any) -> None:
    def steps(request: Any, owners: Any, locate: Any) -> Steps:
        yield NewMap()
        assert owners[0] == cluster.owners[0].address
        replies = []
        for node in cluster.nodes:
            replies.append((yield AskNode(node.address, (b"ECHO", b"%d" % node.address.port))))
        return [0, replies]

    stepping(steps)
    page = route.call(SCAN, tuple, PATIENCE)
    assert page == (0, [b"%d" % node.address.port for node in cluster.nodes])
    assert all(node.names() == [b"ECHO"] for node in cluster.nodes)


def test_errors_are_thrown_where_they_were_asked_for(route: ClusterRoute, stepping: Any) -> None:
    def steps(*_: Any) -> Steps:
        try:
            yield AskNode(Address("127.0.0.1", 1), (b"PING",))
        except ConnectionError as error:
            return [0, [str(error)]]

    stepping(steps)
    assert "could not connect" in route.call(SCAN, None, PATIENCE)[1][0]


def test_no_redirect_is_followed(cluster: PlayedCluster, route: ClusterRoute, stepping: Any) -> None:
    """It is a question to that node."""
    node = cluster.owner_of(b"a")
    other = cluster.other_than(node)

    def steps(*_: Any) -> Steps:
        yield AskNode(other.address, (b"GET", b"a"))

    stepping(steps)
    with pytest.raises(Exception, match="MOVED"):
        route.call(SCAN, None, PATIENCE)
    assert not node.names()


def test_a_map_is_not_waited_for_behind_the_deadline(
    cluster: PlayedCluster, route: ClusterRoute, stepping: Any
) -> None:
    def steps(*_: Any) -> Steps:
        while True:
            yield NewMap()

    for node in cluster.nodes:
        node.script = lambda words: b"-LOADING not yet\r\n" if words[0] == b"CLUSTER" else USUAL
    stepping(steps)
    with pytest.raises(TimeoutError, match="SCAN waited for a map of the slots"):
        route.call(SCAN, None, 0.1)
