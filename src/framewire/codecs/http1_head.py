"""Heads and trailers of HTTP/1.1 read off a buffer. The grammar is that of llhttp, through `httptools`.

What belongs here: finding where a head ends without looking at a byte twice, holding it against the limits, and having
llhttp read it. llhttp is given whole heads only: so what is refused cannot depend on how the bytes were cut, and the
place where the body begins is known to the byte. A few things that llhttp lets through are refused behind it.
"""

from __future__ import annotations

from typing import Any

from framewire._impl import BytesMut
from framewire.codecs.http1_framing import FRAMING_FIELDS
from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.http import Headers, HttpLimits, RequestHead, ResponseHead

try:
    import httptools
except ModuleNotFoundError:  # an extra: the rest of framewire works without it
    httptools = None  # type: ignore[assignment]

__all__ = ["HeadReader", "available"]


def available() -> bool:
    """Whether `httptools` is installed."""
    return httptools is not None


class HeadReader:
    """Takes heads, of requests or of responses, and trailers off the front of a buffer."""

    __slots__ = ("_limits", "_searched")

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._searched = 0  # no end of a head begins before this

    def request(self, src: BytesMut) -> RequestHead | None:
        """The next request's head, or `None` for "need more". Empty lines before it are skipped (RFC 9112, 2.2)."""
        while src.startswith(b"\r\n"):
            src.advance(2)
            self._searched = 0
        block = self._take(src)
        return None if block is None else _read_request(block, self._limits)

    def response(self, src: BytesMut) -> ResponseHead | None:
        """The next response's head, or `None` for "need more"."""
        block = self._take(src)
        return None if block is None else _read_response(block, self._limits)

    def trailers(self, src: BytesMut) -> Headers | None:
        """The fields behind a last chunk, mostly none, or `None` for "need more"."""
        if src.startswith(b"\r\n"):
            src.advance(2)
            self._searched = 0
            return ()
        block = self._take(src)
        return None if block is None else _read_trailers(block, self._limits)

    def _take(self, src: BytesMut) -> bytes | None:
        """All up to the next empty line, that included, or `None` while it is not here."""
        limit = self._limits.head_size
        end = _end_of_block(src, self._searched, limit)
        if end:
            self._searched = 0
            return src.split_to(end).to_bytes()
        if len(src) >= limit:
            raise FrameTooLong(f"a head is longer than {limit} bytes", limit=limit)
        self._searched = max(0, len(src) - 3)
        return None


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

    __slots__ = ("fields", "reason", "target")

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.target = self.reason = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name.lower(), value.rstrip(b" \t")))  # it strips blanks on the left only

    def on_url(self, url: bytes) -> None:
        self.target = url

    def on_status(self, reason: bytes) -> None:
        self.reason = reason


def _read_request(block: bytes, limits: HttpLimits) -> RequestHead:
    seen = _Fields()
    parser = _parse(httptools.HttpRequestParser(seen), block)
    method: bytes = parser.get_method()
    line = _first_line(block)
    version = line[-3:]
    _check_version(version)
    if line != b"%b %b HTTP/%b" % (method, seen.target, version):  # llhttp takes RTSP, and more blanks
        raise ProtocolError(f"not a request line of HTTP/1.1: {line[:80]!r}")
    return RequestHead(method, seen.target, _limited(seen, limits), version)


def _read_response(block: bytes, limits: HttpLimits) -> ResponseHead:
    seen = _Fields()
    parser = _parse(httptools.HttpResponseParser(seen), block)
    status: int = parser.get_status_code()
    line = _first_line(block)
    version = line[5:8]
    _check_version(version)
    written = b"HTTP/%b %d %b" % (version, status, seen.reason)
    if line not in (written, written.rstrip(b" ")) or status < 100 or b"\0" in line:
        raise ProtocolError(f"not a status line of HTTP/1.1: {line[:80]!r}")
    return ResponseHead(status, _limited(seen, limits), seen.reason, version)


def _read_trailers(block: bytes, limits: HttpLimits) -> Headers:
    seen = _Fields()
    _parse(httptools.HttpRequestParser(seen), b"GET / HTTP/1.1\r\n" + block)
    trailers = _limited(seen, limits)
    for name, _ in trailers:
        if name in FRAMING_FIELDS:
            raise ProtocolError(f"a trailer {name.decode()}")
    return trailers


def _parse(parser: Any, block: bytes) -> Any:
    """Feed one whole head to a new parser, which is then asked for what it found."""
    try:
        parser.feed_data(block)
    except httptools.HttpParserUpgrade:
        pass  # it stops where another protocol may begin: behind the head, where we stop anyway
    except httptools.HttpParserError as error:
        raise ProtocolError(f"{error} (HTTP/1.1)") from None
    return parser


def _limited(seen: _Fields, limits: HttpLimits) -> Headers:
    if len(seen.fields) > limits.headers:
        message = f"a head with {len(seen.fields)} fields has more than {limits.headers}"
        raise FrameTooLong(message, limit=limits.headers, size=len(seen.fields))
    return tuple(seen.fields)


def _first_line(block: bytes) -> bytes:
    return block[: block.find(b"\r\n")]


def _check_version(version: bytes) -> None:
    if version not in (b"1.0", b"1.1"):
        raise ProtocolError("neither HTTP/1.0 nor HTTP/1.1")
