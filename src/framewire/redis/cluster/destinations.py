"""Where in a cluster a request may go: what `routing` decides.

What belongs here: the forms of that decision. No logic.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from framewire.redis.cluster.combining import Combine

__all__ = ["InParts", "Nodes", "OneSlot", "Routing", "Scan", "ToNodes", "Unknown"]


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
