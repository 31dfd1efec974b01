"""Numbered messages on channels of a cluster, while anything happens to it: who publishes, and what listeners may miss.

What belongs here: the publishing and the judgement, for both clients. A message whose publishing failed may have been
published or not; every other comes to each listener, once and in order, or there is a gap in its place. Behind a gap it
may come again, from a node that has heard of it later than another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import RedisError
from framewire.redis.client.subscriptions.items import Gap, Message

__all__ = ["Heard", "Publisher"]


class Publisher:
    """Publishes on all channels, each message a number, until it is cancelled.

    On plain channels it does so over `voice`, which is a client of one node: what is published at several of them does
    not come to others in order.
    """

    def __init__(self, client: Client, voice: Client, plain: Iterable[str], shards: Iterable[str]) -> None:
        self._ways = [*((voice, "PUBLISH", name) for name in plain), *((client, "SPUBLISH", name) for name in shards)]
        self.next = dict.fromkeys((name for *_, name in self._ways), 0)
        self.doubtful: set[tuple[str, int]] = set()
        self.published = 0

    async def run(self) -> None:
        await asyncio.gather(*(self._go_on(*way) for way in self._ways))

    async def _go_on(self, client: Client, command: str, name: str) -> None:
        while True:
            await self._publish(client, command, name)
            await asyncio.sleep(0.002)

    async def _publish(self, client: Client, command: str, name: str) -> bool:
        number = self.next[name]
        self.next[name] += 1
        self.doubtful.add((name, number))
        try:
            await client.execute(command, name, number)
        except RedisError:
            return False
        self.doubtful.discard((name, number))
        self.published += 1
        return True

    async def one_more(self) -> None:
        """One on each channel, sent until it is taken."""
        for way in self._ways:
            while not await self._publish(*way):
                pass


class Heard:
    """What one listener has got of the channels `names`."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.items: list[Any] = []
        self.last: dict[str, int] = {}

    def take(self, item: Any) -> None:
        self.items.append(item)
        if isinstance(item, Message):
            self.last[item.channel.decode()] = int(item.data)

    @property
    def gaps(self) -> list[Gap]:
        return [item for item in self.items if isinstance(item, Gap)]

    def judge(self, publisher: Publisher) -> None:
        """Assert that nothing is missing, nor comes twice, but where there is a gap (see `Board`)."""
        last: dict[str, int] = {}
        cut: set[str] = set()
        for item in self.items:
            if isinstance(item, Gap):
                cut.update(last)
                continue
            name, number = item.channel.decode(), int(item.data)
            if (name, number) in publisher.doubtful:
                continue  # it may come late: from a node that hung, and has been replaced meanwhile
            before = last.get(name)
            if before is not None:
                if name not in cut:
                    missing = [each for each in range(before + 1, number) if (name, each) not in publisher.doubtful]
                    assert not missing, f"{name}: {number} behind {before}, and no gap"
                assert number > before or name in cut, f"{name}: {number} behind {before}, and no gap"
            last[name] = number
            cut.discard(name)
