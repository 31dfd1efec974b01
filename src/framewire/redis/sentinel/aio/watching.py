"""Sentinels listened to, from asyncio: several at a time, each over a link of its own, for as long as the client lives.

What belongs here: who is listened to, and what becomes of what comes. A link that is lost is made anew; what was
published meanwhile was missed, and whoever watches is told so.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.pubsub import PubSub
from framewire.redis.client.aio.subscribing.subscriber import Subscriber
from framewire.redis.client.errors import RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.backlog import MOST_BYTES, MOST_MESSAGES
from framewire.redis.client.subscriptions.items import Full, Message
from framewire.redis.sentinel.answers import CHANNELS, Address
from framewire.redis.sentinel.told import MOST_HEARD, options_of_sentinel

__all__ = ["Watch"]


class Watch:
    """`heard` is called with a sentinel, a channel and what was published; `missed`, when something may not have been
    heard, and also when listening begins."""

    def __init__(
        self, options: Options, opener: Opener, heard: Callable[[Address, bytes, bytes], None],
        missed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._options = options
        self._opener = opener
        self._heard = heard
        self._missed = missed
        self._tasks: dict[Address, asyncio.Task[None]] = {}
        self._subscribers: dict[Address, Subscriber] = {}  # of those that have confirmed once

    @property
    def hears(self) -> bool:
        """Whether a switch would be heard now."""
        return any(subscriber.trouble() is None for subscriber in self._subscribers.values())

    def listen_to(self, sentinels: Sequence[Address]) -> None:
        """To these, and to no others any more."""
        wanted = sentinels[:MOST_HEARD]
        for sentinel in [one for one in self._tasks if one not in sentinels]:
            self._tasks.pop(sentinel).cancel()
        for sentinel in wanted[: max(0, MOST_HEARD - len(self._tasks))]:
            if sentinel not in self._tasks:
                self._tasks[sentinel] = asyncio.get_running_loop().create_task(self._listen(sentinel))

    async def _listen(self, sentinel: Address) -> None:
        """For ever: a sentinel that is gone may come back."""
        options = options_of_sentinel(self._options, sentinel)
        failures = 0
        while True:
            subscriber = Subscriber(options, self._opener)
            try:
                await self._hear(sentinel, subscriber)
                failures = 0
            except RedisError:
                failures += 1
            finally:
                self._subscribers.pop(sentinel, None)
                subscriber.close()
            await asyncio.sleep(options.retry.pause(failures + 1, random.random()))

    async def _hear(self, sentinel: Address, subscriber: Subscriber) -> None:
        async with PubSub[bytes](
            subscriber, CHANNELS, text=False, max_queued=MOST_MESSAGES, max_queued_bytes=MOST_BYTES,
            full=Full.DROP_OLDEST,
        ) as pubsub:  # fmt: skip
            self._subscribers[sentinel] = subscriber
            self._missed()
            async for item in pubsub:
                if isinstance(item, Message):
                    self._heard(sentinel, item.channel, item.data)
                else:
                    self._missed()

    async def aclose(self) -> None:
        """Listen to nobody."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
