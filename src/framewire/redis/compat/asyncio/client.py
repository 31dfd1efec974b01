"""`Redis` and `Pipeline` by redis-py's names and habits, on our asyncio client.

What belongs here: how they are made, and how they wait. What is the same for threads is in `speaking` and `stack`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.aio.dedicated import Dedicated
from framewire.redis.client.errors import ConnectionError, RedisError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.compat.asyncio.pool import ConnectionPool
from framewire.redis.compat.speaking import Speaking
from framewire.redis.compat.stack import Stack, raise_first
from framewire.redis.exchange.calls import Shape

__all__ = ["Pipeline", "Redis", "StrictRedis"]


class Redis(Speaking):
    """redis-py's client for asyncio. Settings are redis-py's; those without a meaning here are ignored."""

    def __init__(
        self, *, host: str = "localhost", port: int = 6379, db: str | int = 0, password: str | None = None,
        connection_pool: ConnectionPool | None = None, single_connection_client: bool = False,
        auto_close_connection_pool: bool | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        self.auto_close_connection_pool = connection_pool is None
        if connection_pool is None:
            connection_pool = ConnectionPool(host=host, port=port, db=db, password=password, **settings)
            if auto_close_connection_pool is not None:
                self.auto_close_connection_pool = auto_close_connection_pool
        self._begin(connection_pool, single_connection_client)

    def _begin(self, pool: ConnectionPool, single: bool) -> None:
        self.connection_pool = pool
        self.response_callbacks: dict[str, Callable[..., Any]] = {}
        settings = pool.connection_kwargs
        self._decode = bool(settings.get("decode_responses", False))
        self._encoding = settings.get("encoding", "utf-8")
        self._errors = settings.get("encoding_errors", "strict")
        self._single = single
        self._own: Dedicated | None = None
        self._turn = asyncio.Lock()

    @classmethod
    def from_url(
        cls, url: str, single_connection_client: bool = False, auto_close_connection_pool: bool | None = None,
        **settings: Any,
    ) -> Self:  # fmt: skip
        """The client that a URL means."""
        pool = ConnectionPool.from_url(url, **settings)
        made = cls(connection_pool=pool, single_connection_client=single_connection_client)
        made.auto_close_connection_pool = auto_close_connection_pool is not False
        return made

    @classmethod
    def from_pool(cls, connection_pool: ConnectionPool) -> Self:
        """A client that owns its pool."""
        made = cls(connection_pool=connection_pool)
        made.auto_close_connection_pool = True
        return made

    # -- how it runs commands -----------------------------------------------------------------------------------------

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if self._single:
            return self._perform_alone(request, shape, seconds, blocking)
        client = self.connection_pool.client
        return client._run_blocking(request, shape, seconds) if blocking else client._run(request, shape)

    async def _perform_alone(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        own = await self._alone()
        return await (own._run_blocking(request, shape, seconds) if blocking else own._run(request, shape))

    async def _alone(self) -> Dedicated:
        """The connection of its own."""
        async with self._turn:
            if self._own is None:
                own = self.connection_pool.client.dedicated()
                self._own = await own.__aenter__()
            return self._own

    async def initialize(self) -> Self:
        """Nothing is to be done: links are made when they are needed."""
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self.initialize().__await__()

    # -- other objects ------------------------------------------------------------------------------------------------

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        """Commands that are executed together, in MULTI and EXEC unless `transaction` is false."""
        return Pipeline(self, transaction)

    async def transaction(
        self, func: Callable[[Pipeline], Any], *watches: Any, shard_hint: Any = None, value_from_callable: bool = False,
        watch_delay: float | None = None,
    ) -> Any:  # fmt: skip
        """Call `func` with a pipeline that watches, and execute it; again as long as what it watches changes."""
        async with self.pipeline() as pipe:
            while True:
                try:
                    if watches:
                        await pipe.watch(*watches)
                    value = func(pipe)
                    if inspect.isawaitable(value):
                        value = await value
                    executed = await pipe.execute()
                    return value if value_from_callable else executed
                except WatchError:
                    if watch_delay is not None and watch_delay > 0:
                        await asyncio.sleep(watch_delay)

    def client(self) -> Redis:
        """A client with a connection of its own."""
        made = type(self)(connection_pool=self.connection_pool, single_connection_client=True)
        made.response_callbacks = self.response_callbacks
        return made

    def get_connection_kwargs(self) -> dict[str, Any]:
        """The settings of the pool."""
        return self.connection_pool.connection_kwargs

    # -- the end ------------------------------------------------------------------------------------------------------

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Give the connection of its own back; close the pool, if it is this client's."""
        own, self._own = self._own, None
        if own is not None:
            await own.__aexit__(None, None, None)
        if close_connection_pool or (close_connection_pool is None and self.auto_close_connection_pool):
            await self.connection_pool.disconnect()

    close = aclose

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self.connection_pool!r})>"


StrictRedis = Redis


class Pipeline(Speaking):
    """redis-py's pipeline: commands return it, `execute` returns the list of their results."""

    def __init__(self, of: Redis, transaction: bool) -> None:
        self._of = of
        self.connection_pool = of.connection_pool
        self.response_callbacks = of.response_callbacks
        self._decode, self._encoding, self._errors = of._decode, of._encoding, of._errors
        self._stack = Stack(transaction)
        self._dedicated: Dedicated | None = None

    def __len__(self) -> int:
        return len(self._stack)

    def __bool__(self) -> bool:
        return True

    def __await__(self) -> Generator[Any, None, Self]:
        return self._itself().__await__()

    async def _itself(self) -> Self:
        return self

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if self._stack.runs_at_once:
            assert self._dedicated is not None
            return self._dedicated._run(request, shape)
        self._stack.add(request, shape)
        return self

    async def watch(self, *names: Any) -> Any:
        """WATCH: from here on commands run at once, until `multi`."""
        if self._stack.explicit:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        if self._dedicated is None:
            self._dedicated = await self._of.connection_pool.client.dedicated().__aenter__()
        self._stack.watching = True
        return await self._dedicated._run(self._encoded((b"WATCH", *names)), _true)

    async def unwatch(self) -> Any:
        """UNWATCH: nothing is watched any more."""
        if not self._stack.watching or self._dedicated is None:
            return True
        self._stack.watching = False
        return await self._dedicated._run((b"UNWATCH",), _true)

    def multi(self) -> None:
        """From here on commands are collected again, and executed only if nothing that is watched has changed."""
        if self._stack.explicit:
            raise RedisError("Cannot issue nested calls to MULTI")
        if len(self._stack):
            raise RedisError("Commands without an initial WATCH have already been issued")
        self._stack.explicit = True

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send all commands in one write; returns their results. The first error is raised, or stands in the list."""
        watching = self._stack.watching
        batch = self._stack.take()
        try:
            if not batch.places:
                return []
            runner = self._dedicated
            if runner is None:
                runner = await self._of._alone() if self._of._single else None
            send = runner or self._of.connection_pool.client
            waiter: Awaitable[Any] = asyncio.get_running_loop().create_future()
            try:
                send._send_batch(batch.requests, waiter, send._timeout)  # type: ignore[arg-type]
                batch.settle(await waiter)
            except ConnectionError as error:
                if watching and error.fate is Fate.NOT_EXECUTED:
                    raise WatchError("the connection that watched is gone") from error
                raise
            if raise_on_error:
                raise_first(batch)
            return batch.outcomes()
        finally:
            await self.reset()

    async def reset(self) -> None:
        """Forget all commands and all that is watched."""
        watching, dedicated = self._stack.watching, self._dedicated
        self._stack = Stack(self._stack.transaction)
        self._dedicated = None
        if dedicated is not None:
            dedicated._clean = dedicated._clean and not watching
            await dedicated.__aexit__(None, None, None)

    discard = reset
    aclose = reset

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.reset()


def _true(reply: Any) -> bool:
    return True
