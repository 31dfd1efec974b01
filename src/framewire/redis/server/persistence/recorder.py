"""`Recorder`: sees every command and every change, and says what has to be logged.

What belongs here: that decision. No file.

    before   a command begins; what it may change in place is preserved for a snapshot under way
    changed  a key has come to its end: DEL, ahead of whatever the command does then
    after    it has ended: what it asks to be logged as (`Client.propagate`), else its own request if anything changed

Commands within a transaction or a script come between `before` and `after` of EXEC or EVAL, which are not logged
themselves. When the outermost one has ended, all that came together is one unit. A command that waits (BLPOP) and is
served later begins with `again` instead of `before`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.clients.state import State
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.snapshot import Snapshot

__all__ = ["Recorder"]

_HOLDING = frozenset({"eval", "evalsha"})  # commands that write may run within these, and are one unit then


class Recorder:
    """Looks at the commands of a `State` between `start` and `stop`; gives `sink` one unit after the other."""

    def __init__(self, state: State[Client], sink: Callable[[Unit], None]) -> None:
        self._state = state
        self._databases = state.databases
        self._sink = sink
        self._unit: list[tuple[int, list[bytes]]] = []
        self._begun: list[tuple[int, int]] = []  # of each command under way: changes so far, its database
        self._served: tuple[int, int] | None = None  # the same, of a command that waited and is served
        self.snapshot: Snapshot | None = None

    def start(self) -> None:
        """Begin to look."""
        self._state.hooks.add(self._before, self._after, self._again)
        self._databases.observe(self._changed)
        self.take_shortcuts(True)

    def stop(self) -> None:
        """Look no more; what is under way is not logged."""
        self._state.hooks.remove(self._before, self._after, self._again)
        self._databases.unobserve(self._changed)
        self.take_shortcuts(False)
        self._begun.clear()
        self._unit.clear()
        self._served = self.snapshot = None

    def take_shortcuts(self, yes: bool) -> None:
        """Whether commands may be run on the short path, where nothing is refused while the disk fails."""
        self._state.hooks.shortcut = self._recorded if yes else None
        self._state.hooks_changed()

    def _recorded(self, command: Command, handler: Handler[Client]) -> Handler[Client]:
        """The short path of a command: as it is where it only reads, else with what our hooks would do."""
        if not command.has_flag("write") and command.name not in _HOLDING:
            return handler
        blocked, before, after = self._databases.blocked, self._before, self._after

        def run(client: Client, request: list[bytes]) -> object:
            blocked.hold()
            client.propagated = None
            try:
                before(client, command, request)
                try:
                    return handler(client, request)
                finally:
                    after(client, command, request)
            finally:
                blocked.release()

        return run

    def _before(self, client: Client, command: Command, request: list[bytes]) -> None:
        self._served = None
        self._begun.append((self._databases.dirty, client.db.index))
        if self.snapshot is not None:
            self._preserve(client, command, request)

    def _again(self, client: Client, command: Command, request: list[bytes]) -> None:
        self._served = self._databases.dirty, client.db.index
        if self.snapshot is not None:
            self._preserve(client, command, request)

    def _preserve(self, client: Client, command: Command, request: list[bytes]) -> None:
        assert self.snapshot is not None
        if command.has_flag("write"):
            for spec in command.key_specs:
                self.snapshot.preserve(client.db, [request[position] for position in spec.find(request)])

    def _after(self, client: Client, command: Command, request: list[bytes]) -> None:
        begun = self._begun.pop() if self._begun else self._served
        if begun is None:  # before we began to look
            return
        if command.has_flag("write"):
            changes, database = begun
            # A command that was refused may have said before how it would be logged.
            if client.propagated is not None and (self._databases.dirty != changes or sys.exception() is None):
                self._unit += [(database, logged) for logged in client.propagated]
            elif client.propagated is None and self._databases.dirty != changes:
                self._unit.append((database, request))
        if not self._begun:
            self._end_unit()

    def _changed(self, db: Db, key: bytes, event: bytes) -> None:
        if event == b"expired":
            self._unit.append((db.index, [b"DEL", key]))
            # It is no change by the command that came upon it, which may do nothing else, or be refused.
            self._begun = [(changes + 1, index) for changes, index in self._begun]
            if self._served is not None:
                self._served = self._served[0] + 1, self._served[1]
            if not self._begun:
                self._end_unit()

    def _end_unit(self) -> None:
        if self._unit:
            unit, self._unit = self._unit, []
            self._sink(unit)
