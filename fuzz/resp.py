"""Any bytes are RESP frames and values, or refused with ProtocolError or IncompleteFrame; nothing else.

Whole, byte by byte and cut, on both twins, in linear work. And: frames turned to values are the values decoded; replies
are those values, as far as those go; the scanner finds the same frames and refuses the same; what was decoded is
encoded by both twins to the same bytes, which decode to the same frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from framewire.codec import check_clean_end
from framewire.errors import EncodeError, IncompleteFrame, ProtocolError
from framewire.frames.resp import RespLimits, to_value
from fuzz.harness import TWINS, Twin, check
from tests.every_way import flat
from tests.vectors.resp import BOTH_WAYS, DECODE_ONLY, INCOMPLETE
from tests.vectors.resp_hostile import REPLIES

LIMITS = [
    RespLimits(),
    RespLimits(max_bulk=20, max_line=20, max_elements=5, max_depth=3, max_frame=100),
    RespLimits(max_frame=30),
    RespLimits(max_elements=2),
]
NONE = object()


class Replies:
    """A decoder of one twin as a codec; an item comes in a list, since a value may be `None`."""

    def __init__(self, twin: Twin, output: str, limits: RespLimits) -> None:
        self.decoder = twin.resp.RespDecoder(output, limits)

    @property
    def idle(self) -> bool:
        return bool(self.decoder.idle)

    def decode(self, src: Any) -> list[Any] | None:
        item = self.decoder.decode(src, NONE)
        return None if item is NONE else [item]

    def decode_batch(self, src: Any, max_items: int) -> list[list[Any]]:
        return [[item] for item in self.decoder.decode_batch(src, max_items)]

    def decode_eof(self, src: Any) -> list[Any] | None:
        item = self.decode(src)
        if item is None:
            check_clean_end(self.idle, src)
        return item


class Scanner:
    """A scanner of one twin as a codec: an item is the bytes of one frame."""

    def __init__(self, twin: Twin, limits: RespLimits) -> None:
        self.scanner = twin.resp.FrameScanner(limits)
        self.idle = True

    def decode(self, src: Any) -> bytes | None:
        length = self.scanner.scan(src)
        return None if length is None else bytes(src.split_to(length))

    def decode_eof(self, src: Any) -> bytes | None:
        item = self.decode(src)
        if item is None:
            check_clean_end(True, src)
        return item


def one_input(data: bytes) -> None:
    """The first byte chooses the limits, the rest is the stream."""
    limits, wire = LIMITS[data[0] % len(LIMITS)] if data else LIMITS[0], data[1:]
    frames = [item for [item] in check(lambda twin: Replies(twin, "frames", limits), wire)]
    values = [item for [item] in check(lambda twin: Replies(twin, "values", limits), wire)]
    assert flat([to_value(frame) for frame in frames]) == flat(values), "frames and values differ"
    replies = [item for [item] in check(lambda twin: Replies(twin, "replies", limits), wire)]
    assert flat(replies[: len(values)]) == flat(values), "values and replies differ"
    texts = check(lambda twin: Scanner(twin, limits), wire)
    assert len(texts) == len(frames) and wire.startswith(b"".join(texts)), "the scanner cuts elsewhere"
    assert ending(Scanner(TWINS[0], limits), wire) == ending(Replies(TWINS[0], "frames", limits), wire)
    check_written(frames)
    check_values_written(values)


def ending(codec: Any, wire: bytes) -> tuple[type[Exception], str] | None:
    """How the stream ends: refused (in which words), in a frame, or cleanly."""
    src = TWINS[0].buffer.BytesMut(wire)
    try:
        while codec.decode_eof(src) is not None:
            pass
    except ProtocolError as error:
        return type(error), str(error)
    except IncompleteFrame:
        return IncompleteFrame, ""
    return None


def check_written(frames: list[Any]) -> None:
    """Frames that came in can go out (RESP3) and come back the same; both twins write the same bytes, RESP2 too."""
    for frame in frames:
        wires = [encoded(twin.resp.encode_frame, frame, 3, twin) for twin in TWINS]
        assert len(set(wires)) == 1, f"the twins write {wires}"
        back = TWINS[-1].resp.RespDecoder("frames").decode(TWINS[-1].buffer.BytesMut(wires[0]))
        assert flat(back) == flat(frame), f"{frame} came back as {back}"
        old = [encoded(twin.resp.encode_frame, frame, 2, twin) for twin in TWINS]
        assert len(set(old)) == 1, f"the twins write {old}"


def check_values_written(values: list[Any]) -> None:
    for protocol in (2, 3):
        wires = [written(twin, values, protocol) for twin in TWINS]
        assert wires[0] == wires[-1], f"the twins write {wires}"


def written(twin: Twin, values: list[Any], protocol: int) -> bytes | str:
    try:
        return encoded(twin.resp.encode_values, values, protocol, twin)
    except EncodeError as error:
        return str(error)


def encoded(encode: Any, what: Any, protocol: int, twin: Twin) -> bytes:
    tail, segments = twin.buffer.BytesMut(), []  # type: ignore[var-annotated]
    encode(what, protocol, tail, segments)
    return b"".join(map(bytes, [*segments, tail]))


def seeds() -> Iterator[bytes]:
    """The tables of the decoder's tests, short rows only."""
    wires = [row.wire for table in (BOTH_WAYS, DECODE_ONLY, REPLIES) for row in table.values()]  # type: ignore[attr-defined]
    for wire in [*wires, *INCOMPLETE.values()]:
        if len(wire) < 200:
            yield b"\0" + wire
    yield b"\0" + b"".join(wire for wire in wires[:60] if len(wire) < 40)
    yield b"\0*2\r\n>1\r\n+message\r\n>2\r\n$9\r\nsubscribe\r\n:1\r\n%1\r\n+a\r\n>1\r\n+invalidate\r\n#t\r\n"
    yield b"\1*3\r\n:1\r\n$3\r\nabc\r\n%1\r\n+a\r\n#t\r\n"
