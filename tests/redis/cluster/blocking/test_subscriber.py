"""Listening over several servers from threads: links made, left and ended as topics move; redirections by the word."""

from __future__ import annotations

import gc
import os
import socket
import threading
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.pubsub import PubSub
from framewire.redis.client.errors import ConnectionError, PubSubError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.subscriptions.items import Gap, Message, Reason
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.subscriber import ClusterSubscriber
from framewire.redis.slots import slot_of
from tests.redis.client.blocking.ends import together
from tests.redis.cluster.nodes import Servers, servers
from tests.waiting import PATIENCE, until

EVENTS = "__keyevent@0__:*"


@pytest.fixture
def three() -> Iterator[Servers]:
    with servers(3) as made:
        yield made


def subscriber_of(three: Servers, options: Options | None = None) -> ClusterSubscriber:
    options = options or three.options
    return ClusterSubscriber(options, Opener(options), three.map, three.options_of, three.want)


@pytest.fixture
def subscriber(three: Servers) -> Iterator[ClusterSubscriber]:
    made = subscriber_of(three)
    yield made
    made.close()


def listener(subscriber: ClusterSubscriber, full: str = "drop_oldest", most: int = 100) -> PubSub[bytes]:
    return PubSub(subscriber, (), text=False, max_queued=most, max_queued_bytes=10_000, full=full)


def next_of(pubsub: PubSub[Any]) -> Any:
    item = pubsub.get_message(timeout=PATIENCE)
    assert item is not None, "nothing came"
    return item


# -- where it listens -------------------------------------------------------------------------------------------------


def test_one_listener_hears_from_all_nodes(three: Servers, subscriber: ClusterSubscriber) -> None:
    three.give(b"s", three.addresses[1])
    with listener(subscriber) as pubsub:
        pubsub.subscribe("a")
        pubsub.ssubscribe("s")
        pubsub.psubscribe(EVENTS)
        (home,) = three.homes(b"a")
        three.clients[home].publish("a", 1)
        assert next_of(pubsub) == Message("message", b"a", None, b"1")
        assert three.homes(b"s") == [1]
        three.clients[1].spublish("s", 2)
        assert next_of(pubsub) == Message("smessage", b"s", None, b"2")
        for client in three.clients:
            client.publish("__keyevent@0__:set", "k")
            assert next_of(pubsub).data == b"k"


def test_many_threads_subscribe_and_there_is_one_link_to_a_node(three: Servers, subscriber: ClusterSubscriber) -> None:
    names = [b"channel:%d" % number for number in range(30)]
    with listener(subscriber) as pubsub:
        assert together(*(lambda name=name: pubsub.subscribe(name) for name in names)) == [None] * 30  # type: ignore[misc]
        homes = [three.homes(name) for name in names]
        assert all(len(home) == 1 for home in homes)
        assert [three.links(number) for number in range(3)] == [1, 1, 1]
        for name, (home,) in zip(names, homes, strict=True):
            three.clients[home].publish(name, "x")
        assert {next_of(pubsub).channel for _ in names} == set(names)
        pubsub.unsubscribe()
        assert all(three.homes(name) == [] for name in names)


def test_what_was_unsubscribed_is_subscribed_again_on_the_same_link(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    with listener(subscriber) as pubsub:
        for number in range(3):
            pubsub.ssubscribe("s")
            three.clients[0].spublish("s", number)
            assert int(next_of(pubsub).data) == number
            pubsub.sunsubscribe("s")
            feed = subscriber._feeds[three.addresses[0]]
            until(lambda: not feed.reader._runs)  # noqa: B023  # nobody needs it
        assert three.links(0) == 0 and feed.link is not None  # it has no subscriptions, and is kept


# -- what moves -------------------------------------------------------------------------------------------------------


def test_a_slot_that_goes_elsewhere_takes_its_channels_along(three: Servers, subscriber: ClusterSubscriber) -> None:
    with listener(subscriber) as pubsub, listener(subscriber) as other:
        pubsub.ssubscribe("s")
        other.subscribe("a")
        three.give(b"s", three.addresses[2])
        subscriber._board.patience = 0.0  # the first server will never say so
        subscriber.map_changed()
        gap = next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.MOVED
        until(lambda: three.homes(b"s") == [2])
        three.clients[2].spublish("s", 1)
        assert next_of(pubsub).data == b"1"
        assert other.get_message() is None


def test_a_node_that_leaves_the_map_is_left(three: Servers, subscriber: ClusterSubscriber) -> None:
    with listener(subscriber) as pubsub:
        pubsub.subscribe(*(b"channel:%d" % number for number in range(30)))
        three.know(*three.addresses[1:])
        subscriber.map_changed()
        gap = next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.MOVED
        until(lambda: three.links(0) == 0)


def test_a_lost_link_is_a_gap_for_who_listened_there(three: Servers, subscriber: ClusterSubscriber) -> None:
    three.give(b"s", three.addresses[1])
    with listener(subscriber) as pubsub, listener(subscriber) as other:
        pubsub.ssubscribe("s")
        other.ssubscribe("elsewhere")
        three.kill_links(1)
        gap = next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.LOST
        three.clients[1].spublish("s", 1)
        assert next_of(pubsub).data == b"1"
        assert other.get_message() is None
        assert three.wanted and three.map.losses == [three.addresses[1]]


def test_plain_channels_leave_a_node_that_cannot_be_reached(three: Servers, subscriber: ClusterSubscriber) -> None:
    with listener(subscriber) as pubsub:
        pubsub.subscribe("a")
        (gone,) = three.homes(b"a")
        three.stop(gone)
        gap = next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.LOST
        left = [client for number, client in enumerate(three.clients) if number != gone]
        assert [client.publish("a", 1) for client in left].count(1) == 1
        assert next_of(pubsub).data == b"1"


# -- what a node says -------------------------------------------------------------------------------------------------


@contextmanager
def former_owner(three: Servers) -> Iterator[tuple[Address, threading.Event]]:
    """A node that takes one subscription; when the event is set it ends that, and names the second server."""
    moved = f"-MOVED {slot_of(b's')} 127.0.0.1:{three.addresses[1].port}\r\n".encode()
    leave = threading.Event()

    def answer() -> None:
        with listening.accept()[0] as peer, peer.makefile("rb") as lines:
            asked = 0
            for line in lines:
                if line == b"HELLO\r\n":
                    peer.sendall(b"%1\r\n+proto\r\n:3\r\n")
                elif line == b"CLIENT\r\n":
                    peer.sendall(b"+OK\r\n")
                elif line == b"SSUBSCRIBE\r\n":
                    asked += 1
                    peer.sendall(moved if asked > 1 else b">3\r\n$10\r\nssubscribe\r\n$1\r\ns\r\n:1\r\n")
                    if asked == 1:
                        leave.wait()
                        peer.sendall(b">3\r\n$12\r\nsunsubscribe\r\n$1\r\ns\r\n:0\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield Address("127.0.0.1", listening.getsockname()[1]), leave
        leave.set()


def test_a_subscription_that_a_node_ends_is_made_at_the_new_owner(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    with former_owner(three) as (address, leave), listener(subscriber) as pubsub:
        three.give(b"s", address)
        pubsub.ssubscribe("s")
        assert not three.wanted
        leave.set()
        gap = next_of(pubsub)
        assert isinstance(gap, Gap) and gap.reason is Reason.MOVED
        assert three.homes(b"s") == [1] and three.wanted
        three.clients[1].spublish("s", 1)
        assert next_of(pubsub).data == b"1"


# -- waiting, and the end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False], ids=["told", "not-told"])
def test_what_has_no_place_waits_for_one(three: Servers, subscriber: ClusterSubscriber, told: bool) -> None:
    three.give(b"s", None)
    with listener(subscriber) as pubsub:
        subscribing = threading.Thread(target=pubsub.ssubscribe, args=("s",))
        subscribing.start()
        until(lambda: three.wanted > (0 if told else 3))
        assert isinstance(subscriber.trouble(), ConnectionError)
        three.give(b"s", three.addresses[2])
        if told:
            subscriber.map_changed()
        subscribing.join()
        assert subscriber.trouble() is None and three.homes(b"s") == [2]


def test_waiting_has_an_end(three: Servers) -> None:
    three.give(b"s", None)
    subscriber = subscriber_of(three, Options(socket_timeout=0.1))
    with listener(subscriber) as pubsub:
        with pytest.raises(TimeoutError, match="no node is known for 1 of 1 channels"):
            pubsub.ssubscribe("s")
        assert not pubsub.subscribed
    subscriber.close()


def test_closing_ends_links_and_listeners(three: Servers) -> None:
    subscriber = subscriber_of(three)
    pubsub = listener(subscriber)
    pubsub.psubscribe(EVENTS)
    reading = threading.Thread(target=lambda: ended.extend(pubsub))
    ended: list[Any] = []
    reading.start()
    subscriber.close()
    reading.join()
    assert ended == []
    for number in range(3):
        until(lambda: three.links(number) == 0)  # noqa: B023  # it is over before the next
    with pytest.raises(ConnectionError, match="closed"):
        listener(subscriber)
    subscriber.map_changed()
    assert all(three.links(number) == 0 for number in range(3))


def test_a_slow_reader_is_closed_at_all_nodes(three: Servers, subscriber: ClusterSubscriber) -> None:
    slow = listener(subscriber, full="close", most=2)
    slow.subscribe("a")
    slow.psubscribe(EVENTS)
    for number in range(3):
        three.clients[0].publish("__keyevent@0__:set", number)
    until(lambda: slow.ended)
    assert [next_of(slow).data for _ in range(2)] == [b"0", b"1"]
    with pytest.raises(PubSubError, match="too slowly"):
        next_of(slow)
    until(lambda: three.homes(b"a") == [])


def test_one_that_is_dropped_is_collected(three: Servers) -> None:
    subscriber = subscriber_of(three)
    pubsub = listener(subscriber)
    pubsub.psubscribe(EVENTS)
    alive = [weakref.ref(subscriber), *map(weakref.ref, subscriber._feeds.values())]
    del subscriber, pubsub

    def is_gone() -> bool:
        gc.collect()
        return not any(each() for each in alive)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of the sockets
        until(is_gone)
        until(lambda: [three.links(number) for number in range(3)] == [0, 0, 0])
        gc.collect()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forked children")
def test_in_a_forked_child_the_listeners_of_its_parent_have_ended(
    three: Servers, subscriber: ClusterSubscriber
) -> None:
    with listener(subscriber) as pubsub:
        pubsub.psubscribe(EVENTS)
        child = os.fork()
        if child == 0:
            os._exit(0 if pubsub.ended and not subscriber.lock.locked() and not subscriber._feeds else 1)
        assert os.waitpid(child, 0)[1] == 0
        three.clients[1].publish("__keyevent@0__:set", "k")
        assert next_of(pubsub).data == b"k"
