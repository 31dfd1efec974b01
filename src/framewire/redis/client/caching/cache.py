"""The cache of one link: which replies are here, which are under way, and which must not be kept.

    (nothing) -- a read is sent --> UNDER WAY -- its reply comes --> HERE -- invalidated, evicted --> (nothing)
                                      |  ^ readers join                |
                                      |  `- invalidated: it has not run yet, so it stays
                                      `-- a write to its key is sent, or the link is lost --> SPENT
                                            its reply goes to who waits for it, and is not kept

What belongs here: those states and the order in which they may change. The link's order decides: invalidations come
between replies where the server has put them, so that a read whose reply comes behind one saw the new value. A write
evicts when it is *sent*: its own invalidation comes behind its reply, and its sender must not read the old value then.
A write that takes another link is held against its keys until its reply is there.

Source of the rules: the documentation of client-side caching, and `tracking` as servers of version 7 and later do it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from framewire.redis.client.caching.values import size_of

__all__ = ["Cache", "CacheConfig", "CacheStats", "Entry"]


@dataclass(frozen=True, slots=True)
class CacheConfig:
    """How much is kept, and for how long.

    max_bytes: about how much memory all replies may take, their requests included; the least recently used go first.
    max_age: seconds after which a reply is not used any more, whatever the server says; `None` is no limit. A key that
        expires is told by the server when *it* notices, which may be some time later.
    """

    max_bytes: int = 64 * 1024 * 1024
    max_age: float | None = None

    def __post_init__(self) -> None:
        if self.max_bytes < 0 or (self.max_age is not None and self.max_age <= 0):
            raise ValueError(f"max_bytes must not be negative, and max_age be more than 0, in {self}")


@dataclass(slots=True)
class CacheStats:
    """What has happened. `joined`: reads that have waited for another one's reply."""

    hits: int = 0
    misses: int = 0
    joined: int = 0
    invalidated: int = 0
    evicted: int = 0


class Entry:
    """One request's reply, here or under way. `waiting` is its owner's: who joins it there gets the reply."""

    __slots__ = ("filled_at", "is_here", "keys", "name", "reply", "size", "spent", "waiting")

    def __init__(self, name: bytes, keys: list[bytes]) -> None:
        self.name = name
        self.keys = keys
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
        self.stats = CacheStats()
        self.bytes = 0
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._by_key: dict[bytes, set[Entry]] = {}
        self._held: dict[bytes, int] = {}  # keys that are written over another link, and how often at once
        self._all_held = 0  # the same for all keys

    def __len__(self) -> int:
        return len(self._entries)

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self, name: bytes, now: float) -> Entry | None:
        """The entry of a request, `name` being its bytes: here, or under way; `None` where it must be sent."""
        entry = self._entries.get(name)
        if entry is None:
            self.stats.misses += 1
            return None
        if not entry.is_here:
            self.stats.joined += 1
            return entry
        if self.config.max_age is not None and now - entry.filled_at > self.config.max_age:
            self._remove(entry)
            self.stats.misses += 1
            return None
        self.stats.hits += 1
        self._entries.move_to_end(name)
        return entry

    def begin(self, name: bytes, keys: list[bytes]) -> Entry:
        """The request is being sent: its entry, under way; spent from the beginning where a key is being written."""
        entry = Entry(name, keys)
        if self._all_held or any(key in self._held for key in keys):
            entry.spent = True
            return entry
        self._entries[name] = entry
        for key in keys:
            self._by_key.setdefault(key, set()).add(entry)
        return entry

    def fill(self, entry: Entry, reply: Any, now: float) -> None:
        """Its reply has come: it is kept, unless the entry is spent or the reply larger than the cache."""
        if entry.spent:
            return
        entry.size = size_of(reply) + len(entry.name)
        if entry.size > self.config.max_bytes:
            self._remove(entry)
            return
        entry.reply, entry.is_here, entry.filled_at = reply, True, now
        self._entries.move_to_end(entry.name)
        self.bytes += entry.size
        self._evict()

    def fail(self, entry: Entry) -> None:
        """There will be no reply to keep: an error, or none at all."""
        self._spend(entry)

    def _evict(self) -> None:
        while self.bytes > self.config.max_bytes:
            oldest = next(entry for entry in self._entries.values() if entry.is_here)
            self._remove(oldest)
            self.stats.evicted += 1

    # -- what changes -------------------------------------------------------------------------------------------------

    def invalidate(self, keys: Iterable[bytes] | None) -> None:
        """The server says that `keys` have changed, or with `None` that all have. What is under way sees it."""
        entries = self._entries.values() if keys is None else self._of(keys)
        for entry in [entry for entry in entries if entry.is_here]:
            self._remove(entry)
            self.stats.invalidated += 1

    def written(self, keys: Iterable[bytes] | None) -> None:
        """A write to `keys` is being sent over the link of the cache; `None`: to any."""
        for entry in list(self._entries.values() if keys is None else self._of(keys)):
            self._spend(entry)

    def hold(self, keys: Iterable[bytes] | None) -> None:
        """A write to `keys` is being sent over another link: until `let_go` nothing is kept of them."""
        if keys is None:
            self._all_held += 1
        else:
            for key in keys:
                self._held[key] = self._held.get(key, 0) + 1
        self.written(keys)

    def let_go(self, keys: Iterable[bytes] | None) -> None:
        """That write has its reply, or will never have one. Reads from here on see it."""
        if keys is None:
            self._all_held -= 1
        else:
            for key in keys:
                self._held[key] -= 1
                if not self._held[key]:
                    del self._held[key]
        self.written(keys)

    def flush(self) -> None:
        """Nothing is known any more: the link is lost, or another user speaks over it."""
        self.written(None)

    # -- entries ------------------------------------------------------------------------------------------------------

    def _of(self, keys: Iterable[bytes]) -> set[Entry]:
        found: set[Entry] = set()
        for key in keys:
            found |= self._by_key.get(key, set())
        return found

    def _spend(self, entry: Entry) -> None:
        if not entry.spent:
            self._remove(entry)

    def _remove(self, entry: Entry) -> None:
        """It is in no index any more; if it is under way, its reply will not be kept."""
        entry.spent = True
        if entry.is_here:
            self.bytes -= entry.size
        del self._entries[entry.name]
        for key in set(entry.keys):
            entries = self._by_key[key]
            entries.discard(entry)
            if not entries:
                del self._by_key[key]
