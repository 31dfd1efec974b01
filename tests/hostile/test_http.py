"""A peer that means harm, or is only broken, against the HTTP codec, as a client's server and as a server's client.

The shapes that are refused, and their words, are in the tables of `tests/codecs/test_http1_*.py`; here all of them are
fed in every way to both twins' buffers, with work and memory bounded by what was sent. Behind them: what never ends.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from framewire import HttpCodec
from framewire.errors import FrameTooLong, IncompleteFrame, ProtocolError
from framewire.frames.http import HttpLimits, RequestHead
from fuzz.harness import TWINS, Twin, check, run
from fuzz.http1 import joined
from tests.codecs.test_http1_body import BROKEN
from tests.codecs.test_http1_body import FOR_SMUGGLERS as EXTENSIONS
from tests.codecs.test_http1_head import (
    FOR_SMUGGLERS,
    HOSTS,
    NEVER_A_LINE,
    START_LINES,
    STATUS_LINES,
    TARGETS,
    TRAILERS,
    TWO_READINGS,
)
from tests.http_ways import asking, serving

HEAD = b"GET / HTTP/1.1\r\nHost: h\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def refused() -> Iterator[tuple[Callable[[], HttpCodec], bytes]]:
    """Every row of the codec's tables of refusals, as a whole stream."""
    for line, _ in START_LINES:
        yield serving(), line + GET
    for line, _ in STATUS_LINES:
        yield asking(b"GET"), line
    for begin in TARGETS:
        yield serving(), begin + b" HTTP/1.1\r\nHost: h\r\n\r\n" + GET
    for host in HOSTS:
        yield serving(), b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n" + GET
    for line, wrong in NEVER_A_LINE:
        if wrong:
            yield serving(), line
    for line in EXTENSIONS:
        yield serving(), CHUNKED + line + b"hello\r\n0\r\n\r\n"
    for field, _ in TWO_READINGS + FOR_SMUGGLERS:
        yield serving(), b"POST / HTTP/1.1\r\nHost: h\r\n" + field + b"\r\n\r\n0\r\n\r\n" + GET
    for body, _ in BROKEN:
        yield serving(), CHUNKED + b"1\r\na\r\n" + body
    for trailer in TRAILERS:
        yield serving(), CHUNKED + b"0\r\n" + trailer + b"\r\n\r\n"


def test_whatever_is_refused_is_refused_in_every_way() -> None:
    for make, wire in refused():
        check(lambda twin, make=make: make(), wire, joined)
        _, error = run(make(), TWINS[-1].buffer.BytesMut, [wire])
        assert error and issubclass(error[0], ProtocolError) and error[1], wire


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

AS_THE_SENDER_MEANT = [
    (b"Content-Length: 5\r\n\r\n" + b"0\r\n\r\n", b"0\r\n\r\n"),
    (b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED, SMUGGLED),
    (b"Transfer-Encoding: chunked\r\n\r\n23\r\n" + SMUGGLED + b"\r\n0\r\n\r\n", SMUGGLED),
    (b"Transfer-Encoding: chunked\r\n\r\n23;x=\"y\"\r\n" + SMUGGLED + b"\r\n0\r\nContent: 5\r\n\r\n", SMUGGLED),
    (b"X: Content-Length: 99\r\n\r\n", b""),
    (b"Content-Length: 0\r\n\r\n", b""),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "body"), AS_THE_SENDER_MEANT)
def test_a_body_that_looks_like_a_request_stays_a_body(rest: bytes, body: bytes) -> None:
    assert len(SMUGGLED) == 0x23
    frames = check(lambda twin: serving()(), b"POST / HTTP/1.1\r\nHost: h\r\n" + rest + GET, joined)
    heads = [frame.target for frame in frames if isinstance(frame, RequestHead)]
    assert heads == [b"/", b"/"] and b"".join(getattr(frame, "data", b"") for frame in frames) == body


ENDLESS: dict[str, tuple[Callable[[], HttpCodec], bytes, bytes, str]] = {
    "a start line": (serving(), b"GET /", b"x", "a head is longer than 65536 bytes"),
    "a value": (serving(), HEAD + b"a: ", b"x", "a head is longer than 65536 bytes"),
    "fields": (serving(), HEAD, b"a: b\r\n", "a head is longer than 65536 bytes"),
    "a method": (serving(), b"", b"x", "a head is longer than 65536 bytes"),
    "a method, leniently": (serving(lenient=True), b"", b"x", "a head is longer than 65536 bytes"),
    "a status line": (asking(b"GET"), b"HTTP/1.1 200 ", b"x", "a head is longer than 65536 bytes"),
    "a chunk's extension": (serving(), CHUNKED + b"1;", b"x", "the line before a chunk is longer than 1024 bytes"),
    "zeros of a chunk's size": (serving(), CHUNKED, b"0", "the line before a chunk is longer than 1024 bytes"),
    "trailers": (serving(), CHUNKED + b"0\r\n", b"a: b\r\n", "a head is longer than 65536 bytes"),
}


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_refused_in_little_memory(name: str, twin: Twin) -> None:
    make, begin, more, words = ENDLESS[name]
    codec, src = make(), twin.buffer.BytesMut()
    wire = begin + more * (80_000 // len(more))
    tracemalloc.start()
    try:
        for size in (len(wire), 1000, 17):
            codec, src = make(), twin.buffer.BytesMut()
            _, error = run(codec, lambda src=src: src, [wire[i : i + size] for i in range(0, len(wire), size)])
            assert error == (FrameTooLong, words)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000 and src.capacity < 400_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
@pytest.mark.parametrize(
    "begin",
    [HEAD + b"Content-Length: 9223372036854775807\r\n\r\n", CHUNKED + b"7fffffffffffffff\r\n"],
)
def test_an_announced_body_reserves_nothing(twin: Twin, begin: bytes) -> None:
    tracemalloc.start()
    try:
        waiting = []
        for _ in range(200):
            codec, src = HttpCodec("server"), twin.buffer.BytesMut(begin)
            frames: list[Any] = [codec.decode(src), codec.decode(src)]
            assert frames[1] is None and not codec.idle and src.capacity < 4096
            waiting.append((codec, src))
        assert tracemalloc.get_traced_memory()[0] < 200 * 5000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_body_is_not_collected(twin: Twin) -> None:
    """8 MB of it pass through some 100 KB."""
    for begin, piece in (
        (HEAD + b"Content-Length: 9223372036854775807\r\n\r\n", b"x" * 8000),
        (CHUNKED, b"1f40\r\n" + b"x" * 8000 + b"\r\n"),
        (CHUNKED + b"7fffffffffffffff\r\n", b"x" * 8000),
    ):
        codec, src = HttpCodec("server"), twin.buffer.BytesMut(begin)
        tracemalloc.start()
        try:
            for _ in range(1000):
                while codec.decode(src) is not None:
                    pass
                src.extend(piece)
            assert tracemalloc.get_traced_memory()[1] < 300_000
        finally:
            tracemalloc.stop()


def test_what_is_cut_off_says_so() -> None:
    message = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n"
    for size in range(1, len(message)):
        for twin in TWINS:
            _, error = run(HttpCodec("server"), twin.buffer.BytesMut, [message[:size]])
            assert error == (IncompleteFrame, ""), size


def test_limits_hold_however_small() -> None:
    for twin in TWINS:
        tiny = HttpLimits(head_size=0, headers=0, chunk_size=0, chunk_line=0, body_size=0)
        _, error = run(HttpCodec("server", tiny), twin.buffer.BytesMut, [GET])
        assert error == (FrameTooLong, "a head is longer than 0 bytes")
