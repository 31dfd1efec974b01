"""The nodes of a cluster that there are links to, from threads.

What belongs here: a node for each address, made when it is needed, kept over refreshes, and ended some time after it
has left the map, so that what is under way there may be answered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic

from framewire.redis.client.blocking.caching import Family
from framewire.redis.client.blocking.node import Node
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.told import DRAIN_SECONDS, RENEWAL_SECONDS, options_at

__all__ = ["ClusterNode", "Families", "Nodes"]

Families = dict[Address, Family]
"""The caches of one program, by node and by database."""


class ClusterNode(Node):
    """One node. A call there is one attempt."""

    def __init__(
        self, address: Address, options: Options, opener: Opener, family: Family, lost: Callable[[Address], None]
    ) -> None:
        """`lost` is called with its address while it is silent though somebody waits for it."""
        self.address = address
        super().__init__(options, opener, family)
        self.server.on_silence = partial(lost, address)


class Nodes:
    """All nodes of one client, by their addresses; for any number of threads."""

    def __init__(
        self, options: Options, opener: Opener, families: Families, lost: Callable[[Address], None]
    ) -> None:
        """`lost`: that of all nodes; any thread calls it, with a link's lock held."""
        self._lost = lost
        self._options = options
        self._opener = opener
        self._families = families
        self._lock = threading.Lock()
        self._nodes: dict[Address, ClusterNode] = {}
        self._renewable: dict[Address, float] = {}  # when it may be again
        self._leaving: list[tuple[float, ClusterNode]] = []  # the first to be ended first
        self._closed = False

    def __iter__(self) -> Iterator[ClusterNode]:
        with self._lock:
            return iter(list(self._nodes.values()))

    def at(self, address: Address) -> ClusterNode:
        """The node at `address`; nothing is connected before it is called."""
        node = self._nodes.get(address)
        if node is None:
            with self._lock:
                node = self._nodes.get(address) or self._make(address)
        return node

    def _make(self, address: Address) -> ClusterNode:
        family = self._families.setdefault(address, {})
        node = ClusterNode(address, options_at(self._options, address), self._opener, family, self._lost)
        if node.cached is not None:
            family[node.options.db] = node.cached  # in the place of one that has left
        if self._closed:
            node.close()
        self._nodes[address] = node
        return node

    def known(self, address: Address) -> ClusterNode | None:
        """The node at `address`, if there is one."""
        return self._nodes.get(address)

    def renew(self, node: ClusterNode) -> ClusterNode:
        """Another for the same address, whose name is resolved again; the old one drains.

        Where that was done less than `RENEWAL_SECONDS` ago, it is the node that there is: who sends all calls back to
        itself, as long as its name leads there, would be given a link for each.
        """
        now = monotonic()
        with self._lock:
            if self._nodes.get(node.address) is node and now >= self._renewable.get(node.address, now):
                self._renewable[node.address] = now + RENEWAL_SECONDS
                self._leave(node)
                return self._make(node.address)
        return self.at(node.address)  # it was just renewed

    def retire(self, address: Address) -> None:
        """There is no node at `address` any more."""
        with self._lock:
            node = self._nodes.pop(address, None)
            self._renewable.pop(address, None)
            if node is not None:
                self._leave(node)

    def _leave(self, node: ClusterNode) -> None:
        self._leaving.append((monotonic() + DRAIN_SECONDS, node))

    def end_left(self) -> float | None:
        """End those whose time is over; returns when the next one's is, `None` without one."""
        now = monotonic()
        with self._lock:
            ended = [node for until, node in self._leaving if until <= now]
            self._leaving = [(until, node) for until, node in self._leaving if until > now]
            for node in ended:
                self._forget(node)
            at = self._leaving[0][0] if self._leaving else None
        for node in ended:
            node.server.close(f"{node.address} has left the cluster")
            node.close()
        return at

    def _forget(self, node: ClusterNode) -> None:
        """Its cache is nobody's any more, and addresses come and go: nothing is kept of one where nobody is. Caller
        must hold the lock.
        """
        family = self._families.get(node.address)
        if family is None or family.get(node.options.db) is not node.cached:
            return  # another has its place
        family.pop(node.options.db, None)
        if not family:
            del self._families[node.address]

    def close(self) -> None:
        """End all."""
        with self._lock:
            self._closed = True
            nodes = [*self._nodes.values(), *(node for _, node in self._leaving)]
            self._leaving.clear()
        for node in nodes:
            node.close()
