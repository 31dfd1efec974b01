"""Counters that are written in every way and read through a cache, which must never go back.

What belongs here: one client's calls, and what it has learnt by them. A read that starts after its client has seen a
value, in the reply to a write or in another read, finds none that is older. Where that is held, and what else happens
there, is said by the tests.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import ConnectionError, TimeoutError

__all__ = ["Observer", "compare"]


class Observer:
    """One client, what it knows of each of the `counters`, and the calls that read and write them."""

    def __init__(
        self, client: Client, choose: random.Random, counters: Sequence[bytes],
        expects: tuple[type[Exception], ...] = (ConnectionError, TimeoutError),
    ) -> None:  # fmt: skip
        """`expects`: of calls that end so nothing is known, and so nothing is counted on."""
        self.client = client
        self.expects = expects
        self.counters = counters
        self.known = Counter[bytes]()
        self.choose = choose
        self.reads: list[Callable[[bytes], Awaitable[Any]]] = [
            self.client.get,
            self.client.text.get,
            lambda key: self.client.getrange(key, 0, -1),
            lambda key: self.client.execute("GET", key),
        ]
        self.writes = [self.incr, self.incr_in_pipeline, self.incr_in_transaction, self.incr_watched,
                       self.incr_on_a_link_of_its_own, self.incr_queued, self.incr_in_script]  # fmt: skip

    async def run(self, calls: int) -> None:
        """So many calls."""
        for _ in range(calls):
            kinds = [self.read, self.read_all, self.write, self.go_away, lambda: asyncio.sleep(0)]
            try:
                await self.choose.choices(kinds, [12, 3, 2, 1, 1])[0]()
            except self.expects:
                await asyncio.sleep(0)

    def _learns(self, key: bytes, value: int) -> None:
        self.known[key] = max(self.known[key], value)

    async def read(self) -> None:
        key = self.choose.choice(self.counters)
        known = self.known[key]
        found = int(await self.choose.choice(self.reads)(key) or 0)
        assert found >= known, f"{key!r} was {known}, and then {found}"
        self._learns(key, found)

    async def read_all(self) -> None:
        known = Counter(self.known)
        for key, found in zip(self.counters, await self.client.mget(self.counters), strict=True):
            assert int(found or 0) >= known[key], f"{key!r} was {known[key]}, and then {found!r}"
            self._learns(key, int(found or 0))

    async def go_away(self) -> None:
        """Others may have joined."""
        read = asyncio.ensure_future(self.choose.choice(self.reads)(self.choose.choice(self.counters)))
        await asyncio.sleep(0)
        read.cancel()

    async def write(self) -> None:
        key = self.choose.choice(self.counters)
        self._learns(key, await self.choose.choice(self.writes)(key))

    # -- kinds of writes ----------------------------------------------------------------------------------------------

    async def incr(self, key: bytes) -> int:
        return await self.client.incr(key)

    async def incr_in_pipeline(self, key: bytes) -> int:
        async with self.client.pipeline() as pipeline:
            pipeline.get(key)
            place = pipeline.incr(key)
        return place.result()

    async def incr_in_transaction(self, key: bytes) -> int:
        async with self.client.transaction() as transaction:
            place = transaction.incr(key)
        return place.result()

    async def incr_watched(self, key: bytes) -> int:
        async with self.client.transaction(key + b"'s neighbour") as transaction:
            place = transaction.incr(key)
        return place.result()

    async def incr_on_a_link_of_its_own(self, key: bytes) -> int:
        async with self.client.dedicated(key) as dedicated:
            return await dedicated.incr(key)

    async def incr_queued(self, key: bytes) -> int:
        """By hand: the reply to INCR comes before anything is executed."""
        async with self.client.dedicated(key) as dedicated:
            await dedicated.execute("MULTI")
            await dedicated.execute("INCR", key)
            (value,) = await dedicated.execute("EXEC")
            return int(value)

    async def incr_in_script(self, key: bytes) -> int:
        return int(await self.client.eval("return redis.call('INCR', KEYS[1])", 1, key))


async def compare(client: Client, plain: Client, counters: Sequence[bytes]) -> None:
    """Nobody writes any more: behind a reply all that was told before it was heard."""
    await client.ping()
    for key in counters:
        for _ in range(2):
            assert await client.get(key) == await plain.get(key)
    assert await client.mget(counters) == await plain.mget(counters)
