"""One connection of a load: bytes out, replies in, counted by the read that brought them.

What belongs here: asyncio's callbacks and the decoder. What a reply answers, and what is sent next, is the driver's
business: it is told of all replies of a read at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol, cast

from framewire._impl import RespDecoder, pack_command
from framewire.aio.inbound import Inbound
from framewire.cli.bench.record import Record
from framewire.errors import ProtocolError
from framewire.frames.resp import BulkError, Error, Push

__all__ = ["Driver", "Link", "LinkLostError"]

RARE = {Error, BulkError, Push}
ALL = 1 << 30


class LinkLostError(ConnectionError):
    """The connection cannot go on: the server closed it, or answered what nobody asked."""


class Driver(Protocol):
    """Who says what is sent on a link, and when."""

    def answered(self, link: Link, count: int) -> None:
        """`count` further replies have come. May raise `LinkLostError`."""

    def lost(self, link: Link, error: Exception) -> None:
        """Nothing will come any more. Not called after `close`."""


class Link(asyncio.BufferedProtocol):
    """A connection. Until a driver is attached, replies are waited for by `ask`."""

    def __init__(self) -> None:
        self._driver: Driver | None = None
        self._record: Record | None = None
        self.outstanding = 0  # requests that wait for a reply
        self._kinds: list[int] = []  # which of several requests those are
        self.started = 0  # the driver's: when they were sent
        self.due: deque[tuple[int, int]] = deque()  # the driver's: when each was due, and when it was sent
        self._decoder = RespDecoder("values")
        self._inbound = Inbound()
        self.get_buffer = self._inbound.lease  # type: ignore[method-assign]  # one call less for each read
        self._replies: list[Any] = []
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._closing = False

    # -- asyncio calls these ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.write = self.transport.write

    def buffer_updated(self, nbytes: int) -> None:
        inbound = self._inbound
        try:
            replies = self._decoder.decode_batch(inbound.commit(nbytes), ALL)
            inbound.settle()
            if replies:
                self._take(replies)
        except (ProtocolError, LinkLostError) as error:
            inbound.discard()
            self._end(error)

    def eof_received(self) -> None:
        self._end(LinkLostError("the server closed a connection"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or LinkLostError("the server closed a connection"))

    # -- others call these --------------------------------------------------------------------------------------------

    async def ask(self, *requests: Sequence[bytes]) -> list[Any]:
        """Send requests and wait for their replies, errors among them. For what comes before and after a load."""
        self._replies, self.outstanding = [], len(requests)
        self._waiter = asyncio.get_running_loop().create_future()
        if self._error is not None:
            raise self._error
        self.write(b"".join(pack_command(*request) for request in requests))
        await self._waiter
        return self._replies

    def attach(self, driver: Driver, record: Record | None) -> None:
        """From now on `driver` is told, and errors are counted in `record`. Raises what has ended the link already."""
        if self._error is not None:
            raise self._error
        self._driver, self._record = driver, record

    def send(self, batch: bytes, count: int, kinds: Sequence[int] | None) -> None:
        """Write `count` requests; `kinds` says which of several each is."""
        self.outstanding += count
        if kinds is not None:
            self._kinds += kinds
        self.write(batch)

    def settle(self, count: int) -> Sequence[int] | None:
        """`count` replies have come: what they answer, where that is told apart. Raises `LinkLostError`."""
        self.outstanding -= count
        if self.outstanding < 0:
            raise LinkLostError(f"{-self.outstanding} replies came that nobody had asked for")
        if not self._kinds:
            return None
        settled, self._kinds = self._kinds[:count], self._kinds[count:]
        return settled

    def close(self) -> None:
        """Close at once; nobody is told."""
        self._closing = True
        self.transport.abort()

    def _take(self, replies: list[Any]) -> None:
        if not RARE.isdisjoint(map(type, replies)):
            replies = self._without_rare(replies)
        if self._driver is not None:
            self._driver.answered(self, len(replies))
            return
        self._replies += replies
        if self._waiter is not None and len(self._replies) >= self.outstanding and not self._waiter.done():
            self.outstanding = 0
            self._waiter.set_result(None)

    def _without_rare(self, replies: list[Any]) -> list[Any]:
        """Count the errors, and leave out what is pushed: it answers nothing."""
        for reply in replies:
            if self._record is not None and isinstance(reply, Error | BulkError):
                self._record.refused(reply)
        return [reply for reply in replies if type(reply) is not Push]

    def _end(self, error: Exception) -> None:
        if self._closing:
            return
        self._closing = True
        self._error = error
        self.transport.abort()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        if self._driver is not None:
            self._driver.lost(self, error)
