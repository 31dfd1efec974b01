"""Connections of one's own for asyncio: as for threads, but ending one is awaited.

What belongs here: see `framewire.redis.compat.connections`.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.compat import connections

__all__ = ["Connection"]


class Connection(connections.Connection):
    """A link of one's own."""

    async def disconnect(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """End it. Who has it makes another one when that is needed."""
        self._link.abort()
