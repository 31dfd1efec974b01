"""Pub/sub of the blocking client on real servers: links killed and cut, subscriptions that a cluster ends, rights taken
away.

What belongs here: what only real servers do, or do otherwise from one another. Messages are numbered, so that a missing
one is seen.
"""

from __future__ import annotations

import itertools
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from framewire.kits.faults import ThreadFaultProxy, fault_proxy_in_thread
from framewire.redis import BlockingClient
from framewire.redis.client.blocking.pubsub import PubSub
from framewire.redis.client.errors import ConnectionError, NoPermissionError, PubSubError, TimeoutError
from framewire.redis.client.retries import Retry
from framewire.redis.client.subscriptions.events import KeyEvent
from framewire.redis.client.subscriptions.items import Gap, Message, Reason
from tests.against.numbered import Count
from tests.peers import PEERS, RedisServer, require
from tests.redis.client.blocking.ends import together
from tests.waiting import PATIENCE, until

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
def client(real: RedisServer, protocol: int) -> Iterator[BlockingClient]:
    with BlockingClient.from_url(url_of(real), protocol=protocol, socket_timeout=PATIENCE) as made:
        yield made


@contextmanager
def over_a_proxy(
    server: RedisServer, protocol: int, **options: Any
) -> Iterator[tuple[ThreadFaultProxy, BlockingClient]]:
    options = {"retry": Retry(retries=10_000, base=0.001, cap=0.01), "socket_timeout": PATIENCE, **options}
    with fault_proxy_in_thread(url_of(server)) as proxy:
        with BlockingClient.from_url(proxy.url, protocol=protocol, **options) as made:
            yield proxy, made


def next_of(pubsub: PubSub[Any]) -> Any:
    item = pubsub.get_message(timeout=PATIENCE)
    assert item is not None, "nothing came"
    return item


# -- the same everywhere ----------------------------------------------------------------------------------------------


def test_each_kind(client: BlockingClient) -> None:
    with client.pubsub("a") as pubsub:
        pubsub.psubscribe("a*")
        pubsub.ssubscribe("a")
        client.publish("a", b"\xff")
        client.spublish("a", 1)
        assert [next_of(pubsub) for _ in range(3)] == [
            Message("message", b"a", None, b"\xff"),
            Message("pmessage", b"a", b"a*", b"\xff"),
            Message("smessage", b"a", None, b"1"),
        ]
        pubsub.punsubscribe()
        pubsub.unsubscribe("a")
        pubsub.sunsubscribe("a")
        assert (client.pubsub_numsub("a"), client.pubsub_numpat()) == ([(b"a", 0)], 0)


def test_a_thousand_channels(client: BlockingClient) -> None:
    names = [f"channel:{number}" for number in range(1000)]
    with client.pubsub(names) as pubsub:
        client.execute("CLIENT", "KILL", "TYPE", "pubsub")
        assert isinstance(next_of(pubsub), Gap)
        assert len(client.pubsub_channels("channel:*")) == 1000
        with client.pipeline() as p:
            for name in names:
                p.publish(name, "x")
        assert [next_of(pubsub).channel.decode() for _ in names] == names


# -- what is lost -----------------------------------------------------------------------------------------------------

MESSAGES = 2000


def count_all(pubsub: PubSub[bytes], counts: list[Count]) -> None:
    count = Count()
    try:
        for item in pubsub:
            count.take(item)
            if count.last >= MESSAGES:
                break
    finally:
        counts.append(count)


def publish_and_break(publisher: BlockingClient, break_link: Callable[[], object], counts: list[Count]) -> int:
    """How often the link was broken meanwhile. Then it publishes on until three have heard enough."""
    chance = random.Random(5)
    breaks = 0
    for number in itertools.count():
        publisher.publish("n", number)
        publisher.spublish("n", number)
        if number < MESSAGES and chance.random() < 0.01:
            breaks += 1
            break_link()
        if len(counts) == 3:
            break
    return breaks


@pytest.mark.parametrize("how", ["kill", "cut", "reset"])
def test_no_message_is_lost_without_a_gap_nor_comes_twice(real: RedisServer, protocol: int, how: str) -> None:
    """For listeners that threads of their own read, and for one that nobody reads before the end."""
    with BlockingClient.from_url(url_of(real)) as publisher, over_a_proxy(real, protocol) as (proxy, client):
        with client.pubsub("n") as first, client.pubsub() as second, client.pubsub() as third, client.pubsub() as idle:
            second.psubscribe("n*")
            third.ssubscribe("n")
            idle.subscribe("n")
            counts: list[Count] = []

            def break_link() -> None:
                if how == "kill":
                    publisher.execute("CLIENT", "KILL", "TYPE", "pubsub")
                else:
                    proxy.cut(reset=how == "reset")

            *outcomes, breaks = together(
                *(lambda each=each: count_all(each, counts) for each in (first, second, third)),  # type: ignore[misc]
                lambda: publish_and_break(publisher, break_link, counts),
            )
            assert outcomes == [None] * 3
            count_all(idle, counts)
    assert breaks > 5
    assert all(count.gaps for count in counts), counts
    assert all(count.got > breaks for count in counts)


def test_listeners_that_come_and_go_meanwhile(real: RedisServer, protocol: int) -> None:
    """From the return of `subscribe` to the end each hears all, or has a gap."""
    with BlockingClient.from_url(url_of(real)) as publisher, over_a_proxy(real, protocol) as (proxy, client):
        done: list[int] = []

        def come_and_go(seed: int) -> None:
            chance = random.Random(seed)
            try:
                for _ in range(30):
                    with client.pubsub("n") as pubsub:
                        count = Count(anywhere=True)
                        for _ in range(chance.randrange(30)):
                            count.take(next(pubsub))
            finally:
                done.append(seed)

        def publish_on() -> int:
            for number in itertools.count():
                publisher.publish("n", number)
                if number % 100 == 99:
                    proxy.cut(reset=number % 200 == 99)
                    if len(done) == 4:
                        return number
            raise AssertionError("endless")

        *outcomes, number = together(*(lambda seed=seed: come_and_go(seed) for seed in range(4)), publish_on)  # type: ignore[misc]
        assert outcomes == [None] * 4
        assert number > 99


def test_a_slow_reader_costs_the_others_nothing(client: BlockingClient) -> None:
    with client.pubsub("n", max_queued=10) as slow, client.pubsub("n") as quick:
        with client.pipeline() as p:
            for number in range(1000):
                p.publish("n", number)
        assert [int(next_of(quick).data) for _ in range(1000)] == list(range(1000))
        gap = next_of(slow)
        assert isinstance(gap, Gap) and (gap.reason, gap.dropped) == (Reason.FULL, 990)


# -- what only real servers do ----------------------------------------------------------------------------------------


def test_a_right_that_is_taken_away(client: BlockingClient) -> None:
    client.execute("ACL", "SETUSER", "listener", "reset", "on", ">pw", "+@all", "~*", "&a*")
    options = {"username": "listener", "password": "pw", "protocol": client.options.protocol}
    with BlockingClient("127.0.0.1", client.options.port, **options) as limited, limited.pubsub("a1", "a2") as pubsub:
        with pytest.raises(NoPermissionError, match="channel"):
            pubsub.subscribe("a3", "b")
        assert dict(client.pubsub_numsub("a1", "a2", "a3", "b")) == {b"a1": 1, b"a2": 1, b"a3": 0, b"b": 0}
        client.publish("a1", "x")
        client.execute("ACL", "SETUSER", "listener", "resetchannels", "&a1")  # which closes the link
        assert next_of(pubsub).data == b"x"
        assert isinstance(next(pubsub), Gap)
        with pytest.raises(NoPermissionError):
            next(pubsub)


@pytest.mark.parametrize("reads", [True, False])
def test_a_link_that_is_asked_while_it_is_subscribed(real: RedisServer, protocol: int, reads: bool) -> None:
    """Under RESP2 the answer to PING is an array then. Somebody reads, or nobody does."""
    with over_a_proxy(real, protocol, health_check_interval=0.02) as (proxy, client), client.pubsub("a") as pubsub:
        before = proxy.seen["reply"]
        until(lambda: (not reads or pubsub.get_message(0.01) is None) and proxy.seen["reply"] > before + 5)
        with BlockingClient.from_url(url_of(real)) as publisher:
            publisher.publish("a", 1)
        assert next_of(pubsub).data == b"1"


def test_a_server_that_stands_still_is_given_up(real: RedisServer, protocol: int) -> None:
    """Half-open: nothing comes, and nothing says that nothing will."""
    options = {"protocol": protocol, "health_check_interval": 0.05, "retry": Retry(base=0.001, cap=0.01)}
    with BlockingClient.from_url(url_of(real), socket_timeout=1.0, **options) as client:
        with client.pubsub() as pubsub:
            until_subscribed(pubsub)
            real.process.send_signal(signal.SIGSTOP)
            try:
                until(lambda: not is_well(pubsub))
            finally:
                real.process.send_signal(signal.SIGCONT)
            assert isinstance(next(pubsub), Gap)
            client.publish("a", 1)
            assert next(pubsub).data == b"1"  # type: ignore[union-attr]


def until_subscribed(pubsub: PubSub[bytes]) -> None:
    def subscribed() -> bool:
        try:
            pubsub.subscribe("a")
        except (ConnectionError, TimeoutError):
            return False
        return True

    until(subscribed)


def is_well(pubsub: PubSub[bytes]) -> bool:
    try:
        return pubsub.get_message() is None
    except ConnectionError:
        return False


def test_a_shard_channel_that_the_server_ends_is_subscribed_again(real: RedisServer, protocol: int) -> None:
    """A cluster of one: its slot is taken away, and comes back."""
    with RedisServer("--cluster-enabled", "yes", name=real.name) as node, ExitStack() as stack:
        retry = Retry(retries=10_000, base=0.001, cap=0.01)
        options = {"protocol": protocol, "retry": retry, "socket_timeout": PATIENCE}
        client = stack.enter_context(BlockingClient.from_url(url_of(node), **options))
        slot = client.execute("CLUSTER", "KEYSLOT", "s")
        client.execute("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        until(lambda: b"cluster_state:ok" in client.execute("CLUSTER", "INFO"))
        plain, shard = stack.enter_context(client.pubsub("plain")), stack.enter_context(client.pubsub())
        shard.ssubscribe("s")
        client.spublish("s", 1)
        client.execute("CLUSTER", "DELSLOTS", slot)
        assert next_of(shard).data == b"1"
        until(lambda: shard._listener.missing)
        client.execute("CLUSTER", "ADDSLOTS", slot)
        gap = next(shard)
        assert isinstance(gap, Gap) and gap.reason in (Reason.MOVED, Reason.LOST)
        until(lambda: b"cluster_state:ok" in client.execute("CLUSTER", "INFO"))
        client.spublish("s", 2)
        assert next_of(shard).data == b"2"
        client.publish("plain", 3)
        while isinstance(item := next(plain), Gap):
            pass
        assert item.data == b"3"


# -- keyspace events --------------------------------------------------------------------------------------------------


def test_keyspace_events(client: BlockingClient) -> None:
    client.config_set("notify-keyspace-events", "")
    with pytest.raises(PubSubError, match="lacks"), client.keyspace_events():
        pass
    with (
        client.text.keyspace_events("u:*", {"set", "expired"}, enable=True) as some,
        client.keyspace_events("*", {"expired"}, enable=True) as expired,
    ):
        client.execute("SET", "u:1", "x", "PX", 1)
        client.set("other", 1)
        assert next(some) == KeyEvent("set", "u:1", 0)
        assert next(some) == KeyEvent("expired", "u:1", 0)
        assert next(expired) == KeyEvent("expired", b"u:1", 0)


def test_a_user_who_may_not_ask_for_the_configuration_listens_all_the_same(client: BlockingClient) -> None:
    client.config_set("notify-keyspace-events", "KEA")
    client.execute("ACL", "SETUSER", "humble", "reset", "on", ">pw", "+@all", "-config", "~*", "&*")
    options = {"username": "humble", "password": "pw"}
    with BlockingClient("127.0.0.1", client.options.port, **options) as humble, humble.keyspace_events() as events:
        humble.set("k", 1)
        assert next(events) == KeyEvent("set", b"k", 0)
