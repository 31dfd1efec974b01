"""Links of one's own to the nodes of a cluster: for blocking commands, transactions that watch, and whoever asks.

What belongs here: the node that such a link goes to, and another link where that node does not serve the slot any more.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from typing import NamedTuple

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.errors import ConnectionError, MaxConnectionsError, RedisError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import may_pass
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.aio.redirecting import Redirecting
from framewire.redis.cluster.decisions import Again, Decision, Send
from framewire.redis.cluster.routing import refuse_named, slot_of_all
from framewire.redis.cluster.told import ENDLESS_SECONDS
from framewire.redis.exchange.calls import Request

__all__ = ["Owning"]


class Owning:
    """`OwnLinks` of a cluster."""

    def __init__(self, options: Options, places: Places, redirecting: Redirecting) -> None:
        self._options = options
        self._places = places
        self._redirecting = redirecting
        self._lent: dict[OwnLink, _Lent] = {}

    async def take(self, requests: Sequence[Request] = ()) -> OwnLink:
        """As `OwnLinks.take`; a node that cannot be reached is waited for, or who takes its place.

        Raises `ClusterCrossSlotError`, and `ClusterError` for what is about one node.
        """
        slot = slot_of_all(requests)
        if slot is None:
            refuse_named(requests)
        return await self._take(slot, _Asked(tuple(requests)))

    async def _take(self, slot: int | None, asked: _Asked) -> OwnLink:
        loop = asyncio.get_running_loop()
        seconds = self._options.socket_timeout
        until = loop.time() + (ENDLESS_SECONDS if seconds is None else seconds)
        for attempts in itertools.count(1):
            node = await self._places.owner(slot, until)
            try:
                return self._lend(node, await node.take(), asked)
            except MaxConnectionsError:
                raise
            except (ConnectionError, TimeoutError) as error:
                self._places.lost(node.address)
                pause = self._options.retry.pause(attempts, random.random())
                if not may_pass(error) or loop.time() + pause >= until:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError

    def _lend(self, node: ClusterNode, own: OwnLink, asked: _Asked) -> OwnLink:
        self._lent[own] = _Lent(node, asked)
        return own

    async def take_again(self, own: OwnLink, requests: Sequence[Request], error: RedisError) -> OwnLink | None:
        """As `OwnLinks.take_again`; where it is needed, ASKING was said on it."""
        node, asked = self._lent[own]
        if not asked.is_of(requests):
            asked = _Asked(tuple(requests))
        if asked.again >= self._options.max_redirects:
            return None
        decision = self._redirecting.decide(node.address, requests, asked.again, error)
        asking = isinstance(decision, Send) and decision.asking
        another = await self._take_by(decision, node, slot_of_all(requests), asked.once_more())
        if another is None:
            return None
        self.give_back(own, clean=own.idle)
        if asking:
            another.link.exchange.send((b"ASKING",))
        return another

    async def _take_by(
        self, decision: Decision | None, node: ClusterNode, slot: int | None, asked: _Asked
    ) -> OwnLink | None:
        match decision:
            case Send(to, _, after, anew):
                await asyncio.sleep(after)
                node = self._places.renew(node) if anew else self._places.nodes.at(to)
                return await self._take_at(node, slot, asked)
            case Again(after):
                await asyncio.sleep(after)
                return await self._take(slot, asked)
        return None

    async def _take_at(self, node: ClusterNode, slot: int | None, asked: _Asked) -> OwnLink:
        """Of this node; where it cannot be reached, of whoever has the slot then."""
        try:
            return self._lend(node, await node.take(), asked)
        except MaxConnectionsError:
            raise
        except (ConnectionError, TimeoutError):
            self._places.lost(node.address)
            return await self._take(slot, asked)

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        """As `OwnLinks.give_back`."""
        self._lent.pop(own).node.give_back(own, clean=clean)


class _Asked(NamedTuple):
    """What a link was taken for, and how often it had to be another one for that."""

    requests: Sequence[Request]
    again: int = 0

    def is_of(self, requests: Sequence[Request]) -> bool:
        """Whether it is for these very ones, and not for some that say the same."""
        return list(map(id, self.requests)) == list(map(id, requests))

    def once_more(self) -> _Asked:
        return _Asked(self.requests, self.again + 1)


class _Lent(NamedTuple):
    """Whose link it is, and what for."""

    node: ClusterNode
    asked: _Asked
