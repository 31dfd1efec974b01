"""Client-side caching on real servers: races over lines that delay, cut and slice, held against what each client knows.

What belongs here: what only servers with tracking show. The property is `test_races`: many tasks write counters through
two cached clients and a plain one, by every kind of call, and read them; a read that starts after its client has seen a
value, in the reply to a write or in another read, finds none that is older. When all is quiet, all is as it is at the
server.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ConnectionError, TimeoutError
from framewire.redis.client.retries import Retry
from framewire.tap.faults.proxy import FaultProxy
from tests.peers import PEERS, RedisServer, require

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module", params=PEERS)
def real(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer(name=require(request.param)) as server:
        yield server


def url_of(server: RedisServer) -> str:
    return f"redis://{server.host}:{server.port}"


@pytest.fixture
async def plain(real: RedisServer) -> AsyncIterator[Client]:
    async with Client.from_url(url_of(real)) as made:
        await made.flushall()
        yield made


@pytest.fixture
async def client(real: RedisServer, plain: Client) -> AsyncIterator[Client]:
    async with Client.from_url(url_of(real), cache=CacheConfig()) as made:
        await made.ping()
        yield made


# -- races ------------------------------------------------------------------------------------------------------------

COUNTERS = (b"a", b"b", b"c")

PROGRAM = """
    every reply with probability 0.1: delay 0-2ms
    every push with probability 0.3: delay 0-2ms
    every reply with probability 0.05: slice 3 bytes
    every push with probability 0.1: slice 5 bytes every 1ms
    every request with probability 0.05: delay 0-1ms
"""


class Observer:
    """One client, what it knows of each counter, and the calls that read and write them."""

    def __init__(self, client: Client, choose: random.Random) -> None:
        self.client = client
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
        """So many calls. What a lost link has done to one is not known, and so not counted on."""
        for _ in range(calls):
            call = self.choose.choices([self.read, self.read_all, self.write, asyncio.sleep], [12, 3, 2, 1])[0]
            try:
                await call(0)  # type: ignore[operator]
            except (ConnectionError, TimeoutError):
                await asyncio.sleep(0)

    def _learns(self, key: bytes, value: int) -> None:
        self.known[key] = max(self.known[key], value)

    async def read(self, _: int) -> None:
        key = self.choose.choice(COUNTERS)
        known = self.known[key]
        found = int(await self.choose.choice(self.reads)(key) or 0)
        assert found >= known, f"{key!r} was {known}, and then {found}"
        self._learns(key, found)

    async def read_all(self, _: int) -> None:
        known = Counter(self.known)
        for key, found in zip(COUNTERS, await self.client.mget(COUNTERS), strict=True):
            assert int(found or 0) >= known[key], f"{key!r} was {known[key]}, and then {found!r}"
            self._learns(key, int(found or 0))

    async def write(self, _: int) -> None:
        key = self.choose.choice(COUNTERS)
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
        async with self.client.transaction(b"nobody's") as transaction:
            place = transaction.incr(key)
        return place.result()

    async def incr_on_a_link_of_its_own(self, key: bytes) -> int:
        async with self.client.dedicated() as dedicated:
            return await dedicated.incr(key)

    async def incr_queued(self, key: bytes) -> int:
        """By hand: the reply to INCR comes before anything is executed."""
        async with self.client.dedicated() as dedicated:
            await dedicated.execute("MULTI")
            await dedicated.execute("INCR", key)
            (value,) = await dedicated.execute("EXEC")
            return int(value)

    async def incr_in_script(self, key: bytes) -> int:
        return int(await self.client.eval("return redis.call('INCR', KEYS[1])", 1, key))


async def disturb(plain: Client, proxies: list[FaultProxy], choose: random.Random, done: asyncio.Event) -> None:
    """Somebody else writes, and links are lost."""
    while not done.is_set():
        await asyncio.sleep(choose.uniform(0, 0.01))
        await plain.incr(choose.choice(COUNTERS))
        if choose.random() < 0.03:
            await plain.client_kill_filter(_type="normal", skipme=True)
        if choose.random() < 0.03:
            choose.choice(proxies).cut(reset=choose.random() < 0.5)


@pytest.mark.parametrize("config", [CacheConfig(), CacheConfig(max_bytes=1500, max_age=0.005)], ids=["large", "small"])
@pytest.mark.parametrize("seed", range(3))
async def test_races(real: RedisServer, plain: Client, seed: int, config: CacheConfig) -> None:
    choose, done = random.Random(seed), asyncio.Event()
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(FaultProxy(url_of(real), PROGRAM, seed=seed + n)) for n in range(2)]
        observers = [
            Observer(await stack.enter_async_context(Client.from_url(
                proxy.url, cache=config, retry=Retry(retries=20, base=0.001, cap=0.01), max_connections=5
            )), choose) for proxy in proxies
        ]  # fmt: skip
        disturbing = asyncio.create_task(disturb(plain, proxies, choose, done))
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(observer.run(60)) for observer in observers for _ in range(10)]
            await asyncio.wait(running)
            done.set()
            await disturbing
        for observer in observers:
            await compare(observer.client, plain)
            stats = observer.client.cache_stats
            assert stats is not None
            assert stats.hits > 0
            assert stats.invalidated > 0


async def compare(client: Client, plain: Client) -> None:
    """Nobody writes any more: behind a reply all that was told before it was heard."""
    await client.ping()
    for key in COUNTERS:
        for _ in range(2):
            assert await client.get(key) == await plain.get(key)
    assert await client.mget(COUNTERS) == await plain.mget(COUNTERS)
