"""redis-py's names: a port takes one line, `from framewire.redis import compat as redis`.

    settings.py results.py exceptions.py     what redis-py takes, returns and raises, in terms of ours
    speaking.py stack.py                     clients and pipelines, as far as nobody waits
    client.py pool.py                        for threads
    asyncio/                                 the same for asyncio

What belongs here: redis-py's habits, where ours are other ones. `docs/from-redis-py.md` says what differs.
"""

from typing import Any

from framewire.redis.client.credentials import CredentialProvider
from framewire.redis.client.retries import Retry
from framewire.redis.compat import asyncio, exceptions
from framewire.redis.compat.client import Redis, StrictRedis
from framewire.redis.compat.exceptions import *  # noqa: F403
from framewire.redis.compat.pool import (
    BlockingConnectionPool,
    Connection,
    ConnectionPool,
    SSLConnection,
    UnixDomainSocketConnection,
)

__all__ = [
    "BlockingConnectionPool", "Connection", "ConnectionPool", "CredentialProvider", "Redis", "Retry", "SSLConnection",
    "StrictRedis", "UnixDomainSocketConnection", "asyncio", "exceptions", "from_url",
    *exceptions.__all__,
]  # fmt: skip


def from_url(url: str, **settings: Any) -> Redis:
    """The client that a URL means."""
    return Redis.from_url(url, **settings)
