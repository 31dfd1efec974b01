"""Where the requests of a client go, from asyncio.

What belongs here: what a client needs of it. One server is `node.Node`; a cluster, and servers behind Sentinel, are
made by rooms above this one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.subscribing.subscriber import Subscribing
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import RedisError
from framewire.redis.exchange.calls import Request

__all__ = ["Bind", "Future", "Member", "OwnLinks", "Role", "Route"]

Future = asyncio.Future[Any]

Bind = Callable[[Callable[..., Future]], None]
"""Given what to call with `(request, shape, timeout)` for a future: at once, and whenever that has changed."""


Role = Literal["primary", "replica"]

Member = tuple[str, int] | None
"""Host and port of a server; `None` for the one that this route leads to by itself."""


class OwnLinks(Protocol):
    """Who lends links that nobody else uses."""

    async def take(self, requests: Sequence[Request] = ()) -> OwnLink:
        """A link to where `requests` go, to be given back.

        Raises what connecting raises, `MaxConnectionsError` where none is free for `socket_timeout`, and `WrongLoop`.
        """

    async def take_again(self, own: OwnLink, requests: Sequence[Request], error: RedisError) -> OwnLink | None:
        """Another link for `requests`, which `own` was lent for and has refused with `error`; `own` is given back then.

        `None` where that error is the caller's.
        """

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        """`own` is not used any more; it is lent again only if it is `clean`: as it was lent."""


class Route(OwnLinks, Protocol):
    """Where requests go. Single calls go by what it binds."""

    @property
    def closed(self) -> bool:
        """Whether it was closed."""

    def send_batch(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """Send requests together; `waiter` gets the list of their replies."""

    def send_apart(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """The same for a batch that waits at the server: on links of its own."""

    def has_room(self) -> bool:
        """Whether `take` would find a link, or make one, without waiting for another to be given back."""

    async def members(self, role: Role | None = None) -> list[Member]:
        """Each server, or those in one role."""

    def subscriber(self) -> Subscribing:
        """Who listens for all."""

    def cache_stats(self) -> CacheStats | None:
        """What its cache has done so far, and holds; `None` without one."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop of its links; `None` without any."""

    def check_loop(self) -> None:
        """Raise `WrongLoop` where its links are at home in another loop, which is there still."""

    def left_behind(self) -> bool:
        """Whether that loop has been closed under it."""

    def begin_anew(self) -> None:
        """Forget the links of a loop that was closed."""

    async def reauthenticate(self, auth: Sequence[bytes]) -> None:
        """Be somebody else on the links that all share. Raises `AuthenticationError`."""

    async def close(self) -> None:
        """End all links; who still waits is told. Raises `WrongLoop`."""
