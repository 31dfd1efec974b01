"""Methods of redis-py's `RedisCluster`: all that `Redis` has, with `target_nodes=`, and some of its own.

What belongs here: which nodes a method is told, and what redis-py has otherwise for a cluster. Where a command goes
without `target_nodes` is in `targets`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Final

from framewire.redis.client.errors import RedisError
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.cluster import SlotNode, slots
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.speaking import Speaking
from framewire.redis.slots import slot_of

__all__ = ["ClusterMethods", "Targeted", "slots_by_range"]

_MOVES: Final = ("IMPORTING", "NODE", "MIGRATING")


class Targeted(Speaking):
    """A cluster, seen through some of its nodes: what is asked goes to those."""

    def __init__(self, of: Speaking, perform: Callable[..., Any]) -> None:
        """`perform` sends a request to them."""
        self.response_callbacks, self.encoder = of.response_callbacks, of.encoder
        self._check = of._check  # type: ignore[method-assign]
        self._perform = perform  # type: ignore[method-assign]


class ClusterMethods(Speaking):
    """What redis-py's `RedisCluster` has otherwise than its `Redis`."""

    def at(self, target_nodes: Any) -> Targeted:
        """The same cluster, seen through nodes: a flag, a `ClusterNode`, a list or a dict of such."""
        raise NotImplementedError

    def execute_command(self, *args: Any, target_nodes: Any = None, **options: Any) -> Any:
        """Any command, by its words, at `target_nodes` if they are said; else as `Redis.execute_command`."""
        if target_nodes is None:
            return super().execute_command(*args, **options)
        return self.at(target_nodes).execute_command(*args, **options)

    # -- several keys -------------------------------------------------------------------------------------------------

    def mget_nonatomic(self, keys: Any, *args: Any) -> Any:
        """MGET of keys in any slots; here it is `mget`."""
        return self.mget(keys, *args)

    def _slots_of(self, mapping: Mapping[Any, Any]) -> Iterable[Mapping[Any, Any]]:
        """The parts of `mapping` that have one slot each."""
        parts: dict[int, dict[Any, Any]] = {}
        for key, value in mapping.items():
            parts.setdefault(slot_of(self.encoder.encode(key)), {})[key] = value
        return parts.values()

    # -- nodes --------------------------------------------------------------------------------------------------------

    def cluster_myid(self, target_node: Any) -> Any:  # type: ignore[override]
        """CLUSTER MYID: the id of this node."""
        return self.at(target_node).cluster_myid()

    def cluster_addslots(self, target_node: Any, *slots: Any) -> Any:  # type: ignore[override]
        """CLUSTER ADDSLOTS: this node has these slots."""
        return self.at(target_node).cluster_addslots(*slots)

    def cluster_addslotsrange(self, target_node: Any, *slots: Any) -> Any:  # type: ignore[override]
        """CLUSTER ADDSLOTSRANGE: this node has the slots from the first to the second, and so on."""
        return self.at(target_node).cluster_addslotsrange(*slots)

    def cluster_failover(self, target_node: Any, option: str | None = None) -> Any:  # type: ignore[override]
        """CLUSTER FAILOVER: this replica takes over. `option` is FORCE or TAKEOVER."""
        if option is not None and option.upper() not in ("FORCE", "TAKEOVER"):
            raise RedisError(f"Invalid option for CLUSTER FAILOVER command: {option}")
        on: Any = self.at(target_node)
        return on.cluster_failover(option)

    def cluster_replicate(self, target_nodes: Any, node_id: str) -> Any:  # type: ignore[override]
        """CLUSTER REPLICATE: these nodes copy that one."""
        return self.at(target_nodes).cluster_replicate(node_id)

    def cluster_setslot(self, target_node: Any, node_id: str, slot_id: int, state: str) -> Any:  # type: ignore[override]
        """CLUSTER SETSLOT: IMPORTING, MIGRATING or NODE, as this node is told."""
        if state.upper() not in _MOVES:
            stable = state.upper() == "STABLE"
            raise RedisError(
                'For "stable" state please use cluster_setslot_stable' if stable else f"Invalid slot state: {state}"
            )
        return self.at(target_node)._run((b"CLUSTER", b"SETSLOT", slot_id, state, node_id), ok)

    def cluster_slots(self, target_nodes: Any = None) -> Any:
        """CLUSTER SLOTS: by first and last slot, `primary` and `replicas`, each a host and a port."""
        on: Speaking = self if target_nodes is None else self.at(target_nodes)
        return on._run((b"CLUSTER", b"SLOTS"), slots_by_range)

    def cluster_links(self, target_node: Any) -> Any:  # type: ignore[override]
        """CLUSTER LINKS: the links of this node to the others."""
        return self.at(target_node).cluster_links()

    def replicaof(self, *args: Any, **kwargs: Any) -> Any:
        """REPLICAOF: raises `RedisClusterException`."""
        raise RedisClusterException("REPLICAOF is not supported in cluster mode")

    slaveof = replicaof

    def swapdb(self, *args: Any, **kwargs: Any) -> Any:
        """SWAPDB: raises `RedisClusterException`."""
        raise RedisClusterException("SWAPDB is not supported in cluster mode")


def slots_by_range(reply: Any) -> dict[tuple[int, int], dict[str, Any]]:
    """CLUSTER SLOTS as redis-py has it. A node that does not know its name has the empty one."""
    return {
        (each["start"], each["end"]): {
            "primary": _place(each["primary"]), "replicas": [_place(node) for node in each["replicas"]]
        }
        for each in slots(reply)
    }  # fmt: skip


def _place(node: SlotNode) -> tuple[str, int]:
    return node["host"] or "", node["port"]


_PLACES: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        (f"cluster_{word}" for word in "bumpepoch flushslots info myshardid save_config shards".split()), 0
    ),
    **dict.fromkeys(("readonly", "readwrite"), 0),
    **dict.fromkeys(("cluster_replicas", "cluster_reset", "cluster_set_config_epoch"), 1),
    "cluster_meet": 2,
}
"""The methods that redis-py tells the nodes without a keyword too, and as which argument."""


def _with_targets(name: str) -> Callable[..., Any]:
    """The method of this name, which may be told the nodes that it is for."""
    method = getattr(Speaking, name)
    place = _PLACES.get(name)

    @wraps(method)
    def run(self: ClusterMethods, *args: Any, target_nodes: Any = None, **kwargs: Any) -> Any:
        if place is not None and len(args) > place:
            args, target_nodes = args[:place] + args[place + 1 :], args[place]
        on: Speaking = self if target_nodes is None else self.at(target_nodes)
        return method(on, *args, **kwargs)

    return run


_OTHERS: Final = frozenset((*vars(ClusterMethods), "get_encoder", "set_response_callback"))

for _name in dir(Speaking):
    if not _name.startswith("_") and _name not in _OTHERS and callable(getattr(Speaking, _name)):
        setattr(ClusterMethods, _name, _with_targets(_name))
