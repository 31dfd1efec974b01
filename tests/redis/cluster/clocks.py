"""Time and chance for tests: both stand still until they are told."""

from __future__ import annotations

from random import Random

__all__ = ["Chance", "Clock"]


class Clock:
    """Seconds, moved by hand: `clock.now += 1`."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Chance:
    """The same number each time, or those of a generator."""

    def __init__(self, always: float | None = None, *, seed: int = 7) -> None:
        self.always = always
        self._random = Random(seed)

    def __call__(self) -> float:
        return self._random.random() if self.always is None else self.always
