"""The frames of HTTP/1.1, and the limits of an HTTP decoder.

What belongs here: what the parts of a message carry. A message is a head, then body chunks, then its end:

    RequestHead                  BodyChunk*  EndOfMessage
    ResponseHead (1xx, any number; no end of their own)
    ResponseHead                 BodyChunk*  EndOfMessage

Everything from the wire is `bytes`. Header names come in lower case, as in ASGI; the borders of body chunks are those
of arrival, not of the sender. Sources: RFC 9110 (semantics), RFC 9112 (HTTP/1.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

__all__ = ["BodyChunk", "EndOfMessage", "Headers", "HttpFrame", "HttpLimits", "RequestHead", "ResponseHead"]

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Names and values in wire order. A name may come more than once."""


class _Viewed(Protocol):
    """What `framewire.Bytes` and `BytesMut` are here: bytes behind a view."""

    def __len__(self) -> int: ...

    def view(self) -> memoryview: ...


class _Head:
    """What both kinds of head offer beside their fields."""

    __slots__ = ()

    headers: Headers

    def get(self, name: bytes, default: bytes | None = None) -> bytes | None:
        """The first value of the header `name` (in any case), or `default`; O(headers)."""
        return next(self.get_all(name), default)

    def get_all(self, name: bytes) -> Iterator[bytes]:
        """Every value of the header `name` (in any case), in wire order."""
        wanted = name.lower()
        return (value for key, value in self.headers if key == wanted or key.lower() == wanted)


@dataclass(frozen=True, slots=True)
class RequestHead(_Head):
    """`GET /index.html HTTP/1.1` and its headers. `method` and `target` are as on the wire."""

    method: bytes
    target: bytes
    headers: Headers = ()
    version: bytes = b"1.1"


@dataclass(frozen=True, slots=True)
class ResponseHead(_Head):
    """`HTTP/1.1 200 OK` and its headers. A status below 200 is an interim response: the final one is still to come."""

    status: int
    headers: Headers = ()
    reason: bytes = b""
    version: bytes = b"1.1"


@dataclass(frozen=True, slots=True)
class BodyChunk:
    """Some bytes of a body; decoded, never none, and `data` is a `Bytes`, shared with the read buffer if large."""

    data: bytes | bytearray | memoryview | _Viewed


@dataclass(frozen=True, slots=True)
class EndOfMessage:
    """The message is whole. `trailers` are the fields behind a chunked body."""

    trailers: Headers = ()


HttpFrame: TypeAlias = RequestHead | ResponseHead | BodyChunk | EndOfMessage


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a peer may ask of a decoder; whatever is more raises `FrameTooLong`, however the bytes were cut.

    `head_size` counts the bytes of a head, or of the trailers, with their empty line; `headers` the fields of either.
    `chunk_size` is the largest length that a chunk may announce, and `chunk_line` the bytes of the line that does so,
    extensions included. `body_size` limits the bytes of one whole body; `None` leaves that to who reads it.
    """

    head_size: int = 64 * 1024
    headers: int = 128
    chunk_size: int = 2**63 - 1
    chunk_line: int = 1024
    body_size: int | None = None

    def __post_init__(self) -> None:
        limits = (self.head_size, self.headers, self.chunk_size, self.chunk_line, self.body_size or 0)
        if any(limit < 0 for limit in limits):
            raise ValueError(f"a limit is not negative: {self}")
