"""`Sentinel` of redis-py, for asyncio.

What belongs here: how sentinels are asked. What is the same for threads is in
`framewire.redis.compat.sentinel.watching`.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.errors import ConnectionError, ResponseError, TimeoutError
from framewire.redis.compat.asyncio.client import Redis
from framewire.redis.compat.asyncio.pool import ConnectionPool
from framewire.redis.compat.sentinel.watching import Watching, told

__all__ = ["Sentinel"]


class Sentinel(Watching[Redis]):
    """redis-py's list of sentinels, for asyncio."""

    redis_class = Redis
    pool_class = ConnectionPool

    async def execute_command(
        self, *args: Any, once: bool = False, return_responses: bool = False, **options: Any
    ) -> Any:
        """A command of all sentinels, or of any `once`: whether all say something, or a list of what they say."""
        asked = [sentinel.execute_command(*args, **options) for sentinel in self._asked(once)]
        return told(await asyncio.gather(*asked), return_responses)

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Host and port of the primary, as the first sentinel says that knows. Raises `MasterNotFoundError`."""
        errors = []
        for sentinel in list(self.sentinels):
            try:
                masters = await sentinel.sentinel_masters()
            except (ConnectionError, TimeoutError) as error:
                errors.append(f"{sentinel} - {error!r}")
                continue
            address = self._address_in(masters, service_name)
            if address is not None:
                self._ask_first(sentinel)
                return address
        raise self._not_found(service_name, errors)

    async def discover_slaves(self, service_name: str) -> list[tuple[str, int]]:
        """Host and port of each replica that is up, as the first sentinel says that knows of any."""
        for sentinel in self.sentinels:
            try:
                found = self.filter_slaves(await sentinel.sentinel_slaves(service_name))
            except (ConnectionError, ResponseError, TimeoutError):
                continue
            if found:
                return found
        return []

    discover_replicas = discover_slaves

    async def aclose(self) -> None:
        """End the links to sentinels. Clients of servers are for who has them to close."""
        async with AsyncExitStack() as each:
            for sentinel in self.sentinels:
                each.push_async_callback(sentinel.aclose)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
