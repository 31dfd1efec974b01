"""What a run has seen: slices of time, errors, in bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.record import MAX_KINDS, MAX_SLICES, SLICE_NS, Record
from framewire.frames.resp import BulkError, Error
from tests.cli.bench.fakes import MS

GAPS = st.lists(st.tuples(st.integers(0, 5_000 * MS), st.integers(1, 3)), max_size=200)


@given(GAPS)
def test_slices_add_up_and_are_bounded_however_long_it_takes(gaps: list[tuple[int, int]]) -> None:
    record, now = Record(["GET"]), 123
    record.start(now)
    for gap, count in gaps:
        now += gap
        record.replied(now, gap, count)
    assert record.replies == sum(count for _, count in gaps)
    record.finish(now)
    assert record.replies == sum(count for _, count in gaps)
    assert sum(each.latency.count for each in record.slices) == record.replies
    assert 1 <= len(record.slices) <= MAX_SLICES
    ends = [each.ends for each in record.slices]
    assert ends == list(range(ends[0], ends[-1] + 1, record.slice_ns))
    assert ends[0] == 123 + record.slice_ns
    assert ends[-1] > now


def test_a_reply_is_in_the_slice_that_it_came_in() -> None:
    record = Record(["GET"])
    record.start(0)
    for slice_number in (0, 0, 3):
        record.replied(slice_number * SLICE_NS + 5, 1, 1)
    assert [each.latency.count for each in record.slices] == [2, 0, 0, 1]
    assert record.lately().count == 0  # the one before the last is the last that is whole


def test_rate_and_seconds() -> None:
    record = Record(["GET"])
    assert (record.seconds, record.rate) == (0, 0)
    record.start(1_000 * MS)
    record.replied(1_100 * MS, MS, 30)
    record.finish(1_500 * MS)
    assert (record.seconds, record.rate) == (0.5, 60)


def test_each_request_of_a_mix_is_counted_for_itself() -> None:
    record = Record(["SET", "GET"])
    record.start(0)
    record.replied(10, 5, 3, [0, 1, 1])
    record.replied(20, 7, 1, [1])
    assert [kind.count for kind in record.kinds] == [1, 3]
    assert record.kinds[1].maximum == 7


def test_errors_are_counted_by_their_first_word_and_the_first_is_kept() -> None:
    record = Record(["GET"])
    for error in (Error(b"WRONGTYPE no list"), Error(b"ERR other"), BulkError(b"ERR \xff")):
        record.refused(error)
    assert (record.errors, record.first_error) == (3, "WRONGTYPE no list")
    assert record.error_kinds == {"WRONGTYPE": 1, "ERR": 2}


def test_a_server_cannot_fill_the_memory_with_words() -> None:
    record = Record(["GET"])
    for number in range(1000):
        record.refused(Error(b"E%d" % number))
    assert len(record.error_kinds) == MAX_KINDS + 1
    assert sum(record.error_kinds.values()) == record.errors == 1000
