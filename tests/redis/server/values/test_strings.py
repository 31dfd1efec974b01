"""Both forms of strings, and what TYPE, COPY and OBJECT ask of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.strings import RawString, copy_of, encoding_of, kind_of, references_of
from tests.properties import examples

ENCODINGS = [
    (b"0", b"int"), (b"-1", b"int"), (b"9223372036854775807", b"int"), (b"-9223372036854775808", b"int"),
    (b"9223372036854775808", b"embstr"), (b"01", b"embstr"), (b"", b"embstr"), (b"x" * 44, b"embstr"),
    (b"1" * 44, b"embstr"), (b"x" * 45, b"raw"), (RawString(b"1"), b"raw"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "encoding"), ENCODINGS)
def test_encoding(value: object, encoding: bytes) -> None:
    assert encoding_of(value, Config()) == encoding
    assert kind_of(value) == b"string"


@pytest.mark.parametrize(("value", "references"), [
    (b"0", 2**31 - 1), (b"9999", 2**31 - 1), (b"10000", 1), (b"-1", 1), (b"01", 1), (b"x", 1), (RawString(b"1"), 1),
])  # fmt: skip
def test_references(value: object, references: int) -> None:
    assert references_of(value) == references


def test_a_copy_does_not_change_with_the_original() -> None:
    original = RawString(b"abc")
    copy = copy_of(original)
    original.write(0, b"x")
    assert copy == b"abc"
    assert isinstance(copy, RawString)
    plain = b"abc"
    assert copy_of(plain) is plain


@examples(100)
@given(st.binary(max_size=20), st.integers(0, 30), st.binary(min_size=1, max_size=10))
def test_write_overwrites_and_fills_with_zeros(before: bytes, offset: int, data: bytes) -> None:
    value = RawString(before)
    value.lengthen(offset + len(data))
    value.write(offset, data)
    expected = before[:offset].ljust(offset, b"\0") + data + before[offset + len(data) :]
    assert bytes(value) == expected
