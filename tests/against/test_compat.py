"""redis-py's names on real servers, for threads and for asyncio: what its users write, and what comes out.

What belongs here: whole habits (pipelines, watching, pub/sub, locks, scripts, MONITOR, lost connections). What single
methods return is in `tests/redis/compat`; redis-py's own suites are run by `scripts/redis-py-suite`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from framewire.redis import compat as redis
from tests.peers import PEERS, RedisServer, require
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module", params=PEERS)
def real(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer(name=require(request.param)) as server:
        yield server


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def settings(request: pytest.FixtureRequest, real: RedisServer) -> dict[str, Any]:
    return {"host": real.host, "port": real.port, "protocol": request.param}


@pytest.fixture(params=[False, True], ids=["pool", "single"])
def r(request: pytest.FixtureRequest, settings: dict[str, Any]) -> Iterator[redis.Redis]:
    with redis.Redis(single_connection_client=request.param, **settings) as client:
        client.flushall()
        yield client


@pytest.fixture(params=[False, True], ids=["pool", "single"])
async def ar(request: pytest.FixtureRequest, settings: dict[str, Any]) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis(single_connection_client=request.param, **settings) as client:
        await client.flushall()
        yield client


def message(pubsub: Any) -> Any:
    found = pubsub.get_message(timeout=PATIENCE)
    assert found is not None, "nothing came"
    return found


async def amessage(pubsub: Any) -> Any:
    found = await pubsub.get_message(timeout=PATIENCE)
    assert found is not None, "nothing came"
    return found


# -- for threads ------------------------------------------------------------------------------------------------------


def test_commands(r: redis.Redis) -> None:
    assert r.set("a", 1) is True and r.set("a", 2, nx=True) is None and r.get("a") == b"1"
    assert r.execute_command("SET", "b", 1, "XX") is None and r.execute_command("HGETALL", "h") == {}
    assert r.mget([]) == [] and r.mget(["a", "b"]) == [b"1", None]
    r["m"] = "x"
    assert r["m"] == b"x" and "m" in r
    del r["m"]
    with pytest.raises(KeyError):
        r["m"]
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        r.lpush("a", 1)
    assert sorted(r.scan_iter("a*")) == [b"a"]


def test_text(settings: dict[str, Any]) -> None:
    with redis.Redis(decode_responses=True, **settings) as client:
        client.delete("h")
        client.hset("h", mapping={"f": "ä"})
        assert client.hgetall("h") == {"f": "ä"} and list(client.hscan_iter("h")) == [("f", "ä")]


def test_pipelines(r: redis.Redis) -> None:
    with r.pipeline() as pipe:
        assert pipe.set("a", 1).incr("a").get("a").execute() == [True, 2, b"2"] and len(pipe) == 0
        pipe.set("a", "x").lpush("a", 1).set("b", 1)
        with pytest.raises(redis.ResponseError, match=r"Command # 2 \(LPUSH a 1\) of pipeline caused error: WRONGTYPE"):
            pipe.execute()
        results = pipe.lpush("a", 1).get("b").execute(raise_on_error=False)
        assert isinstance(results[0], redis.ResponseError) and results[1] == b"1"
        pipe.set("c", 1).zrem("c").set("c", 2)
        with pytest.raises(
            redis.ResponseError, match=r"Command # 2 \(ZREM c\) of pipeline caused error: ERR wrong number"
        ):
            pipe.execute()
        assert r.get("c") is None and pipe.set("c", 3).execute() == [True]


def test_watching(r: redis.Redis, settings: dict[str, Any]) -> None:
    with redis.Redis(**settings) as other, r.pipeline() as pipe:
        pipe.watch("n")
        assert pipe.get("n") is None
        other.set("n", 1)
        pipe.multi()
        with pytest.raises(redis.WatchError):
            pipe.set("n", 2).execute()
        assert not pipe.watching and r.get("n") == b"1"
        pipe.watch("n")
        other.set("n", 5)
        with pytest.raises(redis.WatchError):
            pipe.execute()
    assert r.transaction(lambda pipe: pipe.multi() or pipe.incr("n"), "n") == [6]


def test_pubsub(r: redis.Redis) -> None:
    heard: list[Any] = []
    with r.pubsub() as pubsub:
        pubsub.subscribe("a", b=heard.append)
        assert [message(pubsub)["data"] for _ in range(2)] == [1, 2]
        assert r.publish("a", "x") == 1 and message(pubsub)["data"] == b"x"
        r.publish("b", "y")
        assert pubsub.get_message(timeout=PATIENCE) is None and heard[0]["data"] == b"y"
        pubsub.unsubscribe()
        assert [message(pubsub)["type"] for _ in range(2)] == ["unsubscribe"] * 2
        assert not pubsub.subscribed and pubsub.get_message(timeout=0) is None


def test_pubsub_subscribes_again_after_a_loss(r: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    with r.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.psubscribe("a*")
        assert pubsub.get_message(timeout=PATIENCE) is None
        r.client_kill_filter(_type="pubsub")
        until(lambda: pubsub.get_message(timeout=0) is None and r.publish("a1", "x") == 1)
        assert message(pubsub)["data"] == b"x" and "missing" in caplog.text


def test_pubsub_in_a_thread(r: redis.Redis) -> None:
    heard = threading.Event()
    pubsub = r.pubsub()
    pubsub.subscribe(a=lambda _: heard.set())
    thread = pubsub.run_in_thread(sleep_time=0.01)
    r.publish("a", "x")
    assert heard.wait(PATIENCE)
    thread.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive() and not pubsub.subscribed


def test_locks(r: redis.Redis) -> None:
    lock, other = r.lock("l", timeout=10), r.lock("l")
    with lock:
        assert lock.locked() and lock.owned() and r.get("l") == lock.local.token
        assert not other.acquire(blocking=False)
    assert not lock.locked()
    with pytest.raises(redis.exceptions.LockError):
        lock.release()


def test_scripts(r: redis.Redis) -> None:
    script = r.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    r.script_flush()
    assert script(["n"], [2]) == 2
    with r.pipeline() as pipe:
        script(["n"], [3], client=pipe)
        assert pipe.get("n").execute() == [5, b"5"]


def test_monitor(r: redis.Redis) -> None:
    with r.monitor() as monitor:
        r.echo('a "b"')
        while "ECHO" not in (command := monitor.next_command())["command"]:
            pass
        assert command["command"] == 'ECHO a "b"' and command["client_type"] == "tcp"


def test_a_connection_of_ones_own_is_made_anew(settings: dict[str, Any]) -> None:
    with redis.Redis(single_connection_client=True, **settings) as client, redis.Redis(**settings) as other:
        client.select(3)
        client.set("here", 1)
        assert other.get("here") is None
        other.client_kill_filter(_id=client.client_id())
        connection = client.connection
        until(lambda: connection is not None and (client.connection, connection.is_connected)[1] is False)
        assert client.get("here") is None  # it is in database 0 again


def test_a_pool_for_several(settings: dict[str, Any]) -> None:
    pool = redis.ConnectionPool(**settings)
    first, second = redis.Redis(connection_pool=pool), redis.Redis.from_pool(pool)
    first.set("a", 1)
    first.close()
    assert second.get("a") == b"1"
    second.close()
    assert first.get("a") == b"1"  # a pool connects again
    pool.disconnect()


# -- for asyncio ------------------------------------------------------------------------------------------------------


async def test_asyncio_commands(ar: redis.asyncio.Redis) -> None:
    await ar.set("a", 1)
    assert await asyncio.create_task(ar.get("a")) == b"1"
    assert await asyncio.gather(ar.incr("a"), ar.incr("a")) == [2, 3]
    assert [key async for key in ar.scan_iter("a*")] == [b"a"]


async def test_asyncio_pipelines(ar: redis.asyncio.Redis, settings: dict[str, Any]) -> None:
    async with redis.asyncio.Redis(**settings) as other, ar.pipeline() as pipe:
        assert await pipe.set("a", 1).get("a").execute() == [True, b"1"]
        await pipe.watch("a")
        assert await pipe.get("a") == b"1"
        await other.set("a", 2)
        pipe.multi()
        with pytest.raises(redis.WatchError):
            await pipe.set("a", 3).execute()
    assert await ar.transaction(lambda pipe: pipe.incr("a")) == [3]


async def test_asyncio_pubsub(ar: redis.asyncio.Redis) -> None:
    heard: list[Any] = []

    async def hear(found: Any) -> None:
        heard.append(found["data"])

    async with ar.pubsub() as pubsub:
        with pytest.raises(RuntimeError, match="subscribe"):
            await pubsub.get_message()
        await pubsub.subscribe("a", b=hear)
        assert [(await amessage(pubsub))["data"] for _ in range(2)] == [1, 2]
        await ar.publish("b", "y")
        await ar.publish("a", "x")
        async for found in pubsub.listen():
            assert found["data"] == b"x"
            break
        assert heard == [b"y"]


async def test_asyncio_pubsub_subscribes_again_after_a_loss(ar: redis.asyncio.Redis) -> None:
    async with ar.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe("a")
        assert await pubsub.get_message(timeout=PATIENCE) is None
        assert pubsub.connection is not None
        await pubsub.connection.disconnect()
        assert await pubsub.get_message(timeout=PATIENCE) is None  # it has subscribed again
        await ar.publish("a", "x")
        assert (await amessage(pubsub))["data"] == b"x"


async def test_asyncio_locks_and_scripts(ar: redis.asyncio.Redis) -> None:
    async with ar.lock("l", timeout=10) as lock:
        assert await lock.owned() and await ar.get("l") == lock.local.token
        assert not await ar.lock("l").acquire(blocking=False)
    script = ar.register_script("return ARGV[1]")
    assert await script(args=["x"]) == b"x"


async def test_asyncio_monitor(ar: redis.asyncio.Redis) -> None:
    async with ar.monitor() as monitor:
        await ar.echo("x")
        while "ECHO" not in (command := await monitor.next_command())["command"]:
            pass
        assert command["command"] == "ECHO x"


async def test_asyncio_a_cancelled_pop_does_not_hold_up_what_follows(ar: redis.asyncio.Redis) -> None:
    async with ar.monitor() as monitor:
        pop = asyncio.create_task(ar.blpop("nothing"))
        async for command in monitor.listen():
            if command["command"].startswith("BLPOP nothing"):
                break
    pop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pop
    async with asyncio.timeout(PATIENCE):
        assert await ar.lpush("nothing", 1) == 1
