"""The nodes that there are links to: made when they are needed, kept, renewed, and ended when they have left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import nodes as module
from framewire.redis.cluster.aio.nodes import ClusterNode, Nodes
from framewire.redis.cluster.told import options_at
from tests.redis.cluster.aio.played import PlayedCluster, options_of, played, route_to
from tests.redis.cluster.played import SILENT, USUAL
from tests.waiting import PATIENCE, until_in_loop


class Redirects:
    """Takes nothing over, and counts what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def refused(self, node: Any, call: Any, error: Any) -> bool:
        self.told.append("refused")
        return False

    def failed(self, node: Any, call: Any, error: Any) -> bool:
        self.told.append("failed")
        return False

    def silent(self, node: Any) -> None:
        self.told.append("silent")

    def enter_loop(self) -> None:
        self.told.append("link")


@pytest.fixture
async def cluster() -> AsyncIterator[PlayedCluster]:
    async with played(2) as cluster:
        yield cluster


@pytest.fixture
async def nodes(cluster: PlayedCluster) -> AsyncIterator[Nodes]:
    options = options_of(cluster)
    nodes = Nodes(options, Opener(options), Redirects(), Attempts(), {})
    yield nodes
    await nodes.close()


def ask(node: ClusterNode, *words: bytes) -> asyncio.Future[Any]:
    return node.call(words, None, PATIENCE)


async def test_one_for_each_address_which_connects_when_it_is_called(cluster: PlayedCluster, nodes: Nodes) -> None:
    first, second = (nodes.at(node.address) for node in cluster.nodes)
    assert nodes.at(cluster.nodes[0].address) is first is not second
    assert nodes.known(Address("nobody", 1)) is None and list(nodes) == [first, second]
    await ask(first, b"ECHO", b"x")
    assert [node.connects for node in cluster.nodes] == [1, 0]
    assert first._redirects.told == ["link"]  # type: ignore[attr-defined]


def test_it_is_told_where_it_is_and_tries_once() -> None:
    options = options_of(_Known(), retry=Retry(7, 0.5, 0.5), read_from="any", db=3, username="u", password="p")  # type: ignore[arg-type]
    own = options_at(options, Address("::1", 7))
    assert (own.host, own.port, own.startup_nodes, own.retry.retries) == ("::1", 7, (), 0)
    assert (own.read_from, own.db, own.username) == ("any", 3, "u")


class _Known:
    """In the place of a cluster: an address."""

    def __init__(self) -> None:
        self.address = Address("seed", 6379)
        self.nodes = [self]


async def test_one_that_has_left_answers_what_it_was_asked_and_ends_then(
    cluster: PlayedCluster, nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.05)
    played_node = cluster.nodes[0]
    node = nodes.at(played_node.address)
    await ask(node, b"PING")
    played_node.script = lambda words: SILENT if words[0] == b"ECHO" else USUAL
    first, second = ask(node, b"ECHO", b"1"), ask(node, b"ECHO", b"2")
    await played_node.came(b"ECHO", 2)
    nodes.retire(node.address)
    assert nodes.known(node.address) is None
    played_node.say(b"$1\r\n1\r\n")
    assert await first == b"1"
    with pytest.raises(ConnectionError, match="no node of the cluster any more"):
        await second
    await until_in_loop(lambda: not played_node.open)
    assert node.closed
    assert not nodes._leaving


async def test_one_that_comes_back_is_another(cluster: PlayedCluster, nodes: Nodes) -> None:
    node = nodes.at(cluster.nodes[0].address)
    await ask(node, b"PING")
    nodes.retire(node.address)
    nodes.retire(node.address)  # it is gone already
    another = nodes.at(node.address)
    assert another is not node
    await ask(another, b"PING")
    assert await ask(node, b"PING") is not None  # it drains yet
    assert cluster.nodes[0].connects == 2


async def test_a_renewed_one_is_renewed_once(cluster: PlayedCluster, nodes: Nodes) -> None:
    """However many calls were told that it must be."""
    node = nodes.at(cluster.nodes[0].address)
    another = nodes.renew(node)
    assert another is not node and nodes.renew(node) is another


async def test_closing_ends_those_that_drain_too(cluster: PlayedCluster, nodes: Nodes) -> None:
    node, other = (nodes.at(each.address) for each in cluster.nodes)
    await asyncio.gather(ask(node, b"PING"), ask(other, b"PING"))
    nodes.retire(node.address)
    await nodes.close()
    await until_in_loop(lambda: not any(each.open for each in cluster.nodes))
    assert node.closed and other.closed and not nodes._timers
    with pytest.raises(ConnectionError, match="closed"):
        nodes.at(node.address)


async def test_families_of_caches_are_by_node(cluster: PlayedCluster) -> None:
    """So that the clients of two databases hear of one another's writes at that node, and a renewed node too."""
    options, families = options_of(cluster), dict[Any, Any]()
    first = Nodes(options, Opener(options), Redirects(), Attempts(), families)
    second = Nodes(options, Opener(options), Redirects(), Attempts(), families)
    address = cluster.nodes[0].address
    assert first.at(address)._family is second.at(address)._family is first.renew(first.at(address))._family
    assert first.at(cluster.nodes[1].address)._family is not first.at(address)._family
    await first.close()
    await second.close()


# -- renewed now and then, and forgotten ------------------------------------------------------------------------------

ONE, TWO = Address("127.0.0.1", 7001), Address("::1", 7002)
CACHING = Options(startup_nodes=[ONE], cache=CacheConfig())


def nodes_of(options: Options, families: dict[Any, Any]) -> Nodes:
    return Nodes(options, Opener(options), Redirects(), Attempts(), families)


async def test_a_name_is_not_resolved_anew_for_each_call() -> None:
    """Who sends all calls back to itself would be given a link for each."""
    nodes = nodes_of(CACHING, {})
    first = nodes.renew(nodes.at(ONE))
    assert nodes.renew(first) is first
    nodes._renewable[ONE] -= module.RENEWAL_SECONDS
    second = nodes.renew(first)
    assert second is nodes.at(ONE) is not first
    nodes.retire(ONE)
    assert nodes.renew(nodes.at(ONE)) is not second  # that is another node
    await nodes.close()


async def test_a_node_that_sends_all_calls_back_to_itself_has_two_links() -> None:
    async with played(1) as cluster:
        (node,) = cluster.nodes
        refused = f"-MOVED 1 {node.address}\r\n".encode()
        node.script = lambda words: refused if words[0] == b"GET" else USUAL
        async with route_to(cluster) as route:
            until = asyncio.get_running_loop().time() + module.RENEWAL_SECONDS
            calls = [route.call((b"GET", b"key"), None, None) for _ in range(100)]
            await until_in_loop(lambda: node.names().count(b"GET") > 400)
            seconds = asyncio.get_running_loop().time() - until
            assert node.connects <= 3 + max(0.0, seconds) / module.RENEWAL_SECONDS
            for call in calls:
                call.cancel()


async def test_nothing_is_kept_of_addresses_where_nobody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the cache. What another database of that node knows stays, and what is known of who is there again."""
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.0)
    families: dict[Any, Any] = {}
    nodes, other = nodes_of(CACHING, families), nodes_of(replace(CACHING, db=1), families)
    other.at(TWO)
    for address in (ONE, TWO):
        nodes.at(address)
        nodes.retire(address)
    again = nodes.at(ONE)
    await until_in_loop(lambda: not nodes._leaving)
    assert families == {ONE: {0: again.cached}, TWO: {1: other.at(TWO).cached}}
    nodes.retire(ONE)
    await until_in_loop(lambda: ONE not in families)
    await nodes.close()
    await other.close()
