"""Calls that wait for a time, or for a map: within bounds, and only as long as somebody wants to know."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from framewire.redis.client.errors import QueueFullError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.aio.waiting import SWEEP_FROM, WaitingCalls
from framewire.redis.exchange.calls import BacklogFull, Call
from tests.redis.cluster.aio.played import left_over, played, route_to
from tests.redis.cluster.played import SILENT, USUAL
from tests.waiting import until_in_loop


def call_of(*words: Any) -> Call:
    waiter = asyncio.get_running_loop().create_future()
    return Call((words,), False, waiter, None, False, [], math.inf, 0.0)


def ignore(call: Call) -> None:
    raise AssertionError(call)


async def test_they_are_told_of_when_their_time_has_come() -> None:
    waiting, told = WaitingCalls(), list[Call]()
    calls = [call_of(b"GET", b"%d" % number) for number in range(3)]
    now = asyncio.get_running_loop().time()
    waiting.put(calls[0], now + 0.002, told.append)
    waiting.put(calls[1], None, ignore)
    waiting.put(calls[2], now + 0.001, told.append)
    await until_in_loop(lambda: len(told) == 2)
    assert told == [calls[2], calls[0]] and len(waiting) == 1
    assert waiting.take_all() == [calls[1]] and len(waiting) == 0


async def test_who_is_taken_is_not_told_of() -> None:
    waiting, call = WaitingCalls(), call_of(b"PING")
    waiting.put(call, asyncio.get_running_loop().time(), ignore)
    assert waiting.take_all() == [call]
    await asyncio.sleep(0.001)


async def test_those_whose_callers_have_left_do_not_pile_up() -> None:
    waiting, most = WaitingCalls(), 0
    patient = [call_of(b"GET", b"k") for _ in range(SWEEP_FROM)]
    for call in patient:
        waiting.put(call, None, ignore)
    for _ in range(20 * SWEEP_FROM):
        call = call_of(b"GET", b"k")
        waiting.put(call, asyncio.get_running_loop().time() + 60, ignore)
        call.waiter.cancel()  # type: ignore[union-attr]
        most = max(most, len(waiting))
    assert most <= 2 * SWEEP_FROM + 1
    assert [call for call in waiting.take_all() if not call.waiter.done()] == patient  # type: ignore[union-attr]


async def test_so_many_bytes_wait_and_no_more() -> None:
    waiting = WaitingCalls(10_000)
    left = [call_of(b"SET", b"k", b"v" * 4000) for _ in range(2)]
    for call in left:
        waiting.put(call, None, ignore)
    with pytest.raises(BacklogFull, match="10000"):
        waiting.put(call_of(b"SET", b"k", b"v" * 4000), None, ignore)
    left[0].waiter.cancel()  # type: ignore[union-attr]  # which makes room
    waiting.put(call_of(b"SET", b"k", b"v" * 4000), None, ignore)
    assert len(waiting) == 2
    waiting.take_all()
    waiting.put(call_of(b"SET", b"k", b"v" * 20_000), None, ignore)  # the first may pass the limit
    assert len(waiting) == 1


async def test_a_client_without_a_map_takes_only_so_much() -> None:
    async with played() as cluster, route_to(cluster, max_queued_bytes=1000) as route:
        cluster.nodes[0].script = lambda words: SILENT if words[0] == b"CLUSTER" else USUAL
        first, second = (route.call((b"SET", b"k", b"v" * 600), None, None) for _ in range(2))
        with pytest.raises(QueueFullError) as caught:
            await second
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert left_over(route) == 1
        first.cancel()
