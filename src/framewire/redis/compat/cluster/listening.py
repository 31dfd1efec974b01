"""Pub/sub of clusters as redis-py has it: whose node, and channels of shards with their confirmations. No I/O.

What belongs here: what threads and asyncio share. Confirmations are made up here: framewire's own listener confirms by
returning.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from framewire.redis.client.errors import DataError
from framewire.redis.client.subscriptions.items import Gap
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.listening import Handler, Listened

__all__ = ["ShardChannels", "node_for_pubsub"]

logger = logging.getLogger(__name__)


class ShardChannels:
    """Those of one `PubSub`, whose `shard_channels` has them with their handlers."""

    def __init__(self, of: Listened) -> None:
        self._of = of
        self._inbox: deque[Sequence[Any]] = deque()

    def name_of(self, name: Any) -> bytes:
        """A channel as it is sent."""
        return self._of.encoder.encode(name)

    def joined(self, asked: Mapping[Any, Handler | None]) -> None:
        """These were subscribed to."""
        for name, handler in asked.items():
            self._of.add("s", {name: handler})
            self._inbox.append((b"ssubscribe", self._of.encoder.encode(name), len(self._of.shard_channels)))

    def parting(self, names: Iterable[Any]) -> list[bytes]:
        """Those of `names`, or all, that are to be unsubscribed from."""
        asked = list(names)
        self._of.drop("s", asked)
        return [self._of.encoder.encode(name) for name in asked or list(self._of.shard_channels)]

    def parted(self, names: Sequence[bytes]) -> None:
        """These are heard no more, once their confirmation was read."""
        left = len(self._of.shard_channels)
        for name in names:
            left -= self._of.key(name) in self._of.shard_channels
            self._inbox.append((b"sunsubscribe", name, left))

    def next_confirmation(self) -> Sequence[Any] | None:
        """The first that was not read."""
        return self._inbox.popleft() if self._inbox else None

    def missed(self, gap: Gap) -> None:
        """Messages may be missing: redis-py has no word for it, so it is logged."""
        logger.warning("messages of shards' channels may be missing since %.3f: %s", gap.since, gap.reason)


def node_for_pubsub(cluster: Any, node: Any, host: str | None, port: int | None) -> Any:
    """The node that a user names, if he does. Raises `RedisClusterException` where it is none of the cluster's."""
    if node is None and host is None and port is None:
        return None
    if node is None and (host is None or port is None):
        raise DataError("Passing a host requires passing a port, and vice versa")
    if node is not None:
        host, port = node.host, node.port
    found = cluster.get_node(host=host, port=port)
    if found is None:
        raise RedisClusterException(f"Node {host}:{port} doesn't exist in the cluster")
    return found
