"""Replies to values of Lua, and what a script returns to a reply.

What belongs here: the two tables of types that Redis documents, in RESP2 and, after `redis.setresp(3)`, in RESP3. Lua
has one kind of number, a double, and one kind of collection, a table.

What a script returns arrives as one flat sequence (see `sandbox.lua`, "what a script returns").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from framewire.frames.decimals import Double17, format_double, format_integer, parse_big_number
from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    Set,
    Simple,
    Verbatim,
)
from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN

__all__ = ["Lua", "LuaResults", "argument", "reply_of"]

_EXACT = 2**53  # integers up to here are doubles without loss

_LARGE = 64 * 1024  # bytes of a string from which on memory is looked at before
_MANY = 16  # the same for the items of a table
_ITEM = 96  # bytes that an item of a table takes, beside its text

LuaResults = Sequence[Any]

# ---- a reply, for the script -------------------------------------------------------------------------------------


class Lua:
    """Makes Lua values of replies; `make_table` is what makes a table of a list or a dict.

    `reserve` is called with a number of bytes before a value takes so many, and raises where they are not there.
    """

    __slots__ = ("_make_table", "_reserve")

    def __init__(self, make_table: Callable[[object], object], reserve: Callable[[int], None]) -> None:
        self._make_table = make_table
        self._reserve = reserve

    def of(self, reply: object, protocol: int) -> object:
        """The value for a reply, as it would be sent in that protocol. O(its size)."""
        kind = reply.__class__
        if kind is bytes:
            if len(reply) > _LARGE:  # type: ignore[arg-type]
                self._reserve(len(reply))  # type: ignore[arg-type]
            return reply
        if kind is int:
            return _number(reply)  # type: ignore[arg-type]
        if reply is None:
            return None if protocol == 3 else False
        return _MAKERS[kind](self, reply, protocol)

    def table(self, items: dict[Any, Any] | list[Any]) -> object:
        """A table of values that Lua has already; what is `None` is left out."""
        if len(items) > _MANY:
            self._reserve(sum(map(_size, items)) + (sum(map(_size, items.values())) if isinstance(items, dict) else 0))
        if isinstance(items, list) and None in items:
            items = {position: item for position, item in enumerate(items, 1) if item is not None}
        return self._make_table(items)

    def error(self, text: bytes) -> object:
        return self.table({b"err": text})

    def _array(self, items: Iterable[object], protocol: int) -> object:
        return self.table([self.of(item, protocol) for item in items])

    def _list(self, items: list[Any], protocol: int) -> object:
        if set(map(type, items)) != {bytes}:
            return self._array(items, protocol)
        if len(items) > _MANY:
            self._reserve(_ITEM * len(items) + sum(map(len, items)))
        return self._make_table(items)

    def _map(self, pairs: Iterable[tuple[object, object]], protocol: int) -> object:
        if protocol == 2:
            return self._array([part for pair in pairs for part in pair], protocol)
        values = {self.of(key, protocol): self.of(value, protocol) for key, value in pairs}
        values.pop(None, None)  # `nil` is no key of a table
        return self.table({b"map": self.table({key: value for key, value in values.items() if value is not None})})

    def _set(self, items: Iterable[object], protocol: int) -> object:
        if protocol == 2:
            return self._array(items, protocol)
        return self.table({b"set": self.table({self.of(item, protocol): True for item in items})})

    def _float(self, value: float, protocol: int) -> object:
        return self.table({b"double": float(value)}) if protocol == 3 else format_double(value)

    def _verbatim(self, value: Verbatim, protocol: int) -> object:
        if protocol == 2:
            return value.data
        return self.table({b"verbatim_string": self.table({b"format": value.format, b"string": value.data})})

    def _big_number(self, value: BigNumber, protocol: int) -> object:
        text = format_integer(value.value)
        return self.table({b"big_number": text}) if protocol == 3 else text


def _size(item: object) -> int:
    return _ITEM + len(item) if isinstance(item, bytes) else _ITEM


def _number(value: int) -> int | float:
    return value if -_EXACT <= value <= _EXACT else float(value)


_MAKERS: dict[type, Callable[[Lua, Any, int], object]] = {
    bool: lambda lua, reply, protocol: reply if protocol == 3 else int(reply),
    float: Lua._float,
    Double17: Lua._float,
    str: lambda lua, reply, protocol: reply.encode(),
    list: Lua._list,
    tuple: Lua._array,
    dict: lambda lua, reply, protocol: lua._map(reply.items(), protocol),
    set: Lua._set,
    frozenset: Lua._set,
    Simple: lambda lua, reply, protocol: lua.table({b"ok": reply.data}),
    Error: lambda lua, reply, protocol: lua.error(reply.data),
    Null: lambda lua, reply, protocol: lua.of(None, protocol),
    Push: lambda lua, reply, protocol: lua.of(None, protocol),
    Attributed: lambda lua, reply, protocol: lua.of(reply.frame, protocol),
    Bulk: lambda lua, reply, protocol: reply.data,
    Integer: lambda lua, reply, protocol: _number(reply.value),
    Double: lambda lua, reply, protocol: lua._float(reply.value, protocol),
    Boolean: lambda lua, reply, protocol: lua.of(reply.value, protocol),
    BigNumber: Lua._big_number,
    Verbatim: Lua._verbatim,
    Array: lambda lua, reply, protocol: lua._array(reply.items, protocol),
    Set: lambda lua, reply, protocol: lua._set(reply.items, protocol),
    Map: lambda lua, reply, protocol: lua._map(reply.pairs, protocol),
}


def argument(value: object) -> bytes | None:
    """An argument of `redis.call`: a string, or a number as Redis spells it; `None` for anything else."""
    if value.__class__ is bytes:
        return value
    if value.__class__ is int or value.__class__ is float:
        return b"%.17g" % value if value == value else _nan(value)
    return None


def _nan(value: float) -> bytes:
    return b"-nan" if math.copysign(1, value) < 0 else b"nan"


# ---- what a script returned, for the client ----------------------------------------------------------------------

_FOLD = bytes.maketrans(b"\r\n", b"  ")
_BULK: Final = 0
_ARRAY: Final = 10
_FIRST_COLLECTION: Final = 10


def reply_of(results: LuaResults, booleans: bool, protocol: int) -> object:
    """The reply to a client that speaks `protocol`. `booleans`: whether the script had asked for RESP3. O(its size).

    The sequence is read from its end, so that the items of a collection are there when it comes up.
    """
    if results[0] == _BULK:
        return results[1]
    if results[0] == _ARRAY and not any(results[2::2]):
        return list(results[3::2])  # of bulks only, all on one level
    done: list[object] = []
    for position in range(len(results) - 2, -1, -2):
        kind, content = results[position], results[position + 1]
        if kind < _FIRST_COLLECTION:
            done.append(_SCALARS[kind](content, booleans, protocol))
            continue
        count = content * 2 if kind == _MAP else content
        items = done[len(done) - count :][::-1]
        del done[len(done) - count :]
        done.append(_COLLECTIONS[kind](items))
    return done[0]


_MAP: Final = 11


def _integer(value: float) -> int:
    """As C on x86 makes an integer of a double: what does not fit is the lowest one."""
    if not math.isfinite(value):
        return INT64_MIN
    whole = int(value)
    return whole if INT64_MIN <= whole <= INT64_MAX else INT64_MIN


def _double(value: float, protocol: int) -> object:
    return Double17(value) if protocol == 3 else b"%.17g" % value


def _big_number(text: bytes, protocol: int) -> object:
    """What is no number is a text in RESP3, too: as a number nobody could read it. Spaces around it are none of it."""
    value = parse_big_number(text.strip(b" ")) if len(text) <= 4300 else None
    return text if value is None or protocol == 2 else BigNumber(value)


_SCALARS: tuple[Callable[[Any, bool, int], object], ...] = (
    lambda content, booleans, protocol: content,
    lambda content, booleans, protocol: _integer(content),
    lambda content, booleans, protocol: True if booleans else 1,
    lambda content, booleans, protocol: False if booleans else None,
    lambda content, booleans, protocol: None,
    lambda content, booleans, protocol: Error(content),
    lambda content, booleans, protocol: Simple(content.translate(_FOLD)),
    lambda content, booleans, protocol: _double(content, protocol),
    lambda content, booleans, protocol: _big_number(content.translate(_FOLD), protocol),
    lambda content, booleans, protocol: Verbatim(content[:3], content[3:]),
)

_COLLECTIONS: dict[int, Callable[[list[Any]], object]] = {
    10: lambda items: items,
    11: lambda items: Map(tuple(zip(items[::2], items[1::2], strict=True))),
    12: lambda items: Set(tuple(items)),
}
