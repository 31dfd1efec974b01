"""Client-side caching on real servers: races over lines that delay, cut and slice, held against what each client knows.

What belongs here: what only servers with tracking show. The property is `test_races`: many tasks write counters through
two cached clients and a plain one, by every kind of call, and read them; a read that starts after its client has seen a
value, in the reply to a write or in another read, finds none that is older. When all is quiet, all is as it is at the
server.
"""

from __future__ import annotations

import asyncio
import importlib.util
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import CachingError, ConnectionError, NoPermissionError
from framewire.redis.client.retries import Retry
from framewire.tap.faults.proxy import FaultProxy
from tests.against.cached_counters import Observer, compare
from tests.peers import PEERS, RedisServer, require
from tests.waiting import PATIENCE, until_in_loop

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


async def disturb(plain: Client, proxies: list[FaultProxy], choose: random.Random, done: asyncio.Event) -> None:
    """Somebody else writes, and links are lost."""
    while not done.is_set():
        await asyncio.sleep(choose.uniform(0, 0.01))
        await plain.incr(choose.choice(COUNTERS))
        if choose.random() < 0.03:
            await plain.client_kill_filter(_type="normal", skipme=True)
        if choose.random() < 0.03:
            choose.choice(proxies).cut(reset=choose.random() < 0.5)


LOOPS = {"asyncio": asyncio.new_event_loop}
if importlib.util.find_spec("uvloop") is not None:
    LOOPS["uvloop"] = importlib.import_module("uvloop").new_event_loop

CONFIGS = {"large": CacheConfig(), "small": CacheConfig(max_bytes=1500, max_age=0.005)}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("seed", range(2))
def test_races(real: RedisServer, seed: int, config: str, loop: str) -> None:
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(race(real, seed, CONFIGS[config]))


async def race(real: RedisServer, seed: int, config: CacheConfig) -> None:
    choose, done = random.Random(seed), asyncio.Event()
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(Client.from_url(url_of(real)))
        await plain.flushall()
        proxies = [await stack.enter_async_context(FaultProxy(url_of(real), PROGRAM, seed=seed + n)) for n in range(2)]
        retry = Retry(retries=20, base=0.001, cap=0.01)
        observers = [
            Observer(await stack.enter_async_context(client), choose, COUNTERS)
            for client in (Client.from_url(proxy.url, cache=config, retry=retry) for proxy in proxies)
        ]
        disturbing = asyncio.create_task(disturb(plain, proxies, choose, done))
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(observer.run(60)) for observer in observers for _ in range(10)]
            await asyncio.wait(running)
            done.set()
            await disturbing
        for observer in observers:
            await compare(observer.client, plain, COUNTERS)
            stats = observer.client.cache_stats
            assert stats is not None
            assert stats.hits > 0
            assert stats.invalidated > 0


# -- what servers tell ------------------------------------------------------------------------------------------------

NEWER = ("redis 8.0", "valkey 9.1")

TOLD: dict[str, tuple[list[str], str, str]] = {
    # what is there; a read; what changes its reply
    "SET": (["SET k 1"], "GET k", "SET k 2"),
    "APPEND": (["SET k 1"], "STRLEN k", "APPEND k 2"),
    "DEL": (["SET k 1"], "EXISTS k", "DEL k"),
    "RENAME": (["SET k 1"], "TYPE k", "RENAME k l"),
    "RENAME to it": (["SET k 1", "SET l 2"], "GET k", "RENAME l k"),
    "COPY to it": (["SET k 1", "SET l 2"], "GET k", "COPY l k REPLACE"),
    "MOVE": (["SET k 1"], "GET k", "MOVE k 1"),
    "EXPIRE": (["SET k 1"], "EXPIRETIME k", "EXPIREAT k 9999999999"),
    "expiry": (["SET k 1"], "GET k", "PEXPIRE k 1"),
    "HSET": (["HSET k f 1"], "HGETALL k", "HSET k g 1"),
    "HDEL": (["HSET k f 1"], "HGET k f", "HDEL k f"),
    "expiry of a field": (["HSET k f 1 g 2"], "HGETALL k", "HPEXPIRE k 1 FIELDS 1 f"),
    "LPUSH": (["RPUSH k 1"], "LRANGE k 0 -1", "LPUSH k 0"),
    "SMOVE": (["SADD k 1", "SADD l 2"], "SMEMBERS k", "SMOVE l k 2"),
    "SUNIONSTORE": (["SADD l 2"], "SCARD k", "SUNIONSTORE k l"),
    "ZADD": (["ZADD k 1 a"], "ZRANGE k 0 -1 WITHSCORES", "ZINCRBY k 1 a"),
    "XADD": (["XADD k 1-1 f v"], "XRANGE k - +", "XADD k 2-1 f v"),
    "SETBIT": (["SET k 1"], "BITCOUNT k", "SETBIT k 0 1"),
    "one of several": (["SET l 1"], "MGET k l", "SET l 2"),
    "a script that declares nothing": (["SET k 1"], "GET k", "EVAL redis.call('SET','k','2') 0"),
    "FLUSHDB": (["SET k 1"], "GET k", "FLUSHDB"),
    "FLUSHALL": (["SET k 1"], "GET k", "FLUSHALL ASYNC"),
}


@pytest.mark.parametrize("row", TOLD)
async def test_servers_tell_of_what_others_change(real: RedisServer, client: Client, plain: Client, row: str) -> None:
    if row == "expiry of a field" and real.name not in NEWER:
        pytest.skip("it has no expiry of fields")
    before, read, change = TOLD[row]
    for line in before:
        await plain.execute(*line.split())
    old = await client.execute(*read.split())
    assert await client.execute(*read.split()) == old
    stats = client.cache_stats
    assert stats is not None
    assert stats.hits == 1

    await plain.execute(*change.split())
    await until_in_loop(lambda: (now := client.cache_stats) is not None and now.entries == 0)
    async with asyncio.timeout(PATIENCE):
        while await client.execute(*read.split()) == old:  # what expires may still be there
            await plain.ping()
    assert await client.execute(*read.split()) == await plain.execute(*read.split())


async def test_of_swapdb_servers_tell_nothing(client: Client, plain: Client) -> None:
    """Then only `max_age` helps; one's own is heard of."""
    await plain.set("k", 1)
    assert await client.get("k") == b"1"
    await plain.swapdb(0, 1)
    await client.ping()
    assert await client.get("k") == b"1"
    await client.swapdb(2, 3)
    assert await client.get("k") is None


async def test_what_is_heard_over_the_link_is_behind_what_was_told_before(client: Client, plain: Client) -> None:
    for version in range(50):
        await plain.set("k", version)
        await client.ping()
        assert await client.get("k") == b"%d" % version
        assert await client.text.get("k") == str(version)


async def test_databases_do_not_share_but_hear_of_what_one_changes_in_all(real: RedisServer, plain: Client) -> None:
    """What is told of it comes late here."""
    async with (
        FaultProxy(url_of(real), "every push: delay 20ms") as proxy,
        Client.from_url(proxy.url, cache=CacheConfig()) as client,
    ):
        other = client.db(1)
        changes: list[Callable[[], Awaitable[Any]]] = [
            client.flushall,
            lambda: client.swapdb(0, 1),
            lambda: client.move("k", 1),
            lambda: client.eval("redis.call('SELECT', 1) return redis.call('SET', KEYS[1], 'new')", 1, "k"),
        ]
        for change in changes:
            await plain.flushall()
            await client.set("k", "new")
            if change is not changes[2]:
                await other.set("k", "old")
            await other.ping()
            old = await other.get("k")
            assert await client.get("k") == b"new"
            await change()
            assert await other.get("k") != old


# -- who may not ------------------------------------------------------------------------------------------------------


async def test_a_user_without_the_right_to_track_is_refused(real: RedisServer, plain: Client) -> None:
    await plain.execute("ACL", "SETUSER", "blind", "on", ">secret", "~*", "+@all", "-client|tracking")
    url = url_of(real).replace("//", "//blind:secret@")
    async with Client.from_url(url, cache=CacheConfig()) as client:
        with pytest.raises(CachingError, match=r"which client-side caching needs: NOPERM"):
            await client.get("k")
    async with Client.from_url(url) as client:
        assert await client.get("k") is None


async def test_another_user_does_not_find_what_the_first_one_saw(plain: Client, client: Client) -> None:
    await plain.execute("ACL", "SETUSER", "stranger", "on", ">secret", "+@all")
    await client.set("k", 1)
    assert await client.get("k") == b"1"
    await client.reauthenticate(("stranger", "secret"))
    with pytest.raises(NoPermissionError):
        await client.get("k")


async def test_a_client_that_is_closed_answers_nothing(real: RedisServer) -> None:
    client = Client.from_url(url_of(real), cache=CacheConfig())
    await client.set("k", 1)
    assert await client.get("k") == b"1"
    await client.aclose()
    with pytest.raises(ConnectionError, match="closed"):
        await client.get("k")
    assert client.cache_stats is not None
    assert client.cache_stats.bytes == 0


async def test_readers_under_way_are_answered_over_the_next_link(real: RedisServer, plain: Client) -> None:
    await plain.set("k", 1)
    async with (
        FaultProxy(url_of(real), "reply 1 to GET: cut inside") as proxy,
        Client.from_url(proxy.url, cache=CacheConfig(), retry=Retry(retries=10_000, base=0.001)) as client,
    ):
        assert await asyncio.gather(*(client.get("k") for _ in range(5))) == [b"1"] * 5
        assert client.cache_stats is not None
        assert client.cache_stats.joined == 4
        assert await client.get("k") == await client.get("k") == b"1"
        assert client.cache_stats.hits == 1, "what was repeated is not kept"
