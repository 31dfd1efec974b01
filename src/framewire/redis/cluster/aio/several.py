"""Calls that several nodes of a cluster answer, from asyncio.

    keys in several slots --> a part to the node of each slot ----> joined
    no keys, for all -------> the same to each of these nodes ----> made one    (no map: once there is one)

What belongs here: what leaves for which of them, and whom the outcomes are given to. Parts are made and replies joined
by `splitting` and `combining`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from framewire.redis.client.aio.route import Future
from framewire.redis.client.errors import RedisError
from framewire.redis.client.outcomes import unsent
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.gathering import gather
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.combining import Combine
from framewire.redis.cluster.destinations import Nodes
from framewire.redis.cluster.shaping import combine_shaped, shaped
from framewire.redis.cluster.splitting import check_form, join, split
from framewire.redis.cluster.told import ENDLESS_SECONDS
from framewire.redis.exchange.calls import BacklogFull, Request, Shape

__all__ = ["Several"]

CallSlot = Callable[[int | None, Request, Shape | None, float | None], Future]
"""Calls who serves a slot, within so many seconds."""


class Several:
    """For the calls of one client."""

    def __init__(
        self, places: Places, call_slot: CallSlot, enter_loop: Callable[[], asyncio.AbstractEventLoop]
    ) -> None:
        """`enter_loop` returns the loop that runs, or raises why there must be no call in it."""
        self._places = places
        self._call_slot = call_slot
        self._enter_loop = enter_loop

    def in_parts(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """A future for the reply to a request whose keys are in several slots."""
        check_form(request)  # before any part of it may be executed
        parts = split(request)
        futures = [self._begun(self._call_slot, part.slot, part.request, None, timeout) for part in parts]
        return gather(futures, lambda replies: shaped(shape, join(request, parts, replies)))

    def ask_all(
        self, which: Nodes, how: Combine, request: Request, shape: Shape | None, timeout: float | None
    ) -> Future:
        """A future for what the replies of all these nodes become."""
        topology = self._places.topology
        addresses = topology.primaries if which is Nodes.PRIMARIES else topology.nodes
        if not addresses:
            return asyncio.ensure_future(self._ask_all_later(which, how, request, shape, timeout))
        check_form(request)
        futures = [self._begun(self.pinned, address, request, None, timeout) for address in addresses]
        return gather(futures, partial(combine_shaped, how, request, shape, addresses))

    async def _ask_all_later(
        self,
        which: Nodes,
        how: Combine,
        request: Request,
        shape: Shape | None,
        timeout: float | None,  # noqa: ASYNC109
    ) -> Any:
        await self.map_is_there(timeout)
        return await self.ask_all(which, how, request, shape, timeout)

    def _begun(self, call: Callable[..., Future], *how: Any) -> Future:
        """What `call` returns; where it raises, a future of that, for others of its kind have left."""
        try:
            return call(*how)
        except (RedisError, BacklogFull) as error:
            failed: Future = self._enter_loop().create_future()
            failed.set_exception(unsent(error))
            return failed

    def pinned(self, address: Address, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """A future for the reply of this node, and of no other."""
        future = self._places.nodes.at(address).call(request, shape, timeout)
        self._places.pin(future)
        return future

    async def map_is_there(self, timeout: float | None) -> float:  # noqa: ASYNC109
        """Wait for a map; returns until when, on the loop's clock. No node is asked for more than that: users may lack
        the right to. Raises as `Places.owner`.
        """
        until = self._enter_loop().time() + (ENDLESS_SECONDS if timeout is None else timeout)
        await self._places.owner(None, until)
        return until
