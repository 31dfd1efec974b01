"""A link for all that tasks listen to at one server, and its book.

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
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.aio.link import Link
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import fail, refusal_of
from framewire.redis.client.repeating import is_passing, may_pass
from framewire.redis.client.subscriptions.book import Book, Request
from framewire.redis.exchange.calls import Call

__all__ = ["Feed"]

STEADY_SECONDS = 1.0
"""A link that was open for so long is made anew at once; after a shorter life the pauses grow."""


class Answer:
    """The waiter of one request, called at once and not by the loop: what follows an answer must find the book told."""

    __slots__ = ("_feed", "request")

    def __init__(self, feed: Feed, request: Request) -> None:
        self._feed, self.request = feed, request

    def done(self) -> bool:
        return False

    def set_result(self, confirmations: list[Any], /) -> None:
        for items in confirmations:
            self._feed.hear(items)

    def set_exception(self, error: RedisError, /) -> None:
        self._feed.refused(self.request, error)


class Feed:
    """`go_on` when the book has something to say; it begins without a link."""

    def __init__(self, options: Options, opener: Opener, book: Book) -> None:
        self.options = replace(options, integrity=False)  # its question may not be asked there, under RESP2
        self._opener = opener
        self.book = book
        self.link: Link | None = None
        self.connecting: asyncio.Task[None] | None = None
        self._attempts = 0  # that failed, since a link was steady
        self._opened = 0.0
        self.failure: RedisError | None = None  # why there is no link
        self.closed = False

    def trouble(self) -> ConnectionError | None:
        """Why nothing can come at the moment; `None` where something can."""
        if self.link is not None and self.link.is_open:
            return None
        return ConnectionError(f"there is no link to {self.options.url} at the moment: {self.failure}")

    # -- what others may want to know ---------------------------------------------------------------------------------

    def lost(self) -> None:
        """The link was lost."""

    def failed(self) -> None:
        """It could not be made; it is tried again, if the book still wants one."""

    # -- connecting ---------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Tell the server what there is to tell, over a link that is made if there is none."""
        if self.link is not None and self.link.is_open:
            self.send()
        elif self.connecting is None and self.book.is_wanted and not self.closed:
            self.connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        while True:
            if self._attempts:
                await asyncio.sleep(self.options.retry.pause(self._attempts, random.random()))
            self.link = link = Link(self, self.options)
            failure = await self._attempt(link)
            if failure is None:
                self._opened = link.loop.time()
                self.book.connected()
                break
            self._abort(link, failure)
            if not self._try_again(failure):
                break
        self.connecting = None
        self.send()

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
        self.failure = failure
        if not may_pass(failure):
            self.book.end_all(failure, failure)
        self.failed()
        if self._attempts > self.options.retry.retries:
            self.book.give_up_new(failure)
        if self.book.is_wanted and not self.closed:
            return True
        self._attempts = 0
        return False

    def _abort(self, link: Link, error: Exception) -> None:
        """`link` is of no use, and nothing was heard on it."""
        self.link = None
        if not link.lost:
            link.abort(error)

    # -- the link -----------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """Tell the server what there is to tell, if there is a link."""
        link = self.link
        if self.book.requests and link is not None and link.is_open and not link.lost:
            for request in self.book.take():
                link.exchange.send(request, Answer(self, request), urgent=True)  # a full backlog would lose it

    def hear(self, items: Sequence[Any]) -> None:
        """A message or a confirmation."""
        self.book.heard(items)
        self.send()

    def refused(self, request: Request, error: RedisError) -> None:
        """The server does not do what it was told. Where that passes, a new link is told the same again, later."""
        link = self.link
        if link is not None and is_passing(error) and self.book.is_missed(request):
            link.loop.call_soon(link.abort, error)
        else:
            self.book.refused(request, error)
            self.send()

    def link_pushed(self, link: Link, items: Sequence[Any]) -> None:
        if link is self.link:
            self.hear(items)

    def link_refused(self, link: Link, call: Call, error: Error) -> None:
        fail(call, refusal_of(call, error))

    def link_late(self, link: Link, call: Call, error: RedisError) -> None:
        fail(call, error)

    def link_lost(self, link: Link, error: Exception, calls: list[Call]) -> None:
        if link is not self.link or not link.is_open:
            return
        self.link = None
        self.failure = error if isinstance(error, RedisError) else ConnectionError(str(error))
        now = link.loop.time()
        self._attempts = 0 if now - self._opened >= STEADY_SECONDS else self._attempts + 1
        self.book.lost(time.time() - link.silent_for())
        if not self.closed:
            self.lost()
        if self.book.is_wanted and not self.closed:
            self.go_on()

    def renew(self) -> None:
        """The link leads to another server than it should: it is made anew, and its name resolved again."""
        if self.link is not None and self.link.is_open:
            self.link.abort(ConnectionError(f"{self.options.url} has changed places"))

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self, reason: str = "the client was closed") -> None:
        """There will be no link any more. What that means for who listens is the business of who calls."""
        self.closed = True
        if self.connecting is not None:
            self.connecting.cancel()
            self.connecting = None
        link, self.link = self.link, None
        if link is not None and not link.lost:
            link.abort(ConnectionError(reason))


def _because_of(error: Exception) -> ConnectionError:
    failure = ConnectionError(f"no link could be made: {error!r}")
    failure.__cause__ = error
    return failure
