"""The library `struct` of scripts: numbers and strings as bytes, after Roberto Ierusalimschy's, as Redis has it.

What belongs here: `pack`, `unpack` and `size`. What a format says is read in `formats.py`.
"""

from __future__ import annotations

import math
import struct as packing
from collections.abc import Callable
from typing import Any, Final

from framewire.redis.server.scripting.errors import ScriptError
from framewire.redis.server.scripting.libraries.arguments import (
    Arguments,
    bad_argument,
    integer_argument,
    number_argument,
    text_argument,
    to_number,
)
from framewire.redis.server.scripting.libraries.formats import DOUBLES, INTEGERS, Item, items_of

__all__ = ["STRUCT"]

_MOST_RESULTS: Final = 7997  # the stack of a function of C has no room for more, and for where it goes on
_WORD: Final = 2**64
_HALF: Final = 2**63

# ---- packing -----------------------------------------------------------------------------------------------------


def _pack(*arguments: Any) -> bytes:
    packed = bytearray()
    values = (*arguments, None)  # the first one that is missing is called nil
    position = 2
    for item in items_of(text_argument(arguments, 1, "pack"), "pack"):
        if item.alignment > 1:
            packed += bytes(item.padding(len(packed)))
        if item.letter == "x":
            packed += b"\0"
        elif item.letter:
            packed += _packed(item, values, position)
            position += 1
        else:
            item.obey()
    return bytes(packed)


def _packed(item: Item, arguments: Arguments, position: int) -> bytes:
    letter, size = item.letter, item.size
    if letter in "cs":
        return _packed_text(item, text_argument(arguments, position, "pack"), position)
    value = number_argument(arguments, position, "pack")
    if letter in DOUBLES:
        return _packed_double((">" if item.big else "<") + letter, value)
    data = _as_unsigned(value).to_bytes(max(size, 8), "little")[:size]  # beyond eight bytes come zeros, also behind -1
    return data[::-1] if item.big else data


def _packed_text(item: Item, text: bytes, position: int) -> bytes:
    if len(text) < item.size:
        raise bad_argument(position + 1, "pack", "string too short")
    return text[: item.size or len(text)] + (b"\0" if item.letter == "s" else b"")


def _packed_double(form: str, value: float) -> bytes:
    try:
        return packing.pack(form, value)
    except OverflowError:
        return packing.pack(form, math.copysign(math.inf, value))


def _as_unsigned(value: float) -> int:
    """As C on x86 makes 64 bits of a double: what has no place in them is 2^63 if below, 0 if above."""
    if value != value or value < -_HALF:
        return _HALF
    return int(value) % _WORD if value < _WORD else 0


# ---- unpacking ---------------------------------------------------------------------------------------------------


def _unpack(*arguments: Any) -> Any:
    form, data = text_argument(arguments, 1, "unpack"), text_argument(arguments, 2, "unpack")
    start = integer_argument(arguments, 3, "unpack") % _WORD if len(arguments) > 2 and arguments[2] is not None else 1
    if not start:
        raise bad_argument(3, "unpack", "offset must be 1 or greater")
    at = start - 1
    values: list[Any] = []
    for item in items_of(form, "unpack"):
        at += item.padding(at)
        _check_there(at, item.size, data)
        if len(values) >= _MOST_RESULTS:
            raise ScriptError(b"stack overflow (too many results)")
        at += _unpack_item(item, at, data, values)
    where = at + 1
    return (*values, where if where < _HALF else where - _WORD)


def _check_there(at: int, size: int, data: bytes) -> None:
    if at + size > len(data):
        raise bad_argument(2, "unpack", "data string too short")


def _unpack_item(item: Item, at: int, data: bytes, values: list[Any]) -> int:
    """Append the value; returns how many bytes it takes."""
    letter, size = item.letter, item.size
    if letter in INTEGERS:
        values.append(_integer(data[at : at + size], item.big, letter.islower()))
    elif letter in DOUBLES:
        values.append(packing.unpack_from((">" if item.big else "<") + letter, data, at)[0])
    elif letter == "c":
        size = size or _counted(data, at, values)
        values.append(data[at : at + size])
    elif letter == "s":
        size = data.find(b"\0", at) - at + 1
        if size <= 0:
            raise ScriptError(b"unfinished string in data")
        values.append(data[at : at + size - 1])
    elif not letter:
        item.obey()
    return size


def _counted(data: bytes, at: int, values: list[Any]) -> int:
    """The size of `c0`: the number just unpacked, which it takes away."""
    count = to_number(values[-1]) if values else None
    if count is None:
        raise ScriptError(b"format 'c0' needs a previous size")
    values.pop()
    size = _as_unsigned(count)
    _check_there(at, size, data)
    return size


def _integer(data: bytes, big: bool, signed: bool) -> float:
    """The lowest 64 bits; the sign is where the size says, modulo 64."""
    value = int.from_bytes(data, "big" if big else "little") % _WORD
    if signed:
        above = -(1 << (8 * len(data) - 1) % 64) % _WORD
        value |= above if value & above else 0
        value -= _WORD if value >= _HALF else 0
    return value if abs(value) <= 2**53 else float(value)


# ---- size --------------------------------------------------------------------------------------------------------


def _size(*arguments: Any) -> int:
    total = 0
    for item in items_of(text_argument(arguments, 1, "size"), "size"):
        if item.letter == "s":
            raise bad_argument(1, "size", "option 's' has no fixed size")
        if item.letter == "c" and not item.size:
            raise bad_argument(1, "size", "option 'c0' has no fixed size")
        item.obey()
        total += item.padding(total) + item.size
    return total


STRUCT: dict[bytes, Callable[..., Any]] = {b"pack": _pack, b"unpack": _unpack, b"size": _size}
