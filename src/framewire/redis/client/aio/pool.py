"""Links of their own, lent and taken back.

What belongs here: how many there are, who waits for one, and which may be lent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink, open_own
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import no_room

__all__ = ["Pool"]


class Pool:
    """At most `max_connections` links at a time; who finds none free waits for one, first come, first served."""

    def __init__(self, options: Options, opener: Opener) -> None:
        self._options = options
        self.on_lend: Callable[[OwnLink], None] = _nothing
        self._opener = opener
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._forget()

    def _forget(self) -> None:
        """Begin with nothing."""
        self._places = asyncio.Semaphore(self._options.max_connections)  # it is fair: nobody is overtaken
        self._free: list[OwnLink] = []
        self._lent: set[OwnLink] = set()
        self._opening: set[asyncio.Task[OwnLink]] = set()

    def has_room(self) -> bool:
        """Whether `take` would find a link, or make one, without waiting for another to be given back."""
        return not self._places.locked()

    # -- lending ------------------------------------------------------------------------------------------------------

    async def take(self) -> OwnLink:
        """A link that nobody else uses; give it back.

        Raises what connecting raises, `MaxConnectionsError` where none is free for `socket_timeout`, and `WrongLoop`.
        """
        self._enter_loop()
        await self._enter_queue()
        try:
            own = await self._find() or await self._open()
        except BaseException:
            self._places.release()
            raise
        self._lent.add(own)
        return own

    async def _enter_queue(self) -> None:
        try:
            async with asyncio.timeout(self._options.socket_timeout if self._places.locked() else None):
                await self._places.acquire()
        except TimeoutError:
            raise no_room(self._options) from None

    def _enter_loop(self) -> None:
        """What belongs to a loop that has ended is forgotten."""
        self.check_loop()
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._forget()

    def check_loop(self) -> None:
        """Raise `WrongLoop` where the links are at home in another loop, which is there still."""
        loop = self._loop
        if loop is not None and not loop.is_closed() and loop is not asyncio.get_running_loop():
            raise WrongLoop

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionError("the client is closed")

    async def _find(self) -> OwnLink | None:
        """One that is free and alive, if there is one."""
        while self._free:
            own = self._free.pop()
            if await self._is_fit(own):
                return own
        return None

    async def _is_fit(self, own: OwnLink) -> bool:
        """After a long silence a link has to answer before it is lent, and with new credentials to take them.

        One that does not is ended.
        """
        renewals = self._opener.renewals
        request = self._asked(own)
        if own.lost or request is None:
            return not own.lost
        fit = False
        self._lent.add(own)  # as long as it is asked: for `close` to find it
        try:
            await own.call(request, None, self._options.socket_connect_timeout)
            own.renewals, fit = renewals, not own.lost
        except RedisError:
            pass
        finally:
            self._lent.discard(own)
            if not fit:
                own.abort()
        return fit

    def _asked(self, own: OwnLink) -> tuple[bytes, ...] | None:
        """What it is asked before it is lent, if anything."""
        if own.renewals != self._opener.renewals:
            return (b"AUTH", *self._opener.renewed)
        interval = self._options.health_check_interval
        return (b"PING",) if interval and own.link.silent_for() >= interval else None

    async def _open(self) -> OwnLink:
        self._check_open()
        opening = asyncio.ensure_future(open_own(self._options, self._opener))
        self._opening.add(opening)
        try:
            await asyncio.wait([opening])
        except BaseException:
            opening.cancel()
            opening.add_done_callback(_abort_opened)
            raise
        finally:
            self._opening.discard(opening)
        if self._closed:
            _abort_opened(opening)
            raise ConnectionError("the client was closed")
        own = opening.result()
        self.on_lend(own)
        return own

    def give_back(self, own: OwnLink, *, clean: bool) -> None:
        """`own` is not used any more; it is lent again only if it is `clean`: as it was lent."""
        own.hear_nothing()
        if own not in self._lent:
            return own.abort()  # it was ended meanwhile
        self._lent.discard(own)
        if clean and not own.lost:
            self._free.append(own)
        else:
            own.abort()
        self._places.release()

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End all of them; who waits for one is told."""
        self._closed = True
        if self._loop is not None and self._loop.is_closed():
            return self._forget()
        for opening in self._opening:
            opening.cancel()
        for own in [*self._free, *self._lent]:
            own.abort()
        self._free.clear()
        self._lent.clear()
        self._places.release()  # the first who waits is told, and makes place for the next


def _abort_opened(opening: asyncio.Task[OwnLink]) -> None:
    """End the link that nobody wants any more, if it has come to one."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().abort()


def _nothing(own: OwnLink) -> None:
    pass
