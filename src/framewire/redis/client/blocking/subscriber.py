"""The one link of a client for all that its threads listen to.

    (no link) -- first subscription --> connecting -- open: all topics are subscribed --> open
                                          |    ^                                            | lost, and somebody listens
                                          +----+ pause, again <-----------------------------+

What belongs here: when to connect, and what goes between the book and the link. Who listens to what is the book's
business. The threads that listen read the link; a `Reader` makes it, whenever there is none, and reads it where they
do not.

One lock is held around the book and the link's exchange, whoever speaks: messages come from whichever thread reads.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from framewire.redis.client.blocking.forks import begins_anew
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.reader import QUIET_SECONDS, Reader
from framewire.redis.client.blocking.waiter import Waiter
from framewire.redis.client.errors import ConnectionError, PubSubError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import is_passing, may_pass
from framewire.redis.client.subscriptions.book import Book, Request
from framewire.redis.client.subscriptions.items import Full
from framewire.redis.client.subscriptions.listener import Listener, Topic

__all__ = ["Subscriber"]

STEADY_SECONDS = 1.0
"""A link that was open for so long is made anew at once; after a shorter life the pauses grow."""


class Answer:
    """The waiter of one request, told by the thread that reads."""

    __slots__ = ("_link", "_subscriber", "request")

    def __init__(self, subscriber: Subscriber, link: Link, request: Request) -> None:
        self._subscriber, self._link, self.request = subscriber, link, request

    def done(self) -> bool:
        return False

    def set_result(self, confirmations: list[Any], /) -> None:
        for items in confirmations:
            self._subscriber.hear(items)

    def set_exception(self, error: Any, /) -> None:
        if not self._link.lost:
            self._subscriber.refused(self.request, error)


class Subscriber:
    """`subscribe` and `unsubscribe` for listeners that `new_listener` has made; `wait` for what comes."""

    def __init__(self, options: Options, opener: Opener) -> None:
        self.options = replace(options, integrity=False)  # its question may not be asked there, under RESP2
        self.closed = False
        self._opener = opener
        self._reader = Reader(self.attend)
        self._setup()
        begins_anew(self)

    def _setup(self) -> None:
        self.lock = threading.Lock()
        self._book = Book(time.time)
        self._link: Link | None = None  # one that is open
        self._waiting: list[Waiter] = []  # whose threads wait for a link
        self._attempts = 0  # that failed, since a link was steady
        self._not_before = 0.0  # when to connect again
        self._opened = 0.0
        self._failure: RedisError | None = None  # why there is no link
        self._unfit: RedisError | None = None  # why the link that is there is to be given up

    def begin_anew(self) -> None:
        """In a forked child: who listens there is its parent."""
        book = self._book
        self._setup()
        book.disown(PubSubError("this listener belongs to the process that has forked this one"))

    # -- who listens --------------------------------------------------------------------------------------------------

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener:
        """Who listens to nothing yet; `arrived` is called under the lock, by any thread."""
        with self.lock:
            self._check()
            return self._book.new_listener(most, most_bytes, full, arrived)

    def subscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """Until the server has confirmed all, within `socket_timeout`; else it is as if nothing had been asked.

        Raises the server's refusal, `ConnectionError` and `TimeoutError`.
        """
        waiter, topics = Waiter(), list(topics)
        before = set(listener.topics)
        self._look()
        try:
            with self.lock:
                self._check()
                self._book.join(listener, topics, waiter)
                self._send()
            self._reader.start()
            self._await(waiter, "subscribing")
        except BaseException:
            with self.lock:
                waiter.abandon()
                self._book.withdraw(listener, [topic for topic in topics if topic not in before], waiter)
                self._send()
            self._flush()
            raise

    def unsubscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """At once; then it waits until the server has confirmed what nobody listens to any more."""
        waiter = Waiter()
        try:
            with self.lock:
                self._check()
                self._book.leave(listener, topics, waiter)
                self._send()
            self._await(waiter, "unsubscribing")
        finally:
            waiter.abandon()

    def end(self, listener: Listener) -> None:
        """`listener` listens no more; nothing is waited for."""
        with self.lock:
            self._book.end(listener)
            self._send()
        self._flush()

    def _check(self) -> None:
        if self.closed:
            raise ConnectionError("the client is closed")

    def _look(self) -> None:
        """Nobody may have read the link since somebody listened last; is it still there?"""
        link = self._link
        if link is not None and link.unread_for() > QUIET_SECONDS:
            link.look()

    # -- waiting ------------------------------------------------------------------------------------------------------

    def _await(self, waiter: Waiter, what: str) -> None:
        seconds = self.options.socket_timeout
        self.wait(waiter, math.inf if seconds is None else monotonic() + seconds)
        if not waiter.is_done:
            reason = self._failure or "no confirmation came"
            late = f"{what} at {self.options.url} took longer than {seconds} s: {reason}"
            raise TimeoutError(late, fate=Fate.UNKNOWN)
        waiter.result()

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """Until `waiter`, which is set under the lock, is done, or `deadline` (of the monotonic clock) has come.

        The thread reads the link meanwhile, if no other does; what is there already is read even behind the deadline.
        """
        while not waiter.is_done:
            link = self._link
            if link is None:
                self._wait_for_link(waiter, deadline)
            else:
                link.wait(waiter, deadline)
            if monotonic() >= deadline:
                return

    def _wait_for_link(self, waiter: Waiter, deadline: float) -> None:
        with self.lock:
            if waiter.is_done or self._link is not None:
                return
            gate = waiter.park()
            self._waiting.append(waiter)
        try:
            gate.acquire(True, min(max(0.0, deadline - monotonic()), threading.TIMEOUT_MAX))
        finally:
            with self.lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)

    def trouble(self) -> ConnectionError | None:
        """Why nothing can come at the moment; `None` where something can."""
        if self._link is not None:
            return None
        return ConnectionError(f"there is no link to {self.options.url} at the moment: {self._failure}")

    # -- connecting: by the reader's thread ---------------------------------------------------------------------------

    def attend(self) -> float | None:
        """For `Reader`: make a link if there is none, read it where nobody does."""
        with self.lock:
            link, unfit, self._unfit = self._link, self._unfit, None
            if self.closed or not self._book.is_wanted:
                return None
            left = self._not_before - monotonic()
        if link is None:
            return left if left > 0 else self._connect()
        if unfit is not None:
            link.abort(unfit)
        seconds = link.attend()
        return 0.0 if seconds is None else seconds

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
        link.on_push = self._pushed
        link.on_loss = partial(self._lost, link)
        self._link = link
        self._opened = monotonic()
        self._unfit = None
        self._book.connected()
        self._send()
        self._wake_waiting()

    def _failed(self, failure: RedisError) -> float | None:
        with self.lock:
            self._failure = failure
            self._pause(self._attempts + 1)
            if not may_pass(failure):
                self._book.end_all(failure, failure)
            elif self._attempts > self.options.retry.retries:
                self._book.give_up_new(failure)
            if self._book.is_wanted:
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

    def _send(self) -> None:
        link = self._link
        if self._book.requests and link is not None and not link.lost:
            link.send((request, Answer(self, link, request)) for request in self._book.take())

    def _flush(self) -> None:
        """Without the lock: let what was to be sent leave."""
        link = self._link
        if link is not None:
            link.flush()

    def _pushed(self, items: Sequence[Any]) -> None:
        self.hear(items)

    def hear(self, items: Sequence[Any]) -> None:
        """A message or a confirmation."""
        self._book.heard(items)
        self._send()

    def refused(self, request: Request, error: RedisError) -> None:
        """The server does not do what it was told. Where that passes, a new link is told the same again, later."""
        if is_passing(error) and self._book.is_missed(request):
            self._unfit = error
            self._reader.start()
        else:
            self._book.refused(request, error)
            self._send()

    def _lost(self, link: Link) -> None:
        if link is not self._link:
            return
        self._link = None
        self._failure = link.loss()
        self._pause(0 if monotonic() - self._opened >= STEADY_SECONDS else self._attempts + 1)
        self._book.lost(time.time() - link.silent_for())
        if self._book.is_wanted:
            self._reader.start()

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """All listeners end."""
        with self.lock:
            self.closed = True
            link, self._link = self._link, None
            self._book.end_all(None, ConnectionError("the client was closed"))
            self._wake_waiting()
        if link is not None:
            link.abort(ConnectionError("the client was closed"))
        self._reader.wake()


def _because_of(error: Exception) -> ConnectionError:
    failure = ConnectionError(f"no link could be made: {error!r}")
    failure.__cause__ = error
    return failure
