"""redis-py's `redis.sentinel`: `Sentinel`, and what people take from there.

    watching.py   what threads and asyncio share
    client.py     for threads; for asyncio it is `framewire.redis.compat.asyncio.sentinel`

What sentinels are asked and say is beside it, in `sentinel_methods` and `sentinel_shapes`, for `Redis` has that too.
"""

from framewire.redis.client.errors import MasterNotFoundError
from framewire.redis.compat.sentinel.client import Sentinel

SlaveNotFoundError = ReplicaNotFoundError = MasterNotFoundError
"""Where there is no replica the primary answers; where that is not found either, it is this."""

__all__ = ["MasterNotFoundError", "ReplicaNotFoundError", "Sentinel", "SlaveNotFoundError"]
