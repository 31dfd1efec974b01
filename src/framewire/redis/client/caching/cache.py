"""The cache of one link: which replies are here, which are under way, and which must not be kept.

    (nothing) -- a read is sent --> UNDER WAY -- its reply comes --> HERE -- invalidated, too old, no room --> (nothing)
                                      |  ^ readers join                |
                                      |  `- invalidated: it has not   /
                                      |     run yet, so it stays     /
                                      `------- a write to its key is sent, or the link is lost --> SPENT
                                            its reply goes to who waits for it, and is not kept

What belongs here: those states and the order in which they may change. The link's order decides: invalidations come
between replies where the server has put them, so that a read whose reply comes behind one saw the new value. A write
evicts when it is *sent*: its own invalidation comes behind its reply, and its sender must not read the old value then.
A write that takes another link is held against its keys until its reply is there.

Source of the rules: the documentation of client-side caching, and `tracking` as servers of version 7 and later do it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from framewire.redis.client.caching.values import size_of, tells_of_absence

__all__ = ["Cache", "CacheConfig", "CacheStats", "Entry", "total"]


@dataclass(frozen=True, slots=True)
class CacheConfig:
    """How much is kept, and for how long.

    max_bytes: about how much memory all replies may take, with what they are found by; the least recently used go
        first. With 0 nothing is kept, and who asks the same at once still shares a reply.
    max_age: seconds after which a reply is not used any more, whatever the server says; `None` is no limit. A key that
        expires is told by the server when *it* notices, which may be some time later; of SWAPDB it tells nothing.
    """

    max_bytes: int = 64 * 1024 * 1024
    max_age: float | None = None

    def __post_init__(self) -> None:
        if self.max_bytes < 0 or (self.max_age is not None and self.max_age <= 0):
            raise ValueError(f"max_bytes must not be negative, and max_age be more than 0, in {self}")


ENTRY: Final = 250
"""Bytes that an entry takes beside its reply and its request, about; `KEY` for each of its keys. Measured."""

KEY: Final = 350


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What has happened so far, and what is there.

    hits: reads that were answered from here. misses: those that were sent. joined: those that have waited for another
    one's reply. invalidated: replies that the server has called changed. evicted: those that had to make room. bytes,
    entries: what is kept.
    """

    hits: int
    misses: int
    joined: int
    invalidated: int
    evicted: int
    bytes: int
    entries: int


def total(parts: Sequence[CacheStats]) -> CacheStats:
    """Those of several caches together."""
    sums = (sum(getattr(part, item.name) for part in parts) for item in fields(CacheStats))
    return CacheStats(*sums)


class Entry:
    """One request's reply, here or under way. `waiting` is its owner's: who joins it there gets the reply."""

    __slots__ = ("filled_at", "is_here", "keys", "name", "reply", "size", "spent", "waiting")

    def __init__(self, name: bytes, keys: Iterable[bytes]) -> None:
        self.name = name
        self.keys = tuple(keys)
        self.waiting: list[Any] = []
        self.is_here = False
        self.spent = False
        self.reply: Any = None
        self.size = 0
        self.filled_at = 0.0


class Cache:
    """Replies by the bytes of their requests, for one user and one database."""

    def __init__(self, config: CacheConfig) -> None:
        self.config = config
        self.bytes = 0
        self._here: OrderedDict[bytes, Entry] = OrderedDict()  # the least recently used first
        self._under_way: dict[bytes, Entry] = {}
        self._by_key: dict[bytes, set[Entry]] = {}  # of both
        self._held: dict[bytes, int] = {}  # keys that are written over another link, and how often at once
        self._all_held = 0  # the same for all keys
        self._hits = self._misses = self._joined = self._invalidated = self._evicted = 0

    def __len__(self) -> int:
        """How many replies are here."""
        return len(self._here)

    @property
    def stats(self) -> CacheStats:
        """As of now."""
        return CacheStats(
            self._hits, self._misses, self._joined, self._invalidated, self._evicted, self.bytes, len(self._here)
        )

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self, name: bytes, now: float) -> Entry | None:
        """The entry of a request, `name` being its bytes: here, or under way; `None` where it must be sent."""
        entry = self._here.get(name)
        if entry is not None:
            if self.config.max_age is None or now - entry.filled_at <= self.config.max_age:
                self._hits += 1
                self._here.move_to_end(name)
                return entry
            self._remove(entry)
        entry = self._under_way.get(name)
        if entry is None:
            self._misses += 1
        else:
            self._joined += 1
        return entry

    def begin(self, name: bytes, keys: Iterable[bytes]) -> Entry:
        """The request is being sent: its entry, under way; spent from the beginning where a key is being written.

        Caller must have found none. `keys` must not be empty: nobody would ever hear that such a reply has changed.
        """
        entry = Entry(name, keys)
        if self._all_held or any(key in self._held for key in entry.keys):
            entry.spent = True
            return entry
        self._under_way[name] = entry
        for key in entry.keys:
            self._by_key.setdefault(key, set()).add(entry)
        return entry

    def fill(self, entry: Entry, reply: Any, now: float) -> None:
        """Its reply has come: it is kept, unless the entry is spent or the reply larger than the cache.

        A read may itself find that a key has expired, or make room by evicting it. The server tells of that behind the
        reply: who has seen the reply must not find there what is older.
        """
        if tells_of_absence(reply, len(entry.keys)):
            self._forget_others(entry)
        if entry.spent:
            return
        size = size_of(reply) + len(entry.name) + ENTRY + KEY * len(entry.keys)
        if size > self.config.max_bytes:
            self._remove(entry)
            return
        del self._under_way[entry.name]
        entry.reply, entry.is_here, entry.filled_at, entry.size = reply, True, now, size
        self._here[entry.name] = entry
        self.bytes += size
        self._evict()

    def fail(self, entry: Entry) -> None:
        """There will be no reply to keep: an error, or none at all."""
        if not entry.spent:
            self._remove(entry)

    def _forget_others(self, entry: Entry) -> None:
        for other in self._of(entry.keys):
            if other.is_here:
                self._remove(other)

    def _evict(self) -> None:
        while self.bytes > self.config.max_bytes:
            self._remove(next(iter(self._here.values())))
            self._evicted += 1

    # -- what changes -------------------------------------------------------------------------------------------------

    def invalidate(self, keys: Iterable[bytes] | None) -> None:
        """The server says that `keys` have changed, or with `None` that all have. What is under way sees it."""
        for entry in self._of(keys):
            if entry.is_here:
                self._remove(entry)
                self._invalidated += 1

    def written(self, keys: Iterable[bytes] | None) -> None:
        """A write to `keys` is being sent over the link of the cache; `None`: to any."""
        for entry in self._of(keys):
            self._remove(entry)

    def hold(self, keys: Iterable[bytes] | None) -> None:
        """A write to `keys` is being sent over another link: until `let_go` nothing is kept of them."""
        if keys is None:
            self._all_held += 1
        else:
            for key in keys:
                self._held[key] = self._held.get(key, 0) + 1
        self.written(keys)

    def let_go(self, keys: Iterable[bytes] | None) -> None:
        """That write has its reply, or will never have one. Reads that are sent from here on see it."""
        if keys is None:
            self._all_held -= 1
            return
        for key in keys:
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]

    def flush(self) -> None:
        """Nothing is known any more: the link is lost, or another user speaks over it."""
        self.written(None)

    # -- entries ------------------------------------------------------------------------------------------------------

    def _of(self, keys: Iterable[bytes] | None) -> list[Entry]:
        """All entries of these keys, each once."""
        if keys is None:
            return [*self._here.values(), *self._under_way.values()]
        found: set[Entry] = set()
        for key in keys:
            found |= self._by_key.get(key, _NONE)
        return list(found)

    def _remove(self, entry: Entry) -> None:
        """It is in no index any more; if it is under way, its reply will not be kept."""
        entry.spent = True
        if entry.is_here:
            self.bytes -= entry.size
            del self._here[entry.name]
        else:
            del self._under_way[entry.name]
        for key in set(entry.keys):
            entries = self._by_key[key]
            entries.discard(entry)
            if not entries:
                del self._by_key[key]


_NONE: Final[set[Entry]] = set()
