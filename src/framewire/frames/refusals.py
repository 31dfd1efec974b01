"""Why RESP input or output is refused: every such error is made here, once, for both implementations.

What belongs here: one function for each refusal, which returns the exception for the caller to raise. A limit that
was passed is a `FrameTooLong` with both numbers, anything else a plain `ProtocolError`. `at` is the offset, within the
top-level frame (its attributes included), of the type byte of the item that was being read. Refused requests carry
the words of Redis 7.0 instead, without its prefix `Protocol error: `, because clients show them to people.
"""

from __future__ import annotations

from framewire.errors import EncodeError, FrameTooLong, ProtocolError

__all__ = [
    "aggregate_too_long",
    "bad_field",
    "bad_line_end",
    "bad_payload_end",
    "bad_text",
    "big_number_too_long",
    "empty_command",
    "endless",
    "expected_chunk",
    "frame_too_long",
    "line_break",
    "line_too_long",
    "nested_too_deep",
    "no_argument",
    "no_wire_form",
    "not_a",
    "outside_int64",
    "payload_too_long",
    "push_inside",
    "request_bulk_too_long",
    "request_count_too_long",
    "request_expected_bulk",
    "request_invalid",
    "request_line_too_long",
    "request_too_long",
    "stray",
    "stream_too_long",
    "unknown_type",
    "verbatim_fault",
]

PREVIEW = 32  # bytes of a refused text that the message shows


def _refuse(why: str, at: int) -> ProtocolError:
    return ProtocolError(f"{why} (item at byte {at} of the frame)")


def _too_long(why: str, at: int, limit: int, size: int | None) -> FrameTooLong:
    return FrameTooLong(f"{why} (item at byte {at} of the frame)", limit=limit, size=size)


# ---- replies and frames: what is wrong ---------------------------------------------------------------------------


def unknown_type(byte: int, at: int) -> ProtocolError:
    """A first byte that names no type."""
    return _refuse(f"unknown type byte {bytes([byte])!r}", at)


def stray(what: str, at: int) -> ProtocolError:
    """A known type in the wrong place; `what` is a key of `STRAY`."""
    return _refuse(STRAY[what], at)


STRAY = {
    ">": "push inside another frame",
    ".": "end of stream '.' outside a streamed aggregate",
    ";": "stream chunk ';' outside a streamed string",
    "%": "streamed map ended between a key and its value",
}


def expected_chunk(byte: int, at: int) -> ProtocolError:
    """Something else than `;` inside a streamed string."""
    return _refuse(f"expected a stream chunk ';', got {bytes([byte])!r}", at)


def bad_line_end(at: int) -> ProtocolError:
    """A line whose LF has no CR before it, or that holds a CR elsewhere. Told when the LF is there, not before."""
    return _refuse("a line must end by CR LF and hold neither before", at)


def bad_payload_end(at: int) -> ProtocolError:
    """A payload that is longer or shorter than announced, or a peer that lost its place."""
    return _refuse("payload not followed by CRLF", at)


def not_a(noun: str, text: bytes, at: int) -> ProtocolError:
    """A line whose text is not what its type byte says. Nouns: see `NOUNS`, and `length`, `count`."""
    return _refuse(f"not a {noun}: {bytes(text[:PREVIEW])!r}", at)


NOUNS = {
    ":": "64-bit integer",
    "(": "big number",
    ",": "double",
    "#": "boolean",
    "_": "null",
    ".": "bare '.'",
}


def verbatim_fault(what: str, at: int) -> ProtocolError:
    """A verbatim text without its head `fmt:`; `what` is `"short"`, `"colon"` or `"ascii"`."""
    return _refuse(VERBATIM[what], at)


VERBATIM = {
    "short": "verbatim text shorter than 4 bytes",
    "colon": "verbatim text without ':' after its format",
    "ascii": "verbatim format is not ASCII",
}


# ---- replies and frames: what is too much ------------------------------------------------------------------------


def line_too_long(limit: int, at: int) -> FrameTooLong:
    """More than `limit` bytes between the type byte and CRLF. The size is not known: the end was not looked for."""
    return _too_long(f"line of more than {limit} bytes", at, limit, None)


def big_number_too_long(digits: int, limit: int, at: int) -> FrameTooLong:
    """A big number that would take more than linear time to convert."""
    return _too_long(f"big number of {digits} digits, limit {limit}", at, limit, digits)


def payload_too_long(size: int, limit: int, at: int) -> FrameTooLong:
    """A bulk, bulk error, verbatim text, or the chunks of a streamed string together."""
    return _too_long(f"payload of {size} bytes, limit {limit}", at, limit, size)


def aggregate_too_long(count: int, limit: int, at: int) -> FrameTooLong:
    """An announced count of elements (for maps and attributes: of pairs)."""
    return _too_long(f"aggregate of {count} elements, limit {limit}", at, limit, count)


def stream_too_long(limit: int, at: int) -> FrameTooLong:
    """A streamed aggregate whose elements passed the limit one by one."""
    return _too_long(f"streamed aggregate of more than {limit} elements", at, limit, None)


def nested_too_deep(limit: int, at: int) -> FrameTooLong:
    """An aggregate opened inside `limit` open ones (an attribute is open until its frame is complete)."""
    return _too_long(f"nested more than {limit} deep", at, limit, None)


def frame_too_long(size: int, limit: int, at: int) -> FrameTooLong:
    """A top-level frame whose bytes so far, announced payloads included, pass the limit."""
    return _too_long(f"frame of at least {size} bytes, limit {limit}", at, limit, size)


# ---- requests: the words of Redis --------------------------------------------------------------------------------


def request_invalid(what: str) -> ProtocolError:
    """`what` is a key of `REQUEST`."""
    return ProtocolError(REQUEST[what])


REQUEST = {
    "count": "invalid multibulk length",
    "length": "invalid bulk length",
    "quotes": "unbalanced quotes in request",
    "crlf": "expected CRLF",
}


def request_expected_bulk(byte: int) -> ProtocolError:
    """An element that is not a bulk. A byte above 127 appears as the Latin-1 character of the same number."""
    return ProtocolError(f"expected '$', got '{chr(byte)}'")


def request_line_too_long(kind: int, limit: int) -> FrameTooLong:
    """`kind` is the byte `*` or `$` of the line, any other for an inline request."""
    what = {0x2A: "mbulk count string", 0x24: "bulk count string"}.get(kind, "inline request")
    return FrameTooLong(f"too big {what}", limit=limit)


def request_count_too_long(count: int, limit: int, authenticated: bool) -> FrameTooLong:
    """More arguments than allowed; the words differ for a client that has not authenticated."""
    return FrameTooLong(f"{_tier(authenticated)} multibulk length", limit=limit, size=count)


def request_bulk_too_long(size: int, limit: int, authenticated: bool) -> FrameTooLong:
    """A longer argument than allowed; the words differ for a client that has not authenticated."""
    return FrameTooLong(f"{_tier(authenticated)} bulk length", limit=limit, size=size)


def _tier(authenticated: bool) -> str:
    return "invalid" if authenticated else "unauthenticated"


def request_too_long(size: int, limit: int) -> FrameTooLong:
    """A request whose bytes so far, announced arguments included, pass `max_frame` (Redis closes without a word)."""
    return FrameTooLong(f"request of at least {size} bytes, limit {limit}", limit=limit, size=size)


# ---- encoding: what the caller may not send ----------------------------------------------------------------------


def no_wire_form(value: object) -> EncodeError:
    """A value of a type that RESP has no form for."""
    return EncodeError(f"a value of type {type(value).__name__} has no RESP form")


def bad_field(frame: object, field: str, value: object) -> EncodeError:
    """A frame whose field does not hold what its class says."""
    shown = repr(value[:PREVIEW]) if isinstance(value, bytes | str) else f"a {type(value).__name__}"
    return EncodeError(f"{type(frame).__name__}.{field} cannot be {shown}")


def line_break(frame: object) -> EncodeError:
    """A `Simple` or `Error` that would forge another reply."""
    return EncodeError(f"{type(frame).__name__} cannot hold CR or LF")


def outside_int64() -> EncodeError:
    """An `Integer` of more than 64 bits."""
    return EncodeError("Integer holds 64 bits; use BigNumber")


def push_inside() -> EncodeError:
    """A push inside another frame, which RESP3 does not allow."""
    return EncodeError("Push cannot stand inside another frame")


def bad_text() -> EncodeError:
    """A `str` with lone surrogates."""
    return EncodeError("text with lone surrogates has no UTF-8 form")


def endless(limit: int) -> EncodeError:
    """Nesting that is most likely a container which holds itself."""
    return EncodeError(f"nested more than {limit} deep: does a container hold itself?")


def no_argument(value: object) -> EncodeError:
    """An argument of a command whose text is not obvious (`None`, `True`, containers)."""
    return EncodeError(f"a command argument cannot be of type {type(value).__name__}")


def empty_command() -> EncodeError:
    """A command without a name, which a server would never answer."""
    return EncodeError("a command needs at least one argument")
