"""What redis-py makes of commands: both protocols, threads, asyncio; each test against our server and a real one.

What belongs here: features of the library that rest on several commands and on their exact replies (locks,
transactions, scripts, consumer groups, iterators, pools). Single commands are compared in the other files.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.exceptions import LockError, LockNotOwnedError, NoScriptError, WatchError
from redis.retry import Retry

from framewire.redis import run_in_thread
from tests.peers import RedisServer


@pytest.fixture(scope="module", params=["ours", pytest.param("theirs", marks=pytest.mark.peer)])
def address(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    with run_in_thread() if request.param == "ours" else RedisServer() as server:
        yield server.host, server.port


@pytest.fixture(params=[2, 3])
def options(address: tuple[str, int], request: pytest.FixtureRequest) -> dict[str, Any]:
    options = {"host": address[0], "port": address[1], "protocol": request.param}
    with redis.Redis(**options) as client:
        client.flushall()
        client.config_set("notify-keyspace-events", "", "slowlog-log-slower-than", 10_000)
    return options


@pytest.fixture
def client(options: dict[str, Any]) -> Iterator[redis.Redis]:
    with redis.Redis(**options) as client:
        yield client


@pytest.fixture
def texts(options: dict[str, Any]) -> Iterator[redis.Redis]:
    with redis.Redis(**options, decode_responses=True) as client:
        yield client


@pytest.fixture
async def aclient(options: dict[str, Any]) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis(**options, decode_responses=True) as client:
        yield client


class TestTexts:
    def test_replies_are_decoded_at_every_depth(self, texts: redis.Redis) -> None:
        texts.hset("h", mapping={"ä": "ö", "n": 1})
        texts.zadd("z", {"a": 1.5, "b": 2})
        texts.sadd("s", "x")
        assert texts.hgetall("h") == {"ä": "ö", "n": "1"}
        assert texts.smembers("s") == {"x"}
        assert [list(pair) for pair in texts.zrange("z", 0, -1, withscores=True)] == [["a", 1.5], ["b", 2.0]]
        assert texts.config_get("maxmemory") == {"maxmemory": "0"}

    def test_what_is_no_text_is_an_error_of_the_client_alone(self, client: redis.Redis, texts: redis.Redis) -> None:
        client.set("k", b"\xff")
        with pytest.raises(UnicodeDecodeError):
            texts.get("k")
        assert client.get("k") == b"\xff" and texts.ping()


class TestPipelines:
    def test_errors_stand_where_they_happened(self, client: redis.Redis) -> None:
        with client.pipeline(transaction=False) as pipeline:
            pipeline.set("a", "x").incr("a").lpush("l", 1, 2).lrange("l", 0, -1)
            replies = pipeline.execute(raise_on_error=False)
        assert replies[0] is True and replies[2:] == [2, [b"2", b"1"]]
        assert isinstance(replies[1], redis.ResponseError)

    def test_an_error_of_a_transaction_names_its_command(self, client: redis.Redis) -> None:
        with client.pipeline() as pipeline:
            pipeline.set("a", "x").incr("a").set("b", 1)
            with pytest.raises(redis.ResponseError, match=r"Command # 2 \(INCRBY a 1\) of pipeline caused error: "):
                pipeline.execute()
        assert client.get("b") == b"1"  # no rollback

    def test_a_refused_command_discards_the_transaction(self, client: redis.Redis) -> None:
        with client.pipeline() as pipeline:
            pipeline.set("a", "x").execute_command("NOSUCH")
            with pytest.raises(redis.ResponseError, match="unknown command"):
                pipeline.execute()
        assert client.get("a") is None

    def test_large_ones(self, client: redis.Redis) -> None:
        with client.pipeline() as pipeline:
            for number in range(5000):
                pipeline.rpush("l", number)
            assert pipeline.execute() == list(range(1, 5001))


class TestTransactions:
    def test_a_change_of_a_watched_key_is_seen(self, client: redis.Redis, options: dict[str, Any]) -> None:
        with client.pipeline() as pipeline, redis.Redis(**options) as other:
            pipeline.watch("k")
            assert pipeline.get("k") is None
            other.set("k", "theirs")
            pipeline.multi()
            pipeline.set("k", "mine")
            with pytest.raises(WatchError):
                pipeline.execute()
        assert client.get("k") == b"theirs"

    def test_transaction_tries_again_until_it_is_alone(self, options: dict[str, Any], client: redis.Redis) -> None:
        def increment() -> None:
            with redis.Redis(**options) as mine:
                for _ in range(20):
                    mine.transaction(step, "counter")

        def step(pipeline: Any) -> None:
            value = int(pipeline.get("counter") or 0)
            pipeline.multi()
            pipeline.set("counter", value + 1)

        in_threads(increment, 4)
        assert client.get("counter") == b"80"


class TestLocks:
    def test_one_at_a_time(self, options: dict[str, Any], client: redis.Redis) -> None:
        seen: list[int] = []

        def work() -> None:
            with redis.Redis(**options) as mine:
                for _ in range(5):
                    with mine.lock("lock", timeout=20, sleep=0.001):
                        value = int(mine.get("value") or 0)
                        mine.set("value", value + 1)
                        seen.append(value)

        in_threads(work, 4)
        assert sorted(seen) == list(range(20)) and client.get("value") == b"20"

    def test_its_owner_alone_may_extend_and_release_it(self, client: redis.Redis) -> None:
        lock = client.lock("lock", timeout=10)
        assert lock.acquire(blocking=False)
        assert not client.lock("lock").acquire(blocking=False)
        assert lock.locked() and lock.owned()
        assert lock.extend(20) and 20 < client.ttl("lock") <= 30
        assert lock.reacquire() and client.ttl("lock") <= 10
        client.set("lock", "somebody else")
        with pytest.raises(LockNotOwnedError):
            lock.release()

    def test_a_lock_that_was_not_taken(self, client: redis.Redis) -> None:
        with pytest.raises(LockError):
            client.lock("lock").release()

    async def test_asyncio(self, aclient: redis.asyncio.Redis) -> None:
        async def work() -> None:
            async with aclient.lock("lock", timeout=10, sleep=0.001):
                value = int(await aclient.get("value") or 0)
                await asyncio.sleep(0)
                await aclient.set("value", value + 1)

        await asyncio.gather(*(work() for _ in range(10)))
        assert await aclient.get("value") == "10"


class TestPubSub:
    def test_handlers_in_a_thread(self, client: redis.Redis) -> None:
        heard: list[bytes] = []
        done = threading.Event()

        def handler(message: dict[str, Any]) -> None:
            heard.append(message["data"])
            if len(heard) == 10:
                done.set()

        with client.pubsub() as pubsub:
            pubsub.subscribe(news=handler)
            pubsub.psubscribe(**{"w*": handler})
            thread = pubsub.run_in_thread(sleep_time=0.01)
            while client.pubsub_numpat() < 1 or client.pubsub_numsub("news") != [(b"news", 1)]:
                time.sleep(0.001)
            for number in range(5):
                assert client.publish("news", number) == 1
                assert client.publish("weather", number) == 1
            assert done.wait(10)
            thread.stop()
            thread.join(10)
        assert sorted(heard) == sorted([b"%d" % number for number in range(5)] * 2)

    def test_pings_and_the_end_of_subscriptions(self, client: redis.Redis) -> None:
        with client.pubsub() as pubsub:
            pubsub.subscribe("a", "b")
            assert [pubsub.get_message(timeout=5)["data"] for _ in range(2)] == [1, 2]
            pubsub.ping("still there?")
            assert pubsub.get_message(timeout=5)["type"] == "pong"
            pubsub.unsubscribe()
            assert [pubsub.get_message(timeout=5)["data"] for _ in range(2)] == [1, 0]
            assert not pubsub.subscribed

    async def test_asyncio(self, aclient: redis.asyncio.Redis) -> None:
        async with aclient.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe("news")
            while not dict(await aclient.pubsub_numsub("news"))["news"]:
                await pubsub.get_message(timeout=0.01)
            await asyncio.gather(*(aclient.publish("news", number) for number in range(10)))
            heard: set[str] = set()
            async with asyncio.timeout(10):
                async for message in pubsub.listen():
                    heard.add(message["data"])
                    if len(heard) == 10:
                        break
        assert heard == set(map(str, range(10)))

    def test_keyspace_notifications(self, client: redis.Redis) -> None:
        client.config_set("notify-keyspace-events", "KEA")
        with client.pubsub(ignore_subscribe_messages=True) as pubsub:
            pubsub.psubscribe("__key*__:*")
            pubsub.get_message(timeout=5)
            client.lpush("queue", "job")
            events = [pubsub.get_message(timeout=5) for _ in range(2)]
        assert [(event["channel"], event["data"]) for event in events] == [
            (b"__keyspace@0__:queue", b"lpush"), (b"__keyevent@0__:lpush", b"queue"),
        ]  # fmt: skip


class TestIterators:
    def test_all_four(self, client: redis.Redis) -> None:
        keys = {b"k:%d" % number for number in range(1000)}
        client.mset({key: 1 for key in keys})
        assert set(client.scan_iter(match="k:*", count=100)) == keys
        client.sadd("s", *keys)
        assert set(client.sscan_iter("s", count=50)) == keys
        client.hset("h", mapping={key: b"v" for key in keys})
        assert dict(client.hscan_iter("h")) == {key: b"v" for key in keys}
        assert set(client.hscan_iter("h", match="k:99*")) == {
            (key, b"v") for key in keys if key.startswith(b"k:99")
        }
        client.zadd("z", {key: float(key[2:]) for key in keys})
        assert dict(client.zscan_iter("z")) == {key: float(key[2:]) for key in keys}
        assert set(client.scan_iter(_type="zset")) == {b"z"}

    def test_sort(self, client: redis.Redis) -> None:
        client.rpush("l", 3, 10, 2)
        client.mset({"w:3": 1, "w:10": 2, "w:2": 3})
        assert client.sort("l", by="w:*", get=["#", "w:*"], groups=True) == [(b"3", b"1"), (b"10", b"2"), (b"2", b"3")]


class TestBlocking:
    def test_pops_wait_for_what_comes(self, options: dict[str, Any], client: redis.Redis) -> None:
        got: list[Any] = []

        def wait() -> None:
            with redis.Redis(**options) as mine:
                got.append(mine.blpop(["a", "b"], timeout=10))
                got.append(mine.bzpopmin("z", timeout=10))
                got.append(mine.blmove("a", "done", 10))
                got.append(mine.blmpop(10, 1, "a", direction="LEFT", count=2))

        thread = threading.Thread(target=wait)
        thread.start()
        until(client, lambda: client.info("clients")["blocked_clients"] == 1)
        client.rpush("b", "one")
        until(client, lambda: len(got) == 1 and client.info("clients")["blocked_clients"] == 1)
        client.zadd("z", {"m": 1.5})
        until(client, lambda: len(got) == 2 and client.info("clients")["blocked_clients"] == 1)
        client.rpush("a", "two")
        until(client, lambda: len(got) == 3 and client.info("clients")["blocked_clients"] == 1)
        client.rpush("a", "three", "four", "five")
        thread.join(10)
        flat = [list(item) if isinstance(item, tuple) else item for item in got]
        assert flat == [[b"b", b"one"], [b"z", b"m", 1.5], b"two", [b"a", [b"three", b"four"]]]

    def test_none_when_nothing_comes(self, client: redis.Redis) -> None:
        assert client.blpop("a", timeout=0.01) is None
        assert client.bzpopmax("z", timeout=0.01) is None
        assert client.brpoplpush("a", "b", 0.01) is None

    async def test_asyncio(self, aclient: redis.asyncio.Redis) -> None:
        waiting = [asyncio.create_task(aclient.brpop("jobs", timeout=10)) for _ in range(5)]
        async with asyncio.timeout(10):
            while (await aclient.info("clients"))["blocked_clients"] < 5:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        await aclient.lpush("jobs", *range(5))
        assert sorted(value for _, value in await asyncio.gather(*waiting)) == list("01234")


class TestScripts:
    def test_a_registered_script_is_loaded_when_it_is_missing(self, client: redis.Redis) -> None:
        multiply = client.register_script("return redis.call('GET', KEYS[1]) * ARGV[1]")
        client.set("n", 6)
        assert multiply(keys=["n"], args=[7]) == 42
        client.script_flush()
        assert multiply(keys=["n"], args=[7]) == 42

    def test_in_a_pipeline(self, client: redis.Redis) -> None:
        push = client.register_script("return redis.call('RPUSH', KEYS[1], unpack(ARGV))")
        with client.pipeline() as pipeline:
            push(keys=["l"], args=[1, 2], client=pipeline)
            push(keys=["l"], args=[3], client=pipeline)
            assert pipeline.execute() == [2, 3]

    def test_errors(self, client: redis.Redis) -> None:
        with pytest.raises(NoScriptError):
            client.evalsha("0" * 40, 0)
        with pytest.raises(redis.ResponseError, match="my own words"):
            client.eval("return redis.error_reply('my own words')", 0)
        with pytest.raises(redis.ResponseError, match="not an integer"):
            client.eval("redis.call('SET', KEYS[1], 'x') return redis.call('INCR', KEYS[1])", 1, "k")

    async def test_asyncio(self, aclient: redis.asyncio.Redis) -> None:
        script = aclient.register_script("return {KEYS[1], ARGV[1], tonumber(ARGV[2])}")
        assert await script(keys=["k"], args=["a", 5]) == ["k", "a", 5]


class TestStreams:
    def test_a_consumer_group_from_beginning_to_end(self, texts: redis.Redis) -> None:
        texts.xgroup_create("s", "workers", id="0", mkstream=True)
        ids = [texts.xadd("s", {"n": number}) for number in range(4)]
        first = entries(texts.xreadgroup("workers", "ann", {"s": ">"}, count=3))
        assert first == [(ids[number], {"n": str(number)}) for number in range(3)]
        assert texts.xack("s", "workers", ids[0]) == 1
        pending = texts.xpending("s", "workers")
        assert (pending["pending"], pending["min"], pending["max"]) == (2, ids[1], ids[2])
        assert [item["message_id"] for item in texts.xpending_range("s", "workers", "-", "+", 10)] == ids[1:3]
        assert [item[0] for item in texts.xclaim("s", "workers", "bob", 0, [ids[1]])] == [ids[1]]
        claimed = texts.xautoclaim("s", "workers", "bob", 0, start_id=ids[2])
        assert [item[0] for item in claimed[1]] == [ids[2]]
        assert [item[0] for item in entries(texts.xreadgroup("workers", "bob", {"s": "0"}))] == ids[1:3]
        assert texts.xlen("s") == 4 and texts.xtrim("s", maxlen=2, approximate=False) == 2
        assert texts.xinfo_stream("s")["length"] == 2
        assert {consumer["name"] for consumer in texts.xinfo_consumers("s", "workers")} == {"ann", "bob"}
        assert texts.xinfo_groups("s")[0]["pending"] == 2
        with pytest.raises(redis.ResponseError, match="BUSYGROUP"):
            texts.xgroup_create("s", "workers")

    def test_a_reader_waits(self, options: dict[str, Any], texts: redis.Redis) -> None:
        got: list[Any] = []

        def read() -> None:
            with redis.Redis(**options, decode_responses=True) as mine:
                got.extend(entries(mine.xread({"s": "$"}, block=10_000)))

        thread = threading.Thread(target=read)
        thread.start()
        until(texts, lambda: texts.info("clients")["blocked_clients"] == 1)
        added = texts.xadd("s", {"a": "b"})
        thread.join(10)
        assert got == [(added, {"a": "b"})]

    async def test_asyncio(self, aclient: redis.asyncio.Redis) -> None:
        added = await aclient.xadd("s", {"a": "b"}, maxlen=10)
        assert entries(await aclient.xread({"s": "0"}, block=10)) == [(added, {"a": "b"})]
        assert not await aclient.xread({"s": "$"}, block=1)


class TestConnections:
    def test_a_pool_never_opens_more_than_it_may(self, options: dict[str, Any], client: redis.Redis) -> None:
        pool = redis.BlockingConnectionPool(max_connections=3, timeout=20, **options)

        def work() -> None:
            mine = redis.Redis(connection_pool=pool)
            for _ in range(30):
                mine.incr("n")

        in_threads(work, 8)
        assert client.get("n") == b"240"
        assert len(client.client_list()) <= 1 + 3
        pool.disconnect()

    def test_a_client_that_was_killed_comes_back(self, options: dict[str, Any], client: redis.Redis) -> None:
        with redis.Redis(**options, retry=Retry(NoBackoff(), 3)) as other:
            mine = other.client_id()
            assert client.client_kill_filter(_id=mine) == 1
            assert other.incr("n") == 1
            assert other.client_id() > mine

    def test_it_says_who_it_is(self, options: dict[str, Any]) -> None:
        with redis.Redis(**options, client_name="tester", db=3, health_check_interval=1) as client:
            assert client.client_getname() in ("tester", b"tester")
            assert client.client_info()["db"] == 3
            client.set("k", "v")
            assert client.info("keyspace")["db3"]["keys"] == 1

    def test_a_timeout_of_the_client_does_not_shift_replies(self, options: dict[str, Any]) -> None:
        with redis.Redis(**options, socket_timeout=0.05, retry=Retry(NoBackoff(), 0)) as client:
            with pytest.raises(redis.TimeoutError):
                client.execute_command("BLPOP", "nothing", "10")
            assert client.set("k", "v") and client.get("k") == b"v"

    async def test_a_cancelled_request_does_not_shift_replies(self, aclient: redis.asyncio.Redis) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await aclient.blpop("nothing", timeout=10)
        assert await asyncio.gather(*(aclient.echo(str(n)) for n in range(20))) == list(map(str, range(20)))

    def test_monitor_and_slow_log(self, client: redis.Redis, options: dict[str, Any]) -> None:
        with redis.Redis(**options) as watcher, watcher.monitor() as monitor:
            client.set("k", "some value")
            shown = [monitor.next_command()["command"]]
            while not shown[-1].startswith("SET "):  # before that, `client` connects
                shown.append(monitor.next_command()["command"])
            assert shown[-1] == "SET k some value"
        client.config_set("slowlog-log-slower-than", 0)
        client.get("k")
        assert b"GET k" in [entry["command"] for entry in client.slowlog_get()]


def entries(streams: Any) -> list[Any]:
    """The entries of the only stream that XREAD and XREADGROUP gave, as redis-py shows them in either protocol."""
    found = streams["s"] if isinstance(streams, dict) else dict(streams)["s"]
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return [tuple(entry) for entry in found]


def in_threads(work: Any, count: int) -> None:
    """Run `work` in `count` threads to its end; its exceptions are raised here."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures, failures
    assert not any(thread.is_alive() for thread in threads)


def until(client: redis.Redis, condition: Any) -> None:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
