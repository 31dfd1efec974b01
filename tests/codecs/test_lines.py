"""`LinesCodec`: LF and CRLF, limits, text, and the end of the stream."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import BytesMut, FrameTooLong, LinesCodec, ProtocolError
from tests.codecs.items import decode, every_way, over_a_connection, refuses, too_long
from tests.every_way import cuts

LINES = [
    (b"", []),
    (b"\n", [b""]),
    (b"a\nb\r\nc", [b"a", b"b", b"c"]),
    (b"a\r\n\r\n\nb\n", [b"a", b"", b"", b"b"]),
    (b"a\rb\n", [b"a\rb"]),
    (b"a\r\r\n", [b"a\r"]),
    (b"last\r", [b"last"]),
    (b"a\n\r", [b"a"]),
    (b"12345678\n", [b"12345678"]),
    (b"12345678\r\nx\n", [b"12345678", b"x"]),
    (b"12345678", [b"12345678"]),
    (b"123456789\nok\n", [too_long(9, 8), b"ok"]),
    (b"1234567890\nok\n", [too_long(None, 8), b"ok"]),
    (b"1234567890123456789012345\r\nok\r\n", [too_long(None, 8), b"ok"]),
    (b"1234567890" * 9, [too_long(None, 8)]),
    (b"123456789", [too_long(9, 8)]),
]


@pytest.mark.parametrize(("data", "items"), LINES)
def test_lines(data: bytes, items: list[Any]) -> None:
    assert every_way(lambda: LinesCodec(max_length=8), data) == items


@pytest.mark.parametrize(
    ("encoding", "wrong", "why"),
    [
        ("utf-8", b"\xff\xfe", "invalid start byte at byte 0"),
        ("ascii", b"gr\xfcn", "ordinal not in range(128) at byte 2"),
        ("idna", b"xn--\xe4-\xff\xff", ""),
    ],
)
def test_a_line_that_is_no_text_is_an_error_in_its_place(encoding: str, wrong: bytes, why: str) -> None:
    found = every_way(lambda: LinesCodec(encoding=encoding), b"one\n" + wrong + b"\r\n" + b"two\nthree")
    assert [found[0], *found[2:]] == [text.encode().decode(encoding) for text in ("one", "two", "three")]
    assert found[1][0] is ProtocolError and found[1][1].startswith(f"a line is not {encoding}: {why}")


def test_lines_as_text() -> None:
    found = every_way(lambda: LinesCodec(encoding="utf-8"), "grün\r\n\n水".encode())
    assert found == ["grün", "", "水"]


def test_an_unknown_encoding_is_the_callers_fault() -> None:
    with pytest.raises(LookupError):
        LinesCodec(encoding="no such thing")
    with pytest.raises(LookupError, match="not a text encoding"):
        LinesCodec(encoding="hex")


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp037", "cp500", "punycode"]
)
def test_an_encoding_in_which_lf_is_not_one_byte_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="LF"):
        LinesCodec(encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252", "shift_jis", "gb18030", "iso2022_jp"])
def test_encodings_that_lines_can_have(encoding: str) -> None:
    found = every_way(lambda: LinesCodec(encoding=encoding), b"one\r\ntwo")
    assert found == ["one", "two"]


@pytest.mark.parametrize("newline", [b"\r", b"", b"\n\n"])
def test_a_line_ends_with_one_of_two(newline: bytes) -> None:
    with pytest.raises(ValueError, match="LF or CRLF"):
        LinesCodec(newline=newline)


@pytest.mark.parametrize(
    ("codec", "frames"),
    [
        (LinesCodec(), [b"a", b"", b"b" * 20_000]),
        (LinesCodec(newline=b"\r\n"), [b"a", b"", b"b"]),
        (LinesCodec(encoding="utf-8"), ["grün", "", "水"]),
    ],
)
async def test_what_one_side_writes_the_other_reads(codec: Any, frames: list[Any]) -> None:
    assert await over_a_connection(codec, frames) == frames


@pytest.mark.parametrize(
    ("codec", "line"),
    [
        (LinesCodec(), b"a\nb"),
        (LinesCodec(), b"a\r"),
        (LinesCodec(max_length=3), b"abcd"),
        (LinesCodec(encoding="ascii"), "grün"),
        (LinesCodec(encoding="idna"), "a" * 80),
    ],
)
def test_what_has_no_form_is_refused_with_nothing_appended(codec: Any, line: Any) -> None:
    refuses(codec, line)


@given(st.binary(), st.integers(1, 20), st.integers(0, 4), st.randoms(use_true_random=False))
def test_lines_agree_with_splitting(data: bytes, limit: int, batch: int, rng: random.Random) -> None:
    """Against the obvious definition: split at LF, drop one CR, refuse what is longer than the limit."""
    *lines, last = data.split(b"\n")
    if last not in (b"", b"\r"):
        lines.append(last)
    lines = [line.removesuffix(b"\r") for line in lines]
    expected = [line if len(line) <= limit else FrameTooLong for line in lines]
    found = decode(LinesCodec(max_length=limit), cuts(data, 5, rng), batch)
    assert [item[0] if isinstance(item, tuple) else item for item in found] == expected


@pytest.mark.parametrize("batch", [0, 10])
def test_a_dribbled_line_is_searched_once(batch: int) -> None:
    codec, src = LinesCodec(max_length=1 << 20), BytesMut()
    for _ in range(1000):
        src.extend(b"x" * 100)
        assert codec.decode_batch(src, batch) == [] if batch else codec.decode(src) is None
        assert codec._search.items.searched == len(src)
