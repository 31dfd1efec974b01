"""What becomes of calls that a node of a cluster refuses or loses, from threads: alone, in a batch, and as MULTI."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from framewire.redis.client.batches import Failed
from framewire.redis.client.blocking import link, server
from framewire.redis.client.errors import (
    ClusterDownError,
    ConnectionError,
    MovedError,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
    error_of_reply,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking import calling
from framewire.redis.cluster.blocking.route import ClusterRoute
from framewire.redis.slots import slot_of
from tests.redis.cluster.blocking.played import HANG_UP, USUAL, PlayedCluster, PlayedNode, played, routed
from tests.waiting import PATIENCE, until

KEY = b"key"
SLOT = slot_of(KEY)


@pytest.fixture
def cluster() -> Iterator[PlayedCluster]:
    with played() as cluster:
        yield cluster


Ask = Callable[..., Any]


def alone(route: ClusterRoute, *request: Any, timeout: float | None = PATIENCE) -> Any:
    return route.call(request, None, timeout)


def in_a_batch(route: ClusterRoute, *request: Any, timeout: float | None = PATIENCE) -> Any:
    """Between others, of which nothing becomes else."""
    before, reply, _ = route.batch([(b"ECHO", b"<"), request, (b"SET", b"other", b"1")], timeout)
    assert before == b"<" or isinstance(before, Failed)
    if isinstance(reply, Failed):
        raise reply.error
    if hasattr(reply, "code"):
        raise error_of_reply(reply.data)
    return reply


def in_a_transaction(route: ClusterRoute, *request: Any, timeout: float | None = PATIENCE) -> Any:
    replies = route.batch([(b"MULTI",), request, (b"EXEC",)], timeout)
    if not isinstance(replies[-1], list):
        raise error_of_reply(replies[1].data)
    return replies[-1][0]


WAYS = pytest.mark.parametrize("ask", [alone, in_a_batch, in_a_transaction], ids=lambda way: way.__name__)


def refusing(node: PlayedNode, *refusals: bytes, of: bytes = b"INCR") -> None:
    """`node` refuses the command so often, with these words."""
    left = list(refusals)

    def script(words: list[bytes]) -> bytes | None:
        return b"-%b\r\n" % left.pop(0) if words[0] == of and left else USUAL

    node.script = script


@WAYS
def test_a_slot_that_has_moved_is_followed_and_remembered(cluster: PlayedCluster, ask: Ask) -> None:
    with routed(cluster) as route:
        assert ask(route, b"INCR", KEY) == 1
        cluster.told = list(cluster.owners)  # what is told of it stays old
        before = cluster.owner_of(KEY)
        cluster.move(KEY, cluster.other_than(before))
        assert ask(route, b"INCR", KEY) == 2
        asked = len(before.names())
        assert ask(route, b"INCR", KEY) == 3
        assert before.names()[asked:].count(b"INCR") == 0


@WAYS
def test_a_refresh_is_wanted_then(cluster: PlayedCluster, ask: Ask) -> None:
    with routed(cluster) as route:
        ask(route, b"INCR", KEY)
        rounds = route.places.refresher.rounds
        cluster.move(KEY, cluster.other_than(cluster.owner_of(KEY)))
        ask(route, b"INCR", KEY)
        until(lambda: route.places.refresher.rounds > rounds)
        assert route.places.topology.slot_map.shard_of(SLOT).primary == cluster.owner_of(KEY).address  # type: ignore[union-attr]


@WAYS
def test_asking_leaves_with_what_it_is_for(cluster: PlayedCluster, ask: Ask) -> None:
    """And the slot stays where it is."""
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    with routed(cluster) as route:
        refusing(source, b"ASK %d %b" % (SLOT, str(target.address).encode()))
        assert ask(route, b"INCR", KEY) == 1
        assert target.store[KEY] == b"1"
        place = target.names().index(b"ASKING")
        following = target.names()[place + 1 :]
        assert following[0] == (b"MULTI" if ask is in_a_transaction else b"INCR")
        assert max(target.writes) >= (4 if ask is in_a_transaction else 2)
        assert ask(route, b"INCR", KEY) == 1
        assert source.store[KEY] == b"1"


TROUBLES = [
    b"TRYAGAIN Multiple keys request during rehashing of slot",
    b"CLUSTERDOWN The cluster is down",
    b"CLUSTERDOWN Hash slot not served",
    b"LOADING Redis is loading the dataset in memory",
    b"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    b"READONLY You can't write against a read only replica.",
]


@WAYS
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda text: text.decode()[:12])
def test_trouble_that_passes_is_waited_out(cluster: PlayedCluster, ask: Ask, trouble: bytes) -> None:
    refusing(cluster.owner_of(KEY), trouble, trouble)
    with routed(cluster) as route:
        assert ask(route, b"INCR", KEY) == 1


@WAYS
def test_busy_passes_too(cluster: PlayedCluster, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), b"BUSY Redis is busy running a script.")
    with routed(cluster) as route:
        assert ask(route, b"INCR", KEY) == 1


@WAYS
def test_other_errors_are_the_callers(cluster: PlayedCluster, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), b"WRONGTYPE Operation against a key holding the wrong kind of value")
    with routed(cluster) as route:
        with pytest.raises(ResponseError, match="WRONGTYPE"):
            ask(route, b"INCR", KEY)
        assert cluster.owner_of(KEY).names().count(b"INCR") == 1


@WAYS
def test_a_loop_of_redirects_ends(cluster: PlayedCluster, ask: Ask) -> None:
    """Two nodes that send to each other; with the refusal that is not the caller's fault, and how often."""
    one = cluster.owner_of(KEY)
    other = cluster.other_than(one)
    for node, target in ((one, other), (other, one)):
        refusing(node, *[b"MOVED %d %b" % (SLOT, str(target.address).encode())] * 99)
    with routed(cluster, max_redirects=4) as route:
        with pytest.raises(MovedError, match="after 4 redirects") as refused:
            ask(route, b"INCR", KEY)
        assert refused.value.fate is Fate.NOT_EXECUTED
        assert one.names().count(b"INCR") + other.names().count(b"INCR") == 5


@WAYS
def test_a_node_that_answers_with_itself_is_connected_to_anew(cluster: PlayedCluster, ask: Ask) -> None:
    """Another server must be behind its name by now."""
    node = cluster.owner_of(KEY)
    with routed(cluster) as route:
        ask(route, b"INCR", KEY)
        connections = len(node.connections)
        refusing(node, b"MOVED %d %b" % (SLOT, str(node.address).encode()))
        assert ask(route, b"INCR", KEY) == 2
        assert len(node.connections) == connections + 1
        assert ask(route, b"INCR", KEY) == 3
        assert len(node.connections) == connections + 1


@WAYS
def test_an_empty_host_is_that_of_who_answered(cluster: PlayedCluster, ask: Ask) -> None:
    node = cluster.owner_of(KEY)
    target = cluster.other_than(node)
    cluster.move(KEY, target)
    refusing(node, b"MOVED %d :%d" % (SLOT, target.address.port))
    cluster.told = [node if each is target else each for each in cluster.owners]
    with routed(cluster) as route:
        assert ask(route, b"INCR", KEY) == 1


@WAYS
def test_a_pause_behind_the_deadline_is_not_waited_for(cluster: PlayedCluster, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), *[TROUBLES[0]] * 10_000)
    with routed(cluster) as route:
        with pytest.raises((TryAgainError, TimeoutError)):
            ask(route, b"INCR", KEY, timeout=0.2)


def test_closing_ends_the_pauses(cluster: PlayedCluster) -> None:
    refusing(cluster.owner_of(KEY), *[TROUBLES[1]] * 10_000)
    errors: list[RedisError] = []
    with routed(cluster, max_redirects=10_000) as route:

        def call() -> None:
            try:
                alone(route, b"INCR", KEY, timeout=None)
            except RedisError as error:
                errors.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        until(lambda: cluster.owner_of(KEY).names().count(b"INCR") > 3)
        route.close()
        thread.join(PATIENCE)
    assert [type(error) for error in errors] in ([ClusterDownError], [ConnectionError])


def test_what_a_script_says_proves_nothing(cluster: PlayedCluster) -> None:
    """It may have done something before."""
    refusing(cluster.owner_of(KEY), b"LOADING says the script", of=b"EVAL")
    with routed(cluster) as route:
        with pytest.raises(RedisError, match="LOADING") as caught:
            alone(route, b"EVAL", b"return 1", 1, KEY)
        assert caught.value.fate is Fate.UNKNOWN
        assert cluster.owner_of(KEY).names().count(b"EVAL") == 1


# -- links that are lost ----------------------------------------------------------------------------------------------


def hanging_up(node: PlayedNode, times: int, of: bytes) -> None:
    left = [HANG_UP] * times

    def script(words: list[bytes]) -> bytes | None:
        return left.pop() if words[0] == of and left else USUAL

    node.script = script


@pytest.mark.parametrize("ask", [alone, in_a_batch])
@pytest.mark.parametrize("request_", [(b"GET", KEY), (b"SET", KEY, b"1")], ids=["get", "set"])
def test_what_is_safe_to_repeat_is(cluster: PlayedCluster, ask: Ask, request_: Any) -> None:
    hanging_up(cluster.owner_of(KEY), 2, request_[0])
    with routed(cluster) as route:
        ask(route, *request_)
        assert cluster.owner_of(KEY).names().count(request_[0]) >= 3


@pytest.mark.parametrize("ask", [alone, in_a_batch])
def test_what_is_not_is_told_its_fate(cluster: PlayedCluster, ask: Ask) -> None:
    hanging_up(cluster.owner_of(KEY), 1, b"INCR")
    with routed(cluster) as route:
        with pytest.raises(ConnectionError) as lost:
            ask(route, b"INCR", KEY)
        assert lost.value.fate is Fate.UNKNOWN
        assert cluster.owner_of(KEY).names().count(b"INCR") == 1


@pytest.mark.parametrize("ask", [alone, in_a_batch])
def test_a_first_attempt_that_may_have_been_executed_is_not_forgotten(cluster: PlayedCluster, ask: Ask) -> None:
    answers = [HANG_UP]

    def script(words: list[bytes]) -> bytes | None:
        if words[:2] != [b"SET", KEY]:
            return USUAL
        return answers.pop() if answers else b"-LOADING no\r\n"

    cluster.owner_of(KEY).script = script
    with routed(cluster, retry=Retry(2, 0.0001, 0.0001), max_redirects=2) as route:
        with pytest.raises(RedisError) as caught:
            ask(route, b"SET", KEY, b"1")
        assert caught.value.fate is Fate.UNKNOWN


@WAYS
def test_who_takes_the_place_of_a_dead_node_is_waited_for(cluster: PlayedCluster, ask: Ask) -> None:
    with routed(cluster) as route:
        ask(route, b"INCR", KEY)
        dead = cluster.owner_of(KEY)
        heir = cluster.other_than(dead)
        dead.stop()
        rounds = route.places.refresher.rounds

        def take_over() -> None:
            until(lambda: route.places.refresher.rounds > rounds)
            cluster.owners = [heir if each is dead else each for each in cluster.owners]

        thread = threading.Thread(target=take_over)
        thread.start()
        with suppress(ConnectionError):  # of the link that was lost with it, if that is found only now
            ask(route, b"INCR", KEY)
        thread.join(PATIENCE)
        assert ask(route, b"INCR", KEY) in (1, 2)
        assert KEY in heir.store


def test_a_node_that_cannot_be_reached_is_given_up_at_last(
    cluster: PlayedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "ENDLESS_SECONDS", 0.1)
    with routed(cluster) as route:
        alone(route, b"INCR", KEY)
        cluster.owner_of(KEY).stop()
        with pytest.raises(ConnectionError, match="could not connect"):
            alone(route, b"SET", KEY, b"1", timeout=None)


def test_a_slot_that_nobody_has_fails_only_its_own_calls(cluster: PlayedCluster) -> None:
    nobody = PlayedNode(cluster)
    nobody.address = Address("127.0.0.1", 1)
    cluster.told = [nobody if slot == SLOT else node for slot, node in enumerate(cluster.owners)]
    with routed(cluster) as route:
        with pytest.raises((ConnectionError, TimeoutError)):
            alone(route, b"GET", KEY, timeout=0.2)
        assert alone(route, b"GET", b"other") is None
    nobody.stop()


@pytest.mark.parametrize("ask", [alone, in_a_batch])
@pytest.mark.parametrize("command", [b"GET", b"INCR"], ids=["read", "write"])
def test_who_waits_for_a_silent_node_is_told_once_another_has_its_place(
    cluster: PlayedCluster, ask: Ask, command: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before the deadline. A read is answered by the other one."""
    for module in (link, server):
        monkeypatch.setattr(module, "SILENCE_SECONDS", 0.05)
    hung, heir = cluster.owner_of(KEY), cluster.other_than(cluster.owner_of(KEY))
    over = threading.Event()

    def hang(words: list[bytes]) -> bytes | None:
        if words[0] == command:
            heir.store.update(hung.store)
            cluster.owners = [heir if each is hung else each for each in cluster.owners]
            over.wait(PATIENCE)
        return USUAL

    with routed(cluster) as route:
        route.call((b"SET", KEY, b"1"), None, PATIENCE)
        hung.script = hang
        try:
            if command == b"GET":
                assert ask(route, b"GET", KEY) == b"1"
            else:
                with pytest.raises(ConnectionError, match="is silent, and another node has taken its place") as caught:
                    ask(route, b"INCR", KEY)
                assert caught.value.fate is Fate.UNKNOWN
                assert ask(route, b"INCR", KEY) == 2
        finally:
            over.set()
