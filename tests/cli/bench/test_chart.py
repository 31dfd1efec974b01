"""The chart: well-formed whatever is in it, every line within its panel, names escaped."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.chart import WIDTH, chart
from framewire.cli.bench.figures import Result
from tests.cli.bench.fakes import record_of, result_of
from tests.properties import examples

SVG = "{http://www.w3.org/2000/svg}"
LATENCIES = st.lists(st.floats(0, 1e6), max_size=20)
ROUNDS = st.lists(st.tuples(LATENCIES, st.floats(0.001, 100)), min_size=1, max_size=3)


def drawn(*results: Result) -> ElementTree.Element:
    return ElementTree.fromstring(chart(results))


def lines(root: ElementTree.Element, name: str) -> list[list[tuple[float, float]]]:
    """The points of each line of that server that has more than one; not what stands in the legend."""
    paths = [path.get("d", "") for path in root.iter(f"{SVG}path") if name in (path.get("class") or "").split()]
    found = [re.findall(r"([\d.]+) ([\d.]+)", path) for path in paths if "L" in path]
    return [[(float(x), float(y)) for x, y in points] for points in found]


@examples(60)
@given(st.text(max_size=200), ROUNDS, ROUNDS)
def test_it_is_well_formed_and_everything_is_on_paper(title: str, one: object, other: object) -> None:
    runs = [
        (name, [record_of(*latencies, seconds=seconds) for latencies, seconds in rounds])  # type: ignore[attr-defined]
        for name, rounds in (("redis://a<&>", one), (title or "b", other))
    ]
    root = drawn(result_of(*runs, title=title))
    height = float(root.get("height", "0"))
    for name in ("one", "two"):
        for points in lines(root, name):
            assert all(0 <= x <= WIDTH and 0 <= y <= height for x, y in points)
    assert any("redis://a<&>" in (text.text or "") for text in root.iter(f"{SVG}text"))


def test_one_server_has_one_line_in_each_panel_and_two_have_two() -> None:
    record = record_of(*[1] * 50, *[9] * 50, seconds=5)
    alone, both = drawn(result_of(("a", [record]))), drawn(result_of(("a", [record]), ("b", [record])))
    assert (len(lines(alone, "one")), len(lines(alone, "two"))) == (3, 0)
    assert (len(lines(both, "one")), len(lines(both, "two"))) == (3, 3)


def test_the_line_of_percentiles_rises_and_the_slower_server_lies_higher() -> None:
    fast, slow = record_of(*range(1, 100)), record_of(*range(10, 1000, 10))
    root = drawn(result_of(("a", [fast]), ("b", [slow])))
    one, two = lines(root, "one")[0], lines(root, "two")[0]
    for points in (one, two):
        assert [x for x, _ in points] == sorted(x for x, _ in points)
        heights = [y for _, y in points]
        assert heights == sorted(heights, reverse=True)  # y grows downwards
    assert all(below[1] > above[1] for below, above in zip(one, two, strict=True))


def test_rounds_follow_on_one_another_in_pieces() -> None:
    root = drawn(result_of(("a", [record_of(*[1] * 100, seconds=2), record_of(*[1] * 100, seconds=2)])))
    _, *pieces = lines(root, "one")
    assert len(pieces) == 4  # two rounds in each of the two panels over time
    first, second = pieces[:2]
    assert first[-1][0] < second[0][0]


def test_a_run_shorter_than_a_slice_is_a_dot() -> None:
    root = drawn(result_of(("a", [record_of(1, 2, seconds=0.01)])))
    assert sum("dot" in (path.get("class") or "").split() for path in root.iter(f"{SVG}path")) == 2


@pytest.mark.parametrize("count", [0, 1, 4])
def test_tests_stand_below_one_another(count: int) -> None:
    root = drawn(*[result_of(("a", [record_of(1)]), title=f"T{number}") for number in range(count)])
    titles = [text for text in root.iter(f"{SVG}text") if text.get("class") == "title"]
    assert [text.text for text in titles] == [f"T{number}" for number in range(count)]
    heights = [float(text.get("y", "0")) for text in titles]
    assert heights == sorted(set(heights))


def test_it_needs_nothing_else_and_knows_day_and_night() -> None:
    text = chart([result_of(("a", [record_of(1)]))])
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\(|<script|@import", text)
