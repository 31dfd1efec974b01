"""What a node says of its own slots: CLUSTER NODES, read for the line that it marks as its own.

What belongs here: reading that reply. It is the one place where a node tells which of its slots are on the way to or
from another node. A node knows its own slots best; what it says of others' is gossip, and is not read. Source: the
documentation of CLUSTER NODES.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from framewire.frames.resp import Verbatim
from framewire.redis.client.errors import InvalidResponse
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.addresses import Address, split_endpoint
from framewire.redis.cluster.slot_sets import set_of
from framewire.redis.slots import SLOTS

__all__ = ["ASKING", "OwnSlots", "own_slots"]

ASKING: Final = (b"CLUSTER", b"NODES")
"""The request. Its reply is linear in the nodes of the cluster."""

_FIELDS: Final = 8  # of a line, before its slots


@dataclass(frozen=True, slots=True)
class OwnSlots:
    """What a node has, at one moment.

    owned: the set of slots that it serves. leaving: of these, those that are on the way, each with the id of the node
    that they go to. arriving: the set of those that come from others, who serve them yet. epoch: grows whenever the
    node has won a slot. places: where the nodes are that slots go to, by id, as this node calls them.
    """

    owned: int
    leaving: Mapping[int, str]
    arriving: int
    epoch: int
    places: Mapping[str, Address]


def own_slots(reply: Any) -> OwnSlots:
    """What the reply says. A replica has nothing. Raises `InvalidResponse` for any other reply."""
    try:
        return _own_slots(_text(reply))
    except (ValueError, IndexError, AttributeError) as error:
        message = f"a node does not say in CLUSTER NODES what it has: {error}"
        raise InvalidResponse(message, fate=Fate.EXECUTED) from error


def _text(reply: Any) -> str:
    data: bytes = reply.data if isinstance(reply, Verbatim) else reply
    return data.decode()


def _own_slots(text: str) -> OwnSlots:
    lines = [line.split(" ") for line in text.splitlines() if line]
    mine = next((line for line in lines if "myself" in line[2].split(",")), None)
    if mine is None:
        raise ValueError("no line is its own")
    words = mine[_FIELDS:]
    leaving = dict(_moving(words, "->-"))
    return OwnSlots(
        set_of(slot for word in words if not word.startswith("[") for slot in _range(word)),
        leaving,
        set_of(slot for slot, _ in _moving(words, "-<-")),
        int(mine[6]),
        dict(_places(lines, set(leaving.values()))),
    )


def _range(word: str) -> range:
    first, _, last = word.partition("-")
    return range(_slot(first), _slot(last or first) + 1)


def _slot(text: str) -> int:
    slot = int(text)
    if not 0 <= slot < SLOTS:
        raise ValueError(f"slot {slot} of {SLOTS}")
    return slot


def _moving(words: Iterable[str], arrow: str) -> Iterable[tuple[int, str]]:
    """`[77->-id]` goes there, `[93-<-id]` comes from there."""
    for word in words:
        slot, found, other = word.strip("[]").partition(arrow)
        if word.startswith("[") and found:
            yield _slot(slot), other


def _places(lines: Iterable[list[str]], wanted: set[str]) -> Iterable[tuple[str, Address]]:
    """`host:port@port,name,...`"""
    for line in lines:
        endpoint = split_endpoint(line[1].partition("@")[0]) if line[0] in wanted else None
        if endpoint is not None and endpoint[0]:
            yield line[0], Address(*endpoint)
