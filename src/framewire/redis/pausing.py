"""CLIENT PAUSE: commands that wait until a time, or until CLIENT UNPAUSE.

What belongs here: until when, for which commands, and who waits. A session asks before it runs a command; one that has
to wait is `postponed`: it is blocked like a client that waits for a key, and runs its command again when it goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewire.redis.commands.table import Command
    from framewire.redis.session import Session

__all__ = ["Pause"]

# Commands that are not marked as writing, but are copied to others, or may write.
_MAY_WRITE = frozenset({"publish", "spublish", "pfcount", "eval", "evalsha", "fcall"})


class Pause:
    """At most one pause: `until` is its end in milliseconds since the epoch, 0 where there is none."""

    __slots__ = ("_everything", "_sessions", "until")

    def __init__(self) -> None:
        self.until = 0
        self._everything = False
        self._sessions: dict[Session, None] = {}

    def __bool__(self) -> bool:
        return self.until > 0

    def begin(self, until: int, everything: bool) -> None:
        """Pause writing commands, or all; a pause that is under way gets neither shorter nor milder."""
        self._everything = everything or self._everything
        self.until = max(until, self.until)

    def concerns(self, session: Session, command: Command) -> bool:
        """Whether the command has to wait, where there is a pause."""
        if self._everything or self._writes(command):
            return True
        queued = session.queue if command.name == "exec" else None
        return queued is not None and any(self._writes(inner) for inner, _ in queued)

    def _writes(self, command: Command) -> bool:
        return command.has_flag("write") or command.name in _MAY_WRITE

    def postpone(self, session: Session) -> None:
        """Remember that `session` waits for the end."""
        self._sessions[session] = None

    def forget(self, session: Session) -> None:
        """`session` waits no longer."""
        self._sessions.pop(session, None)

    def end(self) -> None:
        """There is no pause any more: all who waited for its end go on, in the order in which they came."""
        self.until = 0
        self._everything = False
        sessions, self._sessions = self._sessions, {}
        for session in sessions:
            session.resume()
