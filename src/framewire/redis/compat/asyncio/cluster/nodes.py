"""Nodes of a cluster for asyncio: as for threads, and they can be asked themselves.

What belongs here: that. See `framewire.redis.compat.cluster.nodes`.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.compat.cluster import nodes

__all__ = ["ClusterNode"]


class ClusterNode(nodes.ClusterNode):
    """A node: `host`, `port`, `name`, and what is known of it. Those with the same name are equal."""

    def __init__(
        self, host: str, port: str | int, server_type: str | None = None, *, redis_connection: Any = None,
        **settings: Any,
    ) -> None:  # fmt: skip
        """settings: of its connections in redis-py; here all nodes have those of the cluster's client."""
        super().__init__(host, port, server_type, redis_connection)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Any command, of this node: one that a cluster's client has made."""
        return await self.redis_connection.execute_command(*args, **options)
