"""Who listens, from threads: subscribing and unsubscribing, and the wait until the server has confirmed it.

What belongs here: what a listener may ask; the form that has one server, and so one feed. Who listens to what is the
book's business, the link the feed's. What is said to be under the lock is called by who holds it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Protocol

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.subscribing.feed import Feed
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.errors import ConnectionError, PubSubError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.book import Book
from framewire.redis.client.subscriptions.items import Full
from framewire.redis.client.subscriptions.listener import Listener, Topic
from framewire.redis.exchange.calls import Waiter as AnyWaiter

__all__ = ["Desk", "Subscriber", "Subscribing"]


class Desk(Protocol):
    """Where listeners are written down: a book, or several together."""

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener: ...

    def join(self, listener: Listener, topics: Iterable[Topic], waiter: AnyWaiter) -> list[Topic]: ...

    def withdraw(self, listener: Listener, topics: Iterable[Topic], waiter: AnyWaiter) -> None: ...

    def leave(self, listener: Listener, topics: Iterable[Topic], waiter: AnyWaiter | None = None) -> None: ...

    def end(self, listener: Listener, error: RedisError | None = None) -> None: ...

    def end_all(self, error: RedisError | None, asked: RedisError) -> None: ...

    def disown(self, error: RedisError) -> None: ...


class Subscribing:
    """`subscribe` and `unsubscribe` for listeners that `new_listener` has made; `wait` for what comes."""

    def __init__(self, options: Options) -> None:
        """When all is there, `begins_anew(self)` is due."""
        self.options = options
        self.closed = False
        self.lock = threading.Lock()
        self._desk = self._new_desk()

    # -- what there is beneath ----------------------------------------------------------------------------------------

    def _new_desk(self) -> Desk:
        raise NotImplementedError

    def _go_on(self) -> None:
        """Under the lock: say what there is to say."""
        raise NotImplementedError

    def _flush(self) -> None:
        """Without it: let that leave."""
        raise NotImplementedError

    def _start(self) -> None:
        """Without it: see to it that there is a link, and that it is read."""
        raise NotImplementedError

    def _look(self) -> None:
        """Whether links that nobody may have read for long are still there."""

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """Until `waiter`, which is set under the lock, is done, or `deadline` (of the monotonic clock) has come."""
        raise NotImplementedError

    def trouble(self) -> ConnectionError | None:
        """Why nothing can come at the moment; `None` where something can."""
        raise NotImplementedError

    def _why(self) -> Exception | None:
        """What went wrong last, if anything did."""
        raise NotImplementedError

    def _end_links(self) -> None:
        raise NotImplementedError

    def begin_anew(self) -> None:
        """In a forked child: who listens there is its parent."""
        desk = self._desk
        self.lock = threading.Lock()
        self._desk = self._new_desk()
        desk.disown(PubSubError("this listener belongs to the process that has forked this one"))

    # -- who listens --------------------------------------------------------------------------------------------------

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener:
        """Who listens to nothing yet; `arrived` is called under the lock, by any thread."""
        with self.lock:
            self._check()
            return self._desk.new_listener(most, most_bytes, full, arrived)

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
                self._desk.join(listener, topics, waiter)
                self._go_on()
            self._start()
            self._await(waiter, "subscribing")
        except BaseException:
            with self.lock:
                waiter.abandon()
                self._desk.withdraw(listener, [topic for topic in topics if topic not in before], waiter)
                self._go_on()
            self._flush()
            raise

    def unsubscribe(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """At once; then it waits until the server has confirmed what nobody listens to any more."""
        waiter = Waiter()
        try:
            with self.lock:
                self._check()
                self._desk.leave(listener, topics, waiter)
                self._go_on()
            self._flush()
            self._await(waiter, "unsubscribing")
        finally:
            waiter.abandon()

    def end(self, listener: Listener) -> None:
        """`listener` listens no more; nothing is waited for."""
        with self.lock:
            self._desk.end(listener)
            self._go_on()
        self._flush()

    def _check(self) -> None:
        if self.closed:
            raise ConnectionError("the client is closed")

    def _await(self, waiter: Waiter, what: str) -> None:
        seconds = self.options.socket_timeout
        self.wait(waiter, math.inf if seconds is None else monotonic() + seconds)
        if not waiter.is_done:
            reason = self._why() or "no confirmation came"
            late = f"{what} at {self.options.url} took longer than {seconds} s: {reason}"
            raise TimeoutError(late, fate=Fate.UNKNOWN)
        waiter.result()

    def close(self) -> None:
        """All listeners end."""
        with self.lock:
            self.closed = True
            self._desk.end_all(None, ConnectionError("the client was closed"))
        self._end_links()


class Subscriber(Subscribing):
    """At one server."""

    def __init__(self, options: Options, opener: Opener) -> None:
        super().__init__(options)
        self.feed = Feed(options, opener, self._book, self.lock)
        begins_anew(self)

    def _new_desk(self) -> Desk:
        self._book = Book(time.time)
        return self._book

    def begin_anew(self) -> None:
        super().begin_anew()
        self.feed.begin_anew(self._book, self.lock)

    def _go_on(self) -> None:
        self.feed.send()

    def _flush(self) -> None:
        self.feed.flush()

    def _start(self) -> None:
        self.feed.reader.start()

    def _look(self) -> None:
        self.feed.look()

    def wait(self, waiter: Waiter, deadline: float) -> None:
        """As it says; the thread reads the link meanwhile, if no other does. What is there already is read even behind
        the deadline."""
        self.feed.wait(waiter, deadline)

    def trouble(self) -> ConnectionError | None:
        return self.feed.trouble()

    def _why(self) -> Exception | None:
        return self.feed.failure

    def _end_links(self) -> None:
        self.feed.close()
