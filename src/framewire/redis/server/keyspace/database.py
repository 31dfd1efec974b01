"""Keys, values and expiry of one database.

What belongs here: what holds for every key whatever its type. No frames, no requests, no clock of its own: whoever asks
says what time it is (`now`, milliseconds since the epoch). A value is a Python object whose class is its type (`bytes`
for strings, and one of `framewire.redis.server.values` for the others).

Who changes a value says so with `touch(key, event)`: that is where WATCH, keyspace notifications and the append-only
file listen (`observer`). Who may have made a list, a sorted set or a stream appear under a key ends with
`signal(key)`, for clients that wait for it.

Expiry. `deadlines` holds the time of each key that has one; when that time has come, the key is gone. Three ways:

    lazily     whoever looks a key up removes it first when its time is past (`discard_if_due`)
    actively   `expire_due(now, budget)`, called regularly, removes what nobody looks up
    wholly     what counts or lists keys (`size`, `keys`) calls `expire_due` first, so that a dead key is never counted

Not `active` (`DEBUG SET-ACTIVE-EXPIRE 0`): the first way alone; dead keys that nobody has looked up are counted. While
it `keeps_dead` (a pause) there is none: a dead key stays and is counted, but whoever looks it up does not see it.

`expire_due` finds the keys by a heap of (time, key) entries. Invariant: each key in `deadlines` has an entry at its
time or earlier. So moving a deadline later costs nothing: the entry is put back when it comes up too early. An entry
whose key is gone is dropped when it comes up. When such entries outnumber the keys, the heap is built anew.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heapreplace
from random import choice
from typing import TypeAlias

from framewire.redis.server.values.sampling import Sampler

__all__ = ["Db", "Observer"]

Observer: TypeAlias = "Callable[[Db, bytes, bytes], None]"
"""Called with the database, the key and the name of the event, as keyspace notifications spell it (`b"hset"`)."""

_STALE_ENTRIES_ALLOWED = 1024


class Db:
    """One database. Commands for the hot path may read `values` directly, after `discard_if_due`."""

    __slots__ = (
        "_heap",
        "active",
        "deadlines",
        "expired",
        "hits",
        "index",
        "keeps_dead",
        "misses",
        "observer",
        "on_ready",
        "sampler",
        "values",
        "waited",
    )

    def __init__(self, index: int = 0) -> None:
        self.index = index
        self.values: dict[bytes, object] = {}
        self.deadlines: dict[bytes, int] = {}
        self._heap: list[tuple[int, bytes]] = []
        self.sampler = Sampler()  # chooses among the keys
        self.hits = 0
        self.misses = 0
        self.expired = 0
        self.active = True
        self.keeps_dead = False
        self.observer: Observer | None = None  # told of every change, where anybody wants to know
        self.waited: set[bytes] = set()  # keys that clients wait for
        self.on_ready: Callable[[Db, bytes], None] | None = None  # called by `signal` for those

    # -- looking up -------------------------------------------------------------------------------------------------

    def is_due(self, key: bytes, now: int) -> bool:
        """Whether the time of `key` is past. O(1)."""
        deadline = self.deadlines.get(key)
        return deadline is not None and deadline <= now

    def discard_if_due(self, key: bytes, now: int) -> bool:
        """Whether the time of `key` is past; then it is removed, or stays unseen in a pause. O(1)."""
        deadline = self.deadlines.get(key)
        if deadline is None or deadline > now:
            return False
        if not self.keeps_dead:
            self._expire(key)
        return True

    def peek(self, key: bytes, now: int) -> object | None:
        """The value of `key`, or `None`; not counted as a hit or a miss. O(1)."""
        if self.deadlines and self.discard_if_due(key, now):
            return None
        return self.values.get(key)

    def read(self, key: bytes, now: int) -> object | None:
        """The value of `key`, or `None`, counted as a hit or a miss. O(1)."""
        value = self.peek(key, now)
        if value is None:
            self.misses += 1
        else:
            self.hits += 1
        return value

    def deadline(self, key: bytes) -> int | None:
        """When `key` ends, or `None` where it has no end (or does not exist). O(1)."""
        return self.deadlines.get(key)

    def size(self, now: int) -> int:
        """How many keys there are. O(1) beside the keys that are due."""
        if self.active:
            self.expire_due(now)
        return len(self.values)

    def keys(self, now: int) -> list[bytes]:
        """All keys, in no promised order; none that is due. O(n)."""
        if self.active:
            self.expire_due(now)
            return list(self.values)
        return [key for key in self.values if not self.is_due(key, now)]

    def random_key(self, now: int) -> bytes | None:
        """Any key that is not due, `None` where there is none. O(1) beside the keys that are due."""
        if self.active:
            self.expire_due(now)
        while self.values:
            key = self.sampler.one(self.values)
            if not self.discard_if_due(key, now):
                return key
            if self.keeps_dead:
                return choice(living) if (living := self.keys(now)) else None
        return None

    def average_ttl(self, now: int) -> int:
        """The mean time left, in milliseconds, of the keys that have a deadline. O(n)."""
        return max(0, sum(self.deadlines.values()) // len(self.deadlines) - now) if self.deadlines else 0

    # -- changing ---------------------------------------------------------------------------------------------------

    def set(self, key: bytes, value: object) -> None:
        """Give `key` a new value and no deadline. O(1)."""
        self.values[key] = value
        if self.deadlines:
            self.deadlines.pop(key, None)

    def set_until(self, key: bytes, value: object, deadline: int) -> None:
        """Give `key` a new value that ends at `deadline`. O(log n). Where memory ends, nothing is changed."""
        self._push(deadline, key)
        self.deadlines[key] = deadline
        try:
            self.values[key] = value
        except MemoryError:  # not where the key is there: a value is replaced without memory
            del self.deadlines[key]
            raise

    def replace(self, key: bytes, value: object) -> None:
        """Give `key` a new value and keep its deadline. Caller must have looked the key up first. O(1)."""
        self.values[key] = value

    def delete(self, key: bytes, now: int) -> bool:
        """Remove `key`; whether it was there. O(1)."""
        if self.deadlines:
            self.discard_if_due(key, now)
            self.deadlines.pop(key, None)
        return self.values.pop(key, None) is not None

    def touch(self, key: bytes, event: bytes) -> None:
        """Say that `key` was changed: once for each event, right after the change. O(1)."""
        if self.observer is not None:
            self.observer(self, key, event)

    def signal(self, key: bytes) -> None:
        """Say that something can be taken from `key` now: the last thing that a command does, its reply computed."""
        if key in self.waited and self.on_ready is not None:
            self.on_ready(self, key)

    def set_deadline(self, key: bytes, deadline: int) -> None:
        """Let `key`, which must exist, end at `deadline`. O(1) when it moves later, else O(log n)."""
        before = self.deadlines.get(key)
        if before is None or deadline < before:
            self._push(deadline, key)  # first, as memory may end: an entry too many harms nobody
        self.deadlines[key] = deadline

    def persist(self, key: bytes) -> bool:
        """Take the deadline away; whether there was one. O(1)."""
        return self.deadlines.pop(key, None) is not None

    def flush(self) -> None:
        """Remove every key. O(n), in the time that freeing them takes."""
        self.values = {}
        self.deadlines = {}
        self._heap = []

    def exchange(self, other: Db) -> None:
        """Swap all keys with another database, their times too. O(1). Whoever waits or watches has to be told."""
        self.values, other.values = other.values, self.values
        self.deadlines, other.deadlines = other.deadlines, self.deadlines
        self._heap, other._heap = other._heap, self._heap
        self.sampler, other.sampler = other.sampler, self.sampler

    # -- expiry -----------------------------------------------------------------------------------------------------

    def expire_due(self, now: int, budget: int | None = None) -> int:
        """Remove keys whose time has come, looking at no more than `budget` entries; returns how many it looked at."""
        heap = self._heap
        looked_at = 0
        while heap and heap[0][0] <= now and looked_at != budget:
            looked_at += 1
            key = heap[0][1]
            deadline = self.deadlines.get(key)
            if deadline is None:
                heappop(heap)
            elif deadline > now:
                heapreplace(heap, (deadline, key))
            else:
                heappop(heap)
                self._expire(key)
        return looked_at

    def next_deadline(self) -> int | None:
        """No key ends before this time; `None` when none ever will. O(1)."""
        return self._heap[0][0] if self._heap else None

    def _expire(self, key: bytes) -> None:
        del self.values[key]
        del self.deadlines[key]
        self.expired += 1
        self.touch(key, b"expired")

    def _push(self, deadline: int, key: bytes) -> None:
        if len(self._heap) > 2 * len(self.deadlines) + _STALE_ENTRIES_ALLOWED:
            heap = [(when, name) for name, when in self.deadlines.items()]
            heapify(heap)
            self._heap = heap
        heappush(self._heap, (deadline, key))
