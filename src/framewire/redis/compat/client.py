"""`Redis` of redis-py, on our blocking client.

What belongs here: how it is made, how it waits, and what it makes. What is the same for asyncio is in `speaking`.
"""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.blocking.dedicated import Dedicated
from framewire.redis.client.blocking.scans import ScanIterators
from framewire.redis.client.blocking.server import LOOK_SECONDS
from framewire.redis.client.blocking.steps import drive
from framewire.redis.client.blocking.views import Runner
from framewire.redis.client.errors import ResponseError
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.connections import Connection
from framewire.redis.compat.monitor import Monitor
from framewire.redis.compat.pipeline import Pipeline
from framewire.redis.compat.pool import ConnectionPool
from framewire.redis.compat.pubsub import PubSub, PubSubWorkerThread
from framewire.redis.compat.scripts import Script
from framewire.redis.compat.sentinel_methods import SentinelMethods
from framewire.redis.compat.sharing import Sharing
from framewire.redis.compat.speaking import EMPTY_RESPONSE, NEVER_DECODE, Speaking
from framewire.redis.exchange.calls import Shape

__all__ = ["EMPTY_RESPONSE", "NEVER_DECODE", "Monitor", "Pipeline", "PubSub", "PubSubWorkerThread", "Redis",
           "StrictRedis"]  # fmt: skip


class Redis(Speaking, ScanIterators[Any], SentinelMethods, Sharing):
    """redis-py's client for threads. Settings are redis-py's; those without a meaning here are ignored."""

    drive = staticmethod(drive)

    def __init__(
        self, host: str = "localhost", port: int = 6379, db: int = 0, password: str | None = None,
        socket_timeout: float | None = 5.0, *, connection_pool: ConnectionPool | None = None,
        single_connection_client: bool = False, **settings: Any,
    ) -> None:  # fmt: skip
        self.auto_close_connection_pool = connection_pool is None
        if connection_pool is None:
            connection_pool = ConnectionPool(
                host=host, port=port, db=db, password=password, socket_timeout=socket_timeout, **settings
            )
        self.connection_pool = connection_pool
        self.response_callbacks = Callbacks()
        self.encoder = connection_pool.get_encoder()
        self._own: Dedicated | None = None
        self._single = single_connection_client

    @classmethod
    def from_url(cls, url: str, single_connection_client: bool = False, **settings: Any) -> Self:
        """The client that a URL means; it closes its pool."""
        pool = ConnectionPool.from_url(url, **settings)
        made = cls(connection_pool=pool, single_connection_client=single_connection_client)
        made.auto_close_connection_pool = True
        return made

    @classmethod
    def from_pool(cls, connection_pool: ConnectionPool) -> Self:
        """A client that closes its pool."""
        made = cls(connection_pool=connection_pool)
        made.auto_close_connection_pool = True
        return made

    # -- how it runs commands -----------------------------------------------------------------------------------------

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if not blocking:
            return self._runner._run(request, shape)
        try:
            return self._runner._run_blocking(request, shape, seconds)
        except ResponseError:
            raise
        except BaseException:
            self._leave()  # of its connection: the server may go on with the command
            raise

    @property
    def _runner(self) -> Runner[bytes]:
        return self._alone() if self._single else self.connection_pool.client

    def _alone(self) -> Dedicated:
        """A connection of its own, which is made anew where it was lost while nobody used it."""
        own = self._own
        if own is not None and own._link is not None:
            if monotonic() - own._link.exchange.now > LOOK_SECONDS:
                own._link.look()
            if own._link.lost:
                self._leave()
        if self._own is None:
            self._own = self.connection_pool.client.dedicated()
            self._own.__enter__()
        return self._own

    def _leave(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            own._clean = False  # nobody knows what was done to it
            own.__exit__(None, None, None)

    def _has_link(self) -> bool:
        return self._single

    @property
    def connection(self) -> Connection | None:
        """The connection of its own, if it has one."""
        if not self._single:
            return None
        return Connection(self._alone()._there(), self.connection_pool.connection_kwargs)

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

    def close(self) -> None:
        """Give the connection of its own back; close the pool, if it is this client's."""
        self._leave()
        if self.auto_close_connection_pool:
            self.connection_pool.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self.connection_pool!r})>"


StrictRedis = Redis
