"""Cursors for SCAN and its relatives: going through a collection in pages, while it changes.

What belongs here: what a cursor means. Redis' promise: whatever is in the collection from the first page to the last
is returned; what comes or goes meanwhile may be or not. A scan that starts takes a snapshot of the members; the cursor
holds the number of the snapshot and the place in it:

    0 --> snapshot taken, first page --> (number, place) --> next page --> ... --> last page, snapshot dropped --> 0
                                              |
                                              `-- snapshot not known: all members in one page --> 0

Clients abandon scans, so only so many snapshots are kept; those used last. A cursor whose snapshot is gone gets all
that there is: nothing is missed, and no number of scans side by side can keep one another from their end.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from random import randrange

__all__ = ["Scans"]

_PLACES = 2**32  # a cursor is the number of a snapshot, times this, plus the place in it
_NUMBERS = 2**20  # so it has 52 bits, which is an exact number in every language


class Scans:
    """The scans under way on one server: at most `most_scans`, of at most `most_members` together beside the newest."""

    __slots__ = ("_last_number", "_members", "_most_members", "_most_scans", "_snapshots")

    def __init__(self, most_scans: int = 256, most_members: int = 8_000_000) -> None:
        self._most_scans = most_scans
        self._most_members = most_members
        self._snapshots: OrderedDict[int, list[bytes]] = OrderedDict()  # by number, the one used last at the end
        self._members = 0  # in all snapshots
        self._last_number = randrange(_NUMBERS)  # the cursors of an earlier server shall mean nothing to this one

    def __len__(self) -> int:
        """How many snapshots are kept."""
        return len(self._snapshots)

    def page(self, collection: Collection[bytes], cursor: int, count: int) -> tuple[int, list[bytes]]:
        """The members to return for `cursor`, about `count`, and the next cursor: 0 at the end.

        O(count); the first page O(n), as fast as a list can be copied. `count` is at least 1.
        """
        number, place = divmod(cursor, _PLACES)
        if cursor == 0 and len(collection) > count:
            number = self._begin(collection)
        snapshot = self._snapshots.get(number)
        if snapshot is None:
            return 0, list(collection)
        found = [member for member in snapshot[place : place + count] if member in collection]
        return self._next_cursor(number, place + count), found

    def _begin(self, collection: Collection[bytes]) -> int:
        number = self._last_number = self._last_number % _NUMBERS + 1
        self._end(number)  # of a scan that began a million scans ago
        self._snapshots[number] = list(collection)
        self._members += len(collection)
        while len(self._snapshots) > self._most_scans or self._too_many_members():
            self._end(next(iter(self._snapshots)))
        return number

    def _too_many_members(self) -> bool:
        return self._members > self._most_members and len(self._snapshots) > 1

    def _next_cursor(self, number: int, place: int) -> int:
        if place >= len(self._snapshots[number]):
            self._end(number)
            return 0
        self._snapshots.move_to_end(number)
        return number * _PLACES + place

    def _end(self, number: int) -> None:
        self._members -= len(self._snapshots.pop(number, ()))
