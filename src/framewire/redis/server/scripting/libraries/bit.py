"""The library `bit` of scripts: numbers as 32 bits, after Lua BitOp 1.0.

What belongs here: its functions. A result is signed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import reduce
from operator import and_, or_, xor
from typing import Any, Final

from framewire.redis.server.scripting.libraries.arguments import number_argument

__all__ = ["BIT"]

_MASK: Final = 0xFFFFFFFF
_ROUNDING: Final = 6755399441055744.0  # 2^52 + 2^51: in a sum with it, the lowest bits are the rounded number's


def _bits(arguments: tuple[Any, ...], position: int, name: str) -> int:
    """The lowest 32 bits of a number, rounded to an integer."""
    value = number_argument(arguments, position, name)
    if value.__class__ is int and -(2**50) < value < 2**50:
        return value & _MASK
    bits: int = struct.unpack_from("<I", struct.pack("<d", value + _ROUNDING))[0]
    return bits


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
    text = b"%08x" % _bits(arguments, 1, "tohex")
    digits = _signed(_bits(arguments, 2, "tohex")) if len(arguments) > 1 else 8
    text = text.upper() if digits < 0 else text
    return text[8 - min(abs(digits), 8) :]


BIT: dict[bytes, Callable[..., Any]] = {
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
