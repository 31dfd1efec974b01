"""Pub/sub of the asyncio client on Mini-Redis, with a proxy in between where the line is to be bad."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from framewire.redis import Server
from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.pubsub import PubSub
from framewire.redis.client.errors import (
    AuthenticationError,
    ConnectionError,
    DataError,
    PubSubError,
    TimeoutError,
)
from framewire.redis.client.retries import Retry
from framewire.redis.client.subscriptions.items import Gap, Message, Reason
from framewire.tap.faults.proxy import FaultProxy
from tests.waiting import PATIENCE, until_in_loop


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as running:
        yield running


def url_of(server: Server) -> str:
    return f"redis://127.0.0.1:{server.port}"


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
async def client(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Client]:
    async with Client.from_url(url_of(server), protocol=request.param) as made:
        yield made


@asynccontextmanager
async def over_a_proxy(server: Server, **options: Any) -> AsyncIterator[tuple[FaultProxy, Client]]:
    async with FaultProxy(url_of(server)) as proxy, Client.from_url(proxy.url, **options) as client:
        yield proxy, client


async def next_of(pubsub: PubSub[Any]) -> Any:
    item = await pubsub.get_message(timeout=PATIENCE)
    assert item is not None, "nothing came"
    return item


# -- what comes -------------------------------------------------------------------------------------------------------


async def test_each_kind(client: Client) -> None:
    async with client.pubsub("a") as channel, client.pubsub() as pattern, client.pubsub() as shard:
        await pattern.psubscribe("a*")
        await shard.ssubscribe("a")
        assert await client.publish("a", b"\xff") == 2
        assert await client.spublish("a", 1) == 1
        assert await next_of(channel) == Message("message", b"a", None, b"\xff")
        assert await next_of(pattern) == Message("pmessage", b"a", b"a*", b"\xff")
        assert await next_of(shard) == Message("smessage", b"a", None, b"1")


async def test_text(client: Client) -> None:
    async with client.text.pubsub("ü") as pubsub:
        await pubsub.psubscribe("*")
        await client.publish("ü", b"\xff\xc3\xa4")
        assert await next_of(pubsub) == Message("message", "ü", None, "\udcffä")
        assert await next_of(pubsub) == Message("pmessage", "ü", "*", "\udcffä")


async def test_listeners_share_one_link_that_is_not_the_commands(client: Client) -> None:
    async with client.pubsub("a"), client.pubsub("b"):
        ids = {line.split()[0] for line in (await client.execute("CLIENT", "LIST")).splitlines()}
        assert len(ids) == 2
        assert await client.pubsub_numsub("a", "b") == [(b"a", 1), (b"b", 1)]


async def test_a_channel_is_unsubscribed_when_its_last_listener_leaves(client: Client) -> None:
    async with client.pubsub("a", "b") as first, client.pubsub("a") as second:
        await first.unsubscribe("a")
        assert await client.pubsub_numsub("a") == [(b"a", 1)]
        await second.unsubscribe()
        assert await client.pubsub_numsub("a", "b") == [(b"a", 0), (b"b", 1)]
        assert first.subscribed and not second.subscribed


async def test_iteration_is_in_order_and_ends_with_the_listener(client: Client) -> None:
    pubsub = client.pubsub()
    await pubsub.subscribe("a")
    for number in range(1000):
        client.publish("a", number)
    got = []
    async for item in pubsub:
        assert isinstance(item, Message)
        got.append(int(item.data))
        if len(got) == 1000:
            await pubsub.aclose()
    assert got == list(range(1000))
    await pubsub.aclose()


@pytest.mark.parametrize("whose", ["listener", "client"])
async def test_closing_ends_who_waits_in_an_iteration(server: Server, whose: str) -> None:
    client = Client.from_url(url_of(server))
    pubsub, idle = client.pubsub("a"), client.pubsub()
    await pubsub.__aenter__()
    tasks = [asyncio.create_task(_collect(each)) for each in (pubsub, idle)]
    await asyncio.sleep(0)
    await (client if whose == "client" else pubsub).aclose()
    assert await tasks[0] == []
    await client.aclose()
    assert await tasks[1] == []
    with pytest.raises(PubSubError, match="closed"):
        await pubsub.get_message()
    with pytest.raises(PubSubError, match="closed"):
        await pubsub.subscribe("a")


async def _collect(pubsub: PubSub[Any]) -> list[Any]:
    return [item async for item in pubsub]


async def test_handlers_get_the_messages_of_their_channels(client: Client) -> None:
    heard: list[Any] = []

    async def later(message: Message[bytes]) -> None:
        await asyncio.sleep(0)
        heard.append(message)

    async with client.pubsub("plain") as pubsub:
        await pubsub.subscribe(a=heard.append)
        await pubsub.psubscribe(**{"b*": later})
        for channel in ("a", "b1", "plain"):
            await client.publish(channel, "x")
        assert (await next_of_unhandled(pubsub)).channel == b"plain"
        assert heard == [Message("message", b"a", None, b"x"), Message("pmessage", b"b1", b"b*", b"x")]
        await pubsub.subscribe("a")  # without one, its messages are handed out again
        await client.publish("a", "y")
        assert (await next_of(pubsub)).data == b"y"


async def next_of_unhandled(pubsub: PubSub[Any]) -> Any:
    async for item in pubsub:
        return item


async def test_run_is_for_handlers_alone(client: Client) -> None:
    heard: list[Any] = []
    async with client.pubsub() as pubsub:
        await pubsub.subscribe(a=heard.append)
        running = asyncio.create_task(pubsub.run(heard.append))
        await client.publish("a", "x")
        await client.execute("CLIENT", "KILL", "TYPE", "pubsub")
        await until_in_loop(lambda: len(heard) == 2)
        assert isinstance(heard[0], Message) and isinstance(heard[1], Gap)
        await pubsub.subscribe("no-handler")
        await client.publish("no-handler", "x")
        with pytest.raises(PubSubError, match="no handler"):
            await running


# -- the link ---------------------------------------------------------------------------------------------------------


async def test_a_lost_link_is_made_anew_with_a_gap_for_each_listener(client: Client) -> None:
    async with client.pubsub("a") as first, client.pubsub() as second:
        await second.ssubscribe("s")
        await client.publish("a", 1)
        await client.execute("CLIENT", "KILL", "TYPE", "pubsub")
        assert (await next_of(first)).data == b"1"
        for pubsub in (first, second):
            gap = await next_of(pubsub)
            assert isinstance(gap, Gap) and gap.reason is Reason.LOST and gap.dropped == 0
        await client.publish("a", 2)
        await client.spublish("s", 3)
        assert (await next_of(first)).data == b"2"
        assert (await next_of(second)).data == b"3"


async def test_while_there_is_no_link_nothing_is_told_from_dead(server: Server) -> None:
    async with over_a_proxy(server) as (proxy, client):
        async with client.pubsub("a") as pubsub:
            assert await pubsub.get_message() is None
            await proxy.down()
            await until_in_loop(lambda: client._route.subscriber().trouble() is not None)
            with pytest.raises(ConnectionError, match="there is no link to redis"):
                await pubsub.get_message(timeout=0.01)
            await proxy.up()
            assert isinstance(await next_of(pubsub), Gap)
            assert await pubsub.get_message() is None


async def test_a_silent_link_is_asked_and_given_up(server: Server) -> None:
    async with over_a_proxy(server, health_check_interval=0.05, socket_timeout=0.1, protocol=2) as (proxy, client):
        async with client.pubsub("a") as pubsub:
            await until_in_loop(lambda: proxy.seen["reply"] > 8)  # answers to its questions: it lives
            assert await pubsub.get_message() is None
            proxy.stall()
            assert isinstance(await next_of(pubsub), Gap)
            await client.publish("a", 1)
            assert (await next_of(pubsub)).data == b"1"


async def test_subscribing_without_a_server_fails_after_some_attempts() -> None:
    retry = Retry(retries=2, base=0.0, cap=0.0)
    async with Client("127.0.0.1", 1, retry=retry) as client, client.pubsub() as pubsub:
        with pytest.raises(ConnectionError, match="could not connect"):
            await pubsub.subscribe("a")
        assert not pubsub.subscribed
        await until_in_loop(lambda: client._route.subscriber().feed.connecting is None)  # nobody wants a link any more


async def test_subscribing_has_a_deadline(server: Server) -> None:
    async with over_a_proxy(server, socket_timeout=0.1) as (proxy, client):
        await client.ping()
        async with client.pubsub("a") as pubsub:
            proxy.stall("requests")
            with pytest.raises(TimeoutError, match="no confirmation"):
                await pubsub.subscribe("b")
            assert pubsub.subscribed


async def test_a_password_that_is_taken_no_more_ends_who_listens(server: Server) -> None:
    async with over_a_proxy(server) as (proxy, client), Client.from_url(url_of(server)) as other:
        async with client.pubsub("a") as pubsub:
            await other.execute("CONFIG", "SET", "requirepass", "secret")
            proxy.cut()
            assert isinstance(await next_of(pubsub), Gap)
            with pytest.raises(AuthenticationError):
                await next_of(pubsub)


# -- slow readers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when_full", "expected"), [
    ("drop_oldest", [("full", 7), 7, 8, 9]),
    ("drop_newest", [0, 1, 2, ("full", 7)]),
    ("close", [0, 1, 2, "closed"]),
])  # fmt: skip
async def test_a_slow_reader(client: Client, when_full: str, expected: list[Any]) -> None:
    async with client.pubsub("a", max_queued=3, when_full=when_full) as slow, client.pubsub("a", "end") as quick:
        for number in range(10):
            await client.publish("a", number)
        await client.publish("end", "")
        while (await next_of(quick)).channel != b"end":
            pass
        assert [await _told(slow) for _ in expected] == expected


async def _told(pubsub: PubSub[bytes]) -> Any:
    try:
        item = await next_of(pubsub)
    except PubSubError:
        return "closed"
    return (item.reason, item.dropped) if isinstance(item, Gap) else int(item.data)


# -- cancelling, loops, bad arguments ---------------------------------------------------------------------------------


async def test_a_cancelled_read_loses_nothing(client: Client) -> None:
    async with client.pubsub("a") as pubsub:
        for number in range(30):
            read = asyncio.create_task(pubsub.__anext__())
            await asyncio.sleep(0)
            sent = client.publish("a", number)
            for _ in range(number % 6):
                await asyncio.sleep(0)
            if not read.cancel():
                assert int((await read).data) == number  # type: ignore[union-attr]
                continue
            await sent
            try:
                item = await read
            except asyncio.CancelledError:
                item = await next_of(pubsub)
            assert isinstance(item, Message) and int(item.data) == number


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancelled_subscription_is_none(client: Client, turns: int) -> None:
    async with client.pubsub() as pubsub:
        subscribing = asyncio.create_task(pubsub.subscribe("a", "b"))
        for _ in range(turns):
            await asyncio.sleep(0)
        if subscribing.cancel():
            with pytest.raises(asyncio.CancelledError):
                await subscribing
            assert not pubsub.subscribed
            await pubsub.subscribe("c")  # which the server answers behind all others
            assert await client.pubsub_numsub("a", "b", "c") == [(b"a", 0), (b"b", 0), (b"c", 1)]


async def test_a_loop_that_has_ended_is_left_behind(server: Server) -> None:
    client = Client.from_url(url_of(server))

    async def hear() -> bytes:
        async with client.pubsub("a") as pubsub:
            await client.publish("a", "x")
            item = await next_of(pubsub)
        for link in (client._route.subscriber().feed.link, client._route.server._link):
            assert link is not None and link.transport is not None
            link.transport.close()  # or the loop complains of it, when it is closed
        await until_in_loop(lambda: client._route.subscriber().feed.link is None and client._route.server._link is None)
        await asyncio.sleep(0)
        return bytes(item.data)

    heard: list[bytes] = []
    for _ in range(2):
        thread = threading.Thread(target=lambda: heard.append(asyncio.run(hear())))
        thread.start()
        await until_in_loop(lambda: not thread.is_alive())  # noqa: B023  # it is over before the next
    assert heard == [b"x", b"x"]


async def test_another_loop_is_refused(client: Client) -> None:
    async with client.pubsub("a") as pubsub:
        failure = await asyncio.to_thread(_subscribed_elsewhere, pubsub)
        assert isinstance(failure, RuntimeError) and "event loop" in str(failure)
        await client.publish("a", 1)
        assert (await next_of(pubsub)).data == b"1"


def _subscribed_elsewhere(pubsub: PubSub[bytes]) -> BaseException | None:
    async def subscribe() -> BaseException | None:
        try:
            await pubsub.subscribe("b")
        except RuntimeError as error:
            return error
        return None

    return asyncio.run(subscribe())


async def test_what_makes_no_sense_is_said_at_once(client: Client) -> None:
    async with client.pubsub() as pubsub:
        with pytest.raises(DataError, match="name at least one"):
            await pubsub.subscribe()
    with pytest.raises(ValueError, match="drop_some"):
        client.pubsub(when_full="drop_some")
