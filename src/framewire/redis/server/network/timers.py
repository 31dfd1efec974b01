"""When somebody's time is up: calls at moments of the server's clock.

What belongs here: timers that go by that clock, whether it runs or stands. While it runs, the loop's timers see to
them; while it stands nothing does, until it is moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from itertools import count

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State

__all__ = ["Timer", "Timers"]


class Timer:
    """One call that is to come. `deadline` is in milliseconds since the epoch."""

    __slots__ = ("_timers", "callback", "deadline", "handle", "number")

    def __init__(self, timers: Timers, deadline: int, callback: Callable[[], None], number: int) -> None:
        self._timers = timers
        self.deadline = deadline
        self.callback = callback
        self.number = number
        self.handle: asyncio.TimerHandle | None = None

    def __lt__(self, other: Timer) -> bool:
        return (self.deadline, self.number) < (other.deadline, other.number)

    def cancel(self) -> None:
        """It is not to come. Twice is fine."""
        self._timers.forget(self)
        self.release()

    def release(self) -> None:
        """The loop has nothing to do with it any more."""
        if self.handle is not None:
            self.handle.cancel()
            self.handle = None


class Timers:
    """All timers of one server."""

    def __init__(self, state: State[Client]) -> None:
        self._state = state
        self._waiting: set[Timer] = set()
        self._numbers = count()
        self._queue: list[Timer] | None = None  # a heap, while the clock is moved: those that may be due

    def __len__(self) -> int:
        return len(self._waiting)

    def call_at(self, deadline: int, callback: Callable[[], None]) -> Timer:
        """Call `callback`, once, when the clock shows `deadline`; never from within this method."""
        timer = Timer(self, deadline, callback, next(self._numbers))
        self._waiting.add(timer)
        if not self._state.time.is_standing:
            self._arm(timer)
        if self._queue is not None:
            heappush(self._queue, timer)
        return timer

    def forget(self, timer: Timer) -> None:
        """It was called, or cancelled."""
        self._waiting.discard(timer)

    def obey_clock(self) -> None:
        """The clock was stopped, moved, or let go on: let the loop see to the timers, or leave them alone."""
        standing = self._state.time.is_standing
        for timer in self._waiting:
            timer.release()
            if not standing:
                self._arm(timer)

    def moments(self, until: int) -> Iterator[int]:
        """The deadlines up to then, in order, those too that come up meanwhile: caller moves the clock, and `run`s."""
        self._queue = queue = list(self._waiting)
        heapify(queue)
        try:
            while queue and queue[0].deadline <= until:
                if queue[0] in self._waiting:
                    yield queue[0].deadline
                else:
                    heappop(queue)
        finally:
            self._queue = None

    def run(self, now: int) -> None:
        """Call those that are due, in the order of their deadlines; then of those who asked first."""
        for timer in sorted(self._due(now)):
            if timer in self._waiting:  # an earlier one has not cancelled it
                self._call(timer)

    def _due(self, now: int) -> list[Timer]:
        queue = self._queue
        if queue is None:
            return [timer for timer in self._waiting if timer.deadline <= now]
        due = []
        while queue and queue[0].deadline <= now:
            due.append(heappop(queue))
        return due

    def _arm(self, timer: Timer) -> None:
        left = max(0, timer.deadline - self._state.clock)
        timer.handle = asyncio.get_running_loop().call_later(left / 1000, self._call, timer)

    def _call(self, timer: Timer) -> None:
        timer.cancel()
        self._state.tick()
        timer.callback()
