"""The closed loop by hand: who is answered asks again, exactly as often as there is something to ask."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.closed import ClosedLoop
from framewire.cli.bench.quota import Quota
from framewire.cli.bench.record import Record
from tests.cli.bench.fakes import MS, Clock, Ends, Wire, workload


class Harness:
    """A loop over some links, all by hand."""

    def __init__(self, links: int, depth: int, quota: Quota, *names: str) -> None:
        self.clock, self.ends = Clock(), Ends()
        work = workload(*(names or ("ping_mbulk",)))
        self.record = Record(work.titles)
        self.record.start(self.clock())
        self.links = [Wire() for _ in range(links)]
        self.loop = ClosedLoop(work, depth, quota, self.record, self.clock, self.ends)
        for link in self.links:
            link.attach(self.loop, self.record)
        self.loop.begin(self.links)

    def answer(self, link: Wire, count: int) -> None:
        link.receive(b"+PONG\r\n" * count)


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 60), st.data())
def test_all_is_asked_and_answered_once_however_replies_come(
    links: int, depth: int, requests: int, data: st.DataObject
) -> None:
    harness = Harness(links, depth, Quota(requests))
    while waiting := [link for link in harness.links if link.outstanding]:
        assert harness.ends.calls == []
        assert all(link.outstanding <= depth for link in waiting)
        link = data.draw(st.sampled_from(waiting))
        harness.answer(link, data.draw(st.integers(1, link.outstanding)))
    sent = b"".join(piece for link in harness.links for piece in link.written)
    assert sent.count(b"PING") == harness.record.replies == requests
    assert harness.ends.calls == [None]


def test_latency_is_from_the_writing_of_the_batch() -> None:
    harness = Harness(1, 3, Quota(6))
    harness.clock.advance(2)
    harness.answer(harness.links[0], 1)
    harness.clock.advance(3)
    harness.answer(harness.links[0], 2)  # the next three are asked now
    harness.clock.advance(1)
    harness.answer(harness.links[0], 3)
    harness.record.finish(harness.clock())
    assert next(iter(harness.record.latency.cumulative()))[1] == 3  # after 1 ms
    assert harness.record.latency.total == (3 * 1 + 1 * 2 + 2 * 5) * MS


def test_a_link_asks_again_only_when_all_is_answered() -> None:
    harness = Harness(1, 2, Quota(10))
    harness.answer(harness.links[0], 1)
    assert len(harness.links[0].written) == 1
    harness.answer(harness.links[0], 1)
    assert len(harness.links[0].written) == 2


def test_after_the_time_is_up_what_is_under_way_is_still_awaited() -> None:
    harness = Harness(2, 1, Quota(None, until=5_000 * MS + 10 * MS))
    harness.clock.advance(11)
    harness.answer(harness.links[0], 1)
    assert harness.ends.calls == []
    harness.answer(harness.links[1], 1)
    assert harness.ends.calls == [None]
    assert harness.record.replies == 2


def test_with_less_to_ask_than_links_the_others_ask_nothing() -> None:
    harness = Harness(5, 4, Quota(6))
    assert [link.outstanding for link in harness.links] == [4, 2, 0, 0, 0]


def test_each_request_of_a_mix_is_told_apart() -> None:
    harness = Harness(1, 8, Quota(64), "get", "ping_mbulk")
    while harness.links[0].outstanding:
        harness.answer(harness.links[0], harness.links[0].outstanding)
    sent = b"".join(harness.links[0].written)
    assert [kind.count for kind in harness.record.kinds] == [sent.count(b"PING"), sent.count(b"GET")]


def test_a_lost_link_ends_the_run() -> None:
    harness = Harness(2, 1, Quota(9))
    error = ConnectionResetError("gone")
    harness.loop.lost(harness.links[0], error)
    assert harness.ends.calls == [error]
