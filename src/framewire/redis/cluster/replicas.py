"""Which node of a shard a read goes to: the primary, any of them, the nearest, one in the same zone.

What belongs here: the choice, and what it remembers of nodes. That replicas may be behind, who asks for them knows.
Writes never come here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, get_args

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.slot_map import Shard
from framewire.redis.cluster.topology import Topology

__all__ = ["ReadFrom", "Reader"]

ReadFrom = Literal["primary", "any", "nearest", "zone"]

_SMOOTHING: Final = 8  # as TCP smooths the times of its round trips: a new one counts for an eighth
_EXPLORING: Final = 64  # one read in so many goes to whoever is next, so that a node that became quick is noticed


class Reader:
    """Picks nodes for reads.

        primary   the primary
        any       each in turn, the primary too
        nearest   the one with the shortest smoothed time, as told by `heard`; who was never heard of goes first, and
                  one read in 64 goes to whoever is next
        zone      those in `zone` in turn; any, where there are none

    The one to `avoid`, and those that have just failed, are left out while another one is there.
    """

    def __init__(self, read_from: ReadFrom, topology: Topology, *, zone: str | None = None) -> None:
        """Raises `ValueError` for another `read_from`, and for `"zone"` without a zone."""
        if read_from not in get_args(ReadFrom):
            raise ValueError(f"reads go to one of {', '.join(get_args(ReadFrom))}, and not to {read_from!r}")
        if read_from == "zone" and not zone:
            raise ValueError("to read in the same zone, the client must be told its own")
        self.read_from = read_from
        self.zone = zone
        self._topology = topology
        self._turn = self._nearest_reads = 0
        self._seconds: dict[Address, float] = {}
        ways = {"any": self._any, "nearest": self._nearest, "zone": self._zone}
        self._pick: Callable[[Sequence[Address]], Address] | None = ways.get(read_from)

    def node_for(self, slot: int, avoid: Address | None = None) -> Address | None:
        """Where a read of `slot` goes; `None` where nobody has the slot."""
        shard = self._topology.shard_of(slot)
        return None if shard is None else self.node_of(shard, avoid)

    def node_of(self, shard: Shard, avoid: Address | None = None) -> Address:
        """The same of a shard."""
        if self._pick is None:
            return shard.primary
        nodes: Sequence[Address] = (shard.primary, *shard.replicas)
        if avoid is not None:
            nodes = [node for node in nodes if node != avoid] or nodes
        failures = self._topology.failures
        if failures:
            nodes = [node for node in nodes if node not in failures] or nodes
        return self._pick(nodes)

    def heard(self, address: Address, seconds: float) -> None:
        """A node has answered in so many seconds."""
        before = self._seconds.get(address, seconds)
        self._seconds[address] = before + (seconds - before) / _SMOOTHING
        self._topology.failures.discard(address)

    def forget(self, address: Address) -> None:
        """A node is gone."""
        self._seconds.pop(address, None)

    def _any(self, nodes: Sequence[Address]) -> Address:
        self._turn += 1
        return nodes[self._turn % len(nodes)]

    def _nearest(self, nodes: Sequence[Address]) -> Address:
        self._nearest_reads += 1
        if self._nearest_reads % _EXPLORING == 0:
            return self._any(nodes)
        return min(nodes, key=lambda node: self._seconds.get(node, 0.0))

    def _zone(self, nodes: Sequence[Address]) -> Address:
        return self._any([node for node in nodes if self._topology.zone_of(node) == self.zone] or nodes)
