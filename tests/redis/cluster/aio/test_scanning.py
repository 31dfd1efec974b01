"""A page of SCAN, from asyncio: its steps are taken, its errors are told where they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

from framewire.redis.client.errors import ConnectionError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import scanning
from framewire.redis.cluster.aio.route import ClusterRoute
from framewire.redis.cluster.scanning import AskNode, NewMap
from tests.redis.cluster.aio.played import PlayedCluster
from tests.waiting import PATIENCE

SCAN = (b"SCAN", 0)

Steps = Generator[Any, Any, Any]


@pytest.fixture
def stepping(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Steps]], None]:
    """Have a page take these steps."""
    return lambda steps: monkeypatch.setattr(scanning, "scan_page", steps)


async def test_nodes_are_asked_and_maps_waited_for(cluster: PlayedCluster, route: ClusterRoute, stepping: Any) -> None:
    def steps(request: Any, owners: Any, locate: Any) -> Steps:
        assert request == SCAN
        cluster.owners = [cluster.nodes[1]] * len(cluster.owners)
        before = route.places.topology.version
        yield NewMap()
        assert route.places.topology.version > before and set(owners) == {cluster.nodes[1].address}
        replies = []
        for node in cluster.nodes:
            replies.append((yield AskNode(node.address, (b"ECHO", b"%d" % node.address.port))))
        return [0, replies]

    stepping(steps)
    page = await route.call(SCAN, tuple, PATIENCE)
    assert page == (0, [b"%d" % node.address.port for node in cluster.nodes])
    assert all(node.names() == [b"ECHO"] for node in cluster.nodes)


async def test_errors_are_thrown_where_they_were_asked_for(route: ClusterRoute, stepping: Any) -> None:
    def steps(*_: Any) -> Steps:
        try:
            yield AskNode(Address("127.0.0.1", 1), (b"PING",))
        except ConnectionError as error:
            return [0, [str(error)]]

    stepping(steps)
    page = await route.call(SCAN, None, PATIENCE)
    assert "could not connect" in page[1][0]


async def test_no_redirect_is_followed(cluster: PlayedCluster, route: ClusterRoute, stepping: Any) -> None:
    """It is a question to that node."""
    node = cluster.owner_of(b"a")

    def steps(*_: Any) -> Steps:
        yield AskNode(cluster.other_than(node).address, (b"GET", b"a"))

    stepping(steps)
    with pytest.raises(Exception, match="MOVED"):
        await route.call(SCAN, None, PATIENCE)
    assert not node.names()
