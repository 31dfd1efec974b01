"""What pub/sub must know of a cluster.

What belongs here: the form in which the slot map is asked. The topology has all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from framewire.redis.cluster.addresses import Address

__all__ = ["Places", "Turn"]


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
