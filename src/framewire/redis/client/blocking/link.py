"""One connection to a server, driven by the threads that call over it: no other thread, and no event loop.

    call --> exchange (under the lock) --> who has the sending turn sends all that is there --> kernel
                                                                                                  |
    result <-- waiter <-- exchange (under the lock) <-- who drives receives, for all that wait <--+

A thread that calls queues its request, and takes the sending turn unless another one has it, who then sends this one
too: so what several threads ask at once leaves together. Then it drives, unless another one does; else it is parked
until it has its reply, or is handed the driving. A thread alone does both, and makes nothing for waking.

What belongs here: turns, deadlines, and whether the server is still alive. Bytes move in `wire.py`; what becomes of
requests when the link is gone is the business of who made it.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from framewire.buf.segments import Segment, drop
from framewire.errors import FramewireError
from framewire.frames.resp import Error
from framewire.redis.client.blocking.waiter import Waiter
from framewire.redis.client.blocking.wire import BEAT_SECONDS, Wire
from framewire.redis.client.deadlines import Circumstances, late, patience
from framewire.redis.client.errors import ConnectionError, InvalidResponse, RedisError
from framewire.redis.client.handshake import Greeting, greet
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import fail, lost_error, refusal_of
from framewire.redis.exchange._impl import Exchange
from framewire.redis.exchange.calls import Call, Request, Shape

__all__ = ["Link"]


class Link:
    """A connection. `call` and `batch` wait for the reply; any number of threads may be in them."""

    def __init__(self, wire: Wire, options: Options, *, patient: bool = False) -> None:
        """`patient`: the server may be silent for as long as it likes, as it is before a blocking command's answer."""
        self.options = options
        self.where = options.url
        self.exchange = Exchange(
            self,
            max_requests=options.max_in_flight,
            max_bytes=options.max_in_flight_bytes,
            max_queued=options.max_queued_bytes,
        )
        self.on_push: Callable[[Sequence[Any]], None] = _ignore
        self.greeting: Greeting = {}
        self.is_open = False  # the handshake is over
        self.keeps_errors = False  # an error that the server answers with is a reply like others
        self.lost = False
        self.error: Exception | None = None
        self._wire = wire
        self._lock = threading.Lock()  # over the exchange, and all that follows
        self._sender: Waiter | None = None  # whose thread has the sending turn
        self._driver: Waiter | None = None  # whose thread receives for all
        self._parked: deque[Waiter] = deque()  # whose threads wait for others; some of them may be done
        self._unsent: deque[Segment] = deque()  # taken from the exchange: the sender's
        self._asked = False  # the exchange has something to send
        self._paused = False  # the exchange was told that the kernel has no room
        self._patience = math.inf if patient else patience(options)
        self._heard = monotonic()
        self._received = 0
        self._next_beat = 0.0
        self._starved, self._starved_at = 0.0, 0.0  # for how long, and when, the driver last did not run in time

    # -- what callers do ----------------------------------------------------------------------------------------------

    def call(self, request: Request, shape: Shape | None = None, timeout: float | None = None) -> Any:
        """Send `request` and return what `shape` makes of its reply. Raises what the server says, `ConnectionError`,
        `TimeoutError`, `EncodeError` and `BacklogFull`.
        """
        return self._ask(self.exchange.send, request, shape, timeout)

    def batch(self, requests: Sequence[Request], timeout: float | None = None) -> list[Any]:
        """Send requests together; returns their replies, errors among them."""
        return self._ask(self.exchange.send_batch, requests, timeout)  # type: ignore[no-any-return]

    def _ask(self, send: Callable[..., None], what: Any, *how: Any) -> Any:
        waiter = Waiter()
        try:
            with self._lock:
                self._queue(send, what, waiter, how)
            while not waiter.is_done:
                self._work(waiter)
        except BaseException:
            waiter.abandon()
            self._leave(waiter)
            raise
        if self._driver is waiter or self._sender is waiter:
            self._leave(waiter)
        return waiter.result()

    def _queue(self, send: Callable[..., None], what: Any, waiter: Waiter, how: Sequence[Any]) -> None:
        if self.lost:
            raise self.loss()
        try:
            send(what, waiter, *how)
        except Exception:
            raise
        except BaseException as interrupt:  # nobody knows how far it came
            self._lose_locked(interrupt)
            raise

    # -- turns --------------------------------------------------------------------------------------------------------

    def _work(self, waiter: Waiter) -> None:
        """Send, or receive, or wait for those who do."""
        gate = None
        with self._lock:
            if self._sender is None and (self._asked or self._unsent):
                self._sender = waiter
            if self._sender is waiter:
                self._take()
            if self._driver is None:
                self._driver = waiter
            sends, drives = self._sender is waiter, self._driver is waiter
            if not (sends or drives or waiter.is_done):
                gate = waiter.park()
                self._parked.append(waiter)
        if gate is not None:
            gate.acquire()
        elif sends:
            self._send(drives)
        elif not waiter.is_done:
            self._receive()

    def _take(self) -> None:
        """What the sender has to send; where there is nothing, it is sender no more. Caller must hold the lock."""
        if self._asked:
            self._asked = False
            self._unsent.extend(self.exchange.take())
        elif not self._unsent:
            self._sender = None
            if self._paused:
                self._paused = False
                self.exchange.resume()

    def _leave(self, waiter: Waiter) -> None:
        """The thread of `waiter` goes: others do what it did. What it had moved when it was interrupted is kept."""
        wire = self._wire
        with self._lock:
            if self._sender is waiter:
                if wire.sent:
                    self._account()
                self._sender = None
            if self._driver is waiter:
                if wire.received:
                    self._updated()
                self._driver = None
            if wire.torn:
                self._lose_locked(None)
            self._hand_on()
            if self.lost:
                self._close_if_unused()

    def _hand_on(self) -> None:
        """Wake who waits the longest time from now, if there is something to do. Caller must hold the lock."""
        if self._driver is not None and (self._sender is not None or not (self._unsent or self._asked)):
            return
        while self._parked:
            waiter = self._parked.pop()
            if not waiter.is_done:
                waiter.wake()
                return

    # -- sending ------------------------------------------------------------------------------------------------------

    def _send(self, drives: bool) -> None:
        """Send what there is; where there is no room, wait for it a beat, and meanwhile receive if nobody else does."""
        unsent, wire = self._unsent, self._wire
        try:
            while unsent:
                wire.send(unsent)
                if not wire.sent:
                    return self._wait_for_room(drives)
                self._account()
        except OSError as error:
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
            self._paused = True
            self.exchange.pause()
        can_read, can_write = self._wire.wait(drives)
        if can_read:
            self._receive()
        elif drives and not can_write:
            with self._lock:
                self._beat(monotonic())

    # -- receiving ----------------------------------------------------------------------------------------------------

    def _receive(self) -> None:
        """Receive what comes within a beat, for all that wait."""
        wire = self._wire
        try:
            wire.receive(self.exchange.get_buffer())
        except OSError as error:
            return self._lose(error)
        with self._lock:
            if wire.received:
                self._updated()
            now = monotonic()
            if now >= self._next_beat:
                self._beat(now)

    def _updated(self) -> None:
        """Bytes were received, or the end. Caller must hold the lock."""
        try:
            nbytes = self._wire.received.pop()
            if nbytes:
                self.exchange.buffer_updated(nbytes)
        except BaseException as error:  # an interrupt in the middle of replies: the rest of them is gone
            self._lose_locked(error)
            raise
        if not nbytes:
            self._lose_locked(ConnectionError(f"{self.where} closed the connection"))
        parked = self._parked
        while parked and parked[0].is_done:
            parked.popleft()

    # -- the exchange calls these, under the lock ---------------------------------------------------------------------

    def wake(self) -> float:
        self._asked = True
        return monotonic()

    new_waiter = Waiter

    def pushed(self, items: Sequence[Any]) -> None:
        self.on_push(items)

    def refused(self, call: Call, error: Error) -> None:
        if call.waiter is not None:
            if self.is_open and not self.keeps_errors:
                call.waiter.set_exception(refusal_of(call, error))
            else:
                call.waiter.set_result(error)

    def broken(self, error: FramewireError) -> None:
        self._lose_locked(InvalidResponse(f"{self.where} sent what it must not: {error}"))

    # -- connecting ---------------------------------------------------------------------------------------------------

    def greet(self, auth: Sequence[bytes], timeout: float | None) -> None:
        """Shake hands, within `timeout` seconds. Raises what `greet` raises, `ConnectionError` and `TimeoutError`."""
        steps = greet(self.options, auth)
        deadline = math.inf if timeout is None else monotonic() + timeout
        try:
            requests = next(steps)  # there may be none
            while True:
                requests = steps.send(self._ask_urgently(requests, deadline))
        except StopIteration as done:
            self.greeting = done.value
        with self._lock:
            self.is_open = True
            self.exchange.open()

    def _ask_urgently(self, requests: Sequence[Request], deadline: float) -> list[Any]:
        """The replies to requests of the handshake, errors among them."""
        left = None if deadline == math.inf else max(0.0, deadline - monotonic())
        waiters = [Waiter() for _ in requests[1:]]

        def send(requests: Sequence[Request], last: Waiter) -> None:
            for request, waiter in zip(requests, [*waiters, last], strict=True):
                self.exchange.send(request, waiter, None, left, urgent=True)

        last = self._ask(send, requests)
        return [*(waiter.result() for waiter in waiters), last]

    # -- looking ------------------------------------------------------------------------------------------------------

    def look(self, wait: bool = False) -> None:
        """Take what the socket holds: pushes, or news that the server has closed it; with `wait` also what comes within
        a beat. If somebody drives, that thread does so. A server that has been silent for `health_check_interval` has
        to answer first.
        """
        looker = Waiter()
        try:
            with self._lock:
                if self._driver is not None or self.lost:
                    return
                self._driver = looker
            try:
                receive = self._wire.receive if wait else self._wire.receive_now
                receive(self.exchange.get_buffer())
            except OSError as error:
                self._lose(error)
        finally:
            if self._driver is looker:
                self._leave(looker)
        interval = self.options.health_check_interval
        if interval and not self.lost and self.silent_for() > interval:
            self._check()

    def silent_for(self) -> float:
        """For how many seconds nothing has come, to some hundredths."""
        now = monotonic()
        self._listen(now)
        return now - self._heard

    def _listen(self, now: float) -> None:
        if self.exchange.received != self._received:
            self._received, self._heard = self.exchange.received, now

    def _check(self) -> None:
        """Ask for a sign of life; without one the link is given up."""
        try:
            self.call((b"PING",), None, self.options.socket_connect_timeout)
        except RedisError as error:
            self.abort(ConnectionError(f"{self.where} gave no sign of life: {error}"))

    # -- time ---------------------------------------------------------------------------------------------------------

    def _beat(self, now: float) -> None:
        """A beat has passed: whose deadline has too is told so. Caller must hold the lock."""
        overdue = now - max(self._next_beat, self.exchange.now) - BEAT_SECONDS
        if overdue > BEAT_SECONDS:
            self._starved, self._starved_at = overdue, now
        self._next_beat = now + BEAT_SECONDS
        self._listen(now)
        late_calls = self.exchange.expire(now)
        if late_calls:
            self._fail_late(late_calls, now)
        silence = now - max(self._heard, self.exchange.oldest)
        if silence > self._patience:
            self._lose_locked(ConnectionError(f"{self.where} has been silent for {silence:.3g} s"))

    def _fail_late(self, calls: list[Call], now: float) -> None:
        starved = self._starved if self._starved_at > min(call.began for call in calls) else 0.0
        ahead = self.exchange.unanswered + self.exchange.queued
        about = Circumstances(now, starved, self._heard, self.exchange.receiving, ahead, "the thread that reads")
        for call in calls:
            fail(call, late(call, about, self.where))

    # -- the end ------------------------------------------------------------------------------------------------------

    def loss(self) -> ConnectionError:
        """The error for whoever asks a link that is gone."""
        if isinstance(self.error, ConnectionError):
            return type(self.error)(*self.error.args)
        loss = ConnectionError(f"the connection to {self.where} was lost: {self.error or 'it was closed'}")
        loss.__cause__ = self.error
        return loss

    def _lose(self, error: BaseException | None) -> None:
        with self._lock:
            self._lose_locked(error)

    def _lose_locked(self, error: BaseException | None) -> None:
        if self.lost:
            return
        self.lost = True
        self.error = error if isinstance(error, Exception) else InterruptedError("a thread that used it was interrupted")
        self._wire.shut()
        self._asked = False
        loss = self.loss()
        for call in self.exchange.lose():
            fail(call, lost_error(call, loss))
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self.lost and self._driver is None and self._sender is None:
            self._wire.close()

    def abort(self, error: Exception | None = None) -> None:
        """End it at once; who waits gets `ConnectionError`. Twice is fine."""
        self._lose(error or ConnectionError("the link was closed"))


    def detach(self) -> Wire:
        """The socket, hands shaken, for who speaks on it by himself. The link is of no use any more."""
        with self._lock:
            self.lost = True
            self.error = ConnectionError("the socket was given to somebody else")
            return self._wire


def _ignore(items: Sequence[Any]) -> None:
    pass
