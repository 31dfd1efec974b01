"""Calls that no node is asked for at the moment: they wait for a time, or for a slot map.

What belongs here: keeping them, within bounds. What they wait for, and what becomes of them then, others decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from framewire.redis.exchange.backlog import MAX_QUEUED
from framewire.redis.exchange.calls import BacklogFull, Call, Request

__all__ = ["WaitingCalls"]

SWEEP_FROM = 64
"""So many calls are kept before it is looked for those whose callers have left; then twice as many as had not."""

WORD = 16
"""Bytes that a word of a request counts beside its own."""


class WaitingCalls:
    """Calls, each with a time when its waiting ends, or none."""

    def __init__(self, limit: int | None = None) -> None:
        """`limit`: how many bytes of requests may wait, as `max_queued` of an exchange that is not open."""
        self._limit = (limit or MAX_QUEUED) if limit is not None else None
        self._calls: dict[int, tuple[Call, asyncio.TimerHandle | None]] = {}  # by id
        self._sweep_at = SWEEP_FROM
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._calls)

    def put(self, call: Call, at: float | None, act: Callable[[Call], None]) -> None:
        """It waits; `act` is told of it at this time of the loop's clock, if it still waits then.

        Raises `BacklogFull`: it does not wait, then.
        """
        if len(self._calls) >= self._sweep_at:
            self._sweep()
        if self._limit is not None:
            self._count(size_of(call.requests))
        timer = None if at is None else asyncio.get_running_loop().call_at(at, self._over, call, act)
        self._calls[id(call)] = call, timer

    def _count(self, size: int) -> None:
        assert self._limit is not None
        if self._calls and self._bytes + size > self._limit:
            self._sweep()
        if self._calls and self._bytes + size > self._limit:
            raise BacklogFull(self._bytes, size, self._limit)
        self._bytes += size

    def _over(self, call: Call, act: Callable[[Call], None]) -> None:
        self._drop(call)
        act(call)

    def _drop(self, call: Call) -> None:
        _, timer = self._calls.pop(id(call))
        if timer is not None:
            timer.cancel()
        if self._limit is not None:
            self._bytes -= size_of(call.requests)

    def _sweep(self) -> None:
        """Whose caller has left waits no more."""
        for call, _ in list(self._calls.values()):
            if call.waiter is None or call.waiter.done():
                self._drop(call)
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._calls))

    def take_all(self) -> list[Call]:
        """All of them, in the order in which they came; they wait no more."""
        calls = [call for call, _ in self._calls.values()]
        for call in calls:
            self._drop(call)
        return calls


def size_of(requests: Sequence[Request]) -> int:
    """About how many bytes they take. O(1) for each word."""
    return sum(map(_size, requests))


def _size(request: Request) -> int:
    return sum(WORD + (len(word) if isinstance(word, (bytes, str, bytearray)) else WORD) for word in request)
