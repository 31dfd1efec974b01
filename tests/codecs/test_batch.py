"""`decode_ready`: what `read_frames` returns besides its first frame."""

from __future__ import annotations

from typing import Any

import pytest

from framewire import BytesMut, FrameTooLong, LinesCodec, ProtocolError, RespCodec
from framewire.codecs.batch import decode_ready
from framewire.frames.resp import Integer


class Plain:
    """Lines without `decode_batch`, as a codec that somebody writes."""

    def __init__(self) -> None:
        self._lines = LinesCodec(max_length=4)

    def decode(self, src: BytesMut) -> bytes | None:
        return self._lines.decode(src)


class Switching(Plain):
    def is_switch_point(self, frame: bytes) -> bool:
        return frame == b"stop"


class SwitchingInBatches(LinesCodec[bytes]):
    def is_switch_point(self, frame: bytes) -> bool:
        return frame == b"stop"


@pytest.mark.parametrize("make", [Plain, Switching, lambda: LinesCodec(max_length=4)])
@pytest.mark.parametrize(
    ("most", "found", "left"), [(1, [], b"a\nb\nc"), (2, [b"a"], b"b\nc"), (9, [b"a", b"b"], b"c")]
)
def test_what_is_whole_is_taken_up_to_the_limit(make: Any, most: int, found: list[bytes], left: bytes) -> None:
    src, frames = BytesMut(b"a\nb\nc"), [b"first"]
    assert decode_ready(make(), src, frames, most) is None
    assert frames == [b"first", *found] and bytes(src) == left


def mapped_twice() -> Any:
    return SwitchingInBatches().map(decode=bytes, encode=bytes).map(decode=bytes, encode=bytes)


@pytest.mark.parametrize("make", [Switching, SwitchingInBatches, mapped_twice])
def test_nothing_behind_a_switch_point_is_decoded(make: Any) -> None:
    codec, src, frames = make(), BytesMut(b"a\nstop\nb\n"), [b"first"]
    assert decode_ready(codec, src, frames, 9) is None
    assert frames == [b"first", b"a", b"stop"] and bytes(src) == b"b\n"
    assert decode_ready(codec, src, frames, 9) is None
    assert bytes(src) == b"b\n"


@pytest.mark.parametrize("make", [Plain, Switching, lambda: LinesCodec(max_length=4)])
def test_an_offender_that_comes_next_is_returned_and_good_frames_are_kept(make: Any) -> None:
    codec, src, frames = make(), BytesMut(b"a\n1234567\nb\n"), [b"first"]
    error = decode_ready(codec, src, frames, 9) or decode_ready(codec, src, frames, 9)
    assert isinstance(error, FrameTooLong)
    assert frames == [b"first", b"a"]
    assert decode_ready(codec, src, frames, 9) is None
    assert frames == [b"first", b"a", b"b"]


def test_frames_of_resp_come_in_batches() -> None:
    codec, src, frames = RespCodec(), BytesMut(b":2\r\n:3\r\n:x\r\n"), [Integer(1)]
    assert decode_ready(codec, src, frames, 9) is None  # type: ignore[arg-type]
    assert frames == [Integer(1), Integer(2), Integer(3)]
    assert isinstance(decode_ready(codec, src, frames, 9), ProtocolError)  # type: ignore[arg-type]
