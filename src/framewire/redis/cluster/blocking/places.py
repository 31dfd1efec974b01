"""Which node serves a slot, from threads: the topology's addresses as nodes that can be called.

    topology --owners--> by_slot, one node for each slot, looked up by every call
        ^                    |
        |                    `--> reads: whoever the client's options prefer
        `-- CLUSTER SLOTS, when it wants a refresh

What belongs here: the map kept fresh, and what follows when it changes: nodes that are gone drain, caches forget the
slots that their node has lost, who waits for an owner looks again. What becomes of calls is `redirecting`'s business.

No two threads use the topology at once: `lock` is held around it. Nothing is sent, and nobody waited for, under it; it
is taken inside the lock of a link, never around one.
"""

from __future__ import annotations

import random
from typing import cast

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.nodes import ClusterNode, Families, Nodes
from framewire.redis.cluster.blocking.refreshing import Refresher
from framewire.redis.cluster.decisions import Asked, Changes, Decision
from framewire.redis.cluster.redirects import redirect_of
from framewire.redis.cluster.replicas import Reader, ReadFrom
from framewire.redis.cluster.told import topology_of
from framewire.redis.slots import SLOTS

__all__ = ["Places"]


class Places:
    """For one client. What stands in `on_map` is called after each refresh, without the lock."""

    def __init__(self, options: Options, opener: Opener, families: Families) -> None:
        self.options = options
        self.topology = topology_of(options)
        self.nodes = Nodes(options, opener, families, self.lost)
        self.by_slot: list[ClusterNode | None] = [None] * SLOTS  # `None`: look at the map
        self.reads_elsewhere = options.read_from != "primary"
        self.wants_latency = options.read_from == "nearest"
        self._reader = Reader(cast("ReadFrom", options.read_from), self.topology, zone=options.zone)
        self.refresher = Refresher(self.topology, self.nodes, options.socket_connect_timeout, self._refreshed)
        self.lock = self.refresher.lock
        self.on_map = self.refresher.on_map
        self.on_map.append(self._leave_silent)
        self._robbed: list[ClusterNode] = []  # of slots, by the newest map

    # -- who serves it ------------------------------------------------------------------------------------------------

    def choose(self, slot: int | None, reads: bool = False, avoid: Address | None = None) -> ClusterNode | None:
        """The node for a request of this slot, or `None` where nobody is known to own it.

        A read may go to another one than the owner, if the options say so. Without a slot it is any primary, rather
        another than `avoid`.
        """
        with self.lock:
            if slot is None:
                return self._any(avoid)
            if reads and self.reads_elsewhere:
                address = self._reader.node_for(slot, avoid)
                return None if address is None else self.nodes.at(address)
            owner = self.topology.owner_of(slot)
            node = self.by_slot[slot] = None if owner is None else self.nodes.at(owner)
            return node

    def _any(self, avoid: Address | None) -> ClusterNode | None:
        primaries = self.topology.primaries
        others = [each for each in primaries if each != avoid and each not in self.topology.failures]
        return self.nodes.at(random.choice(others or primaries)) if primaries else None

    def locate(self, node_id: str, told: Address) -> Address:
        """What a node is called from here, by its id, or by what another node calls it."""
        with self.lock:
            return self.topology.locate(node_id, told)

    # -- what is learnt -----------------------------------------------------------------------------------------------

    def refused(self, asked: Asked, text: str) -> Decision | None:
        """As `Topology.refused`."""
        redirect = redirect_of(text)
        with self.lock:
            decision = self.topology.refused(asked, text)
            if redirect is not None and redirect.for_good:
                self.by_slot[redirect.slot] = None
            self.refresher.plan()
            return decision

    def lost(self, address: Address) -> None:
        """A link to a node was lost, or could not be made."""
        with self.lock:
            self.topology.lost(address)
            self.refresher.plan()

    def plan(self) -> None:
        """The topology may want a refresh now."""
        with self.lock:
            self.refresher.plan()

    def heard(self, address: Address, seconds: float) -> None:
        """A node has answered a read in so many seconds."""
        with self.lock:
            self._reader.heard(address, seconds)

    def renew(self, node: ClusterNode) -> ClusterNode:
        """Another node for the same address, whose name is resolved again."""
        with self.lock:
            renewed = self.nodes.renew(node)
            self.by_slot[:] = [renewed if each is node else each for each in self.by_slot]
            return renewed

    def _refreshed(self, changes: Changes) -> None:
        """Under the lock."""
        for address, slots in changes.lost_slots.items():
            node = self.nodes.known(address)
            if node is not None and slots:
                self._robbed.append(node)
                if node.cached is not None:
                    node.cached.flush()  # the new owner tells another link of what changes there
        for address in changes.gone:
            self.nodes.retire(address)
            self._reader.forget(address)
        nodes = {address: self.nodes.at(address) for address in self.topology.primaries}
        self.by_slot[:] = [None if owner is None else nodes[owner] for owner in self.topology.owners]

    def _leave_silent(self) -> None:
        """Whoever waits for a node that answers nothing, and in whose place another is, need not wait for longer."""
        with self.lock:
            robbed, self._robbed = self._robbed, []
        for node in robbed:
            node.server.leave_silent("another node has taken its place")

    def close(self) -> None:
        """End all links; who waits for an owner goes on."""
        self.refresher.close()
        self.nodes.close()

