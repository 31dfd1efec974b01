"""What the tests of `framewire bench` share: a clock that is moved by hand, links without a socket, records with times.

What belongs here: stand-ins for time and for the wire. Chance is a `Random` with a seed.
"""

from __future__ import annotations

from random import Random

from framewire.cli.bench.figures import Result
from framewire.cli.bench.link import Link
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.record import Record
from framewire.cli.bench.suite import select
from framewire.cli.bench.workload import Workload

MS = 1_000_000


class Clock:
    """Nanoseconds that pass when the test says so."""

    def __init__(self, now: int = 5_000 * MS) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: float) -> None:
        self.now += round(milliseconds * MS)


class Wire(Link):
    """A link that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.write = self.written.append

    def receive(self, data: bytes) -> None:
        """What asyncio does when `data` has come."""
        room = self.get_buffer(len(data))
        room[: len(data)] = data
        self.buffer_updated(len(data))


class Ends:
    """Remembers how a run ended."""

    def __init__(self) -> None:
        self.calls: list[BaseException | None] = []

    def __call__(self, error: BaseException | None) -> None:
        self.calls.append(error)


def workload(*names: str, weights: tuple[float, ...] = ()) -> Workload:
    """What sends the tests of these names."""
    return Workload([test for test in select(names) if test.name in names], b"xxx", None, Random(1), weights)


def record_of(*latencies: float, seconds: float = 1.0, titles: tuple[str, ...] = ("GET",), begin: int = 0) -> Record:
    """A run with replies after so many milliseconds, which came one after the other, evenly."""
    record = Record(titles)
    record.start(begin)
    end = begin + round(seconds * 1e9)
    for number, latency in enumerate(latencies):
        record.replied(begin + (end - begin) * (number + 1) // (len(latencies) + 1), round(latency * MS), 1)
    record.finish(end)
    return record


def result_of(*runs: tuple[str, list[Record]], title: str = "GET", plan: Plan = Plan()) -> Result:  # noqa: B008
    """What came of one test on these servers."""
    return Result(title, plan, 3, dict(runs))
