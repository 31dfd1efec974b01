"""What an error reply says to a client that knows other nodes.

What belongs here: the words and their grammar, as a table. What is done about them, the topology decides. All of them
prove that the command was not executed, as long as they answer that command and do not come out of a script or a
transaction. Source: the cluster specification, and `getNodeByQuery` of the servers' behaviour as it is documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from framewire.redis.client.errors import RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.addresses import split_endpoint
from framewire.redis.slots import SLOTS

__all__ = ["TROUBLES", "Redirect", "Trouble", "is_about_its_command", "redirect_of"]


@dataclass(frozen=True, slots=True)
class Redirect:
    """Another node has the slot: `for_good` (MOVED), or perhaps this key, for one request (ASK).

    The host is as the reply has it: empty for the host of who answered, `?` for one that the node does not know.
    """

    for_good: bool
    slot: int
    host: str
    port: int


def redirect_of(text: str) -> Redirect | None:
    """`MOVED 3999 127.0.0.1:6381` and `ASK ...` in parts; `None` for any other text, and for one that is malformed."""
    word, _, rest = text.partition(" ")
    if word not in ("MOVED", "ASK"):
        return None
    slot, _, endpoint = rest.partition(" ")
    place = split_endpoint(endpoint)
    if place is None or not (slot.isascii() and slot.isdigit() and len(slot) <= 5 and int(slot) < SLOTS):
        return None
    return Redirect(word == "MOVED", int(slot), *place)


def is_about_its_command(error: RedisError) -> bool:
    """Whether it refuses the command itself. Of one that runs a script only MOVED and ASK do: all else may come out of
    the script, and what that did before, nobody knows.
    """
    return error.fate is Fate.NOT_EXECUTED or redirect_of(str(error)) is not None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A refusal that passes. `refresh`: the map may be wrong. `elsewhere`: another node may answer a read.

    `migrating`: it lasts as long as a key needs to move, which is short.
    """

    refresh: bool = False
    elsewhere: bool = False
    migrating: bool = False


TROUBLES: Final[Mapping[str, Trouble]] = {
    "TRYAGAIN": Trouble(migrating=True),  # the keys of the request are at two nodes, until their slot has moved
    "CLUSTERDOWN": Trouble(refresh=True),  # the slot is served by nobody; or the cluster is down; or takes no writes
    "READONLY": Trouble(refresh=True),  # it was a primary when the map was drawn
    "LOADING": Trouble(elsewhere=True),
    "MASTERDOWN": Trouble(elsewhere=True),
}
"""By the first word of the error."""
