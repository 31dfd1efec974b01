"""Keys that clients watch (WATCH): who is told when one of them changes.

What belongs here: which key has which watchers. What a watcher is told is one bit: something has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from framewire.redis.server.keyspace.database import Db

__all__ = ["WatchedKeys", "Watcher"]


class Watcher(Protocol):
    """Who watches keys."""

    watched_changed: bool


class WatchedKeys:
    """The watched keys of all databases of one server."""

    __slots__ = ("_watchers",)

    def __init__(self) -> None:
        self._watchers: dict[tuple[Db, bytes], set[Watcher]] = {}

    def __bool__(self) -> bool:
        """Whether anybody watches anything."""
        return bool(self._watchers)

    def __iter__(self) -> Iterator[tuple[Db, bytes]]:
        return iter(self._watchers)

    def add(self, db: Db, key: bytes, watcher: Watcher) -> None:
        """Let `watcher` know when `key` changes. O(1)."""
        self._watchers.setdefault((db, key), set()).add(watcher)

    def discard(self, db: Db, key: bytes, watcher: Watcher) -> None:
        """The counterpart of `add`, without effect where it does not watch. O(1)."""
        watchers = self._watchers.get((db, key))
        if watchers is not None:
            watchers.discard(watcher)
            if not watchers:
                del self._watchers[db, key]

    def changed(self, db: Db, key: bytes) -> None:
        """`key` is another one. O(its watchers)."""
        for watcher in self._watchers.get((db, key), ()):
            watcher.watched_changed = True

    def all_changed(self, databases: Iterable[Db]) -> None:
        """The keys of these databases go, or come from elsewhere: counts for each that is there. O(watched keys)."""
        concerned = set(databases)
        for db, key in self._watchers:
            if db in concerned and any(key in each.values for each in concerned):
                self.changed(db, key)
