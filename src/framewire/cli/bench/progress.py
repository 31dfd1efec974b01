"""What is shown while a run goes on: a live line on a terminal, a plain one each second elsewhere, or nothing.

What belongs here: that choice, and the line. It goes to standard error, so that results can be piped.
"""

from __future__ import annotations

from typing import Any, Protocol, TextIO

from framewire.cli.bench.plan import Plan
from framewire.cli.bench.record import Record

__all__ = ["Lines", "Progress", "Silent", "progress_on"]


class Progress(Protocol):
    """Who is told how a run goes."""

    def begin(self, title: str, plan: Plan) -> None:
        """A run begins."""

    def update(self, record: Record, seconds: float) -> None:
        """It has gone on for so long."""

    def end(self) -> None:
        """It is over."""


def progress_on(stream: TextIO, *, lines: bool) -> Progress:
    """What suits the stream: on a terminal a line that moves, elsewhere plain ones, if `lines` are wanted."""
    if stream.isatty():
        try:
            return _Live()
        except ModuleNotFoundError:  # rich is not here: plain lines do
            pass
    return Lines(stream) if lines else Silent()


class Silent:
    """Says nothing."""

    def begin(self, title: str, plan: Plan) -> None: ...

    def update(self, record: Record, seconds: float) -> None: ...

    def end(self) -> None: ...


class Lines:
    """A line each second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._title = ""
        self._said = 0

    def begin(self, title: str, plan: Plan) -> None:
        self._title = title
        self._said = 0

    def update(self, record: Record, seconds: float) -> None:
        if int(seconds) > self._said:
            self._said = int(seconds)
            print(f"{self._title}: {self._said} s, {_now(record)}", file=self._stream, flush=True)

    def end(self) -> None: ...


def _now(record: Record) -> str:
    lately = record.lately()
    rate = lately.count / record.slice_ns * 1e9
    errors = f", {record.errors} errors" if record.errors else ""
    times = f"p50 {lately.percentile(50) / 1e6:.3f} p99 {lately.percentile(99) / 1e6:.3f} msec"
    return f"{rate:,.0f} requests per second, {times}{errors}"


class _Live:
    """A bar that moves, on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("[bold]{task.description}"), BarColumn(), TextColumn("{task.fields[now]}"), TimeElapsedColumn()
        )  # fmt: skip
        self._bar: Any = Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._plan = Plan()

    def begin(self, title: str, plan: Plan) -> None:
        from rich.markup import escape

        self._plan = plan
        self._task = self._bar.add_task(escape(title), total=1.0, now="")
        self._bar.start()

    def update(self, record: Record, seconds: float) -> None:
        self._bar.update(self._task, completed=_part(self._plan, record, seconds), now=_now(record), refresh=True)

    def end(self) -> None:
        self._bar.stop()
        self._bar.remove_task(self._task)


def _part(plan: Plan, record: Record, seconds: float) -> float:
    """How much of the run is over, from 0 to 1: by its requests or its time, whichever ends it first."""
    by_requests = record.replies / plan.requests if plan.requests else 0.0
    by_time = seconds / plan.duration if plan.duration else 0.0
    return min(1.0, max(by_requests, by_time))
