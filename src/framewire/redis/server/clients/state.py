"""What all sessions of one server share: configuration, databases, subscriptions, counters, and the time.

What belongs here: shared state and its clock. No request is looked at here, and no I/O is done: a server refreshes the
time with `tick()` once for each batch of requests and calls `expire_cycle()` some ten times a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from framewire.redis.server.clients.hooks import Instruments
from framewire.redis.server.clients.monitors import Monitors
from framewire.redis.server.clients.notifications import Notifications
from framewire.redis.server.clients.pause import Pause
from framewire.redis.server.clients.pubsub import PubSub
from framewire.redis.server.config.config import Config
from framewire.redis.server.keyspace.blocked import Waiters
from framewire.redis.server.keyspace.database import Db, Observer
from framewire.redis.server.scripting.scripts import Scripts
from framewire.redis.server.values.scanning import Scans

if TYPE_CHECKING:
    from framewire.redis.server.persistence import Persistence
    from framewire.redis.server.running.session import Session

__all__ = ["State", "Stats", "wall_clock"]


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Stats:
    """What INFO reports and no other object knows. The server counts bytes and the connections that it rejects."""

    connections_received: int = 0
    rejected_connections: int = 0
    commands_processed: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    net_input_bytes: int = 0
    net_output_bytes: int = 0

    def reset(self) -> None:
        """Count anew."""
        self.connections_received = self.rejected_connections = self.commands_processed = 0
        self.net_input_bytes = self.net_output_bytes = 0
        self.errors = {}

    def count_error(self, text: bytes) -> None:
        """Count an error reply under its code word."""
        code = text.split(b" ", 1)[0].decode("utf-8", "replace")
        self.errors[code] = self.errors.get(code, 0) + 1


class State:
    """Everything that is not one client's own. `now` returns milliseconds since the epoch; tests pass their own."""

    def __init__(self, config: Config | None = None, now: Callable[[], int] = wall_clock) -> None:
        self.config = config if config is not None else Config()
        self.now = now
        self.clock = now()
        self.started = self.clock
        self.databases = [Db(index) for index in range(self.config.databases)]
        self.pubsub = PubSub()
        self.waiters = Waiters()
        self.scans = Scans()
        self.scripts = Scripts()
        self.instruments = Instruments()
        self.slowlog = self.instruments.slowlog
        self.monitors = Monitors(self.instruments)
        self.notifications = Notifications(self)
        self.pause = Pause()
        self.watchers: dict[tuple[Db, bytes], set[Session]] = {}  # who watches which key
        self.observers: list[Observer] = []  # told of every change; `reinstrument` after adding or removing one
        self.dirty = 0  # changes so far, while anybody observes
        for db in self.databases:
            db.on_ready = self.waiters.ready
        self.waiters.on_demand = self._observe
        self.sessions: dict[int, Session] = {}
        self.stats = Stats()
        self.persistence: Persistence | None = None  # where a server keeps what is here
        self.write_error: bytes | None = None  # why nothing may be changed now, as clients are told
        self.on_config: Callable[[], None] = _nothing  # called after CONFIG SET
        self.on_shutdown: Callable[[], None] | None = None  # ends the server, where a client may do that
        self.expires_actively = True
        self.run_id = os.urandom(20).hex()
        self.replication_id = os.urandom(20).hex()
        self._ids = count(1)
        self.obey_config()

    def obey_config(self) -> None:
        """Parameters have changed: pass on those that somebody here keeps a copy of."""
        self.slowlog.obey(self.config.slowlog_log_slower_than, self.config.slowlog_max_len)
        self.notifications.obey(self.config.notify_keyspace_events)
        self.reinstrument()

    def reset_statistics(self) -> None:
        """Count anew."""
        self.stats.reset()
        for db in self.databases:
            db.hits = db.misses = db.expired = 0

    def tick(self) -> int:
        """Refresh and return `clock`, the time that the running batch goes by."""
        self.clock = self.now()
        return self.clock

    def next_id(self) -> int:
        """A new client's number; never given twice."""
        return next(self._ids)

    # -- who wants to know what happens -------------------------------------------------------------------------------

    def reinstrument(self) -> None:
        """Somebody began or ended to look at commands or changes: take the path that is short but shows them all."""
        self._observe()
        for session in self.sessions.values():
            session.refresh()

    def start_monitoring(self, session: Session) -> None:
        """Let `session` see every command from now on."""
        if self.monitors.add(session):
            self.reinstrument()

    def stop_monitoring(self, session: Session) -> None:
        """The counterpart, for one that monitors or not."""
        if self.monitors.remove(session):
            self.reinstrument()

    def watch(self, db: Db, key: bytes, session: Session) -> None:
        """Let `session` know when `key` changes."""
        self.watchers.setdefault((db, key), set()).add(session)
        self._observe()

    def unwatch(self, db: Db, key: bytes, session: Session) -> None:
        """The counterpart of `watch`."""
        watchers = self.watchers.get((db, key))
        if watchers is not None:
            watchers.discard(session)
            if not watchers:
                del self.watchers[db, key]
                self._observe()

    def exchange(self, first: Db, second: Db) -> None:
        """Swap the keys of two databases: counts as a change of each watched key that is in one of them."""
        for db, key in self.watchers:
            db.discard_if_due(key, self.clock)
        first.exchange(second)
        for (db, key), sessions in self.watchers.items():
            if db in (first, second) and (key in first.values or key in second.values):
                for session in sessions:
                    session.watched_changed = True
        self.waiters.hold()
        try:
            for db in (first, second):
                for key in db.waited & db.values.keys():
                    db.signal(key)
            self._tell_waiters((first, second))
        finally:
            self.waiters.release()

    def flush(self, databases: Iterable[Db]) -> None:
        """Remove all keys of these databases: counts as a change of each watched key that is there."""
        flushed = set(databases)
        for (db, key), sessions in self.watchers.items():
            if db in flushed and key in db.values:
                for session in sessions:
                    session.watched_changed = True
        for db in flushed:
            db.flush()
        self._tell_waiters(flushed)
        self.dirty += 1

    def _tell_waiters(self, databases: Iterable[Db]) -> None:
        """All keys of these databases are others."""
        if self.waiters.demanding:
            for db in databases:
                for key in tuple(db.waited):
                    self.waiters.changed(db, key)

    def _observe(self) -> None:
        observer = self._changed if self.observers or self.watchers or self.waiters.demanding else None
        if self.databases[0].observer != observer:
            for db in self.databases:
                db.observer = observer

    def _changed(self, db: Db, key: bytes, event: bytes) -> None:
        self.dirty += 1
        for session in self.watchers.get((db, key), ()):
            session.watched_changed = True
        for observer in self.observers:
            observer(db, key, event)
        if key in db.waited and self.waiters.demanding:
            self.waiters.changed(db, key)

    # -- pauses -------------------------------------------------------------------------------------------------------

    def begin_pause(self, until: int, everything: bool) -> None:
        """Let clients wait with writing commands, or with `everything`, until then."""
        self.pause.begin(until, everything)
        self.reinstrument()

    def end_pause(self) -> None:
        """Let all clients go on."""
        self.pause.end()
        self.reinstrument()

    def check_pause(self) -> None:
        """End a pause whose time has come."""
        if self.pause.until <= self.clock:
            self.end_pause()

    # -- expiry -------------------------------------------------------------------------------------------------------

    def expire_cycle(self, budget: int = 10_000) -> None:
        """Remove keys whose time has come, looking at no more than `budget`; what is left waits for the next cycle.

        The databases share the budget; a key that has to wait is invisible all the same. A pause that is over ends.
        """
        now = self.tick()
        if self.pause:
            self.check_pause()
        if self.pause or not self.expires_actively:
            return
        for db in sorted(self.databases, key=_first_deadline):
            if budget <= 0:
                break
            budget -= db.expire_due(now, budget)

    def next_deadline(self) -> int | None:
        """No key ends before this time; `None` when none ever will."""
        deadlines = [deadline for db in self.databases if (deadline := db.next_deadline()) is not None]
        return min(deadlines, default=None)

    @property
    def keyspace_hits(self) -> int:
        return sum(db.hits for db in self.databases)

    @property
    def keyspace_misses(self) -> int:
        return sum(db.misses for db in self.databases)

    @property
    def expired_keys(self) -> int:
        return sum(db.expired for db in self.databases)


def _nothing() -> None:
    pass


def _first_deadline(db: Db) -> float:
    deadline = db.next_deadline()
    return float("inf") if deadline is None else deadline
