"""Nodes as users hold them."""

from __future__ import annotations

from typing import Any

import pytest
import redis.cluster as theirs

from framewire.redis.compat.cluster import nodes
from framewire.redis.compat.cluster.nodes import ClusterNode, LoadBalancingStrategy, named_nodes


def test_a_node_is_its_name() -> None:
    node = ClusterNode("localhost", "7000", "primary")
    assert (node.host, node.port, node.name, node.server_type) == ("127.0.0.1", 7000, "127.0.0.1:7000", "primary")
    assert (
        node == ClusterNode("127.0.0.1", 7000) and node != ClusterNode("127.0.0.1", 7001) and node != "127.0.0.1:7000"
    )
    assert len({node, ClusterNode("127.0.0.1", 7000, "replica")}) == 1
    assert ClusterNode("::1", 1).name == theirs.ClusterNode("::1", 1).name == "::1:1"
    assert "name=127.0.0.1:7000" in repr(node)


def test_the_words_are_redis_py_s() -> None:
    assert nodes.FLAGS == theirs.RedisCluster.NODE_FLAGS
    assert [each.value for each in LoadBalancingStrategy] == [each.value for each in theirs.LoadBalancingStrategy]
    assert (nodes.PRIMARY, nodes.REPLICA) == (theirs.PRIMARY, theirs.REPLICA)


A, B = ClusterNode("a", 1), ClusterNode("b", 2)


@pytest.mark.parametrize(("targets", "found"), [(A, [A]), ([A, B], [A, B]), ((A,), [A]), ({"x": B}, [B]), ([], [])])
def test_who_is_named(targets: Any, found: list[ClusterNode]) -> None:
    assert list(named_nodes(targets)) == found


@pytest.mark.parametrize("targets", ["primary", 5, ["a:1"], None, {A: "x"}])
def test_who_is_not(targets: Any) -> None:
    with pytest.raises(TypeError, match="target_nodes is one of the flags"):
        named_nodes(targets)
