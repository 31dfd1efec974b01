"""How this folder measures: two things side by side, in interleaved rounds, by their medians.

Absolute times mean little on a shared machine; a ratio from one run means something.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["Row", "compare", "show"]


@dataclass(frozen=True)
class Row:
    """One line of the table: nanoseconds (or another unit where less is better) of ours and of the peer."""

    work: str
    peer: str
    ours: float
    theirs: float
    note: str = ""
    unit: str = "ns"

    @property
    def faster(self) -> float:
        """How many times faster ours is."""
        return self.theirs / self.ours


def compare(
    work: str,
    peer: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    per: int = 1,
    rounds: int = 9,
    seconds: float = 0.02,
) -> Row:
    """Time `ours()` and `theirs()` in turn, `rounds` times; each call does `per` units of the work."""
    mine_loops, peer_loops = _loops(ours, seconds), _loops(theirs, seconds)
    samples = [(_time(ours, mine_loops), _time(theirs, peer_loops)) for _ in range(rounds)]
    return Row(
        work,
        peer,
        statistics.median(mine for mine, _ in samples) / per,
        statistics.median(other for _, other in samples) / per,
    )


def show(rows: Iterable[Row]) -> None:
    """Print the rows as a Markdown table."""
    print("| work | against | ours | theirs | times faster | |\n| --- | --- | ---: | ---: | ---: | --- |")
    for row in rows:
        amounts = f"{_amount(row.ours, row.unit)} | {_amount(row.theirs, row.unit)}"
        print(f"| {row.work} | {row.peer} | {amounts} | {row.faster:.2f} | {row.note} |")


def _loops(call: Callable[[], object], seconds: float) -> int:
    """How many calls take about `seconds`."""
    call()
    loops = 1
    while _time(call, loops) * loops < seconds * 1e9 / 2:
        loops *= 2
    return loops


def _time(call: Callable[[], object], loops: int) -> float:
    """Nanoseconds per call."""
    started = time.perf_counter_ns()
    for _ in range(loops):
        call()
    return (time.perf_counter_ns() - started) / loops


def _amount(amount: float, unit: str) -> str:
    if unit != "ns":
        return f"{amount:,.0f} {unit}"
    for limit, divisor, larger in ((1e4, 1, "ns"), (1e7, 1e3, "us")):
        if amount < limit:
            return f"{amount / divisor:,.{0 if amount / divisor >= 100 else 1}f} {larger}"
    return f"{amount / 1e6:,.1f} ms"
