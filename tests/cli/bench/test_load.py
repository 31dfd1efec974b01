"""One run, over real sockets: how it ends, well and otherwise."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from framewire.cli.bench.connecting import GreetingError
from framewire.cli.bench.load import Load
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.record import Record
from framewire.cli.bench.target import Target
from tests.cli.bench.fakes import workload
from tests.cli.bench.scripted import Gone, Scripted, scripted
from tests.waiting import PATIENCE, until_in_loop

PLAN = Plan(clients=3, depth=2, requests=100, timeout=PATIENCE)


def pong(request: list[bytes]) -> bytes:
    return b"+PONG\r\n"


def after(number: int, then: Callable[[], bytes]) -> Callable[[list[bytes]], bytes]:
    """Answer so many, and then something else."""
    served = count(1)
    return lambda request: pong(request) if next(served) <= number else then()


def gone() -> bytes:
    raise Gone


async def run(server: Scripted, plan: Plan = PLAN) -> Record:
    return await Load(server.target, workload("ping_mbulk"), plan, lambda record, seconds: None).run()


@pytest.mark.parametrize("plan", [
    PLAN, replace(PLAN, clients=1, depth=1), replace(PLAN, clients=7, depth=64), replace(PLAN, rate=5_000),
    replace(PLAN, rate=1e9), replace(PLAN, keep_alive=False), replace(PLAN, duration=PATIENCE),
])  # fmt: skip
async def test_a_run_asks_exactly_what_was_asked_for(plan: Plan) -> None:
    async with scripted(pong) as server:
        record = await run(server, plan)
    assert server.requests == [[b"PING"]] * 100
    assert (record.replies, record.errors, record.failure) == (100, 0, "")
    assert (record.unanswered, record.unsent) == (0, 0)
    assert record.seconds > 0
    assert record.service.count == (100 if plan.rate else 0)


@pytest.mark.parametrize("rate", [None, 100.0])
async def test_a_run_ends_by_time(rate: float | None) -> None:
    async with scripted(pong) as server:
        record = await run(server, Plan(clients=2, requests=None, duration=0.1, rate=rate, timeout=PATIENCE))
    assert record.failure == ""
    assert record.replies == len(server.requests)
    assert record.seconds >= 0.1 or rate  # the last that is due in a tenth of a second is so after 90 ms
    assert record.seconds > 0.05


async def test_each_batch_has_a_connection_of_its_own_where_none_is_kept() -> None:
    async with scripted(pong) as server:
        await run(server, Plan(clients=2, depth=5, requests=20, keep_alive=False, timeout=PATIENCE))
        assert server.connections == 1 + 4  # one is for questions beside the load


@pytest.mark.parametrize("keep_alive", [True, False])
async def test_a_server_that_goes_away_ends_the_run_with_what_came_before(keep_alive: bool) -> None:
    async with scripted(after(40, gone)) as server:
        record = await run(server, replace(PLAN, keep_alive=keep_alive))
    assert "closed" in record.failure or "reset" in record.failure.lower()
    assert 0 < record.replies <= 40
    if keep_alive:
        assert 0 < record.unanswered <= 6


@pytest.mark.parametrize("plan", [PLAN, replace(PLAN, rate=1e6), replace(PLAN, keep_alive=False)])
async def test_a_server_that_falls_silent_ends_the_run(plan: Plan) -> None:
    def hurried() -> int:
        return time.perf_counter_ns() * 1000  # a minute of patience is over in 60 ms

    async with scripted(after(10, lambda: b"")) as server:
        load = Load(server.target, workload("ping_mbulk"), plan, lambda record, seconds: None, hurried)
        record = await load.run()
    assert "has not answered for" in record.failure
    assert record.replies <= 10


async def test_nonsense_from_a_server_ends_the_run() -> None:
    async with scripted(after(10, lambda: b"HTTP/1.1 400 Bad Request\r\n")) as server:
        record = await run(server)
    assert "'H'" in record.failure or "H" in record.failure
    assert record.replies <= 10


async def test_errors_are_counted_and_the_run_goes_on() -> None:
    async with scripted(after(30, lambda: b"-OOM no room\r\n")) as server:
        record = await run(server)
    assert (record.replies, record.errors, record.first_error, record.failure) == (100, 70, "OOM no room", "")


async def test_the_user_may_end_it() -> None:
    async with scripted(pong) as server:
        plan = replace(PLAN, requests=None)
        load = Load(server.target, workload("ping_mbulk"), plan, lambda record, seconds: load.interrupt())
        record = await load.run()
    assert record.failure == "interrupted"
    assert record.replies > 0


async def test_who_watches_is_told_how_far_it_is() -> None:
    seen: list[tuple[int, float]] = []

    def watch(record: Record, seconds: float) -> None:
        seen.append((record.replies, seconds))
        if len(seen) == 2:
            load.interrupt()

    async with scripted(pong) as server:
        load = Load(server.target, workload("ping_mbulk"), replace(PLAN, requests=None), watch)
        await load.run()
    assert seen == sorted(seen)
    assert seen[0][0] > 0


async def test_what_cannot_be_reached_is_an_error() -> None:
    async with scripted(pong) as server:
        pass
    with pytest.raises(OSError):
        await run(server)


async def test_a_greeting_that_is_refused_is_an_error_without_the_password() -> None:
    async with scripted(lambda request: b"-WRONGPASS invalid\r\n") as server:
        server.target = replace(server.target, password="secret", db=1)
        with pytest.raises(GreetingError, match="AUTH was answered: WRONGPASS invalid") as raised:
            await run(server)
    assert "secret" not in str(raised.value)
    assert server.requests[:2] == [[b"AUTH", b"secret"], [b"SELECT", b"1"]]


async def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    async with scripted(lambda request: b"") as server:
        server.target = replace(server.target, db=1)
        with pytest.raises(TimeoutError, match=r"4 connections were not there after 0\.1 s"):
            await run(server, replace(PLAN, timeout=0.1))


async def test_links_are_closed_in_the_end() -> None:
    async with scripted(pong) as server:
        await run(server)
        assert server.connections == 1 + PLAN.clients
        await until_in_loop(lambda: not server.open)


async def test_a_unix_socket(tmp_path: object) -> None:
    server = Scripted(pong)
    path = f"{tmp_path}/socket"
    async with await asyncio.start_unix_server(server.serve, path):
        server.target = Target(path=path)
        assert (await run(server)).replies == 100
