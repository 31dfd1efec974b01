"""Caching over a cluster, from asyncio: each link has its own, and what moves elsewhere is not kept there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.slots import slot_of
from tests.redis.cluster.aio.played import PlayedCluster, PlayedNode, client_of
from tests.redis.cluster.played import SILENT, USUAL
from tests.waiting import until_in_loop

KEY = b"key"
SLOT = slot_of(KEY)
OTHER = b"{key}other"  # of the same slot


@pytest.fixture
async def client(cluster: PlayedCluster) -> AsyncIterator[Client]:
    async with client_of(cluster, protocol=3, cache=CacheConfig()) as client:
        await client.ping()  # what waits for the map passes the cache by
        yield client


def gets(cluster: PlayedCluster) -> int:
    """How many reads came to the nodes."""
    return sum(node.names().count(b"GET") for node in cluster.nodes)


def write_behind(node: PlayedNode, key: bytes, value: bytes) -> None:
    """Another client has written."""
    node.store[key] = value
    node.changed(key)


async def test_each_node_tells_of_its_own_keys(cluster: PlayedCluster, client: Client) -> None:
    keys = [b"key%d" % number for number in range(20)]
    for _ in range(2):
        assert [await client.get(key) for key in keys] == [None] * 20
    assert gets(cluster) == 20
    assert all(len(node.trackers) == 1 for node in cluster.nodes)
    for key in keys:
        write_behind(cluster.owner_of(key), key, b"1")
    await until_in_loop(lambda: client.cache_stats and client.cache_stats.invalidated == 20)
    assert [await client.get(key) for key in keys] == [b"1"] * 20


async def test_statistics_are_of_all_nodes(cluster: PlayedCluster, client: Client) -> None:
    assert client.cache_stats is not None and client.cache_stats.misses == 0
    keys = [b"key%d" % number for number in range(20)]
    await asyncio.gather(*[client.get(key) for key in keys * 2])
    await asyncio.gather(*[client.get(key) for key in keys])
    stats = client.cache_stats
    assert (stats.misses, stats.joined, stats.hits, stats.entries) == (20, 20, 20, 20)
    async with client_of(cluster) as plain:
        assert plain.cache_stats is None


async def test_own_writes_are_read_however_they_were_sent(cluster: PlayedCluster, client: Client) -> None:
    for number, way in enumerate((alone, in_a_pipeline, in_a_transaction, on_a_link_of_its_own)):
        await client.get(KEY)
        await way(client, b"%d" % number)
        assert await client.get(KEY) == b"%d" % number


async def alone(client: Client, value: bytes) -> None:
    await client.execute("SET", KEY, value)


async def in_a_pipeline(client: Client, value: bytes) -> None:
    async with client.pipeline() as pipeline:
        pipeline.execute_command("SET", KEY, value)
        pipeline.execute_command("SET", b"other", value)


async def in_a_transaction(client: Client, value: bytes) -> None:
    async with client.transaction() as transaction:
        transaction.execute_command("SET", KEY, value)


async def on_a_link_of_its_own(client: Client, value: bytes) -> None:
    async with client.dedicated(KEY) as own:
        await own.execute("SET", KEY, value)


async def test_a_read_that_is_sent_elsewhere_is_not_kept_where_it_was_asked(
    cluster: PlayedCluster, client: Client
) -> None:
    """The node that has it now tells another link of changes."""
    await client.get(b"{key}first")
    target = cluster.other_than(cluster.owner_of(KEY))
    cluster.move(KEY, target)
    write_behind(target, KEY, b"1")
    assert await client.get(KEY) == b"1"
    write_behind(target, KEY, b"2")
    assert await client.get(KEY) == b"2"
    assert await client.get(KEY) == b"2"
    asked = gets(cluster)
    write_behind(target, KEY, b"3")
    await until_in_loop(lambda: client.cache_stats and client.cache_stats.invalidated)
    assert await client.get(KEY) == b"3" and gets(cluster) == asked + 1


async def test_an_answer_behind_asking_is_never_kept(cluster: PlayedCluster, client: Client) -> None:
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    ask = b"-ASK %d %b\r\n" % (SLOT, str(target.address).encode())
    source.script = lambda words: ask if words[0] == b"GET" else USUAL
    for number in range(3):
        target.store[KEY] = b"%d" % number
        assert await asyncio.gather(*[client.get(KEY)] * 3) == [b"%d" % number] * 3
    assert target.names().count(b"GET") == source.names().count(b"GET") == 3
    assert client.cache_stats is not None and client.cache_stats.entries == 0


async def test_nor_one_that_came_while_the_slot_moved(cluster: PlayedCluster, client: Client) -> None:
    """Asked before, answered with a redirect behind which others have joined."""
    await client.get(OTHER)
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    held: list[bytes] = []
    target.script = lambda words: held.append(words[1]) or SILENT if words[0] == b"GET" else USUAL  # type: ignore[func-returns-value]
    cluster.move(KEY, target)
    reads = [client.get(KEY) for _ in range(3)]
    await until_in_loop(lambda: held)
    target.say(b"$1\r\n1\r\n")
    assert await asyncio.gather(*reads) == [b"1"] * 3
    target.script = lambda words: USUAL
    target.store[KEY] = b"2"
    assert await client.get(KEY) == b"2"


async def test_a_slot_that_a_node_has_lost_takes_what_was_kept_with_it(
    cluster: PlayedCluster, client: Client
) -> None:
    """Also that there was nothing, of which no node would ever tell."""
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    assert await client.get(KEY) is None
    cluster.move(KEY, target)
    await client.execute("INCR", OTHER)
    await until_in_loop(lambda: client.cache_stats and client.cache_stats.entries == 0)  # by the refresh
    target.store[KEY] = b"1"
    cluster.move(KEY, source)
    assert await client.get(KEY) == b"1"


async def test_a_lost_link_takes_its_own_only(cluster: PlayedCluster, client: Client) -> None:
    keys = [b"key%d" % number for number in range(20)]
    await asyncio.gather(*[client.get(key) for key in keys])
    bad = cluster.owner_of(keys[0])
    bad.hang_up()
    await until_in_loop(lambda: client.cache_stats and client.cache_stats.entries < 20)
    asked = gets(cluster)
    await asyncio.gather(*[client.get(key) for key in keys])
    assert gets(cluster) - asked == sum(cluster.owner_of(key) is bad for key in keys)


async def test_who_joined_a_read_is_served_where_it_went(cluster: PlayedCluster, client: Client) -> None:
    await client.get(OTHER)
    cluster.move(KEY, cluster.other_than(cluster.owner_of(KEY)))
    cluster.owner_of(KEY).store[KEY] = b"1"
    first, second = client.get(KEY), client.text.get(KEY)
    first.cancel()
    assert await second == "1"


async def test_mget_over_nodes_is_kept_by_part(cluster: PlayedCluster, client: Client) -> None:
    keys = [b"key%d" % number for number in range(20)]
    await client.mset(dict.fromkeys(keys, b"1"))
    assert await client.mget(keys) == [b"1"] * 20
    asked = sum(node.names().count(b"MGET") for node in cluster.nodes)
    assert await client.mget(keys) == [b"1"] * 20
    assert sum(node.names().count(b"MGET") for node in cluster.nodes) == asked


async def test_another_user_sees_nothing_of_it(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    await client.reauthenticate(("somebody", "else"))
    assert client.cache_stats is not None and client.cache_stats.entries == 0
