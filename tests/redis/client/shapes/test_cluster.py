"""What nodes of clusters say, as their versions write it."""

from __future__ import annotations

import pytest

from framewire.redis.client.shapes.cluster import cluster_info, links, nodes, replicas, shards, slots


@pytest.mark.parametrize(
    ("address", "name", "hostname"),
    [
        ("127.0.0.1:7000", "127.0.0.1:7000", ""),  # before Redis 4
        ("127.0.0.1:7000@17000", "127.0.0.1:7000", ""),
        ("::1:7000@17000", "::1:7000", ""),
        ("127.0.0.1:7000@17000,node.example", "127.0.0.1:7000", "node.example"),
        ("127.0.0.1:7000@17000,,tls-port=0,shard-id=69bc", "127.0.0.1:7000", ""),
        (":7000@17000", ":7000", ""),
    ],
)
def test_addresses(address: str, name: str, hostname: str) -> None:
    ((found, node),) = nodes(f"07c {address} myself,master - 0 0 1 connected 0-5\n".encode()).items()
    assert (found, node["hostname"], node["slots"]) == (name, hostname, [["0", "5"]])


def test_a_node_without_an_address_has_still_a_place() -> None:
    assert list(nodes(b"07c :0@0 master,noaddr - 0 0 1 disconnected\n")) == [":0"]


def test_replicas_are_lines_in_a_list() -> None:
    line = b"07c 127.0.0.1:1@2 slave e7d 0 5 4 connected"
    assert replicas([line]) == nodes(line + b"\n")


def test_hosts_that_are_unknown() -> None:
    (found,) = slots([[0, 1, [None, 1, b"a"], [b"?", 2, b"b"]]])
    primary, (replica,) = found["primary"], found["replicas"]
    assert (primary["host"], replica["host"], replica["metadata"]) == (None, "?", {})


def test_both_protocols() -> None:
    flat = [[b"slots", [0, 1], b"nodes", [[b"id", b"a", b"port", 1]]]]
    maps = [{b"slots": [0, 1], b"nodes": [{b"id": b"a", b"port": 1}]}]
    assert shards(flat) == shards(maps) == [{"slots": [(0, 1)], "nodes": [{"id": "a", "port": 1}]}]
    assert links([[b"node", b"a"]]) == links([{b"node": b"a"}]) == [{"node": "a"}]
    assert cluster_info(b"cluster_state:ok\r\n") == {"cluster_state": "ok"}
