"""Floating-point numbers as C reads and prints them, which is how Redis does: `strtod`, `strtold`, `%.17Lf`.

What belongs here: texts of numbers with a fraction, and sums of them. Python's `float()` takes underscores and spaces
and no hexadecimal, and has 53 bits of mantissa, where Redis adds up increments (INCRBYFLOAT, HINCRBYFLOAT) in C's `long
double` with 64 (x86); those are whole numbers here, a mantissa and a power of two. No key, no client, no reply.
"""

from __future__ import annotations

import math
import re
from typing import Final

from framewire.frames.decimals import parse_big_number

__all__ = ["NOT_A_FLOAT", "WOULD_NOT_BE_FINITE", "add_as_text", "ceiling_of_product", "parse_double", "scan_double"]

NOT_A_FLOAT: Final = b"ERR value is not a valid float"
WOULD_NOT_BE_FINITE: Final = b"ERR increment would produce NaN or Infinity"

_MANTISSA_BITS = 64
_LEAST_EXPONENT = -16445  # of the lowest bit that a long double can have
_MOST_BITS = 16384  # of the whole part of the largest one
_LONGEST = 5 * 1024 - 1  # characters of a text
_FARTHEST = 10_500  # a decimal exponent beyond this is out of range however many digits stand before it
_PLACES = 17  # printed behind the point
_STEP = 600  # digits that int() and %d convert whatever the interpreter's limit is

_number = re.compile(
    rb"(?P<sign>[+-]?)(?:(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?:[eE](?P<power>[+-]?[0-9]+))?"
    rb"|0[xX](?P<hexwhole>[0-9a-fA-F]*)(?:\.(?P<hexpart>[0-9a-fA-F]*))?(?:[pP](?P<hexpower>[+-]?[0-9]+))?"
    rb"|(?P<infinite>[iI][nN][fF](?:[iI][nN][iI][tT][yY])?))"
).fullmatch
_SPACES = b" \t\n\v\f\r"


def parse_double(text: bytes) -> float | None:
    """The double that all of `text` spells, infinities included; `None` for anything else: NaN, out of range."""
    value = _double(text)
    return None if value is None or _is_out_of_range(text, value) else value


def scan_double(text: bytes) -> float | None:
    """As C's `strtod` alone sees a text: spaces may come first, a NUL ends it, and nothing at all is 0 (as in SORT)."""
    text = text.split(b"\0", 1)[0].lstrip(_SPACES) if text.strip(_SPACES) else text
    if not text:
        return 0.0
    value = _double(text)
    if value is None or _is_out_of_range(text, value) or 0 < abs(value) < 2.0**-1022:
        return None
    return value


def add_as_text(augend: bytes, addend: bytes) -> bytes | None:
    """The sum of two numbers given as texts, as a text; `None` where it is not finite. O(digits).

    Raises `ValueError` where one of them is no number, or too large or too small for a long double.
    All the digits that 17 places show, but no zeros at the end: `b"3"`, `b"0.1"`, `b"5000"`.
    """
    first, second = _long_double(augend), _long_double(addend)
    if first is None or second is None:
        return None
    return _format(*_add(first, second))


def ceiling_of_product(text: bytes, factor: int) -> int | None:
    """The number given as a text, times a positive whole one, rounded up; `None` where it is infinite.

    Raises `ValueError` where the text is no number, or too large or too small for a long double.
    """
    number = _long_double(text)
    if number is None:
        return None
    m, e = _round(abs(number[0]) * factor, 1)
    e += number[1]
    m = m if number[0] >= 0 else -m
    return m << e if e >= 0 else -(-m >> -e)


# -- doubles ----------------------------------------------------------------------------------------------------------


def _double(text: bytes) -> float | None:
    match = _number(text)
    if match is None or not _has_digits(match):
        return None
    if match["hexwhole"] is None:
        return float(text)
    try:
        return float.fromhex(text.decode("ascii"))
    except OverflowError:
        return math.inf


def _has_digits(match: re.Match[bytes]) -> bool:
    return bool(match["whole"] or match["part"] or match["hexwhole"] or match["hexpart"] or match["infinite"])


def _is_out_of_range(text: bytes, value: float) -> bool:
    """C's ERANGE: a number became infinite or zero that was neither."""
    if math.isinf(value):
        return b"n" not in text.lower()
    return value == 0 and re.match(rb"[+-]?(?:0[xX][0.]*[1-9a-fA-F]|[0.]*[1-9])", text) is not None


# -- long doubles: (m, e) means m * 2**e, where m has no more than 64 bits -------------------------------------------


def _long_double(text: bytes) -> tuple[int, int] | None:
    """The nearest long double to what `text` spells; `None` for an infinity. Raises `ValueError` for no number."""
    match = _number(text) if len(text) <= _LONGEST else None
    if match is None or not _has_digits(match):
        raise ValueError
    if match["infinite"]:
        return None
    m, e = _of_hexadecimal(match) if match["hexwhole"] is not None else _of_decimal(match)
    return (-m if match["sign"] == b"-" else m), e


def _of_decimal(match: re.Match[bytes]) -> tuple[int, int]:
    part = match["part"] or b""
    digits = (match["whole"] + part).lstrip(b"0")
    if not digits:
        return 0, 0
    power = _small_int(match["power"]) - len(part)
    if abs(power + len(digits)) > _FARTHEST:
        raise ValueError
    number = parse_big_number(digits)
    assert number is not None
    return _checked(*(_round(number * 10**power, 1) if power >= 0 else _round(number, 10**-power)))


def _of_hexadecimal(match: re.Match[bytes]) -> tuple[int, int]:
    part = match["hexpart"] or b""
    m, e = _round(int(match["hexwhole"] + part, 16), 1)
    if not m:
        return 0, 0
    return _checked(m, e + _small_int(match["hexpower"]) - 4 * len(part))


def _small_int(text: bytes | None) -> int:
    """An exponent; those that are out of any range are cut short."""
    if text is None:
        return 0
    digits = text.lstrip(b"+-").lstrip(b"0") or b"0"
    size = int(digits) if len(digits) < 7 else 10**6
    return -size if text.startswith(b"-") else size


def _checked(m: int, e: int) -> tuple[int, int]:
    """Refuses what has become infinite or zero; caller must know that the number itself is neither."""
    if not m or not _LEAST_EXPONENT - 1 <= e + m.bit_length() - 1 < _MOST_BITS:
        raise ValueError
    return m, e


def _round(numerator: int, denominator: int) -> tuple[int, int]:
    """`numerator / denominator`, both not negative, to 64 bits, a half to the even neighbour."""
    e = numerator.bit_length() - denominator.bit_length() - _MANTISSA_BITS
    e = max(e, _LEAST_EXPONENT) if numerator else 0
    m = _divide(numerator, denominator, e)
    if m.bit_length() > _MANTISSA_BITS:  # the quotient may have one bit more than the lengths say
        e += 1
        m = _divide(numerator, denominator, e)
    return m, e


def _divide(numerator: int, denominator: int, e: int) -> int:
    """`numerator / (denominator * 2**e)` to the nearest whole number, a half to the even one."""
    if e < 0:
        numerator <<= -e
    else:
        denominator <<= e
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient & 1))


def _add(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    e = min(first[1], second[1])
    total = (first[0] << (first[1] - e)) + (second[0] << (second[1] - e))
    m, shift = _round(abs(total), 1) if total.bit_length() > _MANTISSA_BITS else (abs(total), 0)
    return (-m if total < 0 else m), e + shift


def _format(m: int, e: int) -> bytes | None:
    if e + m.bit_length() > _MOST_BITS:
        return None
    scaled = _divide(abs(m) * 10**_PLACES, 1, -e) if e > 0 else _divide(abs(m) * 10**_PLACES, 1 << -e, 0)
    whole, part = divmod(scaled, 10**_PLACES)
    text = (b"%b.%017d" % (_decimal(whole), part)).rstrip(b"0").rstrip(b".")
    return b"-" + text if m < 0 and text != b"0" else text


def _decimal(number: int) -> bytes:
    pieces: list[bytes] = []
    while number >= 10**_STEP:
        number, low = divmod(number, 10**_STEP)
        pieces.append(b"%0*d" % (_STEP, low))
    return b"".join([b"%d" % number, *reversed(pieces)])
