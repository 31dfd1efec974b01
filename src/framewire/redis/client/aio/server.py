"""Where requests go: one server, over one link that is made when it is needed.

    (no link) -- first call --> connecting -- shaken hands --> open -- lost --> (no link)
                                  |   ^                                            | somebody's request may be repeated
                                  |   +-- pause, again --+                         +--> connecting
                                  +-- refused, too often: all that wait fail --> (no link)

What belongs here: when to connect, single-flight and with backoff; and what becomes of a request when its link is lost
or the server does not take it: it goes out again, or its caller is told its fate. How bytes go and come is the link's
business.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from framewire.frames.resp import Error
from framewire.redis.client.aio.link import Link
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import AuthenticationError, ConnectionError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied, fail, lost_error, refusal_of
from framewire.redis.client.repeating import is_passing, may_pass, may_repeat
from framewire.redis.exchange.calls import Call, Request

__all__ = ["Server"]

Future = asyncio.Future[Any]


class Server:
    """The shared link of a client.

    `bind` is given what to call with `(request, shape, timeout)` for a future: at once, and whenever that has changed.
    """

    def __init__(self, options: Options, opener: Opener, bind: Callable[[Callable[..., Future]], None]) -> None:
        self.options = options
        self._opener = opener
        self.where = options.url
        self._bind = bind
        bind(self._call_unconnected)
        self.on_push: Callable[[Sequence[Any]], None] = _ignore
        self.on_resend: Callable[[Sequence[Request]], None] = _ignore
        self.on_loss: Callable[[], None] = _nothing
        self._link: Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._stranded: list[Call] = []  # they wait for the next link
        self._attempts: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # by waiter, of those that were sent again
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
            self._link = self._new_link()
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
        return self._link

    def _new_link(self) -> Link:
        link = Link(self, self.options, tracking=self.options.cache is not None)
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
        retry = self.options.retry
        attempts = 0
        while True:
            try:
                await self._opener.connect(self._exchange_link())
                self._connecting = None
                return
            except Exception as error:  # also one that nobody has foreseen: else all would wait for ever
                failure = error if isinstance(error, RedisError) else ConnectionError(f"could not connect: {error!r}")
                attempts += 1
                self._strand()
                if attempts > retry.retries or not may_pass(failure):
                    return self._give_up(failure)
            self._link = self._new_link()
            self._adopt()
            await asyncio.sleep(retry.pause(attempts, random.random()))

    def _strand(self) -> None:
        """The attempt has failed: what waits in its exchange waits on."""
        link = self._link
        if link is not None and not link.lost:
            link.abort(ConnectionError("connecting failed"))  # which calls `link_lost`

    def _adopt(self) -> None:
        """What is stranded waits in the link of the next attempt."""
        calls, self._stranded = self._stranded, []
        for call in calls:
            self._send_again(call)

    def _give_up(self, failure: RedisError) -> None:
        calls, self._stranded = self._stranded, []
        self._connecting, self._link = None, None
        self._bind(self._call_unconnected)
        for call in calls:
            fail(call, copied(failure))

    # -- what becomes of calls ----------------------------------------------------------------------------------------

    def _send_again(self, call: Call) -> None:
        waiter = call.waiter
        if waiter is None or waiter.done():
            return
        timeout = call.deadline - asyncio.get_running_loop().time()
        exchange = self._exchange_link().exchange
        self.on_resend(call.requests)
        left = None if timeout == float("inf") else max(timeout, 0.0)
        try:
            if call.batch:
                exchange.send_batch(call.requests, waiter, left)
            else:
                exchange.send(call.requests[0], waiter, call.shape, left)
        except Exception as error:
            waiter.set_exception(error)

    def link_lost(self, link: Link, error: Exception, calls: list[Call]) -> None:
        if link is not self._link:
            return
        self.on_loss()
        if self._connecting is not None:
            self._stranded += calls
            return
        self._link = None
        self._bind(self._call_unconnected)
        for call in calls:
            fate = Fate.UNKNOWN if call.written else Fate.NOT_EXECUTED
            if self.closed or not self._try_again(call, fate):
                fail(call, lost_error(call, error))

    def _try_again(self, call: Call, fate: Fate) -> bool:
        """Send it again, if that is allowed; whether it was."""
        if call.waiter is None or not may_repeat(call.requests, fate) or not self._count(call):
            return False
        self._send_again(call)
        return True

    def _count(self, call: Call) -> bool:
        """Whether one attempt more is allowed."""
        made = self._attempts.get(call.waiter, 0)
        self._attempts[call.waiter] = made + 1
        return made < self.options.retry.retries

    def link_refused(self, link: Link, call: Call, error: Error) -> None:
        refusal = refusal_of(call, error)
        if is_passing(refusal) and self._count(call):
            loop = asyncio.get_running_loop()
            pause = self.options.retry.pause(self._attempts[call.waiter], random.random())
            if loop.time() + pause < call.deadline:
                loop.call_later(pause, self._send_again, call)
                return
        fail(call, refusal)

    def link_pushed(self, link: Link, items: Sequence[Any]) -> None:
        self.on_push(items)

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop of the link; `None` without one."""
        return None if self._link is None else self._link.loop

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
        """Whether the loop of the link has been closed under it."""
        return self._link is not None and self._link.loop.is_closed()

    # -- the end ------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """End the link; who still waits is told."""
        self.closed = True
        self._bind(self._call_unconnected)
        if self._connecting is not None:
            self._connecting.cancel()
            self._strand()
            self._give_up(ConnectionError("the client was closed"))
        if self._link is not None:
            self._link.abort(ConnectionError("the client was closed"))
            await asyncio.sleep(0)  # for the loop to close what was aborted


def _ignore(_: Sequence[Any]) -> None:
    pass


def _nothing() -> None:
    pass
