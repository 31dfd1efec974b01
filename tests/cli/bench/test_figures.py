"""Figures of runs and of rounds: medians, and ratios round by round."""

from __future__ import annotations

import pytest

from framewire.cli.bench.figures import FIGURES, Ratio, median, merged, ratio, server_cpu
from framewire.cli.bench.record import Record
from tests.cli.bench.fakes import record_of, result_of

BY_KEY = {figure.key: figure for figure in FIGURES}


def test_the_figures_of_a_run_in_their_units() -> None:
    record = record_of(1, 2, 3, 4, seconds=0.5)
    record.server_cpu = 0.002
    found = {figure.key: figure.of(record) for figure in FIGURES}
    assert found == {
        "rps": 8, "avg_latency_ms": 2.5, "min_latency_ms": 1, "p50_latency_ms": pytest.approx(2, rel=1e-3),
        "p95_latency_ms": 4, "p99_latency_ms": 4, "p99.9_latency_ms": 4, "max_latency_ms": 4, "server_cpu_us": 500,
    }  # fmt: skip


def test_what_a_server_does_not_say_is_not_there() -> None:
    assert server_cpu(record_of(1)) is None
    assert server_cpu(Record(["GET"])) is None
    assert median(BY_KEY["server_cpu_us"], [record_of(1)]) is None


def test_the_median_of_rounds() -> None:
    records = [record_of(*[1] * count) for count in (10, 30, 20)]
    assert median(BY_KEY["rps"], records) == 20
    assert median(BY_KEY["rps"], []) is None


def test_a_ratio_is_of_rounds_that_followed_on_one_another() -> None:
    one = [record_of(*[1] * count) for count in (10, 20, 40)]
    other = [record_of(*[1] * count) for count in (20, 30, 44)]
    assert ratio(BY_KEY["rps"], one, other) == Ratio(1.5, 1.1, 2.0)
    assert ratio(BY_KEY["rps"], one, other[:1]) == Ratio(2, 2, 2)  # a run that broke off has no third round
    assert ratio(BY_KEY["rps"], one, []) is None
    assert ratio(BY_KEY["server_cpu_us"], one, other) is None


@pytest.mark.parametrize(("least", "most", "clear"), [
    (1.1, 2, True), (0.5, 0.9, True), (0.9, 1.1, False), (1, 1, False),
])  # fmt: skip
def test_rounds_that_disagree_show_nothing(least: float, most: float, clear: bool) -> None:
    assert Ratio(1, least, most).is_clear == clear


def test_one_histogram_of_all_rounds() -> None:
    assert merged([record_of(1, 2), record_of(3)], lambda record: record.latency).count == 3


def test_a_result_has_the_failure_of_any_round() -> None:
    good, bad = record_of(1), record_of(1)
    bad.failure = "gone"
    assert result_of(("a", [good]), ("b", [good, bad])).failure == "gone"
    assert result_of(("a", [good])).failure == ""
