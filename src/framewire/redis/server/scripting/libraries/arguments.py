"""How functions of the libraries read their arguments: as `luaL_checknumber` and its kin do.

What belongs here: that, and the errors about arguments. Numbers come as `int` or `float`, strings as `bytes`, `nil` as
`None`; a string may stand for a number and the other way round.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from lupa.lua51 import lua_type

from framewire.redis.server.scripting.errors import ScriptError

__all__ = ["Arguments", "bad_argument", "integer_argument", "number_argument", "text_argument", "to_number"]

Arguments = tuple[Any, ...]

_LOWEST: Final = -(2**63)
_DECIMAL = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_HEXADECIMAL = re.compile(rb"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?").fullmatch
_NO_DIGITS = re.compile(rb"[+-]?(?:inf|infinity|nan)", re.IGNORECASE).fullmatch


def bad_argument(position: int, name: str, problem: str) -> ScriptError:
    """The error of Lua's own functions about an argument."""
    return ScriptError(f"bad argument #{position} to '{name}' ({problem})".encode())


def number_argument(arguments: Arguments, position: int, name: str) -> float:
    """The number at `position` (from 1), or the number that a string spells. Raises `ScriptError`."""
    value = arguments[position - 1] if position <= len(arguments) else None
    number = to_number(value)
    if number is None:
        raise _wrong_type(arguments, position, name, "number")
    return number


def integer_argument(arguments: Arguments, position: int, name: str) -> int:
    """The same, cut to an integer of 64 bits; what does not fit is the lowest one, as on x86."""
    value = number_argument(arguments, position, name)
    whole = int(value) if math.isfinite(value) else _LOWEST
    return whole if _LOWEST <= whole < -_LOWEST else _LOWEST


def text_argument(arguments: Arguments, position: int, name: str) -> bytes:
    """The string at `position`, or the text of a number. Raises `ScriptError`."""
    value = arguments[position - 1] if position <= len(arguments) else None
    if isinstance(value, bytes):
        return value
    if value.__class__ is int or value.__class__ is float:
        return b"%.14g" % value
    raise _wrong_type(arguments, position, name, "string")


def to_number(value: object) -> float | None:
    """The number that a value is or spells as Lua reads it, hexadecimal digits included; else `None`."""
    if value.__class__ is int or value.__class__ is float:
        return value
    return _spelled(value) if isinstance(value, bytes) else None


def _spelled(text: bytes) -> float | None:
    text = text.split(b"\0", 1)[0].strip(b" \t\n\v\f\r")
    if _DECIMAL(text) or _NO_DIGITS(text):
        return float(text)
    if not _HEXADECIMAL(text):
        return None
    try:
        return float.fromhex(text.decode())
    except OverflowError:
        return math.copysign(math.inf, -1 if text.startswith(b"-") else 1)


def _wrong_type(arguments: Arguments, position: int, name: str, wanted: str) -> ScriptError:
    got = _type_name(arguments[position - 1]) if position <= len(arguments) else "no value"
    return bad_argument(position, name, f"{wanted} expected, got {got}")


def _type_name(value: object) -> str:
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
