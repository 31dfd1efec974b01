"""One connection to a server: bytes to and from its exchange, deadlines, and whether it is still alive.

    call --> exchange --wake--> end of this turn: take, write      (paused: the exchange keeps a backlog)
    read --> exchange --> waiters, pushes

What belongs here: asyncio's callbacks and the clock. Who asks, where else it could go, and what becomes of requests
when the link is gone, is its owner's business.
"""

from __future__ import annotations

import asyncio
import math
from asyncio import events
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

from framewire.errors import FramewireError
from framewire.frames.resp import Error
from framewire.redis.client.deadlines import Circumstances, late, patience
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.handshake import Greeting, greet
from framewire.redis.client.hooks import Hooks
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import broken_error
from framewire.redis.exchange._impl import Exchange
from framewire.redis.exchange.calls import Call

__all__ = ["Link", "LinkOwner", "WrongLoop"]

BEAT_SECONDS = 0.025
"""How often deadlines are looked at while somebody waits."""

SUSPICIOUS_SECONDS = 1.0
"""A server that is silent for so long while somebody waits is told of, to who knows others, and again after as long."""

HIGH_WATER = 256 * 1024
"""Bytes that wait in the transport above which nothing more is given to it."""


class WrongLoop(RuntimeError):
    """What is used belongs to another event loop."""

    def __init__(self) -> None:
        super().__init__("a client is used in the event loop where it was first used, and in no other")


class LinkOwner(Protocol):
    """Who made a link, and is told."""

    def link_lost(self, link: Link, error: Exception, calls: list[Call]) -> None:
        """It is gone; `calls` wait."""

    def link_refused(self, link: Link, call: Call, error: Error) -> None:
        """`call` was answered with an error."""

    def link_late(self, link: Link, call: Call, error: RedisError) -> None:
        """`call` has no reply in time, which `error` says."""

    def link_pushed(self, link: Link, items: Sequence[Any]) -> None:
        """Something came that was no reply."""


class Link(asyncio.BufferedProtocol):
    """A connection, from before it is open until it is lost. `exchange.call` sends on it."""

    def __init__(self, owner: LinkOwner, options: Options, *, patient: bool = False, tracking: bool = False) -> None:
        """`patient`: the server may be silent for as long as it likes, as it is before a blocking command's answer.
        `tracking`: it is to tell of keys that change."""
        self._tracking = tracking
        self.loop = asyncio.get_running_loop()
        self._owner = owner
        self.options = options
        self.where = options.url
        self.exchange = Exchange(
            self,
            max_requests=options.max_in_flight,
            max_bytes=options.max_in_flight_bytes,
            max_queued=options.max_queued_bytes,
            integrity=options.integrity,
        )
        self.get_buffer = self.exchange.get_buffer  # type: ignore[method-assign]  # the callbacks themselves
        self.buffer_updated = self.exchange.buffer_updated  # type: ignore[method-assign]
        self.new_waiter = self.loop.create_future
        self.transport: asyncio.Transport | None = None
        self.greeting: Greeting = {}
        self.is_open = False  # the handshake is over
        self.hooks: Hooks | None = None  # who is told when it ends
        self.on_silence: Callable[[], None] | None = None
        self.lost = False
        self._asked: list[asyncio.Future[Any]] = []  # by the handshake
        self._error: Exception | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._expected = math.inf  # when the timer is to fire
        self._resting = True  # nobody waits for a reply
        self.is_to_primary = False  # then the server has to be one, or the handshake fails
        self._interval = options.health_check_interval or math.inf
        self._patience = math.inf if patient else patience(options)
        self._suspicious = SUSPICIOUS_SECONDS  # the silence that is told of next
        self._starved = 0.0  # for how long the loop did not run, at worst, since somebody waits
        self._heard = self.loop.time()  # when bytes came last: no later than that,
        self._heard_after = self._heard  # and no earlier
        self._listened = self._heard  # when that was looked at last
        self._received = 0
        self._greeted = 0

    # -- connecting ---------------------------------------------------------------------------------------------------

    def go_to(self, options: Options, *, primary: bool) -> None:
        """Where the server is was found out only now; with `primary` it has to be one."""
        self.options, self.where, self.is_to_primary = options, options.url, primary

    async def greet(self, auth: Sequence[bytes]) -> None:
        """Shake hands; then what has waited leaves. Raises what `greet` raises, and `ConnectionError`."""
        steps = greet(self.options, auth, self._tracking, primary=self.is_to_primary)
        try:
            requests = next(steps)
            while True:
                requests = steps.send(await self._ask(requests))
        except StopIteration as done:
            self.greeting = done.value
        self._asked = []
        self._check_there()
        self.is_open = True
        self._greeted = self.exchange.received
        self.exchange.open()
        self._watch()  # that nobody calls may be because nobody has a need to; the link is to stay all the same

    async def _ask(self, requests: list[tuple[Any, ...]]) -> list[Any]:
        """The replies to requests of the handshake, errors among them."""
        self._check_there()
        self._asked = [self.loop.create_future() for _ in requests]
        for request, waiter in zip(requests, self._asked, strict=True):
            self.exchange.send(request, waiter, urgent=True)
        await asyncio.wait(self._asked)
        self._check_there()
        return [waiter.result() for waiter in self._asked]

    @property
    def has_answered(self) -> bool:
        """Whether anything came behind the handshake."""
        return self.is_open and self.exchange.received > self._greeted

    def _check_there(self) -> None:
        if self.lost:
            raise self.loss()

    # -- asyncio calls these ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        if self.lost:  # it was given up meanwhile
            self.transport.abort()
        self._heard = self._heard_after = self._listened = self.loop.time()

    def pause_writing(self) -> None:
        self.exchange.pause()

    def resume_writing(self) -> None:
        self.exchange.resume()

    def eof_received(self) -> bool:
        self._error = self._error or ConnectionError(f"{self.where} closed the connection")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self.lost:
            return
        self.lost = True
        self._error = self._error or exc
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        calls, loss = self.exchange.lose(), self.loss()
        if self.hooks is not None:
            self.hooks.closed(self.options, loss)
        for waiter in self._asked:
            waiter.cancel()  # `greet` says why
        self._owner.link_lost(self, loss, [call for call in calls if call.waiter not in self._asked])

    # -- the exchange calls these -------------------------------------------------------------------------------------

    def wake(self) -> float:
        loop = self.loop
        if events._get_running_loop() is not loop:
            raise WrongLoop
        loop.call_soon(self._flush)
        now = loop.time()
        if self._resting:
            self._listen(now)
            self._watch()
        return now

    def pushed(self, items: Sequence[Any]) -> None:
        self._owner.link_pushed(self, items)

    def refused(self, call: Call, error: Error) -> None:
        if not self.is_open and call.waiter in self._asked:
            call.waiter.set_result(error)
        else:
            self._owner.link_refused(self, call, error)

    def broken(self, error: FramewireError) -> None:
        self.abort(broken_error(self.where, error))

    # -- writing ------------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        segments = self.exchange.take()
        if self.transport is None or self.lost:
            return
        if len(segments) == 1:
            self.transport.write(segments[0])
        elif segments:
            self.transport.writelines(segments)

    # -- time ---------------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Somebody waits from here on."""
        self._resting = False
        self._set_timer(BEAT_SECONDS)

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._expected = self.loop.time() + seconds
        self._timer = self.loop.call_at(self._expected, self._beat)

    def _beat(self) -> None:
        now = self.loop.time()
        self._listen(now)
        self._starved = max(self._starved, now - self._expected)
        late_calls = self.exchange.expire(now)
        if late_calls:
            self._fail_late(late_calls, now)
        if self.exchange.unanswered or self.exchange.queued:
            self._set_timer(BEAT_SECONDS)
            self._check_silence(now)
        else:
            self._rest(now)

    def _listen(self, now: float) -> None:
        if self.exchange.received != self._received:
            self._received, self._heard, self._heard_after = self.exchange.received, now, self._listened
        self._listened = now

    def silent_for(self) -> float:
        """For how many seconds nothing has come, to some hundredths."""
        now = self.loop.time()
        self._listen(now)
        return now - self._heard

    def _rest(self, now: float) -> None:
        """Nobody waits. A server that has long been silent is asked for a sign of life: then somebody does again."""
        self._resting, self._starved, self._timer = True, 0.0, None
        if not self.is_open or self._interval == math.inf or self._patience == math.inf:
            return
        if now - self._heard >= self._interval:
            self.exchange.send((b"PING",))
        else:
            self._set_timer(self._heard + self._interval - now + BEAT_SECONDS)

    def _check_silence(self, now: float) -> None:
        """Give the link up whose oldest request has no reply while nothing at all comes."""
        silence = self._silence(now)
        if silence > self._patience:
            self.abort(ConnectionError(f"{self.where} has been silent for {silence:.3g} s"))
        elif silence < SUSPICIOUS_SECONDS:
            self._suspicious = SUSPICIOUS_SECONDS
        elif silence >= self._suspicious and self.on_silence is not None:
            self._suspicious = silence + SUSPICIOUS_SECONDS
            self.on_silence()

    def _silence(self, now: float) -> float:
        return now - max(self._heard, self.exchange.oldest)

    def is_suspect(self) -> bool:
        """Whether somebody waits, and nothing has come for so long that it may be in vain."""
        waits = bool(self.exchange.unanswered or self.exchange.queued)
        return waits and self._silence(self.loop.time()) >= SUSPICIOUS_SECONDS

    def _fail_late(self, calls: list[Call], now: float) -> None:
        exchange = self.exchange
        ahead = exchange.unanswered + exchange.queued
        about = Circumstances(now, self._starved, self._heard_after, exchange.receiving, ahead)
        for call in calls:
            self._owner.link_late(self, call, late(call, about, self.where))

    # -- the end ------------------------------------------------------------------------------------------------------

    def loss(self) -> ConnectionError:
        """The error for whoever asks a link that is gone."""
        error = self._error
        if isinstance(error, ConnectionError):
            return error
        loss = ConnectionError(f"the connection to {self.where} was lost: {error or 'it was closed'}")
        loss.__cause__ = error
        return loss

    def abort(self, error: Exception) -> None:
        """End it at once, for this reason. In a loop that is closed nobody waits any more."""
        self._error = self._error or error
        if self.loop.is_closed():
            self.lost = True  # and whoever waited is gone with it
            self.exchange.lose()
            return
        if self.transport is not None:
            self.transport.abort()
        self.connection_lost(error)

    def close(self) -> None:
        """Send what was taken, then end it."""
        if self.transport is not None and not self.lost:
            self._flush()
            self.transport.close()
