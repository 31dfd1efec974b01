"""Strings as arrays of bits: bit 0 is the highest one of the first byte.

What belongs here: counting, finding, combining, and numbers of any width at any place. Beyond the end of a string are
zeros. All takes time in proportion to the bytes that are looked at, by Python's whole numbers instead of bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from framewire.redis.server.values.strings import RawString

__all__ = ["combine", "count_ones", "find_bit", "read_bit", "read_number", "write_bit", "write_number"]

_CHUNK = 64 * 1024  # bytes that are looked at together
_WITHOUT = (b"\xff" * _CHUNK, b"\0" * _CHUNK)  # a chunk in which there is no 0, and one in which there is no 1
_INVERTED = bytes(range(255, -1, -1))


def read_bit(value: bytes | RawString, place: int) -> int:
    """One bit. O(1)."""
    byte = place >> 3
    return value[byte] >> (7 - (place & 7)) & 1 if byte < len(value) else 0


def write_bit(value: RawString, place: int, bit: int) -> None:
    """Set one bit, which must be within the string. O(1)."""
    mask = 1 << (7 - (place & 7))
    if bit:
        value[place >> 3] |= mask
    else:
        value[place >> 3] &= ~mask


def count_ones(value: bytes | RawString, first: int, last: int) -> int:
    """How many bits are set from place `first` to `last`, both within the string."""
    with memoryview(value) as everything, everything[first >> 3 : (last >> 3) + 1] as part:
        before = part[0] >> (8 - (first & 7))
        behind = part[-1] & (0x7F >> (last & 7))
        return _ones(part) - before.bit_count() - behind.bit_count()


def _ones(part: memoryview) -> int:
    return sum(int.from_bytes(part[i : i + _CHUNK], "big").bit_count() for i in range(0, len(part), _CHUNK))


def find_bit(value: bytes | RawString, bit: int, first: int, last: int) -> int | None:
    """The place of the first bit like `bit` from place `first` to `last`, both within the string."""
    for start in range(first & ~7, last + 1, 8 * _CHUNK):
        found = _find_in_chunk(value, bit, max(first, start), min(last, start + 8 * _CHUNK - 1))
        if found is not None:
            return found
    return None


def _find_in_chunk(value: bytes | RawString, bit: int, first: int, last: int) -> int | None:
    start = first >> 3
    part = bytearray(value[start : (last >> 3) + 1])
    if part == _WITHOUT[bit][: len(part)]:
        return None
    if not bit:
        part = part.translate(_INVERTED)
    part[0] &= 0xFF >> (first & 7)
    part[-1] &= ~(0x7F >> (last & 7))
    rest = part.lstrip(b"\0")
    return (start + len(part) - len(rest)) * 8 + 8 - rest[0].bit_length() if rest else None


_OPERATIONS: dict[bytes, Callable[[int, int], int]] = {
    b"AND": int.__and__,
    b"OR": int.__or__,
    b"XOR": int.__xor__,
}


def combine(operation: bytes, values: Sequence[bytes]) -> bytes:
    """AND, OR or XOR of all the strings, or NOT of the only one; as long as the longest."""
    if operation == b"NOT":
        return values[0].translate(_INVERTED)
    total = reduce(_OPERATIONS[operation], (int.from_bytes(value, "little") for value in values))
    return total.to_bytes(max(map(len, values)), "little")


def read_number(value: bytes | RawString, place: int, width: int) -> int:
    """The unsigned number of `width` bits at `place`. O(width)."""
    end = place + width
    data = bytes(value[place >> 3 : (end + 7) >> 3]).ljust(((end + 7) >> 3) - (place >> 3), b"\0")
    return int.from_bytes(data, "big") >> (-end & 7) & ((1 << width) - 1)


def write_number(value: RawString, place: int, width: int, number: int) -> None:
    """Put an unsigned number of `width` bits at `place`, all of it within the string. O(width)."""
    end = place + width
    shift = -end & 7
    part = slice(place >> 3, (end + 7) >> 3)
    data = int.from_bytes(value[part], "big") & ~(((1 << width) - 1) << shift) | number << shift
    value[part] = data.to_bytes(part.stop - part.start, "big")
