"""Where in a cluster a request goes: by the slot of its keys, in parts, to several nodes, or to any.

    request --> its keys, by the command table
                  all in one slot .............. OneSlot
                  in several slots ............. InParts where that is honest, else ClusterCrossSlotError
                  none ......................... ToNodes, by what the command is: to any, all primaries, all nodes
                not in the table ............... Unknown: a node is asked for the keys (COMMAND GETKEYS)
                senseless ...................... ToNodes(ANY): whichever node it reaches refuses it

What belongs here: that decision, and the policies of commands without keys. Which node owns a slot is the topology's
to say. Where a decision is wrong after all (a command of a module, a newer server), no harm is done: a node that does
not own a key answers MOVED, and executes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from framewire.redis.client.errors import ClusterCrossSlotError, ClusterError
from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.combining import Combine
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS, lookup, walk
from framewire.redis.slots import SLOTS, slot_of

__all__ = [
    "FIRST_KEY", "POLICIES", "READS", "SPLIT", "InParts", "Nodes", "OneSlot", "Routing", "Scan", "ToNodes", "Unknown",
    "asking_for_keys", "keys_in", "refuse_named", "route", "route_by_reply", "slot_of_all", "slot_of_first",
]  # fmt: skip


# -- decisions --------------------------------------------------------------------------------------------------------


class Nodes(Enum):
    """Who is asked. ANY: one primary, whichever. PRIMARIES: one node of each shard. ALL: replicas too. NAMED: one node
    that the caller has to name, for which one it is must not be left to chance."""

    ANY = "any"
    PRIMARIES = "all_shards"
    ALL = "all_nodes"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class OneSlot:
    """To who serves this slot; a replica of it where the command only `reads`."""

    slot: int
    reads: bool = False


@dataclass(frozen=True, slots=True)
class InParts:
    """To several slots, in the parts that `splitting.split` makes."""

    reads: bool = False


@dataclass(frozen=True, slots=True)
class ToNodes:
    """To nodes that no key decides; with more than one, `combine` says how `combining` joins their replies."""

    nodes: Nodes
    combine: Combine = Combine.DEFAULT


@dataclass(frozen=True, slots=True)
class Scan:
    """SCAN: a page of the whole cluster, by `scanning`."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Send `asking_for_keys` to any node, and give its reply to `route_by_reply`."""


Routing: TypeAlias = OneSlot | InParts | ToNodes | Scan | Unknown

_ANY: Final = ToNodes(Nodes.ANY)

_UNKNOWN: Final = Unknown()


# -- the fast path ----------------------------------------------------------------------------------------------------


def _names(entry: Command) -> bytes:
    return entry.name.upper().encode()


def _has_its_only_key_first(entry: Command) -> bool:
    """For all servers: no variant may place keys otherwise."""
    spec = entry.keys[0] if len(entry.keys) == 1 and not entry.subcommands else None
    return (
        spec is not None and spec.is_range and spec.finder is None and (spec.first, spec.last) == (1, 1)
        and "|" not in entry.name and not any("keys" in variant for variant in entry.variants.values())
    )  # fmt: skip


FIRST_KEY: Final = frozenset(_names(entry) for entry in COMMANDS.values() if _has_its_only_key_first(entry))
"""Commands, in capitals, whose one key (or shard channel) is the item behind the name: most of what programs send."""

READS: Final = frozenset(_names(entry) for entry in walk() if entry.has_flag("readonly") and "|" not in entry.name)
"""Commands, in capitals, that a replica may serve."""


def slot_of_first(request: Request) -> int:
    """The slot of a request of `FIRST_KEY`; -1 where `route` must be asked. Some 200 ns for a short key."""
    if request[0] in FIRST_KEY and len(request) > 1:
        key = request[1]
        if type(key) is str:  # as `words_of` does
            key = key.encode("utf-8", "backslashreplace")
        elif type(key) is not bytes:
            key = words_of((key,))[0]
        return slot_of(key)
    return -1


# -- any request ------------------------------------------------------------------------------------------------------

SPLIT: Final = frozenset((b"MGET", b"MSET", b"DEL", b"UNLINK", b"EXISTS", b"TOUCH"))
"""Commands that do to each key what they would do to it alone, so that several requests say the same.

Not MSETNX and MSETEX, which set all or none; nothing with a target; no script.
"""


def route(request: Request) -> Routing:
    """Where `request` goes. Linear in the keys.

    Raises `ClusterCrossSlotError` where its keys are in several slots and it cannot be split; nothing was sent.
    """
    slot = slot_of_first(request)
    if slot >= 0:
        return OneSlot(slot, request[0] in READS)
    entry = lookup(words_of(request[:2]))
    if entry is None:
        return _UNKNOWN if len(request) > 1 else _ANY
    if entry.subcommands:  # the subcommand is not in the table
        return _UNKNOWN if len(request) > 2 else _ANY
    if entry.keys:
        return _by_keys(entry, request, keys_in(entry, request))
    if entry.name == "publish" and len(request) > 1:  # to any node; by the same one those of a channel keep their order
        return OneSlot(slot_of(words_of(request[1:2])[0]))
    return _by_number(request) if entry.name in _BY_SLOT_NUMBER else _POLICY_OF[entry.name]


def keys_in(entry: Command, request: Request) -> list[bytes]:
    """The keys and shard channels of a request for `entry`; of one that makes no sense, those that can be told."""
    ranges = all(spec.is_range and spec.finder is None for spec in entry.keys)
    words: Sequence[Any] = request if ranges else words_of(request)  # a range looks at nothing but the length
    return words_of([request[position] for spec in entry.keys for position in spec.find(words)])


def _by_keys(entry: Command, request: Request, keys: list[bytes]) -> Routing:
    if not keys or not entry.accepts(len(request)):
        return _ANY
    slots = set(map(slot_of, keys))
    if len(slots) == 1:
        return OneSlot(slots.pop(), entry.has_flag("readonly"))
    name = _names(entry)
    if name not in SPLIT:
        raise _cross_slot(entry.name.upper().replace("|", " "), len(keys), len(slots))
    if name == b"MSET" and len(request) % 2 == 0:
        return _ANY  # a key without a value: no part of it may be executed
    return InParts(entry.has_flag("readonly"))


def _cross_slot(what: str, keys: int, slots: int) -> ClusterCrossSlotError:
    return ClusterCrossSlotError(
        f"{what}: its {keys} keys are in {slots} slots, and it cannot be split; nothing was sent. Keys with the same"
        " text in braces, as in {user:1}:name and {user:1}:mail, share a slot",
        fate=Fate.NOT_EXECUTED,
    )


def without_node(request: Request) -> ClusterError:
    """The error for what is about one node, of which it does not say which."""
    name = b" ".join(words_of(request[:2])).decode("utf-8", "replace")
    return ClusterError(
        f"{name} is about one node: client.get_nodes() gives a client for each", fate=Fate.NOT_EXECUTED
    )


def refuse_named(requests: Sequence[Request]) -> None:
    """Raise `ClusterError` where one of them is about one node, for a link that may go to any."""
    for request in requests:
        where = route(request)
        if isinstance(where, ToNodes) and where.nodes is Nodes.NAMED:
            raise without_node(request)


def slot_of_all(requests: Sequence[Request]) -> int | None:
    """The one slot of requests that must go together, `None` where they have no keys that we know of: a transaction,
    what waits at the server, and what is watched.

    Raises `ClusterCrossSlotError` where it is not one; nothing was sent.
    """
    slots: set[int] = set()
    keys = 0
    for request in requests:
        slot = slot_of_first(request)
        entry = lookup(words_of(request[:2])) if slot < 0 else None
        found = map(slot_of, keys_in(entry, request)) if entry is not None else [slot] if slot >= 0 else []
        for each in found:
            keys += 1
            slots.add(each)
    if len(slots) > 1:
        raise _cross_slot(_called(requests), keys, len(slots))
    return slots.pop() if slots else None


def _called(requests: Sequence[Request]) -> str:
    first = words_of(requests[0][:1])[0].decode("utf-8", "replace").upper()
    if len(requests) == 1:
        return first
    return "a transaction" if first == "MULTI" else "a pipeline that waits at the server"


# -- what the table does not know -------------------------------------------------------------------------------------


def asking_for_keys(request: Request) -> Request:
    """What to ask a node of an `Unknown` request. It carries the whole of it."""
    return (b"COMMAND", b"GETKEYS", *request)


def route_by_reply(request: Request, reply: Any) -> Routing:
    """Where an `Unknown` request goes by the `reply` to `asking_for_keys`: its keys, or anything else for none.

    A server that names no keys (there are none, the command is unknown, the user may not ask) leaves it to any node.
    Raises as `route` does.
    """
    keys = [key for key in reply if isinstance(key, bytes)] if isinstance(reply, list) else []
    slots = set(map(slot_of, keys))
    if len(slots) > 1:
        raise _cross_slot(words_of(request[:1])[0].decode("utf-8", "replace"), len(keys), len(slots))
    return OneSlot(slots.pop()) if slots else _ANY


# -- commands without keys --------------------------------------------------------------------------------------------

_BY_SLOT_NUMBER: Final = frozenset(("cluster|countkeysinslot", "cluster|getkeysinslot", "cluster|flushslot"))
"""What names a slot by its number, as item 2: only its owner knows."""


def _by_number(request: Request) -> Routing:
    text = words_of(request[2:3])
    number = int(text[0]) if text and text[0].isdigit() and len(text[0]) <= 5 else SLOTS
    return OneSlot(number) if number < SLOTS else _ANY


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


def _policy(entry: Command) -> Routing:
    if entry.name in POLICIES:
        return POLICIES[entry.name]
    if entry.request_policy not in ("all_shards", "all_nodes"):
        return _ANY
    how = entry.response_policy
    return ToNodes(Nodes(entry.request_policy), Combine.BY_NODE if how == "special" else Combine(how))


_POLICY_OF: Final = {entry.name: _policy(entry) for entry in walk() if not entry.keys and not entry.subcommands}
