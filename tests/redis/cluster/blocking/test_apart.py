"""Pipelines over a cluster with commands that wait, from threads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ClusterCrossSlotError, ConnectionError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.slots import slot_of
from tests.redis.cluster.blocking.played import HANG_UP, QUICK, SILENT, USUAL, PlayedCluster, PlayedNode, played
from tests.waiting import PATIENCE

KEY = b"list"
SLOT = slot_of(KEY)


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


@pytest.fixture
def client(cluster: PlayedCluster) -> Iterator[BlockingClient]:
    nodes = [cluster.nodes[0].address]
    options = Options(protocol=2, lib_name=None, retry=QUICK, socket_timeout=PATIENCE, startup_nodes=nodes)
    with BlockingClient.from_options(options) as client:
        client.get(KEY)
        yield client


def move(cluster: PlayedCluster) -> PlayedNode:
    target = cluster.other_than(cluster.owner_of(KEY))
    cluster.told = list(cluster.owners)
    cluster.move(KEY, target)
    return target


def test_a_pipeline_over_slots_with_one_that_waits(cluster: PlayedCluster, client: BlockingClient) -> None:
    other = next(b"k%d" % n for n in range(99) if cluster.owner_of(b"k%d" % n) is not cluster.owner_of(KEY))
    with client.pipeline() as pipeline:
        places: list[Any] = [
            pipeline.set(KEY, b"1"), pipeline.set(other, b"2"), pipeline.blpop(KEY, 1), pipeline.get(KEY),
            pipeline.get(other), pipeline.mget([KEY + b"{x}", other]), pipeline.dbsize(),
        ]  # fmt: skip
    assert [place.result() for place in places[:6]] == [True, True, (KEY, b"1"), None, b"2", [None, b"2"]]


def test_it_follows_its_slot_whole(cluster: PlayedCluster, client: BlockingClient) -> None:
    target = move(cluster)
    with client.pipeline() as pipeline:
        places: list[Any] = [pipeline.set(KEY, b"1"), pipeline.blpop(KEY, 1), pipeline.get(KEY), pipeline.get(b"other")]
    assert [place.result() for place in places] == [True, (KEY, b"1"), None, None]
    assert target.names()[-3:] == [b"SET", b"BLPOP", b"GET"]


def test_behind_asking_each_for_itself(cluster: PlayedCluster, client: BlockingClient) -> None:
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    ask = b"-ASK %d %b\r\n" % (SLOT, str(target.address).encode())
    source.script = lambda words: ask if words[0] == b"BLPOP" else USUAL
    with client.pipeline() as pipeline:
        places: list[Any] = [pipeline.set(KEY, b"1"), *[pipeline.blpop(KEY, 1) for _ in range(20)]]
    assert {place.result() for place in places[1:]} == {(KEY, b"?")}
    assert target.names().count(b"ASKING") == 20


def test_wait_is_asked_where_its_writes_are(cluster: PlayedCluster, client: BlockingClient) -> None:
    target = move(cluster)
    pipeline = client.pipeline()
    pipeline.execute_command("SET", KEY, b"1")
    pipeline.execute_command("WAIT", 1, 100)
    pipeline.execute()
    assert target.names()[-2:] == [b"SET", b"WAIT"]
    pipeline.execute_command("SET", KEY, b"1")
    pipeline.execute_command("SET", b"other", b"1")
    pipeline.execute_command("WAIT", 1, 100)
    with pytest.raises(ClusterCrossSlotError, match="WAIT"):
        pipeline.execute()


def test_one_that_fails_fails_alone(cluster: PlayedCluster, client: BlockingClient) -> None:
    cluster.owner_of(KEY).script = lambda words: HANG_UP if words[0] == b"BLPOP" else USUAL
    pipeline = client.pipeline()
    places = [
        pipeline.get(KEY), pipeline.blpop(KEY, 1), pipeline.get(b"other"), pipeline.blpop([b"a", b"b"], 1),
        pipeline.execute_command("SET", KEY, b"1"),
    ]  # fmt: skip
    pipeline.execute(raise_on_error=False)
    assert places[0].result() is None and places[2].result() is None
    lost, crossed, behind = (places[index].exception() for index in (1, 3, 4))
    assert isinstance(lost, ConnectionError) and lost.fate is Fate.UNKNOWN
    assert isinstance(behind, ConnectionError) and behind is not lost
    assert isinstance(crossed, ClusterCrossSlotError)


def test_one_node_that_does_not_answer_keeps_nobody_from_new_credentials(cluster: PlayedCluster) -> None:
    nodes = [node.address for node in cluster.nodes]
    options = Options(protocol=2, lib_name=None, retry=QUICK, socket_timeout=0.3, startup_nodes=nodes)
    with BlockingClient.from_options(options) as client:
        client.dbsize()
        cluster.nodes[1].script = lambda words: SILENT if words[0] == b"AUTH" else USUAL
        client.reauthenticate(("user", "secret"))
        assert all([b"AUTH", b"user", b"secret"] in node.asked for node in cluster.nodes)
