"""The figures of a run, and those of several rounds of one.

What belongs here: which figures there are, in which unit, how they are taken from a record and how rounds are joined.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from framewire.cli.bench.histogram import Histogram
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.record import Record

__all__ = ["FIGURES", "Figure", "Ratio", "Result", "median", "merged", "ratio", "server_cpu"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run; `None` where it could not be had."""

    key: str  # in CSV and JSON
    label: str  # for people
    of: Callable[[Record], float | None]
    more_is_better: bool = False


def _latency(percent: float) -> Callable[[Record], float]:
    return lambda record: record.latency.percentile(percent) / 1e6


def server_cpu(record: Record) -> float | None:
    """Microseconds of the server's CPU for each reply."""
    return None if record.server_cpu is None or not record.replies else record.server_cpu / record.replies * 1e6


FIGURES = (
    Figure("rps", "requests per second", lambda record: record.rate, more_is_better=True),
    Figure("avg_latency_ms", "avg msec", lambda record: record.latency.mean / 1e6),
    Figure("min_latency_ms", "min msec", _latency(0)),
    Figure("p50_latency_ms", "p50 msec", _latency(50)),
    Figure("p95_latency_ms", "p95 msec", _latency(95)),
    Figure("p99_latency_ms", "p99 msec", _latency(99)),
    Figure("p99.9_latency_ms", "p99.9 msec", _latency(99.9)),
    Figure("max_latency_ms", "max msec", _latency(100)),
    Figure("server_cpu_us", "server CPU usec per request", server_cpu),
)


@dataclass(slots=True)
class Result:
    """What came of one test: for each server, by its name, the records of its rounds."""

    title: str
    plan: Plan
    size: int
    runs: dict[str, list[Record]]

    @property
    def records(self) -> list[Record]:
        """All records, of all servers."""
        return [record for records in self.runs.values() for record in records]

    @property
    def failure(self) -> str:
        """Why it ended before its time, where it did."""
        return next((record.failure for record in self.records if record.failure), "")


class Ratio(NamedTuple):
    """How many times the first server's figure the second's is: in the middle of the rounds, at least, at most."""

    median: float
    least: float
    most: float

    @property
    def is_clear(self) -> bool:
        """Whether all rounds agree which is more."""
        return self.least > 1 or self.most < 1


def median(figure: Figure, records: Sequence[Record]) -> float | None:
    """The figure in the middle of the rounds that have it."""
    values = [value for record in records if (value := figure.of(record)) is not None]
    return statistics.median(values) if values else None


def ratio(figure: Figure, first: Sequence[Record], second: Sequence[Record]) -> Ratio | None:
    """Of rounds that followed on one another, so that what disturbed one has disturbed the other."""
    pairs = [(figure.of(one), figure.of(other)) for one, other in zip(first, second, strict=False)]
    ratios = [other / one for one, other in pairs if one and other is not None]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def merged(records: Sequence[Record], which: Callable[[Record], Histogram]) -> Histogram:
    """One histogram of all rounds."""
    joined = Histogram()
    for record in records:
        joined.merge(which(record))
    return joined
