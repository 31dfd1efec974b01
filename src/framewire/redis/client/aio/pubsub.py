"""Pub/sub as an async iterator.

What belongs here: what one listener of the asyncio client is asked, and how it waits. What is kept for it, and what
goes to the server, is said in `subscriptions` and `subscriber`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, cast

from framewire.redis.client.aio.subscribing.subscriber import Subscribing
from framewire.redis.client.arguments import Key, Keys
from framewire.redis.client.definition import S
from framewire.redis.client.errors import PubSubError
from framewire.redis.client.outcomes import copied
from framewire.redis.client.subscriptions.asked import topics_of, with_handlers
from framewire.redis.client.subscriptions.handlers import Handlers
from framewire.redis.client.subscriptions.items import Full, Gap, Item, Kind, Message, texted
from framewire.redis.client.subscriptions.listener import Topic

__all__ = ["Handler", "PubSub"]

Handler: TypeAlias = Callable[[Message[S]], Awaitable[object] | object]
"""What is called with a message, and awaited where it returns something to await."""


class PubSub(Generic[S]):
    """What one listener hears: `async with client.pubsub() as p: await p.subscribe("news"); async for item in p: ...`.

    Items are `Message`s, and `Gap`s where messages may be missing. All listeners of a client share one link, which is
    made at the first subscription, and made anew for as long as anybody listens: then all is subscribed again, and each
    listener that was cut off gets a `Gap`.

    Iteration ends when the listener, or its client, is closed. It raises where messages can never come again: the
    server refuses what was subscribed before (`NoPermissionError`), does not take the password any more
    (`AuthenticationError`), or the listener reads too slowly and was to be closed for it (`PubSubError`). Cancelling
    a read loses no item.
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
        self._arrived = asyncio.Event()
        self._listener = subscriber.new_listener(max_queued, max_queued_bytes, Full(full), self._arrived.set)

    async def __aenter__(self) -> Self:
        if self._names:
            await self.subscribe(*self._names)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Listen no more; who iterates comes to the end. What was not read is dropped. Closing twice is fine."""
        self._subscriber.end(self._listener)

    # -- what is listened to ------------------------------------------------------------------------------------------

    async def subscribe(self, *channels: Keys, **handlers: Handler[S]) -> None:
        """SUBSCRIBE: returns when the server has confirmed all `channels`. O(N).

        `handlers` are channels too, by keyword: their messages are not handed out, but the handler is called with each
        while `get_message`, `run` or an iteration reads. For other names: `subscribe(**{"a:b": handler})`.

        Raises the server's refusal (`NoPermissionError`), `ConnectionError` where no link can be made, and
        `TimeoutError` after the client's `socket_timeout`; then none of the channels was subscribed.
        """
        await self._join(Kind.CHANNEL, channels, handlers)

    async def psubscribe(self, *patterns: Keys, **handlers: Handler[S]) -> None:
        """PSUBSCRIBE: as `subscribe`, for all channels that the glob-style `patterns` match."""
        await self._join(Kind.PATTERN, patterns, handlers)

    async def ssubscribe(self, *shard_channels: Keys, **handlers: Handler[S]) -> None:
        """SSUBSCRIBE: as `subscribe`, for channels of a shard: what `spublish` sends."""
        await self._join(Kind.SHARD, shard_channels, handlers)

    async def unsubscribe(self, *channels: Key) -> None:
        """UNSUBSCRIBE: from `channels`, from all without one. No message of theirs is put behind those that wait.

        It returns when the server sends them no more, or at once where others of this client listen still.
        """
        await self._leave(Kind.CHANNEL, channels)

    async def punsubscribe(self, *patterns: Key) -> None:
        """PUNSUBSCRIBE: as `unsubscribe`."""
        await self._leave(Kind.PATTERN, patterns)

    async def sunsubscribe(self, *shard_channels: Key) -> None:
        """SUNSUBSCRIBE: as `unsubscribe`."""
        await self._leave(Kind.SHARD, shard_channels)

    async def _join(self, kind: Kind, names: tuple[Keys, ...], handlers: dict[str, Handler[S]]) -> None:
        await self.join(with_handlers(kind, names, handlers))

    async def join(self, topics: dict[Topic, Handler[S] | None]) -> None:
        """Listen to `topics`, each with a handler or without."""
        if self._listener.ended:
            raise PubSubError(f"this listener has ended: {self._listener.error or 'it was closed'}")
        before = self._handlers.put(topics)
        try:
            await self._subscriber.subscribe(self._listener, topics)
        except BaseException:
            self._handlers.put(before)
            raise

    async def _leave(self, kind: Kind, names: tuple[Key, ...]) -> None:
        if self._listener.ended:
            return
        topics = topics_of(kind, names) if names else [topic for topic in self._listener.topics if topic[0] is kind]
        await self._subscriber.unsubscribe(self._listener, topics)

    @property
    def subscribed(self) -> bool:
        """Whether it listens to anything, be there a link at the moment or not."""
        return bool(self._listener.topics)

    # -- what comes ---------------------------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    def listen(self) -> Self:
        """redis-py's name of iterating."""
        return self

    async def __anext__(self) -> Item[S]:
        while True:
            item = await self._next()
            if item is None:
                raise StopAsyncIteration
            if not await self._handle_item(item):
                return item

    async def _next(self) -> Item[S] | None:
        """The next item; `None` at the end. Raises what has ended it. Cancelling loses nothing."""
        while (item := self._listener.take()) is None:
            if self._listener.ended:
                if self._listener.error is not None:
                    raise copied(self._listener.error)
                return None
            self._arrived.clear()
            await self._arrived.wait()
        return cast("Item[S]", texted(item) if self._text and isinstance(item, Message) else item)

    async def _handle_item(self, item: Item[S]) -> bool:
        """Whether it had a handler, which has been called."""
        handler = self._handlers.of(item)
        if handler is None:
            return False
        await _maybe(handler(cast("Message[S]", item)))
        return True

    async def get_message(self, timeout: float | None = 0.0) -> Item[S] | None:  # noqa: ASYNC109  # redis-py's
        """The next message or gap, waited for `timeout` seconds, for ever with `None`.

        `None` says that the link is well and nothing has come, or that a handler has got it. Where nothing *can* come
        at the moment, because the link is lost and not yet made anew, it raises `ConnectionError` after that time; it
        may be called again. At the end it raises what an iteration would, or `PubSubError`.
        """
        waiting = asyncio.timeout(timeout)
        try:
            async with waiting:
                item = await self._next()
        except TimeoutError:
            if not waiting.expired():
                raise
            trouble = self._subscriber.trouble() if self._listener.missing else None
            if trouble is not None:
                raise trouble from None
            return None
        if item is None:
            raise PubSubError("this listener is closed")
        return None if await self._handle_item(item) else item

    async def run(self, on_gap: Callable[[Gap], Awaitable[object] | object]) -> None:
        """Read until the end, for the handlers' sake; gaps go to `on_gap`. Raises `PubSubError` for a message that has
        no handler, and whatever a handler raises."""
        async for item in self:
            if isinstance(item, Gap):
                await _maybe(on_gap(item))
            else:
                raise PubSubError(f"channel {item.channel!r} has no handler")


async def _maybe(result: object) -> None:
    if inspect.isawaitable(result):
        await result
