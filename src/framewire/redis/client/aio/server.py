"""Where requests go: one server, over one link that is made when it is needed.

    (no link) -- first call --> connecting -- shaken hands --> open -- lost --> (no link)
                                  |   ^                                            | somebody's request may be repeated
                                  |   +-- pause, again --+                         +--> connecting
                                  +-- refused, too often: all that wait fail --> (no link)

What belongs here: when to connect, single-flight and with backoff, which also passes between links that are lost before
they have answered anything; and what becomes of a request when its link is lost
or the server does not take it: it goes out again, or its caller is told its fate. How bytes go and come is the link's
business.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.aio.link import Link, WrongLoop
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.errors import AuthenticationError, ConnectionError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied, fail, lost_error, name_of, refusal_of, unsent
from framewire.redis.client.repeating import is_passing, may_pass, may_repeat
from framewire.redis.exchange.calls import Call, Request

__all__ = ["Server"]

Future = asyncio.Future[Any]


class Server:
    """The shared link of a client.

    `bind` is given what to call with `(request, shape, timeout)` for a future: at once, and whenever that has changed.

    Who knows other servers may take a call over that this one has refused (`on_refused`), or whose link was lost or
    could not be made (`on_failed`): they return whether they do. They hear too when a reply does not come in time, or
    nothing at all comes while somebody waits (`on_silence`).
    """

    def __init__(
        self, options: Options, opener: Opener, bind: Callable[[Callable[..., Future]], None],
        attempts: Attempts | None = None,
    ) -> None:  # fmt: skip
        self.options = options
        self._opener = opener
        self.where = options.url
        self._bind = bind
        bind(self._call_unconnected)
        self.on_push: Callable[[Sequence[Any]], None] = _ignore
        self.on_resend: Callable[[Sequence[Request]], None] = _ignore
        self.on_loss: Callable[[], None] = _nothing
        self.on_new_link: Callable[[], None] = _nothing  # before it is made; what this raises, who calls gets
        self.on_refused: Callable[[Call, Error], bool] = _declines
        self.on_failed: Callable[[Call, RedisError], bool] = _declines
        self.on_silence: Callable[[], None] = _nothing
        self._link: Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._stranded: list[Call] = []  # they wait for the next link
        self._paused: dict[int, Call] = {}  # by id: they wait for a time
        self._barren = 0  # links in a row that were lost without an answer
        self._attempts = Attempts() if attempts is None else attempts
        self.closed = False

    # -- the link -----------------------------------------------------------------------------------------------------

    def _call_unconnected(self, *args: Any) -> Future:
        return self._exchange_link().exchange.call(*args)  # type: ignore[no-any-return]

    def send_batch(self, requests: Sequence[Sequence[object]], waiter: Future, timeout: float | None) -> None:
        """Send requests together; `waiter` gets the list of their replies."""
        self._exchange_link().exchange.send_batch(requests, waiter, timeout)

    def send(self, request: Request, waiter: Any, timeout: float | None) -> None:
        """Send one request for a waiter of the caller's."""
        self._exchange_link().exchange.send(request, waiter, None, timeout)

    def _exchange_link(self) -> Link:
        """The link, which may not be open yet."""
        if self.closed:
            raise ConnectionError("the client is closed")
        if self._link is None:
            self.on_new_link()
            self._enter_loop()
            self._link = self._new_link()
            if self._connecting is None:
                self._connecting = asyncio.get_running_loop().create_task(self._connect())
            self._adopt()
        return self._link

    def _enter_loop(self) -> None:
        """Who was connecting in a loop that has ended is forgotten."""
        if self._connecting is not None and self._connecting.get_loop() is not asyncio.get_running_loop():
            if not self._connecting.get_loop().is_closed():
                raise WrongLoop
            self._connecting, self._stranded = None, []

    def _new_link(self) -> Link:
        link = Link(self, self.options, tracking=self.options.cache is not None)
        link.on_silence = self.on_silence
        self._bind(link.exchange.call)
        return link

    async def connected(self) -> Link:
        """The link, once it is open. Raises what connecting raised."""
        waiter = asyncio.get_running_loop().create_future()
        self._exchange_link().exchange.send((b"PING",), waiter, None, self.options.socket_timeout)
        await waiter
        assert self._link is not None
        return self._link

    async def _connect(self) -> None:
        """Try until a link is open, or it makes no sense to go on."""
        try:
            failure = await self._try_to_connect()
        except asyncio.CancelledError:  # whoever it was: who waits must not wait for ever
            failure = ConnectionError("connecting was cancelled, as when an event loop ends")
        if self._connecting is asyncio.current_task():
            if failure is None:
                self._connecting = None
            else:
                self._give_up(failure)

    async def _try_to_connect(self) -> RedisError | None:
        """Why it is given up, if it is."""
        retry = self.options.retry
        attempts = 0
        if self._barren > 1:
            await asyncio.sleep(retry.pause(self._barren - 1, random.random()))
        while (failure := await self._attempt(self._exchange_link())) is not None:
            attempts += 1
            if attempts > retry.retries or not may_pass(failure):
                return failure
            await asyncio.sleep(retry.pause(attempts, random.random()))
        return None

    async def _attempt(self, link: Link) -> RedisError | None:
        """Why it failed, if it did. What waited in the link is stranded then, until the next one is made."""
        try:
            await self._opener.connect(link)
        except Exception as error:  # also one that nobody has foreseen: else all would wait for ever
            failure = error if isinstance(error, RedisError) else _because_of(error)
            if not link.lost:
                link.abort(failure)  # which calls `link_lost`
            if self._stranded:
                self._exchange_link()  # deadlines pass there
            return failure
        return None

    def _adopt(self) -> None:
        """What is stranded waits in the link of the next attempt, before whoever comes now."""
        calls, self._stranded = self._stranded, []
        for call in calls:
            self.send_again(call)

    def _give_up(self, failure: RedisError) -> None:
        if self._link is not None:
            self._link.abort(failure)  # all that wait there are stranded
        calls, self._stranded = self._stranded, []
        self._connecting = None
        for call in calls:
            error = copied(failure)
            if not self._hand_over(call, error):
                self._fail(call, error)

    # -- what becomes of calls ----------------------------------------------------------------------------------------

    def send_again(self, call: Call) -> None:
        """Send a call once more, which was sent before: here, or elsewhere. Its caller is told where that fails."""
        waiter = call.waiter
        if waiter is None or waiter.done():
            return
        left = None if call.deadline == math.inf else call.deadline - asyncio.get_running_loop().time()
        if left is not None and left <= 0:
            name = name_of(call).decode("ascii", "replace")
            return self._fail(call, TimeoutError(f"{name} to {self.where} was tried again until its time was over"))
        try:
            exchange = self._exchange_link().exchange
            self.on_resend(call.requests)
            if call.batch:
                exchange.send_batch(call.requests, waiter, left)
            else:
                exchange.send(call.requests[0], waiter, call.shape, left)
        except Exception as error:
            failure = unsent(error)
            if isinstance(failure, RedisError):
                self._fail(call, failure)
            else:
                fail(call, failure)

    def send_again_later(self, call: Call, pause: float) -> None:
        """As `send_again`, after so many seconds."""
        self._paused[id(call)] = call
        asyncio.get_running_loop().call_later(pause, self._pause_over, call)

    def _pause_over(self, call: Call) -> None:
        if self._paused.pop(id(call), None) is not None:
            self.send_again(call)

    def link_lost(self, link: Link, error: Exception, calls: list[Call]) -> None:
        if link is not self._link:
            return
        self.on_loss()
        self._link = None
        self._bind(self._call_unconnected)
        if self._connecting is not None:
            self._stranded += calls
            return
        self._barren = 0 if link.has_answered else self._barren + 1
        for call in calls:
            loss = lost_error(call, error)
            if not (self._hand_over(call, loss) or self._try_again(call, loss)):
                self._fail(call, loss)

    def _hand_over(self, call: Call, error: RedisError) -> bool:
        """Whether somebody who knows other servers takes it."""
        return not self.closed and self.on_failed(call, error)

    def _try_again(self, call: Call, error: RedisError) -> bool:
        """Send what a link has lost over the next one, if that is allowed; whether it was."""
        if self.closed or call.waiter is None or not may_repeat(call.requests, error.fate):
            return False
        if self._attempts.count(call) >= self.options.retry.retries:
            return False
        if error.fate is Fate.UNKNOWN:
            self._attempts.doubt(call)
        self.send_again(call)
        return True

    def _fail(self, call: Call, error: RedisError) -> None:
        fail(call, self._attempts.judge(call, error))

    def link_refused(self, link: Link, call: Call, error: Error) -> None:
        if self.on_refused(call, error):
            return
        refusal = refusal_of(call, error)
        if is_passing(refusal) and (made := self._attempts.count(call)) < self.options.retry.retries:
            loop = asyncio.get_running_loop()
            pause = self.options.retry.pause(made + 1, random.random())
            if loop.time() + pause < call.deadline:
                self.send_again_later(call, pause)
                return
        self._fail(call, refusal)

    def link_late(self, link: Link, call: Call, error: RedisError) -> None:
        self._fail(call, error)
        self.on_silence()

    def link_pushed(self, link: Link, items: Sequence[Any]) -> None:
        self.on_push(items)

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop of the link, or of who connects; `None` without one."""
        if self._link is not None:
            return self._link.loop
        return None if self._connecting is None else self._connecting.get_loop()

    def check_loop(self) -> None:
        """Raise `WrongLoop` where the link is at home in another loop, which is there still."""
        loop = self.loop
        if loop is not None and not loop.is_closed() and loop is not asyncio.get_running_loop():
            raise WrongLoop

    async def reauthenticate(self, auth: Sequence[bytes]) -> None:
        """Be somebody else on the link, if there is one. Raises `AuthenticationError`."""
        if self._link is None:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._link.exchange.send((b"AUTH", *auth), waiter, None, self.options.socket_timeout)
        try:
            await waiter
        except ConnectionError as error:
            if isinstance(error, AuthenticationError):
                raise  # of a link that was lost meanwhile, the next one is opened with what is true then

    def left_behind(self) -> bool:
        """Whether that loop has been closed under it."""
        return self.loop is not None and self.loop.is_closed()

    # -- the end ------------------------------------------------------------------------------------------------------

    @property
    def is_suspect(self) -> bool:
        """Whether who waits may do so in vain: the link is not there yet, or silent."""
        return self._connecting is not None or (self._link is not None and self._link.is_suspect())

    def dismiss(self, error: ConnectionError) -> None:
        """It has been replaced: who waits is handed over to others, or told with this error what is known of it."""
        connecting = self._connecting
        if connecting is not None:
            self._give_up(error)
            connecting.cancel()
        elif self._link is not None:
            self._link.abort(error)

    async def close(self) -> None:
        """End the link; who still waits is told. Raises `WrongLoop`."""
        self.check_loop()
        self.closed = True
        self._bind(self._call_unconnected)
        if self.left_behind():
            self._link = self._connecting = None  # nobody is left there to be told
            return
        connecting, error = self._connecting, ConnectionError("the client was closed")
        if connecting is not None:
            self._give_up(error)
            connecting.cancel()
            await asyncio.wait([connecting])
        elif self._link is not None:
            self._link.abort(error)
        for call in self._paused.values():
            self._fail(call, copied(error))
        self._paused.clear()
        await asyncio.sleep(0)  # for the loop to close what was aborted


def _because_of(error: Exception) -> ConnectionError:
    failure = ConnectionError(f"could not connect: {error!r}")
    failure.__cause__ = error
    return failure


def _ignore(_: Sequence[Any]) -> None:
    pass


def _nothing() -> None:
    pass


def _declines(call: Call, error: Any) -> bool:
    return False
