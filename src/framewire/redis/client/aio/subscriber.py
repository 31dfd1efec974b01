"""The one link of a client for all that its tasks listen to.

    (no link) -- first subscription --> connecting -- open: all topics are subscribed --> open
                                          |    ^                                            | lost, and somebody listens
                                          +----+ pause, again <-----------------------------+

What belongs here: when to connect, and what goes between the book and the link. Who listens to what is the book's
business; a link that is silent for long is asked, and given up, by itself.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.aio.link import Link
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import fail, refusal_of
from framewire.redis.client.repeating import is_passing, may_pass
from framewire.redis.client.subscriptions.book import Book, Request
from framewire.redis.client.subscriptions.items import Full
from framewire.redis.client.subscriptions.listener import Listener, Topic
from framewire.redis.exchange.calls import Call

__all__ = ["Subscriber"]

STEADY_SECONDS = 1.0
"""A link that was open for so long is made anew at once; after a shorter life the pauses grow."""


class Answer:
    """The waiter of one request, called at once and not by the loop: what follows an answer must find the book told."""

    __slots__ = ("_subscriber", "request")

    def __init__(self, subscriber: Subscriber, request: Request) -> None:
        self._subscriber, self.request = subscriber, request

    def done(self) -> bool:
        return False

    def set_result(self, confirmations: list[Any], /) -> None:
        for items in confirmations:
            self._subscriber.hear(items)

    def set_exception(self, error: RedisError, /) -> None:
        self._subscriber.refused(self.request, error)


class Subscriber:
    """`subscribe` and `unsubscribe` for listeners that `new_listener` has made."""

    def __init__(self, options: Options, opener: Opener) -> None:
        self.options = replace(options, integrity=False)  # its question may not be asked there, under RESP2
        self._opener = opener
        self._book = Book(time.time)
        self._link: Link | None = None
        self._loop: asyncio.AbstractEventLoop | None = None  # whose link it is
        self._connecting: asyncio.Task[None] | None = None
        self._attempts = 0  # that failed, since a link was steady
        self._opened = 0.0
        self._failure: RedisError | None = None  # why there is no link
        self.closed = False

    # -- who listens --------------------------------------------------------------------------------------------------

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener:
        """Who listens to nothing yet."""
        if self.closed:
            raise ConnectionError("the client is closed")
        return self._book.new_listener(most, most_bytes, full, arrived)

    async def subscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """Until the server has confirmed all, within `socket_timeout`; else it is as if nothing had been asked.

        Raises the server's refusal, `ConnectionError` and `TimeoutError`.
        """
        loop = self._enter()
        waiter: asyncio.Future[None] = loop.create_future()
        new = self._book.join(listener, topics, waiter)
        try:
            self._go_on()
            await self._wait(waiter, "subscribing")
        except BaseException:
            waiter.cancel()
            self._book.withdraw(listener, new, waiter)
            self._send()
            raise

    async def unsubscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """At once; then it waits until the server has confirmed what nobody listens to any more."""
        loop = self._enter()
        waiter: asyncio.Future[None] = loop.create_future()
        self._book.leave(listener, topics, waiter)
        self._send()
        await self._wait(waiter, "unsubscribing")

    def end(self, listener: Listener) -> None:
        """`listener` listens no more; nothing is waited for."""
        self._book.end(listener)
        if self._loop is asyncio.get_running_loop():
            self._send()

    def _enter(self) -> asyncio.AbstractEventLoop:
        """The loop that runs, which must be the link's."""
        if self.closed:
            raise ConnectionError("the client is closed")
        loop = asyncio.get_running_loop()
        if self._loop is not loop and self._loop is not None:
            raise RuntimeError("what listens is used in the event loop where it first was, and in no other")
        self._loop = loop
        return loop

    async def _wait(self, waiter: asyncio.Future[None], what: str) -> None:
        seconds = self.options.socket_timeout
        try:
            await asyncio.wait([waiter], timeout=seconds)
        finally:
            if waiter.done():
                waiter.exception()  # or asyncio would say, where we are cancelled, that nobody has asked for it
        if not waiter.done():
            reason = self._failure or "no confirmation came"
            late = f"{what} at {self.options.url} took longer than {seconds} s: {reason}"
            raise TimeoutError(late, fate=Fate.UNKNOWN)
        waiter.result()

    def trouble(self) -> ConnectionError | None:
        """Why nothing can come at the moment; `None` where something can."""
        if self._link is not None and self._link.is_open:
            return None
        return ConnectionError(f"there is no link to {self.options.url} at the moment: {self._failure}")

    def left_behind(self) -> bool:
        """Whether the loop of the link has been closed under it."""
        return self._loop is not None and self._loop.is_closed()

    # -- connecting ---------------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Tell the server what there is to tell, over a link that is made if there is none."""
        if self._link is not None and self._link.is_open:
            self._send()
        elif self._connecting is None and self._loop is not None:
            self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        while True:
            if self._attempts:
                await asyncio.sleep(self.options.retry.pause(self._attempts, random.random()))
            self._link = link = Link(self, self.options)
            failure = await self._attempt(link)
            if failure is None:
                self._opened = link.loop.time()
                self._book.connected()
                break
            self._abort(link, failure)
            if not self._try_again(failure):
                break
        self._connecting = None
        self._send()

    async def _attempt(self, link: Link) -> RedisError | None:
        """What went wrong, be it of the server's or of who was asked for credentials."""
        try:
            await self._opener.connect(link)
        except RedisError as failure:
            return failure
        except Exception as error:
            return _because_of(error)
        return None

    def _try_again(self, failure: RedisError) -> bool:
        """After an attempt that failed: whether there is to be another."""
        self._attempts += 1
        self._failure = failure
        if not may_pass(failure):
            self._book.end_all(failure, failure)
        elif self._attempts > self.options.retry.retries:
            self._book.give_up_new(failure)
        if self._book.is_wanted:
            return True
        self._attempts = 0
        return False

    def _abort(self, link: Link, error: Exception) -> None:
        """`link` is of no use, and nothing was heard on it."""
        self._link = None
        if not link.lost:
            link.abort(error)

    # -- the link -----------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        link = self._link
        if self._book.requests and link is not None and link.is_open and not link.lost:
            for request in self._book.take():
                link.exchange.send(request, Answer(self, request), urgent=True)  # a full backlog would lose it

    def hear(self, items: Sequence[Any]) -> None:
        """A message or a confirmation."""
        self._book.heard(items)
        self._send()

    def refused(self, request: Request, error: RedisError) -> None:
        """The server does not do what it was told. Where that passes, a new link is told the same again, later."""
        link = self._link
        if link is not None and is_passing(error) and self._book.is_missed(request):
            link.loop.call_soon(link.abort, error)
        else:
            self._book.refused(request, error)
            self._send()

    def link_pushed(self, link: Link, items: Sequence[Any]) -> None:
        if link is self._link:
            self.hear(items)

    def link_refused(self, link: Link, call: Call, error: Error) -> None:
        fail(call, refusal_of(call, error))

    def link_late(self, link: Link, call: Call, error: RedisError) -> None:
        fail(call, error)

    def link_lost(self, link: Link, error: Exception, calls: list[Call]) -> None:
        if link is not self._link or not link.is_open:
            return
        self._link = None
        self._failure = error if isinstance(error, RedisError) else ConnectionError(str(error))
        now = link.loop.time()
        self._attempts = 0 if now - self._opened >= STEADY_SECONDS else self._attempts + 1
        self._book.lost(time.time() - link.silent_for())
        if self._book.is_wanted and not self.closed:
            self._go_on()

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """All listeners end."""
        self.closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        link, self._link = self._link, None
        self._book.end_all(None, ConnectionError("the client was closed"))
        if link is not None and not link.lost:
            link.abort(ConnectionError("the client was closed"))


def _because_of(error: Exception) -> ConnectionError:
    failure = ConnectionError(f"no link could be made: {error!r}")
    failure.__cause__ = error
    return failure
