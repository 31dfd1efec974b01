"""What redis-py's module of this name has: pools, and names for `connection_class`.

What belongs here: nothing of its own.
"""

from framewire.redis.compat.asyncio.connections import Connection
from framewire.redis.compat.asyncio.pool import BlockingConnectionPool, ConnectionPool
from framewire.redis.compat.connections import SSLConnection, UnixDomainSocketConnection
from framewire.redis.compat.urls import settings_of_url as parse_url

__all__ = ["BlockingConnectionPool", "Connection", "ConnectionPool", "SSLConnection", "UnixDomainSocketConnection",
           "parse_url"]  # fmt: skip
