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

__all__ = ["FRAMING_FIELDS", "Facts", "Framing", "Length", "framing_of_request", "framing_of_response"]

FRAMING_FIELDS = frozenset({b"content-length", b"host", b"transfer-encoding"})
"""Fields that mean nothing in a trailer, and could be taken for a head's by who merges them (RFC 9110, 6.5.1)."""

TELLING = FRAMING_FIELDS | {b"connection", b"upgrade"}


class Framing(Enum):
    """How a body is delimited, where not by a number of bytes."""

    CHUNKED = auto()
    UNTIL_EOF = auto()


Length: TypeAlias = int | Framing


class Facts:
    """What a head says about the connection, gathered in one pass. Raises `ProtocolError` for two readings.

    `length` is the body's length as far as the fields tell it, `None` if they do not; `hosts` counts the Host fields;
    `persists` says whether the sender is ready for another message after this one; `upgrade` whether it asks for, or
    names, another protocol.
    """

    __slots__ = ("hosts", "length", "persists", "upgrade", "version")

    def __init__(self, head: RequestHead | ResponseHead, *, lowered: bool = False) -> None:
        """`lowered`: the names are in lower case already, as those that were read."""
        told: dict[bytes, list[bytes]] = {}
        for name, value in head.headers if lowered else [(name.lower(), value) for name, value in head.headers]:
            if name in TELLING:
                told.setdefault(name, []).append(value)
        connection = _members(told.get(b"connection"))
        self.version = head.version
        self.hosts = len(told.get(b"host", ()))
        current = head.version == b"1.1"
        self.persists = b"close" not in connection and (current or b"keep-alive" in connection)
        self.upgrade = current and b"upgrade" in told and b"upgrade" in connection  # 1.0 has none (RFC 9110, 7.8)
        self.length = _length(told.get(b"transfer-encoding"), told.get(b"content-length"), head.version)


def framing_of_request(facts: Facts) -> Length:
    """The length of a request's body. Raises `ProtocolError` for one that lasts until the end."""
    if facts.length is Framing.UNTIL_EOF:
        raise ProtocolError("the last transfer coding of a request is chunked")
    return facts.length or 0


def framing_of_response(facts: Facts, status: int, method: bytes) -> Length:
    """The length of the body of a final response to `method`."""
    if method == b"HEAD" or status in (204, 304):
        return 0
    return Framing.UNTIL_EOF if facts.length is None else facts.length


def _length(codings: list[bytes] | None, lengths: list[bytes] | None, version: bytes) -> Length | None:
    if codings is None:
        return None if lengths is None else _content_length(lengths)
    if version == b"1.0":
        raise ProtocolError("HTTP/1.0 has no Transfer-Encoding")
    if lengths is not None:
        raise ProtocolError("both Transfer-Encoding and Content-Length")
    return _transfer_coding(_members(codings))


def _content_length(values: list[bytes]) -> int:
    """The number in Content-Length: digits only, and only once."""
    if len(values) > 1 or not (values[0].isdigit() and len(values[0]) <= 19):
        raise ProtocolError(f"a Content-Length of {b', '.join(values)[:40]!r}")
    return int(values[0])


def _transfer_coding(codings: list[bytes]) -> Framing:
    """What the transfer codings, in the order in which they were applied, say about the end."""
    if not codings:
        raise ProtocolError("an empty Transfer-Encoding")
    names = [coding.partition(b";")[0].rstrip(b" \t") for coding in codings]
    if b"chunked" in names[:-1]:
        raise ProtocolError("chunked is not the last transfer coding, or there twice")
    if b"chunked" in names and codings[-1] != b"chunked":
        raise ProtocolError("chunked has no parameters (RFC 9112, 7.1)")
    return Framing.CHUNKED if codings[-1] == b"chunked" else Framing.UNTIL_EOF


def _members(values: list[bytes] | None) -> list[bytes]:
    """The members of a field that is a list, over all its lines, in lower case (RFC 9110, 5.6.1)."""
    if values is None:
        return []
    members = [member.strip(b" \t") for member in b",".join(values).lower().split(b",")]
    return [member for member in members if member]
