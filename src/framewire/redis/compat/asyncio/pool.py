"""Connection pools for asyncio, as far as people construct one.

What belongs here: `ConnectionPool`, which holds one client of ours; see the one for threads.
"""

from __future__ import annotations

from typing import Any, Self

from framewire.redis.client.aio.client import Client
from framewire.redis.compat.asyncio.connections import Connection
from framewire.redis.compat.pool import Settings

__all__ = ["BlockingConnectionPool", "ConnectionPool"]


class ConnectionPool(Settings):
    """Settings for clients that share their links."""

    plain_class = Connection
    _client: Client | None = None

    @property
    def client(self) -> Client:
        """The client behind it, made when it is first asked for."""
        if self._client is None:
            self._client = Client.from_options(self.options)
        return self._client

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """End all links; whoever uses the pool again connects anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    aclose = disconnect

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.disconnect()


class BlockingConnectionPool(ConnectionPool):
    """As `ConnectionPool`: who finds no free link waits for one, in both."""

    def __init__(self, max_connections: int = 50, timeout: float | None = 20, **settings: Any) -> None:
        settings.pop("queue_class", None)
        super().__init__(max_connections=max_connections, **settings)
        self.timeout = timeout
