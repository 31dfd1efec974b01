"""Which nodes of a cluster are asked for what has no keys, and how their replies become one.

What belongs here: the tips that servers give of their commands (`request_policy`, `response_policy` of COMMAND INFO),
and a table of where a user of a cluster means something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from framewire.redis.cluster.combining import Combine
from framewire.redis.cluster.destinations import Nodes, Routing, Scan, ToNodes
from framewire.redis.facts.command import Command

__all__ = ["POLICIES", "policy_of"]

_EVERYWHERE: Final = ToNodes(Nodes.ALL, Combine.ALL_SUCCEEDED)

_NAMED: Final = ToNodes(Nodes.NAMED)

POLICIES: Final[Mapping[str, Routing]] = {
    # a page of the cluster, not of one node
    "scan": Scan(),
    # some key of any shard that has one, and not the first's
    "randomkey": ToNodes(Nodes.PRIMARIES, Combine.SOME),
    # each node has settings, users and modules of its own, and who changes them means all
    "config|resetstat": _EVERYWHERE,
    "config|rewrite": _EVERYWHERE,
    "acl|setuser": _EVERYWHERE,
    "acl|load": _EVERYWHERE,
    "acl|save": _EVERYWHERE,
    "acl|deluser": ToNodes(Nodes.ALL, Combine.MAX),  # how many users there were, where there were most
    "acl|log": ToNodes(Nodes.ALL),  # each node writes its own
    "module|load": _EVERYWHERE,
    "module|loadex": _EVERYWHERE,
    "module|unload": _EVERYWHERE,
    # each node stores its own part
    "save": _EVERYWHERE,
    "bgsave": _EVERYWHERE,
    "bgrewriteaof": _EVERYWHERE,
    "lastsave": ToNodes(Nodes.PRIMARIES, Combine.MIN),  # since when all of it has been stored
    # clients are connected to one node each, and who pauses them means all
    "client|pause": _EVERYWHERE,
    "client|unpause": _EVERYWHERE,
    "client|list": ToNodes(Nodes.ALL, Combine.TEXTS),
    # messages reach all nodes, but each knows only its own listeners
    "pubsub|channels": ToNodes(Nodes.ALL, Combine.UNION),
    "pubsub|shardchannels": ToNodes(Nodes.ALL, Combine.UNION),
    "pubsub|numpat": ToNodes(Nodes.ALL, Combine.SUM),
    "pubsub|numsub": ToNodes(Nodes.ALL, Combine.COUNTS),
    "pubsub|shardnumsub": ToNodes(Nodes.ALL, Combine.COUNTS),
    # a number that several nodes give to different clients
    "client|kill": _NAMED,
    "client|unblock": _NAMED,
    # what tells of one node, makes another thing of it, or stops it
    **dict.fromkeys("monitor shutdown failover replicaof slaveof debug psync sync replconf".split(), _NAMED),
    **{
        f"cluster|{word}": _NAMED
        for word in (
            "addslots addslotsrange bumpepoch cancelslotmigrations delslots delslotsrange failover flushslots forget"
            " migrateslots replicate reset saveconfig set-config-epoch setslot"
        ).split()
    },
}
"""Where the tips of COMMAND INFO say nothing, or what a user of a cluster does not mean, and why."""


def policy_of(entry: Command) -> Routing:
    """Where a command without keys goes: by `POLICIES`, else by its tips, else to any node."""
    if entry.name in POLICIES:
        return POLICIES[entry.name]
    if entry.request_policy not in ("all_shards", "all_nodes"):
        return ToNodes(Nodes.ANY)
    how = entry.response_policy
    return ToNodes(Nodes(entry.request_policy), Combine.BY_NODE if how == "special" else Combine(how))
