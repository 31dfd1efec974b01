"""The open loop by hand: what is due when, who sends it, and that waiting is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.paced import PacedLoop, Schedule
from framewire.cli.bench.quota import Quota
from framewire.cli.bench.record import Record
from tests.cli.bench.fakes import MS, Clock, Ends, Wire, workload

BEGIN = 5_000 * MS


# -- the schedule -----------------------------------------------------------------------------------------------------


@given(st.floats(0.1, 10**7), st.lists(st.integers(0, 10**9), max_size=20))
def test_as_many_are_due_as_have_had_their_time(rate: float, gaps: list[int]) -> None:
    schedule, now = Schedule(rate, 77), 77
    for gap in gaps:
        now += gap
        due = schedule.due(now)
        schedule.sent += due
        assert schedule.due(now) == 0
        assert schedule.time_of(schedule.sent - 1) <= now <= schedule.next()


def test_the_first_is_due_at_once_and_none_before() -> None:
    schedule = Schedule(1000, BEGIN)
    assert [schedule.due(BEGIN + after) for after in (-1, 0, MS - 1, MS)] == [0, 1, 1, 2]
    assert [schedule.time_of(number) for number in (0, 1, 2500)] == [BEGIN, BEGIN + MS, BEGIN + 2500 * MS]


def test_it_does_not_drift() -> None:
    schedule = Schedule(3, 0)
    schedule.sent = 3_000_000
    assert abs(schedule.next() - 1_000_000 * 10**9) <= 1


# -- the loop ---------------------------------------------------------------------------------------------------------


class Harness:
    """A loop over some links, all by hand."""

    def __init__(self, links: int, depth: int, rate: float, quota: Quota, *names: str) -> None:
        self.clock, self.ends = Clock(BEGIN), Ends()
        work = workload(*(names or ("ping_mbulk",)))
        self.record = Record(work.titles)
        self.record.start(self.clock())
        self.links = [Wire() for _ in range(links)]
        self.loop = PacedLoop(work, depth, rate, quota, self.record, self.clock, self.ends)
        for link in self.links:
            link.attach(self.loop, self.record)
        self.loop.begin(self.links)

    def answer(self, link: Wire, count: int) -> None:
        link.receive(b"+PONG\r\n" * count)

    def outstanding(self) -> list[int]:
        return [link.outstanding for link in self.links]


def test_each_is_sent_when_it_is_due_by_the_links_in_turn() -> None:
    harness = Harness(3, 1, 1000, Quota(None))
    assert harness.loop.turn() == BEGIN + 1 * MS
    assert harness.outstanding() == [1, 0, 0]
    assert harness.loop.turn() == BEGIN + 1 * MS  # nothing more is due
    harness.clock.advance(1)
    assert harness.loop.turn() == BEGIN + 2 * MS
    assert harness.outstanding() == [1, 1, 0]


def test_what_is_due_at_once_is_spread() -> None:
    harness = Harness(4, 3, 1000, Quota(None))
    harness.clock.advance(9)  # ten are due
    assert harness.loop.turn() == BEGIN + 10 * MS
    assert sorted(harness.outstanding()) == [2, 2, 3, 3]


def test_a_stalled_server_is_charged_for_all_who_wait() -> None:
    """Coordinated omission: one link, a request due each millisecond, and the server stalls for ten."""
    harness = Harness(1, 1, 1000, Quota(11))
    harness.loop.turn()
    harness.clock.advance(10)
    assert harness.loop.turn() is None  # the link is busy
    for _ in range(11):
        harness.answer(harness.links[0], 1)  # then it answers all at once
    harness.record.finish(harness.clock())
    latency, service = harness.record.latency, harness.record.service
    assert latency.total == sum(range(11)) * MS  # 10, 9, ..., 0: as long as each has waited since it was due
    assert (latency.maximum, service.total, service.maximum) == (10 * MS, 10 * MS, 10 * MS)
    assert harness.ends.calls == [None]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 60), st.data())
def test_all_is_asked_once_in_order_and_never_before_it_is_due(
    links: int, depth: int, requests: int, data: st.DataObject
) -> None:
    harness = Harness(links, depth, 500, Quota(requests))
    while not harness.ends.calls:
        harness.clock.advance(data.draw(st.integers(0, 20)) / 2)
        harness.loop.turn()
        sent = requests - (harness.loop._quota.requests or 0)
        assert sent <= 1 + (harness.clock() - BEGIN) // (2 * MS)
        assert max(harness.outstanding()) <= depth
        if waiting := [link for link in harness.links if link.outstanding]:
            link = data.draw(st.sampled_from(waiting))
            harness.answer(link, data.draw(st.integers(1, link.outstanding)))
        else:
            harness.clock.advance(1)
    assert harness.record.replies == harness.record.service.count == requests
    assert sum(b"".join(link.written).count(b"PING") for link in harness.links) == requests
    assert harness.ends.calls == [None]


@pytest.mark.parametrize(("requests", "unsent"), [(None, 9), (4, 3), (1, 0)])
def test_what_was_due_before_the_end_and_not_sent_is_told(requests: int | None, unsent: int) -> None:
    harness = Harness(1, 1, 1000, Quota(requests, until=BEGIN + 9 * MS + 1))
    harness.loop.turn()  # one goes out, of ten that are due by the end
    harness.clock.advance(50)
    harness.loop.turn()
    harness.answer(harness.links[0], 1)
    assert harness.ends.calls == [None]
    assert harness.loop.unsent(harness.clock()) == unsent


def test_each_request_of_a_mix_is_told_apart() -> None:
    harness = Harness(2, 4, 1000, Quota(50), "get", "ping_mbulk")
    while not harness.ends.calls:
        harness.clock.advance(3)
        harness.loop.turn()
        for link in harness.links:
            if link.outstanding:
                harness.answer(link, link.outstanding)
    sent = b"".join(piece for link in harness.links for piece in link.written)
    assert [kind.count for kind in harness.record.kinds] == [sent.count(b"PING"), sent.count(b"GET")]
