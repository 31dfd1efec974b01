"""Who is asked for the slot map, one after the other and again, and when the next one is asked too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest

from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio import refreshing as module
from framewire.redis.cluster.aio.refreshing import Refresher
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.topology import Topology
from tests.waiting import PATIENCE, until_in_loop

SEEDS = [Address("a", 1), Address("b", 2), Address("c", 3)]
MAP = [[0, 16383, [b"a", 1, b"id-a"]]]
QUICK = Settings(
    spread=0.0, spread_per_node=0.0, cool_down=0.0001, cool_down_cap=0.001, failed_refresh=0.0001,
    failed_refresh_cap=0.001, max_age=None,
)  # fmt: skip


class Asked:
    """A refresher, whom it has asked, and what it has said."""

    def __init__(self, settings: Settings = QUICK) -> None:
        self.topology = Topology(SEEDS, clock=monotonic, chance=lambda: 0.0, settings=settings)
        self.futures: list[tuple[Address, asyncio.Future[Any]]] = []
        self.changes: list[Changes] = []
        self.failures: list[tuple[RedisError, int]] = []
        self.refresher = Refresher(
            self.topology, self.ask, self.changes.append, lambda *failed: self.failures.append(failed)
        )

    def ask(self, address: Address) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.futures.append((address, future))
        return future

    async def asks(self, count: int) -> asyncio.Future[Any]:
        """The question number `count`, once it was asked."""
        await until_in_loop(lambda: len(self.futures) >= count)
        return self.futures[count - 1][1]

    async def first_map(self) -> None:
        self.refresher.plan()
        (await self.asks(1)).set_result(MAP)
        await until_in_loop(lambda: self.changes)
        self.futures.clear()
        self.changes.clear()


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    asked = Asked()
    yield asked
    asked.refresher.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEDGE_SECONDS", 0.005)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEDGE_SECONDS", PATIENCE)


@pytest.mark.usefixtures("patient")
async def test_the_first_good_answer_counts(asked: Asked) -> None:
    asked.refresher.plan()
    asked.refresher.plan()
    (await asked.asks(1)).set_result(MAP)
    await until_in_loop(lambda: asked.changes)
    assert len(asked.futures) == 1 and asked.failures == []
    assert asked.topology.owners[0] == Address("a", 1)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("answer", [ConnectionError("no"), [], b"nonsense", [[0, 1, [b"a"]]]], ids=repr)
async def test_another_is_asked_at_once_where_one_answers_badly(asked: Asked, answer: Any) -> None:
    asked.refresher.plan()
    first = await asked.asks(1)
    if isinstance(answer, Exception):
        first.set_exception(answer)
    else:
        first.set_result(answer)
    (await asked.asks(2)).set_result(MAP)
    await until_in_loop(lambda: asked.changes)
    assert [address for address, _ in asked.futures] == SEEDS[:2]


@pytest.mark.usefixtures("hasty")
async def test_another_is_asked_too_where_one_is_slow_and_either_may_tell(asked: Asked) -> None:
    asked.refresher.plan()
    first, second = await asked.asks(1), await asked.asks(2)
    first.set_result(MAP)
    await until_in_loop(lambda: asked.changes)
    assert second.cancelled() and len(asked.changes) == 1


@pytest.mark.usefixtures("hasty")
async def test_the_slow_ones_are_waited_for_at_last(asked: Asked) -> None:
    asked.refresher.plan()
    last = await asked.asks(3)
    last.set_exception(ConnectionError("no"))
    await asyncio.sleep(0.02)
    assert asked.changes == [] and asked.failures == []
    asked.futures[1][1].set_result(MAP)
    await until_in_loop(lambda: asked.changes)
    assert asked.futures[0][1].cancelled()


@pytest.mark.usefixtures("patient")
async def test_where_nobody_answers_all_reasons_are_told_and_it_is_tried_again(asked: Asked) -> None:
    asked.refresher.plan()
    for number in range(1, 4):
        (await asked.asks(number)).set_exception(ConnectionError(f"reason {number}"))
    await until_in_loop(lambda: asked.failures)
    error, failures = asked.failures[0]
    assert failures == 1 and all(f"reason {number}" in str(error) for number in (1, 2, 3))
    (await asked.asks(4)).set_result(MAP)
    await until_in_loop(lambda: asked.changes)


@pytest.mark.usefixtures("patient")
async def test_failures_are_counted_in_a_row(asked: Asked) -> None:
    asked.refresher.plan()
    for number in range(1, 7):
        (await asked.asks(number)).set_exception(ConnectionError("no"))
    await until_in_loop(lambda: len(asked.failures) == 2)
    assert [failures for _, failures in asked.failures] == [1, 2]
    (await asked.asks(7)).set_result(MAP)
    await until_in_loop(lambda: asked.changes)
    asked.topology.refreshing.want()
    asked.refresher.plan()
    for number in range(8, 11):
        (await asked.asks(number)).set_exception(ConnectionError("no"))
    await until_in_loop(lambda: len(asked.failures) == 3)
    assert asked.failures[-1][1] == 1


async def test_what_was_wanted_meanwhile_comes_next(asked: Asked) -> None:
    await asked.first_map()
    asked.topology.refreshing.want()
    asked.refresher.plan()
    first = await asked.asks(1)
    asked.topology.refreshing.want()
    asked.refresher.plan()
    first.set_result(MAP)
    (await asked.asks(2)).set_result(MAP)
    await until_in_loop(lambda: len(asked.changes) == 2)


async def test_a_map_that_is_old_is_asked_for_again() -> None:
    asked = Asked(Settings(max_age=0.01, spread=0.0, spread_per_node=0.0, cool_down=0.0))
    await asked.first_map()
    await asked.asks(1)
    asked.refresher.close()


@pytest.mark.parametrize("begun", [False, True])
async def test_nothing_is_left_behind_the_end(begun: bool) -> None:
    asked = Asked()
    before = asyncio.all_tasks()
    asked.refresher.plan()
    if begun:
        await asked.asks(1)
    asked.refresher.close()
    await until_in_loop(lambda: asyncio.all_tasks() == before)
    assert all(future.cancelled() for _, future in asked.futures)
    asked.refresher.plan()
    await asyncio.sleep(0.005)
    assert len(asked.futures) == begun
