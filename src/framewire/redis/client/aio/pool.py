"""Links of their own, lent and taken back.

What belongs here: how many there are, who waits for one, and which may be lent again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink, open_own
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options

__all__ = ["Pool"]


class Pool:
    """At most `max_connections` links at a time; who finds none free waits for one, first come, first served."""

    def __init__(self, options: Options, opener: Opener) -> None:
        self._options = options
        self.on_lend: Callable[[OwnLink], None] = _nothing
        self._opener = opener
        self._free: list[OwnLink] = []
        self._lent: set[OwnLink] = set()
        self._opening = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None  # whose links they are

    def has_room(self) -> bool:
        """Whether `take` would find a link, or make one, without waiting for another to be given back."""
        return bool(self._free) or len(self._lent) + self._opening < self._options.max_connections

    async def take(self) -> OwnLink:
        """A link that nobody else uses; give it back. Raises what connecting raises, and `WrongLoop`."""
        self._enter()
        while True:
            if self._closed:
                raise ConnectionError("the client is closed")
            while self._free:
                own = self._free.pop()
                if await self._is_fit(own):
                    self._lent.add(own)
                    return own
            if len(self._lent) + self._opening < self._options.max_connections:
                return await self._open()
            await self._wait()

    def _enter(self) -> None:
        """The loop that runs must be that of the links; those of one that was closed are gone with it."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        if self._loop is not None and not self._loop.is_closed():
            raise WrongLoop
        self._loop = loop
        self._free.clear()
        self._lent.clear()
        self._waiting.clear()
        self._opening = 0

    async def _is_fit(self, own: OwnLink) -> bool:
        """After a long silence a link has to answer before it is lent, and with new credentials to take them."""
        if own.lost:
            return False
        interval, renewals = self._options.health_check_interval, self._opener.renewals
        request: tuple[bytes, ...] | None = None
        if own.renewals != renewals:
            request = (b"AUTH", *self._opener.renewed)
        elif interval and own.link.silent_for() >= interval:
            request = (b"PING",)
        try:
            if request is not None:
                await own.call(request, None, self._options.socket_connect_timeout)
                own.renewals = renewals
        except RedisError:
            own.abort()
        except asyncio.CancelledError:
            own.abort()
            self._wake()
            raise
        return not own.lost

    async def _open(self) -> OwnLink:
        self._opening += 1
        try:
            own = await open_own(self._options, self._opener)
        finally:
            self._opening -= 1
            self._wake()
        if self._closed:
            own.abort()
            raise ConnectionError("the client is closed")
        self.on_lend(own)
        self._lent.add(own)
        return own

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                self._wake()  # the turn was ours, and somebody else's now
            raise
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _wake(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        """`own` is not used any more; it is lent again only if it is `clean`: as it was lent."""
        self._lent.discard(own)
        if clean and not own.lost and not self._closed:
            self._free.append(own)
        else:
            own.abort()
        self._wake()

    def close(self) -> None:
        """End all of them."""
        self._closed = True
        for own in [*self._free, *self._lent]:
            own.abort()
        self._free.clear()
        self._lent.clear()
        while self._waiting:
            self._wake()


def _nothing(own: OwnLink) -> None:
    pass
