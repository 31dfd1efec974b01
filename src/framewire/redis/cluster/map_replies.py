"""How a reply of a node becomes the map of its cluster.

What belongs here: the grammar of CLUSTER SLOTS (every version) and CLUSTER SHARDS (7.0 and later), in RESP2 and RESP3,
and what is too large to be believed. Source: the documentation of both commands, and what Redis 7.0, 8.0 and Valkey 9.1
answer.

A node says of another one, and of itself, how it wants to be called. Where it gives no name (an empty one, or null, as
with `cluster-preferred-endpoint-type unknown-endpoint`) that is the host of the node that answered. A `?` means that a
name is preferred and none was announced; then it is the `ip` beside it, and the host of who answered where that is
empty, which it is only of the node itself. A node that nothing is known of is left out, and so is one without a port
for the kind of link (TLS or not). A map of more nodes than any cluster has (`MOST_NODES`) is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from reprlib import repr as shorten
from typing import Any, Final, NamedTuple

from framewire.redis.cluster.addresses import LONGEST_HOST, Address, Remap
from framewire.redis.cluster.slot_map import Shard, SlotMap
from framewire.redis.slots import SLOTS

__all__ = ["MOST_NODES", "read_map"]

MOST_NODES: Final = 10_000
"""So many addresses one reply may name. Clusters of a thousand nodes are the largest that servers recommend."""


def read_map(reply: Any, asked: Address, *, remap: Remap | None = None, tls: bool = False) -> SlotMap:
    """The map in a reply of CLUSTER SLOTS or CLUSTER SHARDS, decoded, of the node that was `asked`.

    Which of the two it is, is seen by its first element. `tls` says which of a node's ports is wanted, where the reply
    has both; `remap` is asked for every address. Raises `ValueError` where it is neither, contradicts itself, or is
    larger than a cluster can be, having read no more of it than that. Linear in the reply.
    """
    entries = _list(reply, "CLUSTER SLOTS or SHARDS")
    if len(entries) > SLOTS:
        raise ValueError(f"{len(entries)} entries are more than there are slots")
    reader = _Reader(asked, remap, tls)
    if entries and isinstance(entries[0], list) and entries[0] and _is_int(entries[0][0]):
        shards = reader.slots(entries)
    else:
        shards = reader.shards(entries)
    return SlotMap(tuple(shards), reader.zones, reader.ids, frozenset(reader.unnamed))


class _Endpoint(NamedTuple):
    """A node as a reply has it."""

    host: str | None
    port: int
    facts: Mapping[str, Any]


class _Reader:
    """Reads one reply, and gathers what it says of nodes on the way."""

    def __init__(self, asked: Address, remap: Remap | None, tls: bool) -> None:
        self._asked = asked
        self._remap = remap
        self._tls = tls
        self._found: set[Address] = set()
        self.zones: dict[Address, str] = {}
        self.ids: dict[Address, str] = {}
        self.unnamed: set[Address] = set()

    # CLUSTER SLOTS: [[start, end, primary, replica ...] ...], a node being [host, port, id, facts]

    def slots(self, entries: list[Any]) -> Iterable[Shard]:
        """Entries of the same primary are one shard."""
        ranges: dict[Address, list[tuple[int, int]]] = {}
        replicas: dict[Address, dict[Address, None]] = {}
        for entry in entries:
            start, end, *nodes = _list(entry, "an entry of CLUSTER SLOTS", 3)
            primary, *others = [self._address(_slots_node(node)) for node in nodes]
            if primary is not None:
                ranges.setdefault(primary, []).append((_slot(start), _slot(end)))
                replicas.setdefault(primary, {}).update((other, None) for other in others if other is not None)
        return [_shard(primary, replicas[primary], ranges[primary]) for primary in ranges]

    # CLUSTER SHARDS: [{slots: [start, end, ...], nodes: [{id, port, tls-port, ip, endpoint, role, health} ...]} ...]

    def shards(self, entries: list[Any]) -> Iterable[Shard]:
        """The primary is who is online as one; where nobody is, the one that there was: so does CLUSTER SLOTS."""
        shards: dict[Address, Shard] = {}
        for entry in entries:
            facts = _facts(entry, "a shard of CLUSTER SHARDS")
            nodes = [_facts(node, "a node of CLUSTER SHARDS") for node in _list(facts.get("nodes"), "nodes")]
            masters = sorted((node for node in nodes if node.get("role") == "master"), key=_is_not_online)
            primary = self._address(self._shards_node(masters[0])) if masters else None
            others = [self._address(self._shards_node(node)) for node in nodes if _follows(node)]
            if primary is not None and not (primary in shards and shards[primary].slots):  # who had its place before
                ranges = _pairs(_list(facts.get("slots"), "slots"))
                shards[primary] = _shard(primary, (other for other in others if other is not None), ranges)
        return shards.values()

    def _shards_node(self, facts: Mapping[str, Any]) -> _Endpoint:
        host = facts["endpoint"] if "endpoint" in facts else facts.get("ip")
        return _Endpoint(_host(host), _port(facts.get("tls-port" if self._tls else "port", 0)), facts)

    # both

    def _address(self, node: _Endpoint) -> Address | None:
        host = node.host
        if host == "?":
            host = _host(node.facts["ip"]) if "ip" in node.facts else _host(node.facts.get("hostname", "?"))
        if host == "?" or not node.port:
            return None
        address = Address(host or self._asked.host, node.port)
        if self._remap is not None:
            address = self._remap(address)
        self._found.add(address)
        if len(self._found) > MOST_NODES:
            raise ValueError(f"it names more than {MOST_NODES} nodes")
        if node.host == "?":
            self.unnamed.add(address)
        self._note(self.zones, address, node.facts.get("availability-zone"))
        self._note(self.ids, address, node.facts.get("id"))
        return address

    def _note(self, notes: dict[Address, str], address: Address, value: Any) -> None:
        if value:
            notes[address] = _text(value)


def _slots_node(node: Any) -> _Endpoint:
    """Servers before 7.0 give no facts, those before 4.0 no id."""
    host, port, *rest = _list(node, "a node of CLUSTER SLOTS", 2)
    facts = _facts(rest[1], "the facts of a node") if len(rest) > 1 else {}
    return _Endpoint(_host(host), _port(port), {**facts, "id": rest[0]} if rest else facts)


def _is_not_online(node: Mapping[str, Any]) -> bool:
    return node.get("health") != "online"


def _follows(node: Mapping[str, Any]) -> bool:
    return node.get("role") in ("replica", "slave") and node.get("health") == "online"


def _shard(primary: Address, replicas: Iterable[Address], ranges: Sequence[tuple[int, int]]) -> Shard:
    return Shard(primary, tuple(node for node in replicas if node != primary), tuple(sorted(ranges)))


# -- values -----------------------------------------------------------------------------------------------------------


def _list(value: Any, what: str, least: int = 0) -> list[Any]:
    if not isinstance(value, list) or len(value) < least:
        raise ValueError(f"{what} is a list of {least} or more, and not {shorten(value)}")
    return value


def _facts(value: Any, what: str) -> Mapping[str, Any]:
    """A map: of RESP3, or as a list of names and values; texts in it as `str`."""
    if isinstance(value, list):
        if len(value) % 2:
            raise ValueError(f"{what} has a name without a value: {shorten(value)}")
        items = list(zip(value[::2], value[1::2], strict=True))
    elif isinstance(value, dict):
        items = list(value.items())
    else:
        raise ValueError(f"{what} is a map, and not {shorten(value)}")
    return {_text(name): _text(item) if isinstance(item, (bytes, str)) else item for name, item in items}


def _pairs(values: list[Any]) -> list[tuple[int, int]]:
    if len(values) % 2:
        raise ValueError(f"ranges of slots have two ends, and not {shorten(values)}")
    return [(_slot(start), _slot(end)) for start, end in zip(values[::2], values[1::2], strict=True)]


def _slot(value: Any) -> int:
    return _int(value, SLOTS - 1, "a slot")


def _port(value: Any) -> int:
    return _int(value, 65535, "a port")


def _int(value: Any, most: int, what: str) -> int:
    if not _is_int(value) or not 0 <= value <= most:
        raise ValueError(f"{what} is a number from 0 to {most}, and not {shorten(value)}")
    return int(value)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _host(value: Any) -> str | None:
    host = None if value is None else _text(value)
    if host is not None and len(host) > LONGEST_HOST:
        raise ValueError(f"a host of {len(host)} characters is none: {shorten(host)}")
    return host


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        raise ValueError(f"a text was to come, and not {shorten(value)}")
    return value.decode("utf-8", "backslashreplace")
