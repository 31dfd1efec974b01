"""Requests that may not leave yet: encoded already, in order.

What belongs here: their order, how many bytes they are, and those that need not leave any more. Why one waits, and when
it may leave, is the exchange's business.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from framewire.redis.exchange.slots import AnySlot, is_gone

__all__ = ["MAX_QUEUED", "Backlog", "Piece", "Waiting"]

MAX_QUEUED = 64 * 1024 * 1024
"""Bytes that may wait, unless somebody says otherwise."""

S = TypeVar("S", bound=AnySlot)

Piece: TypeAlias = "list[bytes | memoryview]"
"""Bytes of one request, or of a batch, as segments: large payloads are segments of their own, uncopied."""


class Waiting(NamedTuple, Generic[S]):
    """A slot, and its bytes: one piece, or one for each request where something may have to stand between them."""

    slot: S
    pieces: list[Piece]


class Backlog(Generic[S]):
    """A queue of them. `size`: their bytes."""

    __slots__ = ("_entries", "_looked", "_shortest", "size")

    def __init__(self) -> None:
        self._entries: deque[Waiting[S]] = deque()
        self.size = 0
        self._shortest = math.inf  # seconds: nobody in here has a deadline sooner after he began
        self._looked = -math.inf  # when `drop_gone` last looked

    def __len__(self) -> int:
        return len(self._entries)

    def takes(self, size: int, limit: int) -> bool:
        """Whether `size` bytes more may wait where `limit` may: the first that waits may be as large as it likes, for
        on the wire it may be so too. With no limit at all, 0, nothing may wait."""
        return limit > 0 and (not self._entries or self.size + size <= limit)

    def append(self, entry: Waiting[S]) -> None:
        """O(1)."""
        self._entries.append(entry)
        self.size += entry.slot.size
        self._shortest = min(self._shortest, entry.slot.deadline - entry.slot.began)

    def popleft(self) -> Waiting[S]:
        """The first, which may be gone."""
        entry = self._entries.popleft()
        self.size -= entry.slot.size
        return entry

    def drop_gone(self, now: float) -> None:
        """Forget those for whom nobody waits any more. Linear, so it looks only once at any time."""
        if now > self._looked:
            self._looked = now
            self._keep(lambda slot: not is_gone(slot))

    def expire(self, now: float) -> tuple[list[S], float]:
        """Take out those whose deadline has passed, in order; and the time before which this need not be asked again.

        Linear in those who have been here for longer than the shortest timeout of any; all of them are in order of
        their beginning.
        """
        late, kept = [], []
        entries, shortest = self._entries, math.inf
        while entries and entries[0].slot.began + self._shortest <= now:
            entry = self.popleft()
            if entry.slot.deadline <= now:
                late.append(entry.slot)
            else:
                kept.append(entry)
                shortest = min(shortest, entry.slot.deadline - entry.slot.began)
        if not entries:
            self._shortest = shortest
        next_time = entries[0].slot.began + self._shortest if entries else math.inf
        for entry in reversed(kept):
            entries.appendleft(entry)
            self.size += entry.slot.size
            next_time = min(next_time, entry.slot.deadline)
        return late, next_time

    def take_all(self) -> list[S]:
        """Empty it."""
        slots = [entry.slot for entry in self._entries]
        self._keep(lambda _: False)
        return slots

    def _keep(self, wanted: Callable[[S], bool]) -> None:
        self._entries = deque(entry for entry in self._entries if wanted(entry.slot))
        self.size = sum(entry.slot.size for entry in self._entries)
