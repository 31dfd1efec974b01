"""MONITOR as an iterator.

What belongs here: a link that hears every command of a server. What a line of it means, `monitored` says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.pool import Pool
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.monitored import Monitored, monitored

__all__ = ["Monitor"]

MOST_LINES = 100_000
"""Lines that may wait for who iterates; then the oldest are dropped, and counted."""


class Monitor:
    """`async with client.monitor() as lines: async for line in lines: ...`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._own: OwnLink | None = None
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_LINES)
        self.dropped = 0

    async def __aenter__(self) -> Self:
        self._own = own = await self._pool.take()
        own.on_push = self._pushed
        own.on_lost = self._lost
        await own.call((b"MONITOR",), None, None)
        return self

    def _pushed(self, items: Sequence[Any]) -> None:
        if items[0] == b"monitor":
            if self._lines.full():
                self._lines.get_nowait()
                self.dropped += 1
            self._lines.put_nowait(items[1])

    def _lost(self, error: Exception) -> None:
        if self._lines.full():
            self._lines.get_nowait()
        self._lines.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Monitored:
        """The next command. Raises `ConnectionError` when the link is lost: what came meanwhile would be missing."""
        line = await self._lines.get()
        if line is None:
            raise ConnectionError(f"the link that monitored is gone: {self._own.error if self._own else ''}")
        return monitored(line)

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        own, self._own = self._own, None
        if own is not None:
            own.on_lost = own.on_push = _ignore
            self._pool.give_back(own, clean=False)


def _ignore(_: object) -> None:
    pass
