"""Text on the wire: encodings, and what has no form there."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import DataError
from framewire.redis.compat.encoder import Encoder, encoder_of


@pytest.mark.parametrize(("value", "encoded"), [
    ("ä", b"\xc3\xa4"), (b"\xff", b"\xff"), (5, b"5"), (1.5, b"1.5"), (memoryview(b"m"), b"m"), (bytearray(b"a"), b"a"),
])  # fmt: skip
def test_encoded(value: Any, encoded: bytes) -> None:
    assert Encoder().encode(value) == encoded


@pytest.mark.parametrize("value", [True, None, [], {}, object()])
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises(DataError):
        Encoder().encode(value)


def test_another_encoding_is_that_of_requests_and_results() -> None:
    encoder = encoder_of({"encoding": "utf-16-le", "decode_responses": True})
    assert encoder.request((b"SET", "k", 1)) == (b"SET", b"k\x00", 1)
    shape = encoder.decoding(None)
    assert shape is not None and shape([b"k\x00", {b"a\x00": (b"b\x00", 1)}]) == ["k", {"a": ("b", 1)}]


def test_text_only_where_it_is_asked_for() -> None:
    encoder = Encoder()
    assert encoder.decoding(None) is None and encoder.decode(b"x") == b"x" and encoder.decode(b"x", force=True) == "x"
    words = (b"GET", "ä")
    assert encoder.request(words) is words


def test_errors_of_decoding_are_as_one_says() -> None:
    with pytest.raises(UnicodeDecodeError):
        Encoder(decode_responses=True).text(b"\xff")
    assert Encoder("utf-8", "ignore", True).text({b"a\xff"}) == {"a"}
