"""A daemon thread for what no other thread does: a link that hears of itself is read even while nobody uses it.

    attend --> in how many seconds to be called again --> attend --> ... --> None: the thread ends

What belongs here: that thread and its times. What there is to do, who asks knows: for one link that is `link.attend`,
which reads it where nobody has for `QUIET_SECONDS`: `Reader(link.attend).start()`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakMethod

from framewire.redis.client.blocking.threads.forks import begins_anew

__all__ = ["QUIET_SECONDS", "Reader"]

QUIET_SECONDS = 1.0
"""What no thread has read for so long is read by a thread of its own, until others want to."""


class Reader:
    """Calls `attend`, a method, on a daemon thread, as long as it wants to be called, and its object lives.

    `attend` returns in how many seconds to call it again, `None` for never. While others do its work it has nothing to
    do but to look once a second. What it raises ends the thread.
    """

    def __init__(self, attend: Callable[[], float | None]) -> None:
        self._attend = WeakMethod(attend)
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child there is no thread."""
        self._changed = threading.Condition(threading.Lock())
        self._called = False  # by others, since it last looked
        self._runs = False

    def start(self) -> None:
        """Call `attend` at once, by the thread that is there or by a new one."""
        with self._changed:
            self._called = True
            if not self._runs:
                threading.Thread(target=self._run, name="framewire-reader", daemon=True).start()
                self._runs = True
            self._changed.notify()

    def wake(self) -> None:
        """The same, if there is a thread."""
        with self._changed:
            self._called = True
            self._changed.notify()

    def _run(self) -> None:
        seconds: float | None = 0.0
        try:
            while self._is_due(seconds):
                attend = self._attend()
                seconds = None if attend is None else attend()
                del attend
        except BaseException:
            with self._changed:
                self._runs = False
            raise

    def _is_due(self, seconds: float | None) -> bool:
        """Once `seconds` have passed, or somebody calls; never, if that is `None`."""
        changed = self._changed  # `begin_anew` makes another
        with changed:
            if not self._called and seconds:
                changed.wait(seconds)
            if not self._called and seconds is None:
                self._runs = False
                return False
            self._called = False
            return True
