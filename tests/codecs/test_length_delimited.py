"""`LengthDelimitedCodec`: heads of every shape, limits before memory, large frames in place."""

from __future__ import annotations

import random
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import BytesMut, FrameTooLong, IncompleteFrame, LengthDelimitedCodec, ProtocolError, WriteBuffer
from tests.codecs.items import decode, every_way, over_a_connection, refuses
from tests.every_way import cuts

LENGTHS = [
    ({}, b"\0\0\0\5hello\0\0\0\0", [b"hello", b""]),
    ({"length_field_length": 2}, b"\0\x0bHello world", [b"Hello world"]),
    ({"length_field_length": 2, "length_adjustment": 2, "num_skip": 0}, b"\0\x0bHello world", [b"\0\x0bHello world"]),
    ({"length_field_length": 2, "length_adjustment": -2}, b"\0\x0dHello world", [b"Hello world"]),
    ({"length_field_offset": 2, "length_field_length": 3}, b"\xca\xfe\0\0\3abc", [b"abc"]),
    ({"length_field_offset": 1, "length_field_length": 2, "length_adjustment": 1}, b"H\0\2FDD", [b"FDD"]),
    ({"length_field_length": 1, "num_skip": 2}, b"\3xabc", [b"abc"]),
    ({"length_field_length": 3, "byteorder": "little"}, b"\2\0\0ab", [b"ab"]),
    ({"length_field_length": 8}, b"\0" * 7 + b"\1a", [b"a"]),
]


@pytest.mark.parametrize(("options", "data", "frames"), LENGTHS)
def test_heads_of_every_shape(options: dict[str, Any], data: bytes, frames: list[bytes]) -> None:
    assert every_way(lambda: LengthDelimitedCodec(**options), data) == frames


@pytest.mark.parametrize("frame", [array("H", b"abcd"), memoryview(b"abcd").cast("H"), bytearray(b"abcd")])
def test_a_frame_is_counted_in_bytes_whatever_its_items_are(frame: Any) -> None:
    out = WriteBuffer()
    LengthDelimitedCodec().encode(frame, out)
    assert out.take() == [b"\0\0\0\4abcd"]


REFUSED = [
    ({"max_frame_length": 4}, b"\0\0\0\5hello", FrameTooLong, "a frame of 5 bytes is longer than 4 bytes"),
    ({"max_frame_length": 4, "length_adjustment": -1}, b"\0\0\0\5hell", None, ""),
    ({"max_frame_length": 4, "length_adjustment": 1}, b"\0\0\0\4hello", FrameTooLong, "a frame of 5 bytes"),
    ({"length_adjustment": -4}, b"\0\0\0\3", ProtocolError, "a length of 3 is less than its head, by 1 bytes"),
    (
        {"num_skip": 0},
        b"\0\0\0\0",
        ProtocolError,
        "a frame of 0 bytes, of which nothing is skipped, would come for ever",
    ),
    ({"length_field_length": 8}, b"\xff" * 8, FrameTooLong, "a frame of 18446744073709551615 bytes"),
    ({}, b"\0\0\0\5hell", IncompleteFrame, "inside a frame"),
    ({}, b"\0\0\0", IncompleteFrame, "inside a frame"),
]


@pytest.mark.parametrize(("options", "data", "error", "message"), REFUSED)
def test_the_limit_holds_after_the_adjustment(options: Any, data: bytes, error: Any, message: str) -> None:
    *frames, last = every_way(lambda: LengthDelimitedCodec(**options), data)
    assert frames == []
    if error is None:
        assert last == b"hell"
    else:
        assert last[0] is error and message in last[1]


def test_a_refused_length_reserves_nothing_and_stays_refused() -> None:
    codec, src = LengthDelimitedCodec(), BytesMut(b"\xff\xff\xff\xff")
    for _ in range(2):
        with pytest.raises(FrameTooLong):
            codec.decode(src)
    assert not codec.idle and src.expected == 0


def test_a_large_frame_is_received_in_place() -> None:
    codec, src = LengthDelimitedCodec(), BytesMut(b"\0\1\x86\xa0" + b"x" * 10)
    assert codec.decode(src) is None
    assert src.expected == 100_000
    view = src.lease()
    view[: 100_000 - 10] = b"x" * (100_000 - 10)
    src.commit(100_000 - 10)
    assert codec.decode(src) == b"x" * 100_000


def test_after_a_refusal_good_frames_are_refused_too() -> None:
    codec, src = LengthDelimitedCodec(max_frame_length=4), BytesMut(b"\0\0\0\2ok\0\0\0\5hello")
    assert codec.decode_batch(src, 10) == [b"ok"]
    for refused in (src, BytesMut(b"\0\0\0\2ok")):
        for step in (codec.decode, lambda src: codec.decode_batch(src, 10), codec.decode_eof):
            with pytest.raises(FrameTooLong):
                step(refused)


def test_a_batch_goes_on_inside_a_large_frame() -> None:
    codec, src = LengthDelimitedCodec(), BytesMut(b"\0\0\0\1a\0\1\x86\xa0" + b"x" * 10)
    assert codec.decode_batch(src, 10) == [b"a"]
    assert codec.decode_batch(src, 10) == []
    assert not codec.idle and src.expected == 100_000
    src.extend(b"x" * (100_000 - 10) + b"\0\0\0\1b")
    assert codec.decode_batch(src, 10) == [b"x" * 100_000]
    assert codec.decode_batch(src, 10) == [b"b"] and codec.idle


@pytest.mark.parametrize(
    ("codec", "frames"),
    [
        (LengthDelimitedCodec(), [b"", b"a", b"b" * 100_000]),
        (LengthDelimitedCodec(length_field_length=2, length_adjustment=-2), [b"", b"abc"]),
    ],
)
async def test_what_one_side_writes_the_other_reads(codec: Any, frames: list[bytes]) -> None:
    assert await over_a_connection(codec, frames) == frames


@pytest.mark.parametrize(
    ("codec", "frame"),
    [
        (LengthDelimitedCodec(max_frame_length=3), b"abcd"),
        (LengthDelimitedCodec(length_field_length=1), b"x" * 256),
        (LengthDelimitedCodec(length_adjustment=2), b"x"),
    ],
)
def test_what_has_no_form_is_refused_with_nothing_appended(codec: Any, frame: bytes) -> None:
    refuses(codec, frame)


@given(
    st.lists(st.binary(max_size=300), max_size=8),
    st.integers(1, 8),
    st.sampled_from(["big", "little"]),
    st.integers(0, 3),
    st.integers(0, 4),
    st.randoms(use_true_random=False),
)
def test_frames_come_back_whatever_the_head(
    frames: list[bytes], width: int, byteorder: Any, offset: int, batch: int, rng: random.Random
) -> None:
    frames = [frame[: 256**width - 1] for frame in frames]
    wire = b"".join(b"H" * offset + len(frame).to_bytes(width, byteorder) + frame for frame in frames)
    codec = LengthDelimitedCodec(length_field_offset=offset, length_field_length=width, byteorder=byteorder)
    assert decode(codec, cuts(wire, 50, rng), batch) == frames


@pytest.mark.parametrize("wrong", [{"length_field_length": 9}, {"length_field_length": 0}, {"length_field_offset": -1}])
def test_wrong_parameters(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"1 to 8|negative"):
        LengthDelimitedCodec(**wrong)
