"""Calls that several nodes answer, from threads: in parts, or each for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis.client.errors import ClusterPartialError, DataError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.blocking.route import ClusterRoute
from tests.redis.cluster.blocking.played import USUAL, PlayedCluster, played, routed
from tests.waiting import PATIENCE

KEYS = [b"key%d" % number for number in range(40)]
PAIRS = [item for key in KEYS for item in (key, b"of " + key)]


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


@pytest.fixture
def route(cluster: PlayedCluster) -> Iterator[ClusterRoute]:
    with routed(cluster) as route:
        yield route


def ask(route: ClusterRoute, *request: Any) -> Any:
    return route.call(request, None, PATIENCE)


def test_parts_are_joined(cluster: PlayedCluster, route: ClusterRoute) -> None:
    assert ask(route, b"MSET", *PAIRS)
    assert ask(route, b"MGET", *KEYS, b"none") == [*PAIRS[1::2], None]
    assert ask(route, b"DEL", *KEYS) == len(KEYS)
    assert not any(node.store for node in cluster.nodes)


def test_parts_to_one_node_leave_in_one_write(cluster: PlayedCluster, route: ClusterRoute) -> None:
    ask(route, b"MGET", *KEYS)
    assert all(max(node.writes) == node.names().count(b"MGET") > 1 for node in cluster.nodes)


def test_a_part_that_fails_is_told_with_what_became_of_the_others(cluster: PlayedCluster, route: ClusterRoute) -> None:
    ask(route, b"MSET", *PAIRS)
    bad = cluster.owner_of(KEYS[0])
    bad.script = lambda words: b"-ERR no\r\n" if words[0] == b"DEL" else USUAL
    with pytest.raises(ClusterPartialError, match="no") as partial:
        ask(route, b"DEL", *KEYS)
    assert partial.value.fate is Fate.EXECUTED
    assert not any(node.store for node in cluster.nodes if node is not bad)


def test_no_part_leaves_where_another_has_no_form(cluster: PlayedCluster, route: ClusterRoute) -> None:
    with pytest.raises(DataError) as refused:
        ask(route, b"MSET", *PAIRS, b"more", object())
    assert refused.value.fate is Fate.NOT_EXECUTED
    with pytest.raises(DataError):
        ask(route, b"SCRIPT", b"LOAD", object())
    assert not any(node.asked for node in cluster.nodes)


def test_all_nodes_are_asked_and_their_replies_made_one(cluster: PlayedCluster, route: ClusterRoute) -> None:
    ask(route, b"MSET", *PAIRS)
    assert ask(route, b"DBSIZE") == len(KEYS)
    info = route.call((b"INFO",), lambda reply: "shaped", PATIENCE)
    assert info in ("shaped", {str(node.address): "shaped" for node in cluster.nodes})
