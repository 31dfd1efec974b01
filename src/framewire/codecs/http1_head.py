"""Heads and trailers of HTTP/1.1 read off a buffer. The grammar is that of llhttp, through `httptools`.

What belongs here: finding where a head ends without looking at a byte twice, holding it against the limits, and having
llhttp read it. llhttp is given whole heads only: so what is refused cannot depend on how the bytes were cut, and the
place where the body begins is known to the byte. First lines are read in `http1_line.py`: llhttp knows only methods
that are on its list, and cannot say early that a line is none.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire._impl import BytesMut
from framewire.codecs.http1_framing import FRAMING_FIELDS
from framewire.codecs.http1_line import FirstLine, check_target, split_request_line, split_status_line
from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.http import Headers, HttpLimits, RequestHead, ResponseHead

try:
    import httptools
except ModuleNotFoundError:  # an extra: the rest of framewire works without it
    httptools = None  # type: ignore[assignment]

__all__ = ["HeadReader", "available"]


_ANY_REQUEST_LINE = b"GET / HTTP/1.1\r\n"
"""For llhttp, before fields of which it need not know whose they are."""


def available() -> bool:
    """Whether `httptools` is installed."""
    return httptools is not None


class HeadReader:
    """Takes heads, of requests or of responses, and trailers off the front of a buffer."""

    __slots__ = ("_first_line", "_lenient", "_limits", "_searched")

    def __init__(self, limits: HttpLimits, lenient: bool = False) -> None:
        self._limits = limits
        self._lenient = lenient
        self._searched = 0  # no end of a head begins before this
        self._first_line: FirstLine | None = None  # looked at while the rest of the head has not come

    def request(self, src: BytesMut) -> RequestHead | None:
        """The next request's head, or `None` for "need more". Empty lines before it are skipped (RFC 9112, 2.2)."""
        if not src:
            return None
        while src.startswith(b"\r\n"):
            src.advance(2)
            self._searched = 0
        block = self._find(src)
        if block is None:
            if len(src) == 1 and src.startswith(b"\r"):
                return None  # an empty line may have begun
            line = self._look(src, "request")
            if line is not None:
                _split(line, self._lenient)
            self._check_size(src)
            return None
        self._first_line = None
        return _read_request(block, self._limits, self._lenient)

    def response(self, src: BytesMut) -> ResponseHead | None:
        """The next response's head, or `None` for "need more"."""
        if not src:
            return None
        block = self._find(src)
        if block is None:
            self._look(src, "status")
            self._check_size(src)
            return None
        self._first_line = None
        return _read_response(block, self._limits)

    def trailers(self, src: BytesMut) -> Headers | None:
        """The fields behind a last chunk, mostly none, or `None` for "need more"."""
        if src.startswith(b"\r\n"):
            src.advance(2)
            self._searched = 0
            return ()
        block = self._find(src)
        if block is None:
            self._check_size(src)
            return None
        return _read_trailers(block, self._limits)

    def _find(self, src: BytesMut) -> bytes | None:
        """All up to the next empty line, that included, or `None` while it is not here."""
        limit = self._limits.head_size
        end = _end_of_block(src, self._searched, limit)
        if end:
            self._searched = 0
            return src.split_to(end).to_bytes()
        self._searched = max(0, len(src) - 3)
        return None

    def _look(self, src: BytesMut, kind: Literal["request", "status"]) -> bytes | None:
        """See whether what is here of the first line can still become one; the line when it has."""
        if self._first_line is None:
            self._first_line = FirstLine(kind)
        return self._first_line.look(src, self._limits.head_size)

    def _check_size(self, src: BytesMut) -> None:
        """Refuse what is a whole head's worth and no head."""
        limit = self._limits.head_size
        if len(src) >= limit:
            raise FrameTooLong(f"a head is longer than {limit} bytes", limit=limit)


def _end_of_block(src: BytesMut, start: int, limit: int) -> int:
    """Where the first empty line that begins at or behind `start` ends, at most at `limit`; 0 if there is none.

    Who ends lines with a bare LF is let through to llhttp, which refuses him: he need not wait for what never comes.
    """
    crlf = src.find(b"\r\n\r\n", start, limit)
    lf = src.find(b"\n\n", start, limit if crlf < 0 else crlf)
    if lf >= 0:
        return lf + 2
    return crlf + 4 if crlf >= 0 else 0


class _Fields:
    """What llhttp reports of one head."""

    __slots__ = ("fields",)

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name.lower(), value.rstrip(b" \t")))  # it strips blanks on the left only


def _read_request(block: bytes, limits: HttpLimits, lenient: bool) -> RequestHead:
    method, target, version, end = _split(block, lenient)
    seen = _Fields()
    _parse(httptools.HttpRequestParser(seen), _ANY_REQUEST_LINE + block[end:])
    return RequestHead(method, target, _limited(seen, limits), version)


def _split(block: bytes, lenient: bool) -> tuple[bytes, bytes, bytes, int]:
    """Method, target, version, and where the fields begin."""
    found = split_request_line(block)
    if found is None:
        FirstLine("request").look(BytesMut(block), len(block))
        raise ProtocolError(f"not a request line of HTTP/1.1: {block[:80]!r}")
    check_target(found[0], found[1], lenient)
    return found


def _read_response(block: bytes, limits: HttpLimits) -> ResponseHead:
    found = split_status_line(block)
    if found is None:
        FirstLine("status").look(BytesMut(block), len(block))
        raise ProtocolError(f"not a status line of HTTP/1.1: {block[:80]!r}")
    version, status, reason = found
    seen = _Fields()
    _parse(httptools.HttpResponseParser(seen), block)
    return ResponseHead(status, _limited(seen, limits), reason, version)


def _read_trailers(block: bytes, limits: HttpLimits) -> Headers:
    seen = _Fields()
    _parse(httptools.HttpRequestParser(seen), _ANY_REQUEST_LINE + block)
    trailers = _limited(seen, limits)
    for name, _ in trailers:
        if name in FRAMING_FIELDS:
            raise ProtocolError(f"a trailer {name.decode()}")
    return trailers


def _parse(parser: Any, block: bytes) -> None:
    """Feed one whole head to a new parser."""
    try:
        parser.feed_data(block)
    except httptools.HttpParserUpgrade:
        pass  # it stops where another protocol may begin: behind the head, where we stop anyway
    except httptools.HttpParserError as error:
        raise ProtocolError(f"{error} (HTTP/1.1)") from None


def _limited(seen: _Fields, limits: HttpLimits) -> Headers:
    if len(seen.fields) > limits.headers:
        message = f"a head with {len(seen.fields)} fields has more than {limits.headers}"
        raise FrameTooLong(message, limit=limits.headers, size=len(seen.fields))
    return tuple(seen.fields)
