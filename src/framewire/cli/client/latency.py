"""How long a PING takes: measured again and again, as numbers and as a chart in the terminal.

What belongs here: samples and what is told of them. Times are in milliseconds, as redis-cli tells them, and are what a
client sees: its own time and the network's are in them.
"""

from __future__ import annotations

import math
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from framewire.cli.client.asking import RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.session import Session, place_of
from framewire.frames.resp import Error

__all__ = ["Latencies", "bars", "measure_latency", "write_latency_history"]

PAUSE = 0.01
"""Seconds between a reply and the next PING."""

MOST_KEPT = 10_000
"""Samples that percentiles are taken from: the newest."""

_BLOCKS = " ▁▂▃▄▅▆▇█"
_PARTS = (50, 90, 99, 99.9)
_ROWS = 8
_REFRESHED = 8  # times a second


@dataclass
class Latencies:
    """Samples, in milliseconds."""

    count: int = 0
    total: float = 0.0
    least: float = math.inf
    most: float = 0.0
    newest: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    def add(self, milliseconds: float) -> None:
        self.count += 1
        self.total += milliseconds
        self.least, self.most = min(self.least, milliseconds), max(self.most, milliseconds)
        self.newest.append(milliseconds)

    @property
    def average(self) -> float:
        return self.total / self.count if self.count else 0.0

    def percentiles(self, parts: Sequence[float]) -> list[float]:
        """Of the newest samples, for each of `parts` (0 to 1) the smallest that this part of them does not exceed."""
        ordered = sorted(self.newest) or [0.0]
        return [ordered[max(0, math.ceil(part * len(ordered)) - 1)] for part in parts]

    def line(self) -> str:
        """`min: 0.05, max: 0.31, avg: 0.09 (97 samples)`"""
        least = self.least if self.count else 0.0
        return f"min: {least:.2f}, max: {self.most:.2f}, avg: {self.average:.2f} ({self.count} samples)"


def samples(session: Session, seconds: float | None) -> Iterator[float]:
    """Milliseconds of each PING, for so long or for ever. Raises `RequestFailed`, and what `ask` raises."""
    ends = None if seconds is None else time.monotonic() + seconds
    while ends is None or time.monotonic() < ends:
        began = time.perf_counter()
        reply = session.ask((b"PING",))
        took = time.perf_counter() - began
        if isinstance(reply, Error):
            raise RequestFailed(str(reply))
        yield took * 1000
        time.sleep(PAUSE)


def measure_latency(session: Session, output: Output, interval: float | None) -> None:
    """On a terminal a live chart until Ctrl-C, a bar for each `interval` seconds (0.25); else, after so many seconds
    (1), one line `min max avg samples`, or what the form that was asked for has for these numbers."""
    if output.form is Form.STANDARD and sys.stdout.isatty():
        _show_live(session, interval or 0.25)
        return
    found = Latencies()
    for sample in samples(session, interval or 1.0):
        found.add(sample)
    _write_numbers(found, output)


def _write_numbers(found: Latencies, output: Output) -> None:
    numbers = [round(found.least, 2), round(found.most, 2), round(found.average, 2), found.count]
    if output.form in (Form.RAW, Form.STANDARD):
        output.write(f"{found.least:.2f} {found.most:.2f} {found.average:.2f} {found.count}\n".encode())
    else:
        names = (b"min", b"max", b"avg", b"count")
        output.value(dict(zip(names, numbers, strict=True)) if output.form is not Form.CSV else numbers)


def write_latency_history(session: Session, output: Output, interval: float) -> None:
    """A line for each `interval` seconds, until Ctrl-C."""
    while True:
        found = Latencies()
        for sample in samples(session, interval):
            found.add(sample)
        output.write(f"{found.line()} -- {interval:.2f} seconds range\n".encode())


# -- the chart --------------------------------------------------------------------------------------------------------


@dataclass
class Chart:
    """The worst and the average of each interval, newest last."""

    where: str
    interval: float
    found: Latencies = field(default_factory=Latencies)
    history: deque[Latencies] = field(default_factory=lambda: deque([Latencies()], maxlen=1000))
    began: float = 0.0

    def add(self, sample: float, now: float) -> None:
        """Count a sample that came at `now`."""
        if now - self.began >= self.interval:
            self.began = now
            self.history.append(Latencies())
        self.found.add(sample)
        self.history[-1].add(sample)

    def drawn(self, width: int) -> Panel:
        """The chart and the numbers, `width` columns wide."""
        shown = [each for each in self.history if each.count][-max(1, width - 16) :]
        top = max((each.most for each in shown), default=0.0) or 1.0
        lines = [Text(self.found.line(), style="bold"), Text(self._percentiles()), Text()]
        worst, average = bars([each.most for each in shown], top), bars([each.average for each in shown], top)
        for row, (line, solid) in enumerate(zip(worst, average, strict=True)):
            lines.append(_row(line, solid, f"{top * (_ROWS - row) / _ROWS:9.2f} ms "))
        lines.append(Text(f"{'':13}each column {self.interval:g} s: average, and worst in the other color", "dim"))
        return Panel(Group(*lines), title=f"PING {self.where}", subtitle="Ctrl-C ends it")

    def _percentiles(self) -> str:
        values = self.found.percentiles([part / 100 for part in _PARTS])
        return ", ".join(f"p{part:g}: {value:.2f}" for part, value in zip(_PARTS, values, strict=True))


def bars(values: Sequence[float], top: float) -> list[str]:
    """`values` as columns of block characters in `_ROWS` lines, the topmost first; `top` fills them all."""
    eighths = [round(min(value, top) / top * _ROWS * 8) for value in values]
    return ["".join(_BLOCKS[max(0, min(8, each - row * 8))] for each in eighths) for row in reversed(range(_ROWS))]


def _row(worst: str, average: str, label: str) -> Text:
    """One line: the average before the worst."""
    line = Text(label, "dim")
    for behind, before in zip(worst, average, strict=True):
        line.append(before if before != " " else behind, "green" if before != " " else "yellow")
    return line


def _show_live(session: Session, interval: float) -> None:
    chart = Chart(place_of(session.options), interval)
    console = Console()
    with Live(console=console, auto_refresh=False) as live:
        shown = 0.0
        for sample in samples(session, None):
            now = time.monotonic()
            chart.add(sample, now)
            if now - shown >= 1 / _REFRESHED:
                shown = now
                live.update(chart.drawn(console.width - 4), refresh=True)
