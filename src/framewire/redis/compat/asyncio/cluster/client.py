"""`RedisCluster` of redis-py, on our asyncio client.

What belongs here: how it is made, how it waits, and what it makes. What is the same for threads is in
`framewire.redis.compat.cluster.clustered`.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, cast

from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.scans import ScanIterators
from framewire.redis.client.aio.steps import drive
from framewire.redis.client.errors import (
    AskError,
    ClusterCrossSlotError,
    ConnectionError,
    DataError,
    RedisError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.aio.route import ClusterRoute
from framewire.redis.cluster.topology import Topology
from framewire.redis.compat.asyncio.client import Redis
from framewire.redis.compat.asyncio.cluster.nodes import ClusterNode
from framewire.redis.compat.asyncio.cluster.pipeline import ClusterPipeline
from framewire.redis.compat.asyncio.cluster.pubsub import ClusterPubSub
from framewire.redis.compat.asyncio.monitor import Monitor
from framewire.redis.compat.asyncio.pool import ConnectionPool
from framewire.redis.compat.asyncio.sharing import Sharing
from framewire.redis.compat.cluster.clustered import Clustered, cluster_callbacks, translated
from framewire.redis.compat.cluster.methods import Targeted
from framewire.redis.compat.cluster.nodes import DEFAULT_NODE
from framewire.redis.compat.cluster.results import result_of
from framewire.redis.compat.cluster.settings import cluster_settings
from framewire.redis.compat.cluster.targets import target_of
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.scripts import Script
from framewire.redis.exchange.calls import Shape
from framewire.redis.slots import SLOTS

__all__ = ["RedisCluster"]


class RedisCluster(Clustered[ClusterNode], ScanIterators[Any], Sharing):
    """redis-py's client of a cluster, for asyncio. Settings are redis-py's; those without a meaning here are ignored.

    Which nodes there are is known after `await client.initialize()`, or any command; before there are none.
    """

    drive = staticmethod(drive)

    def __init__(
        self, host: str | None = None, port: str | int = 6379, startup_nodes: Iterable[Any] | None = None,
        require_full_coverage: bool = True, read_from_replicas: bool = False, load_balancing_strategy: Any = None,
        dynamic_startup_nodes: bool = True, reinitialize_steps: int = 5,
        cluster_error_retry_attempts: int | None = None, max_connections: int | None = None, retry: Any = None,
        address_remap: Callable[[tuple[str, int]], tuple[str, int]] | None = None, url: str | None = None,
        **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        self.connection_pool = ConnectionPool(
            max_connections=max_connections,
            **cluster_settings(
                host, port, startup_nodes, url, read_from_replicas=read_from_replicas, retry=retry,
                load_balancing_strategy=load_balancing_strategy, address_remap=address_remap,
                cluster_error_retry_attempts=cluster_error_retry_attempts, **settings,
            ),
        )  # fmt: skip
        self.require_full_coverage = require_full_coverage
        self.response_callbacks = cluster_callbacks()
        self.encoder = self.connection_pool.get_encoder()

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        """The client that a URL means: of one node, `redis://`, or of several, `redis+cluster://a,b`."""
        return cls(url=url, **settings)

    async def initialize(self) -> Self:
        """Ask for the nodes, unless they are known. Raises `RedisClusterException` where none can be reached, or some
        slot is nobody's and `require_full_coverage`.
        """
        topology = self._topology()
        if topology.primaries:
            return self
        try:
            await self.connection_pool.client.get_nodes()
        except (RedisError, OSError) as error:
            await self.aclose()
            raise RedisClusterException(
                f"Redis Cluster cannot be connected. Please provide at least one reachable node: {error}"
            ) from error
        covered = sum(owner is not None for owner in topology.owners)
        if self.require_full_coverage and covered < SLOTS:
            await self.aclose()
            raise RedisClusterException(
                f"All slots are not covered after query all startup_nodes: {covered} of {SLOTS}"
            )
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self.initialize().__await__()

    # -- its nodes ----------------------------------------------------------------------------------------------------

    _single = False  # its pipelines have the link that all share

    def _topology(self) -> Topology:
        return cast("ClusterRoute", self.connection_pool.client._route).places.topology

    def _make_node(self, host: str, port: int) -> ClusterNode:
        settings = {**self.connection_pool.connection_kwargs, "host": host, "port": port}
        for name in ("startup_nodes", "address_remap"):
            settings.pop(name, None)
        pool = ConnectionPool(**settings)
        pool._client = self.connection_pool.client._member(host, port)
        redis = Redis(connection_pool=pool)
        redis.response_callbacks = self.response_callbacks
        return ClusterNode(host, port, redis_connection=redis)

    def set_default_node(self, node: Any) -> None:
        """Let `node` be asked what has no keys. Raises `DataError` where it is none of the cluster's."""
        if not self._set_default(node):
            raise DataError("The requested node does not exist in the cluster.")

    # -- how it runs commands -----------------------------------------------------------------------------------------

    async def _perform(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        target = target_of(request)
        if target is None:
            return await self._perform_by_keys(request, shape, seconds, blocking)
        await self.initialize()
        if target == DEFAULT_NODE:
            return await self._perform_at_default(request, shape, seconds, blocking)
        found = self._nodes_at(target) if isinstance(target, str) else self._nodes_at([self._node_of_slot(target)])
        return await self._perform_at(found, request, shape, seconds, blocking)

    async def _perform_by_keys(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        client: Client = self.connection_pool.client
        try:
            return await (client._run_blocking(request, shape, seconds) if blocking else client._run(request, shape))
        except ClusterCrossSlotError as error:
            raise translated(error) from None

    async def _perform_at(
        self, found: Iterable[ClusterNode], request: tuple[Any, ...], shape: Shape | None, seconds: float | None,
        blocking: bool,
    ) -> Any:  # fmt: skip
        """Ask these nodes, all at once."""
        nodes = list(found)
        results = await asyncio.gather(*(self._ask(node, request, shape, seconds, blocking) for node in nodes))
        return result_of(request, {node.name: result for node, result in zip(nodes, results, strict=True)})

    async def _ask(
        self, node: ClusterNode, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        try:
            return await node.redis_connection._perform(request, shape, seconds, blocking)
        except AskError:  # MOVED too: it has not the keys
            return await self._perform_by_keys(request, shape, seconds, blocking)

    async def _perform_at_default(
        self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool
    ) -> Any:
        """Ask the default node, or another one where that cannot be reached."""
        left = len(self.get_nodes())
        while True:
            left -= 1
            try:
                return await self._perform_at(self._nodes_at(DEFAULT_NODE), request, shape, seconds, blocking)
            except ConnectionError as error:
                if error.fate is not Fate.NOT_EXECUTED or left <= 0:
                    raise
                self.replace_default_node()

    def at(self, target_nodes: Any) -> Targeted:
        """The same cluster, seen through nodes: a flag, a `ClusterNode`, a list or a dict of such."""

        async def perform(*call: Any) -> Any:
            await self.initialize()
            return await self._perform_at(self._nodes_at(target_nodes), *call)

        return Targeted(self, perform)

    def scan_iter(
        self, match: Any = None, count: Any = None, _type: Any = None, target_nodes: Any = None
    ) -> AsyncIterator[Any]:
        """SCAN: all keys of the cluster, of moving slots too; or those of `target_nodes`."""
        if target_nodes is None:
            whole: Any = Targeted(self, self._perform_by_keys)
            return ScanIterators.scan_iter(whole, match, count, _type)
        return self._scan_at(target_nodes, match, count, _type)

    async def _scan_at(self, target_nodes: Any, match: Any, count: Any, _type: Any) -> AsyncIterator[Any]:
        await self.initialize()
        for node in self._nodes_at(target_nodes):
            async for key in node.redis_connection.scan_iter(match, count, _type):
                yield key

    async def mset_nonatomic(self, mapping: Mapping[Any, Any]) -> list[Any]:
        """MSET of keys in any slots; a result for each slot."""
        return await asyncio.gather(*(self.mset(part) for part in self._slots_of(mapping)))

    async def cluster_delslots(self, *slots: int) -> list[Any]:  # type: ignore[override]
        """CLUSTER DELSLOTS: these slots are nobody's any more, as their owners are told; a result for each."""
        return await asyncio.gather(*(self.execute_command("CLUSTER DELSLOTS", slot) for slot in slots))

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

    async def aclose(self) -> None:
        """End all links, to all nodes. Closing twice is fine; who uses it again connects anew."""
        self._nodes.clear()
        self._default = None
        await self.connection_pool.disconnect()

    async def close(self) -> None:
        """The older name of `aclose`."""
        warnings.warn("close is deprecated: use aclose", DeprecationWarning, stacklevel=2)
        await self.aclose()

    async def __aenter__(self) -> Self:
        return await self.initialize()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}({self.connection_pool!r})>"
