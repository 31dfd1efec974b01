"""Links of one's own to the nodes of a cluster, from asyncio: to the slot's owner, and after it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import (
    ClusterCrossSlotError,
    ClusterDownError,
    ConnectionError,
    DataError,
    MaxConnectionsError,
    MovedError,
    ResponseError,
    WatchError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.slots import slot_of
from tests.redis.cluster.aio.played import PlayedCluster, PlayedNode, client_of
from tests.redis.cluster.played import HANG_UP, SILENT, USUAL
from tests.waiting import until_in_loop

KEY = b"list"
SLOT = slot_of(KEY)


def move(cluster: PlayedCluster) -> PlayedNode:
    """Where `KEY` is now; the client has still to learn it."""
    target = cluster.other_than(cluster.owner_of(KEY))
    cluster.told = list(cluster.owners)
    cluster.move(KEY, target)
    return target


def asks(cluster: PlayedCluster, name: bytes) -> PlayedNode:
    """Where the owner of `KEY` sends those who want `name`."""
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    ask = b"-ASK %d %b\r\n" % (SLOT, str(target.address).encode())
    source.script = lambda words: ask if words[0] == name else USUAL
    return target


def lent(client: Client) -> int:
    """How many links are with somebody."""
    return len(client._route._owning._lent)  # type: ignore[attr-defined]


# -- blocking commands ------------------------------------------------------------------------------------------------


async def test_a_blocking_command_goes_to_its_slot_on_its_own_link(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    owner = cluster.owner_of(KEY)
    connects = owner.connects
    assert await client.blpop(KEY, 1) == (KEY, b"?")
    assert await client.blpop(KEY, 1) == (KEY, b"?")
    assert owner.names().count(b"BLPOP") == 2
    assert owner.connects == connects + 1  # which is lent again
    assert lent(client) == 0


async def test_it_follows_its_slot(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    target = move(cluster)
    assert await client.blpop(KEY, 1) == (KEY, b"?")
    assert target.names().count(b"BLPOP") == 1
    before = sum(node.names().count(b"BLPOP") for node in cluster.nodes)
    assert await client.blpop(KEY, 1) == (KEY, b"?")  # which knows where now
    assert sum(node.names().count(b"BLPOP") for node in cluster.nodes) == before + 1
    assert lent(client) == 0


async def test_and_behind_asking(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    target = asks(cluster, b"BLPOP")
    assert await client.blpop(KEY, 1) == (KEY, b"?")
    assert target.names()[-2:] == [b"ASKING", b"BLPOP"]
    assert target.writes[-1] == 2


async def test_a_slot_that_moves_while_it_waits_unblocks_it_elsewhere(cluster: PlayedCluster, client: Client) -> None:
    """A node says MOVED to who waits there."""
    owner = cluster.owner_of(KEY)
    owner.script = lambda words: SILENT if words[0] == b"BLPOP" else USUAL
    waits = client.blpop(KEY, 0)
    await owner.came(b"BLPOP")
    target = cluster.other_than(owner)
    cluster.move(KEY, target)
    owner.say(b"-MOVED %d %b\r\n" % (SLOT, str(target.address).encode()))
    assert await waits == (KEY, b"?")
    assert target.names().count(b"BLPOP") == 1


async def test_trouble_that_passes_is_waited_out(cluster: PlayedCluster, client: Client) -> None:
    left = [b"-CLUSTERDOWN Hash slot not served\r\n", b"-LOADING\r\n", b"-READONLY\r\n", b"-TRYAGAIN\r\n"]
    cluster.owner_of(KEY).script = lambda words: left.pop() if words[0] == b"BLPOP" and left else USUAL
    assert await client.blpop(KEY, 1) == (KEY, b"?")
    assert left == []


async def test_a_loop_of_redirects_ends(cluster: PlayedCluster) -> None:
    one = cluster.owner_of(KEY)
    other = cluster.other_than(one)
    for node, target in ((one, other), (other, one)):
        moved = b"-MOVED %d %b\r\n" % (SLOT, str(target.address).encode())
        node.script = lambda words, moved=moved: moved if words[0] == b"BLPOP" else USUAL  # type: ignore[misc]
    async with client_of(cluster, max_redirects=3) as client:
        with pytest.raises(MovedError):
            await client.blpop(KEY, 1)
        assert lent(client) == 0
    assert one.names().count(b"BLPOP") + other.names().count(b"BLPOP") == 4


async def test_other_errors_are_the_callers(cluster: PlayedCluster, client: Client) -> None:
    cluster.owner_of(KEY).script = lambda words: b"-WRONGTYPE no\r\n" if words[0] == b"BLPOP" else USUAL
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await client.blpop(KEY, 1)
    assert cluster.owner_of(KEY).names().count(b"BLPOP") == 1


async def test_a_lost_link_leaves_it_unknown(cluster: PlayedCluster, client: Client) -> None:
    cluster.owner_of(KEY).script = lambda words: HANG_UP if words[0] == b"BLPOP" else USUAL
    with pytest.raises(ConnectionError) as lost:
        await client.blpop(KEY, 1)
    assert lost.value.fate is Fate.UNKNOWN
    assert cluster.owner_of(KEY).names().count(b"BLPOP") == 1
    assert lent(client) == 0


async def test_keys_in_several_slots_are_refused_before(cluster: PlayedCluster, client: Client) -> None:
    with pytest.raises(ClusterCrossSlotError):
        await client.blpop([b"a", b"b"], 1)
    assert not any(b"BLPOP" in node.names() for node in cluster.nodes)


async def test_who_takes_the_place_of_a_dead_node_is_waited_for(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    dead = cluster.owner_of(KEY)
    heir = cluster.other_than(dead)
    dead.stop()
    waits = client.blpop(KEY, 1)
    await asyncio.sleep(0)
    cluster.owners = [heir if each is dead else each for each in cluster.owners]
    assert await waits == (KEY, b"?")
    assert heir.names().count(b"BLPOP") == 1


async def test_also_of_one_that_a_redirect_names(cluster: PlayedCluster, client: Client) -> None:
    """It died meanwhile."""
    await client.get(KEY)
    source = cluster.owner_of(KEY)
    dead = cluster.other_than(source)
    source.script = lambda words: (
        b"-MOVED %d %b\r\n" % (SLOT, str(dead.address).encode())
        if words[0] == b"BLPOP" and source.names().count(b"BLPOP") == 1
        else USUAL
    )
    dead.stop()
    assert await client.blpop(KEY, 1) == (KEY, b"?")
    assert source.names().count(b"BLPOP") == 2
    assert lent(client) == 0


async def test_a_slot_without_an_owner_is_told(cluster: PlayedCluster) -> None:
    cluster.owners[SLOT] = None
    async with client_of(cluster, max_redirects=1, socket_timeout=2.0) as client:
        with pytest.raises(ClusterDownError, match=str(SLOT)):
            await client.blpop(KEY, 1)


async def test_all_links_that_are_allowed_are_in_use(cluster: PlayedCluster) -> None:
    async with client_of(cluster, max_connections=1, socket_timeout=0.2) as client, client.dedicated(KEY):
        assert not client.has_room()
        with pytest.raises(MaxConnectionsError):
            await client.blpop(KEY, 1)
        assert lent(client) == 1


@pytest.mark.parametrize("moves", [False, True])
async def test_who_leaves_takes_its_link_with_it(cluster: PlayedCluster, client: Client, moves: bool) -> None:
    """The server must not go on waiting for him."""
    await client.get(KEY)
    if moves:
        move(cluster)
    owner = cluster.owner_of(KEY)
    owner.script = lambda words: SILENT if words[0] == b"BLPOP" else USUAL
    waits = client.blpop(KEY, 0)
    await owner.came(b"BLPOP")
    connections = len(owner.open)
    waits.cancel()
    await until_in_loop(lambda: len(owner.open) == connections - 1)
    assert lent(client) == 0


# -- dedicated links, and transactions that watch ----------------------------------------------------------------------


async def test_a_dedicated_link_goes_to_the_node_of_its_keys(cluster: PlayedCluster, client: Client) -> None:
    async with client.dedicated(KEY) as own:
        await own.execute("SET", KEY, b"1")
    assert cluster.owner_of(KEY).store[KEY] == b"1"


async def test_watch_follows_its_slot(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    target = move(cluster)
    async with client.transaction(KEY) as transaction:
        assert await transaction.watched.get(KEY) is None
        transaction.execute_command("SET", KEY, b"1")
    assert target.store[KEY] == b"1"
    assert target.names()[-5:] == [b"WATCH", b"GET", b"MULTI", b"SET", b"EXEC"]


async def test_keys_that_move_behind_it_are_not_watched(cluster: PlayedCluster, client: Client) -> None:
    for behind in (False, True):
        with pytest.raises(WatchError, match="moved") as caught:
            async with client.transaction(KEY) as transaction:
                if behind:
                    await transaction.watched.get(KEY)
                move(cluster)
                if not behind:
                    await transaction.watched.get(KEY)
                transaction.execute_command("SET", KEY, b"1")
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert lent(client) == 0


# -- pipelines that wait -----------------------------------------------------------------------------------------------


async def test_a_pipeline_over_slots_with_one_that_waits(cluster: PlayedCluster, client: Client) -> None:
    """What is of its slot keeps its order, and others wait for nobody."""
    other = next(b"k%d" % n for n in range(99) if cluster.owner_of(b"k%d" % n) is not cluster.owner_of(KEY))
    async with client.pipeline() as pipeline:
        places: list[Any] = [
            pipeline.set(KEY, b"1"), pipeline.set(other, b"2"), pipeline.blpop(KEY, 1), pipeline.get(KEY),
            pipeline.get(other), pipeline.mget([KEY + b"{x}", other]), pipeline.dbsize(),
        ]  # fmt: skip
    assert [place.result() for place in places[:6]] == [True, True, (KEY, b"1"), None, b"2", [None, b"2"]]
    assert lent(client) == 0


async def test_it_follows_its_slot_whole(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    target = move(cluster)
    async with client.pipeline() as pipeline:
        places: list[Any] = [pipeline.set(KEY, b"1"), pipeline.blpop(KEY, 1), pipeline.get(KEY), pipeline.get(b"other")]
    assert [place.result() for place in places] == [True, (KEY, b"1"), None, None]
    assert target.names()[-3:] == [b"SET", b"BLPOP", b"GET"]
    assert lent(client) == 0


async def test_behind_asking_each_for_itself(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    target = asks(cluster, b"BLPOP")
    async with client.pipeline() as pipeline:
        places: list[Any] = [pipeline.set(KEY, b"1"), *[pipeline.blpop(KEY, 1) for _ in range(20)]]
    assert {place.result() for place in places[1:]} == {(KEY, b"?")}
    assert target.names().count(b"ASKING") == 20


async def test_wait_is_asked_where_its_writes_are(cluster: PlayedCluster, client: Client) -> None:
    await client.get(KEY)
    target = move(cluster)
    pipeline = client.pipeline()
    pipeline.execute_command("SET", KEY, b"1")
    pipeline.execute_command("WAIT", 1, 100)
    await pipeline.execute()
    assert target.names()[-2:] == [b"SET", b"WAIT"]
    pipeline.execute_command("SET", KEY, b"1")
    pipeline.execute_command("SET", b"other", b"1")
    pipeline.execute_command("WAIT", 1, 100)
    with pytest.raises(ClusterCrossSlotError, match="WAIT"):
        await pipeline.execute()


async def test_one_that_fails_fails_alone(cluster: PlayedCluster, client: Client) -> None:
    cluster.owner_of(KEY).script = lambda words: HANG_UP if words[0] == b"BLPOP" else USUAL
    pipeline = client.pipeline()
    places = [
        pipeline.get(KEY), pipeline.blpop(KEY, 1), pipeline.get(b"other"), pipeline.blpop([b"a", b"b"], 1),
        pipeline.execute_command("SET", KEY, b"1"),
    ]  # fmt: skip
    await pipeline.execute(raise_on_error=False)
    assert places[0].result() is None and places[2].result() is None
    lost, crossed, behind = (places[index].exception() for index in (1, 3, 4))
    assert isinstance(lost, ConnectionError) and lost.fate is Fate.UNKNOWN
    assert isinstance(behind, ConnectionError) and behind is not lost
    assert isinstance(crossed, ClusterCrossSlotError)
    assert lent(client) == 0


async def test_what_has_no_form_is_the_callers_mistake(cluster: PlayedCluster, client: Client) -> None:
    pipeline = client.pipeline()
    pipeline.blpop(KEY, 1)
    wrong, right = pipeline.execute_command("SET", KEY, object()), pipeline.get(b"other")
    await pipeline.execute(raise_on_error=False)
    assert isinstance(wrong.exception(), DataError)
    assert right.result() is None
    assert lent(client) == 0


async def test_who_leaves_takes_all_its_links_with_it(cluster: PlayedCluster, client: Client) -> None:
    keys = [b"a", b"b", b"c"]
    assert len({cluster.owner_of(key) for key in keys}) > 1
    for node in cluster.nodes:
        node.script = lambda words: SILENT if words[0] == b"BLPOP" else USUAL
    pipeline = client.pipeline()
    for key in keys:
        pipeline.blpop(key, 0)
    waits = asyncio.ensure_future(pipeline.execute())
    await until_in_loop(lambda: sum(node.names().count(b"BLPOP") for node in cluster.nodes) == 3)
    connections = sum(len(node.open) for node in cluster.nodes)
    waits.cancel()
    await until_in_loop(lambda: sum(len(node.open) for node in cluster.nodes) == connections - 3)
    assert lent(client) == 0
