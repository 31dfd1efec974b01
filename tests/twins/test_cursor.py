"""`Cursor`: a position in a `Bytes`, and consuming by moving it."""

from __future__ import annotations

import copy
import pickle

import pytest

import framewire
from framewire.errors import BufferUnderflow


@pytest.fixture
def cursor(buffers):
    return buffers.Cursor


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_made_of_anything_bytes_like(cursor, make):
    c = cursor(make(b"abc"))
    assert c.get_ref() == b"abc" and c.remaining() == len(c) == 3 and c.position == 0 and c.has_remaining()


def test_made_of_our_own(cursor, buffers):
    whole = buffers.Bytes(b"abc")
    assert cursor(whole).get_ref() == whole
    assert cursor(buffers.BytesMut(b"abc")).get_ref() == b"abc"
    with pytest.raises(TypeError):
        cursor("abc")


def test_adopts_without_a_copy(cursor):
    data = bytes(range(100))
    assert cursor(data).get_ref().to_bytes() is data


def test_reading_moves_the_position_and_leaves_the_bytes(cursor):
    c = cursor(b"abcdef")
    assert c.get_u8() == 97
    c.advance(2)
    assert (c.position, c.remaining(), bytes(c.chunk())) == (3, 3, b"def")
    assert c.chunk().readonly and c.get_ref() == b"abcdef"
    c.advance(3)
    assert c.chunk() == b"" and not c.has_remaining() and not c and c.chunks_vectored(4) == []
    c.advance(0)


def test_position_may_be_set_within_the_whole(cursor):
    c = cursor(b"abcdef")
    for position in (6, 0, 2):
        c.position = position
        assert c.position == position and c.remaining() == 6 - position
    for wrong in (7, -1):
        with pytest.raises(ValueError):
            c.position = wrong
    with pytest.raises(TypeError):
        c.position = "1"
    assert c.position == 2 and c.chunk() == b"cdef"


@pytest.mark.parametrize("take", ["split_to", "copy_to_bytes"])
def test_taking_shares_and_advances(cursor, buffers, take):
    whole = buffers.BytesMut(bytes(range(250)) * 20).freeze()
    c = cursor(whole)
    c.advance(1)
    part = getattr(c, take)(10)
    assert type(part) is buffers.Bytes and part == bytes(range(1, 11)) and part.retained == whole.retained
    assert c.position == 11
    with pytest.raises(BufferUnderflow) as caught:
        getattr(c, take)(4990)
    assert (caught.value.requested, caught.value.available, c.position) == (4990, 4989, 11)
    with pytest.raises(ValueError):
        getattr(c, take)(-1)
    assert getattr(c, take)(0) == b"" and c.position == 11
    assert len(getattr(c, take)(4989)) == 4989 and c.remaining() == 0


def test_truncate_counts_unread_bytes(cursor):
    c = cursor(b"abcdef")
    c.advance(2)
    c.truncate(9)
    assert c.remaining() == 4
    c.truncate(3)
    assert (c.position, c.remaining(), bytes(c.chunk())) == (2, 3, b"cde")
    c.truncate(0)
    assert (c.position, c.remaining()) == (2, 0)
    with pytest.raises(ValueError):
        c.truncate(-1)


def test_copy_to_slice_and_underflow(cursor, buffers):
    c, target = cursor(b"abcdef"), bytearray(4)
    c.copy_to_slice(target)
    assert target == b"abcd" and c.position == 4
    with pytest.raises(BufferUnderflow):
        c.copy_to_slice(bytearray(3))
    with pytest.raises(BufferUnderflow):
        c.advance(3)
    for wrong in (b"ab", memoryview(b"ab"), buffers.Bytes(b"ab"), buffers.BytesMut(b"ab"), cursor(b"ab"), "ab", 2):
        with pytest.raises(TypeError):
            c.copy_to_slice(wrong)
    c.copy_to_slice(bytearray())
    assert c.position == 4
    c.copy_to_slice(memoryview(target)[1:3])
    assert target == b"aefd"


def test_chunks_vectored_is_one_chunk(cursor):
    c = cursor(b"abc")
    assert [bytes(chunk) for chunk in c.chunks_vectored(8)] == [b"abc"] and c.chunks_vectored(0) == []
    assert c.position == 0
    with pytest.raises(ValueError):
        c.chunks_vectored(-1)


def test_cursors_are_independent(cursor, buffers):
    whole = buffers.Bytes(b"abc")
    first, second = cursor(whole), cursor(whole)
    first.advance(2)
    assert second.position == 0


def test_iterating_consumes(cursor):
    c = cursor(b"abcdef")
    assert next(iter(c)) == 97 and c.position == 1
    for byte in c:
        if byte == 99:
            break
    assert c.position == 3 and list(c) == list(b"def") and not c and list(c) == []


def test_a_copy_has_a_position_of_its_own(cursor, buffers):
    whole = buffers.BytesMut(bytes(5000)).freeze()
    c = cursor(whole)
    c.advance(10)
    for other in (copy.copy(c), copy.deepcopy(c)):
        other.advance(1)
        assert type(other) is cursor and (other.position, c.position) == (11, 10)
        assert other.copy_to_bytes(5).retained == whole.retained


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(cursor, protocol):
    c = cursor(b"abcdef")
    c.advance(2)
    again = pickle.loads(pickle.dumps(c, protocol))
    assert type(again) is framewire.Cursor and (again.position, again.get_ref()) == (2, b"abcdef")
