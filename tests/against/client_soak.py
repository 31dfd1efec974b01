"""Tasks that count on a server, while everything happens to them that may.

What belongs here: who counts and how, who cuts, kills and cancels, and the bookkeeping. Each task has a key of its own
and knows of each increment whether it was acknowledged, or is unknown; the server's number must lie between.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import RedisError
from framewire.redis.client.fates import Fate
from framewire.tap.faults.proxy import FaultProxy

SCRIPT = "return redis.call('INCR', KEYS[1])"


class Counter:
    """One task: its key, and what it knows of it."""

    def __init__(self, client: Client, number: int, chance: random.Random) -> None:
        self.client, self.key, self.chance = client, f"count:{number}", chance
        self.acknowledged = self.unknown = self.last = self.cancelled = 0

    async def count(self, times: int) -> None:
        """Count in one of the ways, so often; some calls are cancelled."""
        ways: list[Callable[[], Coroutine[Any, Any, None]]] = [
            self._once, self._once, self._scripted, self._together, self._transaction, self._own, self._echo
        ]  # fmt: skip
        for _ in range(times):
            task = asyncio.ensure_future(self.chance.choice(ways)())
            if self.chance.random() < 0.2:
                await self._cancel(task)
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def _cancel(self, task: asyncio.Future[None]) -> None:
        for _ in range(self.chance.randrange(8)):
            await asyncio.sleep(0)
        if self.chance.random() < 0.3:
            await asyncio.sleep(self.chance.random() * 0.005)
        self.cancelled += task.cancel()

    def _note(self, result: Any) -> None:
        """A reply to an increment."""
        assert int(result) > self.last, (self.key, result, self.last)
        self.last = int(result)
        self.acknowledged += 1

    def _failed(self, error: BaseException) -> None:
        assert isinstance(error, (RedisError, asyncio.CancelledError)), error
        fate = error.fate if isinstance(error, RedisError) else Fate.UNKNOWN
        assert fate is not Fate.EXECUTED, error
        self.unknown += fate is Fate.UNKNOWN

    async def _ask(self, call: Callable[[], Awaitable[Any]]) -> None:
        try:
            result = await call()
        except BaseException as error:
            self._failed(error)
            if not isinstance(error, RedisError):
                raise
        else:
            self._note(result)

    async def _once(self) -> None:
        await self._ask(lambda: self.client.incr(self.key))

    async def _scripted(self) -> None:
        await self._ask(lambda: self.client.eval(SCRIPT, 1, self.key))

    async def _own(self) -> None:
        async def call() -> Any:
            async with self.client.dedicated() as own:
                return await own.incr(self.key)

        await self._ask(call)

    async def _together(self) -> None:
        await self._batch(self.client.pipeline())

    async def _transaction(self) -> None:
        await self._batch(self.client.pipeline(transaction=True))

    async def _batch(self, pipeline: Any) -> None:
        places = [pipeline.incr(self.key) for _ in range(3)]
        try:
            await pipeline.execute()
        except RedisError:
            pass
        finally:
            for place in places:
                error = place.exception()
                self._note(place.result()) if error is None else self._failed(error)

    async def _echo(self) -> None:
        word = b"%d" % self.chance.getrandbits(64)
        with contextlib.suppress(RedisError):
            assert await self.client.echo(word) == word, "the reply of another"

    def check(self, value: int) -> None:
        assert self.acknowledged <= value <= self.acknowledged + self.unknown, (
            f"{self.key} is {value}, with {self.acknowledged} acknowledged and {self.unknown} unknown"
        )


async def trouble(proxy: FaultProxy, observer: Client, chance: random.Random) -> None:
    """Cut, kill, refuse and stall, until it is cancelled."""

    async def stall() -> None:
        proxy.stall()
        await asyncio.sleep(chance.random() * 0.02)
        proxy.resume()

    async def refuse() -> None:
        proxy.refuse()
        await asyncio.sleep(chance.random() * 0.01)
        proxy.refuse(False)

    async def kill() -> None:
        await observer.client_kill_filter(_type="normal", skipme=True)

    async def cut() -> None:
        proxy.cut(reset=chance.random() < 0.5)

    while True:
        await chance.choice([stall, refuse, kill, cut, cut])()
        await asyncio.sleep(chance.random() * 0.05)


async def soak(client: Client, proxy: FaultProxy, observer: Client, tasks: int, times: int, seed: int) -> list[Counter]:
    """Let `tasks` count `times` each; what they say is checked against what `observer` sees. Returns them."""
    chance = random.Random(seed)
    counters = [Counter(client, number, random.Random(seed + number)) for number in range(tasks)]
    troubling = asyncio.ensure_future(trouble(proxy, observer, chance))
    try:
        await asyncio.gather(*(counter.count(times) for counter in counters))
    finally:
        troubling.cancel()
        await asyncio.wait([troubling])
    for counter in counters:
        counter.check(int(await observer.get(counter.key) or 0))
    return counters
