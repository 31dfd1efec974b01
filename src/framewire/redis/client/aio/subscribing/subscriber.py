"""Who listens, from asyncio: subscribing and unsubscribing, and the wait until the server has confirmed it.

What belongs here: what a listener may ask, and in which loop; the form that has one server, and so one feed. Who
listens to what is the book's business, the link the feed's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.subscribing.feed import Feed
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.book import Book
from framewire.redis.client.subscriptions.items import Full
from framewire.redis.client.subscriptions.listener import Listener, Topic
from framewire.redis.exchange.calls import Waiter

__all__ = ["Desk", "Subscriber", "Subscribing"]


class Desk(Protocol):
    """Where listeners are written down: a book, or several together."""

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener: ...

    def join(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> list[Topic]: ...

    def withdraw(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter) -> None: ...

    def leave(self, listener: Listener, topics: Iterable[Topic], waiter: Waiter | None = None) -> None: ...

    def end(self, listener: Listener, error: RedisError | None = None) -> None: ...

    def end_all(self, error: RedisError | None, asked: RedisError) -> None: ...


class Subscribing:
    """`subscribe` and `unsubscribe` for listeners that `new_listener` has made."""

    def __init__(self, options: Options, desk: Desk) -> None:
        self.options = options
        self.closed = False
        self._desk = desk
        self._loop: asyncio.AbstractEventLoop | None = None  # where it is used

    # -- what there is beneath ----------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Say what there is to say; connect where there is no link for it."""
        raise NotImplementedError

    def trouble(self) -> ConnectionError | None:
        """Why nothing can come at the moment; `None` where something can."""
        raise NotImplementedError

    def _end_links(self) -> None:
        raise NotImplementedError

    # -- who listens --------------------------------------------------------------------------------------------------

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener:
        """Who listens to nothing yet."""
        if self.closed:
            raise ConnectionError("the client is closed")
        return self._desk.new_listener(most, most_bytes, full, arrived)

    async def subscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """Until the server has confirmed all, within `socket_timeout`; else it is as if nothing had been asked.

        Raises the server's refusal, `ConnectionError` and `TimeoutError`.
        """
        waiter: asyncio.Future[None] = self._enter().create_future()
        new = self._desk.join(listener, topics, waiter)
        try:
            self._go_on()
            await self._wait(waiter, "subscribing")
        except BaseException:
            waiter.cancel()
            self._desk.withdraw(listener, new, waiter)
            self._go_on()
            raise

    async def unsubscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """At once; then it waits until the server has confirmed what nobody listens to any more."""
        waiter: asyncio.Future[None] = self._enter().create_future()
        self._desk.leave(listener, topics, waiter)
        self._go_on()
        await self._wait(waiter, "unsubscribing")

    def end(self, listener: Listener) -> None:
        """`listener` listens no more; nothing is waited for."""
        self._desk.end(listener)
        if self._loop is asyncio.get_running_loop() and not self.closed:
            self._go_on()

    def _enter(self) -> asyncio.AbstractEventLoop:
        """The loop that runs, which must be the links'."""
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
            reason = self._why() or "no confirmation came"
            late = f"{what} at {self.options.url} took longer than {seconds} s: {reason}"
            raise TimeoutError(late, fate=Fate.UNKNOWN)
        waiter.result()

    def _why(self) -> Exception | None:
        """What went wrong last, if anything did."""
        raise NotImplementedError

    def left_behind(self) -> bool:
        """Whether the loop of the links has been closed under them."""
        return self._loop is not None and self._loop.is_closed()

    def close(self) -> None:
        """All listeners end."""
        self.closed = True
        self._desk.end_all(None, ConnectionError("the client was closed"))
        self._end_links()


class Subscriber(Subscribing):
    """At one server."""

    def __init__(self, options: Options, opener: Opener) -> None:
        book = Book(time.time)
        super().__init__(options, book)
        self.feed = Feed(options, opener, book)

    def _go_on(self) -> None:
        self.feed.go_on()

    def trouble(self) -> ConnectionError | None:
        return self.feed.trouble()

    def _why(self) -> Exception | None:
        return self.feed.failure

    def _end_links(self) -> None:
        self.feed.close()
