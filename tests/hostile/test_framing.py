"""A peer that means harm, or is only broken, against the simple framings: lengths, lines, delimiters, raw bytes.

Each row is fed whole, byte by byte and cut, one by one and in batches, to both twins; work and memory are bounded by
what was sent, never by what was announced.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from framewire import DelimiterCodec, FrameTooLong, IncompleteFrame, LengthDelimitedCodec, LinesCodec, RawCodec
from framewire.errors import ProtocolError
from fuzz.harness import TWINS, Twin, check, run

MIB = 1024 * 1024


class Hostile(NamedTuple):
    """`wire` gives `items` and then `error`, or ends cleanly; a too long item that is skipped is `skipped(...)`."""

    make: Callable[[], Any]
    wire: bytes
    items: list[Any]
    error: tuple[type[Exception], str] | None = None


def skipped(limit: int, size: int | None = None) -> list[Any]:
    what = "an item is" if size is None else f"an item of {size} bytes is"
    return [FrameTooLong, f"{what} longer than {limit} bytes", limit, size]


lengths = partial(partial, LengthDelimitedCodec)
lines = partial(partial, LinesCodec, max_length=8)
delimited = partial(partial, DelimiterCodec, max_length=8)
LONGER = "a frame of {} bytes is longer than {} bytes".format
EIGHT_MIB = 8 * MIB
INSIDE = (IncompleteFrame, "")

LENGTHS = {
    "a browser": Hostile(lengths(), b"GET / HTTP/1.1\r\n\r\n", [], (FrameTooLong, LONGER(0x47455420, EIGHT_MIB))),
    "a TLS hello": Hostile(lengths(), b"\x16\x03\x01\x02\x00", [], (FrameTooLong, LONGER(0x16030102, EIGHT_MIB))),
    "all ones": Hostile(lengths(), b"\xff" * 9, [], (FrameTooLong, LONGER(2**32 - 1, EIGHT_MIB))),
    "all ones, 64 bits": Hostile(
        lengths(length_field_length=8), b"\xff" * 8, [], (FrameTooLong, LONGER(2**64 - 1, EIGHT_MIB))
    ),
    "sign bit, 64 bits": Hostile(
        lengths(length_field_length=8), b"\x80" + b"\0" * 7, [], (FrameTooLong, LONGER(2**63, EIGHT_MIB))
    ),
    "the adjustment wraps no width": Hostile(
        lengths(length_field_length=8, length_adjustment=9),
        b"\xff" * 8,
        [],
        (FrameTooLong, LONGER(2**64 + 8, EIGHT_MIB)),
    ),
    "one above the limit": Hostile(
        lengths(max_frame_length=5), b"\0\0\0\5hello\0\0\0\6hello!", [b"hello"], (FrameTooLong, LONGER(6, 5))
    ),
    "above the limit by the adjustment": Hostile(
        lengths(max_frame_length=5, length_adjustment=1), b"\0\0\0\5hello!", [], (FrameTooLong, LONGER(6, 5))
    ),
    "nothing is allowed": Hostile(
        lengths(max_frame_length=0), b"\0\0\0\0\0\0\0\1", [b""], (FrameTooLong, LONGER(1, 0))
    ),
    "less than its head": Hostile(
        lengths(length_adjustment=-4),
        b"\0\0\0\4\0\0\0\3",
        [b""],
        (ProtocolError, "a length of 3 is less than its head, by 1 bytes"),
    ),
    "ends in the head": Hostile(lengths(), b"\0\0\0\1x\0\0\0", [b"x"], INSIDE),
    "ends behind the head": Hostile(lengths(), b"\0\0\0\1", [], INSIDE),
    "ends in the frame": Hostile(lengths(), b"\0\0\0\5hell", [], INSIDE),
    "announces what it may and ends": Hostile(lengths(), b"\0\x80\0\0x", [], INSIDE),
    "only empty frames": Hostile(lengths(length_field_length=1), b"\0" * 500, [b""] * 500),
}

LINES = {
    "no end": Hostile(lines(), b"x" * 5000, [skipped(8)]),
    "no end, one too many": Hostile(lines(), b"x" * 9, [skipped(8, 9)]),
    "one too many": Hostile(lines(), b"123456789\nok\n", [skipped(8, 9), b"ok"]),
    "one too many and CR": Hostile(lines(), b"123456789\r\nok\n", [skipped(8), b"ok"]),
    "the CR does not count": Hostile(lines(), b"12345678\r\n", [b"12345678"]),
    "only CRs": Hostile(lines(), b"\r" * 300 + b"\n", [skipped(8)]),
    "each line too long": Hostile(lines(), (b"x" * 20 + b"\n") * 50, [skipped(8)] * 50),
    "only ends": Hostile(lines(), b"\n" * 500, [b""] * 500),
    "a lone CR at the end": Hostile(lines(), b"a\n\r", [b"a"]),
    "NUL and 255": Hostile(lines(), b"\0\xff\n", [b"\0\xff"]),
    "too long while too long": Hostile(lines(), b"x" * 100 + b"\n" + b"y" * 100 + b"\nok", [skipped(8)] * 2 + [b"ok"]),
}

DELIMITED = {
    "no end": Hostile(delimited(b"--"), b"x" * 5000, [skipped(8)]),
    "only halves": Hostile(delimited(b"-+"), b"-" * 300, [skipped(8)]),
    "almost, again and again": Hostile(delimited(b"aab"), b"aa" * 300 + b"b" + b"okaab", [skipped(8), b"ok"]),
    "the delimiter is cut off": Hostile(delimited(b"\r\n\r\n"), b"ok\r\n\r\n\r\n\r", [b"ok", b"\r\n\r"]),
    "half a delimiter is too long": Hostile(delimited(b"--"), b"12345678-", [skipped(8, 9)]),
    "skips to the first one": Hostile(delimited(b"--"), b"123456789012---ok--", [skipped(8), b"-ok"]),
    "only delimiters": Hostile(delimited(b"\0"), b"\0" * 500, [b""] * 500),
}

ROWS = {f"{kind}: {name}": row for kind, table in (
    ("lengths", LENGTHS), ("lines", LINES), ("delimited", DELIMITED)
) for name, row in table.items()}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_every_way_gives_the_same(name: str) -> None:
    row = ROWS[name]
    assert check(lambda twin: twin.codec(row.make), row.wire) == row.items
    _, error = run(TWINS[0].codec(row.make), TWINS[0].buffer.BytesMut, [row.wire])
    assert error == row.error


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
@pytest.mark.parametrize("name", ROWS)
def test_memory_is_bounded_by_what_was_sent(name: str, twin: Twin) -> None:
    row = ROWS[name]
    codec, src = twin.codec(row.make), twin.buffer.BytesMut()
    tracemalloc.start()
    try:
        run(codec, lambda: src, [row.wire[i : i + 1] for i in range(len(row.wire))])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    items = len(row.items)
    assert peak < 64 * 1024 + 8 * len(row.wire) + 1000 * items
    assert src.capacity < 1024 + 4 * len(row.wire)


def test_text_that_is_none_is_refused_line_by_line() -> None:
    for twin in TWINS:
        codec, src = twin.codec(LinesCodec, encoding="utf-8"), twin.buffer.BytesMut(b"\xff\n\xc3\n\xed\xa0\x80\nok\n")
        for words in ("invalid start byte", "unexpected end of data", "invalid continuation byte"):
            with pytest.raises(ProtocolError, match=f"a line is not utf-8: {words} at byte 0"):
                codec.decode(src)
        assert codec.decode(src) == "ok"


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_frame_that_consumes_nothing_is_refused(twin: Twin) -> None:
    codec, src = twin.codec(LengthDelimitedCodec, num_skip=0), twin.buffer.BytesMut(b"\0\0\0\0")
    with pytest.raises(ProtocolError):
        codec.decode(src)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_an_announced_frame_is_reserved_step_by_step(twin: Twin) -> None:
    """Of a frame as long as the limit allows, what is lent first is a step, not the frame."""
    codec = twin.codec(LengthDelimitedCodec, max_frame_length=2**31)
    src = twin.buffer.BytesMut(b"\x7f\xff\xff\xffx")
    assert codec.decode(src) is None and src.expected == 2**31 - 1
    for _ in range(3):
        view = src.lease()
        assert len(view) <= max(MIB, 2 * len(src)) and src.capacity <= MIB + 2 * len(src)
        src.commit(1)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_thousand_connections_that_announce_and_wait(twin: Twin) -> None:
    tracemalloc.start()
    try:
        waiting = []
        for _ in range(1000):
            codec, src = twin.codec(LengthDelimitedCodec), twin.buffer.BytesMut(b"\0\x7f\xff\xff")
            assert codec.decode(src) is None
            waiting.append((codec, src))
        assert tracemalloc.get_traced_memory()[0] < 1000 * 2500
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_what_is_skipped_is_not_kept(twin: Twin) -> None:
    for codec in (twin.codec(lines()), twin.codec(delimited(b"--"))):
        src = twin.buffer.BytesMut()
        with pytest.raises(FrameTooLong):
            src.extend(b"x" * 20)
            codec.decode(src)
        for _ in range(1000):
            src.extend(b"x" * 1000)
            assert codec.decode(src) is None and len(src) < 2 and not codec.idle
        assert src.capacity < 10_000


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_raw_bytes_are_never_refused_and_never_kept(twin: Twin) -> None:
    wire = bytes(range(256))
    assert b"".join(map(bytes, check(lambda _: RawCodec(), wire, lambda items: [b"".join(map(bytes, items))]))) == wire
    codec, src = RawCodec(), twin.buffer.BytesMut()
    for _ in range(100):
        src.extend(b"x" * 1000)
        assert len(codec.decode(src) or b"") == 1000 and not src
    assert src.capacity < 200_000
