"""Links of one's own to the nodes of a cluster: for blocking commands, transactions that watch, and whoever asks.

What belongs here: the node that such a link goes to, and another link where that node does not serve the slot any more.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.errors import ConnectionError, MaxConnectionsError, RedisError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import may_pass
from framewire.redis.cluster.aio.nodes import ClusterNode
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.aio.redirecting import ENDLESS_SECONDS, Redirecting
from framewire.redis.cluster.decisions import Again, Send
from framewire.redis.cluster.routing import slot_of_all
from framewire.redis.exchange.calls import Request

__all__ = ["Owning"]


class Owning:
    """`OwnLinks` of a cluster."""

    def __init__(self, options: Options, places: Places, redirecting: Redirecting) -> None:
        self._options = options
        self._places = places
        self._redirecting = redirecting
        self._lent: dict[OwnLink, tuple[ClusterNode, int]] = {}  # with how often it was to be another one

    async def take(self, requests: Sequence[Request] = ()) -> OwnLink:
        """As `OwnLinks.take`; a node that cannot be reached is waited for, or who takes its place."""
        slot = slot_of_all(requests)
        loop = asyncio.get_running_loop()
        seconds = self._options.socket_timeout
        until = loop.time() + (ENDLESS_SECONDS if seconds is None else seconds)
        for attempts in itertools.count(1):
            node = await self._places.owner(slot, until)
            try:
                return self._lend(node, await node.take())
            except MaxConnectionsError:
                raise
            except (ConnectionError, TimeoutError) as error:
                self._places.lost(node.address)
                pause = self._options.retry.pause(attempts, random.random())
                if not may_pass(error) or loop.time() + pause >= until:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError

    def _lend(self, node: ClusterNode, own: OwnLink, again: int = 0) -> OwnLink:
        self._lent[own] = node, again
        return own

    async def take_again(self, own: OwnLink, requests: Sequence[Request], error: RedisError) -> OwnLink | None:
        """As `OwnLinks.take_again`; where it is needed, ASKING was said on it."""
        node, again = self._lent[own]
        if again >= self._options.max_redirects:
            return None
        match self._redirecting.decide(node.address, requests, again, error):
            case Send(to, asking, after, anew):
                await asyncio.sleep(after)
                node = self._places.renew(node) if anew else self._places.nodes.at(to)
            case Again(after):
                asking = False
                await asyncio.sleep(after)
                until = asyncio.get_running_loop().time() + ENDLESS_SECONDS
                node = await self._places.owner(slot_of_all(requests), until)
            case _:
                return None
        another = self._lend(node, await node.take(), again + 1)
        self.give_back(own, clean=own.idle)
        if asking:
            another.link.exchange.send((b"ASKING",))
        return another

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        """As `OwnLinks.give_back`."""
        node, _ = self._lent.pop(own)
        node.give_back(own, clean=clean)
