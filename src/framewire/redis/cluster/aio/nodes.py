"""The nodes of a cluster that there are links to.

What belongs here: a node for each address, made when it is needed, kept over refreshes, and ended some time after it
has left the map, so that what is under way there may be answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol

from framewire.frames.resp import Error
from framewire.redis.client.aio.caching import Family
from framewire.redis.client.aio.node import Node
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.route import Future
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.told import DRAIN_SECONDS, RENEWAL_SECONDS, options_at
from framewire.redis.exchange.calls import Call

__all__ = ["ClusterNode", "Nodes", "Redirects"]


class Redirects(Protocol):
    """Who decides what becomes of calls that a node could not serve."""

    def refused(self, node: ClusterNode, call: Call, error: Error) -> bool:
        """`node` has answered with an error: whether somebody takes the call over."""

    def failed(self, node: ClusterNode, call: Call, error: RedisError) -> bool:
        """The link to `node` was lost, or could not be made: whether somebody takes the call over."""

    def enter_loop(self) -> None:
        """A link is to be made in the loop that runs. Raises `WrongLoop` where the others are at home elsewhere."""

    def silent(self, node: ClusterNode) -> None:
        """`node` does not answer in time, and may be dead."""


class ClusterNode(Node):
    """One node. `call` sends a single request there."""

    call: Callable[..., Future]

    def __init__(
        self, address: Address, options: Options, opener: Opener, redirects: Redirects, attempts: Attempts,
        family: Family,
    ) -> None:  # fmt: skip
        self.address = address
        self._redirects = redirects
        super().__init__(options, opener, self._bind_call, family, attempts)

    def _bind_call(self, call: Callable[..., Future]) -> None:
        self.call = call

    def begin_anew(self) -> None:
        super().begin_anew()
        self.server.on_refused = partial(self._redirects.refused, self)
        self.server.on_failed = partial(self._redirects.failed, self)
        self.server.on_new_link = self._redirects.enter_loop
        self.server.on_silence = partial(self._redirects.silent, self)


class Nodes:
    """All nodes of one client, by their addresses."""

    def __init__(
        self, options: Options, opener: Opener, redirects: Redirects, attempts: Attempts, families: dict[Any, Family]
    ) -> None:
        self._options = options
        self._opener = opener
        self._redirects = redirects
        self._attempts = attempts
        self._families = families
        self._closed = False
        self._nodes: dict[Address, ClusterNode] = {}
        self._renewable: dict[Address, float] = {}  # when it may be again
        self._leaving: set[ClusterNode] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._ending: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[ClusterNode]:
        return iter(list(self._nodes.values()))

    def at(self, address: Address) -> ClusterNode:
        """The node at `address`; nothing is connected before it is called. Raises `ConnectionError` once all ended."""
        node = self._nodes.get(address)
        if node is None:
            if self._closed:
                raise ConnectionError("the client is closed")
            node = self._nodes[address] = ClusterNode(
                address, options_at(self._options, address), self._opener, self._redirects, self._attempts,
                self._families.setdefault(address, {}),
            )  # fmt: skip
        return node

    def known(self, address: Address) -> ClusterNode | None:
        """The node at `address`, if there is one."""
        return self._nodes.get(address)

    def renew(self, node: ClusterNode) -> ClusterNode:
        """Another for the same address, whose name is resolved again; the old one drains.

        Where that was done less than `RENEWAL_SECONDS` ago, it is the node that there is: who sends all calls back to
        itself, as long as its name leads there, would be given a link for each.
        """
        now = asyncio.get_running_loop().time()
        if self._nodes.get(node.address) is node and now >= self._renewable.get(node.address, now):
            self._renewable[node.address] = now + RENEWAL_SECONDS
            self._leave(self._nodes.pop(node.address))
        return self.at(node.address)

    def retire(self, address: Address) -> None:
        """There is no node at `address` any more. One that is silent is not waited for."""
        self._renewable.pop(address, None)
        if address in self._nodes:
            self._leave(self._nodes.pop(address))

    def _leave(self, node: ClusterNode) -> None:
        if node.server.is_suspect:
            self._end(node)
            return
        self._leaving.add(node)
        loop = asyncio.get_running_loop()
        self._timers.add(loop.call_later(DRAIN_SECONDS, self._end, node))

    def _end(self, node: ClusterNode) -> None:
        """What waits there goes to others, if it may."""
        self._leaving.discard(node)
        self._forget(node)
        node.server.dismiss(ConnectionError(f"{node.address} is no node of the cluster any more"))
        self._timers = {timer for timer in self._timers if timer.when() > asyncio.get_running_loop().time()}
        task = asyncio.get_running_loop().create_task(node.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _forget(self, node: ClusterNode) -> None:
        """Its cache is nobody's any more, and addresses come and go: nothing is kept of one where nobody is."""
        family = self._families.get(node.address)
        if family is None or family.get(node.options.db) is not node.cached:
            return  # another has its place
        family.pop(node.options.db, None)
        if not family:
            del self._families[node.address]

    async def close(self) -> None:
        """End all; there will be no others."""
        self._closed = True
        nodes = [*self._nodes.values(), *self._leaving]
        self._nodes.clear()
        self._leaving.clear()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        await asyncio.gather(*(node.close() for node in nodes), *self._ending)
