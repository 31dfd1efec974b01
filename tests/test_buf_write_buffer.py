"""`WriteBuffer`: what is copied, what is shared, and going back to a mark."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire._impl import Bytes, BytesMut, Cursor
from framewire.buf import SHARE_THRESHOLD, Rope, WriteBuffer
from tests.properties import examples

BIG = bytes(SHARE_THRESHOLD)


def test_small_things_become_one_segment():
    w = WriteBuffer()
    assert w.take() == [] and not w and len(w) == 0
    w.put_slice(b"abc")
    w.put_u16(0x6465)
    w.put_bytes(0x66, 2)
    w.put(Cursor(b"g"))
    w.tail.extend(b"h")
    assert len(w) == 9 and w
    assert w.take() == [b"abcdeffgh"] and not w and w.take() == []


@pytest.mark.parametrize("n", [SHARE_THRESHOLD - 1, SHARE_THRESHOLD, SHARE_THRESHOLD + 1])
@pytest.mark.parametrize("kind", [bytes, Bytes, bytearray, memoryview, BytesMut])
def test_large_immutable_payloads_are_not_copied(n, kind):
    payload = kind(bytes(n))
    w = WriteBuffer()
    w.put_slice(b"head")
    w.put_slice(payload)
    w.put_slice(b"tail")
    assert len(w) == n + 8
    segments = w.take()
    shared = n >= SHARE_THRESHOLD and kind in (bytes, Bytes)
    assert len(segments) == (3 if shared else 1) and b"".join(segments) == b"head" + bytes(n) + b"tail"
    if shared:
        assert segments[1] is payload if kind is bytes else type(segments[1]) is memoryview
    if kind is bytearray:
        payload[0] = 1
        assert b"".join(segments) == b"head" + bytes(n) + b"tail"


def test_order_is_kept():
    w = WriteBuffer()
    for payload in (BIG, b"a", b"b", BIG + b"1", BIG + b"2", b"c"):
        w.put_slice(payload)
    assert [bytes(s) for s in w.take()] == [BIG, b"ab", BIG + b"1", BIG + b"2", b"c"]


def test_a_large_cursor_is_shared_and_a_large_bytes_mut_copied():
    data = bytes(range(256)) * 100
    w, cursor, mut = WriteBuffer(), Cursor(data), BytesMut(data)
    cursor.advance(1)
    w.put(cursor)
    assert len(w.segments) == 1 and not cursor.has_remaining()
    w.put(mut)
    assert len(w.segments) == 1 and len(mut) == 0
    assert b"".join(w.take()) == data[1:] + data


def test_a_rope_keeps_its_large_chunks_and_loses_the_small_ones():
    small = Rope(b"head", BIG, b"a", b"b", BIG + b"1")
    w = WriteBuffer()
    w.put(small)
    assert not small and [bytes(s) for s in w.take()] == [b"head", BIG, b"ab", BIG + b"1"]
    w.put(Rope(BIG))
    assert len(w.segments) == 1 and w.segments[0].obj is not None and w.take()[0] == BIG


def test_a_large_tail_is_handed_over_and_never_changes():
    w = WriteBuffer()
    for _ in range(100):
        w.put_slice(b"x" * 1000)
    (segment,) = w.take()
    assert type(segment) is memoryview
    for _ in range(200):
        w.put_slice(b"y" * 1000)
    assert segment == b"x" * 100_000
    assert b"".join(w.take()) == b"y" * 200_000


def test_the_tail_is_one_object_and_keeps_little():
    w = WriteBuffer()
    tail = w.tail
    w.put_slice(b"x" * 1_000_000)
    w.clear()
    assert w.tail is tail and tail.capacity <= 64 * 1024 and not w
    w.put_slice(b"x" * 10)
    capacity = tail.capacity
    w.take()
    assert w.tail is tail and tail.capacity == capacity
    w.tail.reserve(1_000_000)
    w.put_slice(b"x")
    assert w.take() == [b"x"] and tail.capacity <= 64 * 1024


def test_chunks_go_to_the_tail():
    w = WriteBuffer()
    with w.chunk_mut() as room:
        room[:2] = b"ab"
    w.advance_mut(2)
    assert w.remaining_mut() == sys.maxsize - 2 and w.take() == [b"ab"]


@pytest.mark.parametrize("before", [[], [b"a"], [b"a", BIG], [b"a", BIG, b"b"], [BIG]])
@pytest.mark.parametrize("after", [[], [b"c"], [BIG], [b"c", BIG], [b"c", BIG, b"d"], [BIG, b"d", BIG]])
def test_rollback_leaves_what_was_there(before, after):
    w = WriteBuffer()
    for payload in before:
        w.put_slice(payload)
    mark, length = w.mark(), len(w)
    for payload in after:
        w.put_slice(payload)
    w.rollback(mark)
    assert len(w) == length
    w.put_slice(b"e")
    w.rollback(w.mark())
    assert b"".join(w.take()) == b"".join(before) + b"e"


def test_rollback_after_take_is_refused():
    w = WriteBuffer()
    for payload in (b"abc", BIG):
        w.put_slice(payload)
        mark = w.mark()
        w.take()
        with pytest.raises(ValueError):
            w.rollback(mark)


@examples(50)
@given(st.lists(st.sampled_from([b"a", b"bc" * 10, BIG, BIG + b"1", "mark", "rollback", "take", "clear"])))
def test_write_buffer_against_a_model(ops):
    w, model, taken, expected, marks = WriteBuffer(), b"", b"", b"", []
    for op in ops:
        if op == "mark":
            marks.append((w.mark(), len(model)))
        elif op == "rollback" and marks:
            mark, length = marks.pop()
            w.rollback(mark)
            model = model[:length]
        elif op in ("take", "clear"):
            handed, marks = w.take() if op == "take" else w.clear() or [], []
            taken, expected = taken + b"".join(handed), expected + (model if op == "take" else b"")
            model = b""
        elif isinstance(op, bytes):
            w.put_slice(op)
            model += op
        assert len(w) == len(model) and bool(w) == bool(model)
    assert taken == expected and b"".join(w.take()) == model


@pytest.mark.parametrize("n", [SHARE_THRESHOLD - 1, SHARE_THRESHOLD])
@pytest.mark.parametrize("kind", [bytes, memoryview])
def test_what_was_taken_of_another_is_appended_and_shared_if_large(n, kind):
    payload = kind(bytes(n))
    w = WriteBuffer()
    w.put_slice(b"head")
    w.put_taken([b"a", payload, b"b"])
    segments = w.take()
    assert b"".join(segments) == b"heada" + bytes(n) + b"b"
    assert (segments[1:2] == [payload] and segments[1] is payload) == (n >= SHARE_THRESHOLD)
