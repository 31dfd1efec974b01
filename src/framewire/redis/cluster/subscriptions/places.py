"""What pub/sub must know of a cluster.

What belongs here: the form in which the slot map is asked, and how a topology answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Again, Asked, Send
from framewire.redis.cluster.topology import Topology

__all__ = ["Places", "TopologyPlaces", "Turn"]


class Turn(NamedTuple):
    """What to do with a channel of a shard that a node has refused: go to `to`, or look where its slot is, `after` so
    many seconds. `anew`: the link to `to` leads to another node than it shall. `hopeless`: it was tried often enough.
    """

    to: Address | None = None
    after: float = 0.0
    anew: bool = False
    hopeless: bool = False


class Places(Protocol):
    """The cluster as it is known at the moment."""

    @property
    def owners(self) -> Sequence[Address | None]:
        """By slot: who serves it."""

    @property
    def primaries(self) -> Sequence[Address]:
        """All of them."""

    @property
    def nodes(self) -> Sequence[Address]:
        """Primaries and replicas."""

    def turned_away(self, address: Address, slot: int, text: str, attempts: int) -> Turn | None:
        """The node at `address` says `text` to a subscription in `slot`, after so many others that refused it in vain.
        `None`: that is nothing that a cluster says, but what the caller is to be told."""

    def lost(self, address: Address) -> None:
        """A link to `address` was lost, or could not be made."""


class TopologyPlaces:
    """`Places` as a topology knows them, at each moment."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    @property
    def owners(self) -> Sequence[Address | None]:
        return self._topology.owners

    @property
    def primaries(self) -> Sequence[Address]:
        return self._topology.primaries

    @property
    def nodes(self) -> Sequence[Address]:
        return self._topology.nodes

    def turned_away(self, address: Address, slot: int, text: str, attempts: int) -> Turn | None:
        decision = self._topology.refused(Asked(address, slot, attempts), text)
        match decision:
            case None:
                return None
            case Send(to, _, after, anew):
                return Turn(to, after, anew)
            case Again(after):
                return Turn(after=after)
        return Turn(hopeless=True)

    def lost(self, address: Address) -> None:
        self._topology.lost(address)
