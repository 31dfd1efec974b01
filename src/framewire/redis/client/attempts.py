"""What is remembered of calls that were sent more than once.

What belongs here: how often a call was sent, and whether one of its earlier attempts may have been executed. A call is
known by its waiter, over all links and servers that it has seen, and forgotten with it.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from framewire.redis.client.errors import RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.exchange.calls import Call

__all__ = ["Attempts"]


class Attempts:
    """Of all calls of one client."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._doubtful: WeakSet[Any] = WeakSet()  # waiters whose request an earlier link may have carried over

    def count(self, call: Call) -> int:
        """One attempt more is to be made; how many were made again before."""
        made = self._made.get(call.waiter, 0)
        self._made[call.waiter] = made + 1
        return made

    def start_again(self, call: Call) -> None:
        """Those that were made count no more."""
        self._made.pop(call.waiter, None)

    def made(self, call: Call) -> int:
        """How often it was sent again."""
        return self._made.get(call.waiter, 0)

    def doubt(self, call: Call) -> None:
        """An attempt that nobody answered may have been executed."""
        self._doubtful.add(call.waiter)

    def judge(self, call: Call, error: RedisError) -> RedisError:
        """The error with the fate of all attempts: that the last was not executed says nothing of the first."""
        if error.fate is Fate.NOT_EXECUTED and call.waiter in self._doubtful:
            error.fate = Fate.UNKNOWN
        return error
