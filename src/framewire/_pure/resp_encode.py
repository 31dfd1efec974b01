"""The encoder of RESP, in plain Python: frames, values and commands to bytes.

What belongs here: the wire form of each type in RESP3, and what RESP2 makes of it. All calls but `pack_command` write
to a `tail` (small things) and `segments` (what stands before the tail): a payload of 16 KiB or more goes to the
segments as it is, never joined with its head and end. On an error nothing has been written.

An aggregate writes its header and hands back its children; a stack of iterators walks them, so nothing recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, TypeAlias

from framewire._pure.buffer import Bytes, BytesMut
from framewire.frames import refusals
from framewire.frames.decimals import format_double, format_integer
from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    RespFrame,
    RespValue,
    Set,
    Simple,
    Verbatim,
)

__all__ = ["encode_commands", "encode_frame", "encode_values", "pack_command"]

SHARE_THRESHOLD = 16 * 1024  # payloads from here on are segments of their own, as in `framewire.buf`
MAX_DEPTH = 1_000_000  # only a container that holds itself nests deeper
FOLD = bytes.maketrans(b"\r\n", b"  ")
NULLS_2 = {b"_": b"$-1\r\n", b"$": b"$-1\r\n", b"*": b"*-1\r\n"}
NULLS_3 = {b"_": b"_\r\n", b"$": b"$-1\r\n", b"*": b"*-1\r\n"}
END = object()

Segment: TypeAlias = bytes | memoryview
Piece: TypeAlias = "Segment | Large"
Handler: TypeAlias = Callable[[Any, Any], None]


def encode_frame(frame: RespFrame, protocol: int, tail: BytesMut, segments: list[Segment]) -> None:
    """Append the wire form of `frame`: exactly it in RESP3 (`protocol` 3), the nearest thing in RESP2 (`protocol` 2).

    RESP2 knows no maps, sets, pushes (they become arrays), doubles and big numbers (bulks), booleans (integers),
    verbatim texts (bulks), bulk errors (errors, on one line) and attributes (left out). Any depth. Raises
    `EncodeError`, with nothing written, for a frame that has no wire form.
    """
    pieces = Writer(protocol, frames_only=True).write([frame])
    _append(pieces, tail, segments)


def encode_values(values: Sequence[RespValue], protocol: int, tail: BytesMut, segments: list[Segment]) -> None:
    """Append a batch of replies, each a Python value or a frame: see `RespValue`, and `encode_frame` for RESP2.

    `str` becomes a bulk of UTF-8, a tuple an array, an `int` beyond 64 bits a big number. Line breaks in an `Error`
    become spaces, as in Redis, so that no text of a client can forge a reply; every `Null` is the protocol's own null.
    A `Push` may stand inside a list, as Redis answers an EXEC that has subscribed.
    Raises `EncodeError`, with nothing of the batch written, for a value that has no wire form.
    """
    pieces = Writer(protocol, frames_only=False).write(values)
    _append(pieces, tail, segments)


def encode_commands(commands: Iterable[Sequence[object]], tail: BytesMut, segments: list[Segment]) -> None:
    """Append commands, each a list or tuple of arguments, as arrays of bulks.

    `str` is sent as UTF-8, `int` and `float` as decimal text; `bool`, `None` and anything else is ambiguous and raises
    `EncodeError`, with nothing written.
    """
    pieces: list[Piece] = []
    for command in commands:
        _put_command(pieces, command)
    _append(pieces, tail, segments)


def pack_command(*arguments: object) -> bytes:
    """One command as `bytes`: `pack_command("SET", key, 1)`. Copies every argument once.

    The arguments are those of `encode_commands`. Raises `EncodeError`, also where there are none.
    """
    pieces: list[Piece] = []
    _put_command(pieces, arguments)
    return b"".join(piece.data if isinstance(piece, Large) else piece for piece in pieces)


# ---- pieces ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Large:
    """A payload that becomes a segment as it is."""

    data: Segment


def _append(pieces: list[Piece], tail: BytesMut, segments: list[Segment]) -> None:
    small: list[Segment] = []
    for piece in pieces:
        if not isinstance(piece, Large):
            small.append(piece)
            continue
        tail.extend(b"".join(small))
        small.clear()
        if tail:
            segments.append(tail.split().freeze().view())
        segments.append(piece.data)
    tail.extend(b"".join(small))


def _put_payload(pieces: list[Piece], head: bytes, data: Segment) -> None:
    """`head`, the payload `data`, and the CR LF behind it."""
    pieces += (head, data if len(data) < SHARE_THRESHOLD else Large(data), b"\r\n")


def _put_bulk(pieces: list[Piece], kind: bytes, data: Segment) -> None:
    _put_payload(pieces, b"%b%d\r\n" % (kind, len(data)), data)


def _put_command(pieces: list[Piece], command: Sequence[object]) -> None:
    if not isinstance(command, list | tuple):
        raise refusals.no_wire_form(command)
    if not command:
        raise refusals.empty_command()
    pieces.append(b"*%d\r\n" % len(command))
    for argument in command:
        _put_bulk(pieces, b"$", _argument(argument))


def _argument(value: object) -> Segment:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_integer(int(value)) if isinstance(value, int) else format_double(value)
    data = _bytes_of(value)
    if data is None:
        raise refusals.no_argument(value)
    return data


def _bytes_of(value: object) -> Segment | None:
    """The bytes of a text or bytes-like value, shared where nobody can change them; `None` for anything else."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, Bytes):
        return value.view()
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    return None


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise refusals.bad_text() from None


def _fits(value: int) -> bool:
    """Whether an integer has 64 bits (`in range(...)` would take for ever for a subclass of int)."""
    return -(2**63) <= value < 2**63


# ---- fields of frames: what they must hold -----------------------------------------------------------------------


def _check_field(frame: object, field: str, value: object, kind: type | UnionType) -> None:
    if not isinstance(value, kind):
        raise refusals.bad_field(frame, field, value)


def _field_bytes(frame: Any, data: object) -> Segment:
    found = None if isinstance(data, str) else _bytes_of(data)
    if found is None:
        raise refusals.bad_field(frame, "data", data)
    return found


def _field_items(frame: object, field: str, items: object) -> Sequence[Any]:
    if not isinstance(items, tuple | list):
        raise refusals.bad_field(frame, field, items)
    return items


def _field_pairs(frame: object, field: str, pairs: object) -> Sequence[Any]:
    found = _field_items(frame, field, pairs)
    for pair in found:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise refusals.bad_field(frame, field, pair)
    return found


def _one_line(frame: object, data: object) -> bytes:
    text = bytes(_field_bytes(frame, data))
    if b"\r" in text or b"\n" in text:
        raise refusals.line_break(frame)
    return text


def _folded(frame: object, data: object) -> bytes:
    return bytes(_field_bytes(frame, data)).translate(FOLD)


# ---- frames and values -------------------------------------------------------------------------------------------


class Writer:
    """Collects the pieces of one call. `frames_only` is what `encode_frame` asks for: exactness instead of kindness."""

    def __init__(self, protocol: int, *, frames_only: bool) -> None:
        if protocol not in (2, 3):
            raise ValueError(f"protocol must be 2 or 3, not {protocol}")
        self.pieces: list[Piece] = []
        self._resp3 = protocol == 3
        self._frames_only = frames_only
        self._handlers = FRAMES if frames_only else VALUES
        self._walks: list[tuple[Iterator[object], bool]] = []  # what is still to be written, outermost first
        self._at_top = True  # the item stands at top level, or is what a top-level attribute annotates

    def write(self, items: Iterable[object]) -> list[Piece]:
        """Walk the items and all that they hold, each before its children."""
        self._enter(items, at_top=True)
        while self._walks:
            walk, self._at_top = self._walks[-1]
            item = next(walk, END)
            if item is END:
                self._walks.pop()
            else:
                self._handler(item)(self, item)
        return self.pieces

    def _enter(self, items: Iterable[object], *, at_top: bool = False) -> None:
        if len(self._walks) > MAX_DEPTH:
            raise refusals.endless(MAX_DEPTH)
        self._walks.append((iter(items), at_top))

    def _handler(self, item: object) -> Handler:
        for base in type(item).__mro__:
            if base in self._handlers:
                return self._handlers[base]
        raise refusals.no_wire_form(item)

    # -- one line -----------------------------------------------------------------------------------------------------

    def _line(self, kind: bytes, text: bytes) -> None:
        self.pieces.append(b"%b%b\r\n" % (kind, text))

    def _line_or_bulk(self, kind: bytes, text: bytes) -> None:
        """RESP3 has a type for this; RESP2 sends its text as a bulk."""
        if self._resp3:
            self._line(kind, text)
        else:
            _put_bulk(self.pieces, b"$", text)

    def put_simple(self, frame: Simple) -> None:
        self._line(b"+", _one_line(frame, frame.data))

    def put_error(self, frame: Error) -> None:
        if self._frames_only:
            self._line(b"-", _one_line(frame, frame.data))
        else:
            self._line(b"-", _folded(frame, frame.data))

    def put_integer(self, frame: Integer) -> None:
        _check_field(frame, "value", frame.value, int)
        if not _fits(frame.value):
            raise refusals.outside_int64()
        self._line(b":", b"%d" % frame.value)

    def py_int(self, value: int) -> None:
        if _fits(value):
            self._line(b":", b"%d" % value)
        else:
            self._line_or_bulk(b"(", format_integer(value))

    def put_big_number(self, frame: BigNumber) -> None:
        _check_field(frame, "value", frame.value, int)
        self._line_or_bulk(b"(", format_integer(frame.value))

    def put_double(self, frame: Double) -> None:
        _check_field(frame, "value", frame.value, int | float)
        try:
            self.py_float(float(frame.value))
        except OverflowError:
            raise refusals.bad_field(frame, "value", frame.value) from None

    def py_float(self, value: float) -> None:
        self._line_or_bulk(b",", format_double(value))

    def put_boolean(self, frame: Boolean) -> None:
        _check_field(frame, "value", frame.value, bool)
        self.py_bool(frame.value)

    def py_bool(self, value: bool) -> None:
        true, false = (b"#t\r\n", b"#f\r\n") if self._resp3 else (b":1\r\n", b":0\r\n")
        self.pieces.append(true if value else false)

    def put_null(self, frame: Null) -> None:
        if frame.form not in (b"_", b"$", b"*"):
            raise refusals.bad_field(frame, "form", frame.form)
        if self._resp3 and not self._frames_only:
            self.py_none(None)
        else:
            self.pieces.append((NULLS_3 if self._resp3 else NULLS_2)[frame.form])

    def py_none(self, value: None) -> None:
        self.pieces.append((NULLS_3 if self._resp3 else NULLS_2)[b"_"])

    # -- a payload ----------------------------------------------------------------------------------------------------

    def put_bulk(self, frame: Bulk) -> None:
        _put_bulk(self.pieces, b"$", _field_bytes(frame, frame.data))

    def py_bytes(self, value: object) -> None:
        _put_bulk(self.pieces, b"$", _bytes_of(value) or b"")

    def put_bulk_error(self, frame: BulkError) -> None:
        if self._resp3:
            _put_bulk(self.pieces, b"!", _field_bytes(frame, frame.data))
        else:
            self._line(b"-", _folded(frame, frame.data))

    def put_verbatim(self, frame: Verbatim) -> None:
        _check_field(frame, "format", frame.format, bytes)
        if len(frame.format) != 3 or not frame.format.isascii():
            raise refusals.bad_field(frame, "format", frame.format)
        data = _field_bytes(frame, frame.data)
        if self._resp3:
            _put_payload(self.pieces, b"=%d\r\n%b:" % (len(data) + 4, frame.format), data)
        else:
            _put_bulk(self.pieces, b"$", data)

    # -- an aggregate -------------------------------------------------------------------------------------------------

    def _aggregate(self, kind: bytes, items: Sequence[object]) -> None:
        self.pieces.append(b"%b%d\r\n" % (kind if self._resp3 else b"*", len(items)))
        self._enter(items)

    def _pairs(self, kind: bytes, pairs: Sequence[tuple[object, object]]) -> None:
        count = len(pairs) if self._resp3 else 2 * len(pairs)
        self.pieces.append(b"%b%d\r\n" % (kind if self._resp3 else b"*", count))
        self._enter([part for pair in pairs for part in pair])

    def put_array(self, frame: Array) -> None:
        self._aggregate(b"*", _field_items(frame, "items", frame.items))

    def py_list(self, value: Iterable[object]) -> None:
        self._aggregate(b"*", list(value))

    def put_set(self, frame: Set) -> None:
        self._aggregate(b"~", _field_items(frame, "items", frame.items))

    def py_set(self, value: Iterable[object]) -> None:
        self._aggregate(b"~", list(value))

    def put_push(self, frame: Push) -> None:
        if self._frames_only and self._resp3 and not self._at_top:
            raise refusals.push_inside()
        self._aggregate(b">", _field_items(frame, "items", frame.items))

    def put_map(self, frame: Map) -> None:
        self._pairs(b"%", _field_pairs(frame, "pairs", frame.pairs))

    def py_dict(self, value: dict[object, object]) -> None:
        self._pairs(b"%", list(value.items()))

    def put_attributed(self, frame: Attributed) -> None:
        self._enter((frame.frame,), at_top=self._at_top)
        if self._resp3:
            self._pairs(b"|", _field_pairs(frame, "attributes", frame.attributes))


FRAMES: dict[type, Handler] = {
    Simple: Writer.put_simple,
    Error: Writer.put_error,
    Integer: Writer.put_integer,
    Bulk: Writer.put_bulk,
    Null: Writer.put_null,
    Array: Writer.put_array,
    Boolean: Writer.put_boolean,
    Double: Writer.put_double,
    BigNumber: Writer.put_big_number,
    BulkError: Writer.put_bulk_error,
    Verbatim: Writer.put_verbatim,
    Map: Writer.put_map,
    Set: Writer.put_set,
    Push: Writer.put_push,
    Attributed: Writer.put_attributed,
}

VALUES: dict[type, Handler] = FRAMES | {
    bytes: Writer.py_bytes,
    bytearray: Writer.py_bytes,
    memoryview: Writer.py_bytes,
    Bytes: Writer.py_bytes,
    str: Writer.py_bytes,
    bool: Writer.py_bool,
    int: Writer.py_int,
    float: Writer.py_float,
    type(None): Writer.py_none,
    list: Writer.py_list,
    tuple: Writer.py_list,
    set: Writer.py_set,
    frozenset: Writer.py_set,
    dict: Writer.py_dict,
}
"""By type, what writes it; a subclass is written as its first base that is here."""
