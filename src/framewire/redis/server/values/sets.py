"""Sets of byte strings.

What belongs here: the data structure, a Python set.

Redis keeps a small set of integers as an `intset`, in numerical order, and turns it into a `hashtable` when it gets
anything else or too many members, and never back. Here that is a mark; `ordered` gives the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from framewire.redis.server.config.config import Config
from framewire.redis.server.parsing.arguments import parse_int64
from framewire.redis.server.values.sampling import Sampler

__all__ = ["SetValue"]


class SetValue(set[bytes]):
    """Members. Who adds some by other ways than `put` calls `maybe_convert` then."""

    __slots__ = ("_sampler", "is_intset")

    kind = b"set"

    def __init__(self, members: Iterable[bytes] = ()) -> None:
        super().__init__(members)
        self.is_intset = True
        self._sampler: Sampler | None = None

    def encoding(self, config: Config) -> bytes:
        """What OBJECT ENCODING says. O(1)."""
        return b"intset" if self.is_intset else b"hashtable"

    def copy(self) -> SetValue:
        """Another set with the same members. O(n)."""
        other = SetValue(self)
        other.is_intset = self.is_intset
        return other

    def put(self, members: Sequence[bytes], config: Config) -> int:
        """Add `members`; how many are new. O(members)."""
        before = len(self)
        if not self.is_intset:
            self.update(members)
            return len(self) - before
        self.is_intset = False  # it must not say otherwise where memory ends between here and the last line
        self.update(members)
        added = len(self) - before
        self.is_intset = not added or (len(self) <= config.set_max_intset_entries and _are_integers(members))
        return added

    def maybe_convert(self, members: Iterable[bytes], config: Config) -> None:
        """Note that `members`, of which at least one is new, were put in. O(members) while it is an intset."""
        if self.is_intset:
            self.is_intset = len(self) <= config.set_max_intset_entries and _are_integers(members)

    def ordered(self) -> list[bytes]:
        """The members, in numerical order where they are an intset. O(n log n) for an intset, which is small."""
        return sorted(self, key=int) if self.is_intset else list(self)

    @property
    def sampler(self) -> Sampler:
        """What chooses random members of this set."""
        if self._sampler is None:
            self._sampler = Sampler()
        return self._sampler


def _are_integers(members: Iterable[bytes]) -> bool:
    """A loop and no `all()`: this is on the path of every SADD to a small set of integers."""
    for member in members:
        if parse_int64(member) is None:
            return False
    return True
