"""A link of one's own: for blocking commands, transactions that watch, MONITOR, and whoever asks for one.

What belongs here: one link that nobody else uses. Nothing is repeated on it: what the server knew of it is gone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.aio.link import Link
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import fail, lost_error, refusal_of
from framewire.redis.client.repeating import may_pass
from framewire.redis.exchange.calls import Call

__all__ = ["OwnLink", "open_own"]

Future = asyncio.Future[Any]


async def open_own(options: Options, opener: Opener) -> OwnLink:
    """A link of one's own, tried again as the options say. Raises what `Opener.connect` raises."""
    attempts = 0
    while True:
        own = OwnLink(options)
        own.renewals = opener.renewals
        try:
            await opener.connect(own.link)
            return own
        except BaseException as error:
            own.abort()
            attempts += 1
            if not isinstance(error, RedisError) or attempts > options.retry.retries or not may_pass(error):
                raise
        await asyncio.sleep(options.retry.pause(attempts, random.random()))


class OwnLink:
    """One link, its calls, and what it pushes."""

    def __init__(self, options: Options) -> None:
        self.link = Link(self, options, patient=True)
        self.call: Callable[..., Future] = self.link.exchange.call
        self.send_batch: Callable[..., Any] = self.link.exchange.send_batch
        self.on_push: Callable[[Any], None] = _ignore
        self.on_lost: Callable[[Exception], None] = _ignore
        self.error: Exception | None = None
        self.renewals = 0  # how often credentials had been renewed when these were given

    @property
    def lost(self) -> bool:
        return self.link.lost

    @property
    def idle(self) -> bool:
        """Whether every request has its reply."""
        exchange = self.link.exchange
        return not (exchange.unanswered or exchange.queued)

    def link_lost(self, link: Link, error: Exception, calls: list[Call]) -> None:
        self.call = self._call_lost
        self.send_batch = self._call_lost
        self.error = error
        for call in calls:
            fail(call, lost_error(call, error))
        self.on_lost(error)

    def _call_lost(self, *args: Any) -> Future:
        raise ConnectionError(f"this link is gone: {self.error}")

    def link_refused(self, link: Link, call: Call, error: Error) -> None:
        fail(call, refusal_of(call, error))

    def link_late(self, link: Link, call: Call, error: RedisError) -> None:
        fail(call, error)

    def link_pushed(self, link: Link, items: Sequence[Any]) -> None:
        self.on_push(items)

    def hear_nothing(self) -> None:
        """Nobody is told any more of what comes, and of the loss."""
        self.on_push = self.on_lost = _ignore

    def abort(self) -> None:
        """End it at once."""
        if not self.link.lost:
            self.link.abort(ConnectionError("the link was closed"))


def _ignore(_: object) -> None:
    pass
