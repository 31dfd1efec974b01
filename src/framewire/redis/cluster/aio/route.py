"""Where the requests of a client go that has a cluster, from asyncio.

    call --- one key: its slot ---------> the node that owns it          (nobody: parked, until the map says who)
         |-- several slots -------------> parts to several nodes, joined
         |-- none ----------------------> any node, or all, and their replies made one
         `-- not in the command table --> a node is asked for its keys first

What belongs here: that choice, made for every call, and the parts put together. What becomes of calls that fail is
`redirecting`'s business, which node serves a slot that of `places`.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from framewire.errors import EncodeError
from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.route import Bind, Future, Member, Role
from framewire.redis.client.aio.subscribing.subscriber import Subscribing
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.caching.cache import CacheStats, total
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import unsent
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.apart import ApartPart
from framewire.redis.cluster.aio.gathering import gather
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.cluster.aio.owning import Owning
from framewire.redis.cluster.aio.pipelining import One, Part, Whole, is_transaction
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.aio.redirecting import Redirecting
from framewire.redis.cluster.aio.subscriber import ClusterSubscriber
from framewire.redis.cluster.apart import part_by_waiting
from framewire.redis.cluster.combining import Combine, combine
from framewire.redis.cluster.routing import (
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
from framewire.redis.cluster.scanning import AskNode, NewMap, scan_page
from framewire.redis.cluster.splitting import check_form, join, split
from framewire.redis.cluster.subscriptions.places import TopologyPlaces
from framewire.redis.cluster.told import ENDLESS_SECONDS, options_at
from framewire.redis.exchange.calls import BacklogFull, Call, Request, Shape

__all__ = ["ClusterRoute"]


class ClusterRoute:
    """A `Route` to the nodes of a cluster. `families`: the caches of all databases that one program uses, by node."""

    def __init__(self, options: Options, opener: Opener, bind: Bind, families: dict[Any, Any] | None = None) -> None:
        self.options = options
        self._opener = opener
        self._families: dict[Any, Any] = {} if families is None else families
        self.closed = False
        self.begin_anew()
        bind(self.call)

    def begin_anew(self) -> None:
        options, attempts = self.options, Attempts()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._redirecting = redirecting = Redirecting(options, attempts)
        self.places = places = Places(options, self._opener, redirecting, attempts, self._families)
        redirecting.attach(places, self._enter_loop)
        self._owning = Owning(options, places, redirecting)
        self._by_slot = places.by_slot
        self._reads_elsewhere = places.reads_elsewhere
        self._subscriber = ClusterSubscriber(
            options, self._opener, TopologyPlaces(places.topology), partial(options_at, options), places.plan
        )
        places.on_map.append(self._subscriber.map_changed)

    # -- single calls -------------------------------------------------------------------------------------------------

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """A future for the reply, in its shape."""
        slot = slot_of_first(request)
        if slot >= 0:
            node = self.places.choose(slot, request) if self._reads_elsewhere else self._by_slot[slot]
            if node is not None:
                return node.call(request, shape, timeout)
        return self._call_by(route(request), request, shape, timeout)

    def _call_by(self, where: Routing, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        self._enter_loop()
        match where:
            case OneSlot(slot):
                return self._call_slot(slot, request, shape, timeout)
            case InParts():
                return self._call_in_parts(request, shape, timeout)
            case ToNodes(Nodes.ANY):
                return self._call_slot(None, request, shape, timeout)
            case ToNodes(Nodes.NAMED):
                raise without_node(request)
            case ToNodes(which, how):
                return self._call_all(which, how, request, shape, timeout)
            case Unknown():
                return asyncio.ensure_future(self._call_unknown(request, shape, timeout))
            case Scan():
                return asyncio.ensure_future(self._scan(request, shape, timeout))

    def _call_slot(self, slot: int | None, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        node = self.places.choose(slot, request)
        if node is not None:
            return node.call(request, shape, timeout)
        waiter: Future = self._enter_loop().create_future()
        self._redirecting.park(self._new_call((request,), False, waiter, shape, timeout), slot)
        return waiter

    def _new_call(
        self, requests: Sequence[Request], batch: bool, waiter: Future, shape: Shape | None, timeout: float | None
    ) -> Call:
        """One that was not sent yet."""
        began = self._enter_loop().time()
        deadline = math.inf if timeout is None else began + timeout
        return Call(requests, batch, waiter, shape, False, [], deadline, began)

    def _call_in_parts(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        check_form(request)  # before any part of it may be executed
        parts = split(request)
        futures = [self._begun(self._call_slot, part.slot, part.request, None, timeout) for part in parts]
        return gather(futures, lambda replies: _shaped(shape, join(request, parts, replies)))

    def _call_all(
        self, which: Nodes, how: Combine, request: Request, shape: Shape | None, timeout: float | None
    ) -> Future:
        topology = self.places.topology
        addresses = topology.primaries if which is Nodes.PRIMARIES else topology.nodes
        if not addresses:
            return asyncio.ensure_future(self._call_all_later(which, how, request, shape, timeout))
        each = shape if how is Combine.BY_NODE else None
        check_form(request)
        futures = [self._begun(self._call_pinned, address, request, each, timeout) for address in addresses]

        def together(replies: list[Any]) -> Any:
            reply = combine(how, _name_of(request), dict(zip(addresses, replies, strict=True)))
            return reply if how is Combine.BY_NODE else _shaped(shape, reply)

        return gather(futures, together)

    def _begun(self, call: Callable[..., Future], *how: Any) -> Future:
        """What `call` returns; where it raises, a future of that, for others of its kind have left."""
        try:
            return call(*how)
        except (RedisError, BacklogFull) as error:
            failed: Future = self._enter_loop().create_future()
            failed.set_exception(unsent(error))
            return failed

    async def _call_all_later(
        self,
        which: Nodes,
        how: Combine,
        request: Request,
        shape: Shape | None,
        timeout: float | None,  # noqa: ASYNC109
    ) -> Any:
        await self._map_is_there(timeout)
        return await self._call_all(which, how, request, shape, timeout)

    def _call_pinned(self, address: Address, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """Of this node, and of no other."""
        future = self.places.nodes.at(address).call(request, shape, timeout)
        self.places.pin(future)
        return future

    async def _map_is_there(self, timeout: float | None) -> float:  # noqa: ASYNC109
        """Wait for a map; returns until when, on the loop's clock. No node is asked for more than that: users may lack
        the right to. Raises as `Places.owner`.
        """
        until = self._enter_loop().time() + (ENDLESS_SECONDS if timeout is None else timeout)
        await self.places.owner(None, until)
        return until

    async def _scan(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:  # noqa: ASYNC109
        """A page of the whole cluster, step by step."""
        until = await self._map_is_there(timeout)
        steps = scan_page(request, self.places.topology.owners, self.places.locate)
        try:
            step = next(steps)
            while True:
                try:
                    reply = await self._take_step(step, timeout, until)
                except RedisError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(reply)
        except StopIteration as page:
            return _shaped(shape, page.value)

    async def _take_step(self, step: AskNode | NewMap, timeout: float | None, until: float) -> Any:  # noqa: ASYNC109
        match step:
            case AskNode(node, request):
                return await self._call_pinned(node, request, None, timeout)
            case NewMap():
                return await self.places.refreshed(until)

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
        self._enter_loop()
        if is_transaction(requests):
            slot_of_all(requests)
            return self._redirecting.dispatch(self._new_call(requests, True, waiter, None, timeout))
        self._spread(Whole(requests, waiter, timeout), range(len(requests)))

    def send_apart(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """As `send_batch`; what waits at its server does so on a link of its own, and what is of its slot with it.

        Raises `ClusterCrossSlotError` where WAIT is among requests of several slots: nothing was sent.
        """
        self._enter_any_loop()
        together, groups = part_by_waiting(requests)
        whole = Whole(requests, waiter, timeout)
        for indexes in groups:
            task = asyncio.ensure_future(ApartPart(whole, indexes, self._owning).run())
            waiter.add_done_callback(lambda _, task=task: task.cancel())  # type: ignore[misc]
        self._spread(whole, together)

    def _spread(self, whole: Whole, indexes: Sequence[int]) -> None:
        """Send the requests with these indexes to their nodes."""
        parts: defaultdict[ClusterNode, list[int]] = defaultdict(list)
        for index in indexes:
            request = whole.requests[index]
            slot = slot_of_first(request)
            if slot < 0:
                node = self._node_of(request)
            else:
                node = self.places.choose(slot, request) if self._reads_elsewhere else self._by_slot[slot]
            if node is not None:
                parts[node].append(index)
            else:
                self._send_parts(whole, parts)  # so that requests of one slot keep their order
                self._send_one(whole, index)
        self._send_parts(whole, parts)

    def _send_parts(self, whole: Whole, parts: dict[ClusterNode, list[int]]) -> None:
        """What was collected leaves; then the next may be collected."""
        for node, indexes in parts.items():
            Part(whole, indexes, node, self._redirecting).send()
        parts.clear()

    def _node_of(self, request: Request) -> ClusterNode | None:
        """The node that alone answers `request`; `None` where it is to go another way."""
        try:
            where = route(request)
        except RedisError:
            return None
        return self.places.choose(where.slot, request) if isinstance(where, OneSlot) else None

    def _send_one(self, whole: Whole, index: int) -> None:
        one = One(whole, index)
        try:
            future = self.call(whole.requests[index], None, whole.timeout)
        except (RedisError, EncodeError, BacklogFull) as error:
            one.set_exception(unsent(error))
        else:
            future.add_done_callback(one.follow)

    # -- other links --------------------------------------------------------------------------------------------------

    async def take(self, requests: Sequence[Request] = ()) -> OwnLink:
        self._enter_any_loop()
        return await self._owning.take(requests)

    async def take_again(self, own: OwnLink, requests: Sequence[Request], error: RedisError) -> OwnLink | None:
        return await self._owning.take_again(own, requests, error)

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        self._owning.give_back(own, clean=clean)

    def has_room(self) -> bool:
        return all(node.has_room() for node in self.places.nodes)

    async def members(self, role: Role | None = None) -> list[Member]:
        self._enter_any_loop()
        await self._map_is_there(self.options.socket_timeout)
        topology = self.places.topology
        primaries = set(topology.primaries)
        wanted = [each for each in topology.nodes if role is None or (each in primaries) == (role == "primary")]
        return [(address.host, address.port) for address in wanted]

    def subscriber(self) -> Subscribing:
        if self._subscriber.left_behind():
            self.begin_anew()
        return self._subscriber

    def cache_stats(self) -> CacheStats | None:
        stats = [each for node in self.places.nodes if (each := node.cache_stats()) is not None]
        return total(stats) if self.options.cache is not None else None

    # -- loops, users, the end ----------------------------------------------------------------------------------------

    def _enter_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that runs. Raises `WrongLoop` where it is another than before, though that may be closed."""
        if self.closed:
            raise ConnectionError("the client is closed")
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop:
            raise WrongLoop
        self._loop = loop
        return loop

    def _enter_any_loop(self) -> None:
        """The same, and where the one before was closed it begins anew."""
        if self.left_behind():
            self.begin_anew()
        self._enter_loop()

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        return self._loop

    def check_loop(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed() and loop is not asyncio.get_running_loop():
            raise WrongLoop

    def left_behind(self) -> bool:
        return self._loop is not None and self._loop.is_closed()

    async def reauthenticate(self, auth: Sequence[bytes]) -> None:
        asked = [node.reauthenticate(auth) for node in self.places.nodes]
        for error in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(error, BaseException) and not isinstance(error, TimeoutError):  # it has heard of it, or will
                raise error

    async def close(self) -> None:
        if self.closed or self.left_behind():
            self.closed = True
            return
        self.check_loop()
        self.closed = True
        error = ConnectionError("the client was closed")
        self._subscriber.close()
        self._redirecting.close(error)
        await self.places.close(error)


def _shaped(shape: Shape | None, reply: Any) -> Any:
    return reply if shape is None else shape(reply)


def _name_of(request: Request) -> str:
    return words_of(request[:1])[0].decode("utf-8", "replace")
