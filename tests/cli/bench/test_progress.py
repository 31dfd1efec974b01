"""What is shown meanwhile: a line a second, or one that moves on a terminal."""

from __future__ import annotations

import io

import pytest

from framewire.cli.bench.plan import Plan
from framewire.cli.bench.progress import Lines, _part, progress_on
from framewire.cli.bench.record import Record
from framewire.frames.resp import Error
from tests.cli.bench.fakes import MS


def going() -> Record:
    """A run whose first slice has 2000 replies, and whose second has one."""
    record = Record(["GET"])
    record.start(0)
    record.replied(10 * MS, 2 * MS, 2000)
    record.replied(110 * MS, 9 * MS, 1)
    return record


def test_a_line_for_each_second_from_the_last_slice_that_is_whole() -> None:
    stream, record = io.StringIO(), going()
    lines = progress_on(stream, lines=True)
    assert isinstance(lines, Lines)
    lines.begin("GET", Plan())
    for seconds in (0.25, 0.5, 1.01, 1.25, 2.3):
        lines.update(record, seconds)
    record.refused(Error(b"ERR"))
    lines.update(record, 3)
    lines.end()
    line = "20,000 requests per second, p50 2.000 p99 2.000 msec"
    assert stream.getvalue().splitlines() == [
        f"GET: 1 s, {line}", f"GET: 2 s, {line}", f"GET: 3 s, {line}, 1 errors",
    ]  # fmt: skip


def test_who_wants_no_lines_gets_none() -> None:
    stream = io.StringIO()
    silent = progress_on(stream, lines=False)
    silent.begin("GET", Plan())
    silent.update(going(), 5)
    silent.end()
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar(capfd: pytest.CaptureFixture[str]) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    pytest.importorskip("rich")
    live = progress_on(Terminal(), lines=False)
    assert not isinstance(live, Lines)
    for title in ("GET [bold]", "SET"):  # one after the other, and brackets are no markup
        live.begin(title, Plan(requests=4002))
        live.update(going(), 0.3)
        live.end()
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("plan", "part"), [
    (Plan(requests=4002), 0.5), (Plan(requests=None, duration=8), 0.25), (Plan(requests=4002, duration=8), 0.5),
    (Plan(requests=4002, duration=2.5), 0.8), (Plan(requests=1, duration=1), 1), (Plan(requests=None), 0),
])  # fmt: skip
def test_how_much_is_over_by_whichever_ends_first(plan: Plan, part: float) -> None:
    assert _part(plan, going(), 2) == part
