"""The server's clock: the machine's time, or that of a test, which stands still and is moved.

What belongs here: what time it is. All of a server goes by it: when keys end, ids of streams, TIME, who has waited or
been idle for too long. What the time brings about when it is moved is `network/clock.py`'s to see to.

    (the machine's) -- stop() --> (standing) -- go_on() --> (running, so far ahead of the machine's)
           ^                                                       |
           `--------------------------- reset() -------------------'            move_to(): in each of them
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Clock", "wall_clock"]


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Clock:
    """`now` is what `State` reads, once for each batch: milliseconds since the epoch.

    It is replaced by each of the methods that change the clock, so that nobody pays for what can be done to it: as long
    as it is the machine's, it is the function that was given.
    """

    __slots__ = ("_ahead", "_machine", "_stands_at", "now")

    def __init__(self, machine: Callable[[], int] = wall_clock) -> None:
        self._machine = machine
        self._ahead = 0  # microseconds
        self._stands_at: int | None = None
        self.now = machine

    @property
    def is_standing(self) -> bool:
        """Whether it has been stopped."""
        return self._stands_at is not None

    def microseconds(self) -> int:
        """The time now, since the epoch; finer than `now`, where the machine's is."""
        return self._machine_microseconds() + self._ahead if self._stands_at is None else self._stands_at

    def stop(self) -> None:
        """Stand still."""
        self._stands_at = self.microseconds()
        self.now = self._milliseconds

    def go_on(self) -> None:
        """Run on from where it stands."""
        if self._stands_at is not None:
            self._ahead = self._stands_at - self._machine_microseconds()
            self._stands_at = None

    def move_to(self, microseconds: int) -> None:
        """Stand, or run on, at another time."""
        if self._stands_at is None:
            self._ahead = microseconds - self._machine_microseconds()
            self.now = self._milliseconds
        else:
            self._stands_at = microseconds

    def reset(self) -> None:
        """Be the machine's."""
        self._ahead, self._stands_at, self.now = 0, None, self._machine

    def _milliseconds(self) -> int:
        return self.microseconds() // 1000

    def _machine_microseconds(self) -> int:
        return time.time_ns() // 1000 if self._machine is wall_clock else self._machine() * 1000
