"""One server, from threads: where the requests of a plain client go, and of a cluster's client some.

What belongs here: the link that all share, with the cache of what was read over it, the links of one's own, and the one
that listens, put together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from framewire.redis.client.blocking.caching import CachedCalls, Family
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.pool import Pool
from framewire.redis.client.blocking.route import Member, Role
from framewire.redis.client.blocking.server import Server
from framewire.redis.client.blocking.subscribing.subscriber import Subscriber
from framewire.redis.client.blocking.threads.waits import Started
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import RedisError
from framewire.redis.client.options import Options
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Node"]


class Node:
    """A `Route` to one server.

    How often a call is tried again, and connecting, is said by `options.retry`: with no retries both are one attempt,
    so that who knows other servers decides about the next. `start` is the first half of a `batch`, always one attempt.
    """

    call: Callable[[Request, Shape | None, float | None], Any]
    batch: Callable[[Sequence[Request], float | None], list[Any]]
    start: Callable[[Sequence[Request], float | None], Started]

    def __init__(self, options: Options, opener: Opener, family: Family | None = None) -> None:
        """`family`: the caches of the same server's other databases."""
        self.options = options
        self.server = Server(options, opener)
        untracked = replace(options, cache=None)  # only the shared link is told of keys that change
        self.pool = Pool(untracked, opener)
        self._subscriber = Subscriber(untracked, opener)
        self.cached: CachedCalls | None = None
        self._opener = opener
        self._family: Family = {} if family is None else family
        self._siblings: dict[int, Node] = {}
        if options.cache is not None:
            self.cached = CachedCalls(options.cache, self.server, self._family)
            self._family.setdefault(options.db, self.cached)
            self.pool.on_lend = self.cached.watch
        calls = self.cached or self.server
        self.call, self.batch, self.start = calls.call, calls.batch, calls.start

    def sibling(self, db: int) -> Node:
        if db not in self._siblings:  # another thread may be faster than this one: then its node is the one
            self._siblings.setdefault(db, self._new_sibling(db))
        sibling = self._siblings[db]
        if sibling.cached is not None:
            self._family[db] = sibling.cached
        return sibling

    def _new_sibling(self, db: int) -> Node:
        return Node(replace(self.options, db=db), self._opener, self._family)

    # -- links of their own -------------------------------------------------------------------------------------------

    def take(self, requests: Sequence[Request] = ()) -> Link:
        return self.pool.take()

    def take_again(self, link: Link, requests: Sequence[Request], error: RedisError) -> Link | None:
        return None

    def give_back(self, link: Link, *, clean: bool) -> None:
        self.pool.give_back(link, clean=clean)

    def apart(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        link = self.take(requests)
        try:
            return link.batch(requests, timeout)
        finally:
            self.give_back(link, clean=link.idle)

    def has_room(self) -> bool:
        return self.pool.has_room()

    def members(self, role: Role | None = None) -> list[Member]:
        return [] if role == "replica" else [None]

    def subscriber(self) -> Subscriber:
        return self._subscriber

    # -- caches, users, the end ---------------------------------------------------------------------------------------

    def cache_stats(self) -> CacheStats | None:
        return self.cached.cache.stats if self.cached is not None else None

    def reauthenticate(self, auth: Sequence[bytes]) -> None:
        self.server.reauthenticate(auth)
        if self.cached is not None:
            self.cached.flush()  # another user may not see what this one saw

    @property
    def closed(self) -> bool:
        return self.server.closed

    def close(self) -> None:
        self.pool.close()
        self._subscriber.close()
        self.server.close()
