"""Samples, percentiles and the chart."""

from __future__ import annotations

from io import BytesIO, StringIO

import pytest
from rich.console import Console

from framewire.cli.client.latency import Chart, Latencies, bars, measure_latency
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.session import Session


def latencies(*samples: float) -> Latencies:
    found = Latencies()
    for sample in samples:
        found.add(sample)
    return found


def test_numbers() -> None:
    assert latencies(0.5, 1.0, 3.0).line() == "min: 0.50, max: 3.00, avg: 1.50 (3 samples)"
    assert Latencies().line() == "min: 0.00, max: 0.00, avg: 0.00 (0 samples)"
    found = latencies(*(float(number) for number in range(1, 101)))
    assert found.percentiles([0.5, 0.99, 0.999, 0, 1]) == [50.0, 99.0, 100.0, 1.0, 100.0]
    assert Latencies().percentiles([0.5]) == [0.0]


def test_bars() -> None:
    assert [row.strip() for row in bars([8.0], 8.0)] == ["█"] * 8
    assert bars([0.0, 4.0, 8.0], 8.0) == ["  █"] * 4 + [" ██"] * 4
    assert bars([0.1, 99.0], 8.0)[-1] == "▁█"


def test_a_chart_has_a_column_for_each_interval() -> None:
    chart = Chart("h:1", 1.0)
    for number in range(5):
        chart.add(1.0 + number, 100.0 + number)
        chart.add(1.0, 100.5 + number)
    console = Console(file=StringIO(), width=80)
    console.print(chart.drawn(76))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "min: 1.00, max: 5.00, avg: 2.00 (10 samples)" in text and "PING h:1" in text
    bottom = next(line for line in text.splitlines() if " 0.62 ms" in line)
    assert bottom.count("█") == 5


@pytest.mark.parametrize("form", [Form.RAW, Form.CSV, Form.JSON])
def test_measured(session: Session, form: Form) -> None:
    stream = BytesIO()
    measure_latency(session, Output(stream, form), 0.05)
    text = stream.getvalue().decode()
    numbers = [float(word) for word in "".join(char if char in "0123456789." else " " for char in text).split()]
    least, most, average, count = numbers
    assert 0 <= least <= average <= most and count >= 1
