"""`BytesMut`: what appending, splitting and joining do to ranges, and what is refused beside a view."""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import sys

import pytest

import framewire
from framewire.errors import BufferUnderflow

LONG = b"mary had a little lamb, little lamb, little lamb; mary had a little lamb, its fleece was white as snow"


@pytest.fixture
def mut(buffers):
    return buffers.BytesMut


def filled(mut, capacity, length=None):
    b = mut.with_capacity(capacity)
    b.extend(bytes(i % 251 for i in range(capacity if length is None else length)))
    return b


# -- making one, looking at it


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_made_of_anything_bytes_like(mut, buffers, make):
    source = bytearray(LONG)
    b = mut(make(source))
    source[0] = 0
    assert b == LONG and b.capacity == len(LONG)
    assert mut(buffers.Bytes(LONG)) == mut(mut(LONG)) == LONG
    assert mut() == b"" and mut().capacity == 0 and not mut()


@pytest.mark.parametrize("wrong", ["text", 3, None])
def test_made_of_nothing_else(mut, wrong):
    for take in (mut, mut().extend, mut().put_slice, mut().put):
        with pytest.raises(TypeError):
            take(wrong)


@pytest.mark.parametrize("n", [0, 1, 63, 4096])
def test_with_capacity_and_zeroed(mut, n):
    assert (len(mut.with_capacity(n)), mut.with_capacity(n).capacity) == (0, n)
    assert mut.zeroed(n) == bytes(n) and mut.zeroed(n).capacity == n


def test_counts_are_checked(mut):
    b = mut(b"abc")
    b.reserve(10)
    takes_count = [
        mut.with_capacity, mut.zeroed, b.reserve, b.try_reclaim, b.truncate, b.resize, b.advance, b.advance_mut,
        b.split_to, b.split_off, b.copy_to_bytes, b.expect, b.lease, b.commit, lambda n: b.put_bytes(0, n),
    ]  # fmt: skip
    for take in takes_count:
        with pytest.raises(ValueError):
            take(-1)
        with pytest.raises(TypeError):
            take("1")
        with pytest.raises(TypeError):
            take(1.5)
    assert b == b"abc" and b.capacity >= 13


def test_sequence_protocol(mut, buffers):
    b = mut(b"abcdef")
    b.advance(1)
    assert list(b) == list(b"bcdef") and b[0] == 98 and b[-1] == 102 and 99 in b and b"cd" in b and b"ab" not in b
    assert type(b[1:3]) is buffers.Bytes and b[1:3] == b"cd" and b[::-1] == b"fedcb" and b[9:] == b""
    for index in (5, -6):
        with pytest.raises(IndexError):
            b[index]
        with pytest.raises(IndexError):
            b[index] = 0
    b[0], b[-1] = 0, 255
    assert b == b"\0cde\xff"
    with pytest.raises((ValueError, OverflowError)):
        b[0] = 256
    with pytest.raises(TypeError):
        b[0] = b"x"


def test_a_slice_is_overwritten_by_as_many_bytes(mut, buffers):
    b = mut(b"-0000payload")
    b.advance(1)
    b[0:4] = (7).to_bytes(4, "big")
    b[-2:] = buffers.Bytes(b"AD")
    b[5:5] = b""
    b[4:5] = mut(b"P")
    assert b == b"\0\0\0\7PayloAD"
    b[:] = b[::-1]
    b[1:4] = b.view()[0:3]
    assert b == b"DDAoyaP\7\0\0\0"
    for key, value in [(slice(0, 2), b"x"), (slice(0, 2), b"xyz"), (slice(9, 99), b"xyz"), (slice(0, 4, 2), b"xy")]:
        with pytest.raises(ValueError):
            b[key] = value
    for wrong in ("xy", 3, None):
        with pytest.raises(TypeError):
            b[0:2] = wrong
    assert b == b"DDAoyaP\7\0\0\0"


def test_a_slice_is_a_copy(mut):
    b = mut(b"abcdef")
    part = b[0:3]
    b[0] = 120
    assert part == b"abc"


def test_like_bytes_but_unhashable(mut):
    b = mut(LONG)
    assert b == LONG and LONG == b and b == bytearray(LONG) and b == mut(LONG) and b != LONG[1:] and b != "x"
    assert bytes(b) == b.to_bytes() == LONG and b.decode() == LONG.decode() and b.hex() == LONG.hex()
    assert repr(mut(b"a\0")) == r"BytesMut(b'a\x00')"
    with pytest.raises(TypeError):
        hash(b)
    with pytest.raises(TypeError):
        operator.lt(b, "x")


def test_copies_are_deep(mut):
    b = mut(b"abc")
    for other in (copy.copy(b), copy.deepcopy(b)):
        assert type(other) is mut and other == b
        other[0] = 0
    assert b == b"abc"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(mut, protocol):
    b = mut(b"-abc")
    b.advance(1)
    other = pickle.loads(pickle.dumps(b, protocol))
    assert type(other) is framewire.BytesMut and other == b"abc"
    other[0] = 0
    assert b == b"abc" and pickle.loads(pickle.dumps(mut(), protocol)) == b""


def test_pickling_out_of_band(mut):
    taken = []
    b = mut(bytes(100_000))
    head = pickle.dumps(b, 5, buffer_callback=taken.append)
    assert len(head) < 200 and len(taken) == 1
    other = pickle.loads(head, buffers=taken)
    other[0] = 1
    assert len(other) == 100_000 and b == bytes(100_000)


def test_a_view_is_read_only(mut):
    b = mut(b"abc")
    assert b.view().readonly and b.view() == b"abc" and b.view().format == "B" and mut().view() == b""


def test_exports_nothing_itself(mut):
    with pytest.raises(TypeError):
        memoryview(mut(b"abc"))


# -- appending


def test_extend_in_many_ways(mut, buffers):
    b = mut()
    b += b"a"
    b.extend(bytearray(b"b"))
    b.put_slice(memoryview(b"c"))
    b.extend(buffers.Bytes(b"d"))
    b.extend(mut(b"e"))
    b.put_bytes(0x66, 2)
    b.extend(b"")
    b.put_bytes(0, 0)
    assert b == b"abcdeff"
    for value in (256, -1):
        with pytest.raises((OverflowError, ValueError)):
            b.put_bytes(value, 2)
    assert b == b"abcdeff"


def test_a_buffer_can_be_appended_to_itself(mut):
    b = mut(b"abcdefgh")
    b.extend(b.view())
    b.extend(b)
    assert b == b"abcdefgh" * 4
    b = filled(mut, 1500)
    b.extend(b)
    assert (len(b), b.capacity) == (3000, 3000)  # as if the bytes had come from elsewhere
    b.put(b)
    assert len(b) == 3000


def test_extend_from_within(mut):
    b = mut(b"abcdef")
    b.advance(1)
    b.extend_from_within(1, 3)
    assert b == b"bcdefcd"
    b.extend_from_within(0, len(b))
    assert b == b"bcdefcd" * 2
    b.extend_from_within(2, 2)
    for start, stop in [(-1, 2), (3, 2), (0, 15), (15, 15)]:
        with pytest.raises(IndexError):
            b.extend_from_within(start, stop)
    assert b == b"bcdefcd" * 2


def test_put_slice_of_every_length(mut):
    for length in range(101):
        b = mut.with_capacity(100)
        b.put_slice(LONG[:length])
        assert b == LONG[:length] and b.capacity == 100


def test_resize_truncate_clear(mut):
    b = mut(b"abc")
    b.resize(5, 120)
    b.resize(6)
    assert b == b"abcxx\0"
    b.resize(2, 1)
    assert b == b"ab"
    capacity = b.capacity
    b.truncate(9)
    assert b == b"ab"
    b.truncate(1)
    assert b == b"a" and b.capacity == capacity
    b.clear()
    assert b == b"" and b.capacity == capacity
    b = filled(mut, 10)
    b.advance(4)
    b.clear()
    assert b.capacity == 6  # not back at the front before somebody needs room


def test_put_steals_storage_where_there_is_none(mut, buffers):
    source = filled(mut, 5000)
    b = mut()
    b.put(source)
    assert len(b) == 5000 and b.capacity == 5000 and (len(source), source.capacity) == (0, 0)
    b = mut()
    b.put(filled(mut, 5000, 10))
    assert b.capacity == 5000  # the spare bytes came along
    b.put(mut())
    b.put(b"")
    assert b.capacity == 5000


def test_put_consumes_a_buffer_but_not_bytes(mut, buffers):
    source, cursor, fixed = mut(b"abc"), buffers.Cursor(b"defg"), buffers.Bytes(b"h")
    cursor.advance(1)
    b = mut.with_capacity(20)
    for src in (source, cursor, fixed, b"i", bytearray(b"j")):
        b.put(src)
    assert b == b"abcefghij" and b.capacity == 20
    assert len(source) == cursor.remaining() == 0 and fixed == b"h"


class Foreign:
    """A buffer that somebody else wrote."""

    def __init__(self, remaining, chunk):
        self.left, self.bytes = remaining, chunk

    def remaining(self):
        return self.left

    def chunk(self):
        return memoryview(self.bytes)

    def advance(self, n):
        self.left -= n


def test_put_refuses_a_buffer_that_breaks_its_contract(mut):
    for capacity in (0, 100):
        b = mut.with_capacity(capacity)
        with pytest.raises(BufferError, match=r"Foreign.chunk\(\) is empty although 3 bytes"):
            b.put(Foreign(3, b""))
        with pytest.raises(ValueError, match="-1"):
            b.put(Foreign(-1, b"abc"))
        b.put(Foreign(0, b"abc"))
        assert b == b""
        b.put(Foreign(5, b"abc"))
        assert b == b"abcab"


def test_chunk_mut_then_advance_mut(mut):
    b = mut()
    with b.chunk_mut() as room:
        assert len(room) == 64 and not room.readonly and room.format == "B"
        room[:3] = b"abc"
    b.advance_mut(3)
    assert b == b"abc" and b.capacity == 64
    assert b.remaining_mut() == sys.maxsize - 3 and b.has_remaining_mut()
    with b.chunk_mut() as room:
        assert len(room) == 61
    with pytest.raises(BufferError):
        b.advance_mut(62)
    assert b == b"abc"


def test_chunk_mut_is_strict(mut):
    b = filled(mut, 100, 50)
    other = b.split_off(100)
    room = b.chunk_mut()
    part = room[3:5]
    room.release()
    refused = [
        lambda: b.advance_mut(1), b.freeze, b.split, lambda: b.split_to(1), lambda: b.split_off(1),
        lambda: b.unsplit(other), lambda: mut(b"x").unsplit(b), lambda: b.reserve(51), lambda: b.extend(bytes(51)),
        lambda: b.copy_to_bytes(1), lambda: mut().put(b), lambda: b.try_unsplit(other),
    ]  # fmt: skip
    for refuse in refused:
        with pytest.raises(BufferError):
            refuse()
        assert (len(b), b.capacity) == (50, 100)
    b.reserve(50)
    b.advance(1)
    assert b.get_u8() == 1
    part.release()
    b.advance_mut(2)
    assert b.split_to(50).freeze()[:48] == bytes(range(2, 50))


def test_chunk_mut_that_was_only_dropped_is_forgotten(mut):
    b = mut()
    b.chunk_mut()[:2] = b"ab"
    gc.collect()
    b.advance_mut(2)
    assert b.freeze() == b"ab"


# -- splitting


@pytest.mark.parametrize("consumed", [0, 3])
@pytest.mark.parametrize("spare", [0, 5])
def test_splits_at_every_offset(mut, consumed, spare):
    length = len(LONG) - consumed
    for at in range(length + spare + 1):
        b = filled(mut, len(LONG) + spare, 0)
        b.extend(LONG)
        b.advance(consumed)
        data = LONG[consumed:]
        if at <= length:
            front = b.split_to(at)
            assert (front, b) == (data[:at], data[at:])
            assert (front.capacity, b.capacity) == (at, length + spare - at)
            front.unsplit(b)
            b = front
            assert b == data
        back = b.split_off(at)
        assert (b, back) == (data[:at], data[at:])
        assert (b.capacity, back.capacity) == (at, length + spare - at)


def test_split_beyond_the_end(mut):
    b = filled(mut, 20, 10)
    with pytest.raises(BufferUnderflow) as caught:
        b.split_to(11)
    assert (caught.value.requested, caught.value.available) == (11, 10)
    with pytest.raises(IndexError):
        b.split_off(21)
    assert len(b) == 10 and b.capacity == 20
    assert b.split_off(20).capacity == 0


def test_split_keeps_spare_capacity(mut):
    b = filled(mut, 1024, 11)
    front = b.split()
    assert (len(front), front.capacity, len(b), b.capacity) == (11, 11, 0, 1013)


def test_spare_bytes_split_off_can_be_filled(mut):
    b = filled(mut, 128, 4)
    back = b.split_off(64)
    assert (len(b), b.capacity, len(back), back.capacity) == (4, 64, 0, 64)
    back.extend(b"x" * 64)
    b.extend(b"y" * 60)
    assert back == b"x" * 64 and b == bytes(range(4)) + b"y" * 60


def test_growth_of_one_half_does_not_touch_the_other(mut):
    b = mut(LONG)
    front = b.split_to(10)
    front.extend(b"z" * 500)
    assert b == LONG[10:] and front == LONG[:10] + b"z" * 500


@pytest.mark.parametrize("consumed", [0, 5])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("cut", [0, 7])
def test_freeze(mut, buffers, consumed, shared, cut):
    b = mut(LONG)
    other = b.split_off(len(LONG) - 1) if shared else mut()
    b.advance(consumed)
    b.truncate(len(b) - cut)
    expected = LONG[consumed : len(LONG) - shared - cut]
    frozen = b.freeze()
    assert type(frozen) is buffers.Bytes and frozen == expected and frozen.retained == len(LONG)
    assert (len(b), b.capacity) == (0, 0)
    b.extend(b"used again")
    assert b == b"used again" and frozen == expected and other == LONG[len(LONG) - shared :]


def test_an_empty_frozen_buffer_keeps_nothing(mut):
    b = mut.with_capacity(1000)
    assert b.freeze().retained == 0 and b.capacity == 0


# -- joining


def test_unsplit_of_neighbours_copies_nothing(mut):
    b = filled(mut, 64, 10)
    back = b.split_off(5)
    b.unsplit(back)
    assert b == bytes(range(10)) and b.capacity == 64 and (len(back), back.capacity) == (0, 0)


def test_try_unsplit_of_neighbours(mut):
    b = filled(mut, 64, 10)
    back = b.split_off(5)
    assert b.try_unsplit(back) is True
    assert b == bytes(range(10)) and b.capacity == 64 and (len(back), back.capacity) == (0, 0)


def test_unsplit_of_strangers_copies(mut):
    b, other = mut(b"abc"), mut(b"def")
    assert b.try_unsplit(other) is False and (b, other) == (b"abc", b"def")
    b.unsplit(other)
    assert b == b"abcdef" and (len(other), other.capacity) == (0, 0)


def test_unsplit_in_the_wrong_order_copies(mut):
    b = mut(b"abcdef")
    back = b.split_off(3)
    assert back.try_unsplit(b) is False
    back.unsplit(b)
    assert back == b"defabc"


def test_unsplit_of_former_neighbours_copies(mut):
    b = mut(b"abcdef")
    back = b.split_off(3)
    b.truncate(2)
    assert b.try_unsplit(back) is False
    b.unsplit(back)
    assert b == b"abdef"
    b = mut(b"abcdef")
    back = b.split_off(3)
    back.advance(1)
    b.unsplit(back)
    assert b == b"abcef"


def test_unsplit_with_nothing(mut):
    b = filled(mut, 64, 8)
    b.unsplit(b.split_off(64))
    assert b.capacity == 64
    b.unsplit(mut())
    assert b.capacity == 64 and len(b) == 8
    empty, full = mut.with_capacity(64), filled(mut, 32, 12)
    empty.unsplit(full)
    assert empty == bytes(range(12)) and empty.capacity == 32 and full.capacity == 0


def test_unsplit_of_two_that_were_split_off(mut):
    b = mut(b"aaaabbbbccccdddd")
    first, second = b.split_off(4), None
    second = first.split_off(8)
    first.unsplit(second)
    b.unsplit(first)
    assert b == b"aaaabbbbccccdddd" and b.capacity == 16


def test_a_buffer_cannot_be_joined_to_itself(mut):
    b = mut(b"abc")
    for join in (b.unsplit, b.try_unsplit):
        with pytest.raises(ValueError):
            join(b)
    assert b == b"abc"


# -- memory that others look at


@pytest.mark.parametrize("act", ["reserve", "advance+reserve", "lease", "extend", "freeze", "consume+lease", "delete"])
def test_memory_under_a_view_stays_valid(mut, act):
    b = filled(mut, 3000)
    expected = b.to_bytes()
    view = b.view()
    if act == "reserve":
        b.reserve(100_000)
    elif act == "advance+reserve":
        b.advance(2000)
        b.reserve(1500)
    elif act == "lease":
        lent = b.lease(100_000)
        lent[:] = b"\xff" * len(lent)
    elif act == "extend":
        b.extend(b"\xff" * 5000)
    elif act == "freeze":
        b.freeze()
    elif act == "consume+lease":
        b.advance(3000)
        lent = b.lease(10)
        lent[:] = b"\xff" * len(lent)
    else:
        del b
    gc.collect()
    assert len(view) == 3000 and bytes(view) == expected


def test_spare_bytes_cannot_be_read(mut):
    b = mut.with_capacity(100)
    b.extend(b"abc")
    assert len(b.view()) == len(b.chunk()) == 3 and b.to_bytes() == b"abc"
    with pytest.raises(IndexError):
        b[3]
    with pytest.raises(BufferUnderflow):
        b.get_u32()
