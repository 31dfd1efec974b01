"""What redis-py raises of clusters alone. These are no `RedisError`s there, and so they are none here.

What belongs here: the classes. All but these are in `framewire.redis.client.errors`.
"""

from __future__ import annotations

from framewire.errors import FramewireError
from framewire.redis.client.errors import ClusterCrossSlotError

__all__ = ["CrossSlotError", "CrossSlotTransactionError", "RedisClusterException", "SlotNotCoveredError"]


class RedisClusterException(FramewireError):
    """The client of a cluster refuses: nothing was sent. Or no node can be reached when the client is made."""


class SlotNotCoveredError(RedisClusterException):
    """No node has the slot that was asked for by `get_node_from_key`."""


class CrossSlotError(RedisClusterException, ClusterCrossSlotError):
    """The keys of a command are in several slots: what redis-py raises, and what a server would."""


class CrossSlotTransactionError(CrossSlotError):
    """The keys of a transaction, or of what it watches, are in several slots."""
