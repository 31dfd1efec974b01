"""What becomes of calls that a node of a cluster refuses or loses, or whose slot nobody owns: alone, in a batch, and as
MULTI.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
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
from framewire.redis.cluster.aio import redirecting
from framewire.redis.cluster.aio.route import ClusterRoute
from framewire.redis.exchange.calls import Call
from framewire.redis.slots import slot_of
from tests.redis.cluster.aio.played import PlayedCluster, PlayedNode, left_over, played, route_to
from tests.redis.cluster.played import HANG_UP, SILENT, USUAL
from tests.waiting import PATIENCE, until_in_loop

KEY = b"key"
SLOT = slot_of(KEY)


Ask = Callable[..., Awaitable[Any]]


async def alone(route: ClusterRoute, *request: Any, seconds: float | None = PATIENCE) -> Any:
    return await route.call(request, None, seconds)


async def batch(route: ClusterRoute, requests: Sequence[Any], seconds: float | None = PATIENCE) -> list[Any]:
    waiter = asyncio.get_running_loop().create_future()
    route.send_batch(requests, waiter, seconds)
    return await waiter  # type: ignore[no-any-return]


async def in_a_batch(route: ClusterRoute, *request: Any, seconds: float | None = PATIENCE) -> Any:
    """Between others, of which nothing becomes else."""
    before, reply, _ = await batch(route, [(b"GET", b"{key}<"), request, (b"SET", b"other", b"1")], seconds)
    assert before is None or isinstance(before, Failed)
    if isinstance(reply, Failed):
        raise reply.error
    if hasattr(reply, "code"):
        raise error_of_reply(reply.data)
    return reply


async def in_a_transaction(route: ClusterRoute, *request: Any, seconds: float | None = PATIENCE) -> Any:
    replies = await batch(route, [(b"MULTI",), request, (b"EXEC",)], seconds)
    if not isinstance(replies[-1], list):
        raise error_of_reply(replies[1].data)
    return replies[-1][0]


WAYS = pytest.mark.parametrize("ask", [alone, in_a_batch, in_a_transaction], ids=lambda way: way.__name__)
SINGLE = pytest.mark.parametrize("ask", [alone, in_a_batch], ids=lambda way: way.__name__)


def refusing(node: PlayedNode, *refusals: bytes, of: bytes = b"INCR") -> None:
    """`node` refuses the command so often, with these words."""
    left = list(refusals)

    def script(words: list[bytes]) -> bytes | None:
        return b"-%b\r\n" % left.pop(0) if words[0] == of and left else USUAL

    node.script = script


# -- refused ----------------------------------------------------------------------------------------------------------


@WAYS
async def test_a_slot_that_has_moved_is_followed_and_remembered(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask
) -> None:
    assert await ask(route, b"INCR", KEY) == 1
    cluster.told = list(cluster.owners)  # what is told of it stays old
    before = cluster.owner_of(KEY)
    cluster.move(KEY, cluster.other_than(before))
    assert await ask(route, b"INCR", KEY) == 2
    asked = before.names().count(b"INCR")
    assert await ask(route, b"INCR", KEY) == 3
    assert before.names().count(b"INCR") == asked


@WAYS
async def test_and_to_a_node_that_the_map_does_not_name(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    stranger = PlayedNode(cluster)
    await stranger.start()
    await ask(route, b"INCR", KEY)
    cluster.told = list(cluster.owners)
    cluster.move(KEY, stranger)
    assert await ask(route, b"INCR", KEY) == 2
    assert stranger.store[KEY] == b"2"
    await stranger.end()


@WAYS
async def test_a_refresh_is_wanted_then(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    await ask(route, b"INCR", KEY)
    cluster.move(KEY, cluster.other_than(cluster.owner_of(KEY)))
    await ask(route, b"INCR", KEY)
    owner = cluster.owner_of(KEY).address
    await until_in_loop(lambda: route.places.topology.slot_map.owner_of(SLOT) == owner)


@WAYS
async def test_asking_leaves_with_what_it_is_for(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    """And the slot stays where it is."""
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    refusing(source, b"ASK %d %b" % (SLOT, str(target.address).encode()))
    assert await ask(route, b"INCR", KEY) == 1
    assert target.store[KEY] == b"1"
    place = target.names().index(b"ASKING")
    assert target.names()[place + 1] == (b"MULTI" if ask is in_a_transaction else b"INCR")
    assert max(target.writes) >= (4 if ask is in_a_transaction else 2)
    assert await ask(route, b"INCR", KEY) == 1
    assert source.store[KEY] == b"1"


TROUBLES = [
    b"TRYAGAIN Multiple keys request during rehashing of slot",
    b"CLUSTERDOWN The cluster is down",
    b"CLUSTERDOWN The cluster is down and only accepts read commands",
    b"CLUSTERDOWN Hash slot not served",
    b"LOADING Redis is loading the dataset in memory",
    b"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    b"READONLY You can't write against a read only replica.",
]


@WAYS
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda text: text.decode()[:48])
async def test_trouble_that_passes_is_waited_out(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask, trouble: bytes
) -> None:
    refusing(cluster.owner_of(KEY), trouble, trouble)
    assert await ask(route, b"INCR", KEY) == 1
    assert left_over(route) == 0


@WAYS
async def test_busy_passes_too(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), *[b"BUSY Redis is busy running a script."] * 3)
    assert await ask(route, b"INCR", KEY) == 1
    assert route.places.topology.version == 1  # and says nothing of the cluster


@WAYS
async def test_and_what_is_said_then_counts(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    await alone(route, b"GET", KEY)
    target = cluster.other_than(cluster.owner_of(KEY))
    moved = b"MOVED %d %b" % (SLOT, str(target.address).encode())
    refusing(cluster.owner_of(KEY), b"BUSY Redis is busy running a script.", moved)
    cluster.told = list(cluster.owners)
    cluster.move(KEY, target)
    assert await ask(route, b"INCR", KEY) == 1


@WAYS
async def test_but_not_for_ever(cluster: PlayedCluster, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), *[b"BUSY Redis is busy running a script."] * 99)
    async with route_to(cluster, retry=Retry(2, 0.0001, 0.0001)) as route:
        with pytest.raises(RedisError, match="BUSY") as caught:
            await ask(route, b"INCR", KEY)
        assert caught.value.fate is Fate.NOT_EXECUTED
    assert cluster.owner_of(KEY).names().count(b"INCR") == 3


@WAYS
async def test_without_retries_redirects_are_followed_all_the_same(cluster: PlayedCluster, ask: Ask) -> None:
    async with route_to(cluster, retry=Retry(0)) as route:
        await ask(route, b"INCR", KEY)
        cluster.move(KEY, cluster.other_than(cluster.owner_of(KEY)))
        refusing(cluster.owner_of(KEY), *TROUBLES[:2])
        assert await ask(route, b"INCR", KEY) == 2


@WAYS
async def test_other_errors_are_the_callers(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), b"WRONGTYPE Operation against a key holding the wrong kind of value")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await ask(route, b"INCR", KEY)
    assert cluster.owner_of(KEY).names().count(b"INCR") == 1


@WAYS
async def test_a_loop_of_redirects_ends(cluster: PlayedCluster, ask: Ask) -> None:
    """Two nodes that send to each other; with the refusal that is not the caller's fault, and how often."""
    one = cluster.owner_of(KEY)
    other = cluster.other_than(one)
    for node, target in ((one, other), (other, one)):
        refusing(node, *[b"MOVED %d %b" % (SLOT, str(target.address).encode())] * 99)
    async with route_to(cluster, max_redirects=4) as route:
        with pytest.raises(MovedError, match="after 4 redirects") as refused:
            await ask(route, b"INCR", KEY)
        assert refused.value.fate is Fate.NOT_EXECUTED
    assert one.names().count(b"INCR") + other.names().count(b"INCR") == 5


@WAYS
async def test_a_node_that_answers_with_itself_is_connected_to_anew(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask
) -> None:
    """Another server must be behind its name by now."""
    node = cluster.owner_of(KEY)
    await ask(route, b"INCR", KEY)
    connects = node.connects
    refusing(node, b"MOVED %d %b" % (SLOT, str(node.address).encode()))
    assert await ask(route, b"INCR", KEY) == 2
    assert node.connects == connects + 1
    assert await ask(route, b"INCR", KEY) == 3
    assert node.connects == connects + 1


@WAYS
async def test_an_empty_host_is_that_of_who_answered(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    node = cluster.owner_of(KEY)
    target = cluster.other_than(node)
    cluster.told = list(cluster.owners)
    cluster.move(KEY, target)
    refusing(node, b"MOVED %d :%d" % (SLOT, target.address.port))
    assert await ask(route, b"INCR", KEY) == 1


@WAYS
async def test_a_node_that_is_not_named_is_that_with_the_port(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask
) -> None:
    node = cluster.owner_of(KEY)
    target = cluster.other_than(node)
    cluster.told = list(cluster.owners)
    cluster.move(KEY, target)
    refusing(node, b"MOVED %d ?:%d" % (SLOT, target.address.port))
    assert await ask(route, b"INCR", KEY) == 1


@WAYS
async def test_a_redirect_is_remapped(cluster: PlayedCluster, ask: Ask) -> None:
    """Nodes tell what they are called behind NAT."""
    inside = {Address("10.0.0.1", number): node.address for number, node in enumerate(cluster.nodes, 1)}
    node = cluster.owner_of(KEY)
    target = cluster.other_than(node)
    for address, each in zip(inside, cluster.nodes, strict=True):
        each.inside = address  # type: ignore[attr-defined]
    cluster.move(KEY, target)
    refusing(node, b"MOVED %d %b" % (SLOT, str(target.inside).encode()))  # type: ignore[attr-defined]
    remap = lambda address: inside.get(Address(*address), address)  # noqa: E731
    cluster.told = [node if each is target else each for each in cluster.owners]
    async with route_to(cluster, address_remap=remap) as route:
        assert await ask(route, b"INCR", KEY) == 1


@WAYS
async def test_a_pause_behind_the_deadline_is_not_waited_for(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask
) -> None:
    refusing(cluster.owner_of(KEY), *[TROUBLES[0]] * 10_000)
    with pytest.raises((TryAgainError, TimeoutError)) as caught:
        await ask(route, b"INCR", KEY, seconds=0.2)
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert left_over(route) == 0


async def test_a_transaction_that_waited_where_it_was_follows_its_slot(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    """What passes by itself is no matter of the cluster; what comes then may be."""
    node = cluster.owner_of(KEY)
    await alone(route, b"GET", KEY)
    cluster.told = list(cluster.owners)

    def script(words: list[bytes]) -> bytes | None:
        if words[0] != b"INCR" or cluster.owner_of(KEY) is not node:
            return USUAL
        cluster.move(KEY, cluster.other_than(node))
        return b"-BUSY a script runs\r\n"

    node.script = script
    assert await in_a_transaction(route, b"INCR", KEY) == 1


async def test_calls_that_wait_for_a_time_are_bounded(cluster: PlayedCluster) -> None:
    """By their bytes, as those that wait in a link; who finds no room is told why it would have had to wait."""
    node = cluster.owner_of(KEY)
    node.script = lambda words: b"-%b\r\n" % TROUBLES[0] if words[0] == b"SET" else USUAL
    async with route_to(cluster, max_queued_bytes=100_000) as route:
        await alone(route, b"GET", KEY)
        calls = [route.call((b"SET", KEY, b"x" * 10_000), None, PATIENCE) for _ in range(30)]
        await until_in_loop(lambda: sum(call.done() for call in calls) >= 20)
        errors = [call.exception() for call in calls if call.done()]
        assert all(isinstance(error, TryAgainError) and error.fate is Fate.NOT_EXECUTED for error in errors)
        node.script = lambda words: USUAL
        assert await asyncio.gather(*(call for call in calls if not call.done()))


async def test_who_is_refused_once_the_client_is_closed_goes_nowhere(cluster: PlayedCluster) -> None:
    async with route_to(cluster) as route:
        await alone(route, b"GET", KEY)
        node = route.places.nodes.at(cluster.owner_of(KEY).address)
        moved = b"MOVED %d %b" % (SLOT, b"127.0.0.9:1")
        redirecting_ = route._redirecting
    waiter = asyncio.get_running_loop().create_future()
    call = Call(((b"GET", KEY),), False, waiter, None, True, [], math.inf, 0.0)
    assert not redirecting_.refused(node, call, Error(moved))


async def test_what_a_script_says_proves_nothing(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """It may have done something before."""
    refusing(cluster.owner_of(KEY), b"LOADING says the script", of=b"EVAL")
    with pytest.raises(RedisError, match="LOADING") as caught:
        await alone(route, b"EVAL", b"return 1", 1, KEY)
    assert caught.value.fate is Fate.UNKNOWN
    assert cluster.owner_of(KEY).names().count(b"EVAL") == 1


async def test_but_of_a_slot_that_has_moved_it_did_nothing(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """A node looks at the keys before it runs the script."""
    await alone(route, b"GET", KEY)
    cluster.move(KEY, cluster.other_than(cluster.owner_of(KEY)))
    assert (await alone(route, b"EVAL", b"return 1", 1, KEY)).data == b"OK"


async def test_the_shape_goes_along(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await alone(route, b"INCR", KEY)
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    target.importing.add(SLOT)
    refusing(source, b"ASK %d %b" % (SLOT, str(target.address).encode()), TROUBLES[0])
    assert await route.call((b"INCR", KEY), str, PATIENCE) == "1"
    assert await route.call((b"INCR", KEY), lambda reply: [reply], PATIENCE) == [2]

    def fails(reply: Any) -> Any:
        raise LookupError(reply)

    refusing(source, b"ASK %d %b" % (SLOT, str(target.address).encode()))
    with pytest.raises(LookupError):
        await route.call((b"INCR", KEY), fails, PATIENCE)


@pytest.mark.parametrize("word", ["LOADING", "MASTERDOWN"])
async def test_a_read_goes_elsewhere_meanwhile(word: str) -> None:
    async with played(1, replicas=True) as cluster:
        primary, replica = cluster.nodes
        primary.store[KEY] = b"1"
        for one, other in ((primary, replica), (replica, primary)):
            refusing(one, *[word.encode()] * 99, of=b"GET")
            refusing(other, of=b"GET")
            async with route_to(cluster, read_from="any") as route:
                asked = other.names().count(b"GET")
                assert [await alone(route, b"GET", KEY) for _ in range(4)] == [b"1"] * 4
                assert other.names().count(b"GET") == asked + 4


async def test_a_read_without_another_node_waits(cluster: PlayedCluster, route: ClusterRoute) -> None:
    refusing(cluster.owner_of(KEY), b"LOADING", b"LOADING", of=b"GET")
    assert await alone(route, b"GET", KEY) is None


# -- links that are lost ----------------------------------------------------------------------------------------------


def hanging_up(node: PlayedNode, times: int, of: bytes) -> None:
    left = [HANG_UP] * times

    def script(words: list[bytes]) -> bytes | None:
        return left.pop() if words[0] == of and left else USUAL

    node.script = script


async def stopped(cluster: PlayedCluster, route: ClusterRoute) -> PlayedNode:
    """The owner of the slot, which is no more, and whose link was lost."""
    dead = cluster.owner_of(KEY)
    await alone(route, b"GET", KEY)
    dead.stop()
    node = route.places.nodes.at(dead.address)
    await until_in_loop(lambda: node.server._link is None)
    return dead


@SINGLE
@pytest.mark.parametrize("request_", [(b"GET", KEY), (b"SET", KEY, b"1")], ids=["get", "set"])
async def test_what_is_safe_to_repeat_is(cluster: PlayedCluster, route: ClusterRoute, ask: Ask, request_: Any) -> None:
    hanging_up(cluster.owner_of(KEY), 2, request_[0])
    await ask(route, *request_)
    assert cluster.owner_of(KEY).names().count(request_[0]) >= 3


@WAYS
async def test_what_is_not_is_told_its_fate(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    hanging_up(cluster.owner_of(KEY), 1, b"INCR")
    with pytest.raises(ConnectionError) as lost:
        await ask(route, b"INCR", KEY)
    assert lost.value.fate is Fate.UNKNOWN
    assert cluster.owner_of(KEY).names().count(b"INCR") == 1


async def test_without_retries_a_lost_read_is_told(cluster: PlayedCluster) -> None:
    hanging_up(cluster.owner_of(KEY), 1, b"GET")
    async with route_to(cluster, retry=Retry(0)) as route:
        with pytest.raises(ConnectionError):
            await alone(route, b"GET", KEY)
        assert cluster.owner_of(KEY).names().count(b"GET") == 1


@SINGLE
async def test_a_first_attempt_that_may_have_been_executed_is_not_forgotten(cluster: PlayedCluster, ask: Ask) -> None:
    answers = [HANG_UP]

    def script(words: list[bytes]) -> bytes | None:
        if words[:2] != [b"SET", KEY]:
            return USUAL
        return answers.pop() if answers else b"-LOADING no\r\n"

    cluster.owner_of(KEY).script = script
    async with route_to(cluster, retry=Retry(2, 0.0001, 0.0001), max_redirects=2) as route:
        with pytest.raises(RedisError) as caught:
            await ask(route, b"SET", KEY, b"1")
        assert caught.value.fate is Fate.UNKNOWN


async def test_a_read_is_repeated_at_another_node() -> None:
    async with played(1, replicas=True) as cluster, route_to(cluster, read_from="any") as route:
        primary, replica = cluster.nodes
        await alone(route, b"GET", KEY)
        await alone(route, b"GET", KEY)
        replica.stop()
        assert [await alone(route, b"GET", KEY) for _ in range(4)] == [None] * 4
        assert primary.names().count(b"GET") >= 4


@WAYS
async def test_who_takes_the_place_of_a_dead_node_is_waited_for(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask
) -> None:
    dead = await stopped(cluster, route)
    heir = cluster.other_than(dead)
    asked = asyncio.ensure_future(ask(route, b"INCR", KEY))
    await until_in_loop(lambda: left_over(route))
    cluster.owners = [heir if each is dead else each for each in cluster.owners]
    assert await asked == 1
    assert heir.store[KEY] == b"1"


async def test_a_node_that_cannot_be_reached_is_given_up_at_last(
    cluster: PlayedCluster, route: ClusterRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redirecting, "ENDLESS_SECONDS", 0.1)
    await stopped(cluster, route)
    with pytest.raises(ConnectionError, match="could not connect") as caught:
        await alone(route, b"SET", KEY, b"1", seconds=None)
    assert left_over(route) == 0
    assert caught.value.fate is Fate.NOT_EXECUTED


async def test_or_when_the_time_of_its_call_is_over(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await stopped(cluster, route)
    with pytest.raises((ConnectionError, TimeoutError)):
        await alone(route, b"SET", KEY, b"1", seconds=0.2)
    assert left_over(route) == 0


# -- slots that nobody has --------------------------------------------------------------------------------------------


async def test_a_call_waits_for_the_first_map(cluster: PlayedCluster, route: ClusterRoute) -> None:
    first = route.call((b"INCR", KEY), None, PATIENCE)
    second = route.call((b"INCR", KEY), None, None)
    assert left_over(route) == 2
    assert await asyncio.gather(first, second) == [1, 2]
    assert left_over(route) == 0


@WAYS
async def test_its_time_may_be_over_before(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    cluster.nodes[0].script = lambda words: SILENT if words[0] == b"CLUSTER" else USUAL
    with pytest.raises(TimeoutError, match="nowhere to go") as caught:
        await ask(route, b"INCR", KEY, seconds=0.05)
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert left_over(route) == 0


async def test_a_slot_that_nobody_has_fails_only_its_own_calls(cluster: PlayedCluster) -> None:
    cluster.owners[SLOT] = None
    async with route_to(cluster, max_redirects=2) as route:
        with pytest.raises(ClusterDownError, match=f"slot {SLOT}") as caught:
            await alone(route, b"GET", KEY, seconds=None)
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert await alone(route, b"GET", b"other") is None
        assert left_over(route) == 0


async def test_a_slot_that_gets_an_owner_is_served(cluster: PlayedCluster, route: ClusterRoute) -> None:
    owner = cluster.owner_of(KEY)
    cluster.owners[SLOT] = None
    asked = route.call((b"INCR", KEY), None, None)
    await until_in_loop(lambda: route.places.topology.version)
    cluster.owners[SLOT] = owner
    assert await asked == 1


async def test_where_no_node_answers_they_are_named(cluster: PlayedCluster) -> None:
    seeds = [node.address for node in cluster.nodes]
    for node in cluster.nodes:
        node.stop()
    async with route_to(cluster, startup_nodes=seeds, retry=Retry(0)) as route:
        for seconds in (None, PATIENCE):
            with pytest.raises(ConnectionError) as caught:
                await alone(route, b"INCR", KEY, seconds=seconds)
            assert all(str(seed) in str(caught.value) for seed in seeds)
            assert caught.value.fate is Fate.NOT_EXECUTED


# -- who does not wait any more ---------------------------------------------------------------------------------------


async def test_a_caller_who_leaves_before_the_map_is_not_served(cluster: PlayedCluster, route: ClusterRoute) -> None:
    left = route.call((b"INCR", KEY), None, PATIENCE)
    left.cancel()
    assert await alone(route, b"INCR", KEY) == 1
    assert left_over(route) == 0


@SINGLE
async def test_a_caller_who_leaves_while_it_is_paused_is_not_served(
    cluster: PlayedCluster, route: ClusterRoute, ask: Ask
) -> None:
    await alone(route, b"GET", KEY)
    refusing(cluster.owner_of(KEY), TROUBLES[0])
    asked = asyncio.ensure_future(ask(route, b"INCR", KEY))
    await until_in_loop(lambda: left_over(route))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until_in_loop(lambda: not left_over(route))
    assert await alone(route, b"INCR", KEY) == 1


# -- the end ----------------------------------------------------------------------------------------------------------


@WAYS
async def test_closing_ends_the_pauses(cluster: PlayedCluster, ask: Ask) -> None:
    refusing(cluster.owner_of(KEY), *[TROUBLES[1]] * 10_000)
    async with route_to(cluster, max_redirects=10_000) as route:
        asked = asyncio.ensure_future(ask(route, b"INCR", KEY, seconds=None))
        await cluster.owner_of(KEY).came(b"INCR", 3)
        await until_in_loop(lambda: left_over(route))
        await route.close()
        with pytest.raises((ConnectionError, ClusterDownError)):
            await asked
        assert left_over(route) == 0


@WAYS
async def test_closing_ends_the_wait_for_a_map(cluster: PlayedCluster, ask: Ask) -> None:
    cluster.nodes[0].script = lambda words: SILENT if words[0] == b"CLUSTER" else USUAL
    async with route_to(cluster) as route:
        asked = asyncio.ensure_future(ask(route, b"INCR", KEY, seconds=None))
        await until_in_loop(lambda: left_over(route))
        await route.close()
        with pytest.raises(ConnectionError, match="closed"):
            await asked
        assert left_over(route) == 0
        with pytest.raises(ConnectionError, match="closed"):
            await ask(route, b"INCR", KEY)


# -- deadlines --------------------------------------------------------------------------------------------------------


@WAYS
async def test_a_call_behind_asking_may_be_late(cluster: PlayedCluster, route: ClusterRoute, ask: Ask) -> None:
    source = cluster.owner_of(KEY)
    target = cluster.other_than(source)
    await alone(route, b"GET", KEY)
    refusing(source, b"ASK %d %b" % (SLOT, str(target.address).encode()))
    target.script = lambda words: SILENT if words[0] == b"INCR" else USUAL
    with pytest.raises(TimeoutError, match="no reply within") as late:
        await ask(route, b"INCR", KEY, seconds=0.3)
    assert late.value.fate is Fate.UNKNOWN
    assert source.names().count(b"INCR") == target.names().count(b"INCR") == 1
    assert left_over(route) == 0
