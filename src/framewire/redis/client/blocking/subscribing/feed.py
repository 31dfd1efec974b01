"""A link for all that threads listen to at one server, and its book.

    (no link) -- first subscription --> connecting -- open: all topics are subscribed --> open
                                          |    ^                                            | lost, and somebody listens
                                          +----+ pause, again <-----------------------------+

What belongs here: when to connect, and what goes between the book and the link. Who listens to what is the book's
business. The threads that listen read the link; a `Reader` makes it, whenever there is none, and reads it where they
do not.

One lock is held around the book and the link's exchange, whoever speaks: messages come from whichever thread reads. It
may be that of several feeds. What is said to be under the lock is called by who holds it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.threads.reader import QUIET_SECONDS, Reader
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import is_passing, may_pass
from framewire.redis.client.subscriptions.book import Book, Request

__all__ = ["Feed"]

STEADY_SECONDS = 1.0
"""A link that was open for so long is made anew at once; after a shorter life the pauses grow."""


class Answer:
    """The waiter of one request, told by the thread that reads."""

    __slots__ = ("_feed", "_link", "request")

    def __init__(self, feed: Feed, link: Link, request: Request) -> None:
        self._feed, self._link, self.request = feed, link, request

    def done(self) -> bool:
        return False

    def set_result(self, confirmations: list[Any], /) -> None:
        for items in confirmations:
            self._feed.hear(items)

    def set_exception(self, error: Any, /) -> None:
        if not self._link.lost:
            self._feed.refused(self.request, error)


class Feed:
    """`reader.start()` when the book has something to say and there is no link; else `send`, and `flush`."""

    def __init__(self, options: Options, opener: Opener, book: Book, lock: threading.Lock) -> None:
        self.options = replace(options, integrity=False)  # its question may not be asked there, under RESP2
        self._opener = opener
        self.reader = self.new_reader()
        self.closed = False
        self.begin_anew(book, lock)

    def begin_anew(self, book: Book, lock: threading.Lock) -> None:
        """There is no link: that of before is another process's."""
        self.book, self.lock = book, lock
        self.link: Link | None = None  # one that is open
        self.failure: RedisError | None = None  # why there is no link
        self._waiting: list[Waiter] = []  # whose threads wait for a link
        self._attempts = 0  # that failed, since a link was steady
        self._not_before = 0.0  # when to connect again
        self._opened = 0.0
        self._unfit: RedisError | None = None  # why the link that is there is to be given up

    def trouble(self) -> ConnectionError | None:
        """Why nothing can come at the moment; `None` where something can."""
        if self.link is not None:
            return None
        return ConnectionError(f"there is no link to {self.options.url} at the moment: {self.failure}")

    def look(self) -> None:
        """Nobody may have read the link since somebody listened last; is it still there?"""
        link = self.link
        if link is not None and link.unread_for() > QUIET_SECONDS:
            link.look()

    # -- what others may want to know, under the lock -----------------------------------------------------------------

    def lost(self) -> None:
        """The link was lost."""

    def failed(self) -> None:
        """It could not be made; it is tried again, if the book still wants one."""

    # -- waiting ------------------------------------------------------------------------------------------------------

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """Until `waiter`, which is set under the lock, is done, or `deadline` (of the monotonic clock) has come.

        The thread reads the link meanwhile, if no other does; what is there already is read even behind the deadline.
        """
        while not waiter.is_done:
            link = self.link
            if link is None:
                self._wait_for_link(waiter, deadline)
            else:
                link.wait(waiter, deadline)
            if monotonic() >= deadline:
                return

    def _wait_for_link(self, waiter: Waiter, deadline: float) -> None:
        with self.lock:
            if waiter.is_done or self.link is not None:
                return
            gate = waiter.park()
            self._waiting.append(waiter)
        try:
            gate.acquire(True, min(max(0.0, deadline - monotonic()), threading.TIMEOUT_MAX))
        finally:
            with self.lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)

    # -- connecting: by the reader's thread ---------------------------------------------------------------------------

    def attend(self) -> float | None:
        """For `Reader`: make a link if there is none, read it where nobody does."""
        with self.lock:
            link, unfit, self._unfit = self.link, self._unfit, None
            if self.closed or not self.is_needed():
                return None
            left = self._not_before - monotonic()
        if link is None:
            return left if left > 0 else self._connect()
        if unfit is not None:
            link.abort(unfit)
        seconds = self.read(link)
        return 0.0 if seconds is None else seconds

    def new_reader(self) -> Reader:
        """Who attends."""
        return Reader(self.attend)

    def is_needed(self) -> bool:
        """Whether the reader has anything to do; what is on its way, those who wait for it read."""
        return self.book.is_wanted

    def read(self, link: Link) -> float | None:
        """Read where nobody does; in how many seconds to do so again, `None` where the link is lost."""
        return link.attend()

    def _connect(self) -> float | None:
        """One attempt; then in how many seconds to attend again."""
        try:
            link = self._opener.connect(self.options, None, False, self.lock)
        except RedisError as error:
            return self._failed(error)
        except Exception as error:  # of who was asked for credentials
            return self._failed(_because_of(error))
        with self.lock:
            if taken := not (self.closed or link.lost):
                self._connected(link)
        if not taken:
            link.abort()
            return 0.0
        return link.attend(0.0)

    def _connected(self, link: Link) -> None:
        link.on_push = self.hear
        link.on_loss = partial(self._lost, link)
        self.link = link
        self._opened = monotonic()
        self._unfit = None
        self.book.connected()
        self.send()
        self._wake_waiting()

    def _failed(self, failure: RedisError) -> float | None:
        with self.lock:
            self.failure = failure
            self._pause(self._attempts + 1)
            if not may_pass(failure):
                self.book.end_all(failure, failure)
            self.failed()
            if self._attempts > self.options.retry.retries:
                self.book.give_up_new(failure)
            if self.book.is_wanted:
                return 0.0
            self._pause(0)
            return None

    def _pause(self, attempts: int) -> None:
        """So many have failed: the next waits for it."""
        self._attempts = attempts
        self._not_before = monotonic() + self.options.retry.pause(attempts, random.random()) if attempts else 0.0

    def _wake_waiting(self) -> None:
        for waiter in self._waiting:
            waiter.wake()
        self._waiting.clear()

    # -- the link: under the lock -------------------------------------------------------------------------------------

    def send(self) -> None:
        """Queue what there is to tell the server, if there is a link; it leaves with `flush`, or what waits."""
        link = self.link
        if self.book.requests and link is not None and not link.lost:
            link.send((request, Answer(self, link, request)) for request in self.book.take())

    def flush(self) -> None:
        """Without the lock: let what was to be sent leave."""
        link = self.link
        if link is not None:
            link.flush()

    def hear(self, items: Sequence[Any]) -> None:
        """A message or a confirmation."""
        self.book.heard(items)
        self.send()

    def refused(self, request: Request, error: RedisError) -> None:
        """The server does not do what it was told. Where that passes, a new link is told the same again, later."""
        if is_passing(error) and self.book.is_missed(request):
            self._give_up_link(error)
        else:
            self.book.refused(request, error)
            self.send()

    def _give_up_link(self, error: RedisError) -> None:
        self._unfit = error
        self.reader.start()

    def renew(self) -> None:
        """The link leads to another server than it should: it is made anew, and its name resolved again."""
        self._give_up_link(ConnectionError(f"{self.options.url} has changed places"))

    def _lost(self, link: Link) -> None:
        if link is not self.link:
            return
        self.link = None
        self.failure = link.loss()
        self._pause(0 if monotonic() - self._opened >= STEADY_SECONDS else self._attempts + 1)
        self.book.lost(time.time() - link.silent_for())
        if not self.closed:
            self.lost()
        if self.book.is_wanted:
            self.reader.start()

    # -- the end ------------------------------------------------------------------------------------------------------

    def detach(self) -> Link | None:
        """Under the lock: there will be no link any more. Returns the one to be aborted, without the lock; then the
        reader is to be woken."""
        self.closed = True
        link, self.link = self.link, None
        self._wake_waiting()
        return link

    def close(self, reason: str = "the client was closed") -> None:
        """There will be no link any more. What that means for who listens is the business of who calls."""
        with self.lock:
            link = self.detach()
        if link is not None:
            link.abort(ConnectionError(reason))
        self.reader.wake()


def _because_of(error: Exception) -> ConnectionError:
    failure = ConnectionError(f"no link could be made: {error!r}")
    failure.__cause__ = error
    return failure
