"""The cluster client of asyncio on real clusters: what its users see, however the nodes are called and whatever moves.

What belongs here: what only real nodes show. That no write is lost is held in `test_cluster_load.py`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.cluster.node import ClusterNode
from framewire.kits.process import Tls, free_port
from framewire.redis.client.aio.client import Client
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import (
    AskError,
    AuthenticationError,
    ClusterCrossSlotError,
    ClusterError,
    ExecAbortError,
    MovedError,
    ResponseError,
    TryAgainError,
    WatchError,
)
from framewire.redis.slots import slot_of
from tests.against.cached_counters import Observer, compare
from tests.peers import REDIS_7, VALKEY, require
from tests.waiting import PATIENCE, until_in_loop

pytestmark = [pytest.mark.peer, pytest.mark.slow, pytest.mark.timeout(600)]

KEYS = [f"key:{number}" for number in range(300)]
TAG = b"moving"


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(program=require(request.param)) as cluster:
        yield cluster


@pytest.fixture(params=[2, 3])
async def client(cluster: RedisCluster, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    async with Client.from_url(cluster.url, protocol=request.param, socket_timeout=PATIENCE) as client:
        await client.flushall()
        yield client


async def move(cluster: RedisCluster, tag: bytes = TAG) -> None:
    """The slot goes to another primary, key by key, while others go on."""
    owner = cluster.primary_of(tag)
    target = next(node for node in cluster.primaries if node is not owner)
    await asyncio.to_thread(cluster.move_slot, slot_of(tag), target)


# -- what users see ---------------------------------------------------------------------------------------------------


async def test_keys_of_all_slots(client: Client) -> None:
    assert await client.mset({key: key for key in KEYS}) is True
    assert await client.text.mget(KEYS) == KEYS
    assert await client.dbsize() == len(KEYS)
    assert sorted(await client.text.keys("*")) == sorted(KEYS)
    assert sorted([key async for key in client.text.scan_iter(count=20)]) == sorted(KEYS)
    assert await client.randomkey() is not None
    assert await client.exists(*KEYS) == await client.delete(*KEYS) == len(KEYS)
    with pytest.raises(ClusterCrossSlotError):
        await client.rename("a", "b")


async def test_pipelines_and_transactions(client: Client) -> None:
    async with client.pipeline() as batch:
        numbers = [batch.incr(key) for key in KEYS]
        values = batch.mget(KEYS[:5])
    assert [number.result() for number in numbers] == [1] * len(KEYS)
    assert values.result() == [b"1"] * 5
    async with client.transaction() as transaction:
        transaction.set("{x}1", 1)
        both = transaction.mget("{x}1", "{x}2")
    assert both.result() == [b"1", None]
    with pytest.raises(WatchError):
        async with client.transaction("{x}1") as beaten:
            await client.set("{x}1", "changed")
            beaten.set("{x}2", "never")


async def test_scripts_locks_and_what_waits(client: Client) -> None:
    script = client.register_script("return ARGV[1]")
    assert [await script(keys=[key], args=[key]) for key in KEYS[:9]] == [key.encode() for key in KEYS[:9]]
    async with client.pipeline() as batch:
        places = [script(keys=[key], args=[key], client=batch) for key in KEYS]
    assert [place.result() for place in places] == [key.encode() for key in KEYS]
    await client.script_flush()
    assert await script(keys=["a"], args=["again"]) == b"again"
    async with client.lock("lock:1") as lock:
        assert await lock.owned()
    await client.rpush("queue", "job")
    async with client.pipeline() as batch:
        job, other = batch.blpop("queue", 1), batch.incr("other")
    assert job.result() == (b"queue", b"job") and other.result() == 1
    waits = client.blpop("queue", 0)
    await client.rpush("queue", "later")
    assert await waits == (b"queue", b"later")


async def test_an_unknown_command_finds_its_keys(cluster: RedisCluster, client: Client) -> None:
    """One that the table does not have: a node is asked."""
    await client.set("a", "x")
    assert await client.execute("LCS", "{a}1", "{a}2", "LEN") == 0
    with pytest.raises(ResponseError, match="unknown command"):
        await client.execute("NO.SUCH", "a", "b")


async def test_what_waits_follows_its_slot(cluster: RedisCluster, client: Client) -> None:
    """A node unblocks who waits there when it gives the slot away."""
    key = b"{%b}queue" % TAG
    waits = [client.blpop(key, 0), client.blpop(key, 0)]
    owner = cluster.primary_of(TAG)
    await until_in_loop(lambda: owner.client.info("clients")["blocked_clients"] == 2)
    await move(cluster)
    assert not any(wait.done() for wait in waits)
    await client.rpush(key, "1", "2")
    assert {item for _, item in await asyncio.gather(*waits)} == {b"1", b"2"}


async def test_each_node_for_itself(cluster: RedisCluster, client: Client) -> None:
    with pytest.raises(ClusterError, match=r"MONITOR is about one node: client\.get_nodes"):
        async with client.monitor():
            raise AssertionError
    primaries, replicas = await client.get_primaries(), await client.get_replicas()
    assert (len(primaries), len(replicas)) == (3, 3)
    await client.mset({key: 1 for key in KEYS})
    assert sum([await node.dbsize() for node in primaries]) == len(KEYS)
    async with primaries[0].monitor() as lines:
        await primaries[0].echo("heard")
        async for line in lines:
            if line.words == [b"ECHO", b"heard"]:
                break


@pytest.mark.parametrize("read_from", ["any", "nearest"])
async def test_reads_from_replicas(cluster: RedisCluster, client: Client, read_from: str) -> None:
    await client.mset({key: key for key in KEYS})
    replicas = [node for node in cluster.nodes if not node.is_primary]
    await until_in_loop(lambda: sum(node.client.dbsize() for node in replicas) == len(KEYS))
    for node in replicas:
        node.client.config_resetstat()
    async with Client.from_url(cluster.url, read_from=read_from, socket_timeout=PATIENCE) as reader:
        for _ in range(3):
            assert [await reader.text.get(key) for key in KEYS] == KEYS
            assert await reader.text.mget(KEYS) == KEYS
        await reader.set(KEYS[0], "written")
        assert await client.get(KEYS[0]) == b"written"
    read = [node.client.info("commandstats").get("cmdstat_get", {"calls": 0})["calls"] for node in replicas]
    assert all(read) if read_from == "any" else any(read)


async def test_numbered_databases(cluster: RedisCluster, client: Client) -> None:
    """Valkey has them where it is told to; nobody else."""
    with pytest.raises(ResponseError, match=r"SELECT|database|DB index"):
        await client.db(1).get("key")


async def test_new_credentials_for_all_nodes(cluster: RedisCluster) -> None:
    for node in cluster.nodes:
        node.client.execute("ACL", "SETUSER", "app", "on", ">first", ">second", "~*", "+@all")
    try:
        async with Client.from_url(cluster.url, username="app", password="first", socket_timeout=PATIENCE) as client:
            await client.mget(KEYS)
            await client.reauthenticate(("app", "second"))
            for node in cluster.nodes:
                node.client.execute("ACL", "SETUSER", "app", "<first")
            assert await client.mget(KEYS) is not None
            async with client.dedicated("key") as own:
                assert await own.execute("ACL", "WHOAMI") == b"app"
            with pytest.raises(AuthenticationError):
                await client.reauthenticate(("app", "wrong"))
    finally:
        for node in cluster.nodes:
            node.client.execute("ACL", "DELUSER", "app")


# -- what is cached ---------------------------------------------------------------------------------------------------


MOVED = (MovedError, AskError, TryAgainError, ExecAbortError, WatchError)
"""What is told on a link of one's own whose node has given the slot away: who holds it has to begin again."""


@pytest.mark.parametrize("seed", range(2))
async def test_no_stale_read_while_a_slot_moves(cluster: RedisCluster, client: Client, seed: int) -> None:
    counters = [b"{%b}%d" % (TAG, number) for number in range(3)] + [b"elsewhere"]
    choose = random.Random(seed)
    async with AsyncExitStack() as stack:
        observers = []
        for size in (64 * 1024 * 1024, 1500):
            caching = Client.from_url(cluster.url, cache=CacheConfig(max_bytes=size), socket_timeout=PATIENCE)
            observers.append(Observer(await stack.enter_async_context(caching), choose, counters, MOVED))
        running = [asyncio.ensure_future(observer.run(10**9)) for observer in observers for _ in range(5)]
        stack.push_async_callback(end, running)
        for _ in range(6):
            await move(cluster)
            known = [observer.known.total() for observer in observers]
            while any(observer.known.total() < before + 50 for observer, before in zip(observers, known, strict=True)):
                done, _ = await asyncio.wait(running, timeout=0.005, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # which raises
        await end(running)
        for observer in observers:
            await compare(observer.client, client, counters)
            stats = observer.client.cache_stats
            assert stats is not None and stats.hits > 0 and stats.invalidated > 0


async def end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_what_is_cached_goes_when_its_slot_does(cluster: RedisCluster, client: Client) -> None:
    """The new owner tells another link of changes. Also of a key that was not there nobody tells here any more."""
    key, none = b"{%b}key" % TAG, b"{%b}none" % TAG
    async with Client.from_url(cluster.url, cache=CacheConfig(), socket_timeout=PATIENCE, topology_age=0.5) as caching:
        await client.set(key, 1)
        await caching.ping()
        for _ in range(2):
            assert [await caching.get(key), await caching.get(none)] == [b"1", None]
        assert caching.cache_stats is not None and caching.cache_stats.hits == 2
        await move(cluster)
        await client.set(none, 1)  # of which only the map tells, in time
        await client.set(key, 2)
        assert await caching.get(key) == b"2"
        await _until_reads(caching, none, b"1")
        await client.set(key, 3)
        await _until_reads(caching, key, b"3")


async def _until_reads(client: Client, key: bytes, value: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        while await client.get(key) != value:
            await client.ping()  # others too have a turn


# -- how nodes are called ---------------------------------------------------------------------------------------------


async def use(client: Client, cluster: RedisCluster) -> None:
    """By all nodes, by redirects, and after a refresh."""
    await client.mset({key: key for key in KEYS})
    assert await client.text.mget(KEYS) == KEYS
    assert await client.dbsize() >= len(KEYS)
    for _ in range(2):
        await client.incr(TAG)
        await move(cluster)
    assert await client.incr(TAG) == 3
    assert sorted([key async for key in client.text.scan_iter(match="key:*")]) == sorted(KEYS)
    queue = b"{%b}queue" % TAG
    await client.rpush(queue, "1")
    assert await client.blpop(queue, 1) == (queue, b"1")
    assert len(await client.get_nodes()) == len(cluster.nodes)


def named(node: ClusterNode) -> Sequence[str]:
    return ("--cluster-announce-hostname", "localhost", "--cluster-preferred-endpoint-type", "hostname")


def unnamed(node: ClusterNode) -> Sequence[str]:
    return ("--cluster-preferred-endpoint-type", "unknown-endpoint")


def without_hostname(node: ClusterNode) -> Sequence[str]:
    return ("--cluster-preferred-endpoint-type", "hostname")


@pytest.mark.parametrize("peer", [REDIS_7, VALKEY])
@pytest.mark.parametrize("arguments", [named, unnamed, without_hostname])
async def test_hostnames_and_nodes_without(arguments: object, peer: str) -> None:
    with RedisCluster(3, 0, program=require(peer), arguments=arguments) as cluster:  # type: ignore[arg-type]
        async with Client.from_url(cluster.url, socket_timeout=PATIENCE) as client:
            await use(client, cluster)


async def test_tls_by_name(_key_and_certificate: tuple[str, str]) -> None:
    """The certificate is for `localhost`, which nodes are called."""
    key, certificate = _key_and_certificate
    tls = Tls(certificate, key, certificate)
    with RedisCluster(2, 0, program=require(REDIS_7), tls=tls, arguments=named) as cluster:
        url = f"rediss+cluster://localhost:{cluster.nodes[0].port}"
        async with Client.from_url(url, ssl_ca_certs=certificate, socket_timeout=PATIENCE) as client:
            await use(client, cluster)


@pytest.mark.parametrize("arguments", [(), unnamed])
async def test_ipv6_and_a_password(arguments: object) -> None:
    try:
        free_port("::1")
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with RedisCluster(2, 0, program=require(VALKEY), host="::1", password="p/w", arguments=arguments) as cluster:  # type: ignore[arg-type]
        async with Client.from_url(cluster.url, socket_timeout=PATIENCE) as client:
            await use(client, cluster)


@pytest.mark.parametrize("peer", [REDIS_7, VALKEY])
async def test_behind_nat(peer: str) -> None:
    """Nodes tell ports that are not theirs; who knows the map of them finds all."""

    def elsewhere(node: ClusterNode) -> Sequence[str]:
        return ("--cluster-announce-port", str(node.port + 1), "--cluster-announce-ip", "127.0.0.1")

    remapped: list[tuple[str, int]] = []

    def remap(address: tuple[str, int]) -> tuple[str, int]:
        remapped.append(address)
        return address[0], address[1] - 1

    with RedisCluster(2, 0, program=require(peer), arguments=elsewhere) as cluster:
        async with Client.from_url(cluster.url, address_remap=remap, socket_timeout=PATIENCE) as client:
            await use(client, cluster)
        assert {port for _, port in remapped} == {node.port + 1 for node in cluster.nodes}


async def test_numbered_databases_of_valkey() -> None:
    """From version 9 on, where the nodes are told of them."""
    with RedisCluster(2, 0, program=require(VALKEY), arguments=("--cluster-databases", "4")) as cluster:
        async with Client.from_url(cluster.url, socket_timeout=PATIENCE) as client:
            other = client.db(1)
            await client.mset({key: 0 for key in KEYS})
            await other.mset({key: 1 for key in KEYS[:100]})
            assert await other.mget(KEYS[:101]) == [b"1"] * 100 + [None]
            assert (await client.dbsize(), await other.dbsize()) == (300, 100)
            async with other.transaction() as transaction:
                number = transaction.incr(TAG)
            assert number.result() == 1 and await client.get(TAG) is None
            async with other.dedicated(TAG) as own:
                assert await own.get(TAG) == b"1"
            async with other.pipeline() as batch:
                job, both = batch.blpop("{moving}queue", 1), batch.mget(KEYS[:2])
                batch.rpush("queue", 1)
            assert job.result() is None and both.result() == [b"1", b"1"]
