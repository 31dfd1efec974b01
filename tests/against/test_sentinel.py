"""Clients behind real sentinels, from asyncio and from threads: primaries are killed, stopped, and changed by hand.

Each write that was acknowledged when servers are well, or by the new primary, is there in the end; and once it is left,
the old primary sees no link of the client's any more, not even when it comes back and takes itself for the primary.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from framewire.kits.process import ServerProcess
from framewire.kits.sentinel.sentinel import RedisSentinel
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ConnectionError, MasterNotFoundError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.peers import REDIS_7, VALKEY, programs, require
from tests.waiting import PATIENCE, until_in_loop

pytestmark = pytest.mark.slow

NAME = "under-test"
WAYS = [Client, BlockingClient]


@pytest.fixture(params=WAYS, ids=["asyncio", "threads"])
def kind(request: pytest.FixtureRequest) -> type:
    return request.param  # type: ignore[no-any-return]


def service_of(name: str = REDIS_7, **options: Any) -> RedisSentinel:
    return RedisSentinel(program=programs()[require(name)], **options)


class Writer:
    """Writes keys in turn, and remembers which were acknowledged; `doubtful` are those that nobody knows of."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.acknowledged: list[str] = []
        self.doubtful: list[str] = []
        self._next = 0

    async def call(self, name: str, *args: Any) -> Any:
        if isinstance(self.client, Client):
            return await getattr(self.client, name)(*args)
        return await asyncio.to_thread(getattr(self.client, name), *args)

    async def write(self, count: int) -> None:
        """Until so many more are acknowledged, whatever happens."""
        async with asyncio.timeout(PATIENCE):
            wanted = len(self.acknowledged) + count
            while len(self.acknowledged) < wanted:
                await self._write_one()

    async def _write_one(self) -> None:
        key = f"key:{self._next}"
        self._next += 1
        try:
            await self.call("set", key, key)
        except RedisError as error:
            assert isinstance(error, (ConnectionError, TimeoutError)), error
            if error.fate is not Fate.NOT_EXECUTED:
                self.doubtful.append(key)
        else:
            self.acknowledged.append(key)

    async def missing(self) -> list[str]:
        values = await self.call("mget", self.acknowledged)
        return [key for key, value in zip(self.acknowledged, values, strict=True) if value is None]


@asynccontextmanager
async def writer_for(kind: type, service: RedisSentinel, **options: Any) -> AsyncIterator[Writer]:
    client = kind.from_url(service.url, client_name=NAME, **options)  # type: ignore[attr-defined]
    try:
        yield Writer(client)
    finally:
        await client.aclose() if isinstance(client, Client) else await asyncio.to_thread(client.close)


def asked(server: ServerProcess, *request: str) -> Any:
    """A sentinel that makes a replica of a server ends all links to it, those of the test too."""
    while True:
        try:
            return server.client.execute(*request)
        except ConnectionError:
            assert server.is_running


def links_of_the_client(server: ServerProcess) -> list[Any]:
    return [line for line in asked(server, "CLIENT", "LIST").decode().splitlines() if f"name={NAME} " in line]


def replicated(service: RedisSentinel) -> Callable[[], bool]:
    """Whether both replicas have all that the primary has."""

    def has_all() -> bool:
        def offset(server: ServerProcess) -> Any:
            said = server.client.info("replication")
            return said["master_repl_offset"] if said["role"] == "master" else said["slave_repl_offset"]

        return len({offset(server) for server in service.servers}) == 1

    return has_all


@pytest.mark.parametrize("name", [REDIS_7, VALKEY])
async def test_a_primary_that_is_killed(kind: type, name: str) -> None:
    with service_of(name) as service:
        async with writer_for(kind, service) as writer:
            await writer.write(100)
            await until_in_loop(replicated(service))
            old = service.primary
            old.kill()
            await writer.write(100)
            await until_in_loop(lambda: service.primary is not old)  # the client may hear it before most sentinels do
            assert await writer.missing() == []


async def test_a_primary_that_stands_still_and_comes_back(kind: type) -> None:
    """No link is lost by itself then: the sentinels say that it is over. For what waits there nobody knows."""
    with service_of() as service:
        async with writer_for(kind, service, socket_timeout=PATIENCE) as writer:
            await writer.write(100)
            await until_in_loop(replicated(service))
            old = service.primary
            old.stop()
            await writer.write(100)
            await until_in_loop(lambda: service.primary is not old)
            old.resume()  # and it thinks that it is the primary, until a sentinel tells it
            await until_in_loop(lambda: not links_of_the_client(old))
            while asked(old, "ROLE")[0] == b"master":
                await writer.write(1)
                assert links_of_the_client(old) == []
            await writer.write(10)
            assert links_of_the_client(old) == []
            assert await writer.missing() == []


async def test_a_failover_by_hand(kind: type) -> None:
    with service_of() as service:
        async with writer_for(kind, service) as writer:
            await writer.write(100)
            old = service.primary
            await asyncio.to_thread(service.failover)
            await until_in_loop(lambda: not links_of_the_client(old))
            await writer.write(100)
            assert links_of_the_client(old) == []
            assert len(links_of_the_client(service.primary)) == 1


async def test_a_failover_and_back(kind: type) -> None:
    """Who was left is not left for ever."""
    with service_of(replicas=1) as service:
        async with writer_for(kind, service) as writer:
            await writer.write(10)
            first = service.primary
            second = await asyncio.to_thread(service.failover)
            await writer.write(10)
            assert await asyncio.to_thread(service.failover) is first is not second
            await until_in_loop(lambda: not links_of_the_client(second))
            await writer.write(10)
            assert links_of_the_client(second) == []


async def test_sentinels_that_are_dead(kind: type) -> None:
    with service_of() as service:
        url_of_all = service.url
        service.sentinels[0].kill()
        assert url_of_all == service.url
        async with writer_for(kind, service) as writer:
            await writer.write(10)
            await until_in_loop(replicated(service))
            service.primary.kill()
            await writer.write(10)  # two of three are most
            assert await writer.missing() == []


async def test_one_sentinel_is_told_and_lost_and_the_others_were_learnt(kind: type) -> None:
    with service_of() as service:
        host, port = service.sentinels[0].address
        client = kind.from_url(f"redis+sentinel://{host}:{port}/mymaster", client_name=NAME)  # type: ignore[attr-defined]
        writer = Writer(client)
        try:
            await writer.write(10)
            service.sentinels[0].kill()
            old = service.primary
            await asyncio.to_thread(old.kill)
            await writer.write(10)
            await until_in_loop(lambda: service.primary is not old)
        finally:
            await client.aclose() if isinstance(client, Client) else await asyncio.to_thread(client.close)


async def test_a_service_that_nobody_knows(kind: type) -> None:
    with service_of(replicas=0) as service:
        url = service.url.replace("/mymaster", "/other")
        client = kind.from_url(url, retry=Retry(0))  # type: ignore[attr-defined]
        try:
            with pytest.raises(MasterNotFoundError, match=r"of 'other': knows no such service \(3 of 3: 127"):
                await Writer(client).call("get", "key")
        finally:
            await client.aclose() if isinstance(client, Client) else await asyncio.to_thread(client.close)


async def test_passwords_of_both(kind: type) -> None:
    secret, other = "p@ss/w:rd", "s?ntinel&"
    with service_of(replicas=1, password=secret, sentinel_password=other) as service:
        async with writer_for(kind, service) as writer:
            await writer.write(10)
        for options in ({"sentinel_password": "wrong"}, {"password": "wrong"}):
            bare = service.url.replace(":p%40ss%2Fw%3Ard@", "").partition("?")[0]
            right = {"password": secret, "sentinel_password": other}
            client = kind.from_url(bare, **{**right, **options}, retry=Retry(0))  # type: ignore[attr-defined]
            with pytest.raises(ConnectionError, match="WRONGPASS") as refused:
                await Writer(client).call("get", "key")
            assert secret not in str(refused.value) and other not in str(refused.value)
            await client.aclose() if isinstance(client, Client) else await asyncio.to_thread(client.close)


async def test_reads_from_replicas(kind: type) -> None:
    with service_of() as service:
        async with writer_for(kind, service, read_from="any") as writer:
            await writer.write(10)
            await until_in_loop(replicated(service))
            for key in writer.acknowledged:
                assert await writer.call("get", key) == key.encode()
            readers = [server for server in service.replicas if links_of_the_client(server)]
            assert len(readers) == 1
            readers[0].kill()
            for key in writer.acknowledged:
                assert await writer.call("get", key) == key.encode()
