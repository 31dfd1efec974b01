"""What strangers do that an operator should know of: wrong passwords, bytes that are no requests.

What belongs here: telling it in the log, at a bounded rate. Whoever can connect can make it happen as often as it
likes, and a full disk, or a log without anything else in it, must not be the price. Times are milliseconds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

__all__ = ["MOST", "WINDOW_MS", "Alarms"]

logger = logging.getLogger("framewire.redis")

MOST = 10
"""Lines within a window; what is more is counted."""

WINDOW_MS = 10_000


class Alarms:
    """`tell` writes a warning, unless there were too many just now; the next one says how many were left out."""

    __slots__ = ("_left_out", "_now", "_told", "_window")

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._window = 0  # when it began
        self._told = self._left_out = 0

    def tell(self, message: str, *arguments: object) -> None:
        """`message` with its `arguments`, as of `logging`."""
        now = self._now()
        if now - self._window >= WINDOW_MS:
            self._window, self._told = now, 0
        if self._told >= MOST:
            self._left_out += 1
            return
        self._told += 1
        if self._left_out:
            logger.warning("%d warnings like the next one were left out", self._left_out)
            self._left_out = 0
        logger.warning(message, *arguments)
