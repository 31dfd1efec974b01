"""The slow log: the last requests that took longer than they should.

What belongs here: the log, and who is timed. With the usual threshold only commands that can be slow are: those that
the table does not call fast, long requests, and all else that does not take the shortest path. A threshold below a
millisecond is one that somebody chose in order to see everything: then every command is timed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, TypeAlias

from framewire.redis.redaction import shortened, without_secrets

if TYPE_CHECKING:
    from framewire.redis.server.commands.table import Command, Handler
    from framewire.redis.server.running.session import Session

__all__ = ["Entry", "Plain", "SlowLog", "run_timed", "timed"]

_TIMES_ALL_BELOW = 1000  # microseconds
_LONG_REQUEST = 256  # items; what is fast takes far less than a millisecond for fewer


@dataclass(frozen=True, slots=True)
class Entry:
    """One slow request; `when` in seconds since the epoch."""

    number: int
    when: int
    microseconds: int
    request: list[bytes]
    address: str
    name: bytes


class SlowLog:
    """The newest entries first. `threshold` in microseconds, or `None` where nothing is logged."""

    __slots__ = ("_next", "entries", "threshold")

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque()
        self.threshold: int | None = None
        self._next = 0

    @property
    def times_all(self) -> bool:
        """Whether every command is to be timed, even one that cannot be slow."""
        return self.threshold is not None and self.threshold < _TIMES_ALL_BELOW

    def obey(self, slower_than: int, longest: int) -> None:
        """The parameters, as they are now: microseconds (negative: log nothing), and how many entries are kept."""
        self.threshold = slower_than if slower_than >= 0 else None
        if longest != self.entries.maxlen:
            kept = list(self.entries)[:longest]
            self.entries = deque(kept, longest)

    def look(self, session: Session, command: Command, request: list[bytes], microseconds: int) -> None:
        """A command has run: keep it if it was slow."""
        if self.threshold is None or microseconds < self.threshold or command.has_flag("skip_slowlog"):
            return
        shown = shortened(without_secrets(request))
        when = session.state.now() // 1000
        self.entries.appendleft(Entry(self._next, when, microseconds, shown, session.address, session.name))
        self._next += 1


Plain: TypeAlias = "tuple[Handler, int, int]"
"""What the short path needs to know of a command: its function, fewest and most items of a request."""


def timed(command: Command) -> Plain:
    """How the short path runs a command: as it is, where only a long request can take long; else with a look at it."""
    assert command.function is not None
    if command.complexity.startswith("O(1)") or command.has_flag("fast"):
        return command.function, command.least, min(command.most, _LONG_REQUEST)
    return partial(run_timed, command), command.least, command.most


def run_timed(command: Command, session: Session, request: list[bytes]) -> object:
    """Run the command, and let the slow log look at it."""
    assert command.function is not None
    started = perf_counter_ns()
    try:
        return command.function(session, request)
    finally:
        took = (perf_counter_ns() - started) // 1000
        slowlog = session.state.slowlog
        if slowlog.threshold is not None and took >= slowlog.threshold:
            slowlog.look(session, command, request, took)
