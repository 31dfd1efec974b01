"""Who asks for the slot map, from asyncio: answers that come together or never, and a task that is cancelled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from framewire.redis.client.errors import RedisError
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import places, refreshing
from framewire.redis.cluster.aio.refreshing import Refresher
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.topology import Topology
from tests.redis.cluster.aio.played import client_of, played, route_to
from tests.redis.cluster.played import SILENT, USUAL
from tests.waiting import PATIENCE, until_in_loop

A, B, C = Address("a.example", 1), Address("b.example", 2), Address("c.example", 3)
QUICK = Settings(failed_refresh=0.0, cool_down=0.0, spread=0.0, spread_per_node=0.0)


def all_at(address: Address) -> list[Any]:
    """A reply to CLUSTER SLOTS."""
    return [[0, 16383, [address.host.encode(), address.port]]]


class Asked:
    """A refresher, the questions that wait for an answer, and what it has told."""

    def __init__(self, *seeds: Address) -> None:
        self.waiting: dict[Address, asyncio.Future[Any]] = {}
        self.changes: list[Changes] = []
        self.failures: list[str] = []
        self.topology = Topology(seeds, clock=monotonic, chance=random.random, settings=QUICK)
        self.refresher = Refresher(self.topology, self._ask, self.changes.append, self._failed)
        self.refresher.plan()

    def _ask(self, address: Address) -> asyncio.Future[Any]:
        self.waiting[address] = asyncio.get_running_loop().create_future()
        return self.waiting[address]

    def _failed(self, error: RedisError, failures: int) -> None:
        self.failures.append(str(error))

    async def are_asked(self, *addresses: Address) -> None:
        await until_in_loop(lambda: self.waiting.keys() >= set(addresses))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "HEDGE_SECONDS", 0.001)


def complaints() -> list[dict[str, Any]]:
    """What the loop is told that nobody has handled, from here on."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: heard.append(context))
    return heard


async def test_of_answers_that_come_together_the_one_that_changes_something_is_told() -> None:
    """Whichever the loop sees first: what a cache must forget stands there."""
    for _ in range(20):
        asked = Asked(A, B, C)
        await asked.are_asked(A, B, C)
        for future in asked.waiting.values():
            future.set_result(all_at(A))
        await until_in_loop(lambda asked=asked: asked.changes)  # type: ignore[misc]
        assert asked.changes == [Changes(added=frozenset({A}))]
        asked.refresher.close()


async def test_nor_is_an_error_that_comes_with_a_good_answer_anybodys_complaint() -> None:
    heard = complaints()
    for _ in range(20):
        asked = Asked(A, B, C)
        await asked.are_asked(A, B, C)
        asked.waiting[B].set_exception(RedisError("ERR no"))
        asked.waiting[A].set_result(all_at(A))
        asked.waiting[C].set_result(b"OK")
        await until_in_loop(lambda asked=asked: asked.changes)  # type: ignore[misc]
        asked.refresher.close()
    await asyncio.sleep(0)
    assert not heard


@pytest.mark.parametrize(
    "spoil",
    [
        lambda future: future.set_exception(RedisError("ERR no")),
        lambda future: future.set_exception(ZeroDivisionError()),
        lambda future: future.set_result(b"OK"),
        lambda future: future.set_result([]),
        lambda future: future.cancel(),
    ],
    ids=["refused", "unforeseen", "no map", "an empty map", "cancelled"],
)
async def test_after_one_that_failed_the_next_comes(spoil: Callable[[asyncio.Future[Any]], Any]) -> None:
    asked = Asked(A)
    await asked.are_asked(A)
    spoil(asked.waiting.pop(A))
    await asked.are_asked(A)
    assert len(asked.failures) == 1
    asked.waiting[A].set_result(all_at(A))
    await until_in_loop(lambda: asked.changes)
    asked.refresher.close()


async def test_a_refresh_that_somebody_has_cancelled_is_not_the_last() -> None:
    asked = Asked(A)
    await asked.are_asked(A)
    del asked.waiting[A]
    task = asked.refresher._task
    assert task is not None
    task.cancel()
    await asked.are_asked(A)
    asked.waiting[A].set_result(all_at(A))
    await until_in_loop(lambda: asked.changes)
    asked.refresher.close()


async def test_a_node_that_never_answers_is_given_up_where_links_are_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "ANSWER_SECONDS", 0.01)
    async with played() as cluster:
        for node in cluster.nodes:
            node.script = lambda words: SILENT if words[0] == b"CLUSTER" else USUAL
        async with client_of(cluster, socket_connect_timeout=None, retry=Retry(0)) as client:
            with pytest.raises(RedisError, match=r"no node tells of the slots: .* had no reply within"):
                await client.get("key")


async def test_who_has_given_up_waiting_for_a_map_is_told_nothing() -> None:
    """A failure that comes later is not logged as one that nobody has asked for."""
    heard = complaints()
    async with played() as cluster:
        for node in cluster.nodes:
            node.script = lambda words: b"-ERR no\r\n" if words[0] == b"CLUSTER" else USUAL
        async with route_to(cluster, retry=Retry(0)) as route:
            loop = asyncio.get_running_loop()
            await route.places.refreshed(loop.time())
            with pytest.raises(RedisError, match="ERR no"):
                await route.places.refreshed(loop.time() + PATIENCE)
    await asyncio.sleep(0)
    assert not heard
