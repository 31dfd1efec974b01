"""`PubSub` of redis-py, for asyncio, on a link of its own.

What belongs here: how its link is had, had again after a loss, and waited for. What comes is understood in `listening`.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import warnings
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Self

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.route import OwnLinks
from framewire.redis.compat.asyncio.connections import Connection
from framewire.redis.compat.asyncio.pool import ConnectionPool
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.listening import Handler, Listened, names_of, pong, refuse_empty, with_handlers
from framewire.redis.exchange.calls import Request

__all__ = ["PubSub"]

MOST_BYTES: Final = 64 * 1024 * 1024
"""What may wait to be read; then the connection is closed, as a server closes that of a slow reader."""

logger = logging.getLogger(__name__)


class PubSub(Listened):
    """Channels, patterns and shard channels, and what is published there. It is for one task.

    After the loss of its link it makes another when it is next used, and subscribes again: what was published meanwhile
    is missing, of which a warning is logged. `framewire.redis.Client.pubsub()` tells it in its place, as a `Gap`.
    """

    def __init__(
        self, connection_pool: ConnectionPool, shard_hint: Any = None, ignore_subscribe_messages: bool = False,
        encoder: Encoder | None = None, push_handler_func: Any = None, event_dispatcher: Any = None,
    ) -> None:  # fmt: skip
        self._own: OwnLink | None = None
        self._pool: OwnLinks | None = None  # of which the link is
        self._bytes = 0
        self._arrived = asyncio.Event()
        super().__init__(encoder or connection_pool.get_encoder(), ignore_subscribe_messages, push_handler_func)
        self.connection_pool = connection_pool

    # -- its link -----------------------------------------------------------------------------------------------------

    @property
    def connection(self) -> Connection | None:
        """Its link, if it has one."""
        return None if self._own is None else Connection(self._own, self.connection_pool.connection_kwargs)

    async def connect(self) -> None:
        """Have a link that is told of all that is subscribed."""
        await self._there()

    async def _there(self) -> OwnLink:
        if self._own is not None and self._own.lost:
            logger.warning("pub/sub has lost its connection: what is published meanwhile is missing")
            self._leave()
        if self._own is None:
            self._pool = self.connection_pool.client._route
            self._own = own = await self._pool.take(self._asks())
            own.on_push, own.on_lost = self._pushed, self._lost
            await self.on_connect(own)
        return self._own

    def _asks(self) -> Sequence[Request]:
        """What its link is chosen by, where there are several servers."""
        return ()

    async def on_connect(self, connection: Any) -> None:
        """A new link is told of all that is subscribed."""
        subscribes = {"": self.subscribe, "p": self.psubscribe, "s": self.ssubscribe}
        for mark, subscriptions in self.again():
            await subscribes[mark](*subscriptions)

    def _pushed(self, items: Sequence[Any]) -> None:
        self._bytes += sum(len(item) for item in items if isinstance(item, bytes))
        self.inbox.append(items)
        self._arrived.set()
        if self._bytes > MOST_BYTES and self._own is not None:
            logger.warning("pub/sub is read too slowly: %d messages wait", len(self.inbox))
            self._own.abort()

    def _lost(self, error: Exception) -> None:
        self._arrived.set()

    def _leave(self) -> None:
        own, self._own = self._own, None
        if own is not None and self._pool is not None:
            own.on_push = own.on_lost = _ignore
            self._pool.give_back(own, clean=False)

    async def aclose(self) -> None:
        """Listen to nothing, and give the link back."""
        self._leave()
        self.forget()
        self._arrived.set()

    async def close(self) -> None:
        """The older name of `aclose`."""
        warnings.warn("close is deprecated: use aclose", DeprecationWarning, stacklevel=2)
        await self.aclose()

    async def reset(self) -> None:
        """An older name of `aclose`."""
        warnings.warn("reset is deprecated: use aclose", DeprecationWarning, stacklevel=2)
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    # -- what is listened to ------------------------------------------------------------------------------------------

    async def subscribe(self, *args: Any, **kwargs: Handler) -> None:
        """SUBSCRIBE; a keyword argument is a channel with the handler of its messages."""
        await self._join("", "SUBSCRIBE", with_handlers(args, kwargs))

    async def psubscribe(self, *args: Any, **kwargs: Handler) -> None:
        """PSUBSCRIBE, as `subscribe`."""
        await self._join("p", "PSUBSCRIBE", with_handlers(args, kwargs))

    async def ssubscribe(self, *args: Any, target_node: Any = None, **kwargs: Handler) -> None:
        """SSUBSCRIBE, as `subscribe`."""
        await self._join("s", "SSUBSCRIBE", with_handlers(args, kwargs))

    async def _join(self, mark: str, command: str, asked: dict[Any, Handler | None]) -> None:
        refuse_empty(asked)
        await self.execute_command(command, *asked)
        self.add(mark, asked)
        self._arrived.set()

    async def unsubscribe(self, *args: Any) -> None:
        """UNSUBSCRIBE, from all without a name."""
        await self._part("", "UNSUBSCRIBE", names_of(args))

    async def punsubscribe(self, *args: Any) -> None:
        """PUNSUBSCRIBE, from all without a name."""
        await self._part("p", "PUNSUBSCRIBE", names_of(args))

    async def sunsubscribe(self, *args: Any, target_node: Any = None) -> None:
        """SUNSUBSCRIBE, from all without a name."""
        await self._part("s", "SUNSUBSCRIBE", names_of(args))

    async def _part(self, mark: str, command: str, names: list[Any]) -> None:
        self.drop(mark, names)
        await self.execute_command(command, *names)

    async def execute_command(self, *args: Any) -> None:
        """Send a (un)subscribe; its confirmations are messages."""
        command, *names = args
        own = await self._there()
        request = (command.encode(), *map(self.encoder.encode, names))
        await own.call(request, self.confirmed, own.link.options.socket_timeout)
        self._arrived.set()

    async def ping(self, message: Any = None) -> None:
        """PING; the answer is a message."""
        own = await self._there()
        words = () if message is None else (self.encoder.encode(message),)
        self.inbox.append(await own.call((b"PING", *words), pong, own.link.options.socket_timeout))
        self._arrived.set()

    # -- what comes ---------------------------------------------------------------------------------------------------

    async def get_message(
        self,
        ignore_subscribe_messages: bool = False,
        timeout: float | None = 0.0,  # noqa: ASYNC109  # redis-py's
    ) -> dict[str, Any] | None:
        """The next message, waited for `timeout` seconds, for ever with `None`. `None` if there was none, or if it went
        to a handler."""
        self._check()
        try:
            async with asyncio.timeout(timeout or None):
                items = await self._next(waits=timeout != 0)
        except TimeoutError:
            return None
        return None if items is None else await self.handle_message(items, ignore_subscribe_messages)

    def _check(self) -> None:
        if self._own is None:
            raise RuntimeError("pubsub connection not set: did you forget to call subscribe() or psubscribe()?")

    async def _next(self, *, waits: bool) -> Sequence[Any] | None:
        """What came next; a lost link is made anew. Raises what connecting raises. Cancelling loses nothing."""
        while not self.inbox:
            if self.subscribed:
                await self._there()
            self._arrived.clear()
            if self.inbox:
                break
            if not waits:
                await asyncio.sleep(0)  # the loop reads meanwhile
                break
            await self._arrived.wait()
        if not self.inbox:
            return None
        items = self.inbox.popleft()
        self._bytes -= sum(len(item) for item in items if isinstance(item, bytes))
        return items

    async def parse_response(self, block: bool = True, timeout: float = 0) -> Sequence[Any] | None:  # noqa: ASYNC109
        """What came next, not yet understood."""
        self._check()
        try:
            async with asyncio.timeout(None if block else timeout or None):
                items = await self._next(waits=block or timeout != 0)
        except TimeoutError:
            return None
        return None if items is None else [self.encoder.decode(item) for item in items]

    async def handle_message(
        self, response: Sequence[Any], ignore_subscribe_messages: bool = False
    ) -> dict[str, Any] | None:
        """The message that came; `None` if it went to a handler, or is not to be seen."""
        message, handler = self.understood(response, ignore_subscribe_messages)
        if handler is None:
            return message  # type: ignore[no-any-return]
        result = handler(message)
        if inspect.isawaitable(result):
            await result
        return None

    async def listen(self) -> AsyncIterator[dict[str, Any]]:
        """Messages, for as long as something is subscribed."""
        while self.subscribed:
            items = await self._next(waits=True)
            message = None if items is None else await self.handle_message(items)
            if message is not None:
                yield message

    async def run(self, *, exception_handler: Any = None, poll_timeout: float = 1.0, pubsub: Any = None) -> None:
        """Read for the handlers' sake until it is cancelled. Raises `PubSubError` where one is missing."""
        self.check_handlers()
        await self.connect()
        while True:
            try:
                await (self if pubsub is None else pubsub).get_message(
                    ignore_subscribe_messages=True, timeout=poll_timeout
                )
            except Exception as error:
                if exception_handler is None:
                    raise
                result = exception_handler(error, self)
                if inspect.isawaitable(result):
                    await result
            await asyncio.sleep(0)  # others have a turn, however much is published


def _ignore(_: object) -> None:
    pass
