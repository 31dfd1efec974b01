"""How often a call is tried again, and how long it waits before.

What belongs here: numbers. Whether a call may be tried again is asked of its fate and of the command table.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Retry"]

_DOUBLINGS = 64  # behind them any base has reached any cap


@dataclass(frozen=True, slots=True)
class Retry:
    """At most `retries` further attempts; the pause before each doubles from `base` to `cap` seconds.

    The defaults are those that the makers of Redis clients have agreed on among themselves.
    """

    retries: int = 10
    base: float = 0.01
    cap: float = 1.0

    def __post_init__(self) -> None:
        if self.retries < 0 or not 0 <= self.base <= self.cap:
            raise ValueError(f"retries and base must be 0 or more, and cap no less than base, in {self}")

    def pause(self, attempts: int, chance: float) -> float:
        """Seconds to wait after `attempts` that failed, 1 or more.

        `chance`, from 0 to 1, is what part of the full pause it is, so that a thousand clients that lost one server do
        not come back together.
        """
        doubled: float = self.base * 2.0 ** min(attempts - 1, _DOUBLINGS)
        return chance * min(self.cap, doubled)
