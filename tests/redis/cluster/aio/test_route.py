"""Where requests of a cluster's client go, and what is made of several replies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.batches import Failed
from framewire.redis.client.errors import (
    AuthenticationError,
    ClusterCrossSlotError,
    ClusterError,
    ConnectionError,
    DataError,
    QueueFullError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.hooks import Begun
from framewire.redis.cluster.aio.route import ClusterRoute
from framewire.redis.slots import slot_of
from tests.redis.cluster.aio.played import PlayedCluster, PlayedNode, client_of, options_of, played, route_to
from tests.redis.cluster.played import HANG_UP, SILENT, USUAL, array, bulk
from tests.waiting import PATIENCE, until_in_loop

KEYS = [b"key%d" % number for number in range(40)]
PAIRS = [item for key in KEYS for item in (key, b"of " + key)]


async def ask(route: ClusterRoute, *request: Any) -> Any:
    return await route.call(request, None, PATIENCE)


async def batch(route: ClusterRoute, *requests: Any) -> list[Any]:
    waiter = asyncio.get_running_loop().create_future()
    route.send_batch(requests, waiter, PATIENCE)
    return await waiter  # type: ignore[no-any-return]


def two_nodes(cluster: PlayedCluster) -> tuple[bytes, bytes]:
    """Keys of two different nodes."""
    return KEYS[0], next(key for key in KEYS if cluster.owner_of(key) is not cluster.owner_of(KEYS[0]))


# -- single calls -----------------------------------------------------------------------------------------------------


async def test_each_key_goes_to_its_node(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await asyncio.gather(*[ask(route, b"SET", key, b"1") for key in KEYS])
    assert all(set(node.names()) == {b"SET"} for node in cluster.nodes)
    assert all(cluster.owner_of(key).store[key] == b"1" for key in KEYS)
    assert all(node.connects == 1 for node in cluster.nodes)


@pytest.mark.parametrize("key", ["clé", b"bytes", 7, 1.5, bytearray(b"array")], ids=str)
async def test_keys_of_all_kinds(cluster: PlayedCluster, route: ClusterRoute, key: Any) -> None:
    await ask(route, b"SET", key, b"1")
    assert await ask(route, b"GET", key) == b"1"
    assert sum(len(node.names()) for node in cluster.nodes) == 2


async def test_the_map_is_asked_for_once(cluster: PlayedCluster, route: ClusterRoute) -> None:
    """However many want to know it."""
    assert await asyncio.gather(*[ask(route, b"GET", b"a")] * 8) == [None] * 8
    assert sum(words[0] == b"CLUSTER" for node in cluster.nodes for words in node.asked) == 1


async def test_a_shape_is_of_the_reply(route: ClusterRoute) -> None:
    await ask(route, b"MSET", *PAIRS)
    assert await route.call((b"GET", KEYS[0]), bytes.upper, PATIENCE) == b"OF KEY0"
    assert await route.call((b"MGET", *KEYS), len, PATIENCE) == len(KEYS)
    assert await route.call((b"DBSIZE",), str, PATIENCE) == str(len(KEYS))


async def test_what_cannot_be_split_is_not_sent(cluster: PlayedCluster, route: ClusterRoute) -> None:
    with pytest.raises(ClusterCrossSlotError) as refused:
        await ask(route, b"RENAME", b"a", b"b")
    assert refused.value.fate is Fate.NOT_EXECUTED
    assert not any(node.asked for node in cluster.nodes)


# -- no key -----------------------------------------------------------------------------------------------------------


async def test_any_node_will_do_and_another_one_where_that_is_gone(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    await ask(route, b"PING")
    for node in cluster.nodes[1:]:
        node.stop()
    assert [(await ask(route, b"ECHO", b"x")) for _ in range(8)] == [b"x"] * 8


@pytest.mark.parametrize("request_", [(b"SHUTDOWN",), (b"CLIENT", b"KILL", b"x"), (b"CLUSTER", b"FORGET", b"x")])
async def test_what_is_about_one_node_is_refused(
    cluster: PlayedCluster, route: ClusterRoute, request_: tuple[bytes, ...]
) -> None:
    with pytest.raises(ClusterError, match="get_nodes") as refused:
        await ask(route, *request_)
    assert refused.value.fate is Fate.NOT_EXECUTED


async def test_monitor_names_what_to_use(cluster: PlayedCluster, client: Client) -> None:
    with pytest.raises(ClusterError, match=r"MONITOR is about one node: client.get_nodes\(\)"):
        async with client.monitor():
            raise AssertionError
    assert not any(node.asked for node in cluster.nodes)
    (first, *_) = await client.get_nodes()
    async with first.monitor():
        pass


async def test_the_nodes_by_role() -> None:
    async with played(replicas=True) as cluster, client_of(cluster) as client:
        addresses = [node.address for node in cluster.nodes]
        ports = [
            {node.options.port for node in nodes}
            for nodes in (await client.get_nodes(), await client.get_primaries(), await client.get_replicas())
        ]
        assert ports == [{each.port for each in which} for which in (addresses, addresses[:3], addresses[3:])]
        for node in await client.get_nodes():
            assert await node.ping() is True
        assert all(b"PING" in node.names() for node in cluster.nodes)


@pytest.mark.parametrize("ask_for", [Client.get_nodes, Client.get_primaries], ids=["nodes", "primaries"])
async def test_who_has_left_the_cluster_has_no_client_any_more(
    cluster: PlayedCluster, client: Client, ask_for: Callable[[Client], Awaitable[list[Client]]]
) -> None:
    before = {node.options.port: node for node in await ask_for(client)}
    gone, new = cluster.nodes[2], PlayedNode(cluster)
    await new.start()
    member = before.pop(gone.address.port)
    await member.ping()
    cluster.owners = [new if node is gone else node for node in cluster.owners]
    await client._route.places.refreshed(asyncio.get_running_loop().time() + PATIENCE)  # type: ignore[attr-defined]
    after = {node.options.port: node for node in await ask_for(client)}
    assert after.keys() == before.keys() | {new.address.port}
    assert all(after[port] is node for port, node in before.items())  # whose links stay
    with pytest.raises(ConnectionError, match="closed"):
        await member.ping()
    assert len(client._members) == 3
    await until_in_loop(lambda: not gone.open)
    await new.end()


# -- unknown commands -------------------------------------------------------------------------------------------------


async def test_the_keys_of_an_unknown_command_are_asked_for(cluster: PlayedCluster, route: ClusterRoute) -> None:
    for node in cluster.nodes:
        node.script = lambda words: array([bulk(words[-1])]) if words[0] == b"COMMAND" else USUAL
    await ask(route, b"MY.COMMAND", b"x", KEYS[0])
    assert [node for node in cluster.nodes if b"MY.COMMAND" in node.names()] == [cluster.owner_of(KEYS[0])]


async def test_and_if_they_are_in_several_slots_it_is_refused(cluster: PlayedCluster, route: ClusterRoute) -> None:
    for node in cluster.nodes:
        node.script = lambda words: array(list(map(bulk, words[3:]))) if words[0] == b"COMMAND" else USUAL
    with pytest.raises(ClusterCrossSlotError):
        await ask(route, b"MY.COMMAND", *two_nodes(cluster))
    assert not any(b"MY.COMMAND" in node.names() for node in cluster.nodes)


@pytest.mark.parametrize("said", [b"-ERR The command has no key arguments", b"-ERR Invalid command specified"])
async def test_an_unknown_command_without_keys_goes_to_any_node(
    cluster: PlayedCluster, route: ClusterRoute, said: bytes
) -> None:
    for node in cluster.nodes:
        node.script = lambda words: said + b"\r\n" if words[0] == b"COMMAND" else USUAL
    await ask(route, b"MY.COMMAND", b"x")
    assert sum(node.names().count(b"MY.COMMAND") for node in cluster.nodes) == 1


# -- batches ----------------------------------------------------------------------------------------------------------


async def test_a_batch_over_all_nodes_is_one_write_to_each(cluster: PlayedCluster, route: ClusterRoute) -> None:
    await ask(route, b"DBSIZE")
    requests = [(b"SET", key, key) for key in KEYS] + [(b"GET", key) for key in KEYS]
    assert (await batch(route, *requests))[len(KEYS) :] == KEYS
    for node in cluster.nodes:
        assert max(node.writes) == node.names().count(b"SET") + node.names().count(b"GET")


async def test_requests_of_one_slot_keep_their_order_before_there_is_a_map(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    assert await batch(route, *[(b"INCR", b"a"), (b"INCR", b"b")] * 5) == [n for n in range(1, 6) for _ in range(2)]


async def test_and_across_what_goes_to_several_nodes(cluster: PlayedCluster, route: ClusterRoute) -> None:
    first, second = two_nodes(cluster)
    await ask(route, b"PING")
    replies = await batch(
        route, (b"SET", first, b"1"), (b"MGET", first, second), (b"INCR", first), (b"MSET", first, b"7", second, b"8"),
        (b"INCR", second), (b"DBSIZE",), (b"DEL", first, second), (b"GET", first), (b"ECHO", b"x"),
    )  # fmt: skip
    assert [getattr(reply, "data", reply) for reply in replies] == [
        b"OK", [b"1", None], 2, b"OK", 9, 2, 2, None, b"x",
    ]  # fmt: skip


async def test_errors_stand_in_their_places(cluster: PlayedCluster, route: ClusterRoute) -> None:
    first, second = two_nodes(cluster)
    cluster.owner_of(first).script = lambda words: b"-WRONGTYPE no\r\n" if words[0] == b"GET" else USUAL
    await ask(route, b"PING")
    replies = await batch(
        route, (b"GET", first), (b"GET", second), (b"RENAME", first, second), (b"MGET", first, second), (b"MGET",),
        (b"SHUTDOWN",),
    )  # fmt: skip
    assert replies[0].code == "WRONGTYPE" and replies[1] is None
    assert isinstance(replies[2], Failed) and isinstance(replies[2].error, ClusterCrossSlotError)
    assert replies[3] == [None, None]
    assert isinstance(replies[5], Failed) and isinstance(replies[5].error, ClusterError)


async def test_what_has_no_form_fails_with_all_that_goes_to_its_node(
    cluster: PlayedCluster, route: ClusterRoute
) -> None:
    first, second = two_nodes(cluster)
    await ask(route, b"PING")
    one, other, split = await batch(
        route, (b"SET", first, object()), (b"SET", second, b"1"), (b"MSET", first, object(), second, b"2")
    )
    assert isinstance(one, Failed) and isinstance(one.error, DataError)
    assert other.data == b"OK"
    assert isinstance(split, Failed) and isinstance(split.error, DataError)
    assert cluster.owner_of(second).store[second] == b"1"


async def test_a_node_without_room_fails_only_its_own(cluster: PlayedCluster) -> None:
    first, second = two_nodes(cluster)
    async with route_to(cluster, max_in_flight=1, max_queued_bytes=0) as route:
        await batch(route, (b"GET", first), (b"GET", second))
        cluster.owner_of(second).script = lambda words: SILENT if words[0] == b"GET" else USUAL
        waits = route.call((b"GET", second), None, PATIENCE)
        one, other = await batch(route, (b"INCR", first), (b"INCR", second))
        assert one == 1 and isinstance(other, Failed) and isinstance(other.error, QueueFullError)
        assert other.error.fate is Fate.NOT_EXECUTED
        waits.cancel()


async def test_a_lost_link_fails_only_its_own(cluster: PlayedCluster, route: ClusterRoute) -> None:
    first, second = two_nodes(cluster)
    bad = cluster.owner_of(second)
    bad.script = lambda words: HANG_UP if words == [b"INCR", second] else USUAL
    replies = await batch(
        route, (b"INCR", first), (b"SET", second, b"7"), (b"INCR", second), (b"INCR", first), (b"GET", second)
    )
    lost = replies[2]
    assert replies[0] == 1 and replies[1].data == b"OK" and replies[3] == 2 and replies[4] == b"7"
    assert isinstance(lost, Failed) and isinstance(lost.error, ConnectionError) and lost.error.fate is Fate.UNKNOWN
    assert bad.names().count(b"INCR") == 1


async def test_a_transaction_has_one_slot_and_one_write(cluster: PlayedCluster, client: Client) -> None:
    async with client.transaction() as transaction:
        places = [transaction.incr(b"{a}1"), transaction.incr(b"{a}2")]
    assert [place.result() for place in places] == [1, 1]
    owner = cluster.owner_of(b"a")
    assert max(owner.writes) == 4
    with pytest.raises(ClusterCrossSlotError) as refused:
        async with client.transaction() as transaction:
            transaction.incr(b"{a}1")
            transaction.incr(b"other")
    assert refused.value.fate is Fate.NOT_EXECUTED
    assert sum(node.names().count(b"MULTI") for node in cluster.nodes) == 1


async def test_a_transaction_whose_request_has_no_form_is_the_callers_mistake(client: Client) -> None:
    pipeline = client.pipeline(transaction=True)
    pipeline.set(b"a", b"1")
    pipeline.execute_command("SET", b"a", object())
    with pytest.raises(DataError):
        await pipeline.execute()


# -- scripts, hooks, users --------------------------------------------------------------------------------------------


def without_script(node: PlayedNode) -> None:
    """Until it was sent whole."""
    known: list[bytes] = []

    def script(words: list[bytes]) -> bytes | None:
        if words[0] == b"EVALSHA" and not known:
            return b"-NOSCRIPT No matching script.\r\n"
        if words[0] in (b"EVAL", b"EVALSHA"):
            known.append(words[1])
            return bulk(words[3])
        return USUAL

    node.script = script


async def test_a_node_that_does_not_know_a_script_is_sent_it(cluster: PlayedCluster, client: Client) -> None:
    for node in cluster.nodes:
        without_script(node)
    script = client.register_script("return KEYS[1]")
    for _ in range(2):
        assert [await script(keys=[key]) for key in KEYS[:6]] == KEYS[:6]
    used = {cluster.owner_of(key).address for key in KEYS[:6]}
    assert {node.address for node in cluster.nodes if node.names().count(b"EVAL") == 1} == used
    assert sum(node.names().count(b"EVALSHA") for node in cluster.nodes) == 12


async def test_in_a_pipeline_each_node_gets_it(cluster: PlayedCluster, client: Client) -> None:
    for node in cluster.nodes:
        without_script(node)
    script = client.register_script("return KEYS[1]")
    for _ in range(2):
        pipeline = client.pipeline()
        places = [script(keys=[key], client=pipeline) for key in KEYS]
        await pipeline.execute(raise_on_error=False)
        assert [place.result() for place in places] == KEYS


class Told:
    """A hook that writes down what it is told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []

    def begins(self, call: Begun) -> str:
        self.begun.append(call.name)
        return call.name

    def ends(self, call: Begun, token: str, error: BaseException | None) -> None:
        self.ended.append(f"{token} {type(error).__name__}" if error else token)


async def test_hooks_are_told_once_of_what_was_asked(cluster: PlayedCluster) -> None:
    """However many nodes, and attempts, that took."""
    told = Told()
    async with Client.from_options(options_of(cluster), hooks=[told]) as client:
        await client.mget(KEYS)
        await client.dbsize()
        cluster.move(KEYS[0], cluster.other_than(cluster.owner_of(KEYS[0])))
        await client.incr(KEYS[0])
        async with client.pipeline() as pipeline:
            pipeline.get(KEYS[0])
            pipeline.blpop(KEYS[1], timeout=1)
        await client.blpop(KEYS[1], timeout=1)
        with pytest.raises(ClusterCrossSlotError):
            await client.rename(*two_nodes(cluster))
    assert told.begun == ["MGET", "DBSIZE", "INCRBY", "PIPELINE", "BLPOP", "RENAME"]
    assert told.ended == [*told.begun[:-1], "RENAME ClusterCrossSlotError"]


@pytest.mark.parametrize("silent", [False, True])
async def test_all_nodes_hear_of_new_credentials(cluster: PlayedCluster, silent: bool) -> None:
    """One that does not answer keeps nobody from using them."""
    async with client_of(cluster, socket_timeout=0.2 if silent else PATIENCE) as client:
        await client.dbsize()
        cluster.nodes[1].script = lambda words: SILENT if silent and words[0] == b"AUTH" else USUAL
        await client.reauthenticate(("user", "secret"))
        assert all([b"AUTH", b"user", b"secret"] in node.asked for node in cluster.nodes)
        assert list(client._opener.renewed) == [b"user", b"secret"]


async def test_where_one_refuses_them_it_is_told(cluster: PlayedCluster, client: Client) -> None:
    await client.dbsize()
    cluster.nodes[1].script = lambda words: b"-WRONGPASS no\r\n" if words[0] == b"AUTH" else USUAL
    with pytest.raises(AuthenticationError):
        await client.reauthenticate(("user", "wrong"))
    assert list(client._opener.renewed) == []


# -- closed clients, and loops ----------------------------------------------------------------------------------------

Way = Callable[[Client], Awaitable[Any]]


async def a_pipeline(client: Client) -> Any:
    async with client.pipeline() as pipeline:
        pipeline.incr(KEYS[0])
        pipeline.incr(KEYS[1])


async def a_transaction(client: Client) -> Any:
    async with client.transaction() as transaction:
        transaction.incr(KEYS[0])


async def a_dedicated(client: Client) -> Any:
    async with client.dedicated(KEYS[0]) as own:
        await own.incr(KEYS[0])


async def a_blocking_pipeline(client: Client) -> Any:
    async with client.pipeline() as pipeline:
        pipeline.blpop(KEYS[0], timeout=1)


WAYS: dict[str, Way] = {
    "one key": lambda client: client.get(KEYS[0]),
    "several": lambda client: client.mget(KEYS),
    "none": lambda client: client.ping(),
    "all nodes": lambda client: client.dbsize(),
    "unknown": lambda client: client.execute("MY.COMMAND", "x"),
    "scan": lambda client: client.scan(),
    "blocking": lambda client: client.blpop(KEYS[0], timeout=1),
    "nodes": lambda client: client.get_nodes(),
    "pipeline": a_pipeline,
    "transaction": a_transaction,
    "dedicated": a_dedicated,
    "blocking pipeline": a_blocking_pipeline,
}
EACH_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))


@EACH_WAY
@pytest.mark.parametrize("read_from", ["primary", "any"])
async def test_a_closed_client_asks_nobody(cluster: PlayedCluster, way: Way, read_from: str) -> None:
    async with client_of(cluster, read_from=read_from) as client:
        await client.get(KEYS[5])
        await client.aclose()
        connects = [node.connects for node in cluster.nodes]
        with pytest.raises(ConnectionError, match="closed"):
            await way(client)
        assert [node.connects for node in cluster.nodes] == connects


@EACH_WAY
def test_after_a_loop_that_was_closed_it_begins_anew(way: Way) -> None:
    """And is closed in a third one."""
    clients: list[Client] = []

    async def use() -> None:
        async with played() as cluster:
            options = options_of(cluster)
            if clients:
                clients[0]._route.options = options  # type: ignore[attr-defined]  # the old nodes are gone
            else:
                clients.append(Client.from_options(options))
                await clients[0].get(KEYS[5])
                return
            await way(clients[0])
            await way(clients[0])

    asyncio.run(use())
    asyncio.run(use())
    asyncio.run(clients[0].aclose())


@EACH_WAY
async def test_in_another_loop_it_is_refused(cluster: PlayedCluster, way: Way) -> None:
    """Also where a node has no link yet."""
    async with client_of(cluster) as client:
        await client.get(next(key for key in KEYS if cluster.owner_of(key) is not cluster.owner_of(KEYS[0])))
        connects = cluster.owner_of(KEYS[0]).connects

        async def use() -> None:
            with pytest.raises(RuntimeError, match="event loop"):
                await way(client)

        await asyncio.to_thread(asyncio.run, use())
        assert cluster.owner_of(KEYS[0]).connects == connects


def to_come() -> set[asyncio.TimerHandle]:
    """The timers of the loop."""
    loop: Any = asyncio.get_running_loop()
    return {timer for timer in loop._scheduled if not timer.cancelled()}


async def test_nothing_is_left_of_a_closed_client(cluster: PlayedCluster) -> None:
    before, timers = asyncio.all_tasks(), to_come()
    async with client_of(cluster, read_from="nearest") as client:
        for way in WAYS.values():
            await way(client)
        cluster.move(KEYS[0], cluster.other_than(cluster.owner_of(KEYS[0])))
        await client.incr(KEYS[0])
        assert to_come() - timers  # the next refresh, and who is near
    await until_in_loop(lambda: all(not node.open for node in cluster.nodes))
    serving = {task for node in cluster.nodes for task in node._serving}
    assert asyncio.all_tasks() - before <= serving
    assert to_come() <= timers


def test_slots_are_as_they_are_thought() -> None:
    assert len({slot_of(key) for key in KEYS}) > 30
