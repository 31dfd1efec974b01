"""CLIENT PAUSE: commands that wait until a time, or until CLIENT UNPAUSE.

What belongs here: until when, for which commands, and who waits. A session asks before it runs a command; one that has
to wait is `postponed`: it is blocked like a client that waits for a key, and runs its command again when it goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewire.redis.server.commands.table import Command
    from framewire.redis.server.running.session import Session

__all__ = ["Pause"]

# Commands that are not marked as writing, but are copied to others, or may write.
_MAY_WRITE = frozenset({"publish", "spublish", "pfcount", "eval", "evalsha", "fcall"})


class Pause:
    """Two pauses, that of all commands and that of writing ones. Times are milliseconds since the epoch, 0 is none."""

    __slots__ = ("_all_until", "_sessions", "_writes_until")

    def __init__(self) -> None:
        self._all_until = self._writes_until = 0
        self._sessions: dict[Session, None] = {}

    def __bool__(self) -> bool:
        return self.until > 0

    @property
    def until(self) -> int:
        """When the last of them ends."""
        return max(self._all_until, self._writes_until)

    def begin(self, until: int, everything: bool) -> None:
        """Pause writing commands, or all; a pause that is under way does not become shorter."""
        if everything:
            self._all_until = max(until, self._all_until)
        else:
            self._writes_until = max(until, self._writes_until)

    def end_for(self, session: Session, command: Command) -> int:
        """Until when the command has to wait; 0, or a time that has passed, where it has not."""
        return self.until if self._writes(session, command) else self._all_until

    def _writes(self, session: Session, command: Command) -> bool:
        if command.name == "exec":
            return any(_may_write(queued) for queued, _ in session.queue or ())
        return _may_write(command)

    def postpone(self, session: Session) -> None:
        """Remember that `session` waits for the end."""
        self._sessions[session] = None

    def forget(self, session: Session) -> None:
        """`session` waits no longer."""
        self._sessions.pop(session, None)

    def end(self) -> None:
        """There is no pause any more: all who waited for its end go on, in the order in which they came."""
        self._all_until = self._writes_until = 0
        sessions, self._sessions = self._sessions, {}
        for session in sessions:
            session.resume()


def _may_write(command: Command) -> bool:
    return command.has_flag("write") or command.name in _MAY_WRITE
