"""The library `cmsgpack` of scripts: Lua values in MessagePack's bytes, and back.

What belongs here: that. Tables come as objects that look like mappings (`items()`); those with the keys 1, 2, ... n
become arrays, others maps. What a table nests beyond `_DEEPEST` is packed as nil, as in Redis.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, Final

from framewire.redis.server.scripting.conversions import Lua
from framewire.redis.server.scripting.errors import ScriptError
from framewire.redis.server.scripting.libraries import bad_argument, integer_argument, text_argument, type_name

__all__ = ["CONSTANTS", "MessagePack"]

_DEEPEST: Final = 16
_DEEPEST_UNPACKED: Final = 512  # arrays within arrays take one byte each: a peer chooses how many
_MISSING: Final = b"Missing bytes in input."
_BAD: Final = b"Bad data format in input."

CONSTANTS: dict[bytes, bytes] = {
    b"_NAME": b"cmsgpack",
    b"_VERSION": b"lua-cmsgpack 0.4.0",
    b"_COPYRIGHT": b"Copyright (C) 2012, Salvatore Sanfilippo",
    b"_DESCRIPTION": b"MessagePack C implementation for Lua",
}


class MessagePack:
    """The functions of the library; `lua` makes tables."""

    def __init__(self, lua: Lua) -> None:
        self._lua = lua

    def functions(self) -> dict[bytes, Callable[..., Any]]:
        return {b"pack": self.pack, b"unpack": self.unpack, b"unpack_one": self.unpack_one,
                b"unpack_limit": self.unpack_limit}  # fmt: skip

    def pack(self, *arguments: Any) -> bytes:
        """All arguments, one after the other. O(their size)."""
        if not arguments:
            raise bad_argument(0, "pack", "MessagePack pack needs input.")
        packed = bytearray()
        for value in arguments:
            _pack(packed, value, 0)
        return bytes(packed)

    def unpack(self, *arguments: Any) -> tuple[Any, ...]:
        """All values in a string."""
        return self._unpack(text_argument(arguments, 1, "unpack"), 0, None)[0]

    def unpack_one(self, *arguments: Any) -> tuple[Any, ...]:
        """Where the second value begins (-1: nowhere), and the first one, from an offset on."""
        return self._unpack_some(arguments, 1, 2)

    def unpack_limit(self, *arguments: Any) -> tuple[Any, ...]:
        """The same for as many values as the second argument says."""
        return self._unpack_some(arguments, integer_argument(arguments, 2, "unpack_limit"), 3)

    def _unpack_some(self, arguments: tuple[Any, ...], limit: int, position: int) -> tuple[Any, ...]:
        data = text_argument(arguments, 1, "unpack")
        offset = integer_argument(arguments, position, "unpack") if len(arguments) >= position else 0
        if limit < 0 or offset < 0:
            raise ScriptError(b"Invalid request to unpack with offset of %d and limit of %d." % (offset, len(data)))
        if offset > len(data):
            raise ScriptError(b"Start offset %d greater than input length %d." % (offset, len(data)))
        values, end = self._unpack(data, offset, limit or None)
        return (-1 if end == len(data) else end, *values)

    def _unpack(self, data: bytes, offset: int, limit: int | None) -> tuple[tuple[Any, ...], int]:
        reader = _Reader(data, offset, self._lua)
        values: list[Any] = []
        while reader.position < len(data) and len(values) != limit:
            values.append(reader.next(0))
        return tuple(values), reader.position


# ---- packing -----------------------------------------------------------------------------------------------------


def _pack(packed: bytearray, value: Any, depth: int) -> None:
    kind = type_name(value)
    if kind == "string":
        packed += _head(len(value), 0xA0, 31, (0xD9, 0xDA, 0xDB)) + value
    elif kind == "number":
        packed += _packed_number(value)
    elif kind == "boolean":
        packed.append(0xC3 if value else 0xC2)
    elif kind == "table" and depth < _DEEPEST:
        _pack_table(packed, list(value.items()), depth + 1)
    else:
        packed.append(0xC0)


def _pack_table(packed: bytearray, items: list[tuple[Any, Any]], depth: int) -> None:
    by_key = dict(items)
    if items and all(isinstance(key, int) and 0 < key <= len(items) for key, _ in items):
        packed += _head(len(items), 0x90, 15, (None, 0xDC, 0xDD))
        for position in range(1, len(items) + 1):
            _pack(packed, by_key[position], depth)
        return
    packed += _head(len(items), 0x80 if items else 0x90, 15, (None, 0xDE, 0xDF))
    for pair in items:
        for part in pair:
            _pack(packed, part, depth)


def _head(count: int, small: int, most: int, codes: tuple[int | None, int, int]) -> bytes:
    """The type and the size of what follows, in the shortest form."""
    if count <= most:
        return bytes((small | count,))
    if count <= 0xFF and codes[0] is not None:
        return struct.pack(">BB", codes[0], count)
    return struct.pack(">BH", codes[1], count) if count <= 0xFFFF else struct.pack(">BI", codes[2], count)


def _packed_number(value: float) -> bytes:
    if math.isfinite(value) and value == int(value) and -(2**63) <= value < 2**63:
        return _packed_integer(int(value))
    try:
        single = struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">Bd", 0xCB, value)
    return b"\xca" + single if struct.unpack(">f", single)[0] == value else struct.pack(">Bd", 0xCB, value)


_UNSIGNED = ((0xFF, ">BB", 0xCC), (0xFFFF, ">BH", 0xCD), (0xFFFFFFFF, ">BI", 0xCE), (2**64, ">BQ", 0xCF))
_SIGNED = ((-(2**7), ">Bb", 0xD0), (-(2**15), ">Bh", 0xD1), (-(2**31), ">Bi", 0xD2), (-(2**63), ">Bq", 0xD3))


def _packed_integer(value: int) -> bytes:
    if -32 <= value <= 127:
        return bytes((value & 0xFF,))
    if value >= 0:
        form, code = next((form, code) for most, form, code in _UNSIGNED if value <= most)
    else:
        form, code = next((form, code) for least, form, code in _SIGNED if value >= least)
    return struct.pack(form, code, value)


# ---- unpacking ---------------------------------------------------------------------------------------------------

# By type byte: how the number behind it is written.
_NUMBERS = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h",
            0xD2: ">i", 0xD3: ">q"}  # fmt: skip
_STRINGS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}
_ARRAYS = {0xDC: ">H", 0xDD: ">I"}
_MAPS = {0xDE: ">H", 0xDF: ">I"}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


class _Reader:
    """Reads one value after the other."""

    def __init__(self, data: bytes, position: int, lua: Lua) -> None:
        self._data = data
        self.position = position
        self._lua = lua

    def next(self, depth: int) -> Any:
        """The next value; a table is a value of Lua's."""
        if depth > _DEEPEST_UNPACKED:
            raise ScriptError(_BAD)
        code = self._take(1)[0]
        if code < 0x80 or code >= 0xE0:
            return code if code < 0x80 else code - 256
        if code < 0x90:
            return self._map(code & 15, depth)
        if code < 0xA0:
            return self._array(code & 15, depth)
        if code < 0xC0:
            return self._take(code & 31)
        return self._long(code, depth)

    def _long(self, code: int, depth: int) -> Any:
        if code in _CONSTANTS:
            return _CONSTANTS[code]
        if code in _NUMBERS:
            value = self._number(_NUMBERS[code])
            return value if abs(value) <= 2**53 else float(value)
        if code in _STRINGS:
            return self._take(int(self._number(_STRINGS[code])))
        if code in _ARRAYS:
            return self._array(int(self._number(_ARRAYS[code])), depth)
        if code in _MAPS:
            return self._map(int(self._number(_MAPS[code])), depth)
        raise ScriptError(_BAD)

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise ScriptError(_MISSING)
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def _number(self, form: str) -> float:
        value: float = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return value

    def _array(self, count: int, depth: int) -> object:
        items = [self.next(depth + 1) for _ in range(count)]
        return self._lua.table(items)

    def _map(self, count: int, depth: int) -> object:
        pairs = [(self.next(depth + 1), self.next(depth + 1)) for _ in range(count)]
        if any(key is None for key, _ in pairs):
            raise ScriptError(_BAD)
        return self._lua.table({key: value for key, value in pairs if value is not None})
