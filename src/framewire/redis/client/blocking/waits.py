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
        self._attended = 0.0  # `_next_beat`, as a reader has left it

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """Until `waiter` is done, the link is lost, or `deadline` of the monotonic clock has come; even then what is
        there already is received. `waiter` is set by the link's callbacks, or under its lock, and may go on waiting.
        """
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
        """For `Reader`: take what is there, where no other thread has read for `quiet` seconds.

        It waits for nothing: nobody does, who would not read by himself, and who comes finds no turn taken.
        """
        if self._next_beat != self._attended:  # others have read
            left = quiet - self.unread_for()
            if left > 0:
                return left
        before = self.exchange.received
        self.wait(Waiter(), 0.0)
        self._attended = self._next_beat
        if self.lost:
            return None
        return BEAT_SECONDS if self.exchange.received == before else 0.0

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
