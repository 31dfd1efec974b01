"""Who sees every command that is run: the clients that said MONITOR.

What belongs here: the list of them, and the line that they get. The commands themselves stand in `commands/`.

A command is shown before it is run; EXEC after what it ran, and what changes the database with the new one, as Redis
does. Commands for administrators are not shown at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.frames.resp import Simple
from framewire.redis.redaction import quoted, without_secrets

if TYPE_CHECKING:
    from framewire.redis.server.clients.hooks import Instruments
    from framewire.redis.server.commands.table import Command
    from framewire.redis.server.running.session import Session

__all__ = ["Monitors"]


_SHOWN_AFTERWARDS = frozenset({"exec", "select", "reset"})


class Monitors:
    """The clients that see all. Caller must call `State.reinstrument` where the first came or the last went."""

    __slots__ = ("_instruments", "_sessions")

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._sessions: dict[Session, None] = {}

    def __contains__(self, session: object) -> bool:
        return session in self._sessions

    def add(self, session: Session) -> bool:
        """Let `session` see all; whether it is the first."""
        first = not self._sessions
        self._sessions[session] = None
        if first:
            self._instruments.look_before(self._before)
            self._instruments.look_after(self._after)
        return first

    def remove(self, session: Session) -> bool:
        """The counterpart of `add`, without effect on others; whether it was the last."""
        if session not in self._sessions:
            return False
        del self._sessions[session]
        if self._sessions:
            return False
        self._instruments.look_no_more(self._before, self._after)
        return True

    def _before(self, session: Session, command: Command, request: list[bytes]) -> None:
        if command.name not in _SHOWN_AFTERWARDS:
            self._show(session, command, request)

    def _after(self, session: Session, command: Command, request: list[bytes], microseconds: int) -> None:
        if command.name in _SHOWN_AFTERWARDS:
            self._show(session, command, request)

    def _show(self, session: Session, command: Command, request: list[bytes]) -> None:
        if command.has_flag("admin"):
            return
        seconds, milliseconds = divmod(session.state.now(), 1000)
        head = b"%d.%06d [%d %s]" % (seconds, milliseconds * 1000, session.db.index, session.address.encode())
        line = Simple(b" ".join([head, *map(quoted, without_secrets(request))]))
        for monitor in list(self._sessions):
            monitor.tell(line)
