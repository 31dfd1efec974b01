"""Slow drips: whoever sends byte by byte makes a decoder do work in proportion, and never more than that.

Counted, not timed: on the plain twin, the lines of Python that ran and the bytes that were searched or copied. Twice
the bytes may cost twice the work. The compiled twin cannot be counted, so it is caught in the act: bytes that it has
looked at are changed to what it looks for, and it must not notice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from framewire import DelimiterCodec, LengthDelimitedCodec, LinesCodec, RawCodec
from framewire.errors import ProtocolError
from fuzz.harness import TWINS, Twin, decoded
from fuzz.resp import LIMITS, Replies, Scanner
from tests.http_ways import asking, serving
from tests.work import CountingBytesMut, Work, counted_lines

SIZE = 500
CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
REQUEST = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


class Drip(NamedTuple):
    """A codec, how its stream begins, and what then comes again and again."""

    make: Callable[[Twin], Any]
    begin: bytes
    more: bytes

    def wire(self, size: int) -> bytes:
        return self.begin + self.more * (size // len(self.more))


def resp(output: str) -> Callable[[Twin], Any]:
    return lambda twin: Replies(twin, output, LIMITS[0])


def on(cls: Any, *arguments: Any, **options: Any) -> Callable[[Twin], Any]:
    return lambda twin: twin.codec(cls, *arguments, **options)


def http(make: Callable[[], Any]) -> Callable[[Twin], Any]:
    return lambda twin: make()


short_lines, long_lines = on(LinesCodec, max_length=10), on(LinesCodec)

DRIPS = {
    "resp, a line": Drip(resp("frames"), b"+", b"x"),
    "resp, a line of CRs": Drip(resp("frames"), b"+", b"\r"),
    "resp, a payload": Drip(resp("values"), b"$100000\r\n", b"x"),
    "resp, a flat array": Drip(resp("values"), b"*100000\r\n", b":1\r\n"),
    "resp, nested arrays": Drip(resp("frames"), b"", b"*1\r\n"),
    "resp, a map": Drip(resp("values"), b"%100000\r\n", b"+a\r\n"),
    "resp, attributes": Drip(resp("frames"), b"", b"|1\r\n+a\r\n:1\r\n"),
    "resp, pushes inside an array": Drip(resp("replies"), b"*100000\r\n", b">1\r\n+a\r\n"),
    "resp, confirmations in an array": Drip(resp("replies"), b"*100000\r\n", b">1\r\n+subscribe\r\n"),
    "resp, a streamed string": Drip(resp("values"), b"$?\r\n", b";1\r\nx\r\n"),
    "resp, small items": Drip(resp("frames"), b"", b"+OK\r\n"),
    "resp, a big number": Drip(resp("frames"), b"(", b"1"),
    "requests, inline": Drip(resp("requests"), b"", b"x"),
    "requests, empty lines": Drip(resp("requests"), b"", b"\r\n"),
    "requests, quotes": Drip(resp("requests"), b"", b'"'),
    "requests, arguments": Drip(resp("requests"), b"*10000\r\n", b"$1\r\nx\r\n"),
    "scanner, an array": Drip(lambda twin: Scanner(twin, LIMITS[0]), b"*100000\r\n", b"$1\r\nx\r\n"),
    "scanner, a line": Drip(lambda twin: Scanner(twin, LIMITS[0]), b"+", b"x"),
    "lines, one": Drip(long_lines, b"", b"x"),
    "lines, CRs": Drip(long_lines, b"", b"\r"),
    "lines, empty": Drip(long_lines, b"", b"\n"),
    "lines, one too long": Drip(short_lines, b"", b"x"),
    "lines, each too long": Drip(short_lines, b"", b"x" * 15 + b"\n"),
    "delimiter, halves": Drip(on(DelimiterCodec, b"--+"), b"", b"-"),
    "delimiter, halves while skipping": Drip(on(DelimiterCodec, b"--+", max_length=10), b"x" * 20, b"-"),
    "lengths, one frame": Drip(on(LengthDelimitedCodec), b"\0\1\0\0", b"x"),
    "lengths, empty frames": Drip(on(LengthDelimitedCodec), b"", b"\0"),
    "lengths, a head kept in the frame": Drip(on(LengthDelimitedCodec, num_skip=0, length_adjustment=4), b"", b"\0"),
    "raw": Drip(lambda twin: RawCodec(), b"", b"x"),
    "http, a start line": Drip(http(serving()), b"GET /", b"x"),
    "http, a value": Drip(http(serving()), b"GET / HTTP/1.1\r\nA: ", b"x"),
    "http, fields": Drip(http(serving()), b"GET / HTTP/1.1\r\n", b"a: b\r\n"),
    "http, CRs": Drip(http(serving()), b"", b"\r"),
    "http, empty lines before a request": Drip(http(serving()), b"", b"\r\n"),
    "http, requests": Drip(http(serving()), b"", REQUEST),
    "http, a body": Drip(http(serving()), b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "http, chunks": Drip(http(serving()), CHUNKED, b"1\r\nx\r\n"),
    "http, a chunk's extension": Drip(http(serving()), CHUNKED + b"1;", b"x"),
    "http, trailers": Drip(http(serving()), CHUNKED + b"0\r\n", b"a: b\r\n"),
    "http, a status line": Drip(http(asking(b"GET")), b"HTTP/1.1 200 ", b"x"),
    "http, a body until the end": Drip(http(asking(b"GET")), b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "http, interim responses": Drip(http(asking(b"GET")), b"", b"HTTP/1.1 100 Go on\r\n\r\n"),
}


def work_of(drip: Drip, size: int, piece: int) -> int:
    """Lines run and bytes looked at while `size` bytes come in pieces."""
    work = Work()
    codec, wire = drip.make(TWINS[0]), drip.wire(size)
    src = CountingBytesMut.with_capacity(8 * size)  # so that what growing costs does not come in jumps
    assert isinstance(src, CountingBytesMut)
    src.work = work
    with counted_lines(work), contextlib.suppress(ProtocolError):
        for start in range(0, len(wire), piece):
            src.extend(wire[start : start + piece])
            decoded(codec.decode, src)
    return work.total


@pytest.mark.parametrize("name", DRIPS)
def test_twice_the_bytes_cost_at_most_twice_the_work(name: str) -> None:
    drip = DRIPS[name]
    for piece in (1, 10 * SIZE):
        once, twice = work_of(drip, SIZE, piece), work_of(drip, 2 * SIZE, piece)
        assert once < 400 * SIZE
        assert twice <= 2.1 * once + 100, f"pieces of {piece}: {once} for {SIZE} bytes, {twice} for {2 * SIZE}"


class Forgetful:
    """A line decoder that starts anew each time."""

    def decode(self, src: Any) -> bytes | None:
        end = src.find(b"\n")
        return None if end < 0 else bytes(src.split_to(end + 1))


def test_quadratic_work_would_be_seen() -> None:
    drip = Drip(lambda twin: Forgetful(), b"", b"x")
    assert work_of(drip, 2 * SIZE, 1) > 3 * work_of(drip, SIZE, 1)


class Trap(NamedTuple):
    """Bytes that the decoder has passed over are set to `bait`, but for the first `first` and the last `last`."""

    make: Callable[[Twin], Any]
    begin: bytes
    bait: bytes = b"\n"
    first: int = 0
    last: int = 0


TRAPS = {
    "resp, a line": Trap(resp("frames"), b"+", first=1),
    "resp, a big number": Trap(resp("frames"), b"(", first=1),
    "requests, inline": Trap(resp("requests"), b"", first=1),
    "scanner, a line": Trap(lambda twin: Scanner(twin, LIMITS[0]), b"+", first=1),
    "lines": Trap(long_lines, b""),
    "delimiter": Trap(on(DelimiterCodec, b"--"), b"", b"-", last=1),
    "http, a start line": Trap(http(serving()), b"GET /", last=3),
    "http, a status line": Trap(http(asking(b"GET")), b"HTTP/1.1 200 ", last=3),
    "http, a chunk's extension": Trap(http(serving()), CHUNKED + b"1;"),
    "http, trailers": Trap(http(serving()), CHUNKED + b"0\r\na: ", last=3),
}


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
@pytest.mark.parametrize("name", TRAPS)
def test_what_was_looked_at_is_not_looked_at_again(name: str, twin: Twin) -> None:
    trap = TRAPS[name]
    codec, src = trap.make(twin), twin.buffer.BytesMut(trap.begin)
    decoded(codec.decode, src)
    for _ in range(300):
        src.extend(b"1")
        assert codec.decode(src) is None
        seen = len(src) - 1 - trap.last
        if seen >= trap.first:
            src[seen] = trap.bait[0]
    assert len(src) >= 300, "nothing was consumed, so the traps were set"


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_the_traps_work(twin: Twin) -> None:
    src = twin.buffer.BytesMut(b"x\nx")
    assert Forgetful().decode(src) == b"x\n"
    make = partial(twin.codec, LinesCodec)
    codec, src = make(), twin.buffer.BytesMut(b"ab")
    assert codec.decode(src) is None
    src[0] = 10
    assert make().decode(src) == b"", "a new codec finds the bait"
