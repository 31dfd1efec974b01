"""Batches over the nodes of a cluster, from threads: rounds, pauses, and what is left when a thread is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis.client.batches import Failed
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.blocking import calling
from framewire.redis.cluster.blocking.nodes import ClusterNode
from framewire.redis.cluster.blocking.pipelining import Pipelining
from framewire.redis.cluster.blocking.route import ClusterRoute
from framewire.redis.slots import slot_of
from tests.redis.cluster.blocking.played import HANG_UP, USUAL, PlayedCluster, played, routed
from tests.waiting import PATIENCE

KEYS = [b"key%d" % number for number in range(60)]


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


@pytest.fixture
def route(cluster: PlayedCluster) -> Iterator[ClusterRoute]:
    with routed(cluster) as route:
        route.call((b"ECHO", b"x"), None, PATIENCE)
        yield route


def incr(route: ClusterRoute) -> list[Any]:
    return route.batch([(b"INCR", key) for key in KEYS], PATIENCE)


def test_what_has_moved_goes_out_again_together(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """All slots of a node at once: one more write to each of the others, and no request is done twice."""
    assert incr(route) == [1] * len(KEYS)
    gone, *others = cluster.nodes
    for number, key in enumerate(KEYS):
        if cluster.owner_of(key) is gone:
            cluster.move(key, others[number % 2])
    for node in cluster.nodes:
        node.writes.clear()
    assert incr(route) == [2] * len(KEYS)
    assert all(len([count for count in node.writes if count > 1]) == 2 for node in others)


def test_asking_stands_before_each_that_needs_it(cluster: PlayedCluster, route: ClusterRoute) -> None:
    source = cluster.nodes[0]
    target = cluster.nodes[1]
    moving = [key for key in KEYS if cluster.owner_of(key) is source]
    target.importing.update(map(slot_of, moving))

    def script(words: list[bytes]) -> bytes | None:
        if words[0] != b"INCR":
            return USUAL
        return b"-ASK %d %b\r\n" % (slot_of(words[1]), str(target.address).encode())

    source.script = script
    assert incr(route) == [1] * len(KEYS)
    asked = [words for words in target.asked if words[0] == b"ASKING" or words[-1] in moving]
    assert asked == [words for key in moving for words in ([b"ASKING"], [b"INCR", key])]


def test_pauses_are_one_for_all(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """Sixty keys that are on their way, at least 50 ms each, are waited for together."""
    refused = set(KEYS)
    waited: list[float] = []
    pause = route._redirecting.pause

    def remember(seconds: float, deadline: float) -> bool:
        waited.append(seconds)
        return pause(seconds, deadline)

    def script(words: list[bytes]) -> bytes | None:
        if words[0] == b"INCR" and words[1] in refused:
            refused.discard(words[1])
            return b"-TRYAGAIN\r\n"
        return USUAL

    route._redirecting.pause = remember  # type: ignore[method-assign]
    for node in cluster.nodes:
        node.script = script
    assert incr(route) == [1] * len(KEYS)
    assert len(waited) == 1 and waited[0] < 0.2


def test_a_node_that_hangs_up_in_the_middle(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """What was answered is known, what was not is unknown: and nothing of other nodes is touched."""
    bad = cluster.nodes[1]
    there = [key for key in KEYS if cluster.owner_of(key) is bad]
    bad.script = lambda words: HANG_UP if words[-1] == there[2] else USUAL
    replies = dict(zip(KEYS, incr(route), strict=True))
    failed = {key: reply.error for key, reply in replies.items() if isinstance(reply, Failed)}
    assert list(failed) == there[2:]
    assert all(isinstance(error, ConnectionError) and error.fate is Fate.UNKNOWN for error in failed.values())
    assert len(set(map(id, failed.values()))) == len(failed)
    assert all(reply == 1 for key, reply in replies.items() if key not in failed)


def test_and_reads_are_repeated(cluster: PlayedCluster, route: ClusterRoute) -> None:
    incr(route)
    bad = cluster.nodes[1]
    there = [key for key in KEYS if cluster.owner_of(key) is bad]
    answers = [HANG_UP]
    bad.script = lambda words: answers.pop() if answers and words[-1] == there[2] else USUAL
    assert route.batch([(b"GET", key) for key in KEYS], PATIENCE) == [b"1"] * len(KEYS)


def test_a_node_that_is_down_fails_only_its_own(
    cluster: PlayedCluster, route: ClusterRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "ENDLESS_SECONDS", 0.1)
    incr(route)
    down = cluster.nodes[1]
    down.stop()
    replies = incr(route)
    failed = [isinstance(reply, Failed) for reply in replies]
    assert failed == [cluster.owner_of(key) is down for key in KEYS]


def test_a_thread_that_is_interrupted_leaves_links_that_others_can_use(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    def interrupted(self: Pipelining) -> None:
        raise KeyboardInterrupt

    take, Pipelining._take = Pipelining._take, interrupted  # type: ignore[method-assign]
    try:
        with pytest.raises(KeyboardInterrupt):
            incr(route)
    finally:
        Pipelining._take = take  # type: ignore[method-assign]
    assert incr(route) == [2] * len(KEYS)
    assert all(len(node.connections) <= 1 for node in cluster.nodes)


def test_what_there_is_a_link_to_is_sent_first(cluster: PlayedCluster) -> None:
    """Before anybody waits for a node that has to be connected to."""
    with routed(cluster) as route:
        route.call((b"GET", KEYS[0]), None, PATIENCE)
        there = [node.address for node in route.places.nodes if node.server.is_connected]
        sent: list[Any] = []
        for node in route.places.nodes:

            def noted(requests: Any, timeout: float | None, node: ClusterNode = node, start: Any = node.start) -> Any:
                sent.append(node.address)
                return start(requests, timeout)

            node.start = noted
        incr(route)
        assert len(sent) == len(cluster.nodes)
        assert set(sent[: len(there)]) == set(there)


def test_no_request_no_reply(route: ClusterRoute) -> None:
    assert route.batch([], PATIENCE) == []
