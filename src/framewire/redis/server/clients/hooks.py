"""What looks at every command: MONITOR, the slow log, the append-only file.

What belongs here: calling them around a command. Nobody looks at most times, and then sessions take a shorter path;
`State.reinstrument` must be called when somebody begins or ends to look.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import TYPE_CHECKING, TypeAlias

from framewire.redis.server.clients.slowlog import Plain, SlowLog
from framewire.redis.server.keyspace.blocked import NOT_YET

if TYPE_CHECKING:
    from framewire.redis.server.commands.table import Command
    from framewire.redis.server.running.session import Session

__all__ = ["After", "Before", "Instruments"]

Before: TypeAlias = "Callable[[Session, Command, list[bytes]], None]"
After: TypeAlias = "Callable[[Session, Command, list[bytes], int], None]"
"""The last argument is how long the command took, in microseconds."""


_NOTHING_PLAIN: dict[bytes, Plain] = {}


class Instruments:
    """Those who look; the lists may be changed, followed by `State.reinstrument`.

    `before` and `after` are called around a command; `again` before one that waits tries once more. `recorded` is what
    the append-only file offers where nobody else looks: the short path, on which commands that write are seen.
    """

    __slots__ = ("after", "again", "before", "recorded", "slowlog")

    def __init__(self) -> None:
        self.slowlog = SlowLog()
        self.before: list[Before] = []
        self.again: list[Before] = []
        self.after: list[After] = []
        self.recorded: dict[bytes, Plain] | None = None

    def __bool__(self) -> bool:
        """Whether anybody looks."""
        return bool(self.before or self.after or self.slowlog.times_all)

    def shortcuts(self, plain: dict[bytes, Plain]) -> dict[bytes, Plain]:
        """The commands that may be run without asking us: all that are `plain` as long as nobody looks."""
        if not self:
            return plain
        alone = len(self.before) == len(self.after) == 1 and not self.slowlog.times_all
        return self.recorded if alone and self.recorded is not None else _NOTHING_PLAIN

    # Lists are replaced, not changed: CONFIG SET may add and remove a look while somebody goes through them.

    def look_before(self, look: Before) -> None:
        """Call `look` before each command."""
        self.before = [*self.before, look]

    def look_after(self, look: After) -> None:
        """Call `look` after each command."""
        self.after = [*self.after, look]

    def look_no_more(self, before: Before, after: After) -> None:
        """The counterpart of both; nothing happens to one that does not look."""
        self.before = [look for look in self.before if look != before]
        self.after = [look for look in self.after if look != after]

    def run(self, session: Session, command: Command, request: list[bytes]) -> object:
        """Run the command, looked at; raises what it raises."""
        assert command.function is not None
        for look in self.before:
            look(session, command, request)
        started = perf_counter_ns()
        try:
            return command.function(session, request)
        finally:
            self._look_after(session, command, request, started)

    def run_again(
        self, session: Session, command: Command, request: list[bytes], attempt: Callable[[], object]
    ) -> object:
        """A command that waits tries again: `after` looks at it unless it goes on waiting; `before` saw it come."""
        for look in self.again:
            look(session, command, request)
        started, reply = perf_counter_ns(), None
        try:
            reply = attempt()
            return reply
        finally:
            if reply is not NOT_YET:
                self._look_after(session, command, request, started)

    def _look_after(self, session: Session, command: Command, request: list[bytes], started: int) -> None:
        microseconds = (perf_counter_ns() - started) // 1000
        self.slowlog.look(session, command, request, microseconds)
        for look in self.after:
            look(session, command, request, microseconds)
