"""Nodes that are asked how quick they are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewire.redis.client.errors import ConnectionError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import latency
from framewire.redis.cluster.aio.latency import Latency
from framewire.redis.exchange.calls import BacklogFull
from tests.redis.cluster.aio.played import client_of, played
from tests.waiting import until_in_loop

NODES = [Address("a", 1), Address("b", 2), Address("c", 3)]


class Asked:
    """Who was asked, and what was heard."""

    def __init__(self, *failing: Address, error: Exception | None = None) -> None:
        self.futures: list[asyncio.Future[Any]] = []
        self.heard: list[tuple[Address, float]] = []
        self.failing, self.error = failing, error
        self.latency = Latency(lambda: NODES, self.ask, lambda *heard: self.heard.append(heard))

    def ask(self, address: Address) -> asyncio.Future[Any]:
        if address in self.failing and self.error is not None:
            raise self.error
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]


async def test_who_answers_is_heard_of() -> None:
    asked = Asked()
    asked.latency.measure()
    first, second, third = asked.futures
    second.set_result(b"PONG")
    first.set_exception(ConnectionError("gone"))
    third.cancel()
    await until_in_loop(lambda: asked.heard)
    ((address, seconds),) = asked.heard
    assert address == NODES[1] and seconds >= 0
    asked.latency.close()


async def test_who_has_not_answered_is_not_asked_twice() -> None:
    asked = Asked()
    asked.latency.measure()
    asked.futures[0].set_result(b"PONG")
    await asyncio.sleep(0)
    asked.latency.measure()
    assert len(asked.futures) == 4
    asked.latency.close()


@pytest.mark.parametrize("error", [ConnectionError("no"), BacklogFull(1, 1, 1)])
async def test_who_cannot_be_asked_is_left_out(error: Exception) -> None:
    asked = Asked(NODES[1], error=error)
    asked.latency.measure()
    assert len(asked.futures) == 2
    asked.latency.close()


async def test_it_is_done_again_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "EVERY_SECONDS", 0.001)
    asked = Asked()
    asked.latency.measure()
    for round_ in range(1, 4):
        await until_in_loop(lambda count=3 * round_: len(asked.futures) == count)
        for future in asked.futures[-3:]:
            future.set_result(b"PONG")
    await until_in_loop(lambda: len(asked.futures) == 12)
    asked.latency.close()
    await asyncio.sleep(0.005)
    assert len(asked.futures) == 12
    assert all(future.cancelled() for future in asked.futures[-3:])


async def test_reads_go_to_the_nearest() -> None:
    """All are asked when the map has come, without a read of theirs."""
    async with played(1, replicas=True) as cluster, client_of(cluster, read_from="nearest") as client:
        await client.ping()
        reader = client._route.places._reader  # type: ignore[attr-defined]
        await until_in_loop(lambda: len(reader._seconds) == 2)
        for far, near in (cluster.nodes, cluster.nodes[::-1]):
            reader._seconds[far.address], reader._seconds[near.address] = 1.0, 0.001
            before = near.names().count(b"GET")
            for _ in range(20):
                await client.get(b"k")
            assert near.names().count(b"GET") - before >= 19  # one may look whether that is still so


@pytest.mark.parametrize("read_from", ["primary", "any"])
async def test_others_ask_nobody(read_from: str) -> None:
    async with played(1, replicas=True) as cluster, client_of(cluster, read_from=read_from) as client:
        await client.get(b"k")
        await client.get(b"k")
        assert not any(b"PING" in node.names() for node in cluster.nodes)


async def test_a_node_that_fails_is_left_alone_for_a_while() -> None:
    """Else each look for who is near would find it gone, and have the map asked for again."""
    async with played(1, replicas=True) as cluster, client_of(cluster, read_from="nearest") as client:
        await client.get(b"k")
        cluster.nodes[1].stop()
        places = client._route.places  # type: ignore[attr-defined]
        await until_in_loop(lambda: cluster.nodes[1].address in places.topology.failures)
        assert places._well() == [cluster.nodes[0].address]
