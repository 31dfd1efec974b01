"""redis-py's names: a port takes one line, `from framewire.redis import compat as redis`.

    settings.py urls.py encoder.py      what redis-py is told, in terms of ours
    callbacks.py results.py methods.py  what it returns and takes, where ours is otherwise
    speaking.py stack.py listening.py   clients, pipelines and pub/sub, as far as nobody waits
    client.py pipeline.py pubsub.py ... for threads; asyncio/ the same for asyncio
    connection.py exceptions.py ...     modules that people import from
    cluster/ sentinel/                  `RedisCluster` and `Sentinel`

What belongs here: redis-py's habits, where ours are other ones. `docs/from-redis-py.md` says what differs.
"""

from framewire.redis.compat import (
    asyncio,
    backoff,
    client,
    cluster,
    connection,
    credentials,
    exceptions,
    lock,
    retry,
    sentinel,
    typing,
    utils,
)
from framewire.redis.compat.backoff import default_backoff
from framewire.redis.compat.client import Redis, StrictRedis
from framewire.redis.compat.cluster import RedisCluster
from framewire.redis.compat.connection import (
    BlockingConnectionPool,
    Connection,
    ConnectionPool,
    SSLConnection,
    UnixDomainSocketConnection,
)
from framewire.redis.compat.credentials import CredentialProvider, UsernamePasswordCredentialProvider
from framewire.redis.compat.exceptions import *  # noqa: F403
from framewire.redis.compat.retry import Retry
from framewire.redis.compat.sentinel import Sentinel
from framewire.redis.compat.typing import Subscription
from framewire.redis.compat.utils import from_url

__all__ = [
    "BlockingConnectionPool", "Connection", "ConnectionPool", "CredentialProvider", "Redis", "RedisCluster",
    "Retry", "SSLConnection", "Sentinel", "StrictRedis", "Subscription", "UnixDomainSocketConnection",
    "UsernamePasswordCredentialProvider", "asyncio", "backoff", "client", "cluster", "connection", "credentials",
    "default_backoff", "exceptions", "from_url", "lock", "retry", "sentinel", "typing", "utils",
    *exceptions.__all__,
]  # fmt: skip
