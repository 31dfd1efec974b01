"""What all clients of one server share: parameters, databases, channels, counters, hooks, and the time.

What belongs here: shared state and its clock. No request is looked at here, and no I/O is done: a server refreshes the
time with `tick()` once for each batch of requests and calls `expire_cycle()` some ten times a second. `C` is the class
of a client, of which nothing is used here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import count
from typing import Generic, Protocol, TypeVar

from framewire.redis.server.clients.alarms import Alarms
from framewire.redis.server.clients.clock import Clock, wall_clock
from framewire.redis.server.clients.hooks import Handler, Hooks
from framewire.redis.server.clients.monitors import Monitored, Monitors
from framewire.redis.server.clients.notifications import Notifications
from framewire.redis.server.clients.pause import Pause
from framewire.redis.server.clients.pubsub import PubSub
from framewire.redis.server.clients.slowlog import SlowLog
from framewire.redis.server.clients.statistics import Statistics
from framewire.redis.server.config.config import Config
from framewire.redis.server.keyspace.databases import Databases
from framewire.redis.server.keyspace.scans import Scans

__all__ = ["Persistence", "Shortcuts", "State"]

C = TypeVar("C", bound=Monitored)
Part = TypeVar("Part")

Shortcuts = Mapping[bytes, tuple[Handler[C], int, int]]
"""By name as clients spell it, what may be run without a look at the command: fewest and most items of a request."""


class Persistence(Protocol):
    """What commands ask of whatever keeps the data on disk."""

    @property
    def enabled(self) -> bool:
        """Whether changes are logged."""

    @property
    def saved_at(self) -> int:
        """When all that there was was last written, in seconds since the epoch."""

    def rewrite(self) -> bytes:
        """Begin to write everything anew; what to tell the client. Raises `CommandError`."""

    def report(self) -> dict[str, object]:
        """What INFO says about it."""


class State(Generic[C]):
    """Everything that is not one client's own. `now` returns milliseconds since the epoch; tests pass their own."""

    # More than thirty attributes are not found by the short way in a dict of CPython (see `docs/performance.md`).
    __slots__ = (
        "_expires_actively",
        "_ids",
        "_parts",
        "abandoned",
        "alarms",
        "busy",
        "clients",
        "clock",
        "config",
        "databases",
        "ending",
        "hooks",
        "loading",
        "monitors",
        "notifications",
        "now",
        "on_config",
        "on_shutdown",
        "pause",
        "persistence",
        "pubsub",
        "replication_id",
        "run_id",
        "scans",
        "scripts_may_all",
        "shortcuts",
        "slowlog",
        "started",
        "stats",
        "time",
        "while_busy",
        "write_error",
    )

    def __init__(self, config: Config | None = None, now: Callable[[], int] = wall_clock) -> None:
        self.config = config if config is not None else Config()
        self.time = Clock(now)
        self.now = now  # that of the clock: here as well, because it is read for each batch
        self.clock = now()
        self.started = self.clock
        self.databases = Databases(self.config.databases)
        self.pubsub = PubSub()
        self.scans = Scans()
        self.slowlog = SlowLog()
        self.pause = Pause()
        self.stats = Statistics()
        self.alarms = Alarms(lambda: self.clock)
        self.hooks: Hooks[C] = Hooks()
        self.monitors = Monitors(self.hooks, self.microseconds)
        self.notifications = Notifications(self.databases, self.hooks, self.pubsub.publish)
        self.clients: dict[int, C] = {}
        self.persistence: Persistence | None = None  # where a server keeps what is here
        self.write_error: bytes | None = None  # why nothing may be changed now, as clients are told
        self.on_config: Callable[[], None] = _nothing  # called after CONFIG SET
        self.on_shutdown: Callable[[], None] | None = None  # ends the server, where a client may do that
        self.ending = False  # the server is to end: a script that runs for too long is stopped, whatever it has done
        self.while_busy: Callable[[], None] = _nothing  # answers others while a script runs for too long
        self.busy = False  # who is answered now is one of those others: most commands are refused
        self.abandoned = False  # what is changed now, as one unit, was not brought to its end: it must not be kept
        self._expires_actively = True
        self.loading = False  # what is on disk is being run again; see `present`
        self.scripts_may_all = False  # even what is marked as not for them
        self.run_id = os.urandom(20).hex()
        self.replication_id = os.urandom(20).hex()
        self.shortcuts: Shortcuts[C] | None = None  # made anew by who runs commands, where `None`
        self._parts: dict[type, object] = {}
        self._ids = count(1)
        self.obey_config()

    def part(self, kind: type[Part]) -> Part:
        """The one `kind` of this server, made when it is first asked for: where rooms above keep what is theirs."""
        part = self._parts.get(kind)
        if not isinstance(part, kind):
            part = self._parts[kind] = kind()
        return part

    def obey_config(self) -> None:
        """Parameters have changed: pass on those that somebody here keeps a copy of."""
        self.slowlog.obey(self.config.slowlog_log_slower_than, self.config.slowlog_max_len)
        self.notifications.obey(self.config.notify_keyspace_events)
        self.hooks_changed()

    def reset_statistics(self) -> None:
        """Count anew."""
        self.stats.reset()
        self.databases.reset_statistics()

    def tick(self) -> int:
        """Refresh and return `clock`, the time that the running batch goes by.

        While what is on disk is run again, it stands still at 0: a key whose time is past goes when the log says so,
        not before, or what follows would meet another state than it did then.
        """
        self.clock = 0 if self.loading else self.now()
        return self.clock

    @property
    def present(self) -> int:
        """What is given relative to now counts from this: the `clock`, but also while that stands still."""
        return self.now() if self.loading else self.clock

    def microseconds(self) -> int:
        """The time now, finer than `clock`."""
        return self.time.microseconds()

    def obey_clock(self) -> None:
        """The clock was stopped, moved, or let go on."""
        self.now = self.time.now
        self.tick()

    def next_id(self) -> int:
        """A new client's number; never given twice."""
        return next(self._ids)

    # -- who wants to know what happens -------------------------------------------------------------------------------

    def hooks_changed(self) -> None:
        """A hook, or a pause, came or went: from the next batch on, take the path that is short but calls them all."""
        self.shortcuts = None

    def start_monitoring(self, client: C) -> None:
        """Let `client` see every command from now on."""
        if self.monitors.add(client):
            self.hooks_changed()

    def stop_monitoring(self, client: C) -> None:
        """The counterpart, for one that monitors or not."""
        if self.monitors.remove(client):
            self.hooks_changed()

    # -- pauses -------------------------------------------------------------------------------------------------------

    def begin_pause(self, until: int, everything: bool) -> None:
        """Let clients wait with writing commands, or with `everything`, until then. Nothing expires meanwhile."""
        self.pause.begin(until, everything)
        self._let_expire()
        self.hooks_changed()

    def end_pause(self) -> None:
        """Let all clients go on."""
        postponed = self.pause.end()
        self._let_expire()
        self.hooks_changed()
        for resume in postponed:
            resume()

    def check_pause(self) -> None:
        """End a pause whose time has come."""
        if self.pause.until <= self.clock:
            self.end_pause()

    # -- expiry -------------------------------------------------------------------------------------------------------

    def expire_actively(self, wanted: bool) -> None:
        """Whether keys are removed before somebody looks them up."""
        self._expires_actively = wanted
        self._let_expire()

    def _let_expire(self) -> None:
        self.databases.let_expire(actively=self._expires_actively, paused=bool(self.pause))

    def expire_cycle(self, budget: int = 10_000) -> None:
        """Remove keys whose time has come, looking at no more than `budget`; what is left waits for the next cycle.

        The databases share the budget; a key that has to wait is invisible all the same. A pause that is over ends.
        """
        now = self.tick()
        if self.pause:
            self.check_pause()
        if not self.pause and self._expires_actively:
            self.databases.expire_due(now, budget)


def _nothing() -> None:
    pass
