"""A daemon thread that waits at a socket: for a link that no other thread ever reads.

    attend --> nothing is there: in so many seconds --> bytes have come, or a beat has passed --> attend --> ...

What belongs here: that wait. While it lasts the thread keeps nobody alive, so that a client that was forgotten can be
collected, link and all.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from weakref import WeakMethod

from framewire.blocking.stream import READABLE, wait
from framewire.redis.client.blocking.threads.reader import Reader
from framewire.redis.client.blocking.wire import BEAT_SECONDS

__all__ = ["Watcher"]


class Watcher(Reader):
    """As `Reader`; `watched`, a method too, returns the socket to wait at, or `None` where there is none."""

    def __init__(self, attend: Callable[[], float | None], watched: Callable[[], socket.socket | None]) -> None:
        self._watched = WeakMethod(watched)
        super().__init__(attend)

    def _is_due(self, seconds: float | None) -> bool:
        if seconds and not self._called and self._has_watched(min(seconds, BEAT_SECONDS)):
            seconds = 0.0
        return super()._is_due(seconds)

    def _has_watched(self, seconds: float) -> bool:
        """Whether there was a socket to wait at."""
        watched = self._watched()
        sock = None if watched is None else watched()
        del watched
        if sock is None:
            return False
        with contextlib.suppress(OSError, ValueError):  # it has been closed meanwhile: `attend` finds that out
            wait(sock, READABLE, seconds)
        return True
