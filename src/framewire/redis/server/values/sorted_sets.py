"""Sorted sets: what ZADD, ZRANGE and their like work on.

What belongs here: the data structure. Members stand in the order of their scores, those with equal scores in the order
of their bytes; positions count from 0 in that order. No score is NaN.

Two things hold the same entries (a tuple of score and member, shared):

    _entries   a dict, by member: what asks for a member is O(1)
    _order     None         nobody has asked for the order since the last change
               a list       sorted, while there are few; the next change drops it
               SortedList   when there are many; kept up to date, each change O(log n)

So a small set costs little memory, and who loads a large one before anybody looks at it pays for sorting once. From
`_MANY` members on the order is kept in any case, so that no single question waits for a long sort.

A range is a pair of positions, the second one beyond its end. Ranges by score and by member are found with *cuts*: a
cut is the least score (or member) that does not stand before it; `None` has everything before it.

Redis keeps small sets as a `listpack` and turns them into a `skiplist` when they get a long member or too many members,
and never back. Here that is a mark only; clients see it in OBJECT ENCODING and by what ZSCAN returns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from sortedcontainers import SortedList

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.sampling import Sampler

__all__ = ["ADDED", "CHANGED", "SAME", "Entry", "SortedSetValue"]

Entry: TypeAlias = tuple[float, bytes]
"""Score and member: tuples, so that they sort in the order of the set."""

SAME, ADDED, CHANGED = range(3)
"""What `put` did."""

_FEW = 64
_MANY = 10_000


class SortedSetValue:
    """Members with scores, in order. Who adds some calls `maybe_convert` then."""

    kind = b"zset"

    __slots__ = ("_entries", "_longest", "_order", "_sampler", "is_listpack")

    def __init__(self, scores: Iterable[Entry] = ()) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._order: Any = None
        self._longest = 0  # length of the longest member that there ever was
        self.is_listpack = True
        self._sampler: Sampler | None = None
        for score, member in scores:
            self.put(member, score)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, member: object) -> bool:
        return member in self._entries

    def __iter__(self) -> Iterator[bytes]:
        """The members, in no promised order."""
        return iter(self._entries)

    @property
    def sampler(self) -> Sampler:
        """What chooses random members."""
        if self._sampler is None:
            self._sampler = Sampler()
        return self._sampler

    def encoding(self, config: Config) -> bytes:
        """What OBJECT ENCODING says. O(1)."""
        return b"listpack" if self.is_listpack else b"skiplist"

    def copy(self) -> SortedSetValue:
        """Another set with the same members and scores. O(n)."""
        other = SortedSetValue(self._entries.values())
        other.is_listpack = self.is_listpack
        return other

    def maybe_convert(self, config: Config) -> None:
        """Note that members were added. O(1)."""
        if self.is_listpack:
            few = len(self._entries) <= config.zset_max_listpack_entries
            self.is_listpack = few and self._longest <= config.zset_max_listpack_value

    # -- by member --------------------------------------------------------------------------------------------------

    def score(self, member: bytes) -> float | None:
        """The score of `member`, or `None`. O(1)."""
        entry = self._entries.get(member)
        return None if entry is None else entry[0]

    def entries_of(self, members: Iterable[bytes]) -> list[Entry]:
        """The entries of `members`, as they come. Caller must know that they are there. O(members)."""
        entries = self._entries
        return [entries[member] for member in members]

    def put(self, member: bytes, score: float) -> int:
        """Give `member` that score; whether it was `ADDED`, `CHANGED`, or has the `SAME` score as before. O(log n)."""
        before = self._entries.get(member)
        if before is None:
            self._add(member, score)
            return ADDED
        if before[0] == score:
            return SAME
        self._entries[member] = entry = (score + 0.0, before[1])
        order = self._order
        if order.__class__ is SortedList:
            order.remove(before)
            order.add(entry)
        else:
            self._order = None
        return CHANGED

    def _add(self, member: bytes, score: float) -> None:
        entries = self._entries
        entries[member] = entry = (score + 0.0, member)  # -0.0 becomes 0.0
        if len(member) > self._longest:
            self._longest = len(member)
        if self._order.__class__ is SortedList:
            self._order.add(entry)
        else:
            self._order = SortedList(entries.values()) if len(entries) >= _MANY else None

    def remove(self, member: bytes) -> bool:
        """Take `member` out; whether it was there. O(log n)."""
        entry = self._entries.get(member)
        if entry is None:
            return False
        del self._entries[member]
        if self._order.__class__ is SortedList:
            self._order.remove(entry)
        else:
            self._order = None
        return True

    def rank(self, member: bytes) -> int | None:
        """The position of `member`, or `None`. O(log n)."""
        entry = self._entries.get(member)
        return None if entry is None else self._position(entry)

    # -- by position ------------------------------------------------------------------------------------------------

    def entries(self, start: int = 0, stop: int | None = None) -> list[Entry]:
        """The entries of that range, in order. O(log n + entries returned)."""
        found: list[Entry] = self._ordered()[start:stop]
        return found

    def remove_range(self, start: int, stop: int) -> list[Entry]:
        """Take out the entries of that range, and return them in order. O(log n) for each.

        Caller must know that `stop` is not beyond the end.
        """
        if stop - start == 1:
            return [self._remove_at(start)]
        removed = self.entries(start, stop)
        if removed:
            del self._order[start:stop]  # which `entries` has made
        for _, member in removed:
            del self._entries[member]
        return removed

    def _remove_at(self, position: int) -> Entry:
        order = self._ordered()
        entry: Entry = order.pop(position if position < len(order) - 1 else -1)  # the ends cost least
        del self._entries[entry[1]]
        return entry

    # -- by score ---------------------------------------------------------------------------------------------------

    def score_range(self, low: float | None, high: float | None) -> tuple[int, int]:
        """The range between two cuts. O(log n)."""
        return self._cut_scores(low), self._cut_scores(high)

    def _cut_scores(self, cut: float | None) -> int:
        return len(self._entries) if cut is None else self._position((cut,))

    # -- by member's bytes ------------------------------------------------------------------------------------------

    def lex_range(self, low: bytes | None, high: bytes | None, *, from_end: bool = False) -> tuple[int, int]:
        """The range between two cuts. O(log n) where all scores are equal, for which alone it is meant.

        Where they are not, this is O(n), and the range is what Redis finds in a small set: from the first member that
        is behind the lower cut up to the next one that is not before the upper one (`from_end`: the mirror image);
        nothing when the first member of the set is beyond the cuts, or the last one before them.
        """
        if not self._entries:
            return 0, 0
        order = self._ordered()
        if order[0][0] == order[-1][0]:
            score = order[0][0]
            start, stop = (len(order) if cut is None else self._position((score, cut)) for cut in (low, high))
            return start, stop
        between = [(low is not None and member >= low, high is None or member < high) for _, member in order]
        if not (between[-1][0] and between[0][1]):
            return 0, 0
        return _last_neighbours(between) if from_end else _first_neighbours(between)

    # -- order ------------------------------------------------------------------------------------------------------

    def _ordered(self) -> Any:
        order = self._order
        if order is None:
            entries = self._entries.values()
            self._order = order = sorted(entries) if len(entries) <= _FEW else SortedList(entries)
        return order

    def _position(self, key: tuple[float] | Entry) -> int:
        """How many entries stand before `key`. A tuple of a score alone stands before all entries of that score."""
        order = self._ordered()
        position: int = bisect_left(order, key) if order.__class__ is list else order.bisect_left(key)
        return position


# For each member in order: whether it is behind the lower cut, and before the upper one.


def _first_neighbours(between: list[tuple[bool, bool]]) -> tuple[int, int]:
    start = next(index for index, (above, _) in enumerate(between) if above)
    stop = start
    while stop < len(between) and between[stop][1]:
        stop += 1
    return start, stop


def _last_neighbours(between: list[tuple[bool, bool]]) -> tuple[int, int]:
    stop = len(between)
    while not between[stop - 1][1]:
        stop -= 1
    start = stop
    while start and between[start - 1][0]:
        start -= 1
    return start, stop
