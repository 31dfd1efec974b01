"""Threads on a link that ask nothing: who waits for what comes by itself, who reads for nobody, who only sends.

What belongs here: how they take the turns of `turns.py`, and leave again.
"""

from __future__ import annotations

import threading
from time import monotonic

from framewire.redis.client.blocking.reader import QUIET_SECONDS
from framewire.redis.client.blocking.turns import Turns
from framewire.redis.client.blocking.waiter import Waiter
from framewire.redis.client.blocking.wire import BEAT_SECONDS, Wire

__all__ = ["Waits"]


class Waits(Turns):
    """`wait`, `attend` and `flush`; for each any number of threads."""

    def __init__(self, wire: Wire, lock: threading.Lock | None = None) -> None:
        super().__init__(wire, lock)
        self._alone = False  # a reader reads for nobody, and no other thread has come
        self._alone_since = 0.0  # when it was so at last

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """Until `waiter` is done, the link is lost, or `deadline` of the monotonic clock has come; even then what is
        there already is received. `waiter` is set by the link's callbacks, or under its lock, and may go on waiting.
        """
        self._came_at = monotonic()
        spare = 3  # steps behind the deadline: to gather, to send, and to receive what is there
        try:
            while spare and not self.lost:
                left = max(0.0, deadline - monotonic())
                with self._lock:
                    step = self._next_step(waiter, left)
                if step is None:
                    break
                step()
                if not left:
                    spare = spare - 1 if self._sender is waiter else 0
            self._depart(waiter)
        except BaseException:
            self._depart(waiter)
            raise

    def _depart(self, waiter: Waiter) -> None:
        """As `_leave`, by who may be parked, and is not done."""
        with self._lock:
            while waiter in self._parked:
                self._parked.remove(waiter)
        self._leave(waiter)

    def attend(self, quiet: float = QUIET_SECONDS) -> float | None:
        """For `Reader`: receive for a beat, where no other thread has for `quiet` seconds, or wants to."""
        if self.lost:
            return None
        if not self._alone:
            left = quiet - self.unread_for()
            if left > 0:
                return left
            self._alone_since = monotonic()
        self._alone = self._receive_for_nobody()
        return 0.0 if self._alone else QUIET_SECONDS

    def _receive_for_nobody(self) -> bool:
        """For a beat, if no other thread receives; whether still no other wants to."""
        waiter = Waiter()
        with self._lock:
            if self.lost or self._driver is not None:
                return False
            self._driver = waiter
            step = self._next_step(waiter) or self._receive
        try:
            step()
            if step == self._send:
                self._alone_since = monotonic()  # it was asked for by itself: a sign of life, or by what was received
            others_came = self._came_at > self._alone_since and not self._asked
            return not (others_came or self._parked or self.lost)
        finally:
            waiter.abandon()
            self._leave(waiter)

    def flush(self) -> None:
        """Send what was asked, unless another thread does; what the kernel has no room for is left to others."""
        waiter = Waiter()
        try:
            with self._lock:
                if self._sender is None and (self._asked or self._unsent) and not self.lost:
                    self._sender = waiter
                    self._take()
            if self._sender is waiter:
                self._send()
            self._leave(waiter)
        except BaseException:
            self._leave(waiter)
            raise

    def unread_for(self) -> float:
        """For how many seconds no thread has received, to a beat."""
        return monotonic() - (self._next_beat - BEAT_SECONDS)
