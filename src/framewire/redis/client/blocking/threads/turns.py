"""Several threads, one link: who sends, who receives, who waits for them.

                      takes the sending turn, if it is free: sends all that was asked so far, then gives it up
                     /
    a thread calls --  else drives, if nobody does: receives for all, until it has its own reply, then hands it on
                     \\
                      else is parked, until it has its reply or is handed a turn

What belongs here: the two turns and how they go from thread to thread, whatever interrupts one. Bytes move in
`wire.py`; what they mean, the exchange knows; deadlines, and what becomes of a link, are in `link.py`.

A turn belongs to a `Waiter`, not to a thread: who leaves gives back what is its own, wherever an interrupt (Ctrl-C) has
met it. What it had moved by then stands in the wire, and is accounted for as it leaves. Only where an interrupt comes
into the very middle of the exchange nobody knows how far it came: then the link is given up.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from threading import TIMEOUT_MAX
from time import monotonic, sleep
from typing import Any

from framewire.buf.segments import Segment, drop
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.blocking.wire import BEAT_SECONDS, Wire
from framewire.redis.client.outcomes import unsent
from framewire.redis.exchange._impl import Exchange

__all__ = ["INTERRUPTED", "Turns"]

ATOMIC = Exchange.__module__.endswith("._native")
"""An interrupt meets a request either before it is queued or behind: no Python is run in between."""

INTERRUPTED = "a thread was interrupted in the middle of using it"


class Turns:
    """Threads that use one wire and one exchange. `lock` is held around the exchange and whatever is said here."""

    exchange: Exchange

    def __init__(self, wire: Wire, lock: threading.Lock | None = None) -> None:
        """`lock`: held by others too, who keep what the link's callbacks tell."""
        self.lost = False
        self._wire = wire
        self._lock = lock or threading.Lock()
        self._sender: Waiter | None = None  # whose thread has the sending turn
        self._driver: Waiter | None = None  # whose thread receives for all
        self._parked: deque[Waiter] = deque()  # whose threads wait for others; some of them may be done
        self._unsent: deque[Segment] = deque()  # taken from the exchange; the sender's alone
        self._company = False  # others had their replies too when bytes last came, and may call again at once
        self._asked = False  # the exchange has something to send
        self._paused = False  # and it was told that the kernel has no room
        self._heard = monotonic()  # when bytes last came
        self._next_beat = 0.0  # when deadlines are to be looked at

    def _beat(self, now: float) -> None:
        """A beat has passed. Called with the lock held."""
        raise NotImplementedError

    def _lose(self, error: BaseException) -> None:
        """The link is gone: tell all that wait. Called with the lock held; the second time nothing happens."""
        raise NotImplementedError

    def loss(self) -> Exception:
        """Why it is gone."""
        raise NotImplementedError

    def _ended(self) -> None:
        """The peer has ended the stream. Called with the lock held."""
        raise NotImplementedError

    # -- a call -------------------------------------------------------------------------------------------------------

    def _ask(self, send: Callable[..., None], what: Any, *how: Any) -> Any:
        """`send(what, waiter, *how)`, and the result that `waiter` gets."""
        waiter = Waiter()
        try:
            with self._lock:
                self._queue(send, what, waiter, how)
                step = self._next_step(waiter)
            while step is not None:
                step()
                if waiter.is_done:
                    break
                with self._lock:
                    step = self._next_step(waiter)
            if self._driver is waiter or self._sender is waiter:
                self._leave(waiter)
        except BaseException:
            waiter.abandon()
            self._leave(waiter)
            raise
        return waiter.result()

    def _queue(self, send: Callable[..., None], what: Any, waiter: Waiter, how: Sequence[Any]) -> None:
        if self.lost:
            raise self.loss()
        try:
            send(what, waiter, *how)
        except Exception as error:
            raise unsent(error) from None
        except BaseException as interrupt:
            if not ATOMIC:
                self._lose(interrupt)
            raise

    def _next_step(self, waiter: Waiter, seconds: float | None = None) -> Callable[[], Any] | None:
        """What the thread of `waiter` does next, without the lock: send, or receive, or wait for those who do, for
        `seconds` at most. Who receives does so for a beat.
        """
        if waiter.is_done:
            return None
        if self._sender is None and (self._asked or self._unsent):
            self._sender = waiter
        if self._driver is None:
            self._driver = waiter
            if self._company and self._sender is waiter:
                return _let_others_run
        if self._sender is waiter and self._take():
            return self._send
        if self._driver is waiter:
            return self._receive if seconds is None else partial(self._receive, seconds)
        self._parked.append(waiter)
        gate = waiter.park()
        return gate.acquire if seconds is None else partial(gate.acquire, True, min(seconds, TIMEOUT_MAX))

    # -- turns --------------------------------------------------------------------------------------------------------

    def _take(self) -> bool:
        """Whether the sender has something to send; where not, it is sender no more. Caller must hold the lock."""
        try:
            if self._paused and not self._unsent:
                self._paused = False
                self.exchange.resume()
            if self._asked:
                self._asked = False
                self._unsent.extend(self.exchange.take())
        except BaseException as interrupt:  # what was taken may be gone, and its replies would go to others
            self._lose(interrupt)
            raise
        if self._unsent:
            return True
        self._sender = None
        return False

    def _leave(self, waiter: Waiter) -> None:
        """The thread of `waiter` goes: others do what it did."""
        with self._lock:
            if self._sender is waiter:
                if self._wire.sent:
                    self._account()
                self._sender = None
            if self._driver is waiter:
                if self._wire.received:
                    self._updated()
                self._driver = None
            if self._wire.torn:
                self._lose(InterruptedError(INTERRUPTED))
            self._hand_on()
            if self.lost:
                self._close_if_unused()

    def _hand_on(self) -> None:
        """Wake who will likely wait the longest, if there is something to do. Caller must hold the lock."""
        if self._driver is not None and (self._sender is not None or not (self._unsent or self._asked)):
            return
        while self._parked:
            waiter = self._parked.pop()
            if not waiter.is_done:
                waiter.wake()
                return

    def _close_if_unused(self) -> None:
        """Give the socket back, unless a thread still uses it: that thread does so when it leaves."""
        if self._driver is None and self._sender is None:
            self._wire.close()

    # -- sending ------------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        """Send what there is; where there is no room, wait for it a beat, and meanwhile receive if nobody else does."""
        unsent, wire = self._unsent, self._wire
        try:
            while unsent:
                wire.send(unsent)
                if not wire.sent:
                    return self._wait_for_room(self._driver is self._sender)
                self._account()
        except OSError as error:
            with self._lock:
                self._lose(error)

    def _account(self) -> None:
        """Forget what was sent."""
        try:
            drop(self._unsent, self._wire.sent.pop())
        except BaseException:
            self._wire.torn = True
            raise

    def _wait_for_room(self, drives: bool) -> None:
        with self._lock:
            if not self._paused and not self.lost:
                self._paused = True
                self.exchange.pause()
        can_read, can_write = self._wire.wait(drives)
        if can_read:
            self._receive(0.0)
        elif drives and not can_write:
            with self._lock:
                self._beat(monotonic())

    # -- receiving ----------------------------------------------------------------------------------------------------

    def _receive(self, seconds: float = BEAT_SECONDS) -> None:
        """Receive what comes within a beat, or `seconds` if they are less, for all that wait."""
        wire = self._wire
        try:
            if seconds < BEAT_SECONDS:
                wire.receive_within(self.exchange.get_buffer(), seconds)
            else:
                wire.receive(self.exchange.get_buffer())
        except OSError as error:
            with self._lock:
                self._lose(error)
            return
        with self._lock:
            now = monotonic()
            if wire.received:
                self._heard = now
                self._updated()
            if now >= self._next_beat:
                self._beat(now)
            driver = self._driver
            if driver is not None and driver.is_done and not self.lost:  # as `_leave` does, which takes the lock again
                self._driver = None
                self._hand_on()

    def _updated(self) -> None:
        """Bytes were received, or the end. Caller must hold the lock."""
        try:
            nbytes = self._wire.received.pop()
            if nbytes:
                self.exchange.buffer_updated(nbytes)
            else:
                self._ended()
        except BaseException as error:  # the rest of these replies is gone
            self._lose(error)
            raise
        parked = self._parked
        waited = len(parked)
        while parked and parked[0].is_done:
            parked.popleft()
        self._company = waited > len(parked)


def _let_others_run() -> None:
    """Let threads that are about to call do so: they have been woken, and wait for this core or for the interpreter."""
    if hasattr(os, "sched_yield"):
        os.sched_yield()
    sleep(0)
