"""Methods of clusters, on two nodes of each real server, under both protocols, and beside redis-py."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import redis

from framewire.redis.client.commands.servers.cluster import ClusterNodes
from framewire.redis.client.commands.servers.cluster_slots import ClusterSlots
from framewire.redis.client.errors import ResponseError
from tests.against.client_calls import Direct, DirectText
from tests.peers import PEERS, RedisServer
from tests.redis.client.commands.asking import methods_of, types_in
from tests.redis.client.redis_py import OTHER_RESULTS
from tests.waiting import until

ID = re.compile(r"[0-9a-f]{40}")


def node(name: str) -> RedisServer:
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "6000", "--cluster-port", _free_port())
    return RedisServer(*options, name=name)


def _free_port() -> str:
    """The port of the cluster's bus; unsaid, it is 10 000 above the other, which may be too high."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.fixture(params=PEERS)
def nodes(request: pytest.FixtureRequest) -> Iterator[list[RedisServer]]:
    with ExitStack() as running:
        yield [running.enter_context(node(request.param)) for _ in range(2)]


@pytest.fixture
def clients(nodes: list[RedisServer]) -> Iterator[tuple[Direct, Direct]]:
    """One that speaks RESP2, and one that speaks RESP3."""
    with closing(Direct(nodes[0], 2)) as one, closing(Direct(nodes[1], 3)) as other:
        yield one, other


@pytest.mark.parametrize("which", [0, 1])
def test_slots(clients: tuple[Direct, Direct], which: int) -> None:
    one = clients[which]
    assert one.cluster_slots() == []
    assert one.cluster_addslotsrange(0, 100, 200, 300) is True
    assert one.cluster_addslots(400, 401) is True
    assert one.cluster_delslots(400) is True
    assert one.cluster_delslotsrange(290, 300) is True
    (first, second, third) = one.cluster_slots()
    assert [(each["start"], each["end"]) for each in (first, second, third)] == [(0, 100), (200, 289), (401, 401)]
    assert first["primary"]["id"] == one.cluster_myid() and first["replicas"] == []
    (node,) = one.cluster_nodes().values()
    assert node["slots"] == [["0", "100"], ["200", "289"], ["401"]]
    (shard,) = one.cluster_shards()
    assert shard["slots"] == [(0, 100), (200, 289), (401, 401)]
    assert one.cluster_keyslot("k") == 7629
    assert one.cluster_addslots(7629) is True
    assert one.cluster_countkeysinslot(7629) == 0
    assert one.cluster_get_keys_in_slot(7629, 10) == []
    assert one.cluster_flushslots() is True
    assert one.cluster_slots() == []


def test_nodes(clients: tuple[Direct, Direct], nodes: list[RedisServer]) -> None:
    one, other = clients
    mine, its = one.cluster_myid(), other.cluster_myid()
    assert ID.fullmatch(mine) and mine != its
    assert one.cluster_set_config_epoch(5) is True
    assert re.fullmatch(r"(BUMPED|STILL) \d+", one.cluster_bumpepoch())
    assert one.cluster_addslots(0) is True
    assert one.cluster_meet(nodes[1].host, nodes[1].port, bus_port(other)) is True
    until(lambda: its in ids(one) and mine in ids(other))
    until(lambda: one.cluster_info()["cluster_known_nodes"] == "2")
    for client, node_id in ((one, its), (other, mine)):
        assert {link["node"] for link in client.cluster_links()} == {node_id}
    assert one.cluster_count_failure_report(its) == 0
    until(lambda: other.cluster_shards() and "master" in flags(other, mine))
    assert other.cluster_replicate(mine) is True
    until(lambda: one.cluster_replicas(mine))
    (replica,) = one.cluster_replicas(mine).values()
    assert (replica["node_id"], replica["master_id"]) == (its, mine)
    until(lambda: len(one.cluster_slots()[0]["replicas"]) == 1)
    until(lambda: sorted(node["role"] for node in one.cluster_shards()[0]["nodes"]) == ["master", "replica"])
    assert other.cluster_failover("TAKEOVER") is True
    until(lambda: "master" in flags(other, its))
    assert one.cluster_save_config() is True
    assert other.cluster_forget(mine) is True
    assert mine not in ids(other)
    assert one.cluster_reset() is True
    assert other.cluster_reset(soft=False) is True
    assert other.cluster_myid() != its


def bus_port(client: Direct) -> int:
    return int(client.config_get("cluster-port")["cluster-port"])


def ids(client: Direct) -> set[str]:
    return {node["node_id"] for node in client.cluster_nodes().values() if "handshake" not in node["flags"]}


def flags(client: Direct, node_id: str) -> str:
    return next(node["flags"] for node in client.cluster_nodes().values() if node["node_id"] == node_id)


def test_a_slot_on_its_way(clients: tuple[Direct, Direct], nodes: list[RedisServer]) -> None:
    one, other = clients
    mine, its = one.cluster_myid(), other.cluster_myid()
    one.cluster_addslots(7)
    one.cluster_meet(nodes[1].host, nodes[1].port, bus_port(other))
    until(lambda: its in ids(one))
    until(lambda: "master" in flags(one, its))
    assert one.cluster_setslot(its, 7, "MIGRATING") is True
    migrating = next(node for node in one.cluster_nodes().values() if node["node_id"] == mine)
    assert migrating["migrations"] == [{"slot": "7", "node_id": its, "state": "migrating"}]
    assert one.cluster_setslot_stable(7) is True
    assert one.cluster_setslot(mine, 7, "NODE") is True


def test_a_shard_has_an_id(clients: tuple[Direct, Direct]) -> None:
    one, _ = clients
    if one.command_info("cluster|myshardid"):
        assert ID.fullmatch(one.cluster_myshardid())
    else:
        with pytest.raises(ResponseError, match="unknown subcommand"):
            one.cluster_myshardid()


def test_a_text_view_is_the_same(nodes: list[RedisServer]) -> None:
    with closing(Direct(nodes[0], 3)) as client, closing(DirectText(nodes[0], 3)) as text:
        assert client.cluster_nodes() == text.cluster_nodes()
        assert client.cluster_myid() == text.cluster_myid()


def test_redis_py_returns_the_same(nodes: list[RedisServer]) -> None:
    """Its client for clusters wants a whole one; its shapes are bound to the names of commands all the same."""
    other, (host, port) = Direct(nodes[1], 2), (nodes[0].host, nodes[0].port)
    with closing(Direct(nodes[0], 2)) as ours, closing(other), redis.Redis(host, port, protocol=2) as theirs:
        ours.cluster_addslotsrange(0, 100)
        ours.cluster_meet(nodes[1].host, nodes[1].port, bus_port(other))
        until(lambda: len(ids(ours)) == 2 and ours.cluster_links())
        results = {
            "cluster_nodes": (ours.cluster_nodes(), theirs.execute_command("CLUSTER NODES")),
            "cluster_info": (ours.cluster_info().keys(), theirs.execute_command("CLUSTER INFO").keys()),
            "cluster_replicas": ({}, theirs.execute_command("CLUSTER REPLICAS", ours.cluster_myid())),
            "cluster_slots": (ours.cluster_slots(), theirs.execute_command("CLUSTER SLOTS")),
            "cluster_shards": (ours.cluster_shards(), theirs.execute_command("CLUSTER SHARDS")),
            "cluster_links": (ours.cluster_links(), theirs.execute_command("CLUSTER LINKS")),
            "cluster_myid": (ours.cluster_myid(), theirs.execute_command("CLUSTER MYID")),
            "cluster_get_keys_in_slot": ([], theirs.execute_command("CLUSTER GETKEYSINSLOT", 7, 7)),
            "cluster_saveconfig": (True, theirs.execute_command("CLUSTER SAVECONFIG")),
            "cluster_bumpepoch": (type(ours.cluster_bumpepoch()), type(theirs.execute_command("CLUSTER BUMPEPOCH"))),
        }
    timeless = {name: [_without_times(result) for result in pair] for name, pair in results.items()}
    differ = {name for name, (mine, its) in timeless.items() if (mine, types_in(mine)) != (its, types_in(its))}
    assert differ == OTHER_RESULTS.keys() & results.keys()


def _without_times(result: Any) -> Any:
    if isinstance(result, dict):
        timed = ("last_ping_sent", "last_pong_rcvd", "connected", "epoch", "flags")
        return {name: _without_times(value) for name, value in result.items() if name not in timed}
    return result


def test_no_method_is_left_out() -> None:
    used = re.findall(r"\.(cluster_\w+)\(", Path(__file__).read_text())
    assert set(used) >= methods_of(ClusterNodes, ClusterSlots)
