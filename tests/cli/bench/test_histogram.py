"""Percentiles against a sorted list: never below the true one, at most 1/1024 above it."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.histogram import Histogram

TIMES = st.one_of(st.integers(0, 5000), st.integers(0, 2**63))
COUNTED = st.lists(st.tuples(TIMES, st.integers(1, 5)), min_size=1, max_size=60)


def filled(counted: list[tuple[int, int]]) -> Histogram:
    histogram = Histogram()
    for value, count in counted:
        histogram.record(value, count)
    return histogram


def naive(counted: list[tuple[int, int]], percent: float) -> int:
    values = sorted(value for value, count in counted for _ in range(count))
    return values[max(1, ceil(len(values) * percent / 100)) - 1]


@given(COUNTED, st.floats(0, 100))
def test_a_percentile_is_that_of_a_sorted_list_to_one_part_in_a_thousand(
    counted: list[tuple[int, int]], percent: float
) -> None:
    true, found = naive(counted, percent), filled(counted).percentile(percent)
    assert true <= found <= true + true // 1024


@given(COUNTED)
def test_count_mean_minimum_and_maximum_are_exact(counted: list[tuple[int, int]]) -> None:
    histogram = filled(counted)
    values = [value for value, count in counted for _ in range(count)]
    assert histogram.count == len(values)
    assert histogram.mean == sum(values) / len(values)
    assert (histogram.percentile(0), histogram.percentile(100)) == (min(values), max(values))


@given(COUNTED, COUNTED)
def test_merged_histograms_are_that_of_all(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    merged = filled(one)
    merged.merge(filled(other))
    both = filled(one + other)
    assert list(merged.cumulative()) == list(both.cumulative())
    assert (merged.mean, merged.minimum, merged.maximum) == (both.mean, both.minimum, both.maximum)


@given(COUNTED)
def test_cumulative_counts_rise_up_to_all(counted: list[tuple[int, int]]) -> None:
    steps = list(filled(counted).cumulative())
    assert steps == sorted(steps)
    assert steps[-1] == (max(value for value, _ in counted), sum(count for _, count in counted))


@pytest.mark.parametrize("value", [0, 1, 2047, 2048, 2049, 4095, 4096, 10**6, 2**40 - 1, 2**40])
def test_what_is_counted_is_found_where_buckets_begin_and_end(value: int) -> None:
    histogram = filled([(value, 1), (2**62, 1)])
    assert value <= histogram.percentile(50) <= value + value // 1024


def test_nothing_counted() -> None:
    empty = Histogram()
    assert (empty.mean, empty.percentile(0), empty.percentile(50), empty.percentile(100)) == (0, 0, 0, 0)
    other = filled([(7, 2)])
    other.merge(empty)
    empty.merge(other)
    assert (empty.minimum, empty.maximum, empty.count) == (other.minimum, other.maximum, other.count) == (7, 7, 2)


def test_only_what_was_hit_takes_memory() -> None:
    histogram = filled([(10**9 + number, 1) for number in range(10_000)])
    assert len(list(histogram.cumulative())) <= 1
