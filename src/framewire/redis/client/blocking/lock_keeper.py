"""What the locks of one blocking client share: where threads stand in line, and the thread that renews what is held.

What belongs here: that thread, which there is while something is to be renewed, and its times. What is renewed, and
how, says who asks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic
from weakref import WeakValueDictionary

from framewire.redis.client.blocking.threads.forks import begins_anew

__all__ = ["Keeper", "Lines"]

logger = logging.getLogger(__name__)

Renew = Callable[[], float | None]
"""Renews what was asked for; returns in how many seconds to do so again, `None` for never."""


class Lines:
    """Where the threads of one client that wait for the same lock stand in line: one at a time waits at the server."""

    def __init__(self) -> None:
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child nobody stands there."""
        self._guard = threading.Lock()
        self._lines: WeakValueDictionary[bytes, threading.Lock] = WeakValueDictionary()

    def line(self, name: bytes) -> threading.Lock:
        """Whoever has this one waits at the server."""
        with self._guard:
            return self._lines.setdefault(name, threading.Lock())


class Keeper:
    """Calls what was asked for when it is due, on one daemon thread."""

    def __init__(self) -> None:
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child nothing is held, and there is no thread: the parent renews what is its own."""
        self._changed = threading.Condition(threading.Lock())
        self._due: dict[Renew, float] = {}
        self._runs = False

    def keep(self, renew: Renew, seconds: float) -> None:
        """Call `renew` in so many seconds, and again when it says, until `stop`."""
        with self._changed:
            self._due[renew] = monotonic() + seconds
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="framewire-locks", daemon=True).start()
            self._changed.notify()

    def stop(self, renew: Renew) -> None:
        """Call it no more; it may be running now."""
        with self._changed:
            self._due.pop(renew, None)
            self._changed.notify()

    def _run(self) -> None:
        while (renew := self._next()) is not None:
            seconds = _called(renew)
            with self._changed:
                if renew in self._due:
                    if seconds is None:
                        del self._due[renew]
                    else:
                        self._due[renew] = monotonic() + seconds

    def _next(self) -> Renew | None:
        """What is due, once it is; `None` when nothing is left."""
        with self._changed:
            while self._due:
                renew, due = min(self._due.items(), key=lambda item: item[1])
                seconds = due - monotonic()
                if seconds <= 0:
                    return renew
                self._changed.wait(seconds)
            self._runs = False
            return None


def _called(renew: Renew) -> float | None:
    try:
        return renew()
    except Exception:  # of who asked for it; the others go on
        logger.exception("renewing failed")
        return None
