"""Where keys stand in a request, and what is done to them.

What belongs here: `KeySpec`, which is one such place, and what no rule of positions says: options that name keys, or
that decide what is done to them. All functions are pure, take any request, and do no more work than it is long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = [
    "Finder",
    "KeySpec",
    "find_migrated_key",
    "find_migrated_keys",
    "find_sort_target",
    "find_store",
    "find_storedist",
    "flags_of_bitfield",
    "flags_of_set",
]

Finder = Callable[[Sequence[bytes]], list[int]]
"""Takes a request and returns the positions of keys in it."""

_MARKERS = ("variable_flags", "incomplete")
_MOST_DIGITS = 9  # no request has a billion items


@dataclass(frozen=True, slots=True)
class KeySpec:
    """One place where keys stand, and what is done to them, as COMMAND INFO has it (`flags`, `notes`).

    They are the items `first` to `last` of a request, each `step`th; a negative `last` counts from the end. Or, with
    `counted`, the item `keynumidx` behind `first` says how many there are, from `firstkey` behind `first` on. Or, with
    a `keyword`, they stand behind that word, which is looked for from `first` on (backwards from there where that is
    negative), and fill one `limit`th of the rest. Or no rule like these says it (`unknown`). Where there is a
    `finder` it knows the positions better than the rule, and `flags_in` knows better what is done.
    """

    flags: str
    first: int = 1
    last: int = 1
    step: int = 1
    notes: str = ""
    counted: bool = False
    keyword: str = ""
    limit: int = 0
    unknown: bool = False
    finder: Finder | None = None
    flags_in: Callable[[Sequence[bytes]], str] | None = None
    keynumidx: int = 0
    firstkey: int = 1

    @property
    def is_range(self) -> bool:
        """Whether positions alone say where the keys stand."""
        return not (self.counted or self.keyword or self.unknown)

    @property
    def must_find(self) -> bool:
        """Whether a request is senseless where no key stands in this place."""
        return not (self.keyword or self.unknown or self.finder)

    @property
    def is_key(self) -> bool:
        """Whether they are keys at all, and not the names of shard channels, which only share their slots."""
        return "not_key" not in self.flags

    def find(self, request: Sequence[bytes]) -> list[int]:
        """The positions of the keys in `request`; what is not there is left out."""
        if self.finder is not None:
            return self.finder(request)
        if self.unknown:
            return []
        if self.counted:
            return self._find_counted(request)
        if self.keyword:
            return self._find_behind_keyword(request)
        last = self.last if self.last >= 0 else len(request) + self.last
        return list(range(self.first, min(last, len(request) - 1) + 1, self.step))

    def flags_for(self, request: Sequence[bytes]) -> str:
        """What `request` does to its keys: `flags`, as the options of this request make it."""
        flags = self.flags if self.flags_in is None else self.flags_in(request)
        return " ".join(flag for flag in flags.split() if flag not in _MARKERS)

    def _find_counted(self, request: Sequence[bytes]) -> list[int]:
        count = _count(request, self.first + self.keynumidx)
        start = self.first + self.firstkey
        end = start + (count - 1) * self.step + 1
        return list(range(start, end, self.step)) if count and end <= len(request) else []

    def _find_behind_keyword(self, request: Sequence[bytes]) -> list[int]:
        start = self._behind_keyword(request)
        if start is None:
            return []
        if self.last >= 0:
            return list(range(start, min(start + self.last - self.first + 1, len(request)), self.step))
        rest = len(request) - start
        return list(range(start, start + (rest // self.limit if self.limit else rest), self.step))

    def _behind_keyword(self, request: Sequence[bytes]) -> int | None:
        """The position behind the keyword. The last item cannot be it, nor can the name of the command."""
        wanted = self.keyword.encode()
        forwards = range(self.first, len(request) - 1)
        backwards = range(len(request) + self.first, 0, -1)
        for position in forwards if self.first >= 0 else backwards:
            if request[position].upper() == wanted:
                return position + 1
        return None


def _count(request: Sequence[bytes], position: int) -> int:
    """The number that the item at `position` spells, in the one way to spell it; 0 for anything else."""
    text = request[position] if position < len(request) else b""
    if not text.isdigit() or len(text) > _MOST_DIGITS or (text.startswith(b"0") and len(text) > 1):
        return 0
    return int(text)


# -- SORT -------------------------------------------------------------------------------------------------------------


def find_sort_target(request: Sequence[bytes]) -> list[int]:
    """The key behind STORE, the last one if there are several. What BY and GET name are patterns."""
    found: list[int] = []
    position = 2
    while position < len(request):
        word = request[position].upper()
        if word == b"STORE" and position + 1 < len(request):
            found = [position + 1]
        position += _SORT_LENGTHS.get(word, 1)
    return found


_SORT_LENGTHS = {b"LIMIT": 3, b"BY": 2, b"GET": 2, b"STORE": 2}


# -- MIGRATE ----------------------------------------------------------------------------------------------------------

_MIGRATE_OPTIONS = 6
_MIGRATE_LENGTHS = {b"AUTH": 2, b"AUTH2": 3}


def find_migrated_key(request: Sequence[bytes]) -> list[int]:
    """The one key, where no KEYS stands behind it."""
    return [3] if len(request) > 3 and not _behind_keys(request) else []


def find_migrated_keys(request: Sequence[bytes]) -> list[int]:
    """The keys behind KEYS; with both them and the one key there are none."""
    start = _behind_keys(request)
    return list(range(start, len(request))) if start and not request[3] else []


def _behind_keys(request: Sequence[bytes]) -> int:
    """The position behind KEYS; 0 where it is not there, or is the last word."""
    position = _MIGRATE_OPTIONS
    while position < len(request) - 1:
        word = request[position].upper()
        if word == b"KEYS":
            return position + 1
        position += _MIGRATE_LENGTHS.get(word, 1)
    return 0


# -- options that decide what is done ---------------------------------------------------------------------------------


def flags_of_set(request: Sequence[bytes]) -> str:
    """SET reads only with GET."""
    reads = any(word.upper() == b"GET" for word in request[3:])
    return "RW access update" if reads else "OW update"


def flags_of_bitfield(request: Sequence[bytes]) -> str:
    """BITFIELD only reads where it has nothing but GET and OVERFLOW, all of them complete."""
    position = 2
    while position < len(request):
        length = _BITFIELD_READS.get(request[position].upper(), 0)
        if not length or position + length > len(request):
            return "RW access update"
        position += length
    return "RO access"


_BITFIELD_READS = {b"GET": 3, b"OVERFLOW": 2}


# -- GEORADIUS on Valkey ----------------------------------------------------------------------------------------------


def find_store(request: Sequence[bytes]) -> list[int]:
    """The key behind STORE, unless there is another STORE or STOREDIST later on."""
    return _last_store(request, b"STORE")


def find_storedist(request: Sequence[bytes]) -> list[int]:
    """The key behind STOREDIST, unless there is another STORE or STOREDIST later on."""
    return _last_store(request, b"STOREDIST")


def _last_store(request: Sequence[bytes], wanted: bytes) -> list[int]:
    found = (b"", 0)
    position = 5
    while position < len(request) - 1:
        word = request[position].upper()
        if word in (b"STORE", b"STOREDIST"):
            position += 1
            found = word, position
        position += 1
    return [found[1]] if found[0] == wanted else []
