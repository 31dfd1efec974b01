"""The slow log: the last requests that took longer than they should.

What belongs here: the log, and whether every command has to be timed for it. With the usual threshold only those that
can be slow are (see `running/timing.py`). A threshold below a millisecond is one that somebody chose in order to see
everything.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from framewire.redis.redaction import shortened, without_secrets

__all__ = ["Entry", "SlowLog"]

_TIMES_ALL_BELOW = 1000  # microseconds


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

    def add(self, microseconds: int, when: int, request: list[bytes], address: str, name: bytes) -> None:
        """A request has run for so long, at `when` (seconds since the epoch): keep it if that was too long."""
        if self.threshold is None or microseconds < self.threshold:
            return
        shown = shortened(without_secrets(request))
        self.entries.appendleft(Entry(self._next, when, microseconds, shown, address, name))
        self._next += 1
