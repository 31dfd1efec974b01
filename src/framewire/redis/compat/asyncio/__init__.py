"""redis-py's names for asyncio: `from framewire.redis.compat import asyncio as redis`.

What belongs here: what `redis.asyncio` has.
"""

from typing import Any

from framewire.redis.compat.asyncio import client, cluster, connection, lock, retry, sentinel
from framewire.redis.compat.asyncio.client import Pipeline, Redis, StrictRedis
from framewire.redis.compat.asyncio.cluster import RedisCluster
from framewire.redis.compat.asyncio.connection import (
    BlockingConnectionPool,
    Connection,
    ConnectionPool,
    SSLConnection,
    UnixDomainSocketConnection,
)
from framewire.redis.compat.asyncio.retry import Retry
from framewire.redis.compat.asyncio.sentinel import Sentinel
from framewire.redis.compat.backoff import default_backoff
from framewire.redis.compat.exceptions import *  # noqa: F403
from framewire.redis.compat.exceptions import __all__ as _exceptions
from framewire.redis.compat.typing import Subscription

__all__ = [
    "BlockingConnectionPool", "Connection", "ConnectionPool", "Pipeline", "Redis", "RedisCluster", "Retry",
    "SSLConnection", "Sentinel", "StrictRedis", "Subscription", "UnixDomainSocketConnection", "client", "cluster",
    "connection", "default_backoff", "from_url", "lock", "retry", "sentinel",
    *_exceptions,
]  # fmt: skip


def from_url(url: str, **settings: Any) -> Redis:
    """The client that a URL means."""
    return Redis.from_url(url, **settings)
