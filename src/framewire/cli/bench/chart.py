"""Results as a picture: one SVG that needs nothing else, to look at in a browser, by day and by night.

What belongs here: three panels for each test (latency by percentile; throughput and slow replies over time), and a line
in each for each server. Names that users chose are escaped; nothing else comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol
from xml.sax.saxutils import escape

from framewire.cli.bench.axes import Linear, Logarithmic, Nines
from framewire.cli.bench.figures import FIGURES, Result, median, merged
from framewire.cli.bench.histogram import Histogram
from framewire.cli.bench.record import Record

__all__ = ["chart"]

WIDTH, HEAD, GAP = 1200, 30, 28
PANEL_WIDTH, PANEL_HEIGHT = 300, 210
LEFT, ABOVE, BELOW = 62, 34, 40  # room for what is written around a panel
POINTS = 150

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #5f5e59; }
.title { font-weight: 600; font-size: 16px; } .name { font-weight: 600; } .title, .name { fill: #1c1c1a; }
.paper { fill: #fcfcfb; } .grid { stroke: #e3e2dd; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .dot { stroke-width: 5; stroke-linecap: round; }
.one { stroke: #2368c4; } .two { stroke: #c8560a; stroke-dasharray: 7 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #b0aea6; } .title, .name { fill: #f2f1ec; } .paper { fill: #1a1a19; } .grid { stroke: #373632; }
  .one { stroke: #6aa9f7; } .two { stroke: #f59a55; }
}
"""

Point = tuple[float, float]


class Scale(Protocol):
    """What a panel asks of an axis."""

    def place(self, value: float) -> float: ...

    def marks(self) -> list[tuple[float, str]]: ...


def chart(results: Sequence[Result]) -> str:
    """The text of an SVG file with all results, one below the other."""
    parts, top = [], 16
    for result in results:
        block, height = _block(result, top)
        parts += block
        top += height
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        "<title>Latency and throughput, measured by framewire bench</title>",
        f"<style>{STYLE}</style>", f'<rect class="paper" width="{WIDTH}" height="{top}"/>', *parts, "</svg>", "",
    ])  # fmt: skip


def _block(result: Result, top: int) -> tuple[list[str], int]:
    """One test: its title, a line of figures for each server, its panels; and how high that is."""
    parts = [_text(GAP, top + 18, result.title, "title")]
    for number, (name, records) in enumerate(result.runs.items()):
        parts += _legend(number, name, records, top + HEAD + 20 * number)
    below = top + HEAD + 20 * len(result.runs) + ABOVE
    for column, panel in enumerate((_by_percentile, _throughput, _slow_replies)):
        parts += panel(result, _Frame(GAP + LEFT + column * (PANEL_WIDTH + LEFT + GAP), below))
    return parts, below - top + PANEL_HEIGHT + BELOW + 14


def _legend(number: int, name: str, records: list[Record], y: int) -> Iterator[str]:
    said = ["medians of the rounds:"] if len(records) > 1 else []
    said += [f"{median(FIGURES[0], records) or 0:,.0f} requests per second"]
    said += [f"{figure.label.split()[0]} {median(figure, records) or 0:.3f} ms" for figure in FIGURES[3:8]]
    yield f'<path class="line {CLASSES[number]}" d="M{GAP} {y + 9}h30"/>'
    yield _text(GAP + 40, y + 13, name, "name")
    yield _text(GAP + 48 + 7.2 * len(name), y + 13, ", ".join(said).replace(":,", ":"))


CLASSES = ("one", "two")


# -- the panels -------------------------------------------------------------------------------------------------------


def _by_percentile(result: Result, frame: _Frame) -> Iterator[str]:
    rounds = "" if len(result.records) == len(result.runs) else ", all rounds together"
    joined = [merged(records, lambda record: record.latency) for records in result.runs.values()]
    x = Nines(max(latency.count for latency in joined))
    lines = [[_curve(latency, x)] for latency in joined]
    y = _milliseconds(lines)
    yield from frame.draw(f"latency by percentile, ms{rounds}", "", x, y, lines)


def _curve(latency: Histogram, x: Nines) -> list[Point]:
    """Percentiles at places that are even on the axis, up to the last that so many values have."""
    steps, last = list(latency.cumulative()), 0
    points = []
    for number in range(POINTS + 1):
        percent = x.percent(number / POINTS)
        wanted = latency.count * percent / 100
        while last < len(steps) - 1 and steps[last][1] < wanted:
            last += 1
        if steps:
            points.append((percent, steps[last][0] / 1e6))
    return points


def _throughput(result: Result, frame: _Frame) -> Iterator[str]:
    lines = [_over_time(records, _rate) for records in result.runs.values()]
    most = max((y for line in lines for piece in line for _, y in piece), default=0)
    yield from frame.draw("requests per second", "seconds", _seconds(lines), Linear(most), lines)


def _slow_replies(result: Result, frame: _Frame) -> Iterator[str]:
    lines = [_over_time(records, _p99) for records in result.runs.values()]
    yield from frame.draw("p99 latency over time, ms", "seconds", _seconds(lines), _milliseconds(lines), lines)


def _rate(latency: Histogram, seconds: float) -> float | None:
    return latency.count / seconds


def _p99(latency: Histogram, seconds: float) -> float | None:
    return latency.percentile(99) / 1e6 if latency.count else None


def _over_time(records: Sequence[Record], value: _OfSlice) -> list[list[Point]]:
    """A piece of line for each round, one behind the other. A slice that is not whole only where there is no other."""
    pieces, begin = [], 0.0
    for record in records:
        length = record.slice_ns / 1e9
        whole = [each for each in record.slices if each.ends <= record.finished]
        places = enumerate(whole or record.slices[:1])
        shown = min(length, record.seconds) or length
        values = [(begin + (number + 0.5) * length, value(each.latency, shown)) for number, each in places]
        pieces.append([(x, y) for x, y in values if y is not None])
        begin += record.seconds
    return pieces


class _OfSlice(Protocol):
    def __call__(self, latency: Histogram, seconds: float) -> float | None: ...


def _seconds(lines: list[list[list[Point]]]) -> Linear:
    return Linear(max((x for line in lines for piece in line for x, _ in piece), default=1.0))


def _milliseconds(lines: list[list[list[Point]]]) -> Logarithmic:
    values = [y for line in lines for piece in line for _, y in piece if y > 0] or [1.0]
    return Logarithmic(min(values), max(values))


# -- drawing ----------------------------------------------------------------------------------------------------------


class _Frame:
    """A panel, its lower edge `PANEL_HEIGHT` below `top`."""

    def __init__(self, left: float, top: float) -> None:
        self._left = left
        self._top = top

    def draw(self, title: str, below: str, x: Scale, y: Scale, lines: list[list[list[Point]]]) -> Iterator[str]:
        """Marks and what is written at them, then a line for each server, of one or several pieces."""
        yield _text(self._left, self._top - 12, title, "name")
        if below:
            yield _text(self._left + PANEL_WIDTH, self._top + PANEL_HEIGHT + 34, below, anchor="end")
        for place, label in y.marks():
            yield from self._across(place, label)
        for place, label in _apart(x.marks()):
            yield from self._upright(place, label)
        for number, pieces in enumerate(lines):
            for piece in pieces:
                yield self._line([(x.place(a), y.place(b)) for a, b in piece], CLASSES[number])

    def _across(self, place: float, label: str) -> Iterator[str]:
        y = self._y(place)
        yield f'<path class="grid" d="M{self._left} {y:.1f}h{PANEL_WIDTH}"/>'
        yield _text(self._left - 8, y + 4, label, anchor="end")

    def _upright(self, place: float, label: str) -> Iterator[str]:
        x = self._left + place * PANEL_WIDTH
        yield f'<path class="grid" d="M{x:.1f} {self._top + PANEL_HEIGHT}v5"/>'
        yield _text(x, self._top + PANEL_HEIGHT + 19, label, anchor="middle")

    def _line(self, points: list[Point], name: str) -> str:
        places = [f"{self._left + x * PANEL_WIDTH:.1f} {self._y(y):.1f}" for x, y in points]
        if len(places) == 1:  # a line of no length, which its round ends make a dot
            return f'<path class="line dot {name}" d="M{places[0]}h0"/>'
        return f'<path class="line {name}" d="M{" L".join(places)}"/>' if places else ""

    def _y(self, place: float) -> float:
        return self._top + (1 - place) * PANEL_HEIGHT


def _apart(marks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The marks without those that would be written over their neighbour."""
    kept = marks[:1]
    for (_, before), mark in pairwise(marks):
        room = (len(before) + len(mark[1])) * 3.6 + 6
        if (mark[0] - kept[-1][0]) * PANEL_WIDTH >= room:
            kept.append(mark)
    return kept


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[:150])
    attributes = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(clean)}</text>'
