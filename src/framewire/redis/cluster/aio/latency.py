"""How long the nodes of a cluster take to answer, for clients that read at the nearest.

What belongs here: asking all of them now and then, and the time that each took. Which node that makes the nearest, the
reader says. Other clients ask for nothing here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from framewire.redis.client.aio.route import Future
from framewire.redis.client.errors import RedisError
from framewire.redis.cluster.addresses import Address
from framewire.redis.exchange.calls import BacklogFull

__all__ = ["EVERY_SECONDS", "Latency"]

EVERY_SECONDS = 10.0
"""So long after they were asked, all nodes are asked again."""


class Latency:
    """`ask` sends something short to a node; `heard` is told of each that answers, and in how many seconds."""

    def __init__(
        self, nodes: Callable[[], Iterable[Address]], ask: Callable[[Address], Future],
        heard: Callable[[Address, float], None],
    ) -> None:  # fmt: skip
        self._nodes, self._ask, self._heard = nodes, ask, heard
        self._asked: dict[Address, Future] = {}  # who has not answered yet
        self._timer: asyncio.TimerHandle | None = None

    def measure(self) -> None:
        """Ask all nodes, but for those that have still to answer; and again some time later."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        for address in self._nodes():
            if address not in self._asked:
                self._begin(address, loop)
        self._timer = loop.call_later(EVERY_SECONDS, self.measure)

    def _begin(self, address: Address, loop: asyncio.AbstractEventLoop) -> None:
        began = loop.time()
        try:
            asked = self._ask(address)
        except (RedisError, BacklogFull):  # so much waits there that no more may
            return
        self._asked[address] = asked

        def answered(asked: Future) -> None:
            del self._asked[address]
            if not asked.cancelled() and asked.exception() is None:
                self._heard(address, loop.time() - began)

        asked.add_done_callback(answered)

    def close(self) -> None:
        """Nobody is asked any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for asked in list(self._asked.values()):
            asked.cancel()
