"""Pub/sub of the blocking client on Mini-Redis, with a proxy in between where the line is to be bad."""

from __future__ import annotations

import _thread
import contextlib
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from framewire.kits.faults import ThreadFaultProxy, fault_proxy_in_thread
from framewire.redis import BlockingClient, ThreadServer, run_in_thread
from framewire.redis.client.blocking.pubsub import PubSub
from framewire.redis.client.errors import (
    AuthenticationError,
    ConnectionError,
    DataError,
    PubSubError,
    TimeoutError,
)
from framewire.redis.client.retries import Retry
from framewire.redis.client.subscriptions.items import Gap, Message, Reason
from tests.redis.client.blocking.ends import together
from tests.waiting import PATIENCE, until


@pytest.fixture
def server() -> Iterator[ThreadServer]:
    with run_in_thread(port=0) as running:
        yield running


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def client(request: pytest.FixtureRequest, server: ThreadServer) -> Iterator[BlockingClient]:
    with BlockingClient.from_url(server.url, protocol=request.param, socket_timeout=PATIENCE) as made:
        yield made


@contextmanager
def over_a_proxy(server: ThreadServer, **options: Any) -> Iterator[tuple[ThreadFaultProxy, BlockingClient]]:
    with fault_proxy_in_thread(server.url) as proxy, BlockingClient.from_url(proxy.url, **options) as client:
        yield proxy, client


def next_of(pubsub: PubSub[Any]) -> Any:
    item = pubsub.get_message(timeout=PATIENCE)
    assert item is not None, "nothing came"
    return item


def kill(client: BlockingClient) -> None:
    """End the link of all that listens."""
    client.execute("CLIENT", "KILL", "TYPE", "pubsub")


# -- what comes -------------------------------------------------------------------------------------------------------


def test_each_kind(client: BlockingClient) -> None:
    with client.pubsub("a") as channel, client.pubsub() as pattern, client.pubsub() as shard:
        pattern.psubscribe("a*")
        shard.ssubscribe("a")
        assert client.publish("a", b"\xff") == 2
        assert client.spublish("a", 1) == 1
        assert next_of(channel) == Message("message", b"a", None, b"\xff")
        assert next_of(pattern) == Message("pmessage", b"a", b"a*", b"\xff")
        assert next_of(shard) == Message("smessage", b"a", None, b"1")


def test_text(client: BlockingClient) -> None:
    with client.text.pubsub("ü") as pubsub:
        pubsub.psubscribe("*")
        client.publish("ü", b"\xff\xc3\xa4")
        assert next_of(pubsub) == Message("message", "ü", None, "\udcffä")
        assert next_of(pubsub) == Message("pmessage", "ü", "*", "\udcffä")


def test_listeners_share_one_link_that_is_not_the_commands(client: BlockingClient) -> None:
    with client.pubsub("a"), client.pubsub("b"):
        ids = {line.split()[0] for line in client.execute("CLIENT", "LIST").splitlines()}
        assert len(ids) == 2
        assert client.pubsub_numsub("a", "b") == [(b"a", 1), (b"b", 1)]


def test_a_channel_is_unsubscribed_when_its_last_listener_leaves(client: BlockingClient) -> None:
    with client.pubsub("a", "b") as first, client.pubsub("a") as second:
        first.unsubscribe("a")
        assert client.pubsub_numsub("a") == [(b"a", 1)]
        second.unsubscribe()
        assert client.pubsub_numsub("a", "b") == [(b"a", 0), (b"b", 1)]
        assert first.subscribed and not second.subscribed
    until(lambda: client.pubsub_numsub("b") == [(b"b", 0)])


def test_iteration_is_in_order_and_ends_with_the_listener(client: BlockingClient) -> None:
    pubsub = client.pubsub()
    pubsub.subscribe("a")
    with client.pipeline() as p:
        for number in range(1000):
            p.publish("a", number)
    got = []
    for item in pubsub:
        assert isinstance(item, Message)
        got.append(int(item.data))
        if len(got) == 1000:
            pubsub.close()
    assert got == list(range(1000))
    pubsub.close()


def test_nothing_to_read_is_told_at_once(client: BlockingClient) -> None:
    with client.pubsub("a") as pubsub:
        assert pubsub.get_message() is None
        assert pubsub.get_message(timeout=0.001) is None
        client.publish("a", 1)
        until(lambda: pubsub.get_message() is not None)  # nothing but these looks at the link


def test_handlers_get_the_messages_of_their_channels(client: BlockingClient) -> None:
    heard: list[Any] = []
    with client.pubsub("plain") as pubsub:
        pubsub.subscribe(a=heard.append)
        pubsub.psubscribe(**{"b*": heard.append})
        for channel in ("a", "b1", "plain"):
            client.publish(channel, "x")
        assert next(pubsub).channel == b"plain"  # type: ignore[union-attr]
        assert heard == [Message("message", b"a", None, b"x"), Message("pmessage", b"b1", b"b*", b"x")]
        client.publish("a", "y")
        assert pubsub.get_message(timeout=PATIENCE) is None and heard[-1].data == b"y"
        pubsub.subscribe("a")  # without one, its messages are handed out again
        client.publish("a", "z")
        assert next_of(pubsub).data == b"z"


def test_a_handler_may_use_the_client_and_the_listener(client: BlockingClient) -> None:
    def handle(message: Message[bytes]) -> None:
        client.set("heard", message.data)
        pubsub.subscribe("b")
        client.publish("b", "x")

    with client.pubsub() as pubsub:
        pubsub.subscribe(a=handle)
        client.publish("a", "y")
        assert next(pubsub).channel == b"b"  # type: ignore[union-attr]
        assert client.get("heard") == b"y"


# -- threads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["listener", "client"])
def test_closing_ends_who_waits_in_an_iteration(server: ThreadServer, whose: str) -> None:
    client = BlockingClient.from_url(server.url)
    pubsub, idle = client.pubsub("a"), client.pubsub()
    pubsub.__enter__()

    def close() -> None:
        until(lambda: pubsub._waiting._waiters and idle._waiting._waiters)
        (client if whose == "client" else pubsub).close()
        until(lambda: not pubsub._waiting._waiters)
        client.close()

    assert together(lambda: list(pubsub), lambda: list(idle), close) == [[], [], None]
    with pytest.raises(PubSubError, match="closed"):
        pubsub.get_message()
    with pytest.raises(PubSubError, match="closed"):
        pubsub.subscribe("a")
    with pytest.raises(ConnectionError, match="closed"):
        client.pubsub()


def test_many_threads_read_and_subscribe_over_one_link(client: BlockingClient) -> None:
    """Each hears its own channel and the one of all, in order."""
    readers, messages = 8, 200
    ready = threading.Barrier(readers + 1)

    def read(index: int) -> list[Message[bytes]]:
        got: list[Message[bytes]] = []
        with client.pubsub("all") as pubsub:
            pubsub.subscribe(f"own:{index}")
            ready.wait(PATIENCE)
            for item in pubsub:
                assert isinstance(item, Message)
                got.append(item)
                if len(got) == 2 * messages:
                    return got
        raise AssertionError("it ended")

    def publish() -> None:
        ready.wait(PATIENCE)
        for number in range(messages):
            client.publish("all", number)
            for index in range(readers):
                client.publish(f"own:{index}", number)

    *got, published = together(*[lambda index=index: read(index) for index in range(readers)], publish)  # type: ignore[misc]
    assert published is None
    for index, items in enumerate(got):
        expected = [(channel, number) for number in range(messages) for channel in (b"all", b"own:%d" % index)]
        assert [(item.channel, int(item.data)) for item in items] == expected


def test_each_item_of_a_listener_goes_to_one_of_its_readers(client: BlockingClient) -> None:
    got: list[list[int]] = [[], [], []]
    with client.pubsub("a") as pubsub:

        def read(mine: list[int]) -> None:
            for item in pubsub:
                assert isinstance(item, Message)
                mine.append(int(item.data))

        def publish() -> None:
            for number in range(500):
                client.publish("a", number)
            until(lambda: sum(map(len, got)) == 500)
            pubsub.close()

        works = [lambda mine=mine: read(mine) for mine in got]  # type: ignore[misc]
        assert together(*works, publish) == [None] * 4
    assert all(numbers == sorted(numbers) for numbers in got)
    assert sorted(got[0] + got[1] + got[2]) == list(range(500))


def test_what_no_thread_reads_is_read_all_the_same(client: BlockingClient) -> None:
    """Or the server would close the link, and a gap would be found too late."""
    with client.pubsub("a") as pubsub:
        client.publish("a", 1)
        until(lambda: len(pubsub._listener.backlog) == 1)
        kill(client)
        until(lambda: client.pubsub_numsub("a") == [(b"a", 1)])
        client.publish("a", 2)
        until(lambda: len(pubsub._listener.backlog) == 2)
        assert [type(next_of(pubsub)) for _ in range(3)] == [Message, Gap, Message]


def test_a_read_while_the_reader_reads(client: BlockingClient) -> None:
    with client.pubsub("a") as pubsub:
        link = client._route.subscriber().feed.link
        assert link is not None
        until(lambda: link._attended == link._next_beat)
        assert pubsub.get_message() is None
        client.publish("a", 1)
        assert next_of(pubsub).data == b"1"
        pubsub.subscribe("b")


def test_run_is_for_handlers_alone(client: BlockingClient) -> None:
    heard: list[Any] = []
    with client.pubsub() as pubsub:
        pubsub.subscribe(a=heard.append)

        def tell() -> None:
            client.publish("a", "x")
            until(lambda: len(heard) == 1)
            kill(client)
            until(lambda: len(heard) == 2)
            pubsub.subscribe("no-handler")
            client.publish("no-handler", "x")

        error, _ = together(lambda: pubsub.run(heard.append), tell)
        assert isinstance(error, PubSubError) and "no handler" in str(error)
        assert isinstance(heard[0], Message) and isinstance(heard[1], Gap)


# -- the link ---------------------------------------------------------------------------------------------------------


def test_a_lost_link_is_made_anew_with_a_gap_for_each_listener(client: BlockingClient) -> None:
    with client.pubsub("a") as first, client.pubsub() as second:
        second.ssubscribe("s")
        client.publish("a", 1)
        kill(client)
        assert next_of(first).data == b"1"
        for pubsub in (first, second):
            gap = next_of(pubsub)
            assert isinstance(gap, Gap) and gap.reason is Reason.LOST and gap.dropped == 0
        client.publish("a", 2)
        client.spublish("s", 3)
        assert next_of(first).data == b"2"
        assert next_of(second).data == b"3"


def test_while_there_is_no_link_nothing_is_told_from_dead(server: ThreadServer) -> None:
    with over_a_proxy(server) as (proxy, client), client.pubsub("a") as pubsub:
        assert pubsub.get_message() is None
        proxy.down()
        until(lambda: _trouble(pubsub))
        with pytest.raises(ConnectionError, match="there is no link to redis"):
            pubsub.get_message(timeout=0.01)
        proxy.up()
        assert isinstance(next(pubsub), Gap)
        assert pubsub.get_message() is None


def _trouble(pubsub: PubSub[bytes]) -> bool:
    try:
        return pubsub.get_message() is not None
    except ConnectionError:
        return True


def test_a_silent_link_is_asked_and_given_up(server: ThreadServer) -> None:
    with over_a_proxy(server, health_check_interval=0.05, socket_timeout=0.1, protocol=2) as (proxy, client):
        pubsub = client.pubsub()
        _until_subscribed(pubsub)
        until(lambda: pubsub.get_message(0.01) is None and proxy.seen["reply"] > 8)  # answers: it lives
        proxy.stall()
        assert isinstance(next(pubsub), Gap)
        client.publish("a", 1)
        assert next(pubsub).data == b"1"  # type: ignore[union-attr]


def _until_subscribed(pubsub: PubSub[bytes]) -> None:
    """Where the deadline is so short that a busy machine may miss it."""

    def subscribed() -> bool:
        try:
            pubsub.subscribe("a")
        except (ConnectionError, TimeoutError):
            return False
        return True

    until(subscribed)


def test_subscribing_without_a_server_fails_after_some_attempts() -> None:
    retry = Retry(retries=2, base=0.0, cap=0.0)
    with BlockingClient("127.0.0.1", 1, retry=retry) as client, client.pubsub() as pubsub:
        with pytest.raises(ConnectionError, match="could not connect"):
            pubsub.subscribe("a")
        assert not pubsub.subscribed
        until(lambda: not client._route.subscriber().feed.reader._runs)  # nobody wants a link any more


def test_subscribing_has_a_deadline(server: ThreadServer) -> None:
    with over_a_proxy(server, socket_timeout=0.1) as (proxy, client), client.pubsub() as pubsub:
        _until_subscribed(pubsub)
        proxy.stall("requests")
        with pytest.raises(TimeoutError, match="took longer than"):
            pubsub.subscribe("b")
        assert [name for _, name in pubsub._listener.topics] == [b"a"]


def test_a_password_that_is_taken_no_more_ends_who_listens(server: ThreadServer) -> None:
    with over_a_proxy(server) as (proxy, client), BlockingClient.from_url(server.url) as other:
        with client.pubsub("a") as pubsub:
            other.execute("CONFIG", "SET", "requirepass", "secret")
            proxy.cut()
            assert isinstance(next(pubsub), Gap)
            with pytest.raises(AuthenticationError):
                next(pubsub)
            assert pubsub.ended


def test_an_idle_link_that_was_closed_meanwhile_is_made_anew_by_the_next_subscription(client: BlockingClient) -> None:
    with client.pubsub("a"):
        pass
    until(lambda: client.pubsub_numsub("a") == [(b"a", 0)])
    kill(client)
    with client.pubsub("a") as pubsub:
        client.publish("a", 1)
        assert next_of(pubsub).data == b"1"


# -- slow readers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when_full", "expected"), [
    ("drop_oldest", [("full", 7), 7, 8, 9]),
    ("drop_newest", [0, 1, 2, ("full", 7)]),
    ("close", [0, 1, 2, "closed"]),
])  # fmt: skip
def test_a_slow_reader(client: BlockingClient, when_full: str, expected: list[Any]) -> None:
    with client.pubsub("a", max_queued=3, when_full=when_full) as slow, client.pubsub("a", "end") as quick:
        for number in range(10):
            client.publish("a", number)
        client.publish("end", "")
        while next_of(quick).channel != b"end":
            pass
        assert [_told(slow) for _ in expected] == expected


def _told(pubsub: PubSub[bytes]) -> Any:
    try:
        item = next_of(pubsub)
    except PubSubError:
        return "closed"
    return (item.reason, item.dropped) if isinstance(item, Gap) else int(item.data)


# -- bad arguments ----------------------------------------------------------------------------------------------------


def test_what_makes_no_sense_is_said_at_once(client: BlockingClient) -> None:
    with client.pubsub() as pubsub, pytest.raises(DataError, match="name at least one"):
        pubsub.subscribe()
    with pytest.raises(ValueError, match="drop_some"):
        client.pubsub(when_full="drop_some")


# -- processes, interrupts --------------------------------------------------------------------------------------------


def heard_in_child(client: BlockingClient, pubsub: PubSub[bytes]) -> bool:
    """Whether the child has nothing of its parent's listener, and can have one of its own."""
    try:
        pubsub.get_message(timeout=PATIENCE)
    except PubSubError as error:
        if "forked" not in str(error):
            return False
    pubsub.close()
    with client.pubsub("b") as own:
        client.publish("b", "from a child")
        return bool(next_of(own).data == b"from a child")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_in_a_forked_child_the_listeners_are_its_parents(client: BlockingClient) -> None:
    with client.pubsub("a") as pubsub:
        client.publish("a", 1)
        until(lambda: len(pubsub._listener.backlog) == 1 or pubsub._subscriber.feed.link.look())  # type: ignore[union-attr,func-returns-value]
        child = os.fork()
        if not child:
            well = False
            with contextlib.suppress(BaseException):
                well = heard_in_child(client, pubsub)
            os._exit(0 if well else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert client.pubsub_numsub("a") == [(b"a", 1)]
        client.publish("a", 2)
        assert [next_of(pubsub).data for _ in range(2)] == [b"1", b"2"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_forked_while_others_listen(client: BlockingClient) -> None:
    """Locks of threads that are not there are not waited for, whatever they were about."""
    with client.pubsub("a") as pubsub:
        ended = threading.Event()

        def publish() -> None:
            while not ended.is_set():
                client.publish("a", 1)

        threads = [threading.Thread(target=work) for work in (publish, lambda: list(pubsub))]
        for thread in threads:
            thread.start()
        try:
            context = multiprocessing.get_context("fork")
            for _ in range(5):
                child = context.Process(target=heard_in_child, args=(client, pubsub))
                child.start()
                child.join(PATIENCE)
                assert child.exitcode == 0
        finally:
            ended.set()
            threads[0].join(PATIENCE)
            pubsub.close()
            threads[1].join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)


def test_an_interrupted_read_may_be_read_again(client: BlockingClient) -> None:
    with client.pubsub("a") as pubsub:

        def interrupt() -> None:
            until(lambda: pubsub._waiting._waiters)
            _thread.interrupt_main()

        waker = threading.Thread(target=interrupt)
        waker.start()
        with pytest.raises(KeyboardInterrupt):
            next(pubsub)
            time.sleep(PATIENCE)
        waker.join(PATIENCE)
        client.publish("a", 1)
        assert next_of(pubsub).data == b"1"


def test_an_interrupted_subscription_is_none(server: ThreadServer) -> None:
    with over_a_proxy(server) as (proxy, client), client.pubsub("a") as pubsub:
        proxy.stall("replies")

        def interrupt() -> None:
            until(lambda: len(pubsub._listener.topics) == 3)
            _thread.interrupt_main()

        waker = threading.Thread(target=interrupt)
        waker.start()
        with pytest.raises(KeyboardInterrupt):
            pubsub.subscribe("b", "c")
            time.sleep(PATIENCE)
        waker.join(PATIENCE)
        assert [name for _, name in pubsub._listener.topics] == [b"a"]
        proxy.resume()
        pubsub.subscribe("d")  # which the server answers behind all others
        names = ("a", "b", "c", "d")
        with BlockingClient.from_url(server.url) as other:
            assert [count for _, count in other.pubsub_numsub(*names)] == [1, 0, 0, 1]


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_interrupts_at_any_place_lose_one_item_at_most(client: BlockingClient) -> None:
    """What the interrupted read was about to return; all else is there, or behind a gap. Nothing comes twice."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    ended = threading.Event()

    def publish() -> None:
        for number in count():
            if ended.is_set():
                return
            client.publish("a", number)

    publisher = threading.Thread(target=publish)
    before = signal.signal(signal.SIGALRM, interrupt)
    interrupted, last = 0, -1
    try:
        with client.pubsub("a") as pubsub:
            publisher.start()
            for turn in range(300):
                after = True  # an interrupt, or a gap: the lost item may have been one
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0001 + turn % 37 * 0.000013)
                    while True:
                        item = next(pubsub)
                        if isinstance(item, Gap):
                            after = True
                        else:
                            number = int(item.data)
                            assert number == last + 1 or (number > last and after)
                            last, after = number, False
                except KeyboardInterrupt:
                    interrupted += 1
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
        ended.set()
        publisher.join(PATIENCE)
    assert interrupted == 300


PROGRAM = """
import sys, threading
from framewire.redis import BlockingClient
client = BlockingClient.from_url(sys.argv[1])
pubsub = client.pubsub("a").__enter__()
threading.Thread(target=lambda: list(pubsub), daemon=True).start()
client.publish("a", 1)
"""


def test_a_program_ends_silently_while_it_listens(server: ThreadServer) -> None:
    command = [sys.executable, "-c", PROGRAM, server.url]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_client_that_nobody_closes_is_freed_all_the_same(server: ThreadServer) -> None:
    client = BlockingClient.from_url(server.url)
    pubsub = client.pubsub("a").__enter__()
    reader = client._route.subscriber().feed.reader
    assert reader._runs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del client, pubsub

        def is_gone() -> bool:
            gc.collect()
            return not reader._runs

        until(is_gone)
