"""Which keys are asked for: numbers from 0 to the size of the keyspace, drawn in four ways.

What belongs here: the distributions, by memtier_benchmark's names for them. Each is a function from "how many" to that
many numbers; chance comes from the `Random` that it was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, expm1, log, log1p
from random import Random
from typing import TypeAlias

__all__ = ["DISTRIBUTIONS", "Draw", "Keys"]

Draw: TypeAlias = Callable[[int], list[int]]


@dataclass(frozen=True, slots=True)
class Keys:
    """How keys are drawn from `size` of them."""

    size: int
    distribution: str = "uniform"
    exponent: float = 1.0  # of zipf
    median: float | None = None  # of gaussian; the middle, where it is not said
    stddev: float | None = None  # of gaussian; a sixth of the size

    def draw(self, random: Random) -> Draw:
        """The function that draws. Raises `ValueError` for what no distribution can be."""
        if self.size < 1:
            raise ValueError(f"a keyspace has at least 1 key, not {self.size}")
        return DISTRIBUTIONS[self.distribution](self, random)


def uniform(keys: Keys, random: Random) -> Draw:
    """Each key as likely as any other."""
    size, fraction = keys.size, random.random
    return lambda count: [int(fraction() * size) for _ in range(count)]


def sequential(keys: Keys, random: Random) -> Draw:
    """0, 1, 2, ... and again from 0: all connections together go through the keyspace once before a key comes again."""
    size, following = keys.size, 0

    def draw(count: int) -> list[int]:
        nonlocal following
        first, following = following, (following + count) % size
        return [number % size for number in range(first, first + count)]

    return draw


def gaussian(keys: Keys, random: Random) -> Draw:
    """The nearer to the median, the likelier; what falls outside the keyspace is drawn again."""
    size = keys.size
    median = (size - 1) / 2 if keys.median is None else keys.median
    stddev = size / 6 if keys.stddev is None else keys.stddev
    if stddev <= 0:
        raise ValueError(f"a standard deviation is more than 0, not {stddev:g}")
    if not 0 <= median < size:
        raise ValueError(f"the median of {size} keys is from 0 to {size - 1}, not {median:g}")

    def one() -> int:
        while True:
            number = round(random.gauss(median, stddev))
            if 0 <= number < size:
                return number

    return lambda count: [one() for _ in range(count)]


def zipf(keys: Keys, random: Random) -> Draw:
    """Key 0 the likeliest; key k as likely as 1 / (k + 1) ** exponent. Exact, in O(1) time and memory for each.

    Rejection-inversion (W. Hormann, G. Derflinger, 1996): a number is drawn from the curve x ** -exponent, which has an
    integral that can be inverted, rounded, and taken or drawn again so that the steps come out right.
    """
    size, exponent = keys.size, keys.exponent
    if exponent <= 0:
        raise ValueError(f"the exponent of a zipf distribution is more than 0, not {exponent:g}")
    lowest = _integral(1.5, exponent) - 1
    highest = _integral(size + 0.5, exponent)
    near = 2 - _inverse(_integral(2.5, exponent) - 2**-exponent, exponent)

    def one() -> int:
        while True:
            area = highest + random.random() * (lowest - highest)
            x = _inverse(area, exponent)
            rank = min(max(round(x), 1), size)
            if rank - x <= near or area >= _integral(rank + 0.5, exponent) - rank**-exponent:
                return rank - 1

    return lambda count: [one() for _ in range(count)]


def _integral(x: float, exponent: float) -> float:
    """The integral of t ** -exponent from 1 to x; the logarithm where the exponent is 1."""
    power = (1 - exponent) * log(x)
    return log(x) * (expm1(power) / power if abs(power) > 1e-8 else 1 + power / 2)


def _inverse(area: float, exponent: float) -> float:
    """The x up to which the integral is `area`."""
    scaled = max((1 - exponent) * area, -1.0 + 1e-15)
    return exp(area * (log1p(scaled) / scaled if abs(scaled) > 1e-8 else 1 - scaled / 2))


DISTRIBUTIONS: dict[str, Callable[[Keys, Random], Draw]] = {
    "uniform": uniform,
    "zipf": zipf,
    "gaussian": gaussian,
    "sequential": sequential,
}
