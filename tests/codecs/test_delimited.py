"""Lines, delimiters, length-delimited and raw frames: the same items however the bytes are cut, limits included."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import BytesMut, EncodeError, FrameTooLong, IncompleteFrame, ProtocolError, WriteBuffer
from framewire.aio import memory_pair
from framewire.codecs.delimiter import DelimiterCodec
from framewire.codecs.length_delimited import LengthDelimitedCodec
from framewire.codecs.lines import LinesCodec
from framewire.codecs.raw import RawCodec
from tests.every_way import cuts

Make = Callable[[], Any]


def decode(codec: Any, pieces: Iterable[bytes]) -> list[Any]:
    """Every item and every error, in order, to the end of the stream; an error that is not recoverable ends it."""
    src, found = BytesMut(), []

    def drain(step: Callable[[BytesMut], Any]) -> bool:
        while True:
            try:
                item = step(src)
            except (ProtocolError, IncompleteFrame) as error:
                found.append((type(error), str(error)))
                if not getattr(error, "recoverable", "is not" in str(error)):
                    return False
            else:
                if item is None:
                    return True
                found.append(item)

    for piece in pieces:
        src.extend(piece)
        if not drain(codec.decode):
            return found
    drain(codec.decode_eof)
    return found


def every_way(make: Make, data: bytes) -> list[Any]:
    """What `data` decodes to: the same whole, byte by byte and at random cuts."""
    whole = decode(make(), [data])
    rng = random.Random(7)
    for pieces in ([data[i : i + 1] for i in range(len(data))], *(list(cuts(data, 4, rng)) for _ in range(3))):
        assert decode(make(), pieces) == whole, pieces
    return whole


def too_long(size: int | None, limit: int) -> tuple[type[Exception], str]:
    what = "an item is" if size is None else f"an item of {size} bytes is"
    return FrameTooLong, f"{what} longer than {limit} bytes"


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


DELIMITED = [
    (b"a--b--", [b"a", b"b"]),
    (b"----", [b"", b""]),
    (b"a-b---c", [b"a-b", b"-c"]),
    (b"12345678--", [b"12345678"]),
    (b"12345678-", [too_long(9, 8)]),
    (b"123456789--ok--", [too_long(None, 8), b"ok"]),
    (b"1234567890-1-2--ok", [too_long(None, 8), b"ok"]),
    (b"123456789012-", [too_long(None, 8)]),
]


@pytest.mark.parametrize(("data", "items"), DELIMITED)
def test_a_delimiter_of_two_bytes(data: bytes, items: list[Any]) -> None:
    assert every_way(lambda: DelimiterCodec(b"--", max_length=8), data) == items


def test_lines_as_text() -> None:
    make: Make = lambda: LinesCodec(encoding="utf-8")  # noqa: E731
    found = every_way(make, "grün\n".encode() + b"\xff\xfe\n" + "水".encode())
    assert found[0] == "grün" and found[2] == "水"
    assert found[1] == (ProtocolError, "a line is not utf-8: invalid start byte at byte 0")


LENGTHS = [
    ({}, b"\0\0\0\5hello\0\0\0\0", [b"hello", b""]),
    ({"length_field_length": 2}, b"\0\x0bHello world", [b"Hello world"]),
    ({"length_field_length": 2, "length_adjustment": 2, "num_skip": 0}, b"\0\x0bHello world", [b"\0\x0bHello world"]),
    ({"length_field_length": 2, "length_adjustment": -2}, b"\0\x0dHello world", [b"Hello world"]),
    ({"length_field_offset": 2, "length_field_length": 3}, b"\xca\xfe\0\0\3abc", [b"abc"]),
    ({"length_field_offset": 1, "length_field_length": 2, "length_adjustment": 1}, b"H\0\2FDD", [b"FDD"]),
    ({"length_field_length": 1, "num_skip": 2}, b"\3xabc", [b"abc"]),
    ({"length_field_length": 3, "byteorder": "little"}, b"\2\0\0ab", [b"ab"]),
    ({"length_field_length": 8}, b"\0" * 7 + b"\1a", [b"a"]),
]


@pytest.mark.parametrize(("options", "data", "frames"), LENGTHS)
def test_length_delimited(options: dict[str, Any], data: bytes, frames: list[bytes]) -> None:
    assert every_way(lambda: LengthDelimitedCodec(**options), data) == frames


REFUSED = [
    ({"max_frame_length": 4}, b"\0\0\0\5hello", FrameTooLong, "a frame of 5 bytes is longer than 4 bytes"),
    ({"max_frame_length": 4, "length_adjustment": -1}, b"\0\0\0\5hell", None, ""),
    ({"max_frame_length": 4, "length_adjustment": 1}, b"\0\0\0\4hello", FrameTooLong, "a frame of 5 bytes"),
    ({"length_adjustment": -4}, b"\0\0\0\3", ProtocolError, "a length of 3 is less than its head, by 1 bytes"),
    ({"length_field_length": 8}, b"\xff" * 8, FrameTooLong, "a frame of 18446744073709551615 bytes"),
    ({}, b"\0\0\0\5hell", IncompleteFrame, "inside a frame"),
    ({}, b"\0\0\0", IncompleteFrame, "inside a frame"),
]


@pytest.mark.parametrize(("options", "data", "error", "message"), REFUSED)
def test_the_limit_holds_after_the_adjustment(options: Any, data: bytes, error: Any, message: str) -> None:
    *frames, last = every_way(lambda: LengthDelimitedCodec(**options), data)
    assert frames == []
    if error is None:
        assert last == b"hell"
    else:
        assert last[0] is error and message in last[1]


def test_a_refused_length_reserves_nothing_and_stays_refused() -> None:
    codec, src = LengthDelimitedCodec(), BytesMut(b"\xff\xff\xff\xff")
    for _ in range(2):
        with pytest.raises(FrameTooLong):
            codec.decode(src)
    assert not codec.idle and src.expected == 0


def test_a_large_frame_is_received_in_place() -> None:
    codec, src = LengthDelimitedCodec(), BytesMut(b"\0\1\x86\xa0" + b"x" * 10)
    assert codec.decode(src) is None
    assert src.expected == 100_000
    view = src.lease()
    view[: 100_000 - 10] = b"x" * (100_000 - 10)
    src.commit(100_000 - 10)
    assert codec.decode(src) == b"x" * 100_000


ENCODERS = [
    (LinesCodec(), [b"a", b"", b"b" * 20_000]),
    (LinesCodec(newline=b"\r\n"), [b"a", b"", b"b"]),
    (LinesCodec(encoding="utf-8"), ["grün", "", "水"]),
    (DelimiterCodec(b"\r\n\r\n"), [b"a\r\nb", b"", b"b"]),
    (LengthDelimitedCodec(), [b"", b"a", b"b" * 100_000]),
    (LengthDelimitedCodec(length_field_length=2, length_adjustment=-2), [b"", b"abc"]),
]


@pytest.mark.parametrize(("codec", "frames"), ENCODERS)
async def test_what_one_side_writes_the_other_reads(codec: Any, frames: list[Any]) -> None:
    left, right = memory_pair(codec, codec)
    for frame in frames:
        left.feed_frame(frame)
    left.close()
    assert [frame async for frame in right] == frames
    right.close()


@pytest.mark.parametrize(
    ("codec", "frame"),
    [
        (LinesCodec(), b"a\nb"),
        (LinesCodec(), b"a\r"),
        (LinesCodec(max_length=3), b"abcd"),
        (LinesCodec(encoding="ascii"), "grün"),
        (DelimiterCodec(b"--"), b"a--b"),
        (DelimiterCodec(b"-", max_length=3), b"abcd"),
        (DelimiterCodec(b"\r\n\r\n"), b"a\r\n"),
        (LengthDelimitedCodec(max_frame_length=3), b"abcd"),
        (LengthDelimitedCodec(length_field_length=1), b"x" * 256),
        (LengthDelimitedCodec(length_adjustment=2), b"x"),
    ],
)
def test_what_has_no_form_is_refused_with_nothing_appended(codec: Any, frame: Any) -> None:
    dst = WriteBuffer()
    with pytest.raises(EncodeError):
        codec.encode(frame, dst)
    assert not dst


@given(st.lists(st.binary(max_size=50)), st.randoms(use_true_random=False))
def test_raw_bytes_all_arrive(chunks: list[bytes], rng: random.Random) -> None:
    data = b"".join(chunks)
    found = decode(RawCodec(), cuts(data, 10, rng))
    assert b"".join(map(bytes, found)) == data


@given(st.binary(), st.integers(1, 20), st.randoms(use_true_random=False))
def test_lines_agree_with_splitting(data: bytes, limit: int, rng: random.Random) -> None:
    """Against the obvious definition: split at LF, drop one CR, refuse what is longer than the limit."""
    *lines, last = data.split(b"\n")
    if last not in (b"", b"\r"):
        lines.append(last)
    lines = [line.removesuffix(b"\r") for line in lines]
    expected = [line if len(line) <= limit else FrameTooLong for line in lines]
    found = decode(LinesCodec(max_length=limit), cuts(data, 5, rng))
    assert [item[0] if isinstance(item, tuple) else item for item in found] == expected


def test_a_dribbled_line_is_searched_once() -> None:
    codec, src = LinesCodec(max_length=1 << 20), BytesMut()
    searched = 0
    for _ in range(1000):
        src.extend(b"x" * 100)
        before = codec._search.items.searched
        assert codec.decode(src) is None
        searched += len(src) - before
    assert searched <= 2 * len(src)


@pytest.mark.parametrize("wrong", [{"delimiter": b""}, {"delimiter": b"-", "max_length": 0}])
def test_wrong_parameters_of_a_delimiter(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least"):
        DelimiterCodec(**wrong)


@pytest.mark.parametrize("wrong", [{"length_field_length": 9}, {"length_field_length": 0}, {"length_field_offset": -1}])
def test_wrong_parameters_of_a_length(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"1 to 8|negative"):
        LengthDelimitedCodec(**wrong)
