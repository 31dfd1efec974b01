"""What redis-py's `RedisCluster` is told, as settings of a pool whose client has a cluster.

What belongs here: one translation, and what is refused as redis-py refuses it. Nothing is connected here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from framewire.redis.client.retries import Retry
from framewire.redis.compat.cluster.nodes import ClusterNode
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.urls import settings_of_url

__all__ = ["IGNORED", "Remap", "cluster_settings"]

Remap = Callable[[tuple[str, int]], tuple[str, int]]

IGNORED: Final = frozenset(
    {
        "reinitialize_steps", "dynamic_startup_nodes", "policy_resolver", "event_dispatcher", "connection_pool_class",
        "maint_notifications_config", "nodes_flag", "readonly_mode", "skip_full_coverage_check",
        "max_connections_per_node",
    }
)  # fmt: skip
"""Settings that change nothing here: the slots are asked for whenever one has moved, and nodes that were learnt are
asked first; or they are those of predecessors, which redis-py drops too."""


def cluster_settings(
    host: str | None, port: str | int, startup_nodes: Iterable[Any] | None, url: str | None, *,
    read_from_replicas: bool = False, load_balancing_strategy: Any = None, address_remap: Remap | None = None,
    cluster_error_retry_attempts: int | None = None, retry: Any = None, **settings: Any,
) -> dict[str, Any]:  # fmt: skip
    """Settings for a pool, with `startup_nodes` among them. Raises `RedisClusterException`, and `ValueError` for a URL
    that is none.
    """
    if settings.get("db") not in (None, 0, "0"):
        raise RedisClusterException("Argument 'db' must be 0 or None in cluster mode")
    if settings.get("path") or settings.get("unix_socket_path"):
        raise RedisClusterException("Unix domain socket is not supported in cluster mode")
    kept = {name: value for name, value in settings.items() if name not in IGNORED and name != "db"}
    nodes = [_address(node) for node in startup_nodes or ()]
    if url is not None:
        said = _of_url(url)
        nodes = [*nodes, *said.pop("startup_nodes")]
        kept.update(said)
    elif host is not None and port is not None:
        nodes.append(_address((host, port)))
    if not nodes:
        raise RedisClusterException(
            "RedisCluster requires at least one node to discover the cluster: host and port, or startup_nodes, a list"
            " of ClusterNode"
        )
    kept["startup_nodes"] = tuple(dict.fromkeys(nodes))
    if read_from_replicas or load_balancing_strategy is not None:
        kept["read_from"] = "any"
    if address_remap is not None:
        kept["address_remap"] = address_remap
    if retry is None and cluster_error_retry_attempts is not None:
        retry = Retry(cluster_error_retry_attempts)
    return kept if retry is None else {**kept, "retry": retry}


def _of_url(url: str) -> dict[str, Any]:
    said = settings_of_url(url)
    if said.get("path") is not None or said.get("memory") is not None:
        raise RedisClusterException("a cluster is reached over TCP, by redis://, rediss:// or redis+cluster://")
    if said.get("sentinels") is not None:
        raise RedisClusterException("a URL of sentinels is for Sentinel.master_for, or framewire.redis.BlockingClient")
    if said.pop("db", 0) != 0:
        raise RedisClusterException("A ``db`` querystring option can only be 0 in cluster mode")
    host, port = said.pop("host", "localhost"), said.pop("port", 6379)
    said.setdefault("startup_nodes", [_address((host, port))])
    return said


def _address(node: Any) -> tuple[str, int]:
    """Of a node, ours or redis-py's, or of a pair of host and port."""
    if isinstance(node, dict):
        node = ClusterNode(node["host"], node["port"])
    elif isinstance(node, tuple):
        node = ClusterNode(*node)
    return node.host, int(node.port)
