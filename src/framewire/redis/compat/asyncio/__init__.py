"""redis-py's names for asyncio: `from framewire.redis.compat import asyncio as redis`.

What belongs here: what `redis.asyncio` has.
"""

from typing import Any

from framewire.redis.client.retries import Retry
from framewire.redis.compat.asyncio.client import Pipeline, Redis, StrictRedis
from framewire.redis.compat.asyncio.pool import BlockingConnectionPool, ConnectionPool
from framewire.redis.compat.exceptions import *  # noqa: F403
from framewire.redis.compat.exceptions import __all__ as _exceptions
from framewire.redis.compat.pool import Connection, SSLConnection, UnixDomainSocketConnection

__all__ = [
    "BlockingConnectionPool", "Connection", "ConnectionPool", "Pipeline", "Redis", "Retry", "SSLConnection",
    "StrictRedis", "UnixDomainSocketConnection", "from_url",
    *_exceptions,
]  # fmt: skip


def from_url(url: str, **settings: Any) -> Redis:
    """The client that a URL means."""
    return Redis.from_url(url, **settings)
