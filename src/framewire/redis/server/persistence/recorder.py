"""`Recorder`: sees every command and every change, and says what has to be logged.

What belongs here: that decision. No file.

    before   a command begins; what it may change in place is preserved for a snapshot under way
    changed  a key has come to its end: DEL, ahead of whatever the command does then
    after    it has ended: what it asks to be logged as (`Client.propagate`), else its own request if anything changed;
             if it broke (memory ended, or it is wrong itself), nobody knows how far it came: its keys, as they are now

Commands within a transaction or a script come between `before` and `after` of EXEC or EVAL, which are not logged
themselves. When the outermost one has ended, all that came together is one unit. A command that waits (BLPOP) and is
served later begins with `again` instead of `before`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeAlias

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.clients.state import State
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.persistence.dump import dump
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.snapshot import Snapshot

__all__ = ["Recorder"]

_HOLDING = frozenset({"eval", "evalsha"})  # commands that write may run within these, and are one unit then


_Begun: TypeAlias = tuple[int, int, list[bytes]]
"""Of a command under way: changes so far, its database, its request."""


class Recorder:
    """Looks at the commands of a `State` between `start` and `stop`; gives `sink` one unit after the other.

    `on_lost` is called where memory ended here, so that a change is in no unit.
    """

    def __init__(self, state: State[Client], sink: Callable[[Unit], None]) -> None:
        self._state = state
        self._databases = state.databases
        self._sink = sink
        self._unit: list[tuple[int, list[bytes]]] = []
        self._begun: list[_Begun] = []
        self._served: _Begun | None = None  # of a command that waited and is served
        self._seen: BaseException | None = None  # the error that our hooks know of
        self.snapshot: Snapshot | None = None
        self.on_lost: Callable[[], None] = _nothing

    def start(self) -> None:
        """Begin to look."""
        self._state.hooks.add(self._before, self._after, self._again)
        self._state.hooks.broken = self._broke
        self._databases.observe(self._changed)
        self.take_shortcuts(True)

    def stop(self) -> None:
        """Look no more; what is under way is not logged."""
        self._state.hooks.remove(self._before, self._after, self._again)
        self._databases.unobserve(self._changed)
        self.take_shortcuts(False)
        self._begun.clear()
        self._unit.clear()
        self._served = self._seen = self.snapshot = None

    def take_shortcuts(self, yes: bool) -> None:
        """Whether commands may be run on the short path, where nothing is refused while the disk fails."""
        self._state.hooks.shortcut = self._recorded if yes else None
        self._state.hooks_changed()

    def _recorded(self, command: Command, handler: Handler[Client]) -> Handler[Client]:
        """The short path of a command: as it is where it only reads, else with what our hooks would do."""
        if not command.has_flag("write") and command.name not in _HOLDING:
            return handler
        blocked, before, after, broke = self._databases.blocked, self._before, self._after, self._broke

        def run(client: Client, request: list[bytes]) -> object:
            blocked.hold()
            client.propagated = None
            try:
                before(client, command, request)
                try:
                    return handler(client, request)
                finally:
                    after(client, command, request)
            except BaseException as error:
                broke(request, error)
                raise
            finally:
                blocked.release()

        return run

    def _before(self, client: Client, command: Command, request: list[bytes]) -> None:
        self._served = None
        if self.snapshot is not None:
            self._preserve(self.snapshot, client, command, request)
        self._begun.append((self._databases.dirty, client.db.index, request))

    def _again(self, client: Client, command: Command, request: list[bytes]) -> None:
        self._served = self._databases.dirty, client.db.index, request
        if self.snapshot is not None:
            self._preserve(self.snapshot, client, command, request)

    def _preserve(self, snapshot: Snapshot, client: Client, command: Command, request: list[bytes]) -> None:
        if command.has_flag("write"):
            try:
                for spec in command.key_specs:
                    snapshot.preserve(client.db, [request[position] for position in spec.find(request)])
            except MemoryError as error:
                self._seen = error  # nothing was run
                raise

    def _after(self, client: Client, command: Command, request: list[bytes]) -> None:
        begun = self._begun.pop() if self._begun else self._served
        if begun is None:  # before we began to look
            return
        changes, database, _ = begun
        error = sys.exception()
        try:
            if command.has_flag("write"):
                if error is not None and not isinstance(error, CommandError):
                    self._log_values(client.db, command, request)
                # A command that was refused may have said before how it would be logged.
                elif client.propagated is not None and (self._databases.dirty != changes or error is None):
                    self._unit += [(database, logged) for logged in client.propagated]
                elif client.propagated is None and self._databases.dirty != changes:
                    self._unit.append((database, request))
            if not self._begun:
                self._end_unit()
            if error is not None:
                self._seen = error
        except MemoryError:
            self.on_lost()

    def _broke(self, request: list[bytes], error: BaseException) -> None:
        """This came out of a command. Where memory ended in the steps between it and our hooks, they saw nothing."""
        seen, self._seen = self._seen, None
        if error is seen:
            return
        while any(begun[2] is request for begun in self._begun):
            self._begun.pop()
        self.on_lost()
        if not self._begun:
            self._end_unit()

    def _log_values(self, own: Db, command: Command, request: list[bytes]) -> None:
        """What the keys hold that a broken command may have changed, also in other databases (MOVE, COPY)."""
        changing = [spec for spec in command.key_specs if not spec.flags.startswith("RO")]
        keys = {request[position]: None for spec in changing for position in spec.find(request)}
        if not keys:  # no key says what it did (FLUSHALL, SWAPDB)
            self.on_lost()
        for db in self._databases:
            for key in keys:
                if db is own or key in db.values:
                    self._unit += [(db.index, logged) for logged in _made_anew(db, key)]

    def _changed(self, db: Db, key: bytes, event: bytes) -> None:
        if event == b"expired":
            try:
                self._unit.append((db.index, [b"DEL", key]))
                if not self._begun:
                    self._end_unit()
            except MemoryError:
                self.on_lost()

    def _end_unit(self) -> None:
        if self._state.abandoned:
            self._state.abandoned = False
            self._unit = []
        if self._unit:
            unit, self._unit = self._unit, []
            self._sink(unit)


def _made_anew(db: Db, key: bytes) -> list[list[bytes]]:
    """Requests that leave `key` as it is, whatever it is where they are run. O(its value)."""
    requests = [[b"DEL", key]]
    if key in db.values:
        requests += dump(key, db.values[key])
        deadline = db.deadline(key)
        if deadline is not None:
            requests.append([b"PEXPIREAT", key, b"%d" % deadline])
    return requests


def _nothing() -> None:
    pass
