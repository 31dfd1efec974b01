"""`Chain`, `Take` and `Limit`: what they add to the buffers beneath them, and what they leave to them."""

from __future__ import annotations

import sys

import pytest

from framewire._impl import BytesMut, Cursor
from framewire.buf import Buf, BufMut, Chain, Limit, Take, WriteBuffer
from framewire.errors import BufferUnderflow
from tests.buffer_inputs import Slots, drain


def test_chain_copies_only_across_the_border():
    big = BytesMut(bytes(5000)).freeze()
    both = Chain(Cursor(big), Cursor(big))
    assert both.copy_to_bytes(4000).retained >= 5000
    assert both.copy_to_bytes(2000).retained == 2000
    assert both.copy_to_bytes(4000).retained >= 5000 and not both.has_remaining()


def test_chain_shows_its_parts():
    first, last = Cursor(b"abc"), BytesMut(b"def")
    both = Chain(first, last)
    both.advance(4)
    assert both.first is first and both.last is last and both.into_inner() == (first, last)
    assert (first.remaining(), last) == (0, b"ef")
    last.advance(1)
    assert drain(both) == b"f"
    assert [bytes(c) for c in Chain(Cursor(b"ab"), Cursor(b"cd")).chunks_vectored(8)] == [b"ab", b"cd"]
    assert [bytes(c) for c in Chain(Cursor(b"ab"), Cursor(b"cd")).chunks_vectored(1)] == [b"ab"]


def test_chain_vectored_after_a_partial_advance():
    both = Chain(Cursor(b"hello"), Chain(Cursor(b""), Cursor(b"world")))
    for n, expected in [(0, [b"hello", b"world"]), (3, [b"lo", b"world"]), (3, [b"orld"])]:
        both.advance(n)
        assert [bytes(chunk) for chunk in both.chunks_vectored(16)] == expected


def test_chain_writes_to_the_first_and_then_to_the_last():
    first, last = Slots(5, 2), BytesMut()
    both = Chain(first, last)
    assert isinstance(both, BufMut)
    both.put_slice(b"abc")
    both.put_u32(0x64656667)
    assert first.store == b"abcde" and last == b"fg"
    assert Chain(Slots(3, 3), Slots(4, 4)).remaining_mut() == 7
    assert Chain(BytesMut(), BytesMut()).remaining_mut() == sys.maxsize
    small = Chain(Slots(2, 1), Slots(2, 1))
    with pytest.raises(BufferError, match=r"5 .* 4"):
        small.put_slice(b"12345")
    small.put_slice(b"1234")
    assert (small.first.store, small.last.store) == (b"12", b"34") and not small.has_remaining_mut()
    with pytest.raises(BufferError):
        small.advance_mut(1)


def test_take_is_limited_and_can_be_set_again():
    inner = Cursor(b"hello world")
    first = Take(inner, 5)
    assert first.inner is inner and drain(first) == b"hello" and first.limit == 0 and inner.remaining() == 6
    first.limit = 3
    assert first.remaining() == 3 and first.copy_to_bytes(2) == b" w" and first.limit == 1
    inner.advance(1)
    assert first.limit == 1 and drain(first) == b"r" and first.into_inner() is inner and drain(inner) == b"ld"
    for wrong in (-1,):
        with pytest.raises(ValueError):
            Take(inner, wrong)
        with pytest.raises(ValueError):
            first.limit = wrong


def test_take_of_more_than_there_is():
    few = Take(Cursor(b"abc"), 10)
    assert (few.remaining(), few.limit) == (3, 10)
    few.advance(3)
    assert (few.remaining(), few.limit) == (0, 7)
    with pytest.raises(BufferUnderflow):
        few.advance(1)


def test_take_cuts_chunks_and_shares():
    big = BytesMut(bytes(5000)).freeze()
    assert Take(Cursor(big), 10).copy_to_bytes(10).retained >= 5000
    vectored = Take(Chain(Cursor(b"abc"), Cursor(b"def")), 5).chunks_vectored(8)
    assert [bytes(chunk) for chunk in vectored] == [b"abc", b"de"]
    assert Take(Cursor(b"abc"), 0).chunks_vectored(8) == []


@pytest.mark.parametrize("wrong", [b"bytes", "text", None, 3])
def test_adaptors_refuse_what_is_no_buffer(wrong):
    for adapt in (
        lambda: Take(wrong, 1), lambda: Limit(wrong, 1), lambda: Chain(wrong, Cursor(b"")),
        lambda: Chain(Cursor(b""), wrong),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            adapt()


def test_adaptors_refuse_what_only_goes_the_other_way():
    with pytest.raises(TypeError, match="chunk_mut"):
        Limit(Cursor(b"abc"), 1)
    with pytest.raises(TypeError, match="Cursor"):
        Take(WriteBuffer(), 1)


# -- Limit


@pytest.mark.parametrize("make", [BytesMut, lambda: BytesMut.with_capacity(3), lambda: Slots(100, 3), WriteBuffer])
@pytest.mark.parametrize("limit", [0, 1, 5, 64, 65])
def test_no_more_is_written_than_the_limit(make, limit):
    inner = make()
    out = Limit(inner, limit)
    assert isinstance(out, BufMut) and not isinstance(out, Buf) and out.remaining_mut() == limit
    assert out.has_remaining_mut() == (limit > 0) and len(out.chunk_mut()) <= limit
    with pytest.raises(BufferError, match=rf"{limit + 1} bytes to write, room for {limit}"):
        out.put_slice(b"x" * (limit + 1))
    assert out.remaining_mut() == limit, "nothing was written"
    out.put_slice(b"y" * limit)
    assert (out.limit, out.remaining_mut(), out.has_remaining_mut()) == (0, 0, False)
    for write in (lambda: out.put_u8(1), lambda: out.advance_mut(1)):
        with pytest.raises(BufferError):
            write()
    out.put_slice(b"")
    assert out.into_inner() is inner and out.chunk_mut() == b""


def test_limit_can_be_set_again_and_leaves_the_inner_buffer_free():
    inner = BytesMut()
    out = Limit(inner, 4)
    out.put_u32(1)
    out.limit = 2
    inner.extend(b"direct")
    assert (out.limit, out.inner) == (2, inner)
    out.put_u16(2)
    assert inner == b"\0\0\0\1direct\0\2"
    with pytest.raises(ValueError):
        out.limit = -1
    with pytest.raises(ValueError):
        Limit(inner, -1)


def test_limit_of_more_than_there_is_room():
    out = Limit(Slots(3, 2), 10)
    assert out.remaining_mut() == 3
    with pytest.raises(BufferError, match=r"4 .* 3"):
        out.put_u32(1)
    out.put_slice(b"abc")
    assert (out.limit, out.remaining_mut()) == (7, 0)


def test_a_view_of_limited_room_is_as_strict_as_the_inner_one():
    inner = BytesMut.with_capacity(100)
    out = Limit(inner, 5)
    room = out.chunk_mut()
    assert len(room) == 5
    with pytest.raises(BufferError):
        out.advance_mut(1)
    room[:1] = b"a"
    room.release()
    out.advance_mut(1)
    assert inner == b"a" and out.limit == 4


def test_a_chain_goes_on_where_the_limit_is_reached():
    head, rest = BytesMut(), BytesMut()
    Chain(Limit(head, 3), rest).put_slice(b"abcdef")
    assert (head, rest) == (b"abc", b"def")
