"""redis-py's `RedisCluster`, as far as nobody waits: its nodes, the flags for them, and what its settings mean.

    a request --> targets.py: by its keys, a slot, or a flag --> the cluster's client, or those of single nodes
                                                                          `--> results.py

What belongs here: what threads and asyncio share. The nodes are those that framewire's client knows of at the time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from framewire.redis.client.errors import ClusterCrossSlotError, SharedLinkError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.topology import Topology
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.cluster import nodes
from framewire.redis.compat.cluster.methods import ClusterMethods, slots_by_range
from framewire.redis.compat.cluster.nodes import ClusterNode, get_node_name, numeric
from framewire.redis.compat.cluster_errors import (
    CrossSlotError,
    CrossSlotTransactionError,
    RedisClusterException,
    SlotNotCoveredError,
)
from framewire.redis.slots import slot_of

__all__ = ["Clustered", "cluster_callbacks", "translated"]

N = TypeVar("N", bound=ClusterNode)


class Clustered(ClusterMethods, Generic[N]):
    """The nodes of a cluster by redis-py's names."""

    PRIMARIES = nodes.PRIMARIES
    REPLICAS = nodes.REPLICAS
    ALL_NODES = nodes.ALL_NODES
    RANDOM = nodes.RANDOM
    DEFAULT_NODE = nodes.DEFAULT_NODE
    NODE_FLAGS = nodes.FLAGS

    _default: N | None = None

    def __init__(self) -> None:
        self._nodes: dict[str, N] = {}  # by name: those that somebody has asked for

    def _topology(self) -> Topology:
        """What is known of the cluster. Raises what asking it raises."""
        raise NotImplementedError

    def _make_node(self, host: str, port: int) -> N:
        """A node, with what asks it alone."""
        raise NotImplementedError

    # -- which there are ----------------------------------------------------------------------------------------------

    def _node(self, host: str, port: int, server_type: str) -> N:
        name = get_node_name(host, port)
        node = self._nodes.get(name)
        if node is None:
            node = self._nodes.setdefault(name, self._make_node(host, port))
        node.server_type = server_type
        return node

    def get_primaries(self) -> list[N]:
        """The nodes that take writes."""
        return [self._node(*address, nodes.PRIMARY) for address in nodes.addresses_of(self._topology(), "primary")]

    def get_replicas(self) -> list[N]:
        """The nodes that copy others."""
        return [self._node(*address, nodes.REPLICA) for address in nodes.addresses_of(self._topology(), "replica")]

    def get_nodes(self) -> list[N]:
        """All nodes, primaries first."""
        return [*self.get_primaries(), *self.get_replicas()]

    def get_node(self, host: str | None = None, port: Any = None, node_name: str | None = None) -> N | None:
        """The node of this name, or at this address; `None` where it is none of the cluster's."""
        name = get_node_name(numeric(host), port) if host and port else node_name
        return next((node for node in self.get_nodes() if node.name == name), None)

    def get_node_from_key(self, key: Any, replica: bool = False) -> N | None:
        """The primary that has `key`, or a replica of it, if there is one. Raises `SlotNotCoveredError`."""
        return self._node_of_slot(self.keyslot(key), replica)

    def _node_of_slot(self, slot: int, replica: bool = False) -> N | None:
        shard = self._topology().shard_of(slot)
        if shard is None:
            raise SlotNotCoveredError(f'Slot "{slot}" is not covered by the cluster.')
        if not replica:
            return self._node(*shard.primary, nodes.PRIMARY)
        return self._node(*shard.replicas[0], nodes.REPLICA) if shard.replicas else None

    def get_random_node(self) -> N:
        """Any node."""
        return random.choice(self.get_nodes())

    def get_random_primary_node(self) -> N:
        """Any primary."""
        return random.choice(self.get_primaries())

    def keyslot(self, key: Any) -> int:
        """The slot of a key."""
        return slot_of(self.encoder.encode(key))

    # -- the default one ----------------------------------------------------------------------------------------------

    def get_default_node(self) -> N | None:
        """Who is asked what has no keys: a primary, unless another was set; another one when it has left."""
        there = self.get_nodes()
        if self._default not in there:
            self._default = there[0] if there else None
        return self._default

    def _set_default(self, node: Any) -> bool:
        found = None if node is None else self.get_node(node_name=node.name)
        if found is not None:
            self._default = found
        return found is not None

    def replace_default_node(self, target_node: Any = None) -> None:
        """Another default node: this one, or any other, a primary rather."""
        if target_node is not None:
            self._default = target_node
            return
        others = [
            [node for node in found if node != self._default] for found in (self.get_primaries(), self.get_replicas())
        ]
        for found in filter(None, others):
            self._default = random.choice(found)
            return

    # -- several of them ----------------------------------------------------------------------------------------------

    def _nodes_at(self, targets: Any) -> Sequence[N]:
        """The nodes that `target_nodes` names. Raises `RedisClusterException` where there are none, and `TypeError`."""
        found = self._flagged(targets) if isinstance(targets, str) else nodes.named_nodes(targets)
        if not found:
            raise RedisClusterException(f"No targets were found: there are no nodes that are {targets!r}")
        return [self._known(node) for node in found]

    def _flagged(self, flag: str) -> Sequence[ClusterNode]:
        match flag:
            case nodes.PRIMARIES:
                return self.get_primaries()
            case nodes.REPLICAS:
                return self.get_replicas()
            case nodes.ALL_NODES:
                return self.get_nodes()
            case nodes.RANDOM:
                return [self.get_random_primary_node()]
            case nodes.DEFAULT_NODE:
                default = self.get_default_node()
                return [] if default is None else [default]
        return nodes.named_nodes(flag)

    def _known(self, node: ClusterNode) -> N:
        """The same node with what asks it, where a user has made one himself."""
        if self._nodes.get(node.name) is node:
            return self._nodes[node.name]
        return self._node(node.host, node.port, node.server_type or nodes.PRIMARY)

    def _has_link(self) -> bool:
        return False

    def _check(self, request: tuple[Any, ...]) -> None:
        try:
            super()._check(request)
        except SharedLinkError as error:
            said = str(error).partition("; of this client it is ")[0]
            raise SharedLinkError(f"{said}; of a cluster it is node.redis_connection.client()") from None


def cluster_callbacks() -> Callbacks:
    """Those of a client, and what is otherwise for a cluster."""
    callbacks = Callbacks()
    callbacks.update({"CLUSTER SLOTS": slots_by_range})  # as they are from the start: nobody has set it
    return callbacks


def translated(error: ClusterCrossSlotError, *, transaction: bool = False) -> ClusterCrossSlotError:
    """The error that redis-py raises, where nothing was sent; what a server has refused is its own."""
    if isinstance(error, CrossSlotError) or error.fate is not Fate.NOT_EXECUTED:
        return error
    if not transaction:
        return CrossSlotError(f"all keys must map to the same key slot: {error}", fate=Fate.NOT_EXECUTED)
    text = f"All keys involved in a cluster transaction must map to the same slot: {error}"
    return CrossSlotTransactionError(text, fate=Fate.NOT_EXECUTED)
