"""`Pipeline` of redis-py, for asyncio.

What belongs here: what it watches, and how it is executed. What it collects is in `stack`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.aio.dedicated import Dedicated
from framewire.redis.client.aio.steps import drive
from framewire.redis.client.batches import Batch
from framewire.redis.client.errors import ConnectionError, ExecAbortError, RedisError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.compat.scripts import Script
from framewire.redis.compat.stack import Pipelined, raise_first
from framewire.redis.exchange.calls import Shape

__all__ = ["Pipeline"]


class Pipeline(Pipelined):
    """Commands return it, `execute` returns the list of their results. It is for one task."""

    drive = staticmethod(drive)

    def __init__(self, of: Any, transaction: bool) -> None:
        """Made by `Redis.pipeline`."""
        self._of = of
        self.connection_pool = of.connection_pool
        self.response_callbacks = of.response_callbacks
        self.encoder = of.encoder
        self.is_transaction = self.transaction = transaction
        self._dedicated: Dedicated | None = None
        self.clear()

    def __await__(self) -> Generator[Any, None, Self]:
        return self._itself().__await__()

    async def _itself(self) -> Self:
        return self

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        if self.runs_at_once:
            return self._at_once(request, shape)
        self._add(request, shape)
        return self

    async def _at_once(self, request: tuple[Any, ...], shape: Shape | None) -> Any:
        return await (await self._watched())._run(request, shape)

    async def _watched(self) -> Dedicated:
        """The connection that watches."""
        if self._dedicated is None:
            self._dedicated = await self.connection_pool.client.dedicated().__aenter__()
        return self._dedicated

    def _has_link(self) -> bool:
        return self.runs_at_once

    async def watch(self, *names: Any) -> Any:
        """WATCH: from here on commands run at once, until `multi`."""
        if self.explicit_transaction:
            raise RedisError("Cannot issue a WATCH after a MULTI")
        self.watching = True
        return await (await self._watched())._run(self.encoder.request((b"WATCH", *names)), _true)

    async def unwatch(self) -> Any:
        """UNWATCH: nothing is watched any more."""
        if not self.watching:
            return True
        self.watching = False
        return await (await self._watched())._run((b"UNWATCH",), _true)

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send all commands in one write; returns their results. The first error is raised, or stands in the list."""
        batch = self._take()
        if batch is None:
            return []
        try:
            await self._send(batch)
            if raise_on_error:
                raise_first(batch)
            return batch.outcomes()
        finally:
            await self.reset()

    async def _send(self, batch: Batch) -> None:
        waiter: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        runner: Any = self._dedicated
        if runner is None:
            runner = await self._of._alone() if self._of._single else self.connection_pool.client
        try:
            runner._send_batch(batch.requests, waiter, runner._timeout)
            replies = await waiter
            self.watching = self.watching and not batch.transaction  # EXEC ends that
            batch.settle(replies)
        except ExecAbortError:
            raise_first(batch)  # redis-py raises what was refused
            raise
        except ConnectionError as error:
            if self.watching and error.fate is Fate.NOT_EXECUTED:
                raise WatchError("the connection that watched is gone", fate=Fate.NOT_EXECUTED) from error
            raise

    def register_script(self, script: str | bytes) -> Script:
        """A script to call; here it is one more command."""
        return Script(self, script)

    async def reset(self) -> None:
        """Forget all commands and all that is watched."""
        watching, dedicated = self.watching, self._dedicated
        self.clear()
        self._dedicated = None
        if dedicated is None:
            return
        try:
            if watching:
                await dedicated._run((b"UNWATCH",))
        except RedisError:
            dedicated._clean = False
        except asyncio.CancelledError:
            dedicated._clean = False
            raise
        finally:
            await dedicated.__aexit__(None, None, None)

    discard = reset

    async def aclose(self) -> None:
        """As `reset`."""
        await self.reset()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.reset()


def _true(reply: Any) -> bool:
    return True
