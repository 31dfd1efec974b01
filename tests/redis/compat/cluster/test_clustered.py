"""The nodes of a cluster by redis-py's names, out of a map, without a socket."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import ClusterCrossSlotError, SharedLinkError
from framewire.redis.client.fates import Fate
from framewire.redis.compat.cluster.clustered import Clustered, cluster_callbacks, translated
from framewire.redis.compat.cluster.nodes import ClusterNode
from framewire.redis.compat.cluster_errors import (
    CrossSlotError,
    CrossSlotTransactionError,
    RedisClusterException,
    SlotNotCoveredError,
)
from framewire.redis.slots import slot_of
from tests.redis.compat.cluster.faking import SLOTS_REPLY, FakeCluster


def names(found: Any) -> list[str]:
    return [node.name for node in found]


def key_in(first: int, last: int) -> str:
    return next(key for key in map(str, range(100_000)) if first <= slot_of(key.encode()) <= last)


def test_nodes_by_role() -> None:
    cluster = FakeCluster()
    assert names(cluster.get_primaries()) == ["a:1", "b:2"] and names(cluster.get_replicas()) == ["c:3"]
    assert names(cluster.get_nodes()) == ["a:1", "b:2", "c:3"]
    assert [node.server_type for node in cluster.get_nodes()] == ["primary", "primary", "replica"]
    assert cluster.get_random_node() in cluster.get_nodes()
    assert cluster.get_random_primary_node() in cluster.get_primaries()


def test_a_node_is_the_same_object_each_time_and_changes_its_role() -> None:
    cluster = FakeCluster()
    node = cluster.get_node("c", 3)
    assert node is not None and node is cluster.get_node(node_name="c:3") and node.redis_connection == "client of c"
    cluster.learn([[0, 16383, [b"c", 3, b"id-c"], [b"a", 1, b"id-a"]]])
    assert names(cluster.get_primaries()) == ["c:3"] and node.server_type == "primary"
    assert cluster.get_node("b", 2) is None and cluster.get_node(node_name="b:2") is None


def test_nodes_by_key() -> None:
    cluster = FakeCluster()
    first, second, nobody = key_in(0, 99), key_in(200, 16383), key_in(100, 199)
    assert names([cluster.get_node_from_key(first), cluster.get_node_from_key(second)]) == ["a:1", "b:2"]
    assert names([cluster.get_node_from_key(first, replica=True)]) == ["c:3"]
    assert cluster.get_node_from_key(second, replica=True) is None
    with pytest.raises(SlotNotCoveredError, match=f'Slot "{cluster.keyslot(nobody)}" is not covered'):
        cluster.get_node_from_key(nobody)
    assert cluster.keyslot("foo") == cluster.keyslot(b"{foo}bar") == 12182


def test_the_default_node() -> None:
    cluster = FakeCluster()
    first = cluster.get_default_node()
    assert first is not None and first.name == "a:1"
    assert cluster._set_default(ClusterNode("c", 3)) and names([cluster.get_default_node()]) == ["c:3"]
    assert not cluster._set_default(ClusterNode("x", 9)) and not cluster._set_default(None)
    cluster.replace_default_node()
    assert cluster.get_default_node() in cluster.get_primaries()
    cluster.replace_default_node(first)
    assert cluster.get_default_node() is first
    cluster.learn([[0, 16383, [b"b", 2, b"id-b"]]])  # it has left
    assert names([cluster.get_default_node()]) == ["b:2"]
    cluster.replace_default_node()  # there is no other
    assert names([cluster.get_default_node()]) == ["b:2"]


@pytest.mark.parametrize(("targets", "found"), [
    (Clustered.PRIMARIES, ["a:1", "b:2"]),
    (Clustered.REPLICAS, ["c:3"]),
    (Clustered.ALL_NODES, ["a:1", "b:2", "c:3"]),
    (Clustered.DEFAULT_NODE, ["a:1"]),
    (ClusterNode("b", 2), ["b:2"]),
    ([ClusterNode("c", 3), ClusterNode("a", 1)], ["c:3", "a:1"]),
    ({"x": ClusterNode("b", 2)}, ["b:2"]),
])  # fmt: skip
def test_target_nodes(targets: Any, found: list[str]) -> None:
    cluster = FakeCluster()
    nodes = cluster._nodes_at(targets)
    assert names(nodes) == found and all(node.redis_connection for node in nodes)
    assert cluster._nodes_at(Clustered.RANDOM)[0] in cluster.get_primaries()


def test_where_nobody_is_meant() -> None:
    cluster = FakeCluster([[0, 16383, [b"a", 1, b"id-a"]]])
    with pytest.raises(RedisClusterException, match="No targets were found"):
        cluster._nodes_at(Clustered.REPLICAS)
    with pytest.raises(TypeError):
        cluster._nodes_at("everybody")


def test_what_would_change_a_link_is_refused_with_what_to_use() -> None:
    with pytest.raises(SharedLinkError, match=r"node\.redis_connection\.client\(\)$"):
        FakeCluster().select(1)


def test_slots_have_redis_py_s_form_by_their_callback_too() -> None:
    callbacks = cluster_callbacks()
    expected = {
        (0, 99): {"primary": ("a", 1), "replicas": [("c", 3)]}, (200, 16383): {"primary": ("b", 2), "replicas": []}
    }  # fmt: skip
    assert callbacks["cluster slots"](SLOTS_REPLY) == expected and not callbacks.own


def test_errors_are_translated_where_nothing_was_sent() -> None:
    ours = ClusterCrossSlotError("two slots", fate=Fate.NOT_EXECUTED)
    error = translated(ours)
    assert isinstance(error, RedisClusterException) and isinstance(error, ClusterCrossSlotError)
    assert type(error) is CrossSlotError and error.fate is Fate.NOT_EXECUTED and translated(error) is error
    assert type(translated(ours, transaction=True)) is CrossSlotTransactionError
    servers = ClusterCrossSlotError("CROSSSLOT of a script", fate=Fate.UNKNOWN)
    assert translated(servers) is servers
