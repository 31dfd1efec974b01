"""Results for programs: redis-benchmark's CSV, and JSON with all that is known.

What belongs here: those two forms. The first eight columns of the CSV are redis-benchmark 7.0's, by its names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from framewire._version import __version__
from framewire.cli.bench.figures import FIGURES, Result, median, merged
from framewire.cli.bench.histogram import Histogram
from framewire.cli.bench.record import Record

__all__ = ["csv_header", "csv_rows", "document"]

COLUMNS = (*FIGURES[:6], FIGURES[7], FIGURES[6], FIGURES[8])
PERCENTILES = (0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100)


def csv_header() -> str:
    """The names of the columns."""
    return _row(["test", *(figure.key for figure in COLUMNS), "errors", "server"])


def csv_rows(result: Result) -> Iterator[str]:
    """A row for each server: medians of its rounds, and the errors of all of them."""
    for name, records in result.runs.items():
        values = [median(figure, records) for figure in COLUMNS]
        numbers = [
            "" if value is None else f"{value:.{2 if figure.key == 'rps' else 3}f}"
            for figure, value in zip(COLUMNS, values, strict=True)
        ]
        yield _row([result.title, *numbers, str(sum(record.errors for record in records)), name])


def _row(fields: list[str]) -> str:
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields)


def document(results: list[Result]) -> dict[str, Any]:
    """All results as one JSON document. Times are milliseconds, unless their names say otherwise."""
    return {"framewire": __version__, "tests": [_test(result) for result in results]}


def _test(result: Result) -> dict[str, Any]:
    return {
        "test": result.title,
        "payload_bytes": result.size,
        "plan": asdict(result.plan),
        "latency_from": "sending" if result.plan.rate is None else "due",
        "servers": {name: _server(records) for name, records in result.runs.items()},
    }


def _server(records: list[Record]) -> dict[str, Any]:
    service = merged(records, lambda record: record.service)
    return {
        "medians": {figure.key: median(figure, records) for figure in FIGURES},
        "percentiles": _percentiles(merged(records, lambda record: record.latency)),
        "percentiles_from_sending": _percentiles(service) if service.count else None,
        "rounds": [_round(record) for record in records],
    }


def _percentiles(latency: Histogram) -> dict[str, float]:
    return {f"{percent:g}": latency.percentile(percent) / 1e6 for percent in PERCENTILES}


def _round(record: Record) -> dict[str, Any]:
    return {
        "figures": {figure.key: figure.of(record) for figure in FIGURES},
        "requests": record.replies,
        "seconds": record.seconds,
        "own_cpu_seconds": record.own_cpu,
        "by_request": {
            title: {"requests": kind.count, **_percentiles(kind)}
            for title, kind in zip(record.titles, record.kinds, strict=True) if len(record.titles) > 1
        },
        "errors": dict(record.error_kinds),
        "first_error": record.first_error,
        "failure": record.failure,
        "unanswered": record.unanswered,
        "unsent": record.unsent,
        "slice_seconds": record.slice_ns / 1e9,
        "slices": [
            {"requests": each.latency.count, "p50": each.latency.percentile(50) / 1e6,
             "p99": each.latency.percentile(99) / 1e6, "max": each.latency.maximum / 1e6}
            for each in record.slices
        ],
    }  # fmt: skip
