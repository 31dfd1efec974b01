"""`RedisCluster` of redis-py, on our blocking client.

What belongs here: how it is made, how it waits, and what it makes. What is the same for asyncio is in `clustered`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, cast

from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.blocking.scans import ScanIterators
from framewire.redis.client.blocking.steps import drive
from framewire.redis.client.errors import AskError, ClusterCrossSlotError, ConnectionError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.blocking.route import ClusterRoute
from framewire.redis.cluster.topology import Topology
from framewire.redis.compat.client import Redis
from framewire.redis.compat.cluster.clustered import Clustered, cluster_callbacks, translated
from framewire.redis.compat.cluster.methods import Targeted
from framewire.redis.compat.cluster.nodes import DEFAULT_NODE, ClusterNode
from framewire.redis.compat.cluster.pipeline import ClusterPipeline
from framewire.redis.compat.cluster.pubsub import ClusterPubSub
from framewire.redis.compat.cluster.results import result_of
from framewire.redis.compat.cluster.settings import cluster_settings
from framewire.redis.compat.cluster.targets import target_of
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.monitor import Monitor
from framewire.redis.compat.pool import ConnectionPool
from framewire.redis.compat.scripts import Script
from framewire.redis.compat.sharing import Sharing
from framewire.redis.exchange.calls import Shape
from framewire.redis.slots import SLOTS

__all__ = ["RedisCluster"]


class RedisCluster(Clustered[ClusterNode], ScanIterators[Any], Sharing):
    """redis-py's client of a cluster, for threads. Settings are redis-py's; those without a meaning here are ignored.

    One that is made has spoken to the cluster: where no node can be reached, or some slot is nobody's and
    `require_full_coverage`, it raises `RedisClusterException`.
    """

    drive = staticmethod(drive)

    def __init__(
        self, host: str | None = None, port: int = 6379, startup_nodes: Iterable[Any] | None = None,
        cluster_error_retry_attempts: int | None = None, retry: Any = None, require_full_coverage: bool = True,
        reinitialize_steps: int = 5, read_from_replicas: bool = False, load_balancing_strategy: Any = None,
        dynamic_startup_nodes: bool = True, url: str | None = None,
        address_remap: Callable[[tuple[str, int]], tuple[str, int]] | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        self.connection_pool = ConnectionPool(
            **cluster_settings(
                host, port, startup_nodes, url, read_from_replicas=read_from_replicas, retry=retry,
                load_balancing_strategy=load_balancing_strategy, address_remap=address_remap,
                cluster_error_retry_attempts=cluster_error_retry_attempts, **settings,
            )
        )  # fmt: skip
        self.response_callbacks = cluster_callbacks()
        self.encoder = self.connection_pool.get_encoder()
        try:
            self._begin(require_full_coverage)
        except BaseException:
            self.close()
            raise

    def _begin(self, require_full_coverage: bool) -> None:
        try:
            topology = self._topology()
        except (RedisError, OSError) as error:
            raise RedisClusterException(
                f"Redis Cluster cannot be connected. Please provide at least one reachable node: {error}"
            ) from error
        covered = sum(owner is not None for owner in topology.owners)
        if require_full_coverage and covered < SLOTS:
            raise RedisClusterException(
                f"All slots are not covered after query all startup_nodes: {covered} of {SLOTS}"
            )

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        """The client that a URL means: of one node, `redis://`, or of several, `redis+cluster://a,b`."""
        return cls(url=url, **settings)

    # -- its nodes ----------------------------------------------------------------------------------------------------

    @property
    def _runner(self) -> BlockingClient:
        return self.connection_pool.client

    def _topology(self) -> Topology:
        client = self._runner
        topology = cast("ClusterRoute", client._route).places.topology
        if not topology.primaries:
            client.get_nodes()  # which waits until some node has told the map
        return topology

    def _make_node(self, host: str, port: int) -> ClusterNode:
        settings = {**self.connection_pool.connection_kwargs, "host": host, "port": port}
        for name in ("startup_nodes", "address_remap"):
            settings.pop(name, None)
        pool = ConnectionPool(**settings)
        pool._client = self._runner._member(host, port)
        redis = Redis(connection_pool=pool)
        redis.response_callbacks = self.response_callbacks
        return ClusterNode(host, port, redis_connection=redis)

    def get_redis_connection(self, node: ClusterNode) -> Redis:
        """A client of this node alone."""
        redis: Redis = self._known(node).redis_connection
        return redis

    def set_default_node(self, node: Any) -> bool:
        """Let `node` be asked what has no keys; whether it is one of the cluster's."""
        return self._set_default(node)

    # -- how it runs commands -----------------------------------------------------------------------------------------

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        target = target_of(request)
        if target is None:
            return self._perform_by_keys(request, shape, seconds, blocking)
        if target == DEFAULT_NODE:
            return self._perform_at_default(request, shape, seconds, blocking)
        found = self._nodes_at(target) if isinstance(target, str) else self._nodes_at([self._node_of_slot(target)])
        return self._perform_at(found, request, shape, seconds, blocking)

    def _perform_by_keys(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        client = self._runner
        try:
            return client._run_blocking(request, shape, seconds) if blocking else client._run(request, shape)
        except ClusterCrossSlotError as error:
            raise translated(error) from None

    def _perform_at(
        self, found: Iterable[ClusterNode], request: tuple[Any, ...], shape: Shape | None, seconds: float | None,
        blocking: bool,
    ) -> Any:  # fmt: skip
        """Ask these nodes, one after the other."""
        results = {node.name: self._ask(node, request, shape, seconds, blocking) for node in found}
        return result_of(request, results)

    def _ask(
        self, node: ClusterNode, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        try:
            return node.redis_connection._perform(request, shape, seconds, blocking)
        except AskError:  # MOVED too: it has not the keys
            return self._perform_by_keys(request, shape, seconds, blocking)

    def _perform_at_default(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        """Ask the default node, or another one where that cannot be reached."""
        left = len(self.get_nodes())
        while True:
            left -= 1
            try:
                return self._perform_at(self._nodes_at(DEFAULT_NODE), request, shape, seconds, blocking)
            except ConnectionError as error:
                if error.fate is not Fate.NOT_EXECUTED or left <= 0:
                    raise
                self.replace_default_node()

    def at(self, target_nodes: Any) -> Targeted:
        """The same cluster, seen through nodes: a flag, a `ClusterNode`, a list or a dict of such."""
        return Targeted(self, lambda *call: self._perform_at(self._nodes_at(target_nodes), *call))

    def scan_iter(
        self, match: Any = None, count: Any = None, _type: Any = None, target_nodes: Any = None
    ) -> Iterator[Any]:
        """SCAN: all keys of the cluster, of moving slots too; or those of `target_nodes`."""
        if target_nodes is None:
            whole: Any = Targeted(self, self._perform_by_keys)
            return ScanIterators.scan_iter(whole, match, count, _type)
        found = self._nodes_at(target_nodes)
        return (key for node in found for key in node.redis_connection.scan_iter(match, count, _type))

    def mset_nonatomic(self, mapping: Mapping[Any, Any]) -> list[Any]:
        """MSET of keys in any slots; a result for each slot."""
        return [self.mset(part) for part in self._slots_of(mapping)]

    def cluster_delslots(self, *slots: int) -> list[Any]:  # type: ignore[override]
        """CLUSTER DELSLOTS: these slots are nobody's any more, as their owners are told; a result for each."""
        return [self.execute_command("CLUSTER DELSLOTS", slot) for slot in slots]

    # -- other objects ------------------------------------------------------------------------------------------------

    def pipeline(self, transaction: bool | None = None, shard_hint: Any = None) -> ClusterPipeline:
        """Commands that are executed together; in MULTI and EXEC if `transaction`, then in one slot."""
        if shard_hint:
            raise RedisClusterException("shard_hint is deprecated in cluster mode")
        return ClusterPipeline(self, bool(transaction))

    def pubsub(
        self, node: Any = None, host: str | None = None, port: int | None = None, **kwargs: Any
    ) -> ClusterPubSub:
        """What is published: see `ClusterPubSub`."""
        return ClusterPubSub(self, node, host, port, **{"encoder": self.encoder, **kwargs})

    def monitor(self, target_node: Any = None) -> Monitor:
        """All commands that one node is asked."""
        (node,) = self._nodes_at(DEFAULT_NODE if target_node is None else target_node)
        made: Monitor = node.redis_connection.monitor()
        return made

    def register_script(self, script: str | bytes) -> Script:
        """A script to call; its keys are in one slot."""
        return Script(self, script)

    def get_connection_kwargs(self) -> dict[str, Any]:
        """The settings of its connections."""
        return self.connection_pool.connection_kwargs

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End all links, to all nodes. Closing twice is fine; who uses it again connects anew."""
        self._nodes.clear()
        self._default = None
        self.connection_pool.disconnect()

    disconnect_connection_pools = close

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self.connection_pool!r})>"
