"""`Redis` of redis-py, on our asyncio client.

What belongs here: how it is made, how it waits, and what it makes. What is the same for threads is in `speaking`.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.aio.dedicated import Dedicated
from framewire.redis.client.aio.scans import ScanIterators
from framewire.redis.client.aio.steps import drive
from framewire.redis.client.errors import ResponseError
from framewire.redis.compat.asyncio.connections import Connection
from framewire.redis.compat.asyncio.monitor import Monitor
from framewire.redis.compat.asyncio.pipeline import Pipeline
from framewire.redis.compat.asyncio.pool import ConnectionPool
from framewire.redis.compat.asyncio.pubsub import PubSub
from framewire.redis.compat.asyncio.sharing import Sharing
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.scripts import Script
from framewire.redis.compat.sentinel_methods import SentinelMethods
from framewire.redis.compat.speaking import EMPTY_RESPONSE, NEVER_DECODE, Speaking
from framewire.redis.exchange.calls import Shape

__all__ = ["EMPTY_RESPONSE", "NEVER_DECODE", "Monitor", "Pipeline", "PubSub", "Redis", "StrictRedis"]


class Redis(Speaking, ScanIterators[Any], SentinelMethods, Sharing):
    """redis-py's client for asyncio. Settings are redis-py's; those without a meaning here are ignored.

    Its methods return coroutines, which `asyncio.create_task` takes, and send when they are awaited.
    """

    drive = staticmethod(drive)

    def __init__(
        self, *, host: str = "localhost", port: int = 6379, db: str | int = 0, password: str | None = None,
        connection_pool: ConnectionPool | None = None, single_connection_client: bool = False,
        auto_close_connection_pool: bool | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        self.auto_close_connection_pool = connection_pool is None and auto_close_connection_pool is not False
        if connection_pool is None:
            connection_pool = ConnectionPool(host=host, port=port, db=db, password=password, **settings)
        self.connection_pool = connection_pool
        self.response_callbacks = Callbacks()
        self.encoder = connection_pool.get_encoder()
        self._own: Dedicated | None = None
        self._single = single_connection_client
        self._turn = asyncio.Lock()

    @property
    def single_connection_client(self) -> bool:
        """Whether it has a connection of its own."""
        return self._single

    @classmethod
    def from_url(
        cls, url: str, single_connection_client: bool = False, auto_close_connection_pool: bool | None = None,
        **settings: Any,
    ) -> Self:  # fmt: skip
        """The client that a URL means; it closes its pool."""
        pool = ConnectionPool.from_url(url, **settings)
        made = cls(connection_pool=pool, single_connection_client=single_connection_client)
        made.auto_close_connection_pool = auto_close_connection_pool is not False
        return made

    @classmethod
    def from_pool(cls, connection_pool: ConnectionPool) -> Self:
        """A client that closes its pool."""
        made = cls(connection_pool=connection_pool)
        made.auto_close_connection_pool = True
        return made

    # -- how it runs commands -----------------------------------------------------------------------------------------

    async def _perform(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        runner = await self._alone() if self._single else self.connection_pool.client
        if not blocking:
            return await runner._run(request, shape)
        try:
            return await runner._run_blocking(request, shape, seconds)
        except ResponseError:
            raise
        except BaseException:
            await self._leave()  # of its connection: the server may go on with the command
            raise

    async def _alone(self) -> Dedicated:
        """A connection of its own, which is made anew where it was lost while nobody used it."""
        async with self._turn:
            if self._own is not None and self._own._own is not None and self._own._own.lost:
                await self._leave()
            if self._own is None:
                own = self.connection_pool.client.dedicated()
                self._own = await own.__aenter__()
            return self._own

    async def _leave(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            own._clean = False  # nobody knows what was done to it
            await own.__aexit__(None, None, None)

    def _has_link(self) -> bool:
        return self._single

    @property
    def connection(self) -> Connection | None:
        """The connection of its own, if it has one."""
        if self._own is None or self._own._own is None:
            return None
        return Connection(self._own._own, self.connection_pool.connection_kwargs)

    async def initialize(self) -> Self:
        """Connect, if it is to have a connection of its own."""
        if self._single:
            await self._alone()
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self.initialize().__await__()

    # -- other objects ------------------------------------------------------------------------------------------------

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        """Commands that are executed together, in MULTI and EXEC unless `transaction` is false."""
        return Pipeline(self, transaction)

    def pubsub(self, **kwargs: Any) -> PubSub:
        """What is published: see `PubSub`."""
        return PubSub(self.connection_pool, **{"encoder": self.encoder, **kwargs})

    def monitor(self) -> Monitor:
        """All commands that the server is asked."""
        return Monitor(self.connection_pool)

    def register_script(self, script: str | bytes) -> Script:
        """A script to call."""
        return Script(self, script)

    def client(self) -> Self:
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
        await self._leave()
        if close_connection_pool or (close_connection_pool is None and self.auto_close_connection_pool):
            await self.connection_pool.disconnect()

    async def close(self, close_connection_pool: bool | None = None) -> None:
        """The older name of `aclose`."""
        warnings.warn("close is deprecated: use aclose", DeprecationWarning, stacklevel=2)
        await self.aclose(close_connection_pool)

    async def __aenter__(self) -> Self:
        return await self.initialize()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self.connection_pool!r})>"


StrictRedis = Redis
