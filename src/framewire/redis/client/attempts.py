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

__all__ = ["Attempts", "Tally"]


class Tally:
    """How often something has happened to calls."""

    def __init__(self) -> None:
        self._times: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def count(self, call: Call) -> int:
        """It happens once more; how often it has before."""
        times = self._times.get(call.waiter, 0)
        self._times[call.waiter] = times + 1
        return times

    def start_again(self, call: Call) -> None:
        """What has happened before counts no more."""
        self._times.pop(call.waiter, None)

    def of(self, call: Call) -> int:
        """How often it has happened."""
        return self._times.get(call.waiter, 0)


class Attempts(Tally):
    """Of all calls of one client: how often they were sent again, since a link was lost or their server was busy."""

    def __init__(self) -> None:
        super().__init__()
        self._doubtful: WeakSet[Any] = WeakSet()  # waiters whose request an earlier link may have carried over

    def doubt(self, call: Call) -> None:
        """An attempt that nobody answered may have been executed."""
        self._doubtful.add(call.waiter)

    def judge(self, call: Call, error: RedisError) -> RedisError:
        """The error with the fate of all attempts: that the last was not executed says nothing of the first."""
        if error.fate is Fate.NOT_EXECUTED and call.waiter in self._doubtful:
            error.fate = Fate.UNKNOWN
        return error
