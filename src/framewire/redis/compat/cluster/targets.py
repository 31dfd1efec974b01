"""Which nodes redis-py sends a command to when nobody names them.

    by its keys ................................... `None`: as framewire's own client does, in parts if need be
    PUBLISH; CLUSTER SETSLOT, DELSLOTS ............ a slot, to its owner: that of the channel, that which is named
    scripts, SCAN, flushes, functions ............. all primaries
    all else without keys ......................... the default node

What belongs here: that table, by request. Where framewire's client asks all nodes (INFO, DBSIZE, CONFIG SET, ...), a
program that was written for redis-py expects one node's answer.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.client.requests import words_of
from framewire.redis.cluster.destinations import Nodes, OneSlot, ToNodes
from framewire.redis.cluster.routing import FIRST_KEY, route
from framewire.redis.compat.cluster.nodes import DEFAULT_NODE, PRIMARIES, RANDOM
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.table import lookup
from framewire.redis.slots import SLOTS, slot_of

__all__ = ["target_of"]

_PRIMARIES: Final = frozenset(
    "flushall flushdb scan script|exists script|flush script|load function|delete function|flush function|list"
    " function|load function|restore".split()
)

_ONE_MEANT: Final = frozenset(
    "shutdown debug client|kill client|unblock cluster|reset cluster|set-config-epoch".split()
)
"""What is about one node, and redis-py sends to the default one nevertheless."""

_BY_SLOT: Final = frozenset(("cluster|setslot", "cluster|delslots", "cluster|delslotsrange"))
"""What goes to who has the slot that it begins with."""


def target_of(request: Request) -> str | int | None:
    """A flag of nodes, or the slot whose owner `request` goes to; `None` where its keys say it. O(1) for one key.

    Raises `RedisClusterException` for what is about one node that nobody named.
    """
    if request[0] in FIRST_KEY:
        return None
    entry = lookup(words_of(request[:2]))
    if entry is None or entry.keys:
        return None
    if entry.name in _PRIMARIES:
        return PRIMARIES
    if entry.name in _BY_SLOT:
        return _slot_in(request)
    if entry.name == "publish" and len(request) > 1:
        return slot_of(words_of(request[1:2])[0])
    if entry.name == "function|dump":
        return RANDOM
    if entry.name in _ONE_MEANT or entry.subcommands:
        return DEFAULT_NODE
    where = route(request)
    if isinstance(where, ToNodes) and where.nodes is Nodes.NAMED:
        raise _undirected(entry.name)
    return None if isinstance(where, OneSlot) else DEFAULT_NODE


def _slot_in(request: Request) -> int:
    words = words_of(request[2:3])
    if not words or not words[0].isdigit() or int(words[0]) >= SLOTS:
        raise RedisClusterException(f"a slot is a number from 0 to {SLOTS - 1}")
    return int(words[0])


def _undirected(name: str) -> RedisClusterException:
    words = name.upper().replace("|", " ")
    return RedisClusterException(f"No way to dispatch {words} to a cluster: name a node, by target_nodes=")
