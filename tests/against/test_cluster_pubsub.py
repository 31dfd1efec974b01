"""Pub/sub of both clients on real clusters: slots move, nodes die and hang, and nobody misses a message without a gap.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import Any

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.cluster.node import ClusterNode
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import RedisError
from framewire.redis.client.subscriptions.events import KeyEvent
from framewire.redis.client.subscriptions.items import Gap, Reason
from framewire.redis.slots import slot_of
from tests.against.cluster_messages import Heard, Publisher
from tests.peers import REDIS_7, VALKEY, require
from tests.waiting import PATIENCE, until, until_in_loop

pytestmark = [pytest.mark.peer, pytest.mark.slow, pytest.mark.timeout(900)]

PLAIN = ("plain:1", "plain:2", "plain:3")
SHARDS = ("shard:1", "shard:2", "shard:3")
EVENTS = ("--notify-keyspace-events", "KEA")


@pytest.fixture(params=[REDIS_7, VALKEY])
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(program=require(request.param), arguments=EVENTS) as cluster:
        yield cluster


# -- what happens -----------------------------------------------------------------------------------------------------


class Stage:
    """The cluster, and how far the messages are. `voice` is the node where plain channels are published: it is spared.
    """

    def __init__(
        self, cluster: RedisCluster, voice: ClusterNode, publisher: Publisher, heard: list[Heard]
    ) -> None:
        self.cluster = cluster
        self.voice = voice
        self.publisher = publisher
        self.heard = heard

    def go_on(self) -> None:
        """Until every listener has heard newer messages of all channels."""
        newest = dict(self.publisher.next)
        for heard in self.heard:
            until(lambda: all(heard.last.get(name, -1) >= newest[name] for name in heard.names))  # noqa: B023

    def home(self) -> ClusterNode:
        """A node where somebody listens to a plain channel."""
        awake = [node for node in self.cluster.nodes if node.is_awake]
        homes = {channel: node for node in awake for channel in node.client.pubsub_channels()}
        return next(homes[name.encode()] for name in PLAIN if homes[name.encode()] is not self.voice)


def a_slot_moves_to_and_fro(stage: Stage) -> None:
    slot = slot_of(SHARDS[0].encode())
    for _ in range(4):
        source = stage.cluster.primary_of(slot)
        target = next(node for node in stage.cluster.primaries if node is not source)
        stage.cluster.move_slot(slot, target)
        stage.go_on()


def a_node_comes_and_goes(stage: Stage) -> None:
    node = stage.cluster.add_node()
    stage.cluster.rebalance()
    stage.go_on()
    stage.cluster.remove_node(node)


def a_primary_is_killed(stage: Stage) -> None:
    node = stage.cluster.primary_of(slot_of(SHARDS[1].encode()))
    node.kill()
    stage.cluster.wait_until_ok()
    stage.go_on()
    node.restart()
    stage.cluster.wait_until_ok()


def a_node_of_a_plain_channel_is_killed(stage: Stage) -> None:
    node = stage.home()
    node.kill()
    stage.go_on()
    node.restart()
    stage.cluster.wait_until_ok()


def a_primary_hangs(stage: Stage) -> None:
    """Until who listens there has noticed. A node that hangs for a shorter time may lose messages, and tells nobody."""
    node = stage.cluster.primary_of(slot_of(SHARDS[2].encode()))
    there = {name.decode() for name in [*node.client.pubsub_channels(), *node.client.pubsub_shardchannels()]}
    cut_off = {heard: len(heard.gaps) for heard in stage.heard if there & set(heard.names)}
    node.stop()
    until(lambda: all(len(heard.gaps) > gaps for heard, gaps in cut_off.items()))
    stage.cluster.wait_until_ok()
    node.resume()
    stage.cluster.wait_until_ok()


def a_replica_takes_over(stage: Stage) -> None:
    primary = stage.cluster.primary_of(slot_of(SHARDS[0].encode()))
    stage.cluster.failover(next(node for node in stage.cluster.replicas_of(primary) if node is not stage.voice))


SCENES: list[Callable[[Stage], None]] = [
    a_slot_moves_to_and_fro,
    a_node_comes_and_goes,
    a_replica_takes_over,
    a_primary_is_killed,
    a_node_of_a_plain_channel_is_killed,
    a_primary_hangs,
]


# -- who listens ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def tasks_that_listen(url: str, protocol: int) -> AsyncIterator[list[Heard]]:
    """One listener of all channels, and one of each."""

    async def listen(pubsub: Any, heard: Heard) -> None:
        async for item in pubsub:
            heard.take(item)

    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            Client.from_url(url, protocol=protocol, health_check_interval=1.0)
        )
        heards, tasks = [], []
        for names in (PLAIN + SHARDS, PLAIN, SHARDS):
            pubsub = await stack.enter_async_context(client.pubsub())
            if plain := [name for name in names if name in PLAIN]:
                await pubsub.subscribe(*plain)
            if shards := [name for name in names if name in SHARDS]:
                await pubsub.ssubscribe(*shards)
            heards.append(Heard(names))
            tasks.append(asyncio.create_task(listen(pubsub, heards[-1])))
        yield heards
        for task in tasks:
            assert not task.done(), task.exception()
            task.cancel()


@asynccontextmanager
async def threads_that_listen(url: str, protocol: int) -> AsyncIterator[list[Heard]]:
    """The same, each in a thread of its own."""

    def listen(pubsub: Any, heard: Heard) -> None:
        for item in pubsub:
            heard.take(item)

    def begin(stack: ExitStack) -> list[Heard]:
        client = stack.enter_context(
            BlockingClient.from_url(url, protocol=protocol, health_check_interval=1.0)
        )
        heards = []
        for names in (PLAIN + SHARDS, PLAIN, SHARDS):
            pubsub = stack.enter_context(client.pubsub())
            if plain := [name for name in names if name in PLAIN]:
                pubsub.subscribe(*plain)
            if shards := [name for name in names if name in SHARDS]:
                pubsub.ssubscribe(*shards)
            heards.append(Heard(names))
            threading.Thread(target=listen, args=(pubsub, heards[-1]), daemon=True).start()
        return heards

    with ExitStack() as stack:
        yield await asyncio.to_thread(begin, stack)


def silent_replica(cluster: RedisCluster) -> ClusterNode:
    """One more replica, which never becomes a primary."""
    node = cluster.add_node(cluster.primaries[0])
    node.client.config_set("cluster-replica-no-failover", "yes")
    return node


@pytest.mark.parametrize(("listening", "protocol"), [
    pytest.param(tasks_that_listen, 2, id="tasks-RESP2"),
    pytest.param(threads_that_listen, 3, id="threads-RESP3"),
])  # fmt: skip
async def test_no_message_is_missed_without_a_gap(cluster: RedisCluster, listening: Any, protocol: int) -> None:
    voice = await asyncio.to_thread(silent_replica, cluster)
    async with (
        Client.from_url(cluster.url) as client,
        Client(*voice.address) as single,
        listening(cluster.url, protocol) as heards,
    ):
        publisher = Publisher(client, single, PLAIN, SHARDS)
        publishing = asyncio.create_task(publisher.run())
        stage = Stage(cluster, voice, publisher, heards)
        for scene in SCENES:
            await asyncio.to_thread(stage.go_on)
            gaps = [len(heard.gaps) for heard in heards]
            await asyncio.to_thread(scene, stage)
            await asyncio.to_thread(stage.go_on)
            print(f"{scene.__name__}: gaps {[len(heard.gaps) - had for heard, had in zip(heards, gaps, strict=True)]}")
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
        await publisher.one_more()
        for heard in heards:
            await until_in_loop(lambda: all(heard.last[name] == publisher.next[name] - 1 for name in heard.names))  # noqa: B023
    for heard in heards:
        heard.judge(publisher)
    counts = [len(heard.items) for heard in heards]
    print(f"{publisher.published} published, {len(publisher.doubtful)} doubtful, {counts} heard")
    assert publisher.published > 500
    reasons = {gap.reason for heard in heards for gap in heard.gaps}
    assert reasons == {Reason.MOVED, Reason.LOST}


# -- keyspace events --------------------------------------------------------------------------------------------------


KEYS = [f"key:{number}" for number in range(100)]


async def set_all(client: Client) -> None:
    for key in KEYS:
        while True:
            try:
                await client.set(key, 1)
                break
            except RedisError:
                continue


async def test_keyspace_events_come_from_all_primaries(cluster: RedisCluster) -> None:
    async with Client.from_url(cluster.url, socket_timeout=PATIENCE) as client:
        async with client.text.keyspace_events("key:*", {"set"}) as events:
            await set_all(client)
            got = [await events.__anext__() for _ in KEYS]
            assert sorted(event.key for event in got if isinstance(event, KeyEvent)) == sorted(KEYS)
            await asyncio.to_thread(cluster.add_node)
            await asyncio.to_thread(cluster.rebalance)
            assert isinstance(await events.__anext__(), Gap)
            await all_are_heard(client, events)
            victim = await asyncio.to_thread(cluster.primary_of, KEYS[0])
            await asyncio.to_thread(victim.kill)
            await asyncio.to_thread(cluster.wait_until_ok)
            await all_are_heard(client, events)


async def all_are_heard(client: Client, events: Any) -> None:
    """Once all primaries are listened to again, all events come."""
    listener = events._pubsub._listener
    await until_in_loop(lambda: client._route.subscriber().trouble() is None and not listener.missing)
    await client.set("key:end", 1)
    while (event := await events.__anext__()) != KeyEvent("set", "key:end", 0):
        assert isinstance(event, (Gap, KeyEvent))
    await set_all(client)
    keys: set[str] = set()
    while len(keys) < len(KEYS):
        event = await events.__anext__()
        assert isinstance(event, KeyEvent) or event.reason in (Reason.LOST, Reason.MOVED)
        if isinstance(event, KeyEvent):
            keys.add(event.key)
