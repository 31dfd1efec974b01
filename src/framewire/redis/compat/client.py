"""`Redis` and `Pipeline` by redis-py's names and habits, on our blocking client.

What belongs here: how they are made, and how they wait. What is the same for asyncio is in `speaking` and `stack`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.blocking.dedicated import Dedicated
from framewire.redis.client.blocking.views import Runner
from framewire.redis.client.errors import ConnectionError, RedisError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.compat.pool import ConnectionPool
from framewire.redis.compat.speaking import EMPTY_RESPONSE, NEVER_DECODE, Speaking
from framewire.redis.compat.stack import Stack, raise_first
from framewire.redis.exchange.calls import Shape

__all__ = ["EMPTY_RESPONSE", "NEVER_DECODE", "Pipeline", "Redis", "StrictRedis"]


class Redis(Speaking):
    """redis-py's client for threads. Settings are redis-py's; those without a meaning here are ignored."""

    def __init__(
        self, host: str = "localhost", port: int = 6379, db: int = 0, password: str | None = None, *args: Any,
        connection_pool: ConnectionPool | None = None, single_connection_client: bool = False, **settings: Any,
    ) -> None:  # fmt: skip
        if args:
            raise TypeError("settings behind the password are keyword arguments")
        self.auto_close_connection_pool = connection_pool is None
        if connection_pool is None:
            connection_pool = ConnectionPool(host=host, port=port, db=db, password=password, **settings)
        self._begin(connection_pool, single_connection_client)

    def _begin(self, pool: ConnectionPool, single: bool) -> None:
        self.connection_pool = pool
        self.response_callbacks: dict[str, Callable[..., Any]] = {}
        settings = pool.connection_kwargs
        self._decode = bool(settings.get("decode_responses", False))
        self._encoding = settings.get("encoding", "utf-8")
        self._errors = settings.get("encoding_errors", "strict")
        self._own: Dedicated | None = None
        self._single = single

    @classmethod
    def from_url(cls, url: str, single_connection_client: bool = False, **settings: Any) -> Self:
        """The client that a URL means."""
        made = cls(
            connection_pool=ConnectionPool.from_url(url, **settings), single_connection_client=single_connection_client
        )
        made.auto_close_connection_pool = True
        return made

    @classmethod
    def from_pool(cls, connection_pool: ConnectionPool) -> Self:
        """A client that owns its pool."""
        made = cls(connection_pool=connection_pool)
        made.auto_close_connection_pool = True
        return made

    # -- how it runs commands -----------------------------------------------------------------------------------------

    @property
    def _runner(self) -> Runner[bytes]:
        if not self._single:
            return self.connection_pool.client
        if self._own is None:
            self._own = self.connection_pool.client.dedicated()
            self._own.__enter__()
        return self._own

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        runner = self._runner
        return runner._run_blocking(request, shape, seconds) if blocking else runner._run(request, shape)

    # -- as a mapping -------------------------------------------------------------------------------------------------

    def __getitem__(self, name: Any) -> Any:
        """The string under `name`. Raises `KeyError` where there is none."""
        value: Any = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: Any, value: Any) -> None:
        self._run((b"SET", name, value))

    def __delitem__(self, name: Any) -> None:
        self.delete(name)

    def __contains__(self, name: Any) -> bool:
        return bool(self.exists(name))

    # -- other objects ------------------------------------------------------------------------------------------------

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        """Commands that are executed together, in MULTI and EXEC unless `transaction` is false."""
        return Pipeline(self, transaction)

    def transaction(
        self, func: Callable[[Pipeline], Any], *watches: Any, shard_hint: Any = None, value_from_callable: bool = False,
        watch_delay: float | None = None,
    ) -> Any:  # fmt: skip
        """Call `func` with a pipeline that watches, and execute it; again as long as what it watches changes."""
        with self.pipeline() as pipe:
            while True:
                try:
                    if watches:
                        pipe.watch(*watches)
                    value = func(pipe)
                    executed = pipe.execute()
                    return value if value_from_callable else executed
                except WatchError:
                    continue

    def client(self) -> Redis:
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
        own, self._own = self._own, None
        if own is not None:
            own.__exit__(None, None, None)
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

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if self._stack.runs_at_once:
            assert self._dedicated is not None
            return self._dedicated._run(request, shape)
        self._stack.add(request, shape)
        return self

    def watch(self, *names: Any) -> Any:
        """WATCH: from here on commands run at once, until `multi`."""
        if self._stack.explicit:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        if self._dedicated is None:
            self._dedicated = self._of.connection_pool.client.dedicated()
            self._dedicated.__enter__()
        self._stack.watching = True
        return self._dedicated._run(self._encoded((b"WATCH", *names)), _true)

    def unwatch(self) -> Any:
        """UNWATCH: nothing is watched any more."""
        if not self._stack.watching or self._dedicated is None:
            return True
        self._stack.watching = False
        return self._dedicated._run((b"UNWATCH",), _true)

    def multi(self) -> None:
        """From here on commands are collected again, and executed only if nothing that is watched has changed."""
        if self._stack.explicit:
            raise RedisError("Cannot issue nested calls to MULTI")
        if len(self._stack):
            raise RedisError("Commands without an initial WATCH have already been issued")
        self._stack.explicit = True

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send all commands in one write; returns their results. The first error is raised, or stands in the list."""
        watching = self._stack.watching
        batch = self._stack.take()
        if not batch.places and not watching:
            return []
        try:
            if not batch.places:
                return []
            runner = self._dedicated if self._dedicated is not None else self._of._runner
            try:
                batch.settle(runner._send_batch(batch.requests, runner._timeout))
            except ConnectionError as error:
                if watching and error.fate is Fate.NOT_EXECUTED:
                    raise WatchError("the connection that watched is gone") from error
                raise
            if raise_on_error:
                raise_first(batch)
            return batch.outcomes()
        finally:
            self.reset()

    def reset(self) -> None:
        """Forget all commands and all that is watched."""
        watching, dedicated = self._stack.watching, self._dedicated
        self._stack = Stack(self._stack.transaction)
        self._dedicated = None
        if dedicated is not None:
            dedicated._clean = dedicated._clean and not watching
            dedicated.__exit__(None, None, None)

    discard = reset
    close = reset

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.reset()


def _true(reply: Any) -> bool:
    return True
