"""Receiving: `lease` and `commit` for transports, `expect` for codecs."""

from __future__ import annotations

import gc

import psutil
import pytest

MiB = 1024 * 1024
KEPT = 64 * 1024


@pytest.fixture
def mut(buffers):
    return buffers.BytesMut


def receive(b, data, minimum=1):
    """What a transport does with arrived bytes, as often as it takes. The views live on, as asyncio's do."""
    views = []
    while data:
        view = b.lease(minimum)
        n = min(len(view), len(data))
        view[:n] = data[:n]
        b.commit(n)
        views.append(view)
        data = data[n:]
    return views


# -- lease and commit


@pytest.mark.parametrize("minimum", [1, 7, 8, 9, 100, 70_000])
def test_a_lease_is_the_spare_bytes(mut, minimum):
    b = mut()
    view = b.lease(minimum)
    assert len(view) == b.capacity >= minimum and not view.readonly and view.format == "B" and view.contiguous
    assert len(b) == 0
    view[:3] = b"abc"[: len(view)]  # at least 8 are made
    b.commit(3)
    assert b == b"abc"


def test_committed_bytes_follow_what_was_there(mut):
    b = mut(b"head ")
    view = b.lease(10)
    view[:4] = b"tail"
    b.commit(4)
    assert b == b"head tail"
    view = b.lease()
    view[:1] = b"s"
    b.commit(1)
    assert b == b"head tails"


@pytest.mark.parametrize("minimum", [0, -1])
def test_a_lease_of_nothing_is_refused(mut, minimum):
    with pytest.raises(ValueError):
        mut().lease(minimum)


def test_commit_beyond_the_lease_or_without_one(mut):
    b = mut()
    with pytest.raises(ValueError):
        b.commit(0)
    lent = len(b.lease(10))
    for wrong in (lent + 1, -1):
        with pytest.raises(ValueError):
            b.commit(wrong)
    b.commit(lent)
    assert len(b) == lent
    with pytest.raises(ValueError):
        b.commit(0)


def test_leasing_again_without_commit(mut):
    b = mut(b"x")
    b.lease(10)
    view = b.lease(5000)
    assert len(view) >= 5000
    view[4999] = 1
    b.commit(5000)
    assert len(b) == 5001 and b[-1] == 1


def test_a_view_that_lives_on_does_no_harm(mut):
    b = mut.with_capacity(4096)
    views = receive(b, b"a" * 3000) + receive(b, b"b" * 5000)
    front = b.split_to(3000).freeze()
    b.reserve(100_000)
    b.extend(b"c" * 100)
    rest = b.freeze()
    views[0][:] = b"!" * len(views[0])  # a transport would not; the memory is valid all the same
    del b
    gc.collect()
    for view in views:
        assert len(bytes(view)) == len(view)
    assert rest == b"b" * 5000 + b"c" * 100 and len(front) == 3000


def test_splitting_and_consuming_beside_a_lease(mut):
    b = mut(b"abcdef")
    view = b.lease(100)
    front = b.split_to(2)
    b.advance(1)
    frozen = b.copy_to_bytes(1)
    view[:3] = b"xyz"
    b.commit(3)
    assert (front, frozen, b) == (b"ab", b"d", b"efxyz")
    view = b.lease(100)
    whole = b.split()
    view[:3] = b"uvw"
    b.commit(3)
    assert (whole, b) == (b"efxyz", b"uvw")


@pytest.mark.thorough
def test_views_that_live_on_do_not_make_growth_quadratic(mut):
    b, moves = mut(), 0
    views = []
    while len(b) < 50_000:
        before = b.capacity
        views.append(b.lease(1))
        moves += b.capacity != before
        b.commit(1)
    assert moves < 20 and b.capacity <= 200_000


def test_views_that_live_on_do_not_make_a_buffer_grow(mut):
    b, views = mut.with_capacity(4096), []
    for _ in range(50):
        views += receive(b, b"x" * 1001, 1000)
        b.advance(1001)
        assert b.capacity <= 4096


def test_freezing_beside_a_lease_takes_the_storage_away(mut):
    b = mut(b"abc")
    view = b.lease(100)
    frozen = b.freeze()
    view[:2] = b"xy"
    with pytest.raises(ValueError):
        b.commit(2)
    assert frozen == b"abc" and b == b""


def test_a_lease_ends_where_somebody_else_wrote(mut):
    b = mut.with_capacity(100)
    b.lease(10)
    b.extend(b"abc")
    with pytest.raises(ValueError):
        b.commit(2)
    assert b == b"abc"


def test_a_lease_of_bytes_that_were_split_off(mut):
    b = mut.with_capacity(100)
    b.extend(b"abc")
    b.lease(10)
    back = b.split_off(3)
    with pytest.raises(ValueError):
        b.commit(1)
    assert (b, back, back.capacity) == (b"abc", b"", 97)


def test_reserve_beside_a_lease_waits_for_the_next(mut):
    b = mut.with_capacity(100)
    b.extend(b"abc")
    view = b.lease(10)
    b.reserve(5000)
    assert b.capacity == 100
    view[:2] = b"de"
    b.commit(2)
    assert b == b"abcde" and b.capacity == 100
    assert len(b.lease(1)) >= 5000 and b == b"abcde"
    b.commit(0)
    with b.lease(1) as again:
        assert len(again) >= 5000


def test_reserve_that_fits_beside_a_lease(mut):
    b = mut.with_capacity(100)
    view = b.lease(10)
    b.reserve(100)
    view[:1] = b"x"
    b.commit(1)
    assert len(b.lease(1)) == 99


# -- rewinding and shrinking


def test_an_empty_buffer_starts_over_at_the_front(mut):
    b = mut.with_capacity(4096)
    for _ in range(50):
        receive(b, b"x" * 1001, 1000)
        assert b.capacity == 4096
        b.advance(1001)
    with b.lease(1) as view:
        assert len(view) == 4096


def test_an_empty_buffer_beside_another_handle_stays_where_it_is(mut):
    b = mut.with_capacity(4096)
    receive(b, b"x" * 1000, 1)
    kept = b.split().freeze()
    with b.lease(1) as view:
        assert len(view) == 3096
        view[:] = b"y" * 3096
    assert kept == b"x" * 1000


def test_a_lease_has_its_minimum_however_little_is_left(mut):
    b = mut.with_capacity(4096)
    receive(b, b"x" * 4090)
    b.advance(4000)
    with b.lease(1000) as view:
        assert len(view) >= 1000 and b == b"x" * 90


@pytest.mark.parametrize(
    ("size", "minimum", "kept"),
    [
        (KEPT, 1, True),
        (KEPT + 1, 1, False),
        (4 * 20_000, 20_000, True),
        (4 * 20_000 + 1, 20_000, False),
        (MiB, 16 * 1024, False),
        (MiB, MiB // 4, True),
    ],
)
def test_a_buffer_that_grew_for_one_frame_shrinks_again(mut, size, minimum, kept):
    b = mut.zeroed(size)
    b.advance(size)
    with b.lease(minimum) as view:
        assert len(view) == (size if kept else minimum)
    assert b.capacity == (size if kept else minimum)


def test_a_buffer_that_holds_bytes_does_not_shrink(mut):
    b = mut.with_capacity(MiB)
    b.extend(b"xy")
    b.advance(1)
    with b.lease(1) as view:
        assert len(view) == MiB - 2


# -- expecting a payload


def test_the_expected_payload_gets_a_block_of_its_own(mut):
    data = bytes(range(256)) * 400
    b = mut(b"*head*" + data[:10])
    b.advance(6)
    b.expect(len(data))
    assert b.expected == len(data)
    with b.lease(4096) as view:
        assert len(view) == len(data) - 10 and b == data[:10]
    b.commit(0)
    receive(b, data[10:], 4096)
    assert b == data and b.capacity == len(data) and b.expected == 0
    payload = b.split_to(len(data)).freeze()
    assert payload.retained == len(data) and payload == data
    assert payload.is_unique() is False  # the empty rest stands on it
    del b
    gc.collect()
    assert payload.is_unique()
    given = payload.to_bytes()
    assert type(given) is bytes and given == data
    assert not payload.is_unique()
    assert payload.to_bytes() is given


def test_native_payload_is_handed_out_uncopied(mut, buffers):
    if "_native" not in buffers.__name__:
        pytest.skip("the plain implementation copies once")
    b = mut()
    b.expect(100)
    view = b.lease()
    view[:] = b"x" * 100
    b.commit(100)
    given = b.freeze().to_bytes()
    view[0] = 121  # proves where the bytes are; a transport never does this
    assert given == b"y" + b"x" * 99


@pytest.mark.parametrize("arrived", [0, 10, 700_000])
def test_a_payload_is_reserved_step_by_step(mut, arrived):
    length = 10 * MiB
    b = mut(bytes(arrived))
    b.expect(length)
    while len(b) < length:
        had, before = len(b), b.capacity
        with b.lease(KEPT) as view:
            lent = len(view)
            assert 0 < lent and had + lent <= min(length, max(MiB, 2 * (had + KEPT)))
            step = min(lent, 300_000)
            view[:step] = b"x" * step
        assert b.capacity <= min(length, max(MiB, 2 * had))
        assert b.capacity == before or before - had < KEPT, "no step before room gets short"
        b.commit(step)
    assert b.capacity == length and b.freeze()[arrived:].count(b"x") == length - arrived


def test_a_payload_announced_but_never_sent_costs_little(mut):
    b = mut(b"x")
    b.expect(512 * MiB)
    b.lease(KEPT)
    assert b.capacity <= MiB


@pytest.mark.parametrize("n", [0, 1, 3])
def test_expecting_what_has_arrived_changes_nothing(mut, n):
    b = mut.with_capacity(100)
    b.extend(b"abc")
    b.expect(n)
    assert b.expected == 0
    with b.lease(10) as view:
        assert len(view) == 97


ENDS = {
    "advance": lambda b: b.advance(1),
    "split_to": lambda b: b.split_to(1),
    "split_off": lambda b: b.split_off(2),
    "split": lambda b: b.split(),
    "freeze": lambda b: b.freeze(),
    "clear": lambda b: b.clear(),
    "get": lambda b: b.get_u8(),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("landed", [False, True])
def test_taking_something_off_ends_the_expectation(mut, end, landed):
    b = mut(b"abc")
    b.expect(5000)
    if landed:
        assert len(b.lease()) == 4997
        b.commit(0)
    ENDS[end](b)
    assert b.expected == 0
    with b.lease(10_000) as view:
        assert len(view) >= 10_000


@pytest.mark.parametrize("end", ["split", "freeze", "clear"])
@pytest.mark.parametrize("landed", [False, True])
def test_taking_all_of_it_ends_the_expectation_of_a_payload_of_which_nothing_has_come(mut, end, landed):
    """Its head may have been the last that was read: whatever comes next has nothing to do with it."""
    b = mut(b"head")
    b.advance(4)
    b.expect(5000)
    if landed:
        assert len(b.lease()) == 5000
        b.commit(0)
    ENDS[end](b)
    assert b.expected == 0
    with b.lease(10_000) as view:
        assert len(view) >= 10_000


def test_a_complete_payload_ends_the_expectation(mut):
    b = mut(b"abc")
    b.expect(10)
    receive(b, b"d" * 7, 4096)
    with b.lease(100) as view:
        assert len(view) >= 100
    assert b == b"abc" + b"d" * 7


def test_after_a_payload_the_buffer_reads_on_as_before(mut):
    b = mut.with_capacity(16 * 1024)
    receive(b, b"x" * 1000)
    b.advance(900)
    b.expect(50_000)
    receive(b, b"y" * 49_900)
    payload = b.split_to(50_000).freeze()
    with b.lease(4096) as view:
        assert len(view) == 16 * 1024
    assert payload == b"x" * 100 + b"y" * 49_900
    receive(b, b"next")
    assert b == b"next" and payload[-1:] == b"y"


def test_an_expectation_may_be_corrected(mut):
    b = mut(b"abc")
    b.expect(10)
    b.expect(20)
    with b.lease() as view:
        assert len(view) == 17
    b.commit(0)
    b.expect(10)
    with b.lease() as view:
        assert len(view) == 7
    b.commit(7)
    assert len(b) == 10


def test_payloads_announced_but_never_sent_take_no_memory(mut):
    """What is reserved for a payload is touched only as it arrives, or thousands of peers who leave would be felt."""
    process = psutil.Process()
    before = process.memory_info().rss
    waiting = []
    for _ in range(200):
        b = mut(b"x")
        b.expect(100 * MiB)
        waiting.append((b, b.lease(KEPT)))
    assert sum(b.capacity for b, _ in waiting) == 200 * MiB
    assert process.memory_info().rss - before < 50 * MiB


def test_what_a_large_payload_stands_on_is_memory_like_any_other(mut):
    b = mut(b"abc")
    b.expect(2 * MiB)
    view = b.lease()
    view[: MiB - 3] = b"d" * (MiB - 3)
    b.commit(MiB - 3)
    assert (b.find(b"cd"), b.count(b"d"), b.rfind(b"a"), b[3], b[-1]) == (2, MiB - 3, 0, 100, 100)
    b[0:3] = b"xyz"
    assert b.startswith(b"xyzd") and b.get_u16() == 0x7879 and b.split_to(2) == b"zd"
    b.extend(b"end")
    with b.chunk_mut() as room:
        room[:1] = b"!"
    b.advance_mut(1)
    frozen = b.freeze()
    del b, view
    gc.collect()
    assert frozen.endswith(b"dend!") and len(frozen) == MiB and hash(frozen) == hash(frozen.to_bytes())
