"""Where the requests of a client go that has a cluster, from asyncio.

    call --- one key: its slot ---------> the node that owns it          (nobody: parked, until the map says who)
         |-- several slots -------------> parts to several nodes, joined
         |-- none ----------------------> any node, or all, and their replies made one
         `-- not in the command table --> a node is asked for its keys first

What belongs here: that choice, made for every call, and the parts put together. What becomes of calls that fail is
`redirecting`'s business, which slot is whose the topology's.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.route import Bind, Future
from framewire.redis.client.aio.subscriber import Subscriber
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.gathering import gather
from framewire.redis.cluster.aio.nodes import ClusterNode, Nodes
from framewire.redis.cluster.aio.pipelining import One, Pipelined, Whole, is_transaction
from framewire.redis.cluster.aio.redirecting import Redirecting
from framewire.redis.cluster.aio.refreshing import Refresher
from framewire.redis.cluster.combining import Combine, combine
from framewire.redis.cluster.decisions import Changes
from framewire.redis.cluster.routing import (
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
from framewire.redis.exchange.calls import Call, Request, Shape
from framewire.redis.slots import SLOTS

__all__ = ["ClusterRoute"]


class ClusterRoute:
    """A `Route` to the nodes of a cluster. `families`: the caches of all databases that one program uses, by node."""

    def __init__(self, options: Options, opener: Opener, bind: Bind, families: dict[Any, Any] | None = None) -> None:
        self.options = options
        self._opener = opener
        self._bind = bind
        self._families: dict[Any, Any] = {} if families is None else families
        self.closed = False
        self.begin_anew()
        bind(self.call)

    def begin_anew(self) -> None:
        options = self.options
        self._loop: asyncio.AbstractEventLoop | None = None
        self.topology = _topology(options)
        attempts = Attempts()
        self._redirecting = Redirecting(options, self.topology, attempts, self._choose, self._plan, self._moved)
        self.nodes = self._redirecting.nodes = Nodes(
            options, self._opener, self._redirecting, attempts, self._families
        )  # fmt: skip
        self._refresher = Refresher(self.topology, self._ask_for_slots, self._refreshed, self._not_refreshed)
        self._by_slot: list[ClusterNode | None] = [None] * SLOTS
        self._lent: dict[OwnLink, ClusterNode] = {}

    # -- single calls -------------------------------------------------------------------------------------------------

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """A future for the reply, in its shape."""
        slot = slot_of_first(request)
        if slot >= 0:
            node = self._by_slot[slot]
            if node is not None:
                return node.call(request, shape, timeout)
        return self._call_by(route(request), request, shape, timeout)

    def _call_by(self, where: Any, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        match where:
            case OneSlot(slot):
                return self._call_slot(slot, request, shape, timeout)
            case InParts():
                return self._call_in_parts(request, shape, timeout)
            case ToNodes(Which.ANY | Which.NAMED):
                return self._call_slot(None, request, shape, timeout)
            case ToNodes(which, how):
                return self._call_all(which, how, request, shape, timeout)
            case Unknown():
                return asyncio.ensure_future(self._call_unknown(request, shape, timeout))
            case Scan():
                return self._call_slot(None, request, shape, timeout)
        raise AssertionError(where)

    def _call_slot(self, slot: int | None, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        node = self._choose(slot, request, None)
        if node is not None:
            return node.call(request, shape, timeout)
        call = self._new_call(request, shape, timeout)
        self._redirecting.park(call, slot)
        return call.waiter  # type: ignore[return-value]

    def _new_call(self, request: Request, shape: Shape | None, timeout: float | None) -> Call:
        """One that was not sent yet."""
        loop = self._enter_loop()
        began = loop.time()
        deadline = math.inf if timeout is None else began + timeout
        return Call((request,), False, loop.create_future(), shape, False, [], deadline, began)

    def _choose(self, slot: int | None, request: Request, avoid: Address | None) -> ClusterNode | None:
        """The node for a request of this slot; any primary, rather another than `avoid`, where it has none."""
        if slot is not None:
            node = self._by_slot[slot]
            if node is None and (owner := self.topology.owners[slot]) is not None:
                node = self._by_slot[slot] = self.nodes.at(owner)
            return node
        primaries = [each for each in self.topology.primaries if each != avoid] or self.topology.primaries
        return self.nodes.at(random.choice(primaries)) if primaries else None

    def _call_in_parts(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        parts = split(request)
        futures = [self._call_slot(part.slot, part.request, None, timeout) for part in parts]
        return gather(futures, lambda replies: _shaped(shape, join(request, parts, replies)))

    def _call_all(
        self, which: Which, how: Combine, request: Request, shape: Shape | None, timeout: float | None
    ) -> Future:
        addresses = self.topology.primaries if which is Which.PRIMARIES else self.topology.nodes
        if not addresses:
            return asyncio.ensure_future(self._call_all_later(which, how, request, shape, timeout))
        name = words_of(request[:1])[0].decode("utf-8", "replace")
        each = shape if how is Combine.BY_NODE else None
        futures = [self._call_pinned(address, request, each, timeout) for address in addresses]

        def together(replies: list[Any]) -> Any:
            reply = combine(how, name, dict(zip(addresses, replies, strict=True)))
            return reply if how is Combine.BY_NODE else _shaped(shape, reply)

        return gather(futures, together)

    async def _call_all_later(
        self, which: Which, how: Combine, request: Request, shape: Shape | None, timeout: float | None  # noqa: ASYNC109
    ) -> Any:
        await self._call_slot(None, (b"PING",), None, timeout)  # until there is a map
        return await self._call_all(which, how, request, shape, timeout)

    def _call_pinned(self, address: Address, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """Of this node, and of no other."""
        future = self.nodes.at(address).call(request, shape, timeout)
        self._redirecting.pin(future)
        return future

    async def _call_unknown(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:  # noqa: ASYNC109
        try:
            reply = await self._call_slot(None, asking_for_keys(request), None, timeout)
        except RedisError as error:
            reply = error
        return await self._call_by(route_by_reply(request, reply), request, shape, timeout)

    # -- batches ------------------------------------------------------------------------------------------------------

    def send_batch(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """Send requests together, to all nodes at once; `waiter` gets the list of their replies, `Failed` among them.

        Raises `ClusterCrossSlotError` for a transaction whose keys are in several slots: nothing was sent.
        """
        if is_transaction(requests):
            return self._send_transaction(requests, waiter, timeout)
        whole = Whole(requests, waiter, timeout)
        nodes: dict[ClusterNode, Pipelined] = {}
        for index, request in enumerate(requests):
            slot = slot_of_first(request)
            node = self._by_slot[slot] if slot >= 0 else self._node_of(request)
            if node is None:
                _send_all(nodes)
                self._send_one(whole, index)
                continue
            pipelined = nodes.get(node)
            if pipelined is None:
                pipelined = nodes[node] = Pipelined(whole, node, self._redirecting)
                self._redirecting.pin(pipelined)
            pipelined.add(index)
        _send_all(nodes)

    def _node_of(self, request: Request) -> ClusterNode | None:
        """The node that alone answers `request`; `None` where it is to go another way."""
        try:
            where = route(request)
        except RedisError:
            return None
        return self._by_slot[where.slot] if isinstance(where, OneSlot) else None

    def _send_one(self, whole: Whole, index: int) -> None:
        one = One(whole, index)
        try:
            future = self.call(whole.requests[index], None, whole.timeout)
        except RedisError as error:
            one.set_exception(error)
        else:
            future.add_done_callback(one.follow)

    def _send_transaction(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        slot_of_all(requests)
        began = self._enter_loop().time()
        deadline = math.inf if timeout is None else began + timeout
        self._redirecting.dispatch(Call(requests, True, waiter, None, False, [], deadline, began))

    def _moved(self, slot: int) -> None:
        self._by_slot[slot] = None  # `_choose` looks at the map

    # -- the map ------------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._enter_loop()
        self._refresher.plan()

    def _ask_for_slots(self, address: Address) -> Future:
        return self._call_pinned(address, (b"CLUSTER", b"SLOTS"), None, self.options.socket_connect_timeout)

    def _refreshed(self, changes: Changes) -> None:
        for address, slots in changes.lost_slots.items():
            self._forget(address, slots)
        for address in changes.gone:
            self.nodes.retire(address)
        self._by_slot = self._nodes_by_slot()
        self._redirecting.unpark()

    def _forget(self, address: Address, slots: Any) -> None:
        """What was kept of slots that have gone elsewhere: their new owner tells another link of changes."""
        node = self.nodes.known(address)
        if slots and node is not None and node.cached is not None:
            node.cached.cache.flush()

    def _nodes_by_slot(self) -> list[ClusterNode | None]:
        nodes: Mapping[Address | None, ClusterNode | None] = {
            None: None, **{address: self.nodes.at(address) for address in self.topology.primaries}
        }  # fmt: skip
        return [nodes.get(owner) for owner in self.topology.owners]

    def _not_refreshed(self, error: RedisError, failures: int) -> None:
        if failures > self.options.retry.retries:
            self._redirecting.fail_parked(error)

    # -- links of one's own -------------------------------------------------------------------------------------------

    async def take(self, requests: Sequence[Request] = ()) -> OwnLink:
        slot = slot_of_all(requests)
        node = self._choose(slot, (b"PING",), None)
        if node is None:
            await self._call_slot(None, (b"PING",), None, self.options.socket_timeout)
            node = self._choose(slot, (b"PING",), None)
        if node is None:
            raise ConnectionError(f"slot {slot} is served by nobody at the moment")
        own = await node.take()
        self._lent[own] = node
        return own

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        self._lent.pop(own).give_back(own, clean=clean)

    def has_room(self) -> bool:
        return all(node.has_room() for node in self.nodes)

    def subscriber(self) -> Subscriber:
        node = self._choose(None, (b"PING",), None)
        if node is None:
            node = self.nodes.at(Address(*self.options.startup_nodes[0]))
        return node.subscriber()

    def cache_stats(self) -> CacheStats | None:
        return None

    # -- loops, users, the end ----------------------------------------------------------------------------------------

    def _enter_loop(self) -> asyncio.AbstractEventLoop:
        self.check_loop()
        self._loop = asyncio.get_running_loop()
        if self.closed:
            raise ConnectionError("the client is closed")
        return self._loop

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        return self._loop

    def check_loop(self) -> None:
        if self._loop is not None and self._loop is not asyncio.get_running_loop():
            raise WrongLoop

    def left_behind(self) -> bool:
        return self._loop is not None and self._loop.is_closed()

    async def reauthenticate(self, auth: Sequence[bytes]) -> None:
        for node in self.nodes:
            await node.reauthenticate(auth)

    async def close(self) -> None:
        if self.left_behind():
            self.closed = True
            return
        self.check_loop()
        self.closed = True
        self._refresher.close()
        self._redirecting.close(ConnectionError("the client was closed"))
        await self.nodes.close()


def _topology(options: Options) -> Topology:
    seeds = [Address(host, port) for host, port in options.startup_nodes]
    settings = Settings(max_redirects=options.max_redirects, max_age=options.topology_age or None)
    remap = options.address_remap
    return Topology(
        seeds, clock=monotonic, chance=random.random, settings=settings, tls=options.ssl,
        remap=None if remap is None else lambda address: Address(*remap(address)),
    )  # fmt: skip


def _send_all(nodes: dict[ClusterNode, Pipelined]) -> None:
    """What was collected leaves; then the next may be collected."""
    for pipelined in nodes.values():
        pipelined.send()
    nodes.clear()


def _shaped(shape: Shape | None, reply: Any) -> Any:
    return reply if shape is None else shape(reply)


