"""Heads and bodies of HTTP/1.1 written, and everything refused that a peer could read as something else.

What belongs here: the syntax on the way out. Names, values, targets and reasons often hold what a third party chose, so
no byte of them may end a line or a word (header injection, response splitting). One class for each way to delimit a
body says what may follow a head.
"""

from __future__ import annotations

import re
from typing import Protocol

from framewire.buf.write_buffer import WriteBuffer
from framewire.codecs.http1_framing import FRAMING_FIELDS, Framing, Length
from framewire.codecs.payload import payload_size
from framewire.errors import EncodeError
from framewire.frames.http import BodyChunk, EndOfMessage, Headers, RequestHead, ResponseHead

__all__ = ["BodyWriter", "body_writer", "request_head", "response_head"]

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A method or a field name (RFC 9110, 5.6.2)."""

TARGET = re.compile(rb"[\x21-\x7e]+")
"""A request target: no space and no control, whatever its form (RFC 9112, 3.2)."""

TEXT = re.compile(rb"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")
"""A field value or a reason: no control but tabs, no blank at either end, where it would be lost (RFC 9110, 5.5)."""


def request_head(head: RequestHead) -> bytes:
    """The wire form of `head`. Raises `EncodeError`."""
    _check("method", head.method, TOKEN)
    _check("target", head.target, TARGET)
    return b"%b %b HTTP/%b\r\n%b\r\n" % (head.method, head.target, _version(head), _fields(head.headers))


def response_head(head: ResponseHead) -> bytes:
    """The wire form of `head`. Raises `EncodeError`."""
    if not 100 <= head.status <= 999:
        raise EncodeError(f"a status has three digits and is at least 100, not {head.status}")
    _check("reason", head.reason, TEXT)
    return b"HTTP/%b %d %b\r\n%b\r\n" % (_version(head), head.status, head.reason, _fields(head.headers))


def _version(head: RequestHead | ResponseHead) -> bytes:
    if head.version not in (b"1.0", b"1.1"):
        raise EncodeError(f"HTTP/1.0 or HTTP/1.1 can be written, not {head.version!r}")
    return head.version


def _fields(headers: Headers) -> bytes:
    lines = []
    for name, value in headers:
        _check("header name", name, TOKEN)
        _check("header value", value, TEXT)
        lines.append(b"%b: %b\r\n" % (name, value))
    return b"".join(lines)


def _check(what: str, data: bytes, form: re.Pattern[bytes]) -> None:
    if not isinstance(data, bytes):
        raise EncodeError(f"a {what} is bytes, not {type(data).__name__}")
    if form.fullmatch(data) is None:
        raise EncodeError(f"not a {what}: {data[:80]!r}")


class BodyWriter(Protocol):
    """What may still be written of one message."""

    def write(self, chunk: BodyChunk, dst: WriteBuffer) -> None:
        """Append a piece of the body; a large one is not copied. Raises `EncodeError`."""

    def end(self, frame: EndOfMessage, dst: WriteBuffer) -> None:
        """Append what ends the message. Raises `EncodeError` if it is not whole, or cannot have trailers."""


def body_writer(length: Length) -> BodyWriter:
    """The writer of a body of that length."""
    if length is Framing.CHUNKED:
        return _Chunked()
    if length is Framing.UNTIL_EOF:
        return _UntilEof()
    assert isinstance(length, int)
    return _Counted(length)


class _Counted:
    """As many bytes as Content-Length said, or none."""

    __slots__ = ("_left",)

    def __init__(self, length: int) -> None:
        self._left = length

    def write(self, chunk: BodyChunk, dst: WriteBuffer) -> None:
        size = payload_size(chunk.data)
        if size > self._left:
            raise EncodeError(f"{size} more bytes of body, where the head leaves room for {self._left}")
        dst.put_slice(chunk.data)
        self._left -= size

    def end(self, frame: EndOfMessage, dst: WriteBuffer) -> None:
        _no_trailers(frame)
        if self._left:
            raise EncodeError(f"the body ends {self._left} bytes before its Content-Length")


class _UntilEof:
    """All until the connection is closed."""

    __slots__ = ()

    def write(self, chunk: BodyChunk, dst: WriteBuffer) -> None:
        payload_size(chunk.data)
        dst.put_slice(chunk.data)

    def end(self, frame: EndOfMessage, dst: WriteBuffer) -> None:
        _no_trailers(frame)


class _Chunked:
    """Each piece behind its size, then an empty one and the trailers (RFC 9112, 7.1)."""

    __slots__ = ()

    def write(self, chunk: BodyChunk, dst: WriteBuffer) -> None:
        size = payload_size(chunk.data)
        if size:  # an empty chunk would end the body
            dst.put_slice(b"%x\r\n" % size)
            dst.put_slice(chunk.data)
            dst.put_slice(b"\r\n")

    def end(self, frame: EndOfMessage, dst: WriteBuffer) -> None:
        fields = _fields(frame.trailers)
        for name, _ in frame.trailers:
            if name.lower() in FRAMING_FIELDS:
                raise EncodeError(f"a trailer cannot be {name.decode()}")
        dst.put_slice(b"0\r\n%b\r\n" % fields)


def _no_trailers(frame: EndOfMessage) -> None:
    if frame.trailers:
        raise EncodeError("only a chunked body can have trailers")
