"""Numbers as C reads and prints them. The rows are what glibc gives on x86-64; `tests/against` compares with Redis."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.parsing.floats import add_as_text, ceiling_of_product, parse_double, scan_double
from tests.properties import examples

SUMS = [
    ("10.5", "0.1", "10.6"), ("0.1", "0.2", "0.3"), ("5.0e3", "200", "5200"), ("0", "-0.0", "0"), ("1", "-1", "0"),
    ("-1e-18", "0", "0"), ("1e-17", "0", "0.00000000000000001"), ("3", "0x10", "19"), ("0x1.8p1", "0", "3"),
    ("9223372036854775807", "1", "9223372036854775808"), ("18446744073709551616", "1", "18446744073709551616"),
    ("18446744073709551615", "0.5", "18446744073709551616"), ("1e20", "1e-3", "100000000000000000000"),
    ("1.1", "2.2", "3.3"), ("1e17", "0.1", "100000000000000000.1015625"), (".5", "5.", "5.5"), ("+1", "-2", "-1"),
    ("0e99999999", "1", "1"), ("1e-4945", "1", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("augend", "addend", "total"), SUMS)
def test_sums(augend: str, addend: str, total: str) -> None:
    assert add_as_text(augend.encode(), addend.encode()) == total.encode()
    assert add_as_text(addend.encode(), augend.encode()) == total.encode()


@pytest.mark.parametrize("text", [
    "", " 1", "1 ", "1_0", "x", "nan", ".", "e5", "1e", "0x", "1e5000", "-1e5000", "1e-5000", "1e99999999999",
    "1.2e4932", "0x1p99999", "1" * 5120, "--1", "1\0",
])  # fmt: skip
def test_what_is_no_long_double(text: str) -> None:
    with pytest.raises(ValueError):
        add_as_text(text.encode(), b"1")


@pytest.mark.parametrize(("augend", "addend"), [("inf", "1"), ("-INFINITY", "1"), ("1.18e4932", "1.18e4932")])
def test_sums_that_are_not_finite(augend: str, addend: str) -> None:
    assert add_as_text(augend.encode(), addend.encode()) is None


def test_the_largest_number_is_printed_in_full() -> None:
    text = add_as_text(b"1e4932", b"0")
    assert text is not None
    assert (len(text), text[:3]) == (4933, b"100")


@examples(200)
@given(st.integers(-(2**70), 2**70), st.integers(-(2**70), 2**70), st.integers(-60, 10))
def test_a_sum_is_the_exact_one_rounded_to_64_bits(first: int, second: int, power: int) -> None:
    if max(abs(first), abs(second)).bit_length() > 64:
        return
    texts = [(b"-" if m < 0 else b"") + b"0x%xp%d" % (abs(m), power) for m in (first, second)]
    total = add_as_text(*texts)
    assert total is not None
    exact = (first + second) * Fraction(2) ** power
    assert abs(Fraction(total.decode()) - exact) <= abs(exact) / 2**64 + Fraction(1, 10**17)


@pytest.mark.parametrize(("text", "ceiling"), [
    ("1", 1000), ("1.5", 1500), ("0.0001", 1), ("0x.8", 500), ("1e-4950", 1), ("-0.0001", 0), ("-1.5", -1500),
    ("-0.0011", -1), ("0", 0), ("1e30", 10**33), ("inf", None), ("-inf", None),
])  # fmt: skip
def test_products_are_rounded_up(text: str, ceiling: int | None) -> None:
    value = ceiling_of_product(text.encode(), 1000)
    assert value == ceiling or (value is not None and ceiling is not None and abs(value - ceiling) < ceiling >> 63)


@pytest.mark.parametrize("text", ["", "x", "1_0", "nan", "1e5000", "1e-5000", "1" * 6000])
def test_what_is_no_number_has_no_product(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        ceiling_of_product(text.encode(), 1000)


DOUBLES = [
    ("1", 1.0), ("-1.5e3", -1500.0), ("0x10", 16.0), ("0x1.8p1", 3.0), ("inf", float("inf")),
    ("-Infinity", float("-inf")),
    (".5", 0.5), ("5.", 5.0), ("+7", 7.0), ("0e999", 0.0), ("nan", None), ("", None), (".", None), ("1e400", None),
    ("1e-400", None), ("0x1p5000", None), ("1_0", None), (" 1", None), ("1 ", None), ("1x", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), DOUBLES)
def test_doubles(text: str, value: float | None) -> None:
    assert parse_double(text.encode()) == value


@pytest.mark.parametrize(("text", "value"), [
    (b"", 0.0), (b" 1", 1.0), (b"\t-2", -2.0), (b"1 ", None), (b"1\0x", 1.0), (b"\0x", 0.0), (b"  ", None),
    (b"x", None),
    (b"1e-310", None), (b"nan", None), (b"inf", float("inf")), (b"0x1f", 31.0),
])  # fmt: skip
def test_as_strtod_alone_sees_it(text: bytes, value: float | None) -> None:
    assert scan_double(text) == value
