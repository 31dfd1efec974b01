"""Pub/sub of the client on real servers: links killed and cut, subscriptions that a cluster ends, rights taken away.

What belongs here: what only real servers do, or do otherwise from one another. Messages are numbered, so that a missing
one is seen.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.pubsub import PubSub
from framewire.redis.client.errors import NoPermissionError, PubSubError
from framewire.redis.client.retries import Retry
from framewire.redis.client.subscriptions.events import KeyEvent
from framewire.redis.client.subscriptions.items import Gap, Message, Reason
from framewire.tap.faults.proxy import FaultProxy
from tests.against.numbered import Count
from tests.peers import PEERS, RedisServer, require
from tests.waiting import LOOK_AGAIN, PATIENCE, until_in_loop

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module", params=PEERS)
def real(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer(name=require(request.param)) as server:
        yield server


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def protocol(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def url_of(server: RedisServer) -> str:
    return f"redis://{server.host}:{server.port}"


@pytest.fixture
async def client(real: RedisServer, protocol: int) -> AsyncIterator[Client]:
    async with Client.from_url(url_of(real), protocol=protocol) as made:
        yield made


@asynccontextmanager
async def over_a_proxy(server: RedisServer, protocol: int) -> AsyncIterator[tuple[FaultProxy, Client]]:
    retry = Retry(retries=10_000, base=0.001, cap=0.01)
    async with FaultProxy(url_of(server)) as proxy, Client.from_url(proxy.url, protocol=protocol, retry=retry) as made:
        yield proxy, made


async def next_of(pubsub: PubSub[Any]) -> Any:
    item = await pubsub.get_message(timeout=PATIENCE)
    assert item is not None, "nothing came"
    return item


async def test_each_kind(client: Client) -> None:
    async with client.pubsub("a") as pubsub:
        await pubsub.psubscribe("a*")
        await pubsub.ssubscribe("a")
        await client.publish("a", b"\xff")
        await client.spublish("a", 1)
        assert [await next_of(pubsub) for _ in range(3)] == [
            Message("message", b"a", None, b"\xff"),
            Message("pmessage", b"a", b"a*", b"\xff"),
            Message("smessage", b"a", None, b"1"),
        ]
        await pubsub.punsubscribe()
        await pubsub.unsubscribe("a")
        await pubsub.sunsubscribe("a")
        assert (await client.pubsub_numsub("a"), await client.pubsub_numpat()) == ([(b"a", 0)], 0)


async def test_a_thousand_channels(client: Client) -> None:
    names = [f"channel:{number}" for number in range(1000)]
    async with client.pubsub(names) as pubsub:
        await client.execute("CLIENT", "KILL", "TYPE", "pubsub")
        assert isinstance(await next_of(pubsub), Gap)
        assert len(await client.pubsub_channels("channel:*")) == 1000
        for name in names:
            client.publish(name, "x")
        assert [(await next_of(pubsub)).channel.decode() for _ in names] == names


async def count_until(pubsub: PubSub[bytes], last: int) -> Count:
    count = Count()
    async for item in pubsub:
        count.take(item)
        if count.last == last:
            return count
    raise AssertionError("the iteration ended")


MESSAGES = 2000


@pytest.mark.parametrize("how", ["kill", "cut", "reset"])
async def test_no_message_is_lost_without_a_gap_nor_comes_twice(real: RedisServer, protocol: int, how: str) -> None:
    chance = random.Random(5)
    async with Client.from_url(url_of(real)) as publisher, over_a_proxy(real, protocol) as (proxy, client):
        async with client.pubsub("n") as first, client.pubsub() as second, client.pubsub() as third:
            await second.psubscribe("n*")
            await third.ssubscribe("n")
            listeners = [first, second, third]
            counting = [asyncio.create_task(count_until(each, MESSAGES)) for each in listeners]
            breaks = 0
            for number in range(MESSAGES):
                sent = [publisher.publish("n", number), publisher.spublish("n", number)]
                if chance.random() < 0.01:
                    breaks += 1
                    if how == "kill":
                        await publisher.execute("CLIENT", "KILL", "TYPE", "pubsub")
                    else:
                        proxy.cut(reset=how == "reset")
                elif chance.random() < 0.3:
                    await asyncio.gather(*sent)
            await until_in_loop(lambda: client._route.subscriber().trouble() is None)
            await until_in_loop(lambda: not any(each._listener.missing for each in listeners))
            await publisher.publish("n", MESSAGES)
            await publisher.spublish("n", MESSAGES)
            counts = await asyncio.gather(*counting)
    assert breaks > 5
    assert all(count.gaps for count in counts)
    assert all(count.got > breaks for count in counts)


async def test_a_right_that_is_taken_away(client: Client) -> None:
    await client.execute("ACL", "SETUSER", "listener", "reset", "on", ">pw", "+@all", "~*", "&a*")
    options = {"username": "listener", "password": "pw", "protocol": client.options.protocol}
    async with Client("127.0.0.1", client.options.port, **options) as limited, limited.pubsub("a1", "a2") as pubsub:
        with pytest.raises(NoPermissionError, match="channel"):
            await pubsub.subscribe("a3", "b")
        assert dict(await client.pubsub_numsub("a1", "a2", "a3", "b")) == {b"a1": 1, b"a2": 1, b"a3": 0, b"b": 0}
        await client.publish("a1", "x")
        await client.execute("ACL", "SETUSER", "listener", "resetchannels", "&a1")  # which closes the link
        assert (await next_of(pubsub)).data == b"x"
        assert isinstance(await next_of(pubsub), Gap)
        with pytest.raises(NoPermissionError):
            await next_of(pubsub)


async def test_a_link_that_is_asked_while_it_is_subscribed(real: RedisServer, protocol: int) -> None:
    """Under RESP2 the answer to PING is an array then."""
    async with FaultProxy(url_of(real)) as proxy:
        quick = {"health_check_interval": 0.02, "socket_timeout": 5.0, "protocol": protocol}
        async with Client.from_url(proxy.url, **quick) as client, client.pubsub("a") as pubsub:
            before = proxy.seen["reply"]
            await until_in_loop(lambda: proxy.seen["reply"] > before + 5)
            assert await pubsub.get_message() is None
            async with Client.from_url(url_of(real)) as publisher:
                await publisher.publish("a", 1)
            assert (await next_of(pubsub)).data == b"1"


async def test_a_shard_channel_that_the_server_ends_is_subscribed_again(real: RedisServer, protocol: int) -> None:
    """A cluster of one: its slot is taken away, and comes back."""
    with RedisServer("--cluster-enabled", "yes", name=real.name) as node:
        retry = Retry(retries=10_000, base=0.001, cap=0.01)
        async with Client.from_url(url_of(node), protocol=protocol, retry=retry) as client:
            slot = await client.execute("CLUSTER", "KEYSLOT", "s")
            await client.execute("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            await until_it_serves(client)
            async with client.pubsub("plain") as plain, client.pubsub() as shard:
                await shard.ssubscribe("s")
                await client.spublish("s", 1)
                await client.execute("CLUSTER", "DELSLOTS", slot)
                assert (await next_of(shard)).data == b"1"
                await until_in_loop(lambda: shard._listener.missing)
                await client.execute("CLUSTER", "ADDSLOTS", slot)
                gap = await next_of(shard)
                assert isinstance(gap, Gap) and gap.reason in (Reason.MOVED, Reason.LOST)
                await until_it_serves(client)
                await client.spublish("s", 2)
                assert (await next_of(shard)).data == b"2"
                await client.publish("plain", 3)
                while isinstance(item := await next_of(plain), Gap):
                    pass
                assert item.data == b"3"


async def until_it_serves(client: Client) -> None:
    """A cluster says that it is well some time after it got its slots."""
    async with asyncio.timeout(PATIENCE):
        while b"cluster_state:ok" not in await client.execute("CLUSTER", "INFO"):  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(LOOK_AGAIN)


async def test_keyspace_events(client: Client) -> None:
    await client.config_set("notify-keyspace-events", "")
    with pytest.raises(PubSubError, match="lacks"):
        async with client.keyspace_events():
            pass
    async with (
        client.text.keyspace_events("u:*", {"set", "expired"}, enable=True) as some,
        client.keyspace_events("*", {"expired"}, enable=True) as expired,
    ):
        await client.execute("SET", "u:1", "x", "PX", 1)
        await client.set("other", 1)
        assert await some.__anext__() == KeyEvent("set", "u:1", 0)
        assert await some.__anext__() == KeyEvent("expired", "u:1", 0)
        assert await expired.__anext__() == KeyEvent("expired", b"u:1", 0)


async def test_a_user_who_may_not_ask_for_the_configuration_listens_all_the_same(client: Client) -> None:
    await client.config_set("notify-keyspace-events", "KEA")
    await client.execute("ACL", "SETUSER", "humble", "reset", "on", ">pw", "+@all", "-config", "~*", "&*")
    options = {"username": "humble", "password": "pw"}
    async with Client("127.0.0.1", client.options.port, **options) as humble, humble.keyspace_events() as events:
        await humble.set("k", 1)
        assert await events.__anext__() == KeyEvent("set", b"k", 0)
