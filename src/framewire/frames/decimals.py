"""Numbers as RESP writes them: strict text to number, number to text.

What belongs here: the rules that both implementations share and that `int()` and `float()` do not have: those accept
spaces, underscores, leading zeros and `infinity`, and refuse long numbers by an interpreter-wide setting. A parser
returns `None` for text that is not exactly such a number; nothing here raises for bytes from a peer.
"""

from __future__ import annotations

import math
import re

from framewire.errors import EncodeError

__all__ = ["MAX_DIGITS", "Double17", "format_double", "format_integer", "parse_big_number", "parse_count",
           "parse_double", "parse_integer", "parse_signed_count"]  # fmt: skip

MAX_DIGITS = 4300
"""Longest big number: Python's own default for `int()`. Conversion takes quadratic time, so it must have a limit."""

_STEP = 600  # digits that int() and str() convert whatever sys.set_int_max_str_digits says (its lowest value is 640)
_SHIFT = 10**_STEP
_TOO_LARGE = 10**MAX_DIGITS
_INT64 = range(-(2**63), 2**63)  # only for exact ints: a subclass would be searched for one by one

_INTEGER = re.compile(rb"[+-]?(?:0|[1-9][0-9]*)")
_COUNT = re.compile(rb"0|[1-9][0-9]{0,18}")
_SIGNED_COUNT = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_DOUBLE = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?inf")
_NAN = (b"nan", b"-nan", b"NAN")  # the RESP3 form, and those of servers that print what C's printf gives


def parse_integer(text: bytes) -> int | None:
    """The number of `:`: an optional sign, no leading zeros, 64 bits."""
    if len(text) > 20 or not _INTEGER.fullmatch(text):
        return None
    value = int(text)
    return value if value in _INT64 else None


def parse_count(text: bytes) -> int | None:
    """A length or a count: digits only, no leading zeros, 63 bits."""
    if not _COUNT.fullmatch(text):
        return None
    value = int(text)
    return value if value in _INT64 else None


def parse_signed_count(text: bytes) -> int | None:
    """A length or count of a request, as Redis reads it: as `parse_count`, or negative (which means "none")."""
    if not _SIGNED_COUNT.fullmatch(text):
        return None
    value = int(text)
    return value if value in _INT64 else None


def parse_big_number(text: bytes) -> int | None:
    """The number of `(`: as `:`, of any size. The caller must have checked its length against `MAX_DIGITS`."""
    if not _INTEGER.fullmatch(text):
        return None
    if len(text) <= _STEP:
        return int(text)
    digits = text.lstrip(b"+-")
    head = len(digits) % _STEP
    value = int(digits[:head] or b"0")
    for start in range(head, len(digits), _STEP):
        value = value * _SHIFT + int(digits[start : start + _STEP])
    return -value if text.startswith(b"-") else value


def parse_double(text: bytes) -> float | None:
    """The number of `,`. Each NaN is a new object, so that two of them are two members of a set."""
    if _DOUBLE.fullmatch(text):
        return float(text)
    return float("nan") if text in _NAN else None


def format_integer(value: int) -> bytes:
    """Decimal text of an integer of at most `MAX_DIGITS` digits; `EncodeError` beyond."""
    if -_SHIFT < value < _SHIFT:
        return b"%d" % value
    size = abs(value)
    if size >= _TOO_LARGE:
        raise EncodeError(f"an integer of more than {MAX_DIGITS} digits has no wire form")
    pieces: list[bytes] = []
    while size >= _SHIFT:
        size, low = divmod(size, _SHIFT)
        pieces.append(b"%0*d" % (_STEP, low))
    pieces.append(b"-%d" % size if value < 0 else b"%d" % size)
    return b"".join(reversed(pieces))


class Double17(float):
    """A double that is written with up to 17 digits, as C's `%.17g` does and Redis up to 7.0: `0.10000000000000001`."""

    __slots__ = ()


def format_double(value: float) -> bytes:
    """The shortest text that reads back as the same double: `3`, `0.1`, `1e+16`, `inf`, `-inf`, `nan`.

    A `Double17` has its own.
    """
    if value.__class__ is Double17:
        return b"%.17g" % value
    if math.isnan(value):
        return b"nan"
    return float.__repr__(value).removesuffix(".0").encode()
