"""redis-py's `redis.asyncio.sentinel`: `Sentinel`, and what people take from there.

What belongs here: `client`; all else is in `framewire.redis.compat.sentinel`.
"""

from framewire.redis.client.errors import MasterNotFoundError
from framewire.redis.compat.asyncio.sentinel.client import Sentinel

SlaveNotFoundError = ReplicaNotFoundError = MasterNotFoundError
"""Where there is no replica the primary answers; where that is not found either, it is this."""

__all__ = ["MasterNotFoundError", "ReplicaNotFoundError", "Sentinel", "SlaveNotFoundError"]
