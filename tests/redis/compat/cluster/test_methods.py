"""Methods of `RedisCluster`: who is asked what."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import redis.cluster as theirs

from framewire.redis.client.errors import RedisError
from framewire.redis.compat.cluster.client import RedisCluster
from framewire.redis.compat.cluster.nodes import ClusterNode
from framewire.redis.compat.cluster_errors import RedisClusterException
from tests.redis.compat.cluster.faking import FakeCluster

A, B = ClusterNode("a", 1), ClusterNode("b", 2)

TABLE: list[tuple[str, tuple[Any, ...], dict[str, Any], str, tuple[Any, ...]]] = [
    # method, arguments, keywords, who is asked, what
    ("get", ("k",), {}, "cluster", (b"GET", "k")),
    ("get", ("k",), {"target_nodes": A}, "a:1", (b"GET", "k")),
    ("ping", (), {"target_nodes": "all"}, "a:1,b:2,c:3", (b"PING",)),
    ("keys", ("*",), {"target_nodes": [A, B]}, "a:1,b:2", (b"KEYS", "*")),
    ("set", ("k", "v", 5), {"target_nodes": "primaries"}, "a:1,b:2", (b"SET", "k", "v", b"EX", 5)),
    ("execute_command", ("PING",), {"target_nodes": "replicas"}, "c:3", (b"PING",)),
    ("execute_command", ("CLUSTER INFO",), {}, "cluster", (b"CLUSTER", b"INFO")),
    ("mget_nonatomic", (["a", "b"], "c"), {}, "cluster", (b"MGET", "a", "b", "c")),
    ("cluster_myid", (A,), {}, "a:1", (b"CLUSTER", b"MYID")),
    ("cluster_links", (A,), {}, "a:1", (b"CLUSTER", b"LINKS")),
    ("cluster_addslots", (A, 1, 2), {}, "a:1", (b"CLUSTER", b"ADDSLOTS", 1, 2)),
    ("cluster_addslotsrange", (A, 1, 5), {}, "a:1", (b"CLUSTER", b"ADDSLOTSRANGE", 1, 5)),
    ("cluster_failover", (A,), {}, "a:1", (b"CLUSTER", b"FAILOVER")),
    ("cluster_failover", (A, "FORCE"), {}, "a:1", (b"CLUSTER", b"FAILOVER", "FORCE")),
    ("cluster_replicate", ([A, B], "id"), {}, "a:1,b:2", (b"CLUSTER", b"REPLICATE", "id")),
    ("cluster_setslot", (A, "id", 5, "NODE"), {}, "a:1", (b"CLUSTER", b"SETSLOT", 5, "NODE", "id")),
    ("cluster_setslot_stable", (5,), {}, "cluster", (b"CLUSTER", b"SETSLOT", 5, b"STABLE")),
    ("cluster_meet", ("h", 1), {"target_nodes": B}, "b:2", (b"CLUSTER", b"MEET", "h", 1)),
    ("cluster_slots", (), {}, "cluster", (b"CLUSTER", b"SLOTS")),
    ("cluster_slots", (B,), {}, "b:2", (b"CLUSTER", b"SLOTS")),
    ("cluster_info", (B,), {}, "b:2", (b"CLUSTER", b"INFO")),
    ("cluster_bumpepoch", ("primaries",), {}, "a:1,b:2", (b"CLUSTER", b"BUMPEPOCH")),
    ("cluster_meet", ("h", 1, B), {}, "b:2", (b"CLUSTER", b"MEET", "h", 1)),
    ("cluster_replicas", ("id", A), {}, "a:1", (b"CLUSTER", b"REPLICAS", "id")),
    ("cluster_reset", (False, A), {}, "a:1", (b"CLUSTER", b"RESET", b"HARD")),
    ("cluster_reset", (False,), {}, "cluster", (b"CLUSTER", b"RESET", b"HARD")),
    ("cluster_info", (), {"target_nodes": B}, "b:2", (b"CLUSTER", b"INFO")),
]


@pytest.mark.parametrize(("method", "arguments", "keywords", "who", "request_"), TABLE)
def test_who_is_asked(
    method: str, arguments: tuple[Any, ...], keywords: dict[str, Any], who: str, request_: tuple[Any, ...]
) -> None:
    cluster = FakeCluster()
    getattr(cluster, method)(*arguments, **keywords)
    assert cluster.asked == [(who, request_)]


REFUSED: list[tuple[str, tuple[Any, ...], type[Exception], str]] = [
    ("cluster_failover", (A, "NOW"), RedisError, "Invalid option for CLUSTER FAILOVER command: NOW"),
    ("cluster_setslot", (A, "id", 5, "STABLE"), RedisError, "cluster_setslot_stable"),
    ("cluster_setslot", (A, "id", 5, "x"), RedisError, "Invalid slot state: x"),
    ("replicaof", ("NO", "ONE"), RedisClusterException, "REPLICAOF is not supported in cluster mode"),
    ("slaveof", (), RedisClusterException, "not supported in cluster mode"),
    ("swapdb", (0, 1), RedisClusterException, "SWAPDB is not supported in cluster mode"),
]


@pytest.mark.parametrize(("method", "arguments", "kind", "text"), REFUSED)
def test_what_is_refused(method: str, arguments: tuple[Any, ...], kind: type[Exception], text: str) -> None:
    cluster = FakeCluster()
    with pytest.raises(kind, match=text):
        getattr(cluster, method)(*arguments)
    assert not cluster.asked


def test_nodes_are_told_where_redis_py_is_told_them() -> None:
    """Without a keyword, in all methods that name them in their signature."""
    for name in dir(theirs.RedisCluster):
        method = getattr(theirs.RedisCluster, name)
        if not name.startswith("cluster_") or not callable(method):
            continue
        _, *parameters = inspect.signature(method).parameters
        if "target_nodes" in parameters or "target_node" in parameters:
            cluster = FakeCluster()
            call = [[B] if each.startswith("target_node") else _ARGUMENTS.get(each, [1]) for each in parameters]
            getattr(cluster, name)(*(argument for part in call for argument in part))
            assert [who for who, _ in cluster.asked] == ["b:2"], name


_ARGUMENTS: dict[str, list[Any]] = {"state": ["NODE"], "option": ["FORCE"], "slots": [1, 2]}


def test_what_redis_py_has_is_there() -> None:
    """All public names of redis-py's class, but for modules, newer commands, and what is inside of it."""
    named = {name for name in vars(theirs.RedisCluster) if not name.startswith("_") and name.islower()}
    inside = {
        "determine_slot", "get_nodes_from_slot", "get_random_primary_or_all_nodes", "get_special_nodes", "on_connect",
        "set_retry", "load_external_module", "himport_registry", "himport_prepare", "himport_discard",
        "himport_discard_all", "keyspace_notifications",
    }  # fmt: skip
    assert named - inside - set(dir(RedisCluster)) == set()
    clusters = {name for name in dir(theirs.RedisCluster) if name.startswith("cluster_")}
    assert clusters - set(dir(RedisCluster)) == set()
