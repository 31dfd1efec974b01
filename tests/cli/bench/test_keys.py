"""The distributions of keys: within the keyspace, the same for the same seed, and of the shape they are named for."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.keys import DISTRIBUTIONS, Keys
from tests.properties import examples

DRAWN = 40_000


def drawn(keys: Keys, count: int = DRAWN) -> Counter[int]:
    return Counter(keys.draw(Random(7))(count))


@examples(60)
@given(
    st.sampled_from(list(DISTRIBUTIONS)), st.integers(1, 10**12), st.floats(0.01, 5), st.integers(0, 2**32),
    st.lists(st.integers(0, 40), max_size=5),
)  # fmt: skip
def test_all_are_within_the_keyspace_and_as_many_as_asked_for(
    name: str, size: int, exponent: float, seed: int, counts: list[int]
) -> None:
    draw, again = (Keys(size, name, exponent).draw(Random(seed)) for _ in range(2))
    for count in counts:
        numbers = draw(count)
        assert len(numbers) == count
        assert all(0 <= number < size for number in numbers)
        assert again(count) == numbers


def test_uniform_keys_are_equally_likely() -> None:
    counts = drawn(Keys(10))
    assert all(abs(counts[key] - DRAWN / 10) < 400 for key in range(10))  # six standard deviations


@pytest.mark.parametrize("exponent", [0.5, 0.99, 1.0, 1.000000001, 1.5, 3.0])
@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_zipf_keys_are_as_likely_as_the_formula_says(exponent: float, size: int) -> None:
    counts = drawn(Keys(size, "zipf", exponent))
    weights = [(key + 1) ** -exponent for key in range(size)]
    for key, weight in enumerate(weights):
        expected = DRAWN * weight / sum(weights)
        assert abs(counts[key] - expected) <= 6 * expected**0.5 + 1


@pytest.mark.parametrize(("keys", "median", "stddev"), [
    (Keys(6001, "gaussian"), 3000, 1000),
    (Keys(6001, "gaussian", median=2000, stddev=200), 2000, 200),
])  # fmt: skip
def test_gaussian_keys_lie_around_the_median(keys: Keys, median: int, stddev: int) -> None:
    numbers = list(drawn(keys).elements())
    mean = sum(numbers) / len(numbers)
    spread = (sum((number - mean) ** 2 for number in numbers) / len(numbers)) ** 0.5
    assert abs(mean - median) < stddev / 20
    assert abs(spread - stddev) < stddev / 20


@given(st.integers(1, 50), st.lists(st.integers(0, 120), max_size=6))
def test_sequential_keys_follow_on_one_another_however_they_are_drawn(size: int, counts: list[int]) -> None:
    draw = Keys(size, "sequential").draw(Random(0))
    numbers = [number for count in counts for number in draw(count)]
    assert numbers == [number % size for number in range(len(numbers))]


@pytest.mark.parametrize(("keys", "words"), [
    (Keys(0), "at least 1 key, not 0"),
    (Keys(9, "zipf", 0), "more than 0, not 0"),
    (Keys(9, "gaussian", stddev=-1), "more than 0, not -1"),
    (Keys(9, "gaussian", median=9), "from 0 to 8, not 9"),
])  # fmt: skip
def test_what_no_distribution_can_be(keys: Keys, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        keys.draw(Random(0))
