"""A cluster's route, from threads: where calls go, and how replies of several nodes become one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
from framewire.redis.client.errors import (
    ClusterCrossSlotError,
    ClusterError,
    ClusterPartialError,
    ConnectionError,
    DataError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.route import ClusterRoute
from framewire.redis.slots import slot_of
from tests.redis.client.blocking.ends import together
from tests.redis.cluster.blocking.played import USUAL, PlayedCluster, bulk, played, routed
from tests.waiting import PATIENCE, until

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


# -- single calls -----------------------------------------------------------------------------------------------------


def test_each_key_goes_to_its_node(cluster: PlayedCluster, route: ClusterRoute) -> None:
    for key in KEYS:
        ask(route, b"SET", key, b"1")
    assert all(set(node.names()) == {b"SET"} for node in cluster.nodes)
    assert all(cluster.owner_of(key).store[key] == b"1" for key in KEYS)


@pytest.mark.parametrize("key", ["clé", b"bytes", 7, 1.5, bytearray(b"array")], ids=str)
def test_keys_of_all_kinds(cluster: PlayedCluster, route: ClusterRoute, key: Any) -> None:
    ask(route, b"SET", key, b"1")
    assert ask(route, b"GET", key) == b"1"
    assert sum(len(node.names()) for node in cluster.nodes) == 2


def test_the_map_is_asked_for_once(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """However many threads want to know it."""
    assert together(*[lambda: ask(route, b"GET", b"a")] * 8) == [None] * 8
    assert sum(words[0] == b"CLUSTER" for node in cluster.nodes for words in node.asked) == 1


def test_a_shape_is_of_the_reply(route: ClusterRoute) -> None:
    ask(route, b"MSET", *PAIRS)
    assert route.call((b"GET", KEYS[0]), bytes.upper, PATIENCE) == b"OF KEY0"
    assert route.call((b"MGET", *KEYS), len, PATIENCE) == len(KEYS)
    assert route.call((b"DBSIZE",), str, PATIENCE) == str(len(KEYS))


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


def test_what_cannot_be_split_is_not_sent(cluster: PlayedCluster, route: ClusterRoute) -> None:
    with pytest.raises(ClusterCrossSlotError) as refused:
        ask(route, b"RENAME", b"a", b"b")
    assert refused.value.fate is Fate.NOT_EXECUTED
    assert not any(node.asked for node in cluster.nodes)


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


def test_any_node_will_do(cluster: PlayedCluster, route: ClusterRoute) -> None:
    assert ask(route, b"ECHO", b"me") == b"me"
    assert sum(node.names().count(b"ECHO") for node in cluster.nodes) == 1


def test_what_is_about_one_node_is_refused(cluster: PlayedCluster, route: ClusterRoute) -> None:
    with pytest.raises(ClusterError, match="CLIENT KILL is about one node"):
        ask(route, b"CLIENT", b"KILL", b"ID", b"3")
    assert not any(node.asked for node in cluster.nodes)


def test_the_keys_of_an_unknown_command_are_asked_for(cluster: PlayedCluster, route: ClusterRoute) -> None:
    def script(words: list[bytes]) -> bytes | None:
        if words[:2] == [b"COMMAND", b"GETKEYS"]:
            return b"*1\r\n" + bulk(words[-1])
        return b"+done\r\n" if words[0] == b"MY.COMMAND" else USUAL

    for node in cluster.nodes:
        node.script = script
    ask(route, b"MY.COMMAND", b"x", KEYS[0])
    assert [node for node in cluster.nodes if b"MY.COMMAND" in node.names()] == [cluster.owner_of(KEYS[0])]


def test_an_unknown_command_without_keys_goes_to_any_node(cluster: PlayedCluster, route: ClusterRoute) -> None:
    for node in cluster.nodes:
        node.script = lambda words: b"-ERR The command has no key arguments\r\n" if words[0] == b"COMMAND" else USUAL
    ask(route, b"MY.COMMAND", b"x")
    assert sum(node.names().count(b"MY.COMMAND") for node in cluster.nodes) == 1


# -- batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_over_all_nodes(cluster: PlayedCluster, route: ClusterRoute) -> None:
    ask(route, b"GET", b"a")
    requests = [(b"INCR", key) for key in KEYS for _ in range(2)]
    assert route.batch(requests, PATIENCE) == [1, 2] * len(KEYS)
    assert all(max(node.writes) == node.names().count(b"INCR") for node in cluster.nodes)


def test_a_batch_of_all_kinds_keeps_its_order(cluster: PlayedCluster, route: ClusterRoute) -> None:
    key = KEYS[0]
    replies = route.batch(
        [(b"SET", key, b"1"), (b"MGET", key, *KEYS[1:]), (b"INCR", key), (b"DBSIZE",), (b"ECHO", b"x")], PATIENCE
    )
    assert [str(replies[0]), *replies[1:]] == [str(replies[0]), [b"1", *[None] * (len(KEYS) - 1)], 2, 1, b"x"]


def test_errors_stand_in_their_places(cluster: PlayedCluster, route: ClusterRoute) -> None:
    cluster.owner_of(KEYS[0]).script = lambda words: b"-ERR no\r\n" if words[1:2] == [KEYS[0]] else USUAL
    replies = route.batch([(b"INCR", KEYS[0]), (b"INCR", KEYS[1]), (b"RENAME", *KEYS[:2])], PATIENCE)
    assert replies[:2] == [Error(b"ERR no"), 1]
    assert isinstance(replies[2], Failed) and isinstance(replies[2].error, ClusterCrossSlotError)


def test_what_has_no_form_fails_with_all_that_goes_to_its_node(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """And nothing else does."""
    replies = route.batch([*[(b"INCR", key) for key in KEYS[1:]], (b"SET", KEYS[0], object())], PATIENCE)
    failed = [reply.error for reply in replies if isinstance(reply, Failed)]
    assert failed and all(isinstance(error, DataError) and error.fate is Fate.NOT_EXECUTED for error in failed)
    assert not cluster.owner_of(KEYS[0]).names()
    assert replies.count(1) == sum(len(node.names()) for node in cluster.nodes)


def test_a_transaction_has_one_slot_and_one_write(cluster: PlayedCluster, route: ClusterRoute) -> None:
    requests = [(b"MULTI",), (b"INCR", b"{a}1"), (b"INCR", b"{a}2"), (b"EXEC",)]
    assert route.batch(requests, PATIENCE)[-1] == [1, 1]
    assert max(cluster.owner_of(b"{a}1").writes) == 4
    with pytest.raises(ClusterCrossSlotError):
        route.batch([(b"MULTI",), *[(b"INCR", key) for key in KEYS], (b"EXEC",)], PATIENCE)


# -- the map ----------------------------------------------------------------------------------------------------------


def test_who_knows_no_map_waits_for_it(cluster: PlayedCluster) -> None:
    """A node that is down, and one that is in no cluster, are passed over."""
    gone, empty, *_ = cluster.nodes
    gone.stop()
    empty.script = lambda words: b"*0\r\n" if words[0] == b"CLUSTER" else USUAL
    with routed(cluster, startup_nodes=[node.address for node in cluster.nodes]) as route:
        assert ask(route, b"ECHO", b"x") == b"x"


def test_where_nobody_tells_it_the_reason_is_said() -> None:
    with played(1) as cluster:
        cluster.stop()
        with routed(cluster, retry=Retry(1, 0.0, 0.0)) as route:
            with pytest.raises((ConnectionError, TimeoutError), match="no node tells of the slots: could not") as lost:
                route.call((b"GET", b"a"), None, PATIENCE)
            assert lost.value.fate is Fate.NOT_EXECUTED


def test_a_deadline_holds_while_it_is_waited_for(cluster: PlayedCluster, route: ClusterRoute) -> None:
    for node in cluster.nodes:
        node.script = lambda words: b"-LOADING not yet\r\n" if words[0] == b"CLUSTER" else USUAL
    with pytest.raises(TimeoutError, match="GET had nowhere to go for"):
        route.call((b"GET", b"a"), None, 0.1)


def test_closing_tells_who_waits_for_it(cluster: PlayedCluster, route: ClusterRoute) -> None:
    def close() -> None:
        until(lambda: route.places.refresher.rounds)
        route.close()

    for node in cluster.nodes:
        node.script = lambda words: b"-LOADING not yet\r\n" if words[0] == b"CLUSTER" else USUAL
    lost, _ = together(lambda: ask(route, b"GET", b"a"), close)
    assert isinstance(lost, ConnectionError) and "closed" in str(lost)
    with pytest.raises(ConnectionError):
        ask(route, b"GET", b"a")


def test_an_address_is_translated(cluster: PlayedCluster) -> None:
    """As where the nodes are behind NAT; redirects are too."""
    there = {Address("10.0.0.1", node.address.port): node.address for node in cluster.nodes}
    for node in cluster.nodes:
        node.address = Address("10.0.0.1", node.address.port)
    with routed(cluster, startup_nodes=[("127.0.0.1", cluster.nodes[0].address.port)],
                address_remap=lambda address: there[Address(*address)]) as route:  # fmt: skip
        ask(route, b"MSET", *PAIRS)
        moved = KEYS[0]
        cluster.move(moved, cluster.other_than(cluster.owner_of(moved)))
        assert ask(route, b"MGET", *KEYS) == PAIRS[1::2]


# -- what else there is -----------------------------------------------------------------------------------------------


def test_siblings_are_of_the_same_cluster(cluster: PlayedCluster, route: ClusterRoute) -> None:
    sibling = route.sibling(1)
    assert route.sibling(1) is sibling
    assert (sibling.options.db, sibling.options.startup_nodes) == (1, route.options.startup_nodes)
    ask(sibling, b"GET", KEYS[0])
    assert [b"SELECT", b"1"] in cluster.owner_of(KEYS[0]).asked
    sibling.close()


def test_members_by_role(cluster: PlayedCluster, route: ClusterRoute) -> None:
    everybody = [tuple(node.address) for node in cluster.nodes]
    assert sorted(route.members()) == sorted(route.members("primary")) == sorted(everybody)
    assert route.members("replica") == []


def test_a_forked_child_knows_nobody(cluster: PlayedCluster, route: ClusterRoute) -> None:
    ask(route, b"SET", b"a", b"1")
    before = route.places
    route.begin_anew()
    assert ask(route, b"GET", b"a") == b"1"
    assert route.places is not before
    assert len(cluster.owner_of(b"a").connections) == 2
    before.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_forked_while_others_call(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """Whoever has a lock at that moment is not there."""
    is_over = threading.Event()

    def call() -> None:
        while not is_over.is_set():
            route.batch([(b"GET", key) for key in KEYS], PATIENCE)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        ask(route, b"SET", b"a", b"1")
        for _ in range(5):
            child = os.fork()
            if not child:
                try:
                    os._exit([ask(route, b"GET", b"a"), *route.batch([(b"GET", b"a")] * 2, PATIENCE)] == [b"1"] * 3)
                finally:
                    os._exit(9)
            assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 1
    finally:
        is_over.set()
        for thread in threads:
            thread.join(PATIENCE)


def test_new_credentials_go_to_all_nodes(cluster: PlayedCluster, route: ClusterRoute) -> None:
    ask(route, b"MSET", *PAIRS)
    route.reauthenticate((b"user", b"secret"))
    assert all([b"AUTH", b"user", b"secret"] in node.asked for node in cluster.nodes)


def test_its_slot_is_the_keys_own(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """A hash tag is all that counts of a key."""
    ask(route, b"MSET", b"{tag}a", b"1", b"{tag}b", b"2")
    assert set(cluster.owners[slot_of(b"tag")].store) == {b"{tag}a", b"{tag}b"}
