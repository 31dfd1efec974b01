"""Threads on a link that do not ask and wait in one step: who waits for what comes by itself, who reads for nobody, who
sends now and waits later.

What belongs here: how they take the turns of `turns.py`, and leave again.
"""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from framewire.redis.client.blocking.threads.reader import QUIET_SECONDS
from framewire.redis.client.blocking.threads.turns import Turns
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.blocking.wire import BEAT_SECONDS, Wire

__all__ = ["Started", "Waits"]


class Waits(Turns):
    """`wait`, `attend`, `flush`, `begin` and `finish`; for each any number of threads."""

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

    # -- a call in two steps ------------------------------------------------------------------------------------------

    def begin(self, send: Callable[..., None], what: Any, *how: Any) -> Waiter:
        """`send(what, waiter, *how)`, and let it leave; returns the waiter, for `finish`."""
        waiter = Waiter()
        try:
            with self._lock:
                self._queue(send, what, waiter, how)
            self.flush()
        except BaseException:
            waiter.abandon()
            raise
        return waiter

    def finish(self, waiter: Waiter) -> Any:
        """Wait for the result that `waiter` gets: its deadline is that of the call."""
        try:
            self.wait(waiter, math.inf)
        except BaseException:
            waiter.abandon()
            raise
        return waiter.result()

    @property
    def sock(self) -> socket.socket:
        """Where bytes come; nobody but this link may read them."""
        return self._wire.sock

    def unread_for(self) -> float:
        """For how many seconds no thread has received, to a beat."""
        return monotonic() - (self._next_beat - BEAT_SECONDS)


class Started:
    """A batch that is on its way to one server, while its thread asks others.

    Whoever gets one calls `finish`, or `abandon`: what it holds is let go then."""

    __slots__ = ("_link", "_waiter", "on_end")

    def __init__(self, link: Waits, waiter: Waiter) -> None:
        self._link, self._waiter = link, waiter
        self.on_end: Callable[[], None] | None = None

    def is_there(self, deadline: float) -> bool:
        """Wait until then at most: whether `finish` would not wait any more."""
        self._link.wait(self._waiter, deadline)
        return self._waiter.is_done

    def finish(self) -> list[Any]:
        """Wait for the replies, errors among them. Raises what `Link.batch` raises of a batch that was sent."""
        try:
            return self._link.finish(self._waiter)  # type: ignore[no-any-return]
        finally:
            self._end()

    def abandon(self) -> None:
        """Nobody waits any more: the replies will be swallowed. Behind `finish` nothing happens."""
        self._waiter.abandon()
        self._end()

    def _end(self) -> None:
        on_end, self.on_end = self.on_end, None
        if on_end is not None:
            on_end()
