"""Which node serves a slot: the topology's addresses as nodes that can be called.

    topology --owners--> by_slot, one node for each slot, looked up by every call
        ^                    |
        |                    `--> reads: whoever the client's options prefer
        `-- CLUSTER SLOTS, when it wants a refresh

What belongs here: the map kept fresh, and what follows when it changes: nodes that are gone drain, caches forget the
slots that their node has lost, who waits for an owner looks again. What becomes of calls is `redirecting`'s business.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from typing import Any, cast
from weakref import WeakSet

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.route import Future
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.errors import ClusterDownError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.latency import Latency
from framewire.redis.cluster.aio.nodes import ClusterNode, Nodes, Redirects
from framewire.redis.cluster.aio.refreshing import Refresher
from framewire.redis.cluster.decisions import Changes, GiveUp
from framewire.redis.cluster.replicas import Reader, ReadFrom
from framewire.redis.cluster.routing import READS
from framewire.redis.cluster.settings import ANSWER_SECONDS
from framewire.redis.cluster.told import topology_of
from framewire.redis.cluster.unanswered import is_final
from framewire.redis.exchange.calls import Request
from framewire.redis.slots import SLOTS

__all__ = ["Places"]


class Places:
    """For one client. Those in `on_map` are called after each refresh, `on_no_map` with an error when there is none for
    long.
    """

    def __init__(
        self, options: Options, opener: Opener, redirects: Redirects, attempts: Attempts, families: dict[Any, Any]
    ) -> None:
        self.options = options
        self.topology = topology_of(options)
        self.nodes = Nodes(options, opener, redirects, attempts, families)
        self.by_slot: list[ClusterNode | None] = [None] * SLOTS  # `None`: look at the map
        self.reads_elsewhere = options.read_from != "primary"
        self.pinned: WeakSet[Any] = WeakSet()  # waiters of what is asked of one node, and of no other
        self.once: WeakSet[Any] = WeakSet()  # those of them for which it is asked once
        self.on_map: list[Callable[[], None]] = []
        self.on_no_map: Callable[[RedisError], None] = _nothing
        self._patience = options.socket_connect_timeout or ANSWER_SECONDS
        self._reader = Reader(cast("ReadFrom", options.read_from), self.topology, zone=options.zone)
        self._latency = Latency(self._well, self._ping, self._reader.heard)
        if options.read_from == "nearest":
            self.on_map.append(self._latency.measure)
        self._refresher = Refresher(self.topology, self._ask, self._refreshed, self._not_refreshed)
        self._waiting: list[Future] = []  # for a map

    # -- who serves it ------------------------------------------------------------------------------------------------

    def choose(self, slot: int | None, request: Request, avoid: Address | None = None) -> ClusterNode | None:
        """The node for a request of this slot, or `None` where nobody is known to own it.

        A read may go to another one than the owner, if the options say so. Without a slot it is any primary, rather
        another than `avoid`.
        """
        if slot is None:
            return self._any(avoid)
        if self.reads_elsewhere and request[0] in READS:
            address = self._reader.node_for(slot, avoid)
            return None if address is None else self.nodes.at(address)
        node = self.by_slot[slot]
        if node is None and (owner := self.topology.owners[slot]) is not None:
            node = self.by_slot[slot] = self.nodes.at(owner)
        return node

    def _any(self, avoid: Address | None) -> ClusterNode | None:
        primaries = self.topology.primaries
        others = [each for each in primaries if each != avoid and each not in self.topology.failures]
        return self.nodes.at(random.choice(others or primaries)) if primaries else None

    async def owner(self, slot: int | None, until: float) -> ClusterNode:
        """The node for this slot, once the map says who it is, by `until` on the loop's clock.

        Raises `ClusterDownError`, and why no node tells the map.
        """
        loop = asyncio.get_running_loop()
        for attempts in itertools.count():
            node = self.choose(slot, (b"WATCH",))
            if node is not None:
                return node
            decision = None if slot is None else self.topology.unowned(slot, attempts)
            if isinstance(decision, GiveUp) or loop.time() >= until:
                what = "no node has told of the slots" if slot is None else f"no node is known to serve slot {slot}"
                raise ClusterDownError(what, fate=Fate.NOT_EXECUTED)
            await self.refreshed(until)
        raise AssertionError

    async def refreshed(self, until: float) -> None:
        """A map that is newer, or `until` on the loop's clock. Raises why no node tells one."""
        self.topology.refreshing.want(at_once=True)
        self.plan()
        loop = asyncio.get_running_loop()
        news: Future = loop.create_future()
        self._waiting.append(news)
        try:
            await asyncio.wait([news], timeout=max(0.0, until - loop.time()))
            if news.done():
                news.result()
        finally:
            news.cancel()  # what comes later is nobody's

    def locate(self, node_id: str, place: Address) -> Address:
        """What a node is called from here that another one calls `place`."""
        return self.topology.locate(node_id, place)

    def moved(self, slot: int) -> None:
        """The topology may have learnt who has it now."""
        self.by_slot[slot] = None

    def renew(self, node: ClusterNode) -> ClusterNode:
        """Another for the same address, whose name is resolved again, in its place."""
        another = self.nodes.renew(node)
        self.by_slot[:] = [another if each is node else each for each in self.by_slot]
        return another

    def pin(self, waiter: Any, *, once: bool = False) -> None:
        """What `waiter` waits for is asked of one node, and of no other; with `once` not again where a link is lost."""
        self.pinned.add(waiter)
        if once:
            self.once.add(waiter)

    @property
    def failure(self) -> RedisError | None:
        """Why nobody has told the map when it was asked for last, if nobody has."""
        return self._refresher.failure

    # -- the map ------------------------------------------------------------------------------------------------------

    def plan(self) -> None:
        """The topology may want a refresh now."""
        self._refresher.plan()

    def lost(self, address: Address) -> None:
        """A link to a node was lost, or could not be made."""
        self.topology.lost(address)
        self.plan()

    def _ask(self, address: Address) -> Future:
        asked = self.nodes.at(address).call((b"CLUSTER", b"SLOTS"), None, self._patience)
        self.pin(asked, once=True)
        return asked

    def _well(self) -> list[Address]:
        """Nodes that have not just failed: to find them so again would only make the map wanted again."""
        return [node for node in self.topology.nodes if node not in self.topology.failures]

    def _ping(self, address: Address) -> Future:
        asked = self.nodes.at(address).call((b"PING",), None, self._patience)
        self.pin(asked, once=True)
        return asked

    def _refreshed(self, changes: Changes) -> None:
        for address, slots in changes.lost_slots.items():
            self._forget(address, slots)
        self.by_slot[:] = self._nodes_by_slot()
        for address in changes.gone:
            self._reader.forget(address)
            self.nodes.retire(address)  # what waits there may look for another at once
        for heard in self.on_map:
            heard()
        for waiter in self._take_waiting():
            waiter.set_result(None)

    def _forget(self, address: Address, slots: frozenset[int]) -> None:
        """What was kept of slots that have gone elsewhere: their new owner tells another link of changes."""
        node = self.nodes.known(address)
        if slots and node is not None and node.cached is not None:
            node.cached.cache.flush()

    def _nodes_by_slot(self) -> list[ClusterNode | None]:
        nodes: dict[Address | None, ClusterNode] = {each: self.nodes.at(each) for each in self.topology.primaries}
        return [nodes.get(owner) for owner in self.topology.owners]

    def _not_refreshed(self, error: RedisError, failures: int) -> None:
        if failures > self.options.retry.retries or is_final(error):
            self.on_no_map(error)
            for waiter in self._take_waiting():
                waiter.set_exception(copied(error))

    def _take_waiting(self) -> list[Future]:
        waiting, self._waiting = self._waiting, []
        return [waiter for waiter in waiting if not waiter.done()]

    # -- the end ------------------------------------------------------------------------------------------------------

    async def close(self, error: RedisError) -> None:
        """End all links; who waits for an owner gets `error`."""
        self._refresher.close()
        self._latency.close()
        for waiter in self._take_waiting():
            waiter.set_exception(copied(error))
        await self.nodes.close()



def _nothing(*args: Any) -> None:
    pass
