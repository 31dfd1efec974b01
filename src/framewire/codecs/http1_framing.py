"""Where a body ends and what comes after the message: the rules that both directions of HTTP/1.1 share.

What belongs here: RFC 9112 section 6.3 (the length of a message body) and section 9.3 (persistence), on heads whose
syntax has been checked. A reader that sees it otherwise than the sender can be made to take a body for a request, so
whatever has two readings is refused (RFC 9112 section 11.2, request smuggling).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TypeAlias

from framewire.errors import ProtocolError
from framewire.frames.http import RequestHead, ResponseHead

__all__ = [
    "FRAMING_FIELDS",
    "Framing",
    "Length",
    "accepts_tunnel",
    "framing_of_request",
    "framing_of_response",
    "has_framing",
    "persists",
    "wants_upgrade",
]


FRAMING_FIELDS = frozenset({b"content-length", b"host", b"transfer-encoding"})
"""Fields that mean nothing in a trailer, and could be taken for a head's by who merges them (RFC 9110, 6.5.1)."""


class Framing(Enum):
    """How a body is delimited, where not by a number of bytes."""

    CHUNKED = auto()
    UNTIL_EOF = auto()


Length: TypeAlias = int | Framing


def framing_of_request(head: RequestHead) -> Length:
    """The length of a request's body. Raises `ProtocolError` for what could be read in two ways."""
    codings = _codings(head)
    if codings:
        if codings[-1] != b"chunked":
            raise ProtocolError(f"a request's body cannot end with the transfer coding {codings[-1]!r}")
        return Framing.CHUNKED
    return _content_length(head) or 0


def framing_of_response(head: ResponseHead, method: bytes) -> Length:
    """The length of the body of a final response to `method`. Raises `ProtocolError` as `framing_of_request` does."""
    codings, length = _codings(head), _content_length(head)
    if method == b"HEAD" or head.status in (204, 304) or accepts_tunnel(head, method):
        return 0
    if codings:
        return Framing.CHUNKED if codings[-1] == b"chunked" else Framing.UNTIL_EOF
    return Framing.UNTIL_EOF if length is None else length


def accepts_tunnel(head: ResponseHead, method: bytes) -> bool:
    """Whether everything behind this head belongs to a tunnel: 2xx to CONNECT (RFC 9110, 9.3.6)."""
    return method == b"CONNECT" and 200 <= head.status < 300


def has_framing(head: ResponseHead) -> bool:
    """Whether the head says how long a body is; interim responses and 204 must not (RFC 9110, 8.6; RFC 9112, 6.1)."""
    return head.get(b"content-length") is not None or head.get(b"transfer-encoding") is not None


def wants_upgrade(head: RequestHead) -> bool:
    """Whether the peer asks to go on in another protocol (RFC 9110, 7.8 and 9.3.6)."""
    if head.method == b"CONNECT":
        return True
    return head.get(b"upgrade") is not None and b"upgrade" in head.tokens(b"connection")


def persists(head: RequestHead | ResponseHead) -> bool:
    """Whether the sender of `head` is ready for another message after this one."""
    if head.version == b"1.0":
        return b"keep-alive" in head.tokens(b"connection")
    return b"close" not in head.tokens(b"connection")


def _codings(head: RequestHead | ResponseHead) -> list[bytes]:
    """The transfer codings in the order in which they were applied; refuses those with two readings."""
    codings = head.tokens(b"transfer-encoding")
    if not codings:
        if head.get(b"transfer-encoding") is not None:
            raise ProtocolError("an empty Transfer-Encoding")
        return codings
    if head.version == b"1.0":
        raise ProtocolError("HTTP/1.0 has no Transfer-Encoding")
    if head.get(b"content-length") is not None:
        raise ProtocolError("both Transfer-Encoding and Content-Length")
    if b"chunked" in codings[:-1]:
        raise ProtocolError("chunked is not the last transfer coding, or there twice")
    return codings


def _content_length(head: RequestHead | ResponseHead) -> int | None:
    """The number in Content-Length: digits only, and only once."""
    values = list(head.get_all(b"content-length"))
    if not values:
        return None
    if len(values) > 1 or not (values[0].isdigit() and len(values[0]) <= 19):
        raise ProtocolError(f"a Content-Length of {b', '.join(values)[:40]!r}")
    return int(values[0])
