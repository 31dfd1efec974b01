"""`RedisCluster` and `Sentinel` by redis-py's names, on real servers: the same program text there and here.

What belongs here: programs run on redis-py's classes and on ours, for threads and for asyncio, and compared; and what
differs by decision, where that needs a server. The decisions stand in `docs/from-redis-py.md`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import redis as theirs
import redis.asyncio as their_asyncio
import redis.asyncio.sentinel as their_asyncio_sentinel
import redis.sentinel as their_sentinel

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.sentinel.sentinel import RedisSentinel
from framewire.redis import compat as ours
from framewire.redis.client.errors import SharedLinkError
from framewire.redis.slots import slot_of
from tests.against.redis_py_programs import PROGRAMS, Threads
from tests.peers import REDIS_7, VALKEY, require
from tests.waiting import PATIENCE, until

pytestmark = [pytest.mark.peer, pytest.mark.slow, pytest.mark.timeout(600)]

WAYS = ["threads", "asyncio"]


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(program=require(request.param)) as cluster:
        yield cluster


@pytest.fixture
def place(cluster: RedisCluster) -> dict[str, Any]:
    return {"host": cluster.host, "port": cluster.nodes[0].port, "socket_timeout": PATIENCE}


@pytest.mark.parametrize("text", [False, True], ids=["bytes", "text"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
async def test_a_program_of_redis_py_s_sees_the_same(
    program: Callable[[Any], Any], way: str, text: bool, place: dict[str, Any]
) -> None:
    seen = []
    for kinds in ((theirs, their_asyncio), (ours, ours.asyncio)):
        if way == "threads":
            with kinds[0].RedisCluster(decode_responses=text, **place) as client:
                client.flushall(target_nodes=client.PRIMARIES)
                seen.append(await program(Threads(client)))
        else:
            async with kinds[1].RedisCluster(decode_responses=text, **place) as client:
                await client.flushall(target_nodes=client.PRIMARIES)
                seen.append(await program(client))
    assert seen[1] == seen[0]


# -- what is otherwise ------------------------------------------------------------------------------------------------


@pytest.fixture
def rc(place: dict[str, Any]) -> Iterator[ours.RedisCluster]:
    with ours.RedisCluster(**place) as client:
        client.flushall()
        yield client


@pytest.fixture
async def arc(place: dict[str, Any]) -> AsyncIterator[ours.asyncio.RedisCluster]:
    async with ours.asyncio.RedisCluster(**place) as client:
        await client.flushall()
        yield client


def test_several_keys_go_to_several_slots(rc: ours.RedisCluster) -> None:
    assert rc.mset({"a": 1, "b": 2, "c": 3}) is True and rc.mget("a", "b", "none") == [b"1", b"2", None]
    with rc.pipeline() as pipe:
        assert pipe.mget("a", "c").delete("a", "b").ping().execute() == [[b"1", b"3"], 2, True]


def test_keys_that_are_elsewhere_are_found_nevertheless(rc: ours.RedisCluster) -> None:
    rc.set("a", 1)
    others = [node for node in rc.get_nodes() if node != rc.get_node_from_key("a")]
    assert [rc.execute_command("GET", "a", target_nodes=node) for node in others] == [b"1"] * len(others)


def test_what_would_change_a_link_is_refused(rc: ours.RedisCluster) -> None:
    for call in (lambda: rc.select(1), lambda: rc.readonly(), lambda: rc.wait(1, 1)):
        with pytest.raises(SharedLinkError):
            call()
    node = rc.get_node_from_key("a")
    assert node is not None
    with node.redis_connection.client() as alone:
        alone.set("a", 1)
        assert alone.wait(1, int(PATIENCE * 1000)) == 1
    with pytest.raises(ours.RedisClusterException, match="target_nodes has no place"):
        rc.pipeline().execute_command("PING", target_nodes=node)


async def test_asyncio_nodes_can_be_asked_themselves(arc: ours.asyncio.RedisCluster) -> None:
    await arc.set("a", 1)
    node = arc.get_node_from_key("a")
    assert node is not None and await node.execute_command("GET", "a") == b"1"
    assert [key async for key in node.redis_connection.scan_iter()] == [b"a"]
    async with arc.monitor(node) as monitor:
        await arc.get("a")
        while "GET a" not in (await monitor.next_command())["command"]:
            pass


def test_monitor(rc: ours.RedisCluster) -> None:
    with rc.monitor(rc.get_node_from_key("a")) as monitor:
        rc.get("a")
        while "GET a" not in monitor.next_command()["command"]:
            pass


def test_where_no_node_is_reached(place: dict[str, Any]) -> None:
    with pytest.raises(ours.RedisClusterException, match="cannot be connected"):
        ours.RedisCluster("127.0.0.1", 1, socket_timeout=0.1)


async def test_asyncio_where_no_node_is_reached() -> None:
    client = ours.asyncio.RedisCluster("127.0.0.1", 1, socket_timeout=0.1)
    with pytest.raises(ours.RedisClusterException, match="cannot be connected"):
        await client
    assert client.get_nodes() == []
    await client.aclose()


@pytest.mark.parametrize("way", WAYS)
async def test_a_user_who_may_not_even_ping(way: str, rc: ours.RedisCluster, place: dict[str, Any]) -> None:
    rc.acl_setuser(
        "few", enabled=True, nopass=True, commands=["+get", "+cluster"], keys=["*"], target_nodes=rc.ALL_NODES
    )
    user = {"username": "few", "password": "any", **place}
    try:
        if way == "threads":
            with ours.RedisCluster(**user) as client:
                assert client.get("a") is None and len(client.get_nodes()) == 6
        else:
            async with ours.asyncio.RedisCluster(**user) as other:
                assert await other.get("a") is None and len(other.get_nodes()) == 6
                with pytest.raises(ours.exceptions.DataError):
                    other.set_default_node(ours.asyncio.cluster.ClusterNode("x", 1))
    finally:
        rc.acl_deluser("few", target_nodes=rc.ALL_NODES)


def test_a_url_names_all_nodes(cluster: RedisCluster) -> None:
    with ours.RedisCluster.from_url(cluster.url, decode_responses=True) as client:
        client.set("a", "x")
        assert client.get("a") == "x"


def test_reads_from_replicas(place: dict[str, Any], rc: ours.RedisCluster) -> None:
    rc.set("a", 1)
    with ours.RedisCluster(read_from_replicas=True, **place) as client:
        until(lambda: {client.get("a") for _ in range(10)} == {b"1"})
        replica = client.get_node_from_key("a", replica=True)
        assert replica is not None
        gets = _gets(replica)
        for _ in range(10):
            client.get("a")
        assert _gets(replica) > gets


def _gets(node: Any) -> int:
    counted: int = node.redis_connection.info("commandstats").get("cmdstat_get", {}).get("calls", 0)
    return counted


def test_handlers_in_a_thread(rc: ours.RedisCluster) -> None:
    heard: list[Any] = []
    for sharded, join, publish in ((False, "subscribe", rc.publish), (True, "ssubscribe", rc.spublish)):
        pubsub = rc.pubsub()
        getattr(pubsub, join)(news=heard.append)
        thread = pubsub.run_in_thread(sharded_pubsub=sharded)
        publish("news", join)
        until(lambda: bool(heard))
        thread.stop()
        thread.join()
        assert heard.pop()["data"] == join.encode()


# -- slots that move, nodes that die ----------------------------------------------------------------------------------


@pytest.fixture(params=[REDIS_7, VALKEY])
def changing(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    """A cluster that a test changes."""
    with RedisCluster(program=require(request.param)) as cluster:
        yield cluster


def test_while_things_change(changing: RedisCluster) -> None:
    with ours.RedisCluster.from_url(changing.url, socket_timeout=PATIENCE) as client, client.pubsub() as pubsub:
        pubsub.ssubscribe("news")
        pubsub.subscribe("news")
        before = client.get_node_from_key("news")
        assert before is not None
        slot = slot_of(b"news")
        target = next(node for node in changing.primaries if node is not changing.primary_of(slot))
        changing.move_slot(slot, target)
        until(lambda: client.set("news", 1) and client.get_node_from_key("news") != before)
        until(lambda: client.spublish("news", "moved") == 1)
        until(lambda: (pubsub.get_sharded_message(timeout=1) or {}).get("data") == b"moved")

        default = client.get_default_node()
        assert default is not None
        victim = next(node for node in changing.nodes if node.port == default.port)
        victim.kill()
        assert client.ping() is True and client.get_default_node() != default  # another one was asked
        changing.wait_until_ok()
        values = {f"k{number}": number for number in range(100)}
        until(lambda: client.mset(values) and default not in client.get_primaries())
        assert client.mget(list(values)) == [b"%d" % number for number in values.values()]


# -- Sentinel ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def service(request: pytest.FixtureRequest) -> Iterator[RedisSentinel]:
    with RedisSentinel(program=require(request.param)) as service:
        yield service


def places(service: RedisSentinel) -> list[tuple[str, int]]:
    return [sentinel.address for sentinel in service.sentinels]


async def of_a_service(sentinel: Any) -> Any:
    seen: list[Any] = [
        await sentinel.discover_master("mymaster"), sorted(await sentinel.discover_slaves("mymaster")),
        await sentinel.discover_replicas("none"), await sentinel.sentinel_get_master_addr_by_name("mymaster"),
        await sentinel.sentinel_get_master_addr_by_name("mymaster", return_responses=True),
        [sorted(state) for state in await sentinel.sentinel_master("mymaster", return_responses=True)],
        await sentinel.sentinel_master("mymaster"), await sentinel.sentinel_flushconfig(),
        await sentinel.sentinel_set("mymaster", "quorum", 2), sentinel.check_master_state(
            {"is_master": True, "is_sdown": False, "is_odown": False, "num-other-sentinels": 1}, "mymaster"
        ),
    ]  # fmt: skip
    try:
        await sentinel.discover_master("none")
    except Exception as error:
        seen.append((type(error).__name__, str(error)))
    async with sentinel.master_for("mymaster", db=1) as primary:
        seen += [await primary.set("a", 1), await primary.incr("a"), await primary.execute_command("WAIT", 0, 0) >= 0
                 if isinstance(primary, Threads) and isinstance(primary._real, theirs.Redis) else True]  # fmt: skip
        async with primary.pipeline() as pipe:
            seen.append(await pipe.incr("a").get("a").execute())
    return seen


@pytest.mark.parametrize("way", WAYS)
async def test_sentinel_sees_the_same(way: str, service: RedisSentinel) -> None:
    seen = []
    if way == "threads":
        for kind in (their_sentinel.Sentinel, ours.Sentinel):
            with kind(places(service), socket_timeout=PATIENCE) as sentinel:
                seen.append(await of_a_service(Threads(sentinel)))
    else:
        for kind in (their_asyncio_sentinel.Sentinel, ours.asyncio.Sentinel):
            async with kind(places(service), socket_timeout=PATIENCE) as sentinel:
                seen.append(await of_a_service(sentinel))
    assert seen[1] == seen[0]


def _fails_over(sentinel: ours.Sentinel) -> bool:
    try:
        return sentinel.sentinels[0].sentinel_failover("mymaster") is True
    except ours.ResponseError as error:
        assert "NOGOODSLAVE" in str(error)  # it has not heard of them for a moment
        return False


def test_a_client_behind_sentinels(service: RedisSentinel) -> None:
    with ours.Sentinel.from_url(service.url, socket_timeout=PATIENCE) as sentinel:
        assert sentinel.sentinel_ckquorum("mymaster") is True
        with sentinel.master_for("mymaster") as primary, sentinel.replica_for("mymaster") as replica:
            primary.set("a", "x")
            until(lambda: replica.get("a") == b"x")
            assert replica.set("b", 1) is True  # writes go to the primary
            before = sentinel.discover_master("mymaster")
            until(lambda: _fails_over(sentinel))
            until(lambda: sentinel.discover_master("mymaster") != before)
            until(lambda: primary.set("a", "y") is True and replica.get("a") == b"y")  # the old one may take some
    with ours.from_url(service.url) as client:
        assert client.get("a") == b"y"
    service.wait_until_ok()


async def test_asyncio_a_client_behind_sentinels(service: RedisSentinel) -> None:
    async with ours.asyncio.Sentinel(places(service), socket_timeout=PATIENCE, decode_responses=True) as sentinel:
        async with sentinel.master_for("mymaster") as primary, sentinel.slave_for("mymaster") as replica:
            await primary.set("async", "x")
            assert await primary.get("async") == "x"
            heard: list[Any] = []
            while not heard or heard[-1] != "x":
                heard.append(await replica.get("async"))
            assert set(heard) <= {None, "x"}
