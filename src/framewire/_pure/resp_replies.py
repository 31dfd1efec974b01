"""The grammar of RESP2 and RESP3 replies, resumable at every byte.

What belongs here: what may follow what, and the limits on it. Where items go is the business of `resp_outputs`.

          +---------------------------- LINE <----------------------------------+
          |                              |  ^                                   |
          | header of an aggregate       |  | the innermost open aggregate      |
          | with items to come: open it  |  | wants more                        |
          +------------------------------+  |                                   |
                                         |  |                                   |
               an item on one line,      v  |                                   |
               or an empty aggregate --> ITEM --> nothing open: finished        |
                                         ^                                      |
                                         | payload and CR LF are here           |
          LINE, header of a payload --> PAYLOAD (a chunk of a streamed string: -+)

Each item, once whole, goes to the innermost open aggregate; that one may be whole then, and is an item itself. An
attribute is an aggregate that stays open, after its pairs, for the one item that it annotates. A streamed aggregate is
open until `.`. The stack is a list and bounded by `max_depth`: nothing recurses.

Where pushes may interrupt a reply, its stack is set aside while one is read, as a frame of its own with a stack of its
own. Whole, the push is an element of that reply if it confirms a (un)subscribe that EXEC ran; else it surfaces: it is
an item, and the reply goes on behind it. (A push between replies is read in the same way, with an empty stack aside.)

An item is judged in this order, so that what is refused, and why, never depends on how the network cut the bytes: its
type byte; its line; the bytes of the whole frame; the text; depth, count and length; its payload's end; its content.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from framewire._pure.resp_outputs import NOTHING, Output, annotated
from framewire._pure.resp_reader import DONE, GO_ON, NEED_MORE, SURFACED, Reader, Step
from framewire.errors import ProtocolError
from framewire.frames import refusals
from framewire.frames.decimals import MAX_DIGITS, parse_big_number, parse_count, parse_double, parse_integer
from framewire.frames.resp import Push, RespLimits, is_confirmation

__all__ = ["Replies"]

SIMPLE, ERROR, INTEGER, BULK, ARRAY, NULL, BOOLEAN, DOUBLE, BIG_NUMBER = b"+-:$*_#,("
BULK_ERROR, VERBATIM, MAP, SET, ATTRIBUTES, PUSH, CHUNK, END = b"!=%~|>;."

STREAMED = -1  # how many items an aggregate wants that is open until its END


class Open:
    """An aggregate that is being read."""

    __slots__ = ("annotating", "annotations", "at_top", "in_top_array", "items", "kind", "received", "wants")

    def __init__(self, kind: int, wants: int) -> None:
        self.kind = kind
        self.wants = wants  # items still to come, or STREAMED
        self.received = 0  # items of a streamed one so far
        self.items: list[object] = []  # those items; of maps and attributes keys and values by turns
        self.annotating = False  # an attribute whose pairs are whole: it wants the item that they annotate
        self.annotations: object = None  # what the output made of those pairs
        self.at_top = False  # the next item inside stands at top level: it is what top-level attributes annotate
        self.in_top_array = False  # that item is an element of an array at top level


class Aside(NamedTuple):
    """What a push interrupts."""

    open: list[Open]
    used: int  # bytes of it in front of the push


class Replies(Reader):
    """Reads one reply after the other into items of `output`; `surfacing`: pushes may interrupt a reply."""

    def __init__(self, output: Output, limits: RespLimits, *, surfacing: bool = False) -> None:
        super().__init__(limits)
        self._output = output
        self._keep = output is not NOTHING
        self._surfacing = surfacing
        self._aside: Aside | None = None  # what is interrupted by the push that is being read
        self._open: list[Open] = []
        self._streaming = False  # inside a streamed string
        self._chunks: list[bytes] = []  # of that string
        self._streamed = 0  # bytes of those chunks
        self._kind = 0  # type byte of the payload that is awaited
        self._at = 0  # where in the frame the current item began, for messages

    def reset(self) -> None:
        super().reset()
        self._aside = None
        self._open.clear()
        self._chunks.clear()
        self._streaming = False

    # -- LINE ---------------------------------------------------------------------------------------------------------

    def _line_step(self) -> Step:
        if self.pos == len(self._view):
            return NEED_MORE
        kind = self._view[self.pos]
        self._at = self._used
        self._check_place(kind)
        text = self._take_crlf_line()
        if text is None:
            return NEED_MORE
        self._charge(0)
        return LINES[kind](self, kind, text)

    def _check_place(self, kind: int) -> None:
        """Refuse a type byte that cannot stand here, before its line is read."""
        if self._streaming:
            if kind != CHUNK:
                raise refusals.expected_chunk(kind, self._at)
        elif kind not in LINES:
            raise refusals.unknown_type(kind, self._at)
        elif kind == CHUNK:
            raise refusals.stray(";", self._at)
        elif kind == PUSH:
            self._check_push()
        elif kind == END:
            self._check_end()

    def _check_end(self) -> None:
        if not self._open or self._open[-1].wants != STREAMED:
            raise refusals.stray(".", self._at)
        if self._open[-1].kind == MAP and self._open[-1].received % 2:
            raise refusals.stray("%", self._at)

    def _at_top(self) -> bool:
        return not self._open or self._open[-1].at_top

    def _check_push(self) -> None:
        """Set aside what a push that begins here interrupts, where it may."""
        pending = self._aside is not None and not self._open  # only a part of its line was here before
        if pending or (self._at_top() and not self._surfacing):
            return
        if self._aside is not None or not self._surfacing:
            raise refusals.stray(">", self._at)
        self._aside = Aside(self._open, self._used)
        self._open, self._used, self._at = [], 0, 0

    def _charge(self, coming: int) -> None:
        """Count what was consumed, and `coming` bytes that are announced, against the limit of the whole frame."""
        size = self._used + coming
        if size > self.limits.max_frame:
            raise refusals.frame_too_long(size, self.limits.max_frame, self._at)

    def _text(self, kind: int, text: bytes) -> Step:
        return self._whole(kind, text)

    def _number(self, kind: int, text: bytes) -> Step:
        digits = len(text) - text.startswith((b"+", b"-"))
        if kind == BIG_NUMBER and digits > MAX_DIGITS:
            raise refusals.big_number_too_long(digits, MAX_DIGITS, self._at)
        value = NUMBERS[kind](text)
        if value is None:
            raise self._not_a(kind, text)
        return self._whole(kind, value)

    def _boolean(self, kind: int, text: bytes) -> Step:
        if text not in (b"t", b"f"):
            raise self._not_a(kind, text)
        return self._whole(kind, text == b"t")

    def _null(self, kind: int, text: bytes) -> Step:
        if text:
            raise self._not_a(kind, text)
        return self._whole(NULL, b"_")

    def _not_a(self, kind: int, text: bytes) -> ProtocolError:
        return refusals.not_a(refusals.NOUNS[chr(kind)], text, self._at)

    # -- LINE, header of a payload, and PAYLOAD -----------------------------------------------------------------------

    def _bulk(self, kind: int, text: bytes) -> Step:
        if text == b"-1":
            return self._whole(NULL, b"$")
        if text == b"?":
            self._streaming, self._streamed = True, 0
            return GO_ON
        return self._payload_of(kind, text)

    def _verbatim(self, kind: int, text: bytes) -> Step:
        if self._size("length", text) < 4:
            raise refusals.verbatim_fault("short", self._at)
        return self._payload_of(kind, text)

    def _chunk(self, kind: int, text: bytes) -> Step:
        if text == b"0":
            self._streaming = False
            payload = b"".join(self._chunks)
            self._chunks.clear()
            return self._whole(BULK, payload)
        return self._payload_of(kind, text)

    def _payload_of(self, kind: int, text: bytes) -> Step:
        length = self._size("length", text)
        total = self._streamed + length if kind == CHUNK else length
        if total > self.limits.max_bulk:
            raise refusals.payload_too_long(total, self.limits.max_bulk, self._at)
        self._charge(length + 2)
        self._kind, self._length = kind, length
        return GO_ON

    def _size(self, noun: str, text: bytes) -> int:
        size = parse_count(text)
        if size is None:
            raise refusals.not_a(noun, text, self._at)
        return size

    def _payload_step(self) -> Step:
        length = self._length
        payload = self._take_payload()
        if payload is None:
            return NEED_MORE
        if self._kind == CHUNK:
            self._streamed += length
            if self._keep:
                self._chunks.append(payload)
            return GO_ON
        if self._kind == VERBATIM:
            self._check_verbatim(payload)
        return self._whole(self._kind, payload)

    def _check_verbatim(self, payload: bytes) -> None:
        if payload[3:4] != b":":
            raise refusals.verbatim_fault("colon", self._at)
        if not payload[:3].isascii():
            raise refusals.verbatim_fault("ascii", self._at)

    def _copy(self, count: int) -> bytes:
        return super()._copy(count if self._keep else min(count, 4))  # 4: the head of a verbatim text is judged

    # -- LINE, header of an aggregate ---------------------------------------------------------------------------------

    def _array(self, kind: int, text: bytes) -> Step:
        return self._whole(NULL, b"*") if text == b"-1" else self._aggregate(kind, text)

    def _aggregate(self, kind: int, text: bytes) -> Step:
        if text != b"?":
            return self._counted(kind, text)
        self._check_depth()
        return self._open_one(kind, STREAMED)

    def _counted(self, kind: int, text: bytes) -> Step:
        count = self._size("count", text)
        self._check_depth()
        if count > self.limits.max_elements:
            raise refusals.aggregate_too_long(count, self.limits.max_elements, self._at)
        return self._open_one(kind, 2 * count if kind in (MAP, ATTRIBUTES) else count)

    def _check_depth(self) -> None:
        if len(self._open) >= self.limits.max_depth:
            raise refusals.nested_too_deep(self.limits.max_depth, self._at)

    def _open_one(self, kind: int, wants: int) -> Step:
        self._open.append(Open(kind, wants))
        return self._close_full()

    def _end(self, kind: int, text: bytes) -> Step:
        if text:
            raise self._not_a(kind, text)
        self._open[-1].wants = 0
        return self._close_full()

    # -- ITEM ---------------------------------------------------------------------------------------------------------

    def _whole(self, kind: int, read: object) -> Step:
        """An item that is no aggregate was read."""
        step = self._give(self._output[kind](read))
        return step if step is DONE else self._close_full()

    def _give(self, item: object) -> Step:
        """Hand a whole item to the innermost open aggregate; to the caller if there is none."""
        if not self._open:
            return self._finish(item)
        parent = self._open[-1]
        if self._keep:
            parent.items.append(item)
        if parent.wants == STREAMED:
            self._count_streamed(parent)
        else:
            parent.wants -= 1
        return GO_ON

    def _finish(self, item: object) -> Step:
        if self._aside is not None:
            return self._resume(item, *self._aside)
        self.item = item
        return DONE

    def _resume(self, push: object, interrupted: list[Open], used: int) -> Step:
        """Go on with what `push` interrupted: behind it, an item of its own; or with it, where it is an element."""
        size = self._used
        self._aside, self._open, self._used, self._at = None, interrupted, used, used
        if self._at_top():
            return self._give(push)
        if not (isinstance(push, Push) and is_confirmation(push) and self._in_top_array(len(interrupted) - 1)):
            self.item = push
            return SURFACED
        self._used += size
        self._charge(0)
        return self._give(push)

    def _in_top_array(self, place: int) -> bool:
        """Whether the next item of the aggregate at `place` is an element of an array at top level, as EXEC's is."""
        if place < 0:
            return False
        if self._open[place].annotating:
            return self._open[place].in_top_array
        return self._open[place].kind == ARRAY and (place == 0 or self._open[place - 1].at_top)

    def _count_streamed(self, parent: Open) -> None:
        parent.received += 1
        limit = self.limits.max_elements
        if parent.received > (2 * limit if parent.kind == MAP else limit):
            raise refusals.stream_too_long(limit, self._at)

    def _close_full(self) -> Step:
        """Close what is full, from the innermost outwards, until something wants more or nothing is open."""
        while self._open[-1].wants == 0:
            full = self._open[-1]
            if full.kind == ATTRIBUTES and not full.annotating:
                self._await_annotated(full)
                break
            self._open.pop()
            step = self._give(self._joined(full))
            if step is not GO_ON:
                return step
        return GO_ON

    def _await_annotated(self, attribute: Open) -> None:
        """The pairs are whole; the attribute stays open for the item that they annotate."""
        attribute.annotations = self._output[ATTRIBUTES](_pairs(attribute.items))
        attribute.annotating = True
        attribute.items = []
        attribute.wants = 1
        attribute.at_top = len(self._open) == 1 or self._open[-2].at_top
        attribute.in_top_array = self._in_top_array(len(self._open) - 2)

    def _joined(self, full: Open) -> object:
        if full.kind == ATTRIBUTES:
            return annotated(full.annotations, full.items[0]) if self._keep else None
        return self._output[full.kind](_pairs(full.items) if full.kind == MAP else full.items)

    # -- refusals that the reader asks for ----------------------------------------------------------------------------

    def _line_too_long(self) -> ProtocolError:
        return refusals.line_too_long(self.limits.max_line, self._at)

    def _bad_line_end(self) -> ProtocolError:
        return refusals.bad_line_end(self._at)

    def _bad_payload_end(self) -> ProtocolError:
        return refusals.bad_payload_end(self._at)


def _pairs(items: list[object]) -> list[tuple[object, object]]:
    return list(zip(items[::2], items[1::2], strict=True))


NUMBERS: dict[int, Callable[[bytes], float | None]] = {
    INTEGER: parse_integer,
    BIG_NUMBER: parse_big_number,
    DOUBLE: parse_double,
}

LINES: dict[int, Callable[[Replies, int, bytes], Step]] = {
    SIMPLE: Replies._text,
    ERROR: Replies._text,
    INTEGER: Replies._number,
    BIG_NUMBER: Replies._number,
    DOUBLE: Replies._number,
    BOOLEAN: Replies._boolean,
    NULL: Replies._null,
    BULK: Replies._bulk,
    BULK_ERROR: Replies._payload_of,
    VERBATIM: Replies._verbatim,
    CHUNK: Replies._chunk,
    ARRAY: Replies._array,
    MAP: Replies._aggregate,
    SET: Replies._aggregate,
    ATTRIBUTES: Replies._counted,
    PUSH: Replies._counted,
    END: Replies._end,
}
"""For each type byte, what its line means."""
