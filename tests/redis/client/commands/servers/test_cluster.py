"""The nodes of a cluster: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.commands.servers.cluster import ClusterNodes
from tests.redis.client.commands.asking import Row, called_in, check, methods_of

NODES = b"""\
07c 127.0.0.1:30004@31004,host4 slave e7d 0 1426238317239 4 connected
67e ::1:30002@31002,,shard-id=5 master - 5 7 2 disconnected 5461-10922 11000 [93->-07c] [77-<-e7d]
e7d 127.0.0.1:30001 myself,master - 0 0 1 connected
"""
SHAPED_NODES = {
    "127.0.0.1:30004": {
        "node_id": "07c", "hostname": "host4", "flags": "slave", "master_id": "e7d", "last_ping_sent": "0",
        "last_pong_rcvd": "1426238317239", "epoch": "4", "slots": [], "migrations": [], "connected": True,
    },
    "::1:30002": {
        "node_id": "67e", "hostname": "", "flags": "master", "master_id": "-", "last_ping_sent": "5",
        "last_pong_rcvd": "7", "epoch": "2", "slots": [["5461", "10922"], ["11000"]],
        "migrations": [
            {"slot": "93", "node_id": "07c", "state": "migrating"},
            {"slot": "77", "node_id": "e7d", "state": "importing"},
        ],
        "connected": False,
    },
    "127.0.0.1:30001": {
        "node_id": "e7d", "hostname": "", "flags": "myself,master", "master_id": "-", "last_ping_sent": "0",
        "last_pong_rcvd": "0", "epoch": "1", "slots": [], "migrations": [], "connected": True,
    },
}  # fmt: skip

ROWS = [
    Row(
        lambda c: c.cluster_info(), "CLUSTER INFO", Verbatim(b"txt", b"cluster_state:ok\r\ncluster_size:3\r\n"),
        {"cluster_state": "ok", "cluster_size": "3"},
    ),
    Row(lambda c: c.cluster_nodes(), "CLUSTER NODES", Verbatim(b"txt", NODES), SHAPED_NODES),
    Row(
        lambda c: c.cluster_shards(), "CLUSTER SHARDS",
        [{b"slots": [0, 5, 7, 9], b"nodes": [{b"id": b"07c", b"port": 1, b"ip": b"::1", b"role": b"master"}]}],
        [{"slots": [(0, 5), (7, 9)], "nodes": [{"id": "07c", "port": 1, "ip": "::1", "role": "master"}]}],
    ),
    Row(lambda c: c.cluster_shards(), "CLUSTER SHARDS", [{b"slots": [], b"nodes": []}], [{"slots": [], "nodes": []}]),
    Row(
        lambda c: c.cluster_links(), "CLUSTER LINKS", [{b"direction": b"to", b"node": b"07c", b"create-time": 5}],
        [{"direction": "to", "node": "07c", "create-time": 5}],
    ),
    Row(lambda c: c.cluster_myid(), "CLUSTER MYID", b"07c", "07c"),
    Row(lambda c: c.cluster_myshardid(), "CLUSTER MYSHARDID", b"07c", "07c"),
    Row(lambda c: c.cluster_replicas("07c"), "CLUSTER REPLICAS 07c", NODES.splitlines(), SHAPED_NODES),
    Row(lambda c: c.cluster_replicas("07c"), "CLUSTER REPLICAS 07c", [], {}),
    Row(lambda c: c.cluster_count_failure_report("07c"), "CLUSTER COUNT-FAILURE-REPORTS 07c", 0),
    Row(lambda c: c.cluster_meet("h", 1), "CLUSTER MEET h 1", b"OK", True),
    Row(lambda c: c.cluster_meet("h", 1, 2), "CLUSTER MEET h 1 2", b"OK", True),
    Row(lambda c: c.cluster_forget("07c"), "CLUSTER FORGET 07c", b"OK", True),
    Row(lambda c: c.cluster_replicate("07c"), "CLUSTER REPLICATE 07c", b"OK", True),
    Row(lambda c: c.cluster_failover(), "CLUSTER FAILOVER", b"OK", True),
    Row(lambda c: c.cluster_failover("FORCE"), "CLUSTER FAILOVER FORCE", b"OK", True),
    Row(lambda c: c.cluster_reset(), "CLUSTER RESET SOFT", b"OK", True),
    Row(lambda c: c.cluster_reset(soft=False), "CLUSTER RESET HARD", b"OK", True),
    Row(lambda c: c.cluster_save_config(), "CLUSTER SAVECONFIG", b"OK", True),
    Row(lambda c: c.cluster_set_config_epoch(5), "CLUSTER SET-CONFIG-EPOCH 5", b"OK", True),
    Row(lambda c: c.cluster_bumpepoch(), "CLUSTER BUMPEPOCH", Simple(b"BUMPED 7"), "BUMPED 7"),
]  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(ClusterNodes)
