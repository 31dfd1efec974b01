"""How long to wait between attempts, by redis-py's names.

What belongs here: the formulas that its documentation names. Full, equal and decorrelated jitter are Marc Brooker's
(AWS, "Exponential Backoff And Jitter", 2015). A client takes of these `base` and `cap`, and jitters always.
"""

from __future__ import annotations

import random
from typing import Final

__all__ = ["AbstractBackoff", "ConstantBackoff", "DecorrelatedJitterBackoff", "EqualJitterBackoff",
           "ExponentialBackoff", "ExponentialWithJitterBackoff", "FullJitterBackoff", "NoBackoff",
           "default_backoff"]  # fmt: skip

DEFAULT_CAP: Final = 0.512
DEFAULT_BASE: Final = 0.008

_DOUBLINGS = 64  # behind them any base has reached any cap


class AbstractBackoff:
    """Seconds between `base` and `cap`; equal if their numbers are."""

    def __init__(self, cap: float = DEFAULT_CAP, base: float = DEFAULT_BASE) -> None:
        self.cap, self.base = cap, base

    def reset(self) -> None:
        """Before the first attempt."""

    def compute(self, failures: int) -> float:
        """Seconds to wait after so many failures."""
        raise NotImplementedError

    def _doubled(self, failures: int) -> float:
        return min(self.cap, self.base * 2.0 ** min(failures, _DOUBLINGS))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AbstractBackoff):
            return NotImplemented
        return type(self) is type(other) and (self.cap, self.base) == (other.cap, other.base)

    def __hash__(self) -> int:
        return hash((type(self), self.cap, self.base))


class ConstantBackoff(AbstractBackoff):
    """Always the same."""

    def __init__(self, backoff: float) -> None:
        super().__init__(backoff, backoff)

    def compute(self, failures: int) -> float:
        return self.base


class NoBackoff(ConstantBackoff):
    """At once."""

    def __init__(self) -> None:
        super().__init__(0)


class ExponentialBackoff(AbstractBackoff):
    """Twice as long after each failure."""

    def compute(self, failures: int) -> float:
        return self._doubled(failures)


class FullJitterBackoff(AbstractBackoff):
    """Anything up to that."""

    def compute(self, failures: int) -> float:
        return random.uniform(0, self._doubled(failures))


class EqualJitterBackoff(AbstractBackoff):
    """Half of that, and anything up to the other half."""

    def compute(self, failures: int) -> float:
        half = self._doubled(failures) / 2
        return half + random.uniform(0, half)


class ExponentialWithJitterBackoff(AbstractBackoff):
    """That, with a random part of `base` in it."""

    def compute(self, failures: int) -> float:
        return min(self.cap, random.random() * self.base * 2.0 ** min(failures, _DOUBLINGS))


class DecorrelatedJitterBackoff(AbstractBackoff):
    """From `base` to three times what it was last."""

    def __init__(self, cap: float = DEFAULT_CAP, base: float = DEFAULT_BASE) -> None:
        super().__init__(cap, base)
        self._last = 0.0

    def reset(self) -> None:
        self._last = 0.0

    def compute(self, failures: int) -> float:
        self._last = min(self.cap, random.uniform(self.base, max(self.base, self._last * 3)))
        return self._last


def default_backoff() -> AbstractBackoff:
    """What redis-py takes where nobody says."""
    return EqualJitterBackoff()
