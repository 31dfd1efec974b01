"""A cluster without a socket: what is asked of which node is in `asked`."""

from __future__ import annotations

from typing import Any

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.topology import Topology
from framewire.redis.compat.cluster.clustered import Clustered, cluster_callbacks
from framewire.redis.compat.cluster.methods import Targeted
from framewire.redis.compat.cluster.nodes import ClusterNode
from framewire.redis.compat.encoder import Encoder
from framewire.redis.exchange.calls import Shape

__all__ = ["SLOTS_REPLY", "FakeCluster"]

SLOTS_REPLY = [
    [0, 99, [b"a", 1, b"id-a"], [b"c", 3, b"id-c"]],
    [200, 16383, [b"b", 2, b"id-b"]],
]


class FakeCluster(Clustered[ClusterNode]):
    """Two shards, of which one has a replica; slots 100 to 199 are nobody's."""

    def __init__(self, reply: Any = SLOTS_REPLY) -> None:
        super().__init__()
        self.encoder, self.response_callbacks = Encoder(), cluster_callbacks()
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.shape: Shape | None = None
        self.topology = Topology([Address("a", 1)], clock=lambda: 0.0, chance=lambda: 0.5)
        self.learn(reply)

    def learn(self, reply: Any) -> None:
        self.topology.begin_refresh()
        self.topology.refreshed(Address("a", 1), reply)

    def _topology(self) -> Topology:
        return self.topology

    def _make_node(self, host: str, port: int) -> ClusterNode:
        return ClusterNode(host, port, redis_connection=f"client of {host}")

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        self.asked.append(("cluster", request))
        self.shape = shape

    def at(self, target_nodes: Any) -> Targeted:
        names = ",".join(node.name for node in self._nodes_at(target_nodes))

        def perform(request: tuple[Any, ...], shape: Shape | None, *_: Any) -> None:
            self.asked.append((names, request))
            self.shape = shape

        return Targeted(self, perform)
