"""The cluster client of threads on real clusters: what its users see; and under load, while everything happens to the
cluster that may, no write is lost, doubled, or lied about.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ClusterCrossSlotError, ClusterError, WatchError
from framewire.redis.slots import slot_of
from tests.against.cluster_ledger import judge
from tests.against.cluster_load_threads import SharedLedger, ThreadLoad
from tests.against.cluster_scenes import CLIENT_NAME, SCENES, Stage, play, read_all
from tests.peers import REDIS_7, VALKEY, require
from tests.waiting import PATIENCE, until

pytestmark = [pytest.mark.peer, pytest.mark.slow, pytest.mark.timeout(900)]

STORED = ("--appendonly", "yes", "--appendfsync", "always")
KEYS = [f"key:{number}" for number in range(300)]


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(program=require(request.param)) as cluster:
        yield cluster


@pytest.fixture(params=[2, 3])
def client(cluster: RedisCluster, request: pytest.FixtureRequest) -> Iterator[BlockingClient]:
    with BlockingClient.from_url(cluster.url, protocol=request.param, socket_timeout=PATIENCE) as client:
        client.flushall()
        yield client


def test_keys_of_all_slots(client: BlockingClient) -> None:
    assert client.mset({key: key for key in KEYS}) is True
    assert client.text.mget(KEYS) == KEYS
    assert client.dbsize() == len(KEYS)
    assert sorted(client.text.keys("*")) == sorted(KEYS)
    assert sorted(client.text.scan_iter(count=20)) == sorted(KEYS)
    assert client.randomkey() is not None
    assert client.exists(*KEYS) == client.delete(*KEYS) == len(KEYS)
    with pytest.raises(ClusterCrossSlotError):
        client.rename("a", "b")


def test_pipelines_and_transactions(client: BlockingClient) -> None:
    with client.pipeline() as batch:
        numbers = [batch.incr(key) for key in KEYS]
        values = batch.mget(KEYS[:5])
    assert [number.result() for number in numbers] == [1] * len(KEYS)
    assert values.result() == [b"1"] * 5
    with client.transaction() as transaction:
        transaction.set("{x}1", 1)
        both = transaction.mget("{x}1", "{x}2")
    assert both.result() == [b"1", None]
    with client.transaction("{x}1") as watching:
        watching.set("{x}2", int(watching.watched.get("{x}1") or 0) + 1)
    assert client.get("{x}2") == b"2"
    with pytest.raises(WatchError), client.transaction("{x}1") as beaten:
        client.set("{x}1", "changed")
        beaten.set("{x}2", "never")


def test_scripts_locks_and_what_waits(client: BlockingClient) -> None:
    script = client.register_script("return ARGV[1]")
    assert [script(keys=[key], args=[key]) for key in KEYS[:9]] == [key.encode() for key in KEYS[:9]]
    with client.lock("lock:1") as lock:
        assert lock.owned()
    client.rpush("queue", "job")
    assert client.text.blpop("queue", 1) == ("queue", "job")


def test_each_node_for_itself(cluster: RedisCluster, client: BlockingClient) -> None:
    with pytest.raises(ClusterError, match="get_nodes"):
        client.execute("CLIENT", "KILL", "ID", 1)
    primaries, replicas = client.get_primaries(), client.get_replicas()
    assert (len(primaries), len(replicas)) == (3, 3)
    assert {node.info("replication")["role"] for node in replicas} == {"slave"}
    client.mset({key: 1 for key in KEYS})
    assert sum(node.dbsize() for node in primaries) == len(KEYS)


@pytest.mark.parametrize("read_from", ["any", "nearest"])
def test_reads_from_replicas(cluster: RedisCluster, client: BlockingClient, read_from: str) -> None:
    client.mset({key: key for key in KEYS})
    replicas = client.get_replicas()
    until(lambda: sum(node.dbsize() for node in replicas) == len(KEYS))
    for node in replicas:
        node.config_resetstat()
    with BlockingClient.from_url(cluster.url, read_from=read_from, socket_timeout=PATIENCE) as reader:
        for _ in range(3):
            assert [reader.text.get(key) for key in KEYS] == KEYS
            assert reader.text.mget(KEYS) == KEYS
        reader.set(KEYS[0], "written")
        assert client.get(KEYS[0]) == b"written"
    read = [node.info("commandstats").get("cmdstat_get", {"calls": 0})["calls"] for node in replicas]
    assert all(read) if read_from == "any" else any(read)


def test_what_is_cached_goes_when_its_slot_does(cluster: RedisCluster, client: BlockingClient) -> None:
    """The new owner tells another link of changes."""
    key = "{moving}key"
    with BlockingClient.from_url(cluster.url, protocol=3, cache=CacheConfig(), socket_timeout=PATIENCE) as caching:
        client.set(key, 1)
        assert [caching.get(key), caching.get(key)] == [b"1", b"1"]
        assert caching.cache_stats is not None and caching.cache_stats.hits == 1
        client.set(key, 2)
        until(lambda: caching.get(key) == b"2")
        before = cluster.primary_of(slot_of(b"moving"))
        cluster.move_slot(slot_of(b"moving"), next(node for node in cluster.primaries if node is not before))
        client.set(key, 3)
        until(lambda: caching.get(key) == b"3")
        client.set(key, 4)
        until(lambda: caching.get(key) == b"4")
        cluster.move_slot(slot_of(b"moving"), before)


# -- the proof --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", [REDIS_7, VALKEY])
def test_no_write_is_lost_doubled_or_lied_about(peer: str) -> None:
    ledger = SharedLedger()
    with RedisCluster(program=require(peer), arguments=STORED) as cluster:
        with BlockingClient.from_url(cluster.url, client_name=CLIENT_NAME, socket_timeout=PATIENCE) as client:
            load = ThreadLoad(client, ledger, seed=1)
            load.start()
            stage = Stage(cluster, ledger, load.progress, lambda: load.failed)
            try:
                for scene in SCENES:
                    play(scene, stage)
            finally:
                load.stop()
        cluster.wait_until_ok()
        found, faults = read_all(cluster)
        ledger.faults += faults
        verdict = judge(ledger, found)
        print(f"{cluster.program.version}: {verdict}")
        verdict.hold()
        assert verdict.confirmed > 1000
