"""Which form goes where: results to one place, warnings to another."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from framewire.cli.bench.outputs import FORMS, Output
from tests.cli.bench.fakes import record_of, result_of


def shown(form: str, servers: int = 1, svg: Path | None = None) -> tuple[str, list[str]]:
    """What is said and what is warned of, of a test in which one reply of two was an error, in two rounds."""
    record = record_of(1, 2)
    record.errors, record.first_error = 1, "ERR no"
    said: list[str] = []
    warned: list[str] = []
    output = Output(form, said.append, warned.append, svg=svg)
    output.show(result_of(*[(f"server {number}", [record] * servers) for number in range(servers)]))
    output.finish()
    return "\n".join(said), warned


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("servers", [1, 2])
def test_each_warning_is_given_once_beside_the_results_or_in_them(form: str, servers: int) -> None:
    text, warned = shown(form, servers)
    note = "1 of 2 replies were errors. The first: ERR no"
    if form == "text":
        assert text.count(note) == servers
        assert not warned
    else:
        assert note not in text
        assert warned == [f"GET on server {number}: {note}" for number in range(servers)]


def test_forms_for_programs_are_whole() -> None:
    assert len(list(csv.DictReader(shown("csv", 2)[0].splitlines()))) == 2
    assert len(json.loads(shown("json", 2)[0])["tests"]) == 1


def test_one_server_has_a_report_and_two_a_table() -> None:
    assert "Latency by percentile distribution" in shown("text")[0]
    assert "rounds of each in turn" in shown("text", 2)[0]
    assert len(shown("quiet", 2)[0].splitlines()) == 2


def test_a_chart_is_written_in_the_end_and_only_of_something(tmp_path: Path) -> None:
    shown("quiet", 2, svg=tmp_path / "some.svg")
    assert (tmp_path / "some.svg").read_text().startswith("<svg ")
    Output("quiet", print, print, svg=tmp_path / "none.svg").finish()
    assert not (tmp_path / "none.svg").exists()
