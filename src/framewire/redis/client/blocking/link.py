"""One connection to a server, driven by the threads that call over it: no other thread, and no event loop.

    call --> exchange (under the lock) --> whoever has the sending turn --> kernel
                                                                              |
    result <-- waiter <-- exchange (under the lock) <-- whoever drives <------+

What belongs here: calls, deadlines, and whether the server is still alive. Which thread sends and which receives is in
`turns.py`; what becomes of requests when the link is gone is the business of who made it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any

from framewire.errors import FramewireError
from framewire.frames.resp import Error
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.blocking.threads.turns import INTERRUPTED
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.blocking.threads.waits import Started, Waits
from framewire.redis.client.blocking.wire import BEAT_SECONDS, Wire
from framewire.redis.client.deadlines import Circumstances, late, patience
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.handshake import Greeting, greet
from framewire.redis.client.hooks import Hooks
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import broken_error, fail, lost_error, refusal_of
from framewire.redis.exchange._impl import Exchange
from framewire.redis.exchange.calls import Call, Request, Shape
from framewire.redis.exchange.calls import Waiter as AnyWaiter

__all__ = ["SILENCE_SECONDS", "Link"]

SILENCE_SECONDS = 1.0
"""A server that answers nothing for so long while somebody waits may be gone: who knows others looks round."""


class Link(Waits):
    """A connection. `call` and `batch` wait for the reply; any number of threads may be in them."""

    def __init__(
        self, wire: Wire, options: Options, *, patient: bool = False, lock: threading.Lock | None = None
    ) -> None:
        """`patient`: the server may be silent for as long as it likes, as it is before a blocking command's answer."""
        super().__init__(wire, lock)
        self.options = options
        self.where = options.url
        self.exchange = Exchange(
            self,
            max_requests=options.max_in_flight,
            max_bytes=options.max_in_flight_bytes,
            max_queued=options.max_queued_bytes,
            integrity=options.integrity,
        )
        self.on_push: Callable[[Sequence[Any]], None] = _ignore  # as the next: called under the lock, by any thread
        self.on_loss: Callable[[], None] | None = None
        self.on_silence: Callable[[], None] | None = None  # told once a second while it lasts
        self._tell_silence_at = 0.0
        self.greeting: Greeting = {}
        self.renewals = 0  # how often credentials had been renewed when these were given
        self.is_open = False  # the handshake is over
        self.is_to_primary = False  # then the server has to be one, or the handshake fails
        self.keeps_errors = False  # an error that the server answers with is a reply like others
        self.hooks: Hooks | None = None  # who is told when it ends
        self.error: Exception | None = None
        self._listeners: list[Waiter] = []  # who waits for what nobody asks for
        self._patience = math.inf if patient else patience(options)
        self._interval = math.inf if patient else options.health_check_interval or math.inf
        self._starved, self._starved_at = 0.0, 0.0  # for how long, and when, the driver last did not run in time
        begins_anew(self)

    # -- what callers do ----------------------------------------------------------------------------------------------

    def call(self, request: Request, shape: Shape | None = None, timeout: float | None = None) -> Any:
        """Send `request` and return what `shape` makes of its reply. Raises what the server says, `ConnectionError`,
        `TimeoutError`, and `DataError` and `QueueFullError` where it was not sent.
        """
        return self._ask(self.exchange.send, request, shape, timeout)

    def batch(self, requests: Sequence[Request], timeout: float | None = None) -> list[Any]:
        """Send requests together; returns their replies, errors among them."""
        return self._ask(self.exchange.send_batch, requests, timeout)  # type: ignore[no-any-return]

    def start(self, requests: Sequence[Request], timeout: float | None = None) -> Started:
        """As `batch`, without waiting for the replies. Raises where nothing was sent."""
        return Started(self, self.begin(self.exchange.send_batch, requests, timeout))

    def send(self, requests: Iterable[tuple[Request, AnyWaiter]]) -> None:
        """Queue requests, which whoever uses the link next will send, by the side of what waits for room. All of them,
        or the link is given up. Caller must hold the lock.
        """
        try:
            for request, waiter in requests:
                self.exchange.send(request, waiter, urgent=True)
        except BaseException as interrupt:
            self._lose(interrupt)
            raise

    # -- the exchange calls these, under the lock ---------------------------------------------------------------------

    def wake(self) -> float:
        self._asked = True
        return monotonic()

    new_waiter = Waiter

    def pushed(self, items: Sequence[Any]) -> None:
        self.on_push(items)
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.set_result(None)

    def refused(self, call: Call, error: Error) -> None:
        if call.waiter is not None:
            if self.is_open and not self.keeps_errors:
                call.waiter.set_exception(refusal_of(call, error))
            else:
                call.waiter.set_result(error)

    def broken(self, error: FramewireError) -> None:
        self._lose(broken_error(self.where, error))

    # -- connecting ---------------------------------------------------------------------------------------------------

    def greet(self, auth: Sequence[bytes], timeout: float | None) -> None:
        """Shake hands, within `timeout` seconds. Raises what `greet` raises, `ConnectionError` and `TimeoutError`."""
        steps = greet(self.options, auth, self.options.cache is not None, primary=self.is_to_primary)
        deadline = math.inf if timeout is None else monotonic() + timeout
        try:
            requests = next(steps)
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

    # -- what nobody asks for -----------------------------------------------------------------------------------------

    def listen(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until what was pushed makes `ready()` true, or `timeout` seconds have passed; whether it is.

        `on_push` is called under the lock, by whichever thread drives, and must not call over this link; neither must
        `ready`. Raises `ConnectionError`.
        """
        deadline = math.inf if timeout is None else monotonic() + timeout
        while not ready():
            listener = Waiter()
            with self._lock:
                if self.lost:
                    raise self.loss()
                if not ready():
                    self._listeners.append(listener)
            self.wait(listener, deadline)
            if monotonic() >= deadline:
                break
        return ready()

    # -- looking ------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Take what the socket holds, without waiting: pushes, or news that the server has closed it. If a thread
        drives, that one does so. A server that has been silent for `health_check_interval` has to answer first.
        """
        if 0 < self.options.health_check_interval < self.silent_for():
            self._check()
            return
        looker = Waiter()
        try:
            with self._lock:
                if self._driver is None and not self.lost:
                    self._driver = looker
            if self._driver is looker:
                self._receive(0.0)
        finally:
            if self._driver is looker:
                self._leave(looker)

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
        late_calls = self.exchange.expire(now)
        if late_calls:
            self._fail_late(late_calls, now)
        if not (self.exchange.unanswered or self.exchange.queued):
            self._rest(now)
            return
        silence = self.silence(now)
        if silence > self._patience:
            self._lose(ConnectionError(f"{self.where} has been silent for {silence:.3g} s"))
        elif self.on_silence is not None and silence >= SILENCE_SECONDS and now >= self._tell_silence_at:
            self._tell_silence_at = now + SILENCE_SECONDS
            self.on_silence()

    def _rest(self, now: float) -> None:
        """Nobody waits for a reply: a server that has long been silent is asked for a sign of life. Then somebody does.
        """
        if now - self._heard >= self._interval and self.is_open and not self.lost:
            self.exchange.send((b"PING",))

    def _fail_late(self, calls: list[Call], now: float) -> None:
        starved = self._starved if self._starved_at > min(call.began for call in calls) else 0.0
        ahead = self.exchange.unanswered + self.exchange.queued
        about = Circumstances(now, starved, self._heard, self.exchange.receiving, ahead, "the thread that reads")
        for call in calls:
            fail(call, late(call, about, self.where))

    # -- the end ------------------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether every request has its reply."""
        return not (self.exchange.unanswered or self.exchange.queued)

    def silence(self, now: float) -> float:
        """For how many seconds nothing has come while somebody waits for a reply."""
        return 0.0 if self.idle else now - max(self._heard, self.exchange.oldest)

    def silent_for(self) -> float:
        """For how many seconds nothing has come."""
        return monotonic() - self._heard

    def loss(self) -> ConnectionError:
        """The error for whoever asks a link that is gone."""
        if isinstance(self.error, ConnectionError):
            return type(self.error)(*self.error.args)
        loss = ConnectionError(f"the connection to {self.where} was lost: {self.error or 'it was closed'}")
        loss.__cause__ = self.error
        return loss

    def _lose(self, error: BaseException) -> None:
        if self.lost:
            return
        self.lost = True
        self.error = error if isinstance(error, Exception) else InterruptedError(INTERRUPTED)
        self._wire.shut()
        self._asked = False
        loss = self.loss()
        if self.hooks is not None:
            self.hooks.closed(self.options, loss)
        for call in self.exchange.lose():
            fail(call, lost_error(call, loss))
        for waiter in self._parked:
            waiter.wake()
        if self.on_loss is not None:
            self.on_loss()
        self._close_if_unused()

    def _ended(self) -> None:
        self._lose(ConnectionError(f"{self.where} closed the connection"))

    def abort(self, error: Exception | None = None) -> None:
        """End it at once; who waits gets `ConnectionError`. Twice is fine."""
        with self._lock:
            self._lose(error or ConnectionError("the link was closed"))

    def begin_anew(self) -> None:
        """In a forked child: this link is the parent's, and what its threads wait for is theirs."""
        self._lock = threading.Lock()
        self.lost = True
        self.error = ConnectionError("the link belongs to the process that has forked this one")
        self._sender = self._driver = None
        self._parked.clear()
        self._wire.close()

    def detach(self) -> Wire:
        """The socket, hands shaken, for who speaks on it by himself. The link must not be used any more: a call raises
        `ConnectionError`, and ends the socket.
        """
        with self._lock:
            self.lost = True
            self.error = ConnectionError("the socket was given to somebody else")
            return self._wire


def _ignore(items: Sequence[Any]) -> None:
    pass
