"""Values to places on paper, and the marks beside them.

What belongs here: scales, linear and logarithmic, and how a number is written in a small space.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

__all__ = ["Linear", "Logarithmic", "Nines", "short"]


@dataclass(frozen=True, slots=True)
class Linear:
    """From 0 to `most`, in round steps."""

    most: float

    def place(self, value: float) -> float:
        """Where `value` is, from 0 to 1."""
        return min(1.0, value / self.end())

    def end(self) -> float:
        """The last mark."""
        step = self._step()
        return max(1, ceil(self.most / step - 1e-9)) * step

    def marks(self) -> list[tuple[float, str]]:
        """Places and what is written there."""
        step, end = self._step(), self.end()
        return [(number * step / end, short(number * step)) for number in range(round(end / step) + 1)]

    def _step(self) -> float:
        """The largest of 1, 2, 5, 10, ... of which three or more fit in."""
        if self.most < 1e-9:
            return 1.0
        power = 10.0 ** floor(log10(self.most / 3))
        return max(factor * power for factor in (1, 2, 5) if factor * power * 3 <= self.most * (1 + 1e-9))


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """From `least` to `most`, both above 0, widened to steps of 1, 2, 5."""

    least: float
    most: float

    def place(self, value: float) -> float:
        """Where `value` is, from 0 to 1."""
        first, last = log10(self._steps()[0]), log10(self._steps()[-1])
        return min(1.0, max(0.0, (log10(max(value, 1e-9)) - first) / (last - first)))

    def marks(self) -> list[tuple[float, str]]:
        """Places and what is written there: at most some ten, tens alone where there are more."""
        steps = self._steps()
        tens = [step for step in steps if _is_power_of_ten(step)]
        return [(self.place(step), short(step)) for step in (steps if len(steps) <= 10 else tens)]

    def _steps(self) -> list[float]:
        first, last = floor(log10(max(self.least, 1e-6))), ceil(log10(max(self.most, self.least, 1e-6)))
        steps = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
        low = max((step for step in steps if step <= self.least), default=steps[0])
        high = min((step for step in steps if step >= self.most and step > low), default=steps[-1])
        return [step for step in steps if low <= step <= high]


def _is_power_of_ten(value: float) -> bool:
    return abs(log10(value) - round(log10(value))) < 1e-9


@dataclass(frozen=True, slots=True)
class Nines:
    """Percentiles, the more spread the nearer to 100: 90, 99, 99.9 are as far apart as 0 and 90."""

    count: int  # of values: there is nothing to tell behind the last

    def place(self, percent: float) -> float:
        """Where that percentile is, from 0 to 1."""
        left = max(1 - percent / 100, 10.0 ** -self._nines())
        return -log10(left) / self._nines()

    def percent(self, place: float) -> float:
        """Which percentile is there."""
        return 100 * (1 - 10 ** (-place * self._nines()))

    def marks(self) -> list[tuple[float, str]]:
        """Places and what is written there."""
        percents = [0.0, 50.0, *(100 - 10 ** (2 - nines) for nines in range(1, int(self._nines()) + 1))]
        return [(self.place(percent), f"{percent:.12g}%") for percent in percents]

    def _nines(self) -> float:
        return min(7.0, max(1.0, log10(max(self.count, 1))))


def short(value: float) -> str:
    """A number with a letter for thousands: `120k`."""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.4g}{letter}"
    return f"{value:.4g}"
