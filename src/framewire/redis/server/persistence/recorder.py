"""`Recorder`: sees every command and every change, and says what has to be logged.

What belongs here: that decision. No file.

    before   a command begins; what it may change in place is preserved for a snapshot under way
    changed  a key has come to its end: DEL, ahead of whatever the command does then
    after    it has ended: what it asks to be logged as (`Session.propagate`), else its own request if anything changed

Commands within a transaction or a script come between `before` and `after` of EXEC or EVAL, which are not logged
themselves. When the outermost one has ended, all that came together is one unit. A command that waits (BLPOP) and is
served later begins with `again` instead of `before`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from framewire.redis.server.clients.state import State
from framewire.redis.server.commands.binding import COMMANDS
from framewire.redis.server.commands.table import Command, Handler
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.snapshot import Snapshot
from framewire.redis.server.running.lookup import PLAIN

if TYPE_CHECKING:
    from framewire.redis.server.clients.slowlog import Plain
    from framewire.redis.server.running.session import Session

__all__ = ["WRITING", "Recorder"]

WRITING = frozenset(
    command.name
    for entry in COMMANDS.values()
    for command in (entry, *entry.subcommands.values())
    if command.has_flag("write")
)
"""The names of the commands that may change something. Others are never logged, whatever runs within them."""

_HOLDING = frozenset({"eval", "evalsha"})  # commands that write may run within these, and are one unit then


class Recorder:
    """Looks at the commands of a `State` between `start` and `stop`; gives `sink` one unit after the other."""

    def __init__(self, state: State, sink: Callable[[Unit], None]) -> None:
        self._state = state
        self._sink = sink
        self._unit: list[tuple[int, list[bytes]]] = []
        self._begun: list[tuple[int, int]] = []  # of each command under way: changes so far, its database
        self._shortcuts = {spelling: self._recorded(spelling, *plain) for spelling, plain in PLAIN.items()}
        self._served: tuple[int, int] | None = None  # the same, of a command that waited and is served
        self.snapshot: Snapshot | None = None

    # Lists are replaced, not changed: CONFIG SET may start and stop us while somebody goes through them.

    def start(self) -> None:
        """Begin to look."""
        instruments = self._state.instruments
        instruments.before = [*instruments.before, self._before]
        instruments.again = [*instruments.again, self._again]
        instruments.after = [*instruments.after, self._after]
        instruments.recorded = self._shortcuts
        self._state.observers = [*self._state.observers, self._changed]
        self._state.reinstrument()

    def stop(self) -> None:
        """Look no more; what is under way is not logged."""
        instruments = self._state.instruments
        instruments.before = [look for look in instruments.before if look != self._before]
        instruments.again = [look for look in instruments.again if look != self._again]
        instruments.after = [look for look in instruments.after if look != self._after]
        instruments.recorded = None
        self._state.observers = [look for look in self._state.observers if look != self._changed]
        self._state.reinstrument()
        self._begun.clear()
        self._unit.clear()
        self._served = self.snapshot = None

    def take_shortcuts(self, yes: bool) -> None:
        """Whether commands may be run on the short path, where nothing is refused while the disk fails."""
        self._state.instruments.recorded = self._shortcuts if yes else None
        self._state.reinstrument()

    def _recorded(self, spelling: bytes, function: Handler, least: int, most: int) -> Plain:
        """The short path of a command: as it is where it only reads, else with what `Session.run` does for us."""
        command = COMMANDS[spelling.lower()]
        if command.name not in WRITING and command.name not in _HOLDING:
            return function, least, most
        waiters, before, after = self._state.waiters, self._before, self._after

        def run(session: Session, request: list[bytes]) -> object:
            waiters.hold()
            session.propagated = None
            try:
                before(session, command, request)
                try:
                    return function(session, request)
                finally:
                    after(session, command, request, 0)
            finally:
                waiters.release()

        return run, least, most

    def _before(self, session: Session, command: Command, request: list[bytes]) -> None:
        self._served = None
        self._begun.append((self._state.dirty, session.db.index))
        if self.snapshot is not None:
            self._preserve(session, command, request)

    def _again(self, session: Session, command: Command, request: list[bytes]) -> None:
        self._served = self._state.dirty, session.db.index
        if self.snapshot is not None:
            self._preserve(session, command, request)

    def _preserve(self, session: Session, command: Command, request: list[bytes]) -> None:
        assert self.snapshot is not None
        if command.name in WRITING:
            for spec in command.key_specs:
                self.snapshot.preserve(session.db, [request[position] for position in spec.find(request)])

    def _after(self, session: Session, command: Command, request: list[bytes], microseconds: int) -> None:
        begun = self._begun.pop() if self._begun else self._served
        if begun is None:  # before we began to look
            return
        if command.name in WRITING:
            changes, database = begun
            # A command that was refused may have said before how it would be logged.
            if session.propagated is not None and (self._state.dirty != changes or sys.exception() is None):
                self._unit += [(database, logged) for logged in session.propagated]
            elif session.propagated is None and self._state.dirty != changes:
                self._unit.append((database, request))
        if not self._begun:
            self._end_unit()

    def _changed(self, db: Db, key: bytes, event: bytes) -> None:
        if event == b"expired":
            self._unit.append((db.index, [b"DEL", key]))
            if not self._begun:
                self._end_unit()

    def _end_unit(self) -> None:
        if self._unit:
            unit, self._unit = self._unit, []
            self._sink(unit)
