"""Lists: what LPUSH, RPOP and their like work on.

What belongs here: the data structure. Positions count from 0 at the front; the commands turn negative ones into these.

One Python list holds the items, behind some room that is kept free in front:

    _items   [ free | free | free | item 0 | item 1 | ... | item n-1 ]
                                    ^ _head

So both ends grow and shrink in O(1), amortised (making room and giving it back moves pointers only), any item is found
in O(1), and a range is one slice. What inserts or removes in the middle is O(n), a move of pointers too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from framewire.redis.server.config.config import Config

__all__ = ["ListValue"]

_FREE = b""  # what stands in a free place
_LITTLE = 32  # that many free places are never given back


class ListValue:
    """A sequence of byte strings that grows and shrinks at both ends. O(1) unless said otherwise."""

    __slots__ = ("_head", "_items")

    kind = b"list"

    def __init__(self, items: Iterable[bytes] = ()) -> None:
        self._items = list(items)
        self._head = 0

    def __len__(self) -> int:
        return len(self._items) - self._head

    def __iter__(self) -> Iterator[bytes]:
        return islice(self._items, self._head, None)

    def encoding(self, config: Config) -> bytes:
        """Redis 7.0 keeps lists of every size in the same form."""
        return b"quicklist"

    def copy(self) -> ListValue:
        """Another list with the same items. O(n)."""
        return ListValue(self)

    # -- reading ----------------------------------------------------------------------------------------------------

    def get(self, position: int) -> bytes:
        """The item at `position`. Caller must know that it is there."""
        return self._items[self._head + position]

    def get_range(self, start: int, end: int) -> list[bytes]:
        """The items from `start` up to, not including, `end`, both from 0 to the length. O(items returned)."""
        return self._items[self._head + start : self._head + end]

    def positions(self, value: bytes, rank: int, count: int | None, most: int | None) -> list[int]:
        """Where `value` stands: from its `rank`th occurrence on, `count` of them (`None`: all). O(n).

        A negative rank goes from the back. At most `most` items are looked at (`None`: all).
        """
        items = self._items[self._head :]
        length = len(items)
        if rank < 0:
            items.reverse()
        first = min(abs(rank) - 1, length)
        end = None if count is None else first + min(count, length)
        found = islice(_occurrences(items[:most], value), first, end)
        return list(found) if rank > 0 else [length - 1 - position for position in found]

    # -- the ends ---------------------------------------------------------------------------------------------------

    def push_front(self, value: bytes) -> int:
        """Put `value` before all others; the length after it."""
        items = self._items
        head = (self._head or self._make_room()) - 1
        self._head = head
        items[head] = value
        return len(items) - head

    def push_back(self, value: bytes) -> int:
        """Put `value` behind all others; the length after it."""
        items = self._items
        items.append(value)
        return len(items) - self._head

    def extend_back(self, values: Iterable[bytes]) -> None:
        """Put each of `values` behind all others."""
        self._items += values

    def pop_front(self) -> bytes:
        """Remove and return the first item. Caller must know that there is one."""
        head, items = self._head, self._items
        value = items[head]
        items[head] = _FREE
        self._head = head + 1
        if head > _LITTLE:
            self._give_room_back()
        return value

    def pop_back(self) -> bytes:
        """Remove and return the last item. Caller must know that there is one."""
        value = self._items.pop()
        if self._head > _LITTLE:
            self._give_room_back()
        return value

    def take_front(self, count: int) -> list[bytes]:
        """Remove and return the first `count` items, or all, the first one first. O(items taken)."""
        count = min(count, len(self))
        taken = self.get_range(0, count)
        self._drop_front(count)
        return taken

    def take_back(self, count: int) -> list[bytes]:
        """Remove and return the last `count` items, or all, the last one first. O(items taken)."""
        start = len(self) - min(count, len(self))
        taken = self.get_range(start, len(self))
        taken.reverse()
        self._drop_back(start)
        return taken

    def trim(self, start: int, end: int) -> None:
        """Keep the items from `start` up to, not including, `end`, both from 0 to the length. O(items removed)."""
        self._drop_back(end)
        self._drop_front(start)

    # -- in the middle ----------------------------------------------------------------------------------------------

    def replace(self, position: int, value: bytes) -> None:
        """Let `value` stand at `position`. Caller must know that there is an item."""
        self._items[self._head + position] = value

    def insert(self, pivot: bytes, value: bytes, after: bool) -> bool:
        """Put `value` right before or after the first item that equals `pivot`; whether there is one. O(n)."""
        try:
            position = self._items.index(pivot, self._head)
        except ValueError:
            return False
        self._items.insert(position + after, value)
        return True

    def remove(self, value: bytes, count: int) -> int:
        """Remove the first `count` items that equal `value` (negative: the last; 0: all); how many there were. O(n)."""
        items = self._items[self._head :]
        if count < 0:
            items.reverse()
        found = list(islice(_occurrences(items, value), min(abs(count), len(items)) or None))
        if found:
            kept = _without(items, found)
            if count < 0:
                kept.reverse()
            self._items, self._head = kept, 0
        return len(found)

    # -- the room in front ------------------------------------------------------------------------------------------

    def _make_room(self) -> int:
        """Make free places in front where there are none, a quarter of the length, so that few pushes pay; how many."""
        room = 4 + len(self._items) // 4
        self._items[:0] = [_FREE] * room
        self._head = room
        return room

    def _give_room_back(self) -> None:
        """Where more than half is free, let it go. As many pops have gone before as items are moved now."""
        if self._head * 2 > len(self._items):
            del self._items[: self._head]
            self._head = 0

    def _drop_front(self, count: int) -> None:
        self._items[self._head : self._head + count] = [_FREE] * count
        self._head += count
        if self._head > _LITTLE:
            self._give_room_back()

    def _drop_back(self, end: int) -> None:
        del self._items[self._head + end :]
        if self._head > _LITTLE:
            self._give_room_back()


def _occurrences(items: list[bytes], value: bytes) -> Iterator[int]:
    """The positions of `value` in `items`, one after the other."""
    position = -1
    try:
        while True:
            position = items.index(value, position + 1)
            yield position
    except ValueError:
        pass


def _without(items: list[bytes], positions: list[int]) -> list[bytes]:
    """`items` but those at `positions`, which are in order. O(n)."""
    kept: list[bytes] = []
    start = 0
    for position in positions:
        kept += items[start:position]
        start = position + 1
    kept += items[start:]
    return kept
