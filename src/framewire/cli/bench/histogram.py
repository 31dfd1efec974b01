"""Times counted in buckets that grow with them: exact to one part in a thousand, whatever their range.

What belongs here: counting, and what can be asked of the counts. Times are whole nanoseconds, 0 and up.

Below 2048 each value is a bucket. Above, each doubling of the value is cut into 1024 buckets of one width, so that a
bucket is never wider than 1/1024 of what is in it (the layout of HdrHistogram). Only buckets that were hit take memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

__all__ = ["Histogram"]

BITS = 11  # of a value that are kept
HALF = 1 << (BITS - 1)


class Histogram:
    """How often which time was seen."""

    __slots__ = ("_buckets", "count", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self.count = 0
        self.total = 0
        self.minimum = 0
        self.maximum = 0

    def record(self, value: int, count: int = 1) -> None:
        """Count `value` nanoseconds, `count` times. O(1)."""
        shift = value.bit_length() - BITS
        bucket = value if shift <= 0 else shift * HALF + (value >> shift)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        if value > self.maximum:
            self.maximum = value
        if not self.count or value < self.minimum:
            self.minimum = value
        self.count += count
        self.total += value * count

    def merge(self, other: Histogram) -> None:
        """Count all that `other` has counted. O(its buckets)."""
        if not other.count:
            return
        for bucket, count in other._buckets.items():
            self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        self.minimum = min(self.minimum, other.minimum) if self.count else other.minimum
        self.maximum = max(self.maximum, other.maximum)
        self.count += other.count
        self.total += other.total

    @property
    def mean(self) -> float:
        """The exact mean; 0 of nothing."""
        return self.total / self.count if self.count else 0.0

    def percentile(self, percent: float) -> int:
        """The smallest value that at least `percent` of those counted do not exceed; at most 1/1024 too large.

        0 gives the minimum, 100 the maximum, both exact. 0 where nothing was counted. O(buckets x log).
        """
        return self.minimum if percent <= 0 else self.reached(percent)[0]

    def reached(self, percent: float) -> tuple[int, int]:
        """The percentile, by the bucket that it is in, and how many of those counted do not exceed that."""
        wanted = max(1, ceil(self.count * percent / 100))
        return next((step for step in self.cumulative() if step[1] >= wanted), (self.maximum, self.count))

    def cumulative(self) -> Iterator[tuple[int, int]]:
        """The largest value of each bucket, upwards, and how many were counted up to there."""
        cumulative = 0
        for bucket in sorted(self._buckets):
            cumulative += self._buckets[bucket]
            yield min(_largest(bucket), self.maximum), cumulative


def _largest(bucket: int) -> int:
    """The largest value that is counted in `bucket`."""
    if bucket < 2 * HALF:
        return bucket
    shift = bucket // HALF - 1
    return ((bucket - shift * HALF + 1) << shift) - 1
