"""`DelimitedItems` and `PrefixedFrames`: the twins take the same frames and leave the same bytes."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire._pure import buffer as pure_buffer
from framewire._pure import framing as pure_framing


@pytest.fixture(scope="session")
def framing(buffers: ModuleType) -> ModuleType:
    """The takers that work on the buffers of `buffers`."""
    return import_module(buffers.__name__.replace(".buffer", ".framing"))


@pytest.fixture(scope="session")
def native_framing(native_buffers: ModuleType) -> ModuleType:
    return import_module(native_buffers.__name__.replace(".buffer", ".framing"))


DELIMITED: list[tuple[tuple[Any, ...], bytes, list[Any], bytes]] = [
    ((b"\n", 5), b"", [], b""),
    ((b"\n", 5), b"a\n\nbcdef\ng", [b"a", b"", b"bcdef"], b"g"),
    ((b"\n", 5), b"abcdef\n", [], b"abcdef\n"),
    ((b"\n", 5), b"a\r\n", [b"a\r"], b""),
    ((b"\n", 5, b"\r"), b"a\r\n\r\nabcde\r\n\r\r\n", [b"a", b"", b"abcde", b"\r"], b""),
    ((b"\n", 5, b"\r"), b"abcdef\n", [], b"abcdef\n"),
    ((b"--", 3), b"a-b---c--d-", [b"a-b", b"-c"], b"d-"),
    ((b"--", 3), b"abcd--", [], b"abcd--"),
    ((b"\n", 9, b"", "utf-8"), "grün\n水\n".encode() + b"\xff\nx\n", ["grün", "水"], b"\xff\nx\n"),
    ((b"\n", 9, b"\r", "latin-1"), b"\xfc\r\n", ["\xfc"], b""),
    ((b"\n", 1 << 70), b"a\n", [b"a"], b""),
]


@pytest.mark.parametrize(("parameters", "data", "items", "left"), DELIMITED)
@pytest.mark.parametrize("batch", [False, True])
def test_items_are_taken_up_to_what_is_not_good(
    buffers: Any, framing: Any, parameters: Any, data: bytes, items: list[Any], left: bytes, batch: bool
) -> None:
    taker, src = framing.DelimitedItems(*parameters), buffers.BytesMut(data)
    found = taker.take_batch(src, 100) if batch else [taker.take(src) for _ in items]
    assert found == items
    assert taker.take(src) is None
    assert taker.take_batch(src, 100) == []
    assert bytes(src) == left


PREFIXED: list[tuple[tuple[Any, ...], bytes, list[bytes], bytes]] = [
    ((0, 4, "big", 0, 4, 100), b"", [], b""),
    ((0, 4, "big", 0, 4, 100), b"\0\0\0\2ab\0\0\0\0\0\0\0\1", [b"ab", b""], b"\0\0\0\1"),
    ((0, 4, "big", 0, 4, 100), b"\0\0\0", [], b"\0\0\0"),
    ((0, 1, "big", 0, 1, 2), b"\2ab\3abc", [b"ab"], b"\3abc"),
    ((0, 2, "little", 0, 2, 9), b"\3\0abc", [b"abc"], b""),
    ((1, 2, "big", -3, 3, 9), b"H\0\4aH\0\2", [b"a"], b"H\0\2"),
    ((1, 2, "big", 3, 0, 9), b"H\0\1abc", [b"H\0\1a"], b"bc"),
    ((0, 1, "big", 0, 3, 9), b"\1xxa\1xx", [b"a"], b"\1xx"),
    ((0, 1, "big", 0, 3, 9), b"\0x", [], b"\0x"),
    ((0, 2, "big", 0, 0, 9), b"\0\1", [b"\0"], b"\1"),
    ((0, 2, "big", 0, 0, 9), b"\0\0", [], b"\0\0"),
    ((0, 8, "big", 0, 8, 1 << 70), b"\xff" * 9, [], b"\xff" * 9),
    ((0, 8, "little", 1 << 61, 8, 1 << 70), b"\xff" * 9, [], b"\xff" * 9),
    ((1 << 62, 8, "little", 0, 1 << 62, 1 << 70), b"\xff" * 9, [], b"\xff" * 9),
]


@pytest.mark.parametrize(("parameters", "data", "frames", "left"), PREFIXED)
@pytest.mark.parametrize("batch", [False, True])
def test_frames_are_taken_up_to_what_is_not_good(
    buffers: Any, framing: Any, parameters: Any, data: bytes, frames: list[bytes], left: bytes, batch: bool
) -> None:
    taker, src = framing.PrefixedFrames(*parameters), buffers.BytesMut(data)
    found = taker.take_batch(src, 100) if batch else [taker.take(src) for _ in frames]
    assert found == frames
    assert taker.take(src) is None
    assert bytes(src) == left


def test_a_batch_stops_at_its_limit(buffers: Any, framing: Any) -> None:
    for taker, data in (
        (framing.DelimitedItems(b"\n", 5), b"a\nb\nc\n"),
        (framing.PrefixedFrames(0, 1, "big", 0, 1, 9), b"\1a\1b\1c"),
    ):
        src = buffers.BytesMut(data)
        assert [taker.take_batch(src, most) for most in (0, 2, 2)] == [[], [b"a", b"b"], [b"c"]]
        with pytest.raises(ValueError, match="negative"):
            taker.take_batch(src, -1)


def test_what_was_searched_is_remembered_and_forgotten_with_the_item(buffers: Any, framing: Any) -> None:
    taker, src = framing.DelimitedItems(b"--", 100), buffers.BytesMut(b"abc-")
    assert taker.take(src) is None and taker.searched == 3
    assert taker.take(src) is None and taker.searched == 3
    src.extend(b"-xyz")
    assert taker.take(src) == b"abc" and taker.searched == 0
    assert taker.take(src) is None and taker.searched == 2
    assert taker.take(buffers.BytesMut(b"a")) is None  # less than was searched elsewhere


def test_nothing_is_taken_while_skipping(buffers: Any, framing: Any) -> None:
    taker, src = framing.DelimitedItems(b"\n", 5), buffers.BytesMut(b"a\nb\n")
    taker.skipping = True
    assert taker.take(src) is None and taker.take_batch(src, 5) == [] and taker.searched == 0
    taker.skipping = False
    assert taker.take_batch(src, 5) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("DelimitedItems", (b"", 5)),
        ("DelimitedItems", (b"-", 0)),
        ("DelimitedItems", (b"-", 5, b"ab")),
        ("PrefixedFrames", (0, 0, "big", 0, 0, 9)),
        ("PrefixedFrames", (0, 9, "big", 0, 0, 9)),
        ("PrefixedFrames", (-1, 4, "big", 0, 4, 9)),
        ("PrefixedFrames", (0, 4, "big", 0, -1, 9)),
        ("PrefixedFrames", (0, 4, "big", 0, 4, -1)),
        ("PrefixedFrames", (0, 4, "native", 0, 4, 9)),
    ],
)
def test_wrong_parameters_are_refused_in_the_same_words(native_framing: Any, name: str, parameters: Any) -> None:
    messages = []
    for module in (pure_framing, native_framing):
        with pytest.raises(ValueError) as caught:
            getattr(module, name)(*parameters)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_a_frame_ends_what_was_expected(buffers: Any, framing: Any) -> None:
    src = buffers.BytesMut(b"\1a\1")
    src.expect(100)
    assert framing.PrefixedFrames(0, 1, "big", 0, 1, 9).take(src) == b"a"
    assert src.expected == 0


@given(
    st.sampled_from([b"\n", b"--", b"aab"]),
    st.integers(1, 6),
    st.sampled_from([b"", b"a", b"-"]),
    st.lists(st.tuples(st.text("ab-\n", max_size=12), st.integers(0, 3))),
)
def test_twins_take_the_same_items(
    native_framing: Any, native_buffers: Any, delimiter: bytes, limit: int, optional: bytes, steps: list[Any]
) -> None:
    ours = pure_framing.DelimitedItems(delimiter, limit, optional), pure_buffer.BytesMut()
    theirs = native_framing.DelimitedItems(delimiter, limit, optional), native_buffers.BytesMut()
    for text, most in steps:
        outcomes = []
        for taker, src in (ours, theirs):
            src.extend(text.encode())
            outcomes.append((taker.take_batch(src, most), taker.take(src), taker.searched, bytes(src)))
        assert outcomes[0] == outcomes[1]


@given(
    st.integers(0, 3),
    st.integers(1, 8),
    st.sampled_from(["big", "little"]),
    st.integers(-4, 4),
    st.integers(0, 12),
    st.integers(0, 6),
    st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 255]), max_size=60).map(bytes),
)
def test_twins_take_the_same_frames(
    native_framing: Any, native_buffers: Any, offset: int, width: int, byteorder: Any, adjustment: int, skip: int,
    limit: int, data: bytes
) -> None:  # fmt: skip
    outcomes = []
    for framing, buffer in ((pure_framing, pure_buffer), (native_framing, native_buffers)):
        src = buffer.BytesMut(data)
        taker = framing.PrefixedFrames(offset, width, byteorder, adjustment, skip, limit)
        found = taker.take_batch(src, 1000)
        outcomes.append((found, taker.take(src), bytes(src)))
    assert outcomes[0] == outcomes[1]
