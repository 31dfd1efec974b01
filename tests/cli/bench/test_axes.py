"""Places on paper: always on it, in order, with marks that are round numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.axes import Linear, Logarithmic, Nines, short

VALUES = st.floats(1e-5, 1e9)


@given(st.floats(0, 1e9), st.lists(st.floats(0, 1), min_size=2))
def test_linear_places_are_in_proportion(most: float, parts: list[float]) -> None:
    scale = Linear(most)
    assert most <= scale.end() * (1 + 1e-9)
    places = [scale.place(part * most) for part in sorted(parts)]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    marks = [place for place, _ in scale.marks()]
    assert (marks[0], marks[-1]) == (0, 1)
    assert len(marks) <= 9


@given(VALUES, VALUES, st.floats(0, 1))
def test_logarithmic_places_are_on_paper_and_in_order(one: float, other: float, part: float) -> None:
    least, most = sorted((one, other))
    scale = Logarithmic(least, most)
    between = least + part * (most - least)
    assert 0 <= scale.place(least) <= scale.place(between) <= scale.place(most) <= 1
    places = [place for place, _ in scale.marks()]
    assert all(before < after for before, after in pairwise(places))
    assert 2 <= len(places) <= 16


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_nines_go_there_and_back(count: int, place: float) -> None:
    scale = Nines(count)
    assert scale.place(scale.percent(place)) == pytest.approx(place, abs=1e-6)


def test_marks_are_round() -> None:
    assert [label for _, label in Linear(93_457).marks()] == ["0", "20k", "40k", "60k", "80k", "100k"]
    assert [label for _, label in Logarithmic(0.04, 1.9).marks()] == ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]
    assert [label for _, label in Logarithmic(0.01, 900_000).marks()] == [
        "0.01", "0.1", "1", "10", "100", "1k", "10k", "100k", "1M",
    ]  # fmt: skip
    assert [label for _, label in Nines(10_000).marks()] == ["0%", "50%", "90%", "99%", "99.9%", "99.99%"]
    assert [short(value) for value in (0, 0.25, 999, 1500, 2.5e6, 3e9)] == ["0", "0.25", "999", "1.5k", "2.5M", "3G"]


def test_a_kept_value_of_nothing() -> None:
    assert Linear(0).place(0) == 0
    assert Linear(0).marks() == [(0.0, "0"), (1.0, "1")]
