"""Where the requests of a client go that has a cluster, from threads.

    call --- one key: its slot ---------> the node that owns it          (nobody: it waits until the map says who)
         |-- several slots -------------> parts to several nodes, joined
         |-- none ----------------------> any node, or all, and their replies made one
         `-- not in the command table --> a node is asked for its keys first

What belongs here: that choice, made for every call, and the parts put together. What becomes of calls that fail is
`redirecting`'s business, which node serves a slot that of `places`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from framewire.errors import EncodeError
from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.route import Member, Role
from framewire.redis.client.blocking.subscribing.subscriber import Subscribing
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.caching.cache import CacheStats, total
from framewire.redis.client.errors import RedisError, ResponseError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import unsent
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.apart import part_by_waiting
from framewire.redis.cluster.blocking.apart import ApartPart
from framewire.redis.cluster.blocking.calling import Calling, Send, refusal_of_reply, send_call, send_transaction
from framewire.redis.cluster.blocking.nodes import ClusterNode, Families
from framewire.redis.cluster.blocking.owning import Owning
from framewire.redis.cluster.blocking.pipelining import Pipelining
from framewire.redis.cluster.blocking.places import Places
from framewire.redis.cluster.blocking.redirecting import Redirecting
from framewire.redis.cluster.blocking.scanning import scan
from framewire.redis.cluster.blocking.subscriber import ClusterSubscriber
from framewire.redis.cluster.combining import Combine, combine
from framewire.redis.cluster.routing import (
    READS,
    InParts,
    Nodes,
    OneSlot,
    Routing,
    Scan,
    ToNodes,
    Unknown,
    asking_for_keys,
    route,
    route_by_reply,
    slot_of_all,
    slot_of_first,
    without_node,
)
from framewire.redis.cluster.splitting import check_form, join, split
from framewire.redis.cluster.subscriptions.places import TopologyPlaces
from framewire.redis.cluster.told import options_at
from framewire.redis.exchange.calls import Request, Shape

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
        self.places = places = Places(self.options, self._opener, self._families)
        self._redirecting = Redirecting(self.options, places)
        self._owning = Owning(self.options, self._redirecting)
        self._by_slot = places.by_slot
        self._reads_elsewhere = places.reads_elsewhere
        self._subscriber = ClusterSubscriber(
            self.options, self._opener, TopologyPlaces(places.topology, places.lock), partial(options_at, self.options),
            places.plan,
        )  # fmt: skip
        places.on_map.append(self._subscriber.map_changed)

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

    def _call_by(self, where: Routing, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        match where:
            case OneSlot(slot, reads):
                return self._call_slot(slot, reads, request, shape, timeout)
            case InParts():
                return self._call_in_parts(request, shape, timeout)
            case ToNodes(Nodes.ANY):
                return self._call_slot(None, False, request, shape, timeout)
            case ToNodes(Nodes.NAMED):
                raise without_node(request)
            case ToNodes(which, how):
                return self._call_all(which, how, request, shape, timeout)
            case Unknown():
                return self._call_unknown(request, shape, timeout)
            case Scan():
                return _shaped(shape, scan(request, self.places, self._call_pinned, timeout))

    def _call_slot(
        self, slot: int | None, reads: bool, request: Request, shape: Shape | None, timeout: float | None
    ) -> Any:
        send = send_call(request, shape)
        if reads and self.places.wants_latency:
            send = self._timed(send)
        return self._redirecting.run(Calling((request,), send, timeout, slot=slot, reads=reads))

    def _timed(self, send: Send) -> Send:
        """The same, and how long it took is remembered of the node."""

        def timed(node: ClusterNode, asking: bool, timeout: float | None) -> Any:
            began = monotonic()
            reply = send(node, asking, timeout)
            self.places.heard(node.address, monotonic() - began)
            return reply

        return timed

    def _call_in_parts(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        _check_form(request)
        parts = split(request)
        requests = [part.request for part in parts]
        pipelining = self._pipelining(requests, timeout)
        for index, part in enumerate(parts):
            pipelining.add(index, self._node_for(part.slot, part.request, timeout))
        return _shaped(shape, join(request, parts, _outcomes(requests, pipelining.finish())))

    def _call_all(
        self, which: Nodes, how: Combine, request: Request, shape: Shape | None, timeout: float | None
    ) -> Any:
        """Of all of these nodes, each asked for itself."""
        _check_form(request)
        self._node_for(None, request, timeout)  # until there is a map
        topology = self.places.topology
        addresses = topology.primaries if which is Nodes.PRIMARIES else topology.nodes
        requests = [request] * len(addresses)
        pipelining = self._pipelining(requests, timeout, pinned=True)
        for index, address in enumerate(addresses):
            pipelining.add(index, self.places.nodes.at(address))
        replies = _outcomes(requests, pipelining.finish())
        if how is Combine.BY_NODE:
            replies = [_shaped(shape, reply) for reply in replies]
        reply = combine(how, _name(request), dict(zip(addresses, replies, strict=True)))
        return reply if how is Combine.BY_NODE else _shaped(shape, reply)

    def _call_pinned(self, address: Address, request: Request, timeout: float | None) -> Any:
        """Of this node, and of no other."""
        call = Calling((request,), send_call(request, None), timeout, pinned=True)
        node = self.places.nodes.at(address)
        try:
            return call.send(node, False, timeout)
        except RedisError as error:
            failure = error
        return self._redirecting.go_on(call, node, failure)

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
        if not self.places.topology.primaries and requests:
            self._node_for(None, requests[0], timeout)  # until there is a map
        pipelining = self._pipelining(requests, timeout)
        try:
            for index, request in enumerate(requests):
                slot = slot_of_first(request)
                node = self._node_of(request) if slot < 0 or self._reads_elsewhere else self._by_slot[slot]
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

    def apart(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """The same; what waits at its server does so on a link of its own, and what is of its slot with it.

        Those links are waited for one after the other. Raises `ClusterCrossSlotError` where WAIT is among requests of
        several slots: nothing was sent.
        """
        together, groups = part_by_waiting(requests)
        replies: list[Any] = [None] * len(requests)
        _put(replies, together, self.batch([requests[index] for index in together], timeout))
        for indexes in groups:
            part = ApartPart([requests[index] for index in indexes], self._owning, timeout)
            _put(replies, indexes, part.run())
        return replies

    def _node_of(self, request: Request) -> ClusterNode | None:
        """The node that alone answers `request`; `None` where it is to go another way."""
        try:
            where = route(request)
        except RedisError:
            return None
        return self.places.choose(where.slot, where.reads) if isinstance(where, OneSlot) else None

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

    # -- other links --------------------------------------------------------------------------------------------------

    def take(self, requests: Sequence[Request] = ()) -> Link:
        return self._owning.take(requests)

    def take_again(self, link: Link, requests: Sequence[Request], error: RedisError) -> Link | None:
        return self._owning.take_again(link, requests, error)

    def give_back(self, link: Link, *, clean: bool) -> None:
        self._owning.give_back(link, clean=clean)

    def has_room(self) -> bool:
        return all(node.has_room() for node in self.places.nodes)

    def members(self, role: Role | None = None) -> list[Member]:
        self._node_for(None, (b"PING",), self.options.socket_timeout)  # until there is a map
        topology = self.places.topology
        primaries = set(topology.primaries)
        wanted = [each for each in topology.nodes if role is None or (each in primaries) == (role == "primary")]
        return [(address.host, address.port) for address in wanted]

    def subscriber(self) -> Subscribing:
        return self._subscriber

    # -- caches, users, the end ---------------------------------------------------------------------------------------

    def cache_stats(self) -> CacheStats | None:
        """Those of all nodes, added up."""
        stats = [each for node in self.places.nodes if (each := node.cache_stats()) is not None]
        return total(stats) if self.options.cache is not None else None

    def reauthenticate(self, auth: Sequence[bytes]) -> None:
        for node in self.places.nodes:
            with suppress(TimeoutError):  # it has heard of it, or will
                node.reauthenticate(auth)

    def close(self) -> None:
        self.closed = True
        self._redirecting.close()
        self._subscriber.close()
        self.places.close()


def _put(replies: list[Any], indexes: Sequence[int], some: Sequence[Any]) -> None:
    for index, reply in zip(indexes, some, strict=True):
        replies[index] = reply


def is_transaction(requests: Sequence[Request]) -> bool:
    """Whether they stand between MULTI and EXEC."""
    return len(requests) > 1 and tuple(requests[0]) == (b"MULTI",) and tuple(requests[-1]) == (b"EXEC",)


def _check_form(request: Request) -> None:
    """Before any part of it may be executed. Raises `DataError`."""
    try:
        check_form(request)
    except EncodeError as error:
        raise unsent(error) from None


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
