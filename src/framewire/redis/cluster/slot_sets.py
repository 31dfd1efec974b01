"""Sets of slots, each one whole number whose bit `n` stands for slot `n`, and how they are written down.

What belongs here: that arithmetic. As whole numbers such sets are joined and compared in a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from framewire.redis.slots import SLOTS

__all__ = ["ALL", "Reader", "number_written", "set_of", "set_written", "slots_in"]

ALL: Final = (1 << SLOTS) - 1

_BITMAP: Final = SLOTS + 1
"""In place of the number of ranges, where a bit for each slot is shorter."""

_BITMAP_BYTES: Final = SLOTS // 8


def set_of(slots: Iterable[int]) -> int:
    """The set of these slots. Linear in them."""
    marks = bytearray(SLOTS)
    for slot in slots:
        marks[SLOTS - 1 - slot] = 1
    return int(marks.translate(_DIGITS), 2)


_DIGITS: Final = b"01" + bytes(254)


def slots_in(of: int) -> Iterator[int]:
    """The slots of a set, in order."""
    digits = f"{of:b}"[::-1]
    slot = digits.find("1")
    while slot >= 0:
        yield slot
        slot = digits.find("1", slot + 1)


# -- written down -----------------------------------------------------------------------------------------------------


def number_written(number: int) -> bytes:
    """A number from 0 on: seven bits in a byte, the lowest first."""
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)


def set_written(of: int) -> bytes:
    """A set as its ranges, or as a bit for each slot where that is shorter: 2 KiB at most."""
    ranges = list(_ranges(of))
    end, written = 0, bytearray(number_written(len(ranges)))
    for first, behind in ranges:
        written += number_written(first - end) + number_written(behind - first)
        end = behind
    if len(written) <= _BITMAP_BYTES:
        return bytes(written)
    return number_written(_BITMAP) + of.to_bytes(_BITMAP_BYTES, "little")


def _ranges(of: int) -> Iterator[tuple[int, int]]:
    """The first slot of each range, and the one behind it."""
    digits = f"{of:b}"[::-1] + "0"
    first = digits.find("1")
    while first >= 0:
        behind = digits.index("0", first)
        yield first, behind
        first = digits.find("1", behind)


class Reader:
    """Reads what the functions above have written, and texts. Raises `ValueError` for anything else."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def number(self) -> int:
        number = shift = 0
        while True:
            byte = self.bytes(1)[0]
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
            if shift > 63:
                raise ValueError("a number of more than 64 bits")

    def bytes(self, length: int) -> bytes:
        end = self._position + length
        if end > len(self._data):
            raise ValueError(f"it ends {end - len(self._data)} bytes early")
        data, self._position = self._data[self._position : end], end
        return data

    def set(self) -> int:
        ranges = self.number()
        if ranges == _BITMAP:
            return int.from_bytes(self.bytes(_BITMAP_BYTES), "little")
        found = slot = 0
        for _ in range(ranges):
            slot += self.number()
            length = self.number()
            if slot + length > SLOTS:
                raise ValueError(f"slot {slot + length - 1} of {SLOTS}")
            found |= ((1 << length) - 1) << slot
            slot += length
        return found

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._position == len(self._data)
