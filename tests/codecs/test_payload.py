"""What encoders of bytes take, all alike: whatever holds bytes, and no text; and they append all or nothing."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any

import pytest

from framewire import (
    Bytes,
    BytesMut,
    DelimiterCodec,
    HttpCodec,
    LengthDelimitedCodec,
    LinesCodec,
    RawCodec,
    WriteBuffer,
)
from framewire.frames.http import BodyChunk, RequestHead
from tests.codecs.items import refuses

CODECS: dict[str, Callable[[], Any]] = {
    "lines": LinesCodec,
    "items": lambda: DelimiterCodec(b"\r\n"),
    "lengths": LengthDelimitedCodec,
    "raw": RawCodec,
}
KINDS: dict[str, Callable[[bytes], Any]] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "wide items": lambda data: array.array("H", [*memoryview(data).cast("H")]),
    "Bytes": Bytes,
    "a part of Bytes": lambda data: Bytes(b"<" + data + b">")[1:-1],
    "BytesMut": BytesMut,
}
NO_BYTES = ["text", "", 5, None, [1, 2], object(), memoryview(b"a1b2")[::2]]


def written(codec: Any, frame: Any) -> bytes:
    dst = WriteBuffer()
    codec.encode(frame, dst)
    return b"".join(dst.take())


@pytest.mark.parametrize("size", [0, 6, 40_000])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CODECS)
def test_whatever_holds_bytes_is_written_as_those(name: str, kind: str, size: int) -> None:
    data = b"x" * size
    assert written(CODECS[name](), KINDS[kind](data)) == written(CODECS[name](), data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("codec", [LinesCodec(), DelimiterCodec(b"\n"), DelimiterCodec(b"ab\n")])
def test_what_would_be_read_back_as_two_is_refused_in_every_kind(codec: Any, kind: str) -> None:
    refuses(codec, KINDS[kind](b"xab\nyz"))
    refuses(type(codec)(b"xx", max_length=4) if type(codec) is DelimiterCodec else LinesCodec(max_length=4),
            KINDS[kind](b"123456"))  # fmt: skip


@pytest.mark.parametrize("frame", NO_BYTES, ids=lambda frame: type(frame).__name__)
@pytest.mark.parametrize("name", CODECS)
def test_what_holds_no_bytes_is_refused(name: str, frame: Any) -> None:
    refuses(CODECS[name](), frame)


@pytest.mark.parametrize("kind", KINDS)
def test_text_lines_are_text(kind: str) -> None:
    refuses(LinesCodec(encoding="utf-8"), KINDS[kind](b"line"))


@pytest.mark.parametrize("framing", [(b"content-length", b"6"), (b"transfer-encoding", b"chunked")])
@pytest.mark.parametrize("frame", NO_BYTES, ids=lambda frame: type(frame).__name__)
def test_a_body_is_bytes(frame: Any, framing: tuple[bytes, bytes]) -> None:
    codec, dst = HttpCodec("client"), WriteBuffer()
    codec.encode(RequestHead(b"POST", b"/", ((b"host", b"a"), framing)), dst)
    dst.take()
    refuses(codec, BodyChunk(frame))
    for kind in KINDS.values():
        assert b"123456" in written(after_head(framing), BodyChunk(kind(b"123456")))


def after_head(framing: tuple[bytes, bytes]) -> Any:
    codec = HttpCodec("client")
    codec.encode(RequestHead(b"POST", b"/", ((b"host", b"a"), framing)), WriteBuffer())
    return codec
