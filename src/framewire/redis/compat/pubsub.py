"""`PubSub` of redis-py, for threads, on a link of its own.

What belongs here: how its link is had, had again after a loss, and waited for. What comes is understood in `listening`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Self

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.route import OwnLinks
from framewire.redis.client.errors import ConnectionError
from framewire.redis.compat.connections import Connection
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.listening import Handler, Listened, names_of, pong, refuse_empty, with_handlers
from framewire.redis.compat.pool import ConnectionPool
from framewire.redis.exchange.calls import Request

__all__ = ["PubSub", "PubSubWorkerThread"]

IDLE_SECONDS = 0.05
"""How long a thread waits for a message before it looks whether it is to stop, if nobody says."""

logger = logging.getLogger(__name__)


class PubSub(Listened):
    """Channels, patterns and shard channels, and what is published there. One thread reads; others may subscribe.

    After the loss of its link it makes another when it is next used, and subscribes again: what was published meanwhile
    is missing, of which a warning is logged. `framewire.redis.Client.pubsub()` tells it in its place, as a `Gap`.
    """

    def __init__(
        self, connection_pool: ConnectionPool, shard_hint: Any = None, ignore_subscribe_messages: bool = False,
        encoder: Encoder | None = None, push_handler_func: Any = None, event_dispatcher: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(encoder or connection_pool.get_encoder(), ignore_subscribe_messages, push_handler_func)
        self.connection_pool = connection_pool
        self.subscribed_event = threading.Event()
        self._link: Link | None = None
        self._pool: OwnLinks | None = None  # of which the link is
        self._lock = threading.RLock()

    # -- its link -----------------------------------------------------------------------------------------------------

    @property
    def connection(self) -> Connection | None:
        """Its link, if it has one."""
        return None if self._link is None else Connection(self._link, self.connection_pool.connection_kwargs)

    def _there(self) -> Link:
        """Its link, connected and told of all that is subscribed."""
        with self._lock:
            lost = self._link is not None and self._link.lost
            if lost:
                logger.warning("pub/sub has lost its connection: what is published meanwhile is missing")
                self._leave()
            if self._link is None:
                self._pool = self.connection_pool.client._route
                self._link = link = self._pool.take(self._asks())
                link.on_push = self.inbox.append
                self.on_connect(link)
            return self._link

    def _asks(self) -> Sequence[Request]:
        """What its link is chosen by, where there are several servers."""
        return ()

    def on_connect(self, connection: Any) -> None:
        """A new link is told of all that is subscribed."""
        subscribes = {"": self.subscribe, "p": self.psubscribe, "s": self.ssubscribe}
        for mark, subscriptions in self.again():
            subscribes[mark](*subscriptions)

    def _leave(self) -> None:
        link, self._link = self._link, None
        if link is not None and self._pool is not None:
            self._pool.give_back(link, clean=False)

    def reset(self) -> None:
        """Listen to nothing, and give the link back."""
        with self._lock:
            self._leave()
            self.forget()
            self.subscribed_event.clear()

    close = reset

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.reset()

    # -- what is listened to ------------------------------------------------------------------------------------------

    def subscribe(self, *args: Any, **kwargs: Handler) -> None:
        """SUBSCRIBE; a keyword argument is a channel with the handler of its messages."""
        self._join("", "SUBSCRIBE", with_handlers(args, kwargs))

    def psubscribe(self, *args: Any, **kwargs: Handler) -> None:
        """PSUBSCRIBE, as `subscribe`."""
        self._join("p", "PSUBSCRIBE", with_handlers(args, kwargs))

    def ssubscribe(self, *args: Any, target_node: Any = None, **kwargs: Handler) -> None:
        """SSUBSCRIBE, as `subscribe`."""
        self._join("s", "SSUBSCRIBE", with_handlers(args, kwargs))

    def _join(self, mark: str, command: str, asked: dict[Any, Handler | None]) -> None:
        refuse_empty(asked)
        self.execute_command(command, *asked)
        self.add(mark, asked)
        self.subscribed_event.set()

    def unsubscribe(self, *args: Any) -> None:
        """UNSUBSCRIBE, from all without a name."""
        self._part("", "UNSUBSCRIBE", names_of(args))

    def punsubscribe(self, *args: Any) -> None:
        """PUNSUBSCRIBE, from all without a name."""
        self._part("p", "PUNSUBSCRIBE", names_of(args))

    def sunsubscribe(self, *args: Any, target_node: Any = None) -> None:
        """SUNSUBSCRIBE, from all without a name."""
        self._part("s", "SUNSUBSCRIBE", names_of(args))

    def _part(self, mark: str, command: str, names: list[Any]) -> None:
        self.drop(mark, names)
        self.execute_command(command, *names)

    def execute_command(self, *args: Any) -> None:
        """Send a (un)subscribe; its confirmations are messages."""
        command, *names = args
        link = self._there()
        link.call((command.encode(), *map(self.encoder.encode, names)), self.confirmed, link.options.socket_timeout)

    def ping(self, message: Any = None) -> None:
        """PING; the answer is a message."""
        link = self._there()
        words = () if message is None else (self.encoder.encode(message),)
        self.inbox.append(link.call((b"PING", *words), pong, link.options.socket_timeout))

    # -- what comes ---------------------------------------------------------------------------------------------------

    def get_message(
        self, ignore_subscribe_messages: bool = False, timeout: float | None = 0.0
    ) -> dict[str, Any] | None:
        """The next message, waited for `timeout` seconds, for ever with `None`. `None` if there was none, or if it went
        to a handler."""
        if not self.subscribed_event.is_set():
            began = time.monotonic()
            if not self.subscribed_event.wait(timeout):
                return None
            timeout = None if timeout is None else max(0.0, timeout - (time.monotonic() - began))
        items = self._next(timeout)
        return None if items is None else self.handle_message(items, ignore_subscribe_messages)

    get_sharded_message = get_message

    def _next(self, timeout: float | None) -> Sequence[Any] | None:
        """What came next, waited for; a link that was lost is made anew. Raises what connecting raises."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self.inbox:
            link = self._there()
            link.look()
            left = None if until is None else until - time.monotonic()
            if link.lost:
                continue
            if self.inbox or (left is not None and left <= 0):
                break
            with suppress(ConnectionError):  # then it is lost, and made anew
                link.listen(lambda: bool(self.inbox), left)
        return self.inbox.popleft() if self.inbox else None

    def parse_response(self, block: bool = True, timeout: float = 0) -> Sequence[Any] | None:
        """What came next, not yet understood."""
        if self._link is None:
            raise RuntimeError("pubsub connection not set: did you forget to call subscribe() or psubscribe()?")
        items = self._next(None if block else timeout)
        return None if items is None else [self.encoder.decode(item) for item in items]

    def handle_message(self, response: Sequence[Any], ignore_subscribe_messages: bool = False) -> dict[str, Any] | None:
        """The message that came; `None` if it went to a handler, or is not to be seen."""
        message, handler = self.understood(response, ignore_subscribe_messages)
        if not self.subscribed:
            self.subscribed_event.clear()
        if handler is None:
            return message  # type: ignore[no-any-return]
        handler(message)
        return None

    def listen(self) -> Iterator[dict[str, Any]]:
        """Messages, for as long as something is subscribed."""
        while self.subscribed:
            items = self._next(None)
            message = None if items is None else self.handle_message(items)
            if message is not None:
                yield message

    def run_in_thread(
        self, sleep_time: float = 0.0, daemon: bool = False, exception_handler: Any = None, pubsub: Any = None,
        sharded_pubsub: bool = False,
    ) -> PubSubWorkerThread:  # fmt: skip
        """A thread that reads for the handlers' sake, until its `stop`. Raises `PubSubError` where one is missing."""
        self.check_handlers()
        thread = PubSubWorkerThread(self if pubsub is None else pubsub, sleep_time, daemon, exception_handler)
        thread.start()
        return thread


class PubSubWorkerThread(threading.Thread):
    """Reads messages for their handlers' sake."""

    def __init__(
        self, pubsub: PubSub, sleep_time: float, daemon: bool = False,
        exception_handler: Callable[[BaseException, PubSub, PubSubWorkerThread], None] | None = None,
        sharded_pubsub: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(daemon=daemon)
        self.pubsub, self.exception_handler = pubsub, exception_handler
        self._read = pubsub.get_sharded_message if sharded_pubsub else pubsub.get_message
        self.sleep_time = sleep_time or IDLE_SECONDS
        self._running = threading.Event()

    def run(self) -> None:
        if self._running.is_set():
            return
        self._running.set()
        while self._running.is_set():
            try:
                self._read(ignore_subscribe_messages=True, timeout=self.sleep_time)
            except BaseException as error:
                if self.exception_handler is None:
                    raise
                self.exception_handler(error, self.pubsub, self)
        self.pubsub.close()

    def stop(self) -> None:
        """Let it end, and close its `PubSub`, after the message that it waits for at most `sleep_time` for."""
        self._running.clear()
