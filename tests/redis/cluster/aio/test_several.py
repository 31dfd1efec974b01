"""Calls that several nodes answer: in parts, or each for itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import ClusterPartialError, DataError, QueueFullError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.aio.route import ClusterRoute
from tests.redis.client.aio.scripted import no_complaints
from tests.redis.cluster.aio.played import PlayedCluster, left_over, played, route_to
from tests.redis.cluster.played import HANG_UP, SILENT, USUAL
from tests.waiting import PATIENCE

KEYS = [b"key%d" % number for number in range(40)]
PAIRS = [item for key in KEYS for item in (key, b"of " + key)]


async def ask(route: ClusterRoute, *request: Any) -> Any:
    return await route.call(request, None, PATIENCE)


def two_nodes(cluster: PlayedCluster) -> tuple[bytes, bytes]:
    """Keys of two different nodes."""
    return KEYS[0], next(key for key in KEYS if cluster.owner_of(key) is not cluster.owner_of(KEYS[0]))


# -- several slots ----------------------------------------------------------------------------------------------------


async def test_parts_are_joined(cluster: PlayedCluster, route: ClusterRoute) -> None:
    assert await ask(route, b"MSET", *PAIRS)
    assert await ask(route, b"MGET", *KEYS, b"none") == [*PAIRS[1::2], None]
    assert await ask(route, b"DEL", *KEYS) == len(KEYS)
    assert not any(node.store for node in cluster.nodes)


async def test_a_text_view_joins_them_too(client: Client) -> None:
    await client.mset(dict(zip(KEYS, KEYS, strict=True)))
    assert await client.text.mget(KEYS, "none") == [*[key.decode() for key in KEYS], None]
    assert await client.mget(KEYS) == KEYS


async def test_parts_to_one_node_leave_in_one_write(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await ask(route, b"MGET", *KEYS)
    assert all(max(node.writes) == node.names().count(b"MGET") > 1 for node in cluster.nodes)


async def test_a_part_that_fails_is_told_with_what_became_of_the_others(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    await ask(route, b"MSET", *PAIRS)
    bad = cluster.owner_of(KEYS[0])
    bad.script = lambda words: b"-ERR no\r\n" if words[0] == b"DEL" else USUAL
    with pytest.raises(ClusterPartialError, match="no") as partial:
        await ask(route, b"DEL", *KEYS)
    assert partial.value.fate is Fate.EXECUTED
    assert not any(node.store for node in cluster.nodes if node is not bad)
    told = {key for keys in partial.value.errors for key in keys}
    assert told == {key for key in KEYS if cluster.owner_of(key) is bad}


async def test_a_lost_link_makes_the_fate_of_its_parts_unknown(cluster: PlayedCluster) -> None:
    bad = cluster.owner_of(KEYS[0])
    bad.script = lambda words: HANG_UP if words[0] == b"DEL" else USUAL
    async with route_to(cluster, retry=Retry(0)) as route:
        with pytest.raises(ClusterPartialError) as partial:
            await ask(route, b"DEL", *KEYS)
    assert partial.value.fate is Fate.UNKNOWN


async def test_no_part_leaves_where_another_has_no_form(cluster: PlayedCluster, client: Client) -> None:
    first, second = two_nodes(cluster)
    with pytest.raises(DataError):
        await client.execute("MSET", first, b"1", second, object())
    await client.ping()
    assert not any(b"MSET" in node.names() for node in cluster.nodes)


async def test_a_part_for_which_there_is_no_room_fails_alone(cluster: PlayedCluster) -> None:
    """The other one has left."""
    first, second = two_nodes(cluster)
    async with route_to(cluster, max_in_flight=1, max_queued_bytes=0) as route:
        await ask(route, b"GET", first)
        await ask(route, b"GET", second)
        cluster.owner_of(second).script = lambda words: SILENT if words[0] == b"GET" else USUAL
        waits = route.call((b"GET", second), None, PATIENCE)
        with pytest.raises(ClusterPartialError) as partial:
            await ask(route, b"MSET", first, b"1", second, b"2")
        assert [type(error) for error in partial.value.errors.values()] == [QueueFullError]
        assert partial.value.fate is Fate.EXECUTED
        assert cluster.owner_of(first).store[first] == b"1"
        waits.cancel()


async def test_who_leaves_hears_of_no_part(route: ClusterRoute) -> None:
    await ask(route, b"PING")
    with no_complaints():
        for request in [(b"MGET", *KEYS), (b"DBSIZE",), (b"MY.COMMAND", b"x"), (b"SCAN", b"0")]:
            left = route.call(request, None, PATIENCE)
            await asyncio.sleep(0)
            left.cancel()
        await ask(route, b"MGET", *KEYS)


# -- no key -----------------------------------------------------------------------------------------------------------


async def test_all_nodes_are_asked_and_their_replies_made_one(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await ask(route, b"MSET", *PAIRS)
    assert await ask(route, b"DBSIZE") == len(KEYS)
    assert all(node.names().count(b"DBSIZE") == 1 for node in cluster.nodes)


async def test_replicas_are_asked_of_what_concerns_all_nodes() -> None:
    async with played(replicas=True) as cluster, route_to(cluster) as route:
        await ask(route, b"DBSIZE")
        await ask(route, b"CONFIG", b"SET", b"maxmemory", b"0")
        assert [node.names().count(b"CONFIG") for node in cluster.nodes] == [1] * 6
        assert [node.names().count(b"DBSIZE") for node in cluster.nodes] == [1] * 3 + [0] * 3


async def test_one_node_that_fails_is_named(cluster: PlayedCluster, route: ClusterRoute) -> None:
    bad = cluster.nodes[1]
    bad.script = lambda words: b"-ERR not here\r\n" if words[0] == b"FLUSHALL" else USUAL
    with pytest.raises(ClusterPartialError, match="not here") as partial:
        await ask(route, b"FLUSHALL")
    assert list(partial.value.errors) == [bad.address]
    assert set(partial.value.results) == {node.address for node in cluster.nodes if node is not bad}
    assert partial.value.fate is Fate.EXECUTED


async def test_a_question_to_one_node_is_asked_again_where_its_link_is_lost(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    answers = [HANG_UP, HANG_UP]
    cluster.nodes[1].script = lambda words: answers.pop() if answers and words[0] == b"DBSIZE" else USUAL
    assert await ask(route, b"DBSIZE") == 0
    assert [node.names().count(b"DBSIZE") for node in cluster.nodes] == [1, 3, 1]


async def test_of_that_node_and_for_a_while(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await ask(route, b"PING")
    cluster.nodes[1].stop()
    with pytest.raises(ClusterPartialError) as partial:
        await ask(route, b"DBSIZE")
    assert list(partial.value.errors) == [cluster.nodes[1].address]
    assert left_over(route) == 0


async def test_a_busy_node_is_asked_later(cluster: PlayedCluster, route: ClusterRoute) -> None:
    answers = [b"-BUSY running a script\r\n", b"-LOADING\r\n"]
    cluster.nodes[1].script = lambda words: answers.pop() if answers and words[0] == b"DBSIZE" else USUAL
    assert await ask(route, b"DBSIZE") == 0
    assert [node.names().count(b"DBSIZE") for node in cluster.nodes] == [1, 3, 1]
