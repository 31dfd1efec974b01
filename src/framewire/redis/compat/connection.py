"""What redis-py's module of this name has: pools, and names for `connection_class`.

What belongs here: nothing of its own.
"""

from framewire.redis.compat.connections import Connection, SSLConnection, UnixDomainSocketConnection
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.pool import BlockingConnectionPool, ConnectionPool
from framewire.redis.compat.urls import settings_of_url as parse_url

__all__ = ["BlockingConnectionPool", "Connection", "ConnectionPool", "Encoder", "SSLConnection",
           "UnixDomainSocketConnection", "parse_url"]  # fmt: skip
