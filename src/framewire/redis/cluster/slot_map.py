"""The map of a cluster: its shards, and which slots each has.

What belongs here: the map as a value, and what is derived of it. How a reply of a node becomes one: `map_replies`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from framewire.redis.cluster.addresses import Address
from framewire.redis.slots import SLOTS

__all__ = ["NO_MAP", "Ranges", "Shard", "SlotMap"]

Ranges = tuple[tuple[int, int], ...]
"""Of slots, both ends included."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Nodes with the same keys: the primary, and those that follow it. `slots` may be none."""

    primary: Address
    replicas: tuple[Address, ...] = ()
    slots: Ranges = ()


@dataclass(frozen=True)
class SlotMap:
    """All shards; `zones` and `ids` of those nodes that have said theirs.

    unnamed: nodes that are called `?` in redirects, since they have announced no name.

    What is derived is made when it is first asked for, and shared by all who have the same map. Raises `ValueError`
    where a slot has two owners.
    """

    shards: tuple[Shard, ...] = ()
    zones: Mapping[Address, str] = field(default_factory=dict)
    ids: Mapping[Address, str] = field(default_factory=dict)
    unnamed: frozenset[Address] = frozenset()

    def __post_init__(self) -> None:
        last = -1
        for start, end, _ in self._ranges:
            if not last < start <= end < SLOTS:
                raise ValueError(f"the slots {start} to {end} are none, or some of them have two owners")
            last = end

    @cached_property
    def _ranges(self) -> list[tuple[int, int, Shard]]:
        ranges = [(start, end, shard) for shard in self.shards for start, end in shard.slots]
        return sorted(ranges, key=lambda item: item[0])

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self._ranges]

    @cached_property
    def primaries(self) -> tuple[Address, ...]:
        """Those of all shards, of empty ones too."""
        return tuple(shard.primary for shard in self.shards)

    @cached_property
    def nodes(self) -> tuple[Address, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(node for shard in self.shards for node in (shard.primary, *shard.replicas)))

    @cached_property
    def known(self) -> frozenset[Address]:
        """All nodes as a set."""
        return frozenset(self.nodes)

    @cached_property
    def owned(self) -> Mapping[Address, frozenset[int]]:
        """The slots of each primary."""
        return {
            shard.primary: frozenset(slot for start, end in shard.slots for slot in range(start, end + 1))
            for shard in self.shards
        }

    @cached_property
    def by_primary(self) -> Mapping[Address, Shard]:
        """The shards by their primaries."""
        return {shard.primary: shard for shard in self.shards}

    @property
    def serves(self) -> bool:
        """Whether any slot has an owner."""
        return bool(self._ranges)

    def shard_of(self, slot: int) -> Shard | None:
        """The shard that has `slot`. Costs a search among the ranges."""
        index = bisect_right(self._starts, slot) - 1
        if index < 0:
            return None
        _, end, shard = self._ranges[index]
        return shard if slot <= end else None

    def owner_of(self, slot: int) -> Address | None:
        """The primary of that shard."""
        shard = self.shard_of(slot)
        return None if shard is None else shard.primary

    def owners(self) -> list[Address | None]:
        """A new list of the primaries by slot, `None` where nobody has it."""
        owners: list[Address | None] = [None] * SLOTS
        for start, end, shard in self._ranges:
            owners[start : end + 1] = [shard.primary] * (end - start + 1)
        return owners


NO_MAP = SlotMap()
