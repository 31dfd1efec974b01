"""MONITOR as an iterator.

What belongs here: a link that hears every command of a server. What a line of it means, `monitored` says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.route import OwnLinks
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.monitored import Monitored, monitored

__all__ = ["Monitor"]

MOST_LINES = 100_000
"""Lines that may wait for who iterates; then the oldest are dropped, and counted."""

MOST_BYTES = 64 * 1024 * 1024
"""And their bytes; the last line has room, however long it is."""


class Monitor:
    """`async with client.monitor() as lines: async for line in lines: ...`."""

    def __init__(self, pool: OwnLinks, timeout: float | None) -> None:
        """`timeout`: seconds within which the server must say that it has begun."""
        self._pool = pool
        self._timeout = timeout
        self._own: OwnLink | None = None
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._bytes = 0  # of all lines
        self.dropped = 0

    async def __aenter__(self) -> Self:
        self._own = own = await self._pool.take([(b"MONITOR",)])
        own.on_push = self._pushed
        own.on_lost = self._lost
        try:
            await own.call((b"MONITOR",), None, self._timeout)
        except BaseException:
            self._leave()
            raise
        return self

    def _pushed(self, items: Sequence[Any]) -> None:
        if items[0] == b"monitor":
            self._lines.put_nowait(items[1])
            self._bytes += len(items[1])
            while self._lines.qsize() > MOST_LINES or (self._bytes > MOST_BYTES and self._lines.qsize() > 1):
                self._taken(self._lines.get_nowait())
                self.dropped += 1

    def _taken(self, line: bytes | None) -> None:
        self._bytes -= len(line or b"")

    def _lost(self, error: Exception | None = None) -> None:
        """No more lines will come."""
        self._lines.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Monitored:
        """The next command; the iteration ends with the block.

        Raises `ConnectionError` when the link is lost: what came meanwhile would be missing.
        """
        line = await self._lines.get()
        self._taken(line)
        if line is not None:
            return monitored(line)
        self._lines.put_nowait(None)  # for whoever asks next
        if self._own is None:
            raise StopAsyncIteration
        raise ConnectionError(f"the link that monitored is gone: {self._own.error}")

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            self._pool.give_back(own, clean=False)
            self._lost()
