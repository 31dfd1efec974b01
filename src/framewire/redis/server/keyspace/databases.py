"""All databases of one server, as one: who sees their changes, and when their keys expire.

What belongs here: what concerns several databases, or everybody who looks at them. No client and no clock of its own.

    a command --> `Db.touch(key, event)` --> the observer, while anybody is concerned:
                                                  |--> `dirty`, a count of changes
                                                  |--> `watched`: WATCH
                                                  |--> `observers`: keyspace notifications, the append-only file
                                                  `--> `blocked`: clients that wait for a stream that may be gone
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from framewire.redis.server.keyspace.blocked import BlockedClients
from framewire.redis.server.keyspace.database import Db, Observer
from framewire.redis.server.keyspace.watched import WatchedKeys, Watcher

__all__ = ["Databases"]


class Databases:
    """The databases by their numbers, `databases[0]` and so on; and what they share."""

    def __init__(self, count: int) -> None:
        self._all = [Db(index) for index in range(count)]
        self.blocked = BlockedClients()
        self.watched = WatchedKeys()
        self._observers: tuple[Observer, ...] = ()
        self.dirty = 0  # changes so far, while anybody observes; that a key comes to its end is none
        for db in self._all:
            db.on_ready = self.blocked.ready
        self.blocked.on_demand = self._observe

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, index: int) -> Db:
        return self._all[index]

    def __iter__(self) -> Iterator[Db]:
        return iter(self._all)

    # -- who sees changes ---------------------------------------------------------------------------------------------

    # Observers are replaced, not changed: one may come or go while another is being told.

    def observe(self, observer: Observer) -> None:
        """Let `observer` be told of every change from now on."""
        self._observers = (*self._observers, observer)
        self._observe()

    def unobserve(self, observer: Observer) -> None:
        """The counterpart, without effect on one that is not told."""
        self._observers = tuple(each for each in self._observers if each != observer)
        self._observe()

    def watch(self, db: Db, key: bytes, watcher: Watcher, now: int) -> None:
        """Let `watcher` know when `key` changes."""
        self.watched.add(db, key, watcher, now)
        self._observe()

    def unwatch(self, db: Db, key: bytes, watcher: Watcher) -> None:
        """The counterpart of `watch`."""
        self.watched.discard(db, key, watcher)
        self._observe()

    def _observe(self) -> None:
        observer = self._changed if self._observers or self.watched or self.blocked.demanding else None
        if self._all[0].observer != observer:
            for db in self._all:
                db.observer = observer

    def announce(self, db: Db, key: bytes, event: bytes) -> None:
        """Tell the observers of something about `key` that is no change of it for who watches it."""
        self.dirty += event != b"expired"
        for observer in self._observers:
            observer(db, key, event)

    def _changed(self, db: Db, key: bytes, event: bytes) -> None:
        self.watched.changed(db, key)
        self.announce(db, key, event)
        if key in db.waited and self.blocked.demanding:
            self.blocked.changed(db, key)

    # -- whole databases ----------------------------------------------------------------------------------------------

    def swap(self, first: Db, second: Db, now: int) -> None:
        """Swap the keys of two databases: counts as a change of each watched key that is in one of them."""
        self.watched.replaced(first, second, now)
        self.watched.replaced(second, first, now)
        first.exchange(second)
        self.blocked.hold()
        try:
            for db in (first, second):
                for key in db.waited & db.values.keys():
                    db.signal(key)
                self.blocked.all_changed(db)
        finally:
            self.blocked.release()

    def flush(self, databases: Iterable[Db], now: int) -> None:
        """Remove all keys of these databases: counts as a change of each watched key that is there."""
        for db in databases:
            self.watched.replaced(db, None, now)
            db.flush()
            self.blocked.all_changed(db)
        self.dirty += 1

    # -- expiry -------------------------------------------------------------------------------------------------------

    def let_expire(self, *, actively: bool, paused: bool) -> None:
        """Whether keys are removed before anybody looks them up; `paused`, that none is removed at all."""
        for db in self._all:
            db.active, db.keeps_dead = actively and not paused, paused

    @contextmanager
    def expiring(self) -> Iterator[None]:
        """What changes keys runs in a pause, as the transaction may that began it: to it, what is dead is gone."""
        paused = self._all[0].keeps_dead
        for db in self._all:
            db.keeps_dead = False
        try:
            yield
        finally:
            for db in self._all:
                db.keeps_dead = paused

    def expire_due(self, now: int, budget: int) -> None:
        """Remove keys whose time has come, looking at no more than `budget` entries in all.

        The database whose first key is due first goes first. What is left waits for the next call, invisible.
        """
        for db in sorted(self._all, key=_first_deadline):
            if budget <= 0:
                break
            budget -= db.expire_due(now, budget)

    def next_deadline(self) -> int | None:
        """No key ends before this time; `None` when none ever will."""
        deadlines = [deadline for db in self._all if (deadline := db.next_deadline()) is not None]
        return min(deadlines, default=None)

    # -- figures ------------------------------------------------------------------------------------------------------

    @property
    def hits(self) -> int:
        return sum(db.hits for db in self._all)

    @property
    def misses(self) -> int:
        return sum(db.misses for db in self._all)

    @property
    def expired(self) -> int:
        return sum(db.expired for db in self._all)

    def reset_statistics(self) -> None:
        """Count anew."""
        for db in self._all:
            db.hits = db.misses = db.expired = 0


def _first_deadline(db: Db) -> float:
    deadline = db.next_deadline()
    return float("inf") if deadline is None else deadline
