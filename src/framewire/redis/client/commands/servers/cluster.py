"""A cluster as its nodes know it: CLUSTER INFO, NODES, SHARDS and their kin.

What belongs here: the subcommands of CLUSTER about nodes; those about slots are in `cluster_slots`. Each goes to one
node, and tells or changes what that one knows.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.cluster import ClusterNode, Shard, cluster_info, links, nodes, replicas, shards
from framewire.redis.client.shapes.records import word

__all__ = ["ClusterNodes"]


class ClusterNodes(Runs[S]):
    """The nodes of a cluster."""

    # -- what a node knows --------------------------------------------------------------------------------------------

    @command
    def cluster_info(self) -> Reply[dict[str, str]]:
        """CLUSTER INFO: the state of the cluster, by the server's names, as texts. O(1)."""
        return self._run((b"CLUSTER", b"INFO"), cluster_info)

    @command
    def cluster_nodes(self) -> Reply[dict[str, ClusterNode]]:
        """CLUSTER NODES: all nodes, by their addresses (`host:port`). O(N)."""
        return self._run((b"CLUSTER", b"NODES"), nodes)

    @command
    def cluster_shards(self) -> Reply[list[Shard]]:
        """CLUSTER SHARDS: ranges of slots with the nodes that serve them. O(N)."""
        return self._run((b"CLUSTER", b"SHARDS"), shards)

    @command
    def cluster_links(self) -> Reply[list[dict[str, Any]]]:
        """CLUSTER LINKS: the links between this node and others, by the server's names. O(N)."""
        return self._run((b"CLUSTER", b"LINKS"), links)

    @command
    def cluster_myid(self) -> Reply[str]:
        """CLUSTER MYID: this node's id. O(1)."""
        return self._run((b"CLUSTER", b"MYID"), word)

    @command
    def cluster_myshardid(self) -> Reply[str]:
        """CLUSTER MYSHARDID: the id of this node's shard. Since Redis 7.2. O(1)."""
        return self._run((b"CLUSTER", b"MYSHARDID"), word)

    @command
    def cluster_replicas(self, node_id: str) -> Reply[dict[str, ClusterNode]]:
        """CLUSTER REPLICAS: the replicas of a node, by their addresses. O(N)."""
        return self._run((b"CLUSTER", b"REPLICAS", node_id), replicas)

    @command
    def cluster_count_failure_report(self, node_id: str) -> Reply[int]:
        """CLUSTER COUNT-FAILURE-REPORTS: how many nodes say now that this one has failed. O(N)."""
        return self._run((b"CLUSTER", b"COUNT-FAILURE-REPORTS", node_id))

    # -- what it is to do ---------------------------------------------------------------------------------------------

    @command
    def cluster_meet(self, host: str, port: int, cluster_bus_port: int | None = None) -> Reply[bool]:
        """CLUSTER MEET: make another node known to this one. `True`. O(1)."""
        request: tuple[Any, ...] = (b"CLUSTER", b"MEET", host, port)
        return self._run(request if cluster_bus_port is None else (*request, cluster_bus_port), ok)

    @command
    def cluster_forget(self, node_id: str) -> Reply[bool]:
        """CLUSTER FORGET: do not know that node any more. `True`. O(1)."""
        return self._run((b"CLUSTER", b"FORGET", node_id), ok)

    @command
    def cluster_replicate(self, node_id: str) -> Reply[bool]:
        """CLUSTER REPLICATE: be a replica of that node. `True`. O(1)."""
        return self._run((b"CLUSTER", b"REPLICATE", node_id), ok)

    @command
    def cluster_failover(self, option: Literal["FORCE", "TAKEOVER"] | None = None) -> Reply[bool]:
        """CLUSTER FAILOVER: begin to take the place of this replica's master. `True`. O(1).

        FORCE does not ask the master, TAKEOVER does not ask the others either.
        """
        return self._run((b"CLUSTER", b"FAILOVER") if option is None else (b"CLUSTER", b"FAILOVER", option), ok)

    @command
    def cluster_reset(self, soft: bool = True) -> Reply[bool]:
        """CLUSTER RESET: forget all nodes and slots; else than softly, the own id too. `True`. O(N)."""
        return self._run((b"CLUSTER", b"RESET", b"SOFT" if soft else b"HARD"), ok)

    @command
    def cluster_save_config(self) -> Reply[bool]:
        """CLUSTER SAVECONFIG: write what the node knows into its file. `True`. O(N)."""
        return self._run((b"CLUSTER", b"SAVECONFIG"), ok)

    @command
    def cluster_set_config_epoch(self, epoch: int) -> Reply[bool]:
        """CLUSTER SET-CONFIG-EPOCH: give a new node its epoch. `True`. O(1)."""
        return self._run((b"CLUSTER", b"SET-CONFIG-EPOCH", epoch), ok)

    @command
    def cluster_bumpepoch(self) -> Reply[str]:
        """CLUSTER BUMPEPOCH: raise the node's epoch over all others; `BUMPED 7`, or `STILL 7`. O(1)."""
        return self._run((b"CLUSTER", b"BUMPEPOCH"), word)
