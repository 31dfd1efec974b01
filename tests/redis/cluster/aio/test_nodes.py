"""Nodes by their addresses, from asyncio: renewed now and then, and what is kept of those that have left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import nodes as module
from framewire.redis.cluster.aio.nodes import Nodes
from framewire.redis.cluster.aio.redirecting import Redirecting
from tests.redis.cluster.aio.played import played, route_to
from tests.redis.cluster.played import USUAL
from tests.waiting import until_in_loop

ONE, TWO = Address("127.0.0.1", 7001), Address("::1", 7002)
OPTIONS = Options(startup_nodes=[ONE], cache=CacheConfig())


def nodes_of(options: Options, families: dict[Any, Any]) -> Nodes:
    attempts = Attempts()
    return Nodes(options, Opener(options), Redirecting(options, attempts), attempts, families)


async def test_a_name_is_not_resolved_anew_for_each_call() -> None:
    """Who sends all calls back to itself would be given a link for each."""
    nodes = nodes_of(OPTIONS, {})
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
    nodes, other = nodes_of(OPTIONS, families), nodes_of(replace(OPTIONS, db=1), families)
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


async def test_there_are_no_others_after_the_end() -> None:
    nodes = nodes_of(OPTIONS, {})
    await nodes.close()
    with pytest.raises(ConnectionError, match="the client is closed"):
        nodes.at(ONE)
