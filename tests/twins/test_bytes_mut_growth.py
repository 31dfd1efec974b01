"""How a `BytesMut` grows, and what it reuses instead. The numbers are those of Rust's `bytes` 1.12, measured there."""

from __future__ import annotations

import gc
import sys

import pytest

LONG = b"mary had a little lamb, little lamb, little lamb; mary had a little lamb, its fleece was white as snow"


@pytest.fixture
def mut(buffers):
    return buffers.BytesMut


def filled(mut, capacity, length=None):
    b = mut.with_capacity(capacity)
    b.extend(bytes(i % 251 for i in range(capacity if length is None else length)))
    return b


def test_smallest_growth(mut):
    b = mut()
    b.put_u8(1)
    assert b.capacity == 8
    b.extend(bytes(8))
    assert b.capacity == 16


def test_growth_doubles_or_takes_what_is_asked(mut):
    b = filled(mut, 100)
    b.reserve(1)
    assert b.capacity == 200
    b = mut(LONG[:26])
    b.reserve(91)
    assert b.capacity == 117


def test_consumed_front_is_reused_if_that_copies_little(mut):
    b = filled(mut, 100)
    b.advance(60)
    assert b.capacity == 40
    b.reserve(10)
    assert b.capacity == 100 and b[0] == 60
    b = filled(mut, 100)
    b.advance(40)
    b.reserve(10)
    assert b.capacity == 160 and b[0] == 40


def test_recycling_of_a_small_buffer(mut):
    b = filled(mut, 16)
    b.advance(10)
    assert b.capacity == 6
    b.reserve(8)
    assert b.capacity == 16


def test_front_is_reused_only_if_as_much_was_consumed(mut):
    b = filled(mut, 10)
    b.advance(4)
    b.reserve(2)  # 6 readable bytes, 4 consumed: doubling instead
    assert b.capacity == 16
    b = filled(mut, 10)
    b.advance(5)
    b.reserve(5)
    assert b.capacity == 10


@pytest.mark.parametrize(
    ("first", "then"),
    [(512, 1), (1000, 1), (1024, 1024), (1500, 1024), (4096, 4096), (65536, 65536), (131072, 65536)],
)
def test_original_capacity(mut, first, then):
    b = filled(mut, first)
    other = b.split()
    b.reserve(1)
    assert b.capacity == then and len(other) == first


def test_original_capacity_survives_growth_and_leaving(mut):
    b = mut.with_capacity(1024)
    b.extend(bytes(3000))
    kept = [b.split()]
    b.reserve(3000)
    kept.append(b.split_to(0))
    b.extend(bytes(b.capacity))
    kept.append(b.split())
    b.reserve(1)
    assert b.capacity == 1024


def test_allocates_at_least_original_capacity_beside_another_handle(mut):
    b = filled(mut, 1024, 1020)
    other = b.split()
    b.reserve(16)
    assert b.capacity == 1024 and len(other) == 1020


def test_shared_and_not_last_does_not_overallocate(mut):
    b = mut.with_capacity(1000)
    b.extend(b"x")
    other = b.split()
    b.reserve(2001)
    assert b.capacity == 2001 and other == b"x"


def test_shared_but_last_doubles(mut):
    b = filled(mut, 1000)
    del_me = b.split_to(1)
    b.clear()
    del del_me
    gc.collect()
    b.reserve(1001)
    assert b.capacity == 1999  # a block of 2000, one consumed


def test_shared_but_last_does_not_overallocate(mut):
    b = mut.with_capacity(1000)
    b.extend(b"x")
    b.split()
    b.reserve(2001)
    assert b.capacity == 2001  # 2002 with the byte before it


def test_range_of_a_handle_that_has_gone_is_taken_back(mut):
    b = mut(LONG)
    b.split_off(len(LONG) // 2)
    gc.collect()
    before = b.capacity
    b.reserve(len(LONG) - before)
    assert b.capacity == len(LONG) and b == LONG[:before]
    for _ in range(10):
        b.split_off(len(LONG) // 2)
        b.reserve(len(LONG) - b.capacity)
    assert b.capacity == len(LONG)


def test_no_more_is_taken_back_than_was_asked_for(mut):
    b = filled(mut, 100, 20)
    b.split_off(50)
    gc.collect()
    b.reserve(40)
    assert b.capacity == 60 and b.try_reclaim(80) and b.capacity == 100


def test_shared_but_last_goes_back_to_the_front(mut):
    b = filled(mut, 1000)
    b.split_to(900)
    gc.collect()
    b.reserve(500)
    assert b.capacity == 1000 and len(b) == 100 and b[0] == 900 % 251


def test_reserve_that_fits_changes_nothing(mut):
    b = filled(mut, 100, 50)
    for n in (0, 1, 50):
        b.reserve(n)
        assert b.capacity == 100


def test_reserve_beyond_all_memory(mut):
    for b in (mut(), mut(b"abc")):
        before = b.capacity, b.to_bytes()
        with pytest.raises((MemoryError, OverflowError)):
            b.reserve(sys.maxsize)
        with pytest.raises(OverflowError):
            b.reserve(sys.maxsize + 1)
        assert (b.capacity, b.to_bytes()) == before
        assert b.try_reclaim(sys.maxsize) is False
    with pytest.raises(MemoryError):
        mut.with_capacity(sys.maxsize)


def test_try_reclaim_never_allocates(mut):
    assert mut().try_reclaim(0) and not mut().try_reclaim(1)
    b = filled(mut, 100)
    assert not b.try_reclaim(1)
    b.advance(60)
    assert b.try_reclaim(60) and b.capacity == 100 and b[0] == 60
    assert not b.try_reclaim(61)
    kept = b.split_to(30)
    b.advance(5)
    assert not b.try_reclaim(90) and b.capacity == 65
    del kept
    gc.collect()
    assert b.try_reclaim(90) and b.capacity == 100 and len(b) == 5


def test_reserve_after_every_advance(mut):
    """Exhaustive: whatever was consumed, the rest is intact and the room is there."""
    for capacity in (1, 2, 7, 16, 33, 64):
        for length in range(0, capacity + 1, max(1, capacity // 8)):
            for consumed in range(length + 1):
                b = filled(mut, capacity, length)
                expected = b.to_bytes()[consumed:]
                b.advance(consumed)
                assert b.capacity == capacity - consumed
                b.reserve(capacity)
                assert b == expected and b.capacity - len(b) >= capacity
                b.extend(bytes(capacity))
                assert b == expected + bytes(capacity)


@pytest.mark.parametrize(("how", "at"), [("split", ()), ("split_to", (0,)), ("split_off", (64,))])
def test_an_empty_part_can_have_the_room_back(buffers, how, at):
    """As every part can, once the others are gone."""
    buffer = buffers.BytesMut.with_capacity(64)
    part = getattr(buffer, how)(*at)
    assert (len(part), part.capacity, buffer.capacity) == (0, 0, 64)
    assert not part.try_reclaim(1)
    assert buffer.try_reclaim(64)
    del buffer
    assert part.try_reclaim(64)
    part.extend(b"x" * 64)
    assert part == b"x" * 64


def test_who_gave_all_away_can_have_the_room_back(buffers):
    buffer = buffers.BytesMut(b"x" * 64)
    taken = buffer.split()
    assert buffer.capacity == 0 and not buffer.try_reclaim(1)
    del taken
    assert buffer.try_reclaim(64) and buffer.capacity >= 64
