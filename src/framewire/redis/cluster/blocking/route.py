"""Where the requests of a client go that has a cluster, from threads.

    call --- one key: its slot ---------> the node that owns it          (nobody: it waits until the map says who)
         |-- several slots -------------> parts to several nodes, joined
         |-- none ----------------------> any node, or all, and their replies made one
         `-- not in the command table --> a node is asked for its keys first

What belongs here: that choice, made for every call, and the parts put together. What becomes of calls that fail is
`redirecting`'s business, which slot is whose the topology's.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
from framewire.redis.client.blocking.forks import begins_anew
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.subscriber import Subscriber
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import ClusterError, RedisError, ResponseError
from framewire.redis.client.options import Options
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.calling import Calling, refusal_of_reply, send_call, send_transaction
from framewire.redis.cluster.blocking.nodes import ClusterNode, Families, Nodes
from framewire.redis.cluster.blocking.pipelining import Pipelining
from framewire.redis.cluster.blocking.redirecting import Redirecting
from framewire.redis.cluster.blocking.refreshing import Refresher
from framewire.redis.cluster.combining import Combine, combine
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.replicas import Reader
from framewire.redis.cluster.routing import (
    READS,
    InParts,
    OneSlot,
    Scan,
    ToNodes,
    Unknown,
    asking_for_keys,
    route,
    route_by_reply,
    slot_of_all,
    slot_of_first,
)
from framewire.redis.cluster.routing import Nodes as Which
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.splitting import join, split
from framewire.redis.cluster.topology import Topology
from framewire.redis.exchange.calls import Request, Shape
from framewire.redis.slots import SLOTS

__all__ = ["ClusterRoute"]


class ClusterRoute:
    """A `Route` to the nodes of a cluster. `families`: the caches of all databases that one program uses, by node."""

    def __init__(self, options: Options, opener: Opener, families: Families | None = None) -> None:
        self.options = options
        self.closed = False
        self._opener = opener
        self._families: Families = {} if families is None else families
        self._siblings: dict[int, ClusterRoute] = {}
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child nobody is known yet: links are its parent's, and the thread that refreshes is not here."""
        options = self.options
        self.topology = _topology(options)
        self._reader = Reader(options.read_from, self.topology, zone=options.zone)  # type: ignore[arg-type]
        self.nodes = Nodes(options, self._opener, self._families)
        self._refresher = Refresher(self.topology, self.nodes, options.socket_connect_timeout, self._refreshed)
        self._redirecting = Redirecting(
            options, self.topology, self.nodes, self._refresher, self._choose, self._moved
        )  # fmt: skip
        self._reads_elsewhere = options.read_from != "primary"
        self._by_slot: list[ClusterNode | None] = [None] * SLOTS
        self._lent: WeakKeyDictionary[Link, ClusterNode] = WeakKeyDictionary()

    def sibling(self, db: int) -> ClusterRoute:
        """The same cluster's other database, on links of its own; the same object each time."""
        if db not in self._siblings:  # another thread may be faster than this one: then its route is the one
            made = ClusterRoute(replace(self.options, db=db), self._opener, self._families)
            self._siblings.setdefault(db, made)
        return self._siblings[db]

    # -- single calls -------------------------------------------------------------------------------------------------

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """The reply in its shape, from wherever it is to be had."""
        slot = slot_of_first(request)
        if slot < 0 or self._reads_elsewhere:
            return self._call_by(route(request), request, shape, timeout)
        node = self._by_slot[slot]
        if node is None:
            return self._call_slot(slot, False, request, shape, timeout)
        began = monotonic()
        try:
            return node.call(request, shape, timeout)
        except RedisError as error:
            failure = error
        reads = request[0] in READS
        call = Calling((request,), send_call(request, shape), timeout, slot=slot, reads=reads, began=began)
        return self._redirecting.go_on(call, node, failure)

    def _call_by(self, where: Any, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        match where:
            case OneSlot(slot, reads):
                return self._call_slot(slot, reads, request, shape, timeout)
            case InParts():
                return self._call_in_parts(request, shape, timeout)
            case ToNodes(Which.ANY):
                return self._call_slot(None, False, request, shape, timeout)
            case ToNodes(Which.NAMED):
                raise ClusterError(f"{_name(request)} is about one node: ask a client of that node")
            case ToNodes(which, how):
                return self._call_all(which, how, request, shape, timeout)
            case Unknown():
                return self._call_unknown(request, shape, timeout)
            case Scan():
                return self._call_slot(None, False, request, shape, timeout)
        raise AssertionError(where)

    def _call_slot(
        self, slot: int | None, reads: bool, request: Request, shape: Shape | None, timeout: float | None
    ) -> Any:
        call = Calling((request,), send_call(request, shape), timeout, slot=slot, reads=reads)
        return self._redirecting.run(call)

    def _call_in_parts(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        parts = split(request)
        requests = [part.request for part in parts]
        pipelining = self._pipelining(requests, timeout)
        for index, part in enumerate(parts):
            pipelining.add(index, self._node_for(part.slot, part.request, timeout))
        reply = join(request, parts, _outcomes(requests, pipelining.finish()))
        return reply if shape is None else shape(reply)

    def _call_all(
        self, which: Which, how: Combine, request: Request, shape: Shape | None, timeout: float | None
    ) -> Any:
        """Of all of these nodes, each asked for itself."""
        self._node_for(None, request, timeout)  # until there is a map
        addresses = self.topology.primaries if which is Which.PRIMARIES else self.topology.nodes
        requests = [request] * len(addresses)
        pipelining = self._pipelining(requests, timeout, pinned=True)
        for index, address in enumerate(addresses):
            pipelining.add(index, self.nodes.at(address))
        replies = _outcomes(requests, pipelining.finish())
        if how is Combine.BY_NODE:
            replies = [_shaped(shape, reply) for reply in replies]
        reply = combine(how, _name(request), dict(zip(addresses, replies, strict=True)))
        return reply if how is Combine.BY_NODE else _shaped(shape, reply)

    def _call_unknown(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        began = monotonic()
        try:
            reply = self._call_slot(None, False, asking_for_keys(request), None, timeout)
        except ResponseError as error:  # it has no keys, or may not be asked of
            reply = error
        left = None if timeout is None else max(0.0, began + timeout - monotonic())
        return self._call_by(route_by_reply(request, reply), request, shape, left)

    def _node_for(self, slot: int | None, request: Request, timeout: float | None) -> ClusterNode:
        """The node that owns a slot, waited for. Raises as `Redirecting.node_for`."""
        node = None if slot is None else self._by_slot[slot]
        if node is None:
            node = self._redirecting.node_for(Calling((request,), send_call(request, None), timeout, slot=slot))
        return node

    # -- batches ------------------------------------------------------------------------------------------------------

    def batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """The replies to requests that leave together, to all nodes at once: `Error` and `Failed` among them.

        Raises `ClusterCrossSlotError` for a transaction whose keys are in several slots: nothing was sent.
        """
        if is_transaction(requests):
            return self._transaction(requests, timeout)
        began = monotonic()
        pipelining = self._pipelining(requests, timeout)
        try:
            for index, request in enumerate(requests):
                slot = slot_of_first(request)
                node = self._by_slot[slot] if slot >= 0 else self._node_of(request)
                if node is not None:
                    pipelining.add(index, node)
                    continue
                pipelining.send()  # what stands before it goes before it
                left = None if timeout is None else max(0.0, began + timeout - monotonic())
                pipelining.settle(index, self._called(request, left))
        except BaseException:
            pipelining.abandon()
            raise
        return pipelining.finish()

    def _node_of(self, request: Request) -> ClusterNode | None:
        """The node that alone answers `request`; `None` where it is to go another way."""
        try:
            where = route(request)
        except RedisError:
            return None
        return self._by_slot[where.slot] if isinstance(where, OneSlot) else None

    def _called(self, request: Request, timeout: float | None) -> Any:
        """The reply to a request of a batch, or `Failed`."""
        try:
            return self.call(request, None, timeout)
        except Exception as error:
            return Failed(error)

    def _transaction(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        call = Calling(requests, send_transaction(requests), timeout, slot=slot_of_all(requests))
        return self._redirecting.run(call)  # type: ignore[no-any-return]

    def _pipelining(self, requests: Sequence[Request], timeout: float | None, *, pinned: bool = False) -> Pipelining:
        return Pipelining(requests, self._redirecting, _place_of, timeout, pinned=pinned)

    # -- the map ------------------------------------------------------------------------------------------------------

    def _choose(self, slot: int | None, reads: bool, avoid: Address | None) -> ClusterNode | None:
        """The node for a request of this slot; any primary, rather another than `avoid`, where it has none."""
        with self._refresher.lock:
            if slot is None:
                primaries = [each for each in self.topology.primaries if each != avoid] or self.topology.primaries
                return self.nodes.at(random.choice(primaries)) if primaries else None
            if reads and self._reads_elsewhere:
                address = self._reader.node_for(slot, avoid)
                return None if address is None else self.nodes.at(address)
            owner = self.topology.owner_of(slot)
            node = None if owner is None else self.nodes.at(owner)
            self._by_slot[slot] = node
            return node

    def _moved(self, slot: int) -> None:
        self._by_slot[slot] = None  # `_choose` looks at the map

    def _refreshed(self, changes: Changes) -> None:
        """Under the lock."""
        for address, slots in changes.lost_slots.items():
            node = self.nodes.known(address)
            if slots and node is not None and node.cached is not None:
                node.cached.flush()  # the new owner tells another link what changes there
        for address in changes.gone:
            self.nodes.retire(address)
            self._reader.forget(address)
        nodes = {address: self.nodes.at(address) for address in self.topology.primaries}
        self._by_slot = [None if owner is None else nodes[owner] for owner in self.topology.owners]

    # -- links of one's own -------------------------------------------------------------------------------------------

    def take(self, requests: Sequence[Request] = ()) -> Link:
        """A link to the node that has the keys of `requests`. Raises `ClusterCrossSlotError` where that is not one."""
        slot = slot_of_all(requests)
        call = Calling(requests or ((b"PING",),), self._take_at, self.options.socket_timeout, slot=slot)
        return self._redirecting.run(call)  # type: ignore[no-any-return]

    def _take_at(self, node: ClusterNode, asking: bool, timeout: float | None) -> Link:
        link = node.take()
        self._lent[link] = node
        return link

    def give_back(self, link: Link, *, clean: bool) -> None:
        self._lent.pop(link).give_back(link, clean=clean)

    def has_room(self) -> bool:
        return all(node.has_room() for node in self.nodes)

    def subscriber(self) -> Subscriber:
        node = self._choose(None, False, None) or self.nodes.at(Address(*self.options.startup_nodes[0]))
        return node.subscriber()

    # -- caches, users, the end ---------------------------------------------------------------------------------------

    def cache_stats(self) -> CacheStats | None:
        """Those of all nodes, added up."""
        all_stats = [stats for node in self.nodes if (stats := node.cache_stats()) is not None]
        if self.options.cache is None:
            return None
        return CacheStats(*map(sum, zip(*map(astuple, all_stats), strict=True))) if all_stats else _NO_STATS

    def reauthenticate(self, auth: Sequence[bytes]) -> None:
        for node in self.nodes:
            node.reauthenticate(auth)

    def close(self) -> None:
        self.closed = True
        self._redirecting.close()
        self._refresher.close()
        self.nodes.close()


_NO_STATS = CacheStats(*[0] * len(fields(CacheStats)))


def _topology(options: Options) -> Topology:
    seeds = [Address(host, port) for host, port in options.startup_nodes]
    settings = Settings(max_redirects=options.max_redirects, max_age=options.topology_age or None)
    remap = options.address_remap
    return Topology(
        seeds, clock=monotonic, chance=random.random, settings=settings, tls=options.ssl,
        remap=None if remap is None else lambda address: Address(*remap(address)),
    )  # fmt: skip


def is_transaction(requests: Sequence[Request]) -> bool:
    """Whether they stand between MULTI and EXEC."""
    return len(requests) > 1 and tuple(requests[0]) == (b"MULTI",) and tuple(requests[-1]) == (b"EXEC",)


def _place_of(request: Request) -> tuple[int | None, bool]:
    """Its slot, if it has one, and whether it only reads."""
    where = route(request)
    return (where.slot, where.reads) if isinstance(where, OneSlot) else (None, False)


def _outcomes(requests: Sequence[Request], replies: Sequence[Any]) -> list[Any]:
    """Replies with exceptions in the place of errors."""
    return [_outcome(request, reply) for request, reply in zip(requests, replies, strict=True)]


def _outcome(request: Request, reply: Any) -> Any:
    if isinstance(reply, Failed):
        return reply.error
    return refusal_of_reply(request, reply) if isinstance(reply, Error) else reply


def _shaped(shape: Shape | None, reply: Any) -> Any:
    return reply if shape is None or isinstance(reply, Exception) else shape(reply)


def _name(request: Request) -> str:
    return words_of(request[:1])[0].decode("utf-8", "replace")
