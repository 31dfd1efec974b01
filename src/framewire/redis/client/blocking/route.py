"""Where the requests of a client go, from threads.

What belongs here: what a client needs of it. One server is `node.Node`; a cluster, and servers behind Sentinel, are
made by rooms above this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.subscribing.subscriber import Subscribing
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import RedisError
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Member", "OwnLinks", "Role", "Route"]

Role = Literal["primary", "replica"]

Member = tuple[str, int] | None
"""Host and port of a server; `None` for the one that this route leads to by itself."""


class OwnLinks(Protocol):
    """Who lends links that nobody else uses."""

    def take(self, requests: Sequence[Request] = ()) -> Link:
        """A link to where `requests` go, to be given back.

        Raises what connecting raises, and `MaxConnectionsError` where none is free for `socket_timeout`.
        """

    def take_again(self, link: Link, requests: Sequence[Request], error: RedisError) -> Link | None:
        """Another link for `requests`, which `link` was lent for and has refused with `error`; `link` is given back
        then. `None` where that error is the caller's.
        """

    def give_back(self, link: Link, *, clean: bool) -> None:
        """`link` is not used any more; it is lent again only if it is `clean`: as it was lent."""


class Route(OwnLinks, Protocol):
    """Where requests go, of any number of threads."""

    @property
    def closed(self) -> bool:
        """Whether it was closed."""

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """What `shape` makes of the reply, tried again where that is safe, within `timeout` seconds in all.

        Raises what the server says, `ConnectionError`, `TimeoutError`, `DataError` and `QueueFullError`, with the fate
        of all attempts.
        """

    def batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """The replies to requests that leave together, errors among them; else as `call`."""

    def apart(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """The same of requests that wait at the server: on links of their own."""

    def has_room(self) -> bool:
        """Whether `take` would find a link, or make one, without waiting for another to be given back."""

    def members(self, role: Role | None = None) -> list[Member]:
        """Each server, or those in one role."""

    def subscriber(self) -> Subscribing:
        """Who listens for all."""

    def cache_stats(self) -> CacheStats | None:
        """What its cache has done so far, and holds; `None` without one."""

    def sibling(self, db: int) -> Route:
        """The same for another database, on links of its own; the same object each time."""

    def reauthenticate(self, auth: Sequence[bytes]) -> None:
        """Be somebody else on the links that all share. Raises `AuthenticationError`."""

    def close(self) -> None:
        """End all links; who still waits is told. Twice is fine."""
