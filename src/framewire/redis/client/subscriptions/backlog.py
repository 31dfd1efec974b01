"""What one listener has not read yet: messages, bounded in number and bytes, and gaps where some are missing.

    put --> [ message, message, gap, message, ... ] --> take          a gap that is not closed lets nobody pass

What belongs here: the order of items, and what gives way when there is no room. Neighbouring gaps become one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from framewire.redis.client.subscriptions.items import Full, Gap, Message, Reason

__all__ = ["MOST_BYTES", "MOST_MESSAGES", "Backlog", "Hole"]

MOST_MESSAGES = 10_000
"""Messages that may wait for one listener to read them, if it does not say otherwise."""

MOST_BYTES = 64 * 1024 * 1024
"""And their bytes."""

_GRAVITY = (Reason.FULL, Reason.MOVED, Reason.LOST)


class Hole:
    """A gap to be: while it is open, more may be missing, and nobody reads past it."""

    __slots__ = ("dropped", "open", "reason", "since")

    def __init__(self, reason: Reason, since: float, *, dropped: int = 0, open: bool = False) -> None:
        self.reason, self.since, self.dropped, self.open = reason, since, dropped, open

    def swallow(self, later: Hole) -> None:
        """`later`, its neighbour, becomes part of it."""
        self.reason = max(self.reason, later.reason, key=_GRAVITY.index)
        self.since = min(self.since, later.since)
        self.dropped += later.dropped
        self.open = self.open or later.open


class Backlog:
    """At most `most` messages, of `most_bytes` (one that is larger has room alone)."""

    def __init__(self, most: int, most_bytes: int, full: Full, clock: Callable[[], float]) -> None:
        """`clock` tells Unix seconds."""
        self.most, self.most_bytes, self.full = most, most_bytes, full
        self._clock = clock
        self._items: deque[Message[bytes] | Hole] = deque()
        self._messages = 0
        self._bytes = 0

    def __len__(self) -> int:
        """Messages."""
        return self._messages

    def put(self, message: Message[bytes]) -> bool:
        """Whether there was room, or some was made; without, the listener is to be closed. O(1), amortised."""
        size = _size(message)
        while not self._has_room(size):
            match self.full:
                case Full.DROP_OLDEST:
                    self._drop_oldest()
                case Full.DROP_NEWEST:
                    self.put_hole(Hole(Reason.FULL, self._clock(), dropped=1))
                    return True
                case Full.CLOSE:
                    return False
        self._items.append(message)
        self._messages += 1
        self._bytes += size
        return True

    def _has_room(self, size: int) -> bool:
        return not self._messages or (self._messages < self.most and self._bytes + size <= self.most_bytes)

    def put_hole(self, hole: Hole) -> None:
        """Behind what waits; the last item, if it is a hole, swallows it."""
        last = self._items[-1] if self._items else None
        if isinstance(last, Hole):
            last.swallow(hole)
        else:
            self._items.append(hole)

    def close_holes(self) -> None:
        """Nothing more will be missing in those that are open."""
        for item in self._items:
            if isinstance(item, Hole):
                item.open = False

    def _drop_oldest(self) -> None:
        """The first message becomes part of a hole at the head."""
        items = self._items
        first = items.popleft()
        if isinstance(first, Hole):
            head, message = first, items.popleft()
        else:
            head, message = Hole(Reason.FULL, self._clock()), first
        assert not isinstance(message, Hole)
        self._forget(message)
        head.dropped += 1
        if items and isinstance(items[0], Hole):
            head.swallow(items.popleft())  # type: ignore[arg-type]
        items.appendleft(head)

    def _forget(self, message: Message[bytes]) -> None:
        self._messages -= 1
        self._bytes -= _size(message)

    def take(self) -> Message[bytes] | Gap | None:
        """The next item; `None` while there is none to be read. O(1)."""
        items = self._items
        if not items:
            return None
        first = items[0]
        if isinstance(first, Hole):
            if first.open:
                return None
            items.popleft()
            return Gap(first.reason, first.since, first.dropped)
        items.popleft()
        self._forget(first)
        return first

    def clear(self) -> None:
        self._items.clear()
        self._messages = self._bytes = 0


def _size(message: Message[bytes]) -> int:
    return len(message[1]) + len(message[3])
