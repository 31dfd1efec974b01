"""Nodes of a cluster as redis-py has them: what a user holds and gives back as `target_nodes`.

What belongs here: the node, its name, the words for several of them, and which there are by a topology. No I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, Final, Literal

from framewire.redis.cluster.topology import Topology

__all__ = ["ALL_NODES", "DEFAULT_NODE", "FLAGS", "PRIMARIES", "PRIMARY", "RANDOM", "REPLICA", "REPLICAS", "ClusterNode",
           "LoadBalancingStrategy", "addresses_of", "get_node_name", "named_nodes", "numeric"]  # fmt: skip

PRIMARY: Final = "primary"
REPLICA: Final = "replica"

PRIMARIES: Final = "primaries"
REPLICAS: Final = "replicas"
ALL_NODES: Final = "all"
RANDOM: Final = "random"
DEFAULT_NODE: Final = "default-node"

FLAGS: Final = frozenset((PRIMARIES, REPLICAS, ALL_NODES, RANDOM, DEFAULT_NODE))
"""The words for nodes that are not named one by one."""


def get_node_name(host: str, port: str | int) -> str:
    """How a node is called: `host:port`, with IPv6 as it is."""
    return f"{host}:{port}"


def numeric(host: str) -> str:
    """As nodes name themselves: redis-py resolves this one name, and this one is the same everywhere."""
    return "127.0.0.1" if host == "localhost" else host


class ClusterNode:
    """A node: `host`, `port`, `name`, and what is known of it. Those with the same name are equal."""

    def __init__(
        self, host: str, port: str | int, server_type: str | None = None, redis_connection: Any = None
    ) -> None:
        """redis_connection: a client of this node alone, which those have that a cluster's client has made."""
        self.host = numeric(host)
        self.port = int(port)
        self.name = get_node_name(self.host, self.port)
        self.server_type = server_type
        self.redis_connection = redis_connection

    def __repr__(self) -> str:
        return f"[host={self.host},port={self.port},name={self.name},server_type={self.server_type}]"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClusterNode) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class LoadBalancingStrategy(Enum):
    """Who reads go to. The four are one here: to each node that has the slot in turn, the primary too."""

    ROUND_ROBIN = "round_robin"
    ROUND_ROBIN_REPLICAS = "round_robin_replicas"
    RANDOM = "random"
    RANDOM_REPLICA = "random_replica"


def addresses_of(topology: Topology, role: Literal["primary", "replica"] | None = None) -> list[tuple[str, int]]:
    """Host and port of the nodes that are known, or of those in one role."""
    if role == PRIMARY:
        return list(topology.primaries)
    if role == REPLICA:
        primaries = set(topology.primaries)
        return [node for node in topology.nodes if node not in primaries]
    return list(topology.nodes)


def named_nodes(targets: Any) -> Sequence[ClusterNode]:
    """The nodes that a user names: one, a list, or a dict whose values they are. Raises `TypeError` for all else."""
    if isinstance(targets, ClusterNode):
        return [targets]
    given: Iterable[Any] = targets.values() if isinstance(targets, dict) else targets
    if isinstance(targets, list | tuple | dict):
        nodes = list(given)
        if all(isinstance(node, ClusterNode) for node in nodes):
            return nodes
    raise TypeError(
        "target_nodes is one of the flags PRIMARIES, REPLICAS, ALL_NODES, RANDOM and DEFAULT_NODE, a ClusterNode, a"
        f" list or a dict of such; not {type(targets).__name__}"
    )
