"""A plugin for pytest: redis-py's own tests find framewire's compat where they say redis.

What belongs here: which class of redis-py is which of ours. The rest of redis-py stays as it is: what its tests need
besides, and what compat does not have (modules, metrics). Run by `scripts/redis-py-suite`.
"""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace
from typing import Any

from framewire.redis.compat import exceptions

HOMES = {
    "client": ("Redis", "Pipeline", "PubSub", "Monitor"),
    "cluster": ("RedisCluster", "ClusterNode", "ClusterPipeline", "ClusterPubSub"),
    "lock": ("Lock",),
    "connection": ("ConnectionPool", "BlockingConnectionPool"),
    "sentinel": ("Sentinel", "MasterNotFoundError", "SlaveNotFoundError"),
}
SHARED = {"typing": ("Subscription",), "cluster": ("LoadBalancingStrategy",)}
"""The classes that are exchanged, by redis-py's modules."""


def pairs() -> dict[Any, Any]:
    """redis-py's class -> ours."""
    found = {}
    for name in exceptions.__all__:
        theirs = getattr(importlib.import_module("redis.exceptions"), name, None)
        if theirs is not None:
            found[theirs] = getattr(exceptions, name)
    for part in ("", "asyncio."):
        for module, names in HOMES.items():
            theirs = importlib.import_module(f"redis.{part}{module}")
            ours = importlib.import_module(f"framewire.redis.compat.{part}{module}")
            for name in names:
                found[getattr(theirs, name)] = getattr(ours, name)
    for module, names in SHARED.items():
        for name in names:
            theirs = getattr(importlib.import_module(f"redis.{module}"), name)
            found[theirs] = getattr(importlib.import_module(f"framewire.redis.compat.{module}"), name)
    clustered = importlib.import_module("framewire.redis.compat.cluster.clustered").Clustered
    found[importlib.import_module("redis.cluster").AbstractRedisCluster] = clustered
    core = importlib.import_module("redis.commands.core")
    found[core.Script] = found[core.AsyncScript] = importlib.import_module("framewire.redis.compat.scripts").Script
    return found


def exchange(found: dict[Any, Any]) -> None:
    """Put ours in the place of theirs in all modules of redis-py."""
    for name, module in list(sys.modules.items()):
        if name == "redis" or name.startswith("redis."):
            for attribute, value in list(vars(module).items()):
                if isinstance(value, type) and value in found:
                    setattr(module, attribute, found[value])


def exchange_functions() -> None:
    """Functions that make clients."""
    for part in ("", ".asyncio"):
        ours = importlib.import_module(f"framewire.redis.compat{part}")
        vars(importlib.import_module(f"redis{part}"))["from_url"] = ours.from_url


def exchange_connections() -> None:
    """Names for `connection_class`, where tests take them from; what redis-py itself builds keeps its own."""
    for part in ("", ".asyncio"):
        ours = importlib.import_module(f"framewire.redis.compat{part}")
        for name in ("Connection", "SSLConnection", "UnixDomainSocketConnection"):
            vars(importlib.import_module(f"redis{part}"))[name] = getattr(ours, name)


def nodes_manager(cluster: Any) -> SimpleNamespace:
    """Of what is inside of redis-py's cluster, what its tests use in order to name a node or a setting."""
    return SimpleNamespace(
        connection_kwargs=cluster.connection_pool.connection_kwargs,
        nodes_cache={node.name: node for node in cluster.get_nodes()},
        default_node=cluster.get_default_node(),
        get_node_from_slot=lambda slot, *args, **kwargs: cluster._node_of_slot(slot),
        get_nodes_by_server_type=lambda role: [node for node in cluster.get_nodes() if node.server_type == role],
    )


def lend() -> None:
    """What tests read of redis-py's classes, and not of what these do."""
    for part in ("", "asyncio."):
        theirs = importlib.import_module(f"redis.{part}cluster").RedisCluster
        ours = importlib.import_module(f"framewire.redis.compat.{part}cluster").RedisCluster
        ours.nodes_manager = property(nodes_manager)
        ours.ERRORS_ALLOW_RETRY = tuple(found.get(kind, kind) for kind in theirs.ERRORS_ALLOW_RETRY)


found = pairs()
lend()
exchange(found)
exchange_connections()
exchange_functions()
