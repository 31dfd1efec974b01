"""Where results go: standard output in one of four forms, and a picture in a file.

What belongs here: which form, and what is kept for the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from framewire.cli.bench.chart import chart
from framewire.cli.bench.export import csv_header, csv_rows, document
from framewire.cli.bench.figures import Result
from framewire.cli.bench.report import compared, full, notes, quiet

__all__ = ["FORMS", "Output"]

FORMS = ("text", "quiet", "csv", "json")


class Output:
    """Takes each result as it comes. `say` prints a line of the results, `warn` one for the user alone."""

    def __init__(
        self, form: str, say: Callable[[str], None], warn: Callable[[str], None], *,
        precision: int = 3, svg: Path | None = None,
    ) -> None:  # fmt: skip
        self._form = form
        self._say = say
        self._warn = warn
        self._precision = precision
        self._svg = svg
        self._kept: list[Result] = []
        if form == "csv":
            say(csv_header())

    def show(self, result: Result) -> None:
        """One test is over."""
        if self._form == "json" or self._svg is not None:
            self._kept.append(result)
        for text in self._texts(result):
            self._say(text)
        if self._form != "text":  # there they stand in the report
            for note in _warnings(result):
                self._warn(note)

    def finish(self) -> None:
        """Nothing more will come."""
        if self._form == "json":
            self._say(json.dumps(document(self._kept), indent=2))
        if self._svg is not None and self._kept:
            self._svg.write_text(chart(self._kept), encoding="utf-8")

    def _texts(self, result: Result) -> Iterable[str]:
        match self._form:
            case "csv":
                return csv_rows(result)
            case "quiet":
                return [quiet(result, self._precision)]
            case "text" if len(result.runs) > 1:
                return [compared(result, self._precision)]
            case "text":
                return [full(result, self._precision)]
        return []


def _warnings(result: Result) -> Iterable[str]:
    """Each once, however many rounds have it."""
    return dict.fromkeys(
        f"{result.title} on {name}: {note}"
        for name, records in result.runs.items()
        for record in records
        for note in notes(record, result)
    )
