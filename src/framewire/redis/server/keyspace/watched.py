"""Keys that clients watch (WATCH): who is told when one of them changes.

What belongs here: which key has which watchers. What a watcher is told is one bit: something has changed.

That a key comes to its end is a change; that one is removed which had ended before it was watched (`dead`) is none.
"""

from __future__ import annotations

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
        self._watchers: dict[tuple[Db, bytes], dict[Watcher, bool]] = {}  # and whether the key is dead to it

    def __bool__(self) -> bool:
        """Whether anybody watches anything."""
        return bool(self._watchers)

    def add(self, db: Db, key: bytes, watcher: Watcher, now: int) -> None:
        """Let `watcher` know when `key` changes. O(1)."""
        self._watchers.setdefault((db, key), {})[watcher] = db.is_due(key, now)

    def discard(self, db: Db, key: bytes, watcher: Watcher) -> None:
        """The counterpart of `add`, without effect where it does not watch. O(1)."""
        watchers = self._watchers.get((db, key))
        if watchers is not None:
            watchers.pop(watcher, None)
            if not watchers:
                del self._watchers[db, key]

    def changed(self, db: Db, key: bytes) -> None:
        """`key` is another one. O(its watchers)."""
        watchers = self._watchers.get((db, key))
        if watchers is None:
            return
        for watcher, dead in watchers.items():
            if dead and key not in db.values:
                watchers[watcher] = False
            else:
                watcher.watched_changed = True

    def has_ended(self, db: Db, key: bytes, watcher: Watcher, now: int) -> bool:
        """Whether `key`, which `watcher` watches, has come to its end since then. O(1)."""
        return db.is_due(key, now) and not self._watchers[db, key][watcher]

    def replaced(self, db: Db, other: Db | None, now: int) -> None:
        """The keys of `db` go, and those of `other` come: counts where one was seen, or will be. O(watched keys)."""
        for (watched, key), watchers in self._watchers.items():
            if watched is not db:
                continue
            goes = key in db.values
            comes = other is not None and key in other.values
            lives = other is not None and comes and not other.is_due(key, now)
            for watcher, dead in watchers.items():
                if lives or (goes and not dead):
                    watcher.watched_changed = True
                else:
                    watchers[watcher] = comes
