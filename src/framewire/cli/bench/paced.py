"""The open loop: requests are due by the clock, whether or not the server keeps up.

What belongs here: when which request is due, and which link takes it. Latency is from when a request was *due* to its
reply, so that one that had to wait for a stalled server counts with its waiting (what is left out where it does not is
called coordinated omission). The time from the writing is kept beside it.

A link has at most `depth` requests under way. Those that are due and find no link free wait, in order, here.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire.cli.bench.link import Link
from framewire.cli.bench.quota import Quota
from framewire.cli.bench.record import Record
from framewire.cli.bench.workload import Workload

__all__ = ["PacedLoop", "Schedule"]


class Schedule:
    """Request i is due at `start + i / rate` seconds. Times are in nanoseconds."""

    def __init__(self, rate: float, start: int) -> None:
        self._gap = 1e9 / rate
        self._start = start
        self.sent = 0

    def due(self, now: int) -> int:
        """How many requests are due by now and not sent yet."""
        return max(0, int((now - self._start) / self._gap) + 1 - self.sent) if now >= self._start else 0

    def next(self) -> int:
        """When the first that is not sent yet is due, or was."""
        return self.time_of(self.sent)

    def time_of(self, number: int) -> int:
        """When that request is due, or was."""
        return self._start + int(number * self._gap)


class PacedLoop:
    """`rate` requests a second over all links. `over` is called once nothing is left to ask and all is answered."""

    def __init__(
        self, workload: Workload, depth: int, rate: float, quota: Quota, record: Record, clock: Callable[[], int],
        over: Callable[[Exception | None], None],
    ) -> None:  # fmt: skip
        self._workload = workload
        self._depth = depth
        self._rate = rate
        self._quota = quota
        self._record = record
        self._clock = clock
        self._over = over
        self._links: list[Link] = []
        self._turns = 0  # links that were looked at, so that they take turns
        self._outstanding = 0
        self._finished = False

    def begin(self, links: list[Link]) -> None:
        """The first request is due now."""
        self._links = links
        self._schedule = Schedule(self._rate, self._clock())

    def turn(self) -> int | None:
        """Send what is due. Returns when more will be, in ns of the clock.

        `None` where links have no room for it: they take it themselves when replies come.
        """
        now = self._clock()
        due = self._schedule.due(now)
        if due and self._outstanding < self._depth * len(self._links):
            due = self._share(due, now)
        self._finish(now)
        return None if due else self._schedule.next()

    def _share(self, due: int, now: int) -> int:
        """Give what is due to the links, in turn, as evenly as they have room. Returns what is left."""
        for left in range(len(self._links), 0, -1):
            if not due:
                break
            link = self._links[self._turns % len(self._links)]
            self._turns += 1
            due -= self._send(link, -(-due // left), now)
        return due

    def answered(self, link: Link, count: int) -> None:
        now = self._clock()
        kinds = link.settle(count)
        for number in range(count):
            due, sent = link.due.popleft()
            self._record.replied(now, now - due, 1, None if kinds is None else kinds[number : number + 1])
            self._record.service.record(now - sent)
        self._outstanding -= count
        if waiting := self._schedule.due(now):
            self._send(link, waiting, now)
        self._finish(now)

    def lost(self, link: Link, error: Exception) -> None:
        self._over(error)

    def unsent(self, now: int) -> int:
        """Requests that were due before the end and are not sent: the server, or this program, does not keep up."""
        until, requests = self._quota.until, self._quota.requests
        due = self._schedule.due(now if until is None else min(now, until))
        return due if requests is None else min(due, requests)

    def _send(self, link: Link, most: int, now: int) -> int:
        count = self._quota.take(min(most, self._depth - link.outstanding), now)
        if count <= 0:
            return 0
        batch, kinds = self._workload.batch(count)
        sent = self._clock()
        first = self._schedule.sent
        link.due += [(self._schedule.time_of(number), sent) for number in range(first, first + count)]
        self._schedule.sent += count
        self._outstanding += count
        link.send(batch, count, kinds)
        return count

    def _finish(self, now: int) -> None:
        if not self._outstanding and not self._finished and self._quota.is_over(now):
            self._finished = True
            self._over(None)
