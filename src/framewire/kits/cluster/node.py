"""One node of a cluster: a server that knows others, and what it says of itself and of them.

What belongs here: how a node is started, and what is asked of one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from framewire.kits.cluster.agreement import Report, report_of
from framewire.kits.ports import free_port
from framewire.kits.process import ServerProcess, Tls
from framewire.kits.programs import Program
from framewire.redis.client.shapes.cluster import ClusterNode as Line

__all__ = ["Arguments", "ClusterNode"]

Arguments: TypeAlias = "Sequence[str] | Callable[[ClusterNode], Sequence[str]]"
"""Further arguments of a node, the same for all, or by the node, whose ports are known when it is asked."""


class ClusterNode(ServerProcess):
    """A node of a `RedisCluster`: `address`, `id`, `pid`, `client`; `kill()`, `stop()`, `resume()`, `restart()`."""

    def __init__(
        self, program: str | Program | None = None, arguments: Arguments = (), *, node_timeout: int = 1000,
        host: str = "127.0.0.1", password: str | None = None, tls: Tls | None = None,
    ) -> None:  # fmt: skip
        super().__init__(program, host=host, password=password, tls=tls)
        self.bus_port = 0
        self.node_timeout = node_timeout
        self.id = ""
        self._further = arguments

    def _choose_ports(self) -> None:
        super()._choose_ports()
        self.bus_port = free_port(self.host)

    def _command_line(self) -> list[str]:
        secure = [] if self.tls is None else ["--tls-cluster", "yes"]
        further = self._further(self) if callable(self._further) else self._further
        return [
            *super()._command_line(), "--cluster-enabled", "yes", "--cluster-port", str(self.bus_port),
            "--cluster-node-timeout", str(self.node_timeout),
            "--cluster-allow-replica-migration", "no",  # nobody changes sides of his own accord
            "--repl-diskless-sync-delay", "0",
            "--repl-ping-replica-period", "1",  # before the first one, a replica is not told of to clients
            *secure, *further,
        ]  # fmt: skip

    def ready(self) -> None:
        """Wait until it answers, and learn its id."""
        super().ready()
        self.id = self.client.cluster_myid()

    # -- what it says -------------------------------------------------------------------------------------------------

    @property
    def myself(self) -> Line:
        """Its own line of CLUSTER NODES: flags, slots, whose replica it is."""
        return next(line for line in self.client.cluster_nodes().values() if line["node_id"] == self.id)

    @property
    def is_primary(self) -> bool:
        """Whether it says that it is a primary."""
        return "master" in self.myself["flags"].split(",")

    def knows(self, count: int) -> bool:
        """Whether it knows so many nodes, itself among them, and each of them by its name."""
        lines = self.client.cluster_nodes().values()
        return len(lines) == count and not any("handshake" in line["flags"] for line in lines)

    def report(self) -> Report:
        """What it says of the whole cluster."""
        with self.client.pipeline() as pipeline:
            info, nodes = pipeline.cluster_info(), pipeline.cluster_nodes()
            ranges, replication = pipeline.cluster_slots(), pipeline.info("replication")
            pipeline.execute()
        of = replication.result()
        is_linked = of["role"] == "master" or (of["master_link_status"] == "up" and not of["master_sync_in_progress"])
        return report_of(info.result(), nodes.result().values(), ranges.result(), is_linked)
