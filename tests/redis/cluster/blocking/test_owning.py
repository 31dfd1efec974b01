"""Links of one's own to the nodes of a cluster, from threads: to the slot's owner, and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import (
    ClusterCrossSlotError,
    ConnectionError,
    MaxConnectionsError,
    MovedError,
    ResponseError,
    TimeoutError,
    WatchError,
)
from framewire.redis.client.options import Options
from framewire.redis.slots import slot_of
from tests.redis.cluster.blocking.played import QUICK, USUAL, PlayedCluster, PlayedNode, played
from tests.waiting import PATIENCE

KEY = b"list"
SLOT = slot_of(KEY)


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


def client_of(cluster: PlayedCluster, **options: object) -> BlockingClient:
    usual = {"protocol": 2, "lib_name": None, "retry": QUICK, "socket_timeout": PATIENCE}
    nodes = [cluster.nodes[0].address]
    return BlockingClient.from_options(Options(**{"startup_nodes": nodes, **usual, **options}))  # type: ignore[arg-type]


@pytest.fixture
def client(cluster: PlayedCluster) -> Iterator[BlockingClient]:
    with client_of(cluster) as client:
        yield client


def move(cluster: PlayedCluster) -> PlayedNode:
    """Where `KEY` is now; the client has still to learn it."""
    target = cluster.other_than(cluster.owner_of(KEY))
    cluster.told = list(cluster.owners)
    cluster.move(KEY, target)
    return target


def test_a_blocking_command_goes_to_its_slot_on_its_own_link(cluster: PlayedCluster, client: BlockingClient) -> None:
    assert client.blpop(KEY, 1) == (KEY, b"?")
    assert client.blpop(KEY, 1) == (KEY, b"?")
    owner = cluster.owner_of(KEY)
    assert owner.names().count(b"BLPOP") == 2
    assert len(owner.connections) <= 2  # one that is lent again, and perhaps the one that was asked for the map


def test_it_follows_its_slot(cluster: PlayedCluster, client: BlockingClient) -> None:
    client.get(KEY)
    target = move(cluster)
    assert client.blpop(KEY, 1) == (KEY, b"?")
    assert target.names().count(b"BLPOP") == 1
    assert client.blpop(KEY, 1) == (KEY, b"?")


def test_and_behind_asking(cluster: PlayedCluster, client: BlockingClient) -> None:
    client.get(KEY)
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    ask = b"-ASK %d %b\r\n" % (SLOT, str(target.address).encode())
    source.script = lambda words: ask if words[0] == b"BLPOP" else USUAL
    assert client.blpop(KEY, 1) == (KEY, b"?")
    assert target.names()[-2:] == [b"ASKING", b"BLPOP"]


def test_redirects_of_it_are_counted(cluster: PlayedCluster) -> None:
    one = cluster.owner_of(KEY)
    other = cluster.other_than(one)
    for node, target in ((one, other), (other, one)):
        moved = b"-MOVED %d %b\r\n" % (SLOT, str(target.address).encode())
        node.script = lambda words, moved=moved: moved if words[0] == b"BLPOP" else USUAL  # type: ignore[misc]
    with client_of(cluster, max_redirects=3) as client, pytest.raises(MovedError):
        client.blpop(KEY, 1)
    assert one.names().count(b"BLPOP") + other.names().count(b"BLPOP") == 4


def test_other_errors_are_the_callers(cluster: PlayedCluster, client: BlockingClient) -> None:
    cluster.owner_of(KEY).script = lambda words: b"-WRONGTYPE no\r\n" if words[0] == b"BLPOP" else USUAL
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        client.blpop(KEY, 1)


def test_a_client_on_its_own_link_is_where_its_keys_are(cluster: PlayedCluster, client: BlockingClient) -> None:
    with client.dedicated("{list}1", "{list}2") as own:
        own.set("{list}1", 1)
        assert own.get("{list}1") == b"1"
    with pytest.raises(ClusterCrossSlotError), client.dedicated("a", "b"):
        pass
    with client.dedicated() as own:
        assert own.echo("x") == b"x"


def test_a_batch_that_waits_goes_to_its_slot(cluster: PlayedCluster, client: BlockingClient) -> None:
    with client.pipeline() as batch:
        batch.set(KEY, 1)
        popped = batch.blpop(KEY, 1)
    assert popped.result() == (KEY, b"1")


def test_a_link_that_was_lent_before_a_fork_ends_with_its_block(client: BlockingClient) -> None:
    """In the child, where nobody knows it."""
    route: Any = client._route
    with client.dedicated(KEY) as own:
        link = own._there()
        before = route.places
        route.begin_anew()
        assert route.take_again(link, [(b"GET", KEY)], MovedError(f"MOVED {SLOT} 127.0.0.1:1")) is None
    assert link.lost
    before.close()


# -- transactions that watch ------------------------------------------------------------------------------------------


def test_watching_follows_the_slot(cluster: PlayedCluster, client: BlockingClient) -> None:
    client.get(KEY)
    target = move(cluster)
    with client.transaction(KEY) as transaction:
        assert transaction.watched.get(KEY) is None
        transaction.set(KEY, 1)
    assert target.store[KEY] == b"1"


@pytest.mark.parametrize("when", ["while it reads", "before it executes"])
def test_a_slot_that_moves_meanwhile_is_a_watch_error(
    cluster: PlayedCluster, client: BlockingClient, when: str
) -> None:
    with pytest.raises(WatchError, match="have moved"), client.transaction(KEY) as transaction:
        move(cluster)
        if when == "while it reads":
            transaction.watched.get(KEY)
        transaction.set(KEY, 1)
    with client.transaction(KEY) as transaction:
        transaction.set(KEY, 2)
    assert cluster.owner_of(KEY).store[KEY] == b"2"


# -- room -------------------------------------------------------------------------------------------------------------


def test_a_node_without_room_is_not_taken_for_dead(cluster: PlayedCluster) -> None:
    with client_of(cluster, max_connections=1) as client:
        assert client.has_room()
        with client.dedicated(KEY):
            assert not client.has_room()
            route: Any = client._route
            route._owning._timeout = 0.05
            for node in route.places.nodes:
                node.pool._options = replace(node.pool._options, socket_timeout=0.05)
            with pytest.raises(MaxConnectionsError):
                client.blpop(KEY, 1)
            assert not route.places.topology.failures
            assert client.get(KEY) is None


def test_a_node_that_is_down_is_waited_for_until_the_deadline(cluster: PlayedCluster) -> None:
    with client_of(cluster) as client:
        client.get(KEY)
        cluster.owner_of(KEY).stop()
        route: Any = client._route
        route._owning._timeout = 0.1
        with pytest.raises((ConnectionError, TimeoutError), match="could not connect"):
            client.blpop(KEY, 1)
