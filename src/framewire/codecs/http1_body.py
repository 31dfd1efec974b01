"""Bodies of HTTP/1.1 read off a buffer, chunk by chunk as the bytes arrive: counted, chunked, or until the end.

What belongs here: one class for each way to delimit a body (RFC 9112, 6 and 7). Nothing of a body is collected; `read`
hands on what is here, a large piece uncopied, and after it the end of the message.

    chunked:   (size line) --n > 0--> (n bytes) --> (CRLF) --+
                  ^  |                                       |
                  |  +--0--> (trailers) --> EndOfMessage     |
                  +------------------------------------------+
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, TypeAlias

from framewire._impl import Bytes, BytesMut
from framewire.buf.write_buffer import SHARE_THRESHOLD
from framewire.codecs.http1_framing import Framing, Length
from framewire.codecs.http1_head import HeadReader
from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.http import BodyChunk, EndOfMessage, HttpLimits

__all__ = ["BodyReader", "body_reader"]

END = EndOfMessage()

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t -~\x80-\xff])*+"'
SIZE_LINE = re.compile(
    rb"0*([0-9A-Fa-f]{1,16})(?:[ \t]*+;[ \t]*+%b(?:[ \t]*+=[ \t]*+(?:%b|%b))?+)*+\r\n" % (_TOKEN, _TOKEN, _QUOTED)
)
"""A chunk's size and its extensions, which are dropped (RFC 9112, 7.1.1)."""

LENIENT_SIZE_LINE = re.compile(rb"0*([0-9A-Fa-f]{1,16})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
"""The same with anything for extensions, as many peers read it: `5;`, quotes that do not end."""


class BodyReader(Protocol):
    """The rest of one message."""

    def read(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        """The next piece of the body, or the end of the message, or `None` for "need more"."""

    def read_eof(self) -> EndOfMessage | None:
        """What the end of the stream means: the end of the message, or `None` where it comes too early."""


def body_reader(length: Length, heads: HeadReader, limits: HttpLimits, lenient: bool = False) -> BodyReader:
    """The reader of a body of that length. Raises `FrameTooLong` for one that is too long from the start."""
    if length is Framing.CHUNKED:
        return _Chunked(heads, limits, LENIENT_SIZE_LINE if lenient else SIZE_LINE)
    if length is Framing.UNTIL_EOF:
        return _UntilEof(limits)
    assert isinstance(length, int)
    if not length:
        return NOTHING
    _check_size(length, limits)
    return _Counted(length)


class _Counted:
    """So many bytes, as Content-Length said."""

    __slots__ = ("_left",)

    def __init__(self, length: int) -> None:
        self._left = length

    def read(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        if not self._left:
            return END
        chunk = _piece(src, self._left)
        self._left -= len(chunk)
        return BodyChunk(chunk) if chunk else None

    def read_eof(self) -> EndOfMessage | None:
        return None


NOTHING = _Counted(0)
"""No body; nothing changes in it, so one serves all."""


class _UntilEof:
    """All that comes: a response without a length."""

    __slots__ = ("_limits", "_size")

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._size = 0

    def read(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        most = self._limits.body_size
        chunk = _piece(src, len(src) if most is None else most - self._size)
        self._size += len(chunk)
        if not chunk and src:
            raise _too_long(None, self._limits)
        return BodyChunk(chunk) if chunk else None

    def read_eof(self) -> EndOfMessage | None:
        return END


_State: TypeAlias = "Callable[[_Chunked, BytesMut], BodyChunk | EndOfMessage | None]"


class _Chunked:
    """Chunks, each behind a line with its size, and trailers behind the last."""

    __slots__ = ("_grammar", "_heads", "_left", "_limits", "_searched", "_size", "_state")

    def __init__(self, heads: HeadReader, limits: HttpLimits, grammar: re.Pattern[bytes]) -> None:
        self._heads = heads
        self._limits = limits
        self._grammar = grammar  # of a size line
        self._left = 0  # bytes of this chunk still to come
        self._size = 0  # bytes of all chunks announced so far
        self._searched = 0  # no end of a size line comes before this
        self._state: _State = _Chunked._size_line  # of the class, not bound: no cycle to collect

    def read(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        return self._state(self, src)

    def read_eof(self) -> EndOfMessage | None:
        return None

    def _size_line(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        size = self._take_size(src)
        if size is None:
            return None
        if size == 0:
            self._state = _Chunked._trailers
            return self._trailers(src)
        self._left = size
        self._state = _Chunked._data
        return self._data(src)

    def _data(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        chunk = _piece(src, self._left)
        self._left -= len(chunk)
        if not self._left:
            self._state = _Chunked._crlf
        return BodyChunk(chunk) if chunk else None

    def _crlf(self, src: BytesMut) -> BodyChunk | EndOfMessage | None:
        if len(src) < 2:
            return None
        if not src.startswith(b"\r\n"):
            raise ProtocolError("a chunk is longer than its size")
        src.advance(2)
        self._state = _Chunked._size_line
        return self._size_line(src)

    def _trailers(self, src: BytesMut) -> EndOfMessage | None:
        trailers = self._heads.trailers(src)
        if trailers is None:
            return None
        return EndOfMessage(trailers) if trailers else END

    def _take_size(self, src: BytesMut) -> int | None:
        """The size of the next chunk, checked, or `None` while its line is not whole."""
        limit = self._limits.chunk_line
        end = src.find(b"\n", self._searched, limit)
        if end < 0:
            if len(src) >= limit:
                raise FrameTooLong(f"the line before a chunk is longer than {limit} bytes", limit=limit)
            self._searched = len(src)
            return None
        self._searched = 0
        line = src.split_to(end + 1).to_bytes()
        match = self._grammar.fullmatch(line)
        if match is None:
            raise ProtocolError(f"not a chunk's size: {line[:40]!r}")
        return self._checked(int(match[1], 16))

    def _checked(self, size: int) -> int:
        if size > self._limits.chunk_size:
            message = f"a chunk of {size} bytes is longer than {self._limits.chunk_size} bytes"
            raise FrameTooLong(message, limit=self._limits.chunk_size, size=size)
        self._size += size
        _check_size(self._size, self._limits)
        return size


def _piece(src: BytesMut, most: int) -> Bytes:
    """What is in `src`, up to `most` bytes: copied if small, so that it pins no read buffer, shared if large."""
    size = min(most, len(src))
    taken = src.split_to(size)
    return taken.freeze() if size >= SHARE_THRESHOLD else Bytes(taken.to_bytes())


def _check_size(size: int, limits: HttpLimits) -> None:
    if limits.body_size is not None and size > limits.body_size:
        raise _too_long(size, limits)


def _too_long(size: int | None, limits: HttpLimits) -> FrameTooLong:
    most = limits.body_size or 0
    what = "a body" if size is None else f"a body of at least {size} bytes"
    return FrameTooLong(f"{what} is longer than {most} bytes", limit=most, size=size)
