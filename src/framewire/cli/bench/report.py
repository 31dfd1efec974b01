"""Results as text for people: redis-benchmark's report of one server, a table of two.

What belongs here: words and columns. Where a figure needs a warning, it stands beside it: `notes`.
"""

from __future__ import annotations

from collections.abc import Iterator

from framewire.cli.bench.figures import FIGURES, Figure, Result, median, ratio, server_cpu
from framewire.cli.bench.histogram import Histogram
from framewire.cli.bench.record import Record

__all__ = ["compared", "full", "notes", "quiet"]

SUMMARY = FIGURES[1:6] + FIGURES[7:8]
SATURATED = 0.9


def quiet(result: Result, precision: int = 3) -> str:
    """One line for each server."""
    several = len(result.runs) > 1
    return "\n".join(
        f"{result.title}{f' on {name}' if several else ''}: {_number(FIGURES[0], records, 2)} requests per second, "
        f"p50={_number(FIGURES[3], records, precision)} msec"
        for name, records in result.runs.items()
    )


def full(result: Result, precision: int = 3) -> str:
    """All that is known of the one run on the one server."""
    ((record,),) = result.runs.values()
    return "\n".join([
        f"====== {result.title} ======", *_setting(result, record), "",
        "Latency by percentile distribution:", *_distribution(record.latency, precision), "",
        "Summary:", f"  throughput summary: {record.rate:.2f} requests per second", *_summary(record, precision),
        *_kinds(record, precision), *_cpu(record, paced=result.plan.rate is not None),
        *(f"  {note}" for note in notes(record, result)), "",
    ])  # fmt: skip


def _setting(result: Result, record: Record) -> Iterator[str]:
    plan = result.plan
    yield f"  {record.replies} requests completed in {record.seconds:.2f} seconds"
    yield f"  {plan.clients} parallel clients, up to {plan.depth} requests of each under way"
    yield f"  {result.size} bytes payload"
    yield f"  keep alive: {int(plan.keep_alive)}"
    if plan.rate is None:
        yield "  each client asks again when it is answered: latency is from the sending of a request to its reply,"
        yield "  and a server that stalls is asked less meanwhile. With --rate it is not."
    else:
        yield f"  {plan.rate:g} requests are due per second: latency is from when a request was due to its reply"


def _distribution(latency: Histogram, precision: int) -> Iterator[str]:
    """In steps that halve what is left, up to the last."""
    left = 100.0
    value, count = latency.reached(0)
    while count < latency.count:
        yield _step(100 - left, value, count, precision)
        left /= 2
        value, count = latency.reached(100 - left)
    yield _step(100, latency.maximum, latency.count, precision)


def _step(percent: float, value: int, count: int, precision: int) -> str:
    return f"{percent:.3f}% <= {value / 1e6:.{precision}f} milliseconds (cumulative count {count})"


def _summary(record: Record, precision: int) -> Iterator[str]:
    yield "  latency summary (msec):"
    yield "    " + "".join(f"{figure.label.removesuffix(' msec'):>10}" for figure in SUMMARY)
    yield "    " + "".join(f"{figure.of(record) or 0:>10.{precision}f}" for figure in SUMMARY)
    if record.service.count:
        service = record.service
        yield f"  of that, from the sending on: p50 {service.percentile(50) / 1e6:.{precision}f}, " + (
            f"p99 {service.percentile(99) / 1e6:.{precision}f}, max {service.maximum / 1e6:.{precision}f}"
        )


def _kinds(record: Record, precision: int) -> Iterator[str]:
    """Each request of a mix."""
    if len(record.titles) < 2:
        return
    yield "  by request:" + " " * 20 + "".join(f"{word:>10}" for word in ("replies", "p50", "p99", "max"))
    for title, latency in zip(record.titles, record.kinds, strict=True):
        times = (latency.percentile(50), latency.percentile(99), latency.maximum)
        yield f"    {title[:27]:<28}{latency.count:>10}" + "".join(f"{time / 1e6:>10.{precision}f}" for time in times)


def _cpu(record: Record, *, paced: bool) -> Iterator[str]:
    if not record.replies:
        return
    theirs = server_cpu(record)
    server = "the server does not say" if theirs is None else f"server {theirs:.2f} usec"
    own = record.own_cpu / record.replies * 1e6
    awake = " (it stays awake to be on time)" if paced else ""
    yield f"  CPU per request: {server}, this program {own:.2f} usec{awake}"


def notes(record: Record, result: Result) -> Iterator[str]:
    """What a reader of the figures must know, where there is something."""
    if record.failure:
        yield f"The run ended before its time: {record.failure}. The figures are of what came before."
    if record.errors:
        yield f"{record.errors} of {record.replies} replies were errors. The first: {record.first_error}"
        if len(record.error_kinds) > 1:
            yield "Errors by word: " + ", ".join(f"{word} {n}" for word, n in record.error_kinds.most_common())
    if record.unanswered:
        yield f"{record.unanswered} requests were sent and not answered; they are in no percentile."
    if record.unsent:
        yield (
            f"{record.unsent} requests were due and never sent: the rate was not kept up with. "
            "They are in no percentile, and would have been the slowest."
        )
    share = record.own_cpu / record.seconds if record.seconds else 0
    if result.plan.rate is None and share > SATURATED:
        yield (
            f"This program used {share:.0%} of a core: it may be what limits the throughput, and waiting for it "
            "is in the latencies."
        )


# -- two servers ------------------------------------------------------------------------------------------------------


def compared(result: Result, precision: int = 3) -> str:
    """A table: a figure a line, both servers, and how they relate."""
    (first, one), (second, other) = result.runs.items()
    rounds = min(len(one), len(other))
    width = max(len(first), len(second), 14) + 2
    lines = [
        f"====== {result.title} ======",
        f"  {rounds} rounds of each in turn; medians of the rounds, and the second by the first in each round",
        f"  {'':<28}{first:>{width}}{second:>{width}}   ratio",
    ]
    for figure in FIGURES:
        values = "".join(f"{_number(figure, records, precision):>{width}}" for records in (one, other))
        lines.append(f"  {figure.label:<28}{values}   {_relation(figure, result)}")
    lines += [
        f"  {name}: {note}"
        for name, records in result.runs.items()
        for note in dict.fromkeys(note for record in records for note in notes(record, result))
    ]
    return "\n".join([*lines, ""])


def _relation(figure: Figure, result: Result) -> str:
    one, other = result.runs.values()
    found = ratio(figure, one, other)
    if found is None:
        return "-"
    verdict = "" if found.is_clear else "  the rounds disagree"
    return f"{found.median:.2f} ({found.least:.2f} to {found.most:.2f}){verdict}"


def _number(figure: Figure, records: list[Record], precision: int) -> str:
    value = median(figure, records)
    if value is None:
        return "-"
    return f"{value:.2f}" if figure.more_is_better else f"{value:.{precision}f}"
