"""Connection pools for asyncio, as far as people construct one.

What belongs here: `ConnectionPool`, which holds one client of ours; see the one for threads.
"""

from __future__ import annotations

from typing import Any, Self

from framewire.redis.client.aio.client import Client
from framewire.redis.compat.pool import Connection, SSLConnection, ours, settings_of_url
from framewire.redis.compat.settings import options_of

__all__ = ["BlockingConnectionPool", "ConnectionPool"]


class ConnectionPool:
    """Settings for clients that share their links."""

    def __init__(self, connection_class: Any = Connection, max_connections: int | None = None, **settings: Any) -> None:
        self.connection_class = connection_class
        self.max_connections = max_connections or 100
        if getattr(connection_class, "__name__", "").startswith(SSLConnection.__name__[:3]):
            settings["ssl"] = True
        self.connection_kwargs = settings
        self._client: Client | None = None
        self._options = options_of({**settings, "max_connections": self.max_connections})

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        """The pool that a URL means; what it says beats keyword arguments."""
        return cls(**{**settings, **settings_of_url(url)})

    @property
    def client(self) -> Client:
        """The client behind it, made when it is first asked for."""
        if self._client is None:
            self._client = Client.from_options(ours(self._options))
        return self._client

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """End all links; whoever uses the pool again connects anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    aclose = disconnect

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self._options!r})>"


class BlockingConnectionPool(ConnectionPool):
    """As `ConnectionPool`: who finds no free link waits for one, in both."""

    def __init__(self, max_connections: int = 50, timeout: float | None = 20, **settings: Any) -> None:
        super().__init__(max_connections=max_connections, **settings)
        self.timeout = timeout
