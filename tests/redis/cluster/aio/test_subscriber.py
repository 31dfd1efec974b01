"""Listening over several servers from asyncio: links made, left and ended as topics move; redirections by the word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.pubsub import PubSub
from framewire.redis.client.errors import ConnectionError, MovedError, NoPermissionError, PubSubError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.items import Gap, Message, Reason
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.subscriber import ClusterSubscriber
from framewire.redis.slots import slot_of
from tests.redis.client.aio.scripted import Peer, ScriptedServer, scripted
from tests.redis.cluster.nodes import Servers, servers
from tests.waiting import PATIENCE, until_in_loop

EVENTS = "__keyevent@0__:*"


@pytest.fixture
def three() -> Iterator[Servers]:
    with servers(3) as made:
        yield made


def subscriber_of(three: Servers, options: Options | None = None) -> ClusterSubscriber:
    options = options or three.options
    return ClusterSubscriber(options, Opener(options), three.map, three.options_of, three.want)


@pytest.fixture
async def subscriber(three: Servers) -> AsyncIterator[ClusterSubscriber]:
    made = subscriber_of(three)
    made.map_changed()
    yield made
    made.close()


def listener(subscriber: ClusterSubscriber, full: str = "drop_oldest", most: int = 100) -> PubSub[bytes]:
    return PubSub(subscriber, (), text=False, max_queued=most, max_queued_bytes=10_000, full=full)


async def next_of(pubsub: PubSub[Any]) -> Any:
    item = await pubsub.get_message(timeout=PATIENCE)
    assert item is not None, "nothing came"
    return item


def home_of(three: Servers, channel: bytes) -> int:
    (home,) = three.homes(channel)
    return home


# -- where it listens -------------------------------------------------------------------------------------------------


async def test_one_listener_hears_from_all_nodes(three: Servers, subscriber: ClusterSubscriber) -> None:
    three.give(b"s", three.addresses[1])
    async with listener(subscriber) as pubsub:
        await pubsub.subscribe("a")
        await pubsub.ssubscribe("s")
        await pubsub.psubscribe(EVENTS)
        three.clients[home_of(three, b"a")].publish("a", 1)
        assert await next_of(pubsub) == Message("message", b"a", None, b"1")
        assert three.homes(b"s") == [1]
        three.clients[1].spublish("s", 2)
        assert await next_of(pubsub) == Message("smessage", b"s", None, b"2")
        for client in three.clients:
            client.publish("__keyevent@0__:set", "k")
            assert (await next_of(pubsub)).data == b"k"


async def test_channels_are_spread_and_there_is_one_link_to_a_node(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    names = [b"channel:%d" % number for number in range(30)]
    async with listener(subscriber) as first, listener(subscriber) as second:
        await first.subscribe(*names)
        await second.subscribe(*names)
        homes = [three.homes(name) for name in names]
        assert all(len(home) == 1 for home in homes)
        assert {number for (number,) in homes} == {0, 1, 2}
        assert [three.links(number) for number in range(3)] == [1, 1, 1]
        await first.unsubscribe()
        assert three.homes(names[0]) == homes[0]
        await second.unsubscribe()
        assert all(three.homes(name) == [] for name in names)


async def test_a_listener_that_is_closed_is_closed_everywhere(three: Servers, subscriber: ClusterSubscriber) -> None:
    async with listener(subscriber) as pubsub:
        await pubsub.psubscribe(EVENTS)
        assert all(client.pubsub_numpat() == 1 for client in three.clients)
    for client in three.clients:
        await until_in_loop(lambda: client.pubsub_numpat() == 0)  # noqa: B023  # it is over before the next


# -- what moves -------------------------------------------------------------------------------------------------------


async def test_a_slot_that_goes_elsewhere_takes_its_channels_along(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    async with listener(subscriber) as pubsub, listener(subscriber) as other:
        await pubsub.ssubscribe("s")
        await other.subscribe("a")
        three.give(b"s", three.addresses[2])
        subscriber._board.patience = 0.0  # the first server will never say so
        subscriber.map_changed()
        gap = await next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.MOVED
        await until_in_loop(lambda: three.homes(b"s") == [2])
        three.clients[2].spublish("s", 1)
        assert (await next_of(pubsub)).data == b"1"
        assert await other.get_message() is None


async def test_a_node_that_leaves_the_map_is_left(three: Servers, subscriber: ClusterSubscriber) -> None:
    async with listener(subscriber) as pubsub:
        await pubsub.subscribe(*(b"channel:%d" % number for number in range(30)))
        three.know(*three.addresses[1:])
        subscriber.map_changed()
        gap = await next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.MOVED
        await until_in_loop(lambda: three.links(0) == 0)
        assert await pubsub.get_message() is None


async def test_a_node_that_joins_is_heard_too(three: Servers) -> None:
    three.know(*three.addresses[:2])
    subscriber = subscriber_of(three)
    async with listener(subscriber) as pubsub:
        await pubsub.psubscribe(EVENTS)
        three.know(*three.addresses)
        subscriber.map_changed()
        assert isinstance(await next_of(pubsub), Gap)
        three.clients[2].publish("__keyevent@0__:set", "k")
        assert (await next_of(pubsub)).data == b"k"
    subscriber.close()


async def test_a_lost_link_is_a_gap_for_who_listened_there(three: Servers, subscriber: ClusterSubscriber) -> None:
    three.give(b"s", three.addresses[1])
    async with listener(subscriber) as pubsub, listener(subscriber) as other:
        await pubsub.ssubscribe("s")
        await other.ssubscribe("elsewhere")
        three.kill_links(1)
        gap = await next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.LOST
        three.clients[1].spublish("s", 1)
        assert (await next_of(pubsub)).data == b"1"
        assert await other.get_message() is None
        assert three.wanted and three.map.losses == [three.addresses[1]]


async def test_plain_channels_leave_a_node_that_cannot_be_reached(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    async with listener(subscriber) as pubsub:
        await pubsub.subscribe("a")
        gone = home_of(three, b"a")
        three.stop(gone)
        gap = await next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.LOST
        left = [client for number, client in enumerate(three.clients) if number != gone]
        assert [client.publish("a", 1) for client in left].count(1) == 1
        assert (await next_of(pubsub)).data == b"1"


# -- what a node says -------------------------------------------------------------------------------------------------


def moving(three: Servers) -> Any:
    """A node that has given the slots of all channels to the second server; it says so when it is asked again."""

    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[0] != b"SSUBSCRIBE":
            return b">3\r\n$12\r\nsunsubscribe\r\n$%d\r\n%b\r\n:0\r\n" % (len(words[1]), words[1])
        asked[words[1]] = asked.get(words[1], 0) + 1
        if asked[words[1]] > 1 or words[1] == b"moved":
            return b"-MOVED %d %b:%d\r\n" % (slot_of(words[1]), b"127.0.0.1", three.addresses[1].port)
        return b">3\r\n$10\r\nssubscribe\r\n$%d\r\n%b\r\n:1\r\n" % (len(words[1]), words[1])

    asked: dict[bytes, int] = {}
    return answer


def at(server: ScriptedServer) -> Address:
    return Address(server.host, server.port)


async def test_a_first_subscription_follows_a_redirection(three: Servers, subscriber: ClusterSubscriber) -> None:
    async with scripted(moving(three)) as node, listener(subscriber) as pubsub:
        three.give(b"moved", at(node))
        await pubsub.ssubscribe("moved")
        assert three.homes(b"moved") == [1] and three.wanted
        assert await pubsub.get_message() is None  # no gap


async def test_a_subscription_that_a_node_ends_is_made_at_the_new_owner(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    async with scripted(moving(three)) as node, listener(subscriber) as pubsub:
        three.give(b"s", at(node))
        await pubsub.ssubscribe("s")
        node.peers[0].say(b">3\r\n$8\r\nsmessage\r\n$1\r\ns\r\n$1\r\n1\r\n")
        node.peers[0].say(b">3\r\n$12\r\nsunsubscribe\r\n$1\r\ns\r\n:0\r\n")
        assert (await next_of(pubsub)).data == b"1"
        gap = await next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.MOVED
        assert three.homes(b"s") == [1]
        three.clients[1].spublish("s", 2)
        assert (await next_of(pubsub)).data == b"2"


async def test_nodes_that_name_one_another_are_not_asked_for_ever(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    three.map.most_attempts = 5

    def to(number: int) -> Any:
        def answer(peer: Peer, words: list[bytes]) -> bytes:
            port = (first, second)[number].port
            return b"-MOVED %d 127.0.0.1:%d\r\n" % (slot_of(b"s"), port)

        return answer

    async with scripted(to(1)) as first, scripted(to(0)) as second, listener(subscriber) as pubsub:
        three.give(b"s", at(first))
        with pytest.raises(MovedError):
            await pubsub.ssubscribe("s")
        assert not pubsub.subscribed
        assert len(first.requests) + len(second.requests) == 6


async def test_a_refusal_at_one_node_undoes_all(three: Servers, subscriber: ClusterSubscriber) -> None:
    def no(peer: Peer, words: list[bytes]) -> bytes:
        return b"-NOPERM this user has no permissions\r\n"

    async with scripted(no) as node, listener(subscriber) as pubsub:
        three.give(b"s", at(node))
        with pytest.raises(NoPermissionError):
            await pubsub.ssubscribe("t", "s")
        assert not pubsub.subscribed
        await until_in_loop(lambda: three.homes(b"t") == [])


# -- waiting, and the end ---------------------------------------------------------------------------------------------


async def test_what_has_no_place_waits_for_one(three: Servers, subscriber: ClusterSubscriber) -> None:
    three.give(b"s", None)
    async with listener(subscriber) as pubsub:
        subscribing = asyncio.create_task(pubsub.ssubscribe("s"))
        await until_in_loop(lambda: three.wanted)
        assert isinstance(subscriber.trouble(), ConnectionError)
        three.give(b"s", three.addresses[2])
        subscriber.map_changed()
        await subscribing
        assert subscriber.trouble() is None and three.homes(b"s") == [2]


async def test_a_place_that_comes_is_found_without_being_told(three: Servers, subscriber: ClusterSubscriber) -> None:
    three.give(b"s", None)
    async with listener(subscriber) as pubsub:
        subscribing = asyncio.create_task(pubsub.ssubscribe("s"))
        await until_in_loop(lambda: three.wanted > 3)  # asked for again and again, by a timer
        three.give(b"s", three.addresses[2])
        await subscribing


async def test_waiting_has_an_end(three: Servers) -> None:
    three.give(b"s", None)
    subscriber = subscriber_of(three, Options(socket_timeout=0.1))
    async with listener(subscriber) as pubsub:
        with pytest.raises(TimeoutError, match="no node is known for 1 of 1 channels"):
            await pubsub.ssubscribe("s")
        assert not pubsub.subscribed
    subscriber.close()


async def test_closing_ends_links_and_listeners(three: Servers) -> None:
    subscriber = subscriber_of(three)
    pubsub = listener(subscriber)
    await pubsub.psubscribe(EVENTS)
    reading = asyncio.create_task(pubsub.get_message(timeout=None))
    await asyncio.sleep(0)
    subscriber.close()
    with pytest.raises(PubSubError, match="closed"):
        await reading
    for number in range(3):
        await until_in_loop(lambda: three.links(number) == 0)  # noqa: B023  # it is over before the next
    with pytest.raises(ConnectionError, match="closed"):
        listener(subscriber)
    subscriber.map_changed()
    assert all(three.links(number) == 0 for number in range(3))


@pytest.mark.parametrize("turns", range(0, 12, 2))
async def test_a_cancelled_subscription_is_none(three: Servers, subscriber: ClusterSubscriber, turns: int) -> None:
    async with listener(subscriber) as pubsub:
        subscribing = asyncio.create_task(pubsub.psubscribe(EVENTS))
        for _ in range(turns):
            await asyncio.sleep(0)
        if subscribing.cancel():
            with pytest.raises(asyncio.CancelledError):
                await subscribing
            assert not pubsub.subscribed
            await pubsub.psubscribe("__key*")  # which the nodes answer behind all others
            assert [client.pubsub_numpat() for client in three.clients] == [1, 1, 1]


async def test_a_slow_reader_is_closed_at_all_nodes(three: Servers, subscriber: ClusterSubscriber) -> None:
    slow = listener(subscriber, full="close", most=2)
    await slow.subscribe("a")
    await slow.psubscribe(EVENTS)
    for number in range(3):
        three.clients[0].publish("__keyevent@0__:set", number)
    await until_in_loop(lambda: slow._listener.ended)
    assert [(await next_of(slow)).data for _ in range(2)] == [b"0", b"1"]
    with pytest.raises(PubSubError, match="too slowly"):
        await next_of(slow)
    await until_in_loop(lambda: three.homes(b"a") == [])
    assert not slow.subscribed
