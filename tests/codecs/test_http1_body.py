"""Bodies: what breaks a chunked one, limits, memory, and how large pieces are handed on."""

from __future__ import annotations

import tracemalloc

import pytest

from framewire import Bytes, BytesMut, FrameTooLong, HttpCodec
from framewire.frames.http import BodyChunk, EndOfMessage, HttpLimits
from tests.http_ways import asking, every_way, serving

END = EndOfMessage()
CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\n\r\n"


def counted(size: int) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size


BROKEN = [
    (b"\r\n", "not a chunk's size: b'\\r\\n'"),
    (b"x\r\n", "not a chunk's size"),
    (b"+5\r\nhello\r\n", "not a chunk's size"),
    (b"-5\r\nhello\r\n", "not a chunk's size"),
    (b"0x5\r\nhello\r\n", "not a chunk's size"),
    (b" 5\r\nhello\r\n", "not a chunk's size"),
    (b"5 \r\nhello\r\n", "not a chunk's size"),
    (b"5_0\r\n", "not a chunk's size"),
    (b"5\nhello\r\n", "not a chunk's size"),
    (b"5\rhello\r\n", "not a chunk's size"),
    (b"5;a\rb\r\n", "not a chunk's size"),
    (b"5;a\0\r\n", "not a chunk's size"),
    (b"5\r\r\n", "not a chunk's size"),
    (b"\xd9\xa5\r\n", "not a chunk's size"),
    (b"1" + b"0" * 16 + b"\r\n", "not a chunk's size"),
    (b"8000000000000000\r\n", "a chunk of 9223372036854775808 bytes is longer than 9223372036854775807 bytes"),
    (b"5;" + b"a" * 2000, "the line before a chunk is longer than 1024 bytes"),
    (b"0" * 2000, "the line before a chunk is longer than 1024 bytes"),
    (b"5\r\nhello5\r\n", "a chunk is longer than its size"),
    (b"5\r\nhello\n\n", "a chunk is longer than its size"),
    (b"5\r\nhello\r\r\n", "a chunk is longer than its size"),
]


FOR_SMUGGLERS = [
    b"5;\r\n", b"5;a=\r\n", b"5;=b\r\n", b"5;a b\r\n", b"5;a=\"\r\n",
    b"5;a=\"b\r\n", b"5;a=b\"\r\n", b"5;\"a\"\r\n", b"5;a=\"b\"c\r\n", b"5;a,b\r\n",
    b"5;a;\r\n", b"5;;a\r\n", b"5;a \r\n", b"5;\xe4\r\n", b'5;a="\\\r\n', b"5; \t\r\n",
]  # fmt: skip
"""Extensions that many peers let pass, and `lenient` too."""


@pytest.mark.parametrize("line", FOR_SMUGGLERS)
def test_extensions_that_smugglers_use(line: bytes) -> None:
    body = line + b"hello\r\n0\r\n\r\n"
    *_, (kind, text) = every_way(serving(), CHUNKED + body)
    assert kind == "ProtocolError" and "not a chunk's size" in text
    _, chunk, end = every_way(serving(lenient=True), CHUNKED + body)
    assert chunk == b"hello" and end == EndOfMessage()


@pytest.mark.parametrize(
    "extensions",
    [b"", b";a", b";a=b", b" ; a = b\t;c", b';a="b;c=d"', b';a=""', b';a="\\"\\\\"', b';a="\xe4\t "', b";a;b;c=1"],
)
def test_extensions(extensions: bytes) -> None:
    _, chunk, end = every_way(serving(), CHUNKED + b"5" + extensions + b"\r\nhello\r\n0" + extensions + b"\r\n\r\n")
    assert chunk == b"hello" and end == EndOfMessage()


@pytest.mark.parametrize(("body", "words"), BROKEN)
def test_chunks_that_are_none(body: bytes, words: str) -> None:
    *_, (kind, text) = every_way(serving(), CHUNKED + b"1\r\na\r\n" + body)
    assert kind in ("ProtocolError", "FrameTooLong") and words in text


@pytest.mark.parametrize("cut", range(len(CHUNKED), len(CHUNKED) + 22))
def test_a_chunked_body_that_ends_early(cut: int) -> None:
    data = CHUNKED + b"a;b=c\r\n0123456789\r\n0\r\n\r\n"
    assert every_way(serving(), data[:cut])[-1] == ("IncompleteFrame", "the stream ended inside a frame")
    assert every_way(serving(), data)[1:] == [b"0123456789", END]


def test_a_chunk_has_a_limit_of_its_own() -> None:
    limits = {"chunk_size": 4}
    assert every_way(serving(**limits), CHUNKED + b"4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n")[1] == b"abcdefgh"
    assert every_way(serving(**limits), CHUNKED + b"5\r\nabcde")[-1] == (
        "FrameTooLong",
        "a chunk of 5 bytes is longer than 4 bytes",
    )


def test_a_body_has_a_limit_before_a_byte_of_it_is_read() -> None:
    limits = {"body_size": 8}
    assert every_way(serving(**limits), counted(8) + b"x" * 8)[1:] == [b"x" * 8, END]
    too_long = ("FrameTooLong", "a body of at least 9 bytes is longer than 8 bytes")
    assert every_way(serving(**limits), counted(9)) == [too_long]
    assert every_way(serving(**limits), CHUNKED + b"5\r\nabcde\r\n4\r\n")[1:] == [b"abcde", too_long]


def test_a_body_until_the_end_has_a_limit_too() -> None:
    def make() -> HttpCodec:
        codec = asking(b"GET")()
        codec._limits = HttpLimits(body_size=8)
        return codec

    assert every_way(make, RESPONSE + b"x" * 8)[1:] == [b"x" * 8, END]
    assert every_way(make, RESPONSE + b"x" * 9)[1:] == [b"x" * 8, ("FrameTooLong", "a body is longer than 8 bytes")]


def test_the_head_of_a_body_that_is_refused_is_not_handed_on() -> None:
    codec = HttpCodec("server", HttpLimits(body_size=8))
    with pytest.raises(FrameTooLong) as caught:
        codec.decode(BytesMut(counted(10**15)))
    assert (caught.value.size, caught.value.limit) == (10**15, 8)


@pytest.mark.parametrize("head", [counted(10**18), CHUNKED + b"7000000000000000\r\n", RESPONSE])
def test_nothing_is_reserved_for_a_length_that_was_only_announced(head: bytes) -> None:
    codec = asking(b"GET")() if head is RESPONSE else HttpCodec("server")
    src = BytesMut(head + b"abc")
    tracemalloc.start()
    codec.decode(src)
    assert codec.decode(src) == BodyChunk(b"abc") and codec.decode(src) is None  # type: ignore[comparison-overlap]
    assert tracemalloc.get_traced_memory()[1] < 20_000 and src.capacity < 4096
    tracemalloc.stop()


def test_large_pieces_are_shared_with_the_read_buffer_and_small_ones_pin_nothing() -> None:
    for size, shared in ((100_000, True), (100, False)):
        codec, src = HttpCodec("server"), BytesMut(counted(size) + bytes(size))
        codec.decode(src)
        chunk = codec.decode(src)
        assert isinstance(chunk, BodyChunk) and isinstance(chunk.data, Bytes) and len(chunk.data) == size
        alone = chunk.data.to_bytes() is chunk.data.to_bytes()  # one builtin object and nothing else
        assert alone is not shared


def test_a_body_is_handed_on_as_it_arrives() -> None:
    codec, src = HttpCodec("server"), BytesMut(CHUNKED + b"ffff\r\n")
    codec.decode(src)
    for piece in (b"a", b"bc", b"def"):
        assert codec.decode(src) is None
        src.extend(piece)
        assert codec.decode(src) == BodyChunk(piece) and not src  # type: ignore[comparison-overlap]
