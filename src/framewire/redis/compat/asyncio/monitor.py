"""`Monitor` of redis-py, for asyncio.

What belongs here: an iterator over what a server is asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Self

from framewire.redis.client.aio.monitor import Monitor as Lines
from framewire.redis.compat.asyncio.pool import ConnectionPool
from framewire.redis.compat.monitoring import command_of

__all__ = ["Monitor"]


class Monitor:
    """`async with client.monitor() as m: await m.next_command()`; or `async for command in m.listen()`."""

    def __init__(self, connection_pool: ConnectionPool) -> None:
        self.connection_pool = connection_pool
        self._lines: Lines = connection_pool.client.monitor()

    async def __aenter__(self) -> Self:
        await self._lines.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._lines.__aexit__(None, None, None)

    async def next_command(self) -> dict[str, Any]:
        """The next command, waited for."""
        return command_of(await anext(self._lines))

    async def listen(self) -> AsyncIterator[dict[str, Any]]:
        """All of them."""
        while True:
            yield await self.next_command()
