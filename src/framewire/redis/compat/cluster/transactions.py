"""What a pipeline of a cluster refuses before it sends anything.

What belongs here: the same for threads and asyncio.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.errors import ClusterCrossSlotError
from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.routing import slot_of_all
from framewire.redis.compat.cluster_errors import CrossSlotTransactionError, RedisClusterException
from framewire.redis.exchange.calls import Request

__all__ = ["check_slot", "refuse_targets"]


def check_slot(watches: Request, request: Request) -> None:
    """Raise `CrossSlotTransactionError` where the keys of `request` are not in the slot of what is watched."""
    try:
        slot_of_all([watches, request] if watches else [request])
    except ClusterCrossSlotError as error:
        name = words_of(request[:1])[0].decode("utf-8", "replace")
        raise CrossSlotTransactionError(
            f"{name} - all keys must map to the same key slot. Cannot watch or send commands on different slots:"
            f" {error}",
            fate=Fate.NOT_EXECUTED,
        ) from None


def refuse_targets(options: dict[str, Any]) -> None:
    """Raise `RedisClusterException` where a command of a pipeline was to go to certain nodes."""
    if options.pop("target_nodes", None) is not None:
        raise RedisClusterException("in a pipeline a command goes by its keys: target_nodes has no place there")
