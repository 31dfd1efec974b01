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

CODINGS = frozenset({b"chunked", b"compress", b"deflate", b"gzip", b"x-compress", b"x-gzip"})
"""The transfer codings that RFC 9112, 7 knows."""

TELLING = FRAMING_FIELDS | {b"connection", b"upgrade"}


class Framing(Enum):
    """How a body is delimited, where not by a number of bytes."""

    CHUNKED = auto()
    UNTIL_EOF = auto()


Length: TypeAlias = int | Framing


class Facts:
    """What a head says about the connection, gathered in one pass. Raises `ProtocolError` for two readings.

    `length` is the body's length as far as the fields tell it, `None` if they do not; `hosts` are the Host fields;
    `persists` says whether the sender is ready for another message after this one; `upgrade` whether it asks for, or
    names, another protocol.
    """

    __slots__ = ("hosts", "length", "persists", "upgrade", "version")

    def __init__(self, head: RequestHead | ResponseHead, *, lowered: bool = False, lenient: bool = False) -> None:
        """`lowered`: the names are in lower case already, as those that were read. `lenient`: see `HttpCodec`."""
        told: dict[bytes, list[bytes]] = {}
        for name, value in head.headers if lowered else [(name.lower(), value) for name, value in head.headers]:
            if name in TELLING:
                told.setdefault(name, []).append(value)
        connection = _members(told.get(b"connection"))
        self.version = head.version
        self.hosts = told.get(b"host", [])
        current = head.version == b"1.1"
        self.persists = b"close" not in connection and (current or b"keep-alive" in connection)
        self.upgrade = current and b"upgrade" in told and b"upgrade" in connection  # 1.0 has none (RFC 9110, 7.8)
        codings, lengths = told.get(b"transfer-encoding"), told.get(b"content-length")
        self.length = _length(codings, lengths, head.version, lenient)


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


def _length(
    codings: list[bytes] | None, lengths: list[bytes] | None, version: bytes, lenient: bool
) -> Length | None:
    if codings is None:
        return None if lengths is None else _content_length(lengths, lenient)
    if version == b"1.0":
        raise ProtocolError("HTTP/1.0 has no Transfer-Encoding")
    if lengths is not None:
        raise ProtocolError("both Transfer-Encoding and Content-Length")
    if not lenient:
        _check_codings(b",".join(codings))
    return _transfer_coding(_members(codings))


def _content_length(values: list[bytes], lenient: bool) -> int:
    """The number in Content-Length: digits only, and only once (RFC 9110, 8.6).

    Some read a leading zero as octal, and 2**63 as negative or as nothing: both are refused unless `lenient`.
    """
    value = values[0]
    if len(values) == 1 and value.isdigit():
        if lenient:
            if len(value) <= 1000 and int(value) < 2**64:
                return int(value)
        elif len(value) <= 19 and int(value) < 2**63 and (value[:1] != b"0" or value == b"0"):
            return int(value)
    raise ProtocolError(f"a Content-Length of {b', '.join(values)[:40]!r}")


def _check_codings(value: bytes) -> None:
    """Refuse what RFC 9110, 5.6.1 and RFC 9112, 7 allow, and some read otherwise: holes in the list, unknown codings.

    Who does not know a coding cannot know where the body ends; who ignores it takes the rest for what it is not.
    """
    for member in value.lower().split(b","):
        coding = member.strip(b" \t")
        if coding.partition(b";")[0].rstrip(b" \t") not in CODINGS:
            raise ProtocolError(f"a Transfer-Encoding of {value[:40]!r}")


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
