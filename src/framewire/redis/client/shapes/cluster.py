"""Shapes of what the nodes of a cluster say.

What belongs here: replies to the subcommands of CLUSTER.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from framewire.redis.client.shapes.basic import mapping, pairs
from framewire.redis.client.shapes.info import lines_of
from framewire.redis.client.shapes.records import record, word

__all__ = ["ClusterNode", "Migration", "Shard", "SlotNode", "SlotRange", "cluster_info", "links", "nodes", "replicas",
           "shards", "slots"]  # fmt: skip


class Migration(TypedDict):
    """A slot on its way to or from another node: `state` is `migrating` or `importing`."""

    slot: str
    node_id: str
    state: str


class ClusterNode(TypedDict):
    """A node, as CLUSTER NODES describes it. Slots are lists of one number, or of the first and the last one."""

    node_id: str
    hostname: str
    flags: str
    master_id: str
    last_ping_sent: str
    last_pong_rcvd: str
    epoch: str
    slots: list[list[str]]
    migrations: list[Migration]
    connected: bool


class SlotNode(TypedDict):
    """A node, as CLUSTER SLOTS names it: `host` is `None` where the node does not know by which name it is called."""

    host: str | None
    port: int
    id: str
    metadata: dict[str, str]


class SlotRange(TypedDict):
    """Slots from `start` to `end`, and who serves them."""

    start: int
    end: int
    primary: SlotNode
    replicas: list[SlotNode]


class Shard(TypedDict):
    """Ranges of slots, each the first and the last one, and the nodes by the server's names."""

    slots: list[tuple[int, int]]
    nodes: list[dict[str, Any]]
    id: NotRequired[str]


def cluster_info(reply: Any) -> dict[str, str]:
    return dict(lines_of(reply))


# -- CLUSTER NODES ----------------------------------------------------------------------------------------------------


def nodes(reply: Any) -> dict[str, ClusterNode]:
    """A line for each node."""
    return replicas([line for line in word(reply).split("\n") if line.strip()])


def replicas(reply: Any) -> dict[str, ClusterNode]:
    """A list of such lines."""
    return dict(_node(word(line)) for line in reply)


def _node(line: str) -> tuple[str, ClusterNode]:
    """`id ip:port@busport,hostname,... flags master ping pong epoch link slot ...`"""
    node_id, address, flags, master, ping, pong, epoch, link, *slots = line.split()
    address, _, rest = address.partition("@")
    hostname = rest.split(",")[1] if "," in rest else ""
    return address, {
        "node_id": node_id, "hostname": hostname, "flags": flags, "master_id": master, "last_ping_sent": ping,
        "last_pong_rcvd": pong, "epoch": epoch, "slots": [slot.split("-") for slot in slots if slot[0] != "["],
        "migrations": [_migration(slot) for slot in slots if slot[0] == "["], "connected": link == "connected",
    }  # fmt: skip


def _migration(text: str) -> Migration:
    """`[93->-id]` goes there, `[93-<-id]` comes from there."""
    slot, direction, node_id = text[1:-1].split("-", 2)
    return {"slot": slot, "node_id": node_id, "state": "migrating" if direction == ">" else "importing"}


# -- CLUSTER SLOTS, SHARDS, LINKS -------------------------------------------------------------------------------------


def slots(reply: Any) -> list[SlotRange]:
    return [_slot_range(item) for item in reply]


def _slot_range(item: Any) -> SlotRange:
    start, end, *servers = item
    primary, *others = (_slot_node(server) for server in servers)
    return {"start": start, "end": end, "primary": primary, "replicas": others}


def _slot_node(item: Any) -> SlotNode:
    host, port, id, *metadata = item
    further = {name: word(value) for name, value in record(metadata[0]).items()} if metadata else {}
    return {"host": word(host), "port": port, "id": word(id), "metadata": further}


def shards(reply: Any) -> list[dict[str, Any]]:
    return [_shard(item) for item in reply]


def _shard(reply: Any) -> dict[str, Any]:
    shard = {name: word(value) for name, value in record(reply).items()}
    shard["slots"] = [(int(first), int(last)) for first, last in pairs(shard["slots"])]
    shard["nodes"] = links(shard["nodes"])
    return shard


def links(reply: Any) -> list[dict[str, Any]]:
    """Records whose values are numbers and texts."""
    return [{word(name): word(value) for name, value in mapping(item).items()} for item in reply]
