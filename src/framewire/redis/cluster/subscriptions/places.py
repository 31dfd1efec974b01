"""What pub/sub must know of a cluster.

What belongs here: the form in which the slot map is asked, and how a topology answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, NamedTuple, Protocol

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Again, Asked, Send
from framewire.redis.cluster.topology import Topology

__all__ = ["Places", "TopologyPlaces", "Turn"]

NO_LOCK: Final = nullcontext()


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
    """`Places` as a topology knows them, at each moment. `lock` is held while it is asked."""

    def __init__(self, topology: Topology, lock: AbstractContextManager[Any] = NO_LOCK) -> None:
        self._topology = topology
        self._lock = lock

    @property
    def owners(self) -> Sequence[Address | None]:
        with self._lock:
            return self._topology.owners

    @property
    def primaries(self) -> Sequence[Address]:
        return self._topology.primaries

    @property
    def nodes(self) -> Sequence[Address]:
        return self._topology.nodes

    def turned_away(self, address: Address, slot: int, text: str, attempts: int) -> Turn | None:
        with self._lock:
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
        with self._lock:
            self._topology.lost(address)
