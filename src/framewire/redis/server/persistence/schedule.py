"""`Schedule`: when the append-only file is written anew by itself, and what clients are told of how that goes.

What belongs here: sizes, times and counts of rewrites. Nothing is written here, and nobody is called.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire.redis.server.config.config import Config

__all__ = ["Schedule"]

FAILED_REWRITE_SECONDS = 60.0
"""How long the next automatic rewrite waits after one that failed; after the next failure twice as long, and so on."""


class Schedule:
    """What came of the rewrites so far. `clock` counts seconds from anywhere, `saved_at` from the epoch.

    `saved_at` is when all that there was was last written, `requested` whether somebody asked for a rewrite that could
    not begin at once, `base_size` the bytes that there were after the last one, or at the start, and `failures` counts
    those that failed since one succeeded.
    """

    __slots__ = (
        "_automatic_at",
        "_clock",
        "_config",
        "_last_ok",
        "_last_seconds",
        "_rewrites",
        "_started",
        "base_size",
        "failures",
        "requested",
        "saved_at",
    )

    def __init__(self, config: Config, clock: Callable[[], float], saved_at: int) -> None:
        self._config = config
        self._clock = clock
        self._started = self._automatic_at = 0.0
        self._rewrites = 0
        self._last_ok = True
        self._last_seconds = -1
        self.saved_at = saved_at
        self.requested = False
        self.base_size = 0
        self.failures = 0

    @property
    def waits_after_failure(self) -> bool:
        """Whether it is too early to try again by itself."""
        return self._clock() < self._automatic_at

    def has_grown(self, size: int) -> bool:
        """Whether that many bytes, compared with what there were, are reason enough."""
        percentage, least = self._config.auto_aof_rewrite_percentage, self._config.auto_aof_rewrite_min_size
        if not percentage or size < least:
            return False
        base = max(self.base_size, 1)
        return (size - base) * 100 // base >= percentage

    def begin(self) -> None:
        """A rewrite begins, or it is tried."""
        self.requested = False
        self._started = self._clock()

    def fail(self) -> None:
        """It failed."""
        self._automatic_at = self._clock() + FAILED_REWRITE_SECONDS * 2 ** min(self.failures, 6)
        self.failures += 1
        self._last_ok = False

    def succeed(self, size: int, now: int) -> float:
        """It is done; there are `size` bytes. Returns how many seconds it took."""
        seconds = self._clock() - self._started
        self.failures = 0
        self.base_size = size
        self.saved_at = now
        self._rewrites += 1
        self._last_ok = True
        self._last_seconds = round(seconds)
        return seconds

    def report(self, rewriting: bool) -> dict[str, object]:
        """The fields of INFO that are about rewrites, under Redis' names."""
        return {
            "aof_rewrite_in_progress": int(rewriting),
            "aof_rewrite_scheduled": int(self.requested),
            "aof_last_rewrite_time_sec": self._last_seconds,
            "aof_current_rewrite_time_sec": round(self._clock() - self._started) if rewriting else -1,
            "aof_last_bgrewrite_status": "ok" if self._last_ok else "err",
            "aof_rewrites": self._rewrites,
            "aof_rewrites_consecutive_failures": self.failures,
        }
