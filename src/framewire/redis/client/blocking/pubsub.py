"""Pub/sub as an iterator.

What belongs here: what one listener of the blocking client is asked, and how its threads wait. What is kept for it, and
what goes to the server, is said in `subscriptions` and `subscriber`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, cast

from framewire.redis.client.arguments import Key, Keys
from framewire.redis.client.blocking.subscribing.subscriber import Subscribing
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.blocking.threads.worker import ExceptionHandler, PubSubThread
from framewire.redis.client.definition import S
from framewire.redis.client.errors import PubSubError
from framewire.redis.client.outcomes import copied
from framewire.redis.client.subscriptions.asked import topics_of, with_handlers
from framewire.redis.client.subscriptions.handlers import Handlers
from framewire.redis.client.subscriptions.items import Full, Gap, Item, Kind, Message, texted
from framewire.redis.client.subscriptions.listener import Topic

__all__ = ["Handler", "PubSub"]

Handler: TypeAlias = Callable[[Message[S]], object]
"""What is called with a message."""


class Waiting:
    """Who waits for the next item of one listener. Used under the subscriber's lock."""

    def __init__(self) -> None:
        self._waiters: list[Waiter] = []

    def add(self, waiter: Waiter) -> None:
        self._waiters.append(waiter)

    def forget(self, waiter: Waiter) -> None:
        if waiter in self._waiters:
            self._waiters.remove(waiter)

    def arrived(self) -> None:
        """There may be an item."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.set_result(None)


class PubSub(Generic[S]):
    """What one listener hears: `with client.pubsub() as p: p.subscribe("news")`, then `for item in p: ...`.

    Items are `Message`s, and `Gap`s where messages may be missing. All listeners of a client share one link, which is
    made at the first subscription, and made anew for as long as anybody listens: then all is subscribed again, and each
    listener that was cut off gets a `Gap`. The threads that iterate read the link for all; where none has for a second,
    a daemon thread does.

    Iteration ends when the listener, or its client, is closed, by whichever thread. It raises where messages can never
    come again: the server refuses what was subscribed before (`NoPermissionError`), does not take the password any more
    (`AuthenticationError`), or the listener reads too slowly and was to be closed for it (`PubSubError`). Several
    threads may read one listener: each item goes to one of them. In a forked child a listener of its parent has ended.
    """

    def __init__(
        self, subscriber: Subscribing, names: tuple[Keys, ...], *, text: bool, max_queued: int, max_queued_bytes: int,
        full: str,
    ) -> None:  # fmt: skip
        """Made by `client.pubsub()`, which says what these are."""
        self._subscriber = subscriber
        self._names = names
        self._text = text
        self._handlers: Handlers[Handler[Any]] = Handlers()
        self._waiting = Waiting()
        self._listener = subscriber.new_listener(max_queued, max_queued_bytes, Full(full), self._waiting.arrived)

    def __enter__(self) -> Self:
        if self._names:
            self.subscribe(*self._names)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; who iterates comes to the end. What was not read is dropped. Closing twice is fine."""
        self._subscriber.end(self._listener)

    # -- what is listened to ------------------------------------------------------------------------------------------

    def subscribe(self, *channels: Keys, **handlers: Handler[S]) -> None:
        """SUBSCRIBE: returns when the server has confirmed all `channels`. O(N).

        `handlers` are channels too, by keyword: their messages are not handed out, but the handler is called with each
        while `get_message`, `run` or an iteration reads. For other names: `subscribe(**{"a:b": handler})`.

        Raises the server's refusal (`NoPermissionError`), `ConnectionError` where no link can be made, and
        `TimeoutError` after the client's `socket_timeout`; then none of the channels was subscribed.
        """
        self.join(with_handlers(Kind.CHANNEL, channels, handlers))

    def psubscribe(self, *patterns: Keys, **handlers: Handler[S]) -> None:
        """PSUBSCRIBE: as `subscribe`, for all channels that the glob-style `patterns` match."""
        self.join(with_handlers(Kind.PATTERN, patterns, handlers))

    def ssubscribe(self, *shard_channels: Keys, **handlers: Handler[S]) -> None:
        """SSUBSCRIBE: as `subscribe`, for channels of a shard: what `spublish` sends."""
        self.join(with_handlers(Kind.SHARD, shard_channels, handlers))

    def unsubscribe(self, *channels: Key) -> None:
        """UNSUBSCRIBE: from `channels`, from all without one. No message of theirs is put behind those that wait.

        It returns when the server sends them no more, or at once where others of this client listen still.
        """
        self._leave(Kind.CHANNEL, channels)

    def punsubscribe(self, *patterns: Key) -> None:
        """PUNSUBSCRIBE: as `unsubscribe`."""
        self._leave(Kind.PATTERN, patterns)

    def sunsubscribe(self, *shard_channels: Key) -> None:
        """SUNSUBSCRIBE: as `unsubscribe`."""
        self._leave(Kind.SHARD, shard_channels)

    def join(self, topics: dict[Topic, Handler[S] | None]) -> None:
        """Listen to `topics`, each with a handler or without."""
        if self._listener.ended:
            raise PubSubError(f"this listener has ended: {self._listener.error or 'it was closed'}")
        before = self._handlers.put(topics)
        try:
            self._subscriber.subscribe(self._listener, topics)
        except BaseException:
            self._handlers.put(before)
            raise

    def _leave(self, kind: Kind, names: tuple[Key, ...]) -> None:
        if self._listener.ended:
            return
        topics = topics_of(kind, names) if names else [each for each in set(self._listener.topics) if each[0] is kind]
        self._subscriber.unsubscribe(self._listener, topics)

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more: it was closed, or its client, or something has ended it."""
        return self._listener.ended

    @property
    def subscribed(self) -> bool:
        """Whether it listens to anything, be there a link at the moment or not."""
        return bool(self._listener.topics)

    # -- what comes ---------------------------------------------------------------------------------------------------

    def __iter__(self) -> Self:
        return self

    def listen(self) -> Self:
        """redis-py's name of iterating."""
        return self

    def __next__(self) -> Item[S]:
        while True:
            item = self._next(math.inf)
            if item is None:
                raise StopIteration
            if not self._handle_item(item):
                return item

    def _next(self, deadline: float) -> Item[S] | None:
        """The next item; `None` at the end, and where `deadline` comes before. Raises what has ended it."""
        waiter = Waiter()
        while (item := self._take(waiter)) is None:
            if self._listener.ended:
                if self._listener.error is not None:
                    raise copied(self._listener.error)
                return None
            try:
                self._subscriber.wait(waiter, deadline)
            finally:
                with self._subscriber.lock:
                    self._waiting.forget(waiter)
            if not waiter.is_done:
                return None
            waiter = Waiter()
        return cast("Item[S]", texted(item) if self._text and isinstance(item, Message) else item)

    def _take(self, waiter: Waiter) -> Item[bytes] | None:
        """The next item; where there is none, `waiter` is done when there may be one, or the end."""
        with self._subscriber.lock:
            item = self._listener.take()
            if item is None and not self._listener.ended:
                self._waiting.add(waiter)
            return item

    def _handle_item(self, item: Item[S]) -> bool:
        """Whether it had a handler, which has been called."""
        handler = self._handlers.of(item)
        if handler is None:
            return False
        handler(cast("Message[S]", item))
        return True

    def get_message(self, timeout: float | None = 0.0) -> Item[S] | None:
        """The next message or gap, waited for `timeout` seconds, for ever with `None`.

        `None` says that the link is well and nothing has come, or that a handler has got it. Where nothing *can* come
        at the moment, because the link is lost and not yet made anew, it raises `ConnectionError` after that time; it
        may be called again. At the end it raises what an iteration would, or `PubSubError`.
        """
        item = self._next(math.inf if timeout is None else monotonic() + timeout)
        if item is not None:
            return None if self._handle_item(item) else item
        if self._listener.ended:
            raise PubSubError("this listener is closed")
        trouble = self._subscriber.trouble() if self._listener.missing else None
        if trouble is not None:
            raise trouble
        return None

    def run(self, on_gap: Callable[[Gap], object]) -> None:
        """Read until the end, for the handlers' sake; gaps go to `on_gap`. Raises `PubSubError` for a message that has
        no handler, and whatever a handler raises."""
        for item in self:
            if isinstance(item, Gap):
                on_gap(item)
            else:
                raise PubSubError(f"channel {item.channel!r} has no handler")

    def run_in_thread(
        self, on_gap: Callable[[Gap], object], *, daemon: bool = False,
        exception_handler: ExceptionHandler | None = None,
    ) -> PubSubThread:  # fmt: skip
        """`run` in a thread of its own, until its `stop()`, which closes this listener.

        What `run` raises goes to `exception_handler`, with this listener and the thread, and reading goes on; without
        one it ends the thread.
        """
        return PubSubThread(self, on_gap, daemon, exception_handler)
