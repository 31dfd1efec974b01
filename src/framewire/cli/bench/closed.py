"""The closed loop: each connection asks, waits for all its replies, and asks again, as fast as the server answers.

What belongs here: that. Latency is from the writing of a batch to the read that brought the reply. A server that stalls
stalls its askers too, so that those who would have come meanwhile are not counted: `paced.py` is for that.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire.cli.bench.link import Link
from framewire.cli.bench.quota import Quota
from framewire.cli.bench.record import Record
from framewire.cli.bench.workload import Workload

__all__ = ["ClosedLoop"]


class ClosedLoop:
    """Batches of `depth` requests on each link. `over` is called once nothing is left to ask and all is answered."""

    def __init__(
        self, workload: Workload, depth: int, quota: Quota, record: Record, clock: Callable[[], int],
        over: Callable[[Exception | None], None],
    ) -> None:  # fmt: skip
        self._workload = workload
        self._depth = depth
        self._quota = quota
        self._record = record
        self._clock = clock
        self._over = over
        self._asking = 0  # links that wait for replies

    def begin(self, links: list[Link]) -> None:
        """Ask on all links."""
        self._asking = len(links)
        for link in links:
            self._ask(link)

    def answered(self, link: Link, count: int) -> None:
        now = self._clock()
        self._record.replied(now, now - link.started, count, link.settle(count))
        if not link.outstanding:
            self._ask(link)

    def lost(self, link: Link, error: Exception) -> None:
        self._over(error)

    def _ask(self, link: Link) -> None:
        now = self._clock()
        count = self._quota.take(self._depth, now)
        if not count:
            self._asking -= 1
            if not self._asking:
                self._over(None)
            return
        batch, kinds = self._workload.batch(count)
        link.started = self._clock()
        link.send(batch, count, kinds)
