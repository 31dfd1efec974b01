"""Libraries of scripts that are arithmetic or bytes: `bit`, `struct`, and the random numbers of `math`.

What belongs here: what they take, refuse and return, after Lua BitOp, Roberto Ierusalimschy's `struct` and Redis' own
generator. Numbers come as `int` or `float`, strings as `bytes`, `nil` as `None`.
"""

from __future__ import annotations

import math
import struct as packing
from collections.abc import Callable, Iterator
from functools import reduce
from operator import and_, or_, xor
from typing import Any, Final

from lupa.lua51 import lua_type

from framewire.redis.server.scripting.errors import ScriptError

__all__ = ["LIBRARIES", "Random", "bad_argument", "number_argument", "text_argument", "type_name"]

_MASK: Final = 0xFFFFFFFF

# ---- arguments ---------------------------------------------------------------------------------------------------


def type_name(value: object) -> str:
    """The type of a value, as Lua calls it."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, bytes):
        return "string"
    return lua_type(value) or ("function" if callable(value) else "userdata")


def bad_argument(position: int, name: str, problem: str) -> ScriptError:
    """The error of Lua's own functions about an argument."""
    return ScriptError(f"bad argument #{position} to '{name}' ({problem})".encode())


def _wrong_type(arguments: tuple[Any, ...], position: int, name: str, wanted: str) -> ScriptError:
    got = type_name(arguments[position - 1]) if position <= len(arguments) else "no value"
    return bad_argument(position, name, f"{wanted} expected, got {got}")


def number_argument(arguments: tuple[Any, ...], position: int, name: str) -> float:
    """The number at `position` (from 1), or the number that a string spells. Raises `ScriptError`."""
    value = arguments[position - 1] if position <= len(arguments) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, bytes):
        try:
            return float(value)
        except ValueError:
            pass
    raise _wrong_type(arguments, position, name, "number")


def integer_argument(arguments: tuple[Any, ...], position: int, name: str) -> int:
    """The same, cut to an integer."""
    value = number_argument(arguments, position, name)
    return int(value) if math.isfinite(value) else -(2**63)


def text_argument(arguments: tuple[Any, ...], position: int, name: str) -> bytes:
    """The string at `position`, or the text of a number. Raises `ScriptError`."""
    value = arguments[position - 1] if position <= len(arguments) else None
    if isinstance(value, bytes):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return b"%.14g" % value
    raise _wrong_type(arguments, position, name, "string")


# ---- bit ---------------------------------------------------------------------------------------------------------


def _bits(arguments: tuple[Any, ...], position: int, name: str) -> int:
    """The lowest 32 bits of a number, rounded to an integer."""
    value = number_argument(arguments, position, name)
    return (round(value) if math.isfinite(value) else 0) & _MASK


def _signed(bits: int) -> int:
    bits &= _MASK
    return bits - 2**32 if bits & 0x80000000 else bits


def _joining(name: str, join: Callable[[int, int], int]) -> Callable[..., int]:
    def function(*arguments: object) -> int:
        all_bits = [_bits(arguments, position, name) for position in range(1, max(len(arguments), 1) + 1)]
        return _signed(reduce(join, all_bits))

    return function


def _shifting(name: str, shift: Callable[[int, int], int]) -> Callable[..., int]:
    def function(*arguments: object) -> int:
        return _signed(shift(_bits(arguments, 1, name), _bits(arguments, 2, name) & 31))

    return function


def _tobit(*arguments: object) -> int:
    return _signed(_bits(arguments, 1, "tobit"))


def _bnot(*arguments: object) -> int:
    return _signed(~_bits(arguments, 1, "bnot"))


def _bswap(*arguments: object) -> int:
    return _signed(int.from_bytes(_bits(arguments, 1, "bswap").to_bytes(4, "little"), "big"))


def _tohex(*arguments: object) -> bytes:
    digits = _signed(_bits(arguments, 2, "tohex")) if len(arguments) > 1 else 8
    text = b"%08x" % _bits(arguments, 1, "tohex")
    text = text.upper() if digits < 0 else text
    return text[8 - min(abs(digits), 8) :]


_BIT: dict[bytes, Callable[..., Any]] = {
    b"tobit": _tobit,
    b"bnot": _bnot,
    b"bswap": _bswap,
    b"tohex": _tohex,
    b"band": _joining("band", and_),
    b"bor": _joining("bor", or_),
    b"bxor": _joining("bxor", xor),
    b"lshift": _shifting("lshift", lambda bits, by: bits << by),
    b"rshift": _shifting("rshift", lambda bits, by: bits >> by),
    b"arshift": _shifting("arshift", lambda bits, by: _signed(bits) >> by),
    b"rol": _shifting("rol", lambda bits, by: bits << by | bits >> (32 - by)),
    b"ror": _shifting("ror", lambda bits, by: bits >> by | bits << (32 - by)),
}

# ---- struct ------------------------------------------------------------------------------------------------------

_SIZES = {"b": 1, "h": 2, "l": 8, "i": 4, "t": 8, "f": 4, "d": 8, "x": 1}
_LARGEST_INTEGER = 32
_MOST_BYTES = 2**31 - 1


class _Items:
    """Goes through a format: each item is its letter, its size, how many bytes align it, and the byte order."""

    def __init__(self, text: bytes, name: str) -> None:
        self._name = name
        self._text = text.split(b"\0", 1)[0].decode("latin-1")
        self._position = 0
        self.order = "<"
        self._alignment = 1

    def __iter__(self) -> Iterator[tuple[str, int]]:
        while self._position < len(self._text):
            letter = self._text[self._position]
            self._position += 1
            if letter in "<>":
                self.order = letter
            elif letter == "!":
                self._align()
            elif letter != " ":
                yield letter, self._size(letter)

    def _number(self, otherwise: int) -> int:
        start = self._position
        while self._text[self._position : self._position + 1].isdigit():
            self._position += 1
        digits = self._text[start : self._position]
        if len(digits) > 10 or int(digits or 0) > _MOST_BYTES:
            raise ScriptError(b"integral size overflow")
        return int(digits) if digits else otherwise

    def _align(self) -> None:
        self._alignment = self._number(8)
        if self._alignment & (self._alignment - 1) or not self._alignment:
            raise ScriptError(b"alignment %d is not a power of 2" % self._alignment)

    def _size(self, letter: str) -> int:
        if letter == "c":
            return self._number(1)
        if letter == "s":
            return 0
        if letter in "iI":
            size = self._number(4)
            if size > _LARGEST_INTEGER:
                raise ScriptError(b"integral size %d is larger than limit of %d" % (size, _LARGEST_INTEGER))
            return size
        if letter.lower() not in _SIZES or letter in "XFD":
            raise bad_argument(1, self._name, f"invalid format option '{letter}'")
        return _SIZES[letter.lower()]

    def padding(self, at: int, letter: str, size: int) -> int:
        """How many bytes stand in front of an item at offset `at`."""
        if letter in "csx" or size <= 1:
            return 0
        size = min(size, self._alignment)
        return -at % size if size & (size - 1) == 0 else 0


def _pack(*arguments: Any) -> bytes:
    items = _Items(text_argument(arguments, 1, "pack"), "pack")
    packed = bytearray()
    arguments = (*arguments, None)  # the first one that is missing is called nil
    position = 2
    for letter, size in items:
        packed += bytes(items.padding(len(packed), letter, size))
        if letter == "x":
            packed += b"\0"
            continue
        packed += _packed(items.order, letter, size, arguments, position)
        position += 1
    return bytes(packed)


def _packed(order: str, letter: str, size: int, arguments: tuple[Any, ...], position: int) -> bytes:
    if letter in "cs":
        text = text_argument(arguments, position, "pack")
        size = size or len(text)
        if len(text) < size:
            raise bad_argument(position + 1, "pack", "string too short")
        return text[:size] + (b"\0" if letter == "s" else b"")
    if letter in "fd":
        return _packed_double(order, letter, number_argument(arguments, position, "pack"))
    value = integer_argument(arguments, position, "pack")
    return (value % (1 << (8 * size))).to_bytes(size, "little" if order == "<" else "big")


def _packed_double(order: str, letter: str, value: float) -> bytes:
    try:
        return packing.pack(order + letter, value)
    except OverflowError:
        return packing.pack(order + letter, math.copysign(math.inf, value))


def _unpack(*arguments: Any) -> tuple[Any, ...]:
    items = _Items(text_argument(arguments, 1, "unpack"), "unpack")
    data = text_argument(arguments, 2, "unpack")
    at = integer_argument(arguments, 3, "unpack") - 1 if len(arguments) > 2 else 0
    if at < 0:
        raise bad_argument(3, "unpack", "offset must be 1 or greater")
    values: list[Any] = []
    for letter, size in items:
        at += items.padding(at, letter, size)
        if at + size > len(data):
            raise bad_argument(2, "unpack", "data string too short")
        at = _unpack_item(items.order, letter, size, data, at, values)
    return (*values, at + 1)


def _unpack_item(order: str, letter: str, size: int, data: bytes, at: int, values: list[Any]) -> int:
    """Append what stands at `at`; returns where the next item begins."""
    if letter == "s":
        end = data.find(b"\0", at)
        if end < 0:
            raise ScriptError(b"unfinished string in data")
        values.append(data[at:end])
        return end + 1
    if letter == "c":
        size = _counted(size, data, at, values)
        values.append(data[at : at + size])
    elif letter in "fd":
        values.append(packing.unpack_from(order + letter, data, at)[0])
    elif letter != "x":
        values.append(_unpacked_integer(order, letter, data[at : at + size]))
    return at + size


def _counted(size: int, data: bytes, at: int, values: list[Any]) -> int:
    """The size of `c`; that of `c0` is the number just unpacked, which it takes away."""
    if size:
        return size
    if not values or not isinstance(values[-1], int | float):
        raise ScriptError(b"format 'c0' needs a previous size")
    count = int(values.pop())
    if not 0 <= count <= len(data) - at:
        raise bad_argument(2, "unpack", "data string too short")
    return count


def _unpacked_integer(order: str, letter: str, data: bytes) -> float:
    value = int.from_bytes(data[:8] if order == "<" else data[-8:], "little" if order == "<" else "big",
                           signed=letter.islower())  # fmt: skip
    return value if abs(value) <= 2**53 else float(value)


def _size(*arguments: Any) -> int:
    items = _Items(text_argument(arguments, 1, "size"), "size")
    total = 0
    for letter, size in items:
        if letter == "s":
            raise bad_argument(1, "size", "option 's' has no fixed size")
        if letter == "c" and not size:
            raise bad_argument(1, "size", "option 'c0' has no fixed size")
        total += items.padding(total, letter, size) + size
    return total


_STRUCT: dict[bytes, Callable[..., Any]] = {b"pack": _pack, b"unpack": _unpack, b"size": _size}

LIBRARIES: dict[bytes, dict[bytes, Callable[..., Any]]] = {b"bit": _BIT, b"struct": _STRUCT}
"""By their names in Lua, the functions by theirs."""

# ---- random numbers ----------------------------------------------------------------------------------------------


class Random:
    """The generator that scripts get: the same numbers behind a seed as in Redis (48 bits, linear congruential)."""

    _LARGEST: Final = 2**31 - 1

    def __init__(self) -> None:
        self._state = 0
        self.seed(0)

    def functions(self) -> dict[bytes, Callable[..., Any]]:
        return {b"random": self.random, b"randomseed": self.seed}

    def seed(self, *arguments: Any) -> None:
        seed = integer_argument(arguments, 1, "randomseed") & _MASK
        self._state = seed << 16 | 0x330E

    def random(self, *arguments: Any) -> float:
        """A fraction below 1; an integer from 1 or from the first argument to the last one."""
        self._state = (self._state * 0x5DEECE66D + 0xB) % 2**48
        fraction = (self._state >> 17) % self._LARGEST / self._LARGEST
        if not arguments:
            return fraction
        if len(arguments) > 2:
            raise ScriptError(b"wrong number of arguments")
        low = integer_argument(arguments, 1, "random") if len(arguments) == 2 else 1
        high = integer_argument(arguments, len(arguments), "random")
        if low > high:
            raise bad_argument(len(arguments), "random", "interval is empty")
        return float(math.floor(fraction * (high - low + 1)) + low)
