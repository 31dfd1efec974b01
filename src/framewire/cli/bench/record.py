"""What one run against one server has seen: how long replies took, how many came, what failed.

What belongs here: counting while it runs, in bounded memory. Times are nanoseconds of the clock that the run was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from framewire.cli.bench.histogram import Histogram
from framewire.frames.resp import BulkError, Error

__all__ = ["Record", "Slice"]

SLICE_NS = 100_000_000
MAX_SLICES = 120
"""After 12 seconds two slices become one, after 24 again: a chart needs no more, and a run may last for days."""

MAX_KINDS = 50  # first words of errors that are told apart; servers have some thirty


class Slice:
    """A short while of a run."""

    __slots__ = ("ends", "latency")

    def __init__(self, ends: int) -> None:
        self.ends = ends
        self.latency = Histogram()


class Record:
    """Counts what comes in from `start` to `finish`. `titles` are those of the requests that are told apart."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = list(titles)
        self.latency = Histogram()
        self.service = Histogram()  # under a rate: from when a request was written, not from when it was due
        self.kinds = [Histogram() for _ in titles]  # latency by request, where there are several
        self.slices: list[Slice] = []
        self.slice_ns = SLICE_NS
        self.errors = 0
        self.error_kinds: Counter[str] = Counter()
        self.first_error = ""
        self.failure = ""  # why the run ended before its time
        self.unanswered = 0
        self.unsent = 0  # under a rate: requests that were due and found no connection free
        self.started = self.finished = 0
        self.server_cpu: float | None = None  # seconds, where the server tells
        self.own_cpu = 0.0
        self._current = Slice(0)

    def start(self, now: int) -> None:
        """The first request is about to be sent."""
        self.started = self.finished = now
        self._current = Slice(now + self.slice_ns)
        self.slices = [self._current]

    def finish(self, now: int) -> None:
        """The last reply has come, or none will."""
        self.finished = now
        self.latency.merge(self._current.latency)
        self._current = Slice(0)

    def replied(self, now: int, latency: int, count: int, kinds: Sequence[int] | None = None) -> None:
        """`count` replies came `latency` after they were asked for; `kinds` says which requests those were."""
        if now >= self._current.ends:
            self._turn(now)
        self._current.latency.record(latency, count)
        if kinds is not None:
            for kind in kinds:
                self.kinds[kind].record(latency)

    def refused(self, error: Error | BulkError) -> None:
        """One of the replies was an error."""
        text = error.data.decode(errors="replace")
        self.first_error = self.first_error or text
        self.errors += 1
        word = text.partition(" ")[0]
        self.error_kinds[word if word in self.error_kinds or len(self.error_kinds) < MAX_KINDS else "..."] += 1

    @property
    def replies(self) -> int:
        """How many have come so far."""
        current = self._current.latency.count
        return self.latency.count + current

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.finished - self.started) / 1e9

    @property
    def rate(self) -> float:
        """Replies per second, over the whole run."""
        return self.replies / self.seconds if self.seconds else 0.0

    def lately(self) -> Histogram:
        """The last slice that is whole; the one under way, while it is the first. For who watches a run."""
        return self.slices[-2 if len(self.slices) > 1 else -1].latency

    def _turn(self, now: int) -> None:
        """Begin the slice that `now` is in; those in between, in which nothing came, are empty."""
        self.latency.merge(self._current.latency)
        while now >= self._current.ends:
            if len(self.slices) >= MAX_SLICES:
                self._halve()
            self._current = Slice(self.slices[-1].ends + self.slice_ns)
            self.slices.append(self._current)

    def _halve(self) -> None:
        """Join the slices by twos, from now on twice as long."""
        self.slice_ns *= 2
        joined = self.slices[1::2]
        for first, second in zip(self.slices[::2], joined, strict=True):
            second.latency.merge(first.latency)
        self.slices = joined
