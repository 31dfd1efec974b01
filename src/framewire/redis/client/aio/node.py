"""One server, from asyncio: where the requests of a plain client go, and of a cluster's client some.

What belongs here: the link that all share, with the cache of what was read over it, the links of one's own, and the one
that listens, put together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from framewire.redis.client.aio.apart import run_alone, settle_with
from framewire.redis.client.aio.caching import CachedCalls, Family
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.pool import Pool
from framewire.redis.client.aio.route import Bind, Future, Member, Role
from framewire.redis.client.aio.server import Server
from framewire.redis.client.aio.subscribing.subscriber import Subscriber
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import RedisError
from framewire.redis.client.options import Options
from framewire.redis.exchange.calls import Request

__all__ = ["Node"]


class Node:
    """A `Route` to one server.

    `family`: the caches of all databases of that server which one program uses, by their numbers. `attempts`: where
    others too remember what was sent again.
    """

    def __init__(
        self, options: Options, opener: Opener, bind: Bind, family: Family | None = None,
        attempts: Attempts | None = None,
    ) -> None:  # fmt: skip
        self.options = options
        self._opener = opener
        self._bind = bind
        self._family = {} if family is None else family
        self._attempts = attempts
        self.pool = Pool(options, opener)
        self._subscriber = Subscriber(options, opener)
        self.begin_anew()

    def begin_anew(self) -> None:
        options = self.options
        self.cached = CachedCalls(options.cache, self._send, self._family) if options.cache is not None else None
        self.server = Server(options, self._opener, self._bind_calls, self._attempts)
        if self.cached is not None:
            self._family[options.db] = self.cached
            self._keep(self.cached)

    def _bind_calls(self, call: Any) -> None:
        if self.cached is not None:
            self.cached.bind(call)
            call = self.cached.call
        self._bind(call)

    def _send(self, request: Request, waiter: Any, timeout: float | None) -> None:
        self.server.send(request, waiter, timeout)

    def _keep(self, cached: CachedCalls) -> None:
        """Let the cache hear of all that concerns it."""
        self.server.on_push = cached.pushed
        self.server.on_resend = cached.sent
        self.server.on_loss = cached.cache.flush
        self.pool.on_lend = cached.watch

    # -- requests -----------------------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        return self.server.closed

    def send_batch(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        if self.cached is not None:
            self.cached.sent(requests)
        self.server.send_batch(requests, waiter, timeout)
        if self.cached is not None:
            self.cached.hold_elsewhere(requests, waiter)

    def send_apart(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        settle_with(waiter, run_alone(self, requests, timeout))

    def cache_stats(self) -> CacheStats | None:
        return None if self.cached is None else self.cached.cache.stats

    # -- other links --------------------------------------------------------------------------------------------------

    async def take(self, requests: Sequence[Request] = ()) -> OwnLink:
        return await self.pool.take()

    async def take_again(self, own: OwnLink, requests: Sequence[Request], error: RedisError) -> OwnLink | None:
        return None

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        self.pool.give_back(own, clean=clean)

    def has_room(self) -> bool:
        return self.pool.has_room()

    async def members(self, role: Role | None = None) -> list[Member]:
        return [] if role == "replica" else [None]

    def subscriber(self) -> Subscriber:
        if self._subscriber.left_behind():
            self._subscriber = Subscriber(self.options, self._opener)
        return self._subscriber

    # -- loops, users, the end ----------------------------------------------------------------------------------------

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        return self.server.loop

    def check_loop(self) -> None:
        self.server.check_loop()
        self.pool.check_loop()

    def left_behind(self) -> bool:
        return self.server.left_behind()

    async def reauthenticate(self, auth: Sequence[bytes]) -> None:
        await self.server.reauthenticate(auth)
        if self.cached is not None:
            self.cached.cache.flush()  # another user may not see what this one saw

    async def close(self) -> None:
        self.check_loop()
        self.pool.close()
        self._subscriber.close()
        await self.server.close()
