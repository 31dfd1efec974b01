"""Programs for redis-py's `RedisCluster`, written once: they return what they saw, for who compares two of its kind.

What belongs here: the programs, and `Threads`, by which one for threads is awaited like one for asyncio.
"""

from __future__ import annotations

import builtins
import inspect
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

import redis.exceptions

from tests.waiting import PATIENCE

__all__ = ["PROGRAMS", "Threads", "caught", "kind_of", "message"]

KEYS = [f"key:{number}" for number in range(30)]
SCRIPT = "return redis.call('INCRBY', KEYS[1], ARGV[1])"
LIBRARY = "#!lua name=lib\nredis.register_function('f', function(keys) return redis.call('GET', keys[1]) end)"

PLAIN = frozenset(
    "get_nodes get_primaries get_replicas get_node get_node_from_key get_random_node get_default_node set_default_node"
    " keyslot get_pubsub_node check_master_state".split()
)
"""Methods that nobody awaits, with asyncio neither."""


class Done:
    """A result that is there, to be awaited or iterated over as if it were not."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self.value
        yield

    async def __aiter__(self) -> AsyncIterator[Any]:
        for item in self.value:
            yield item


class Threads:
    """A client for threads, or what it has made, to be used like one for asyncio."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        return value if name in PLAIN or not callable(value) else self._calling(value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._calling(self._real)(*args, **kwargs)

    def _calling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = method(*args, **kwargs)
            if result is self._real:
                return self
            made = type(result).__module__.partition(".")[0] in ("redis", "framewire")
            return Threads(result) if made else Done(result)

        return call

    async def __aenter__(self) -> Threads:
        self._real.__enter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._real.__exit__(*exc)

    def __len__(self) -> int:
        return len(self._real)


def kind_of(error: BaseException) -> str:
    """An error by the name that redis-py, or Python, has for it."""
    names = [each.__name__ for each in type(error).__mro__]
    return next(name for name in names if hasattr(redis.exceptions, name) or hasattr(builtins, name))


# -- programs ---------------------------------------------------------------------------------------------------------


async def on_keys(rc: Any) -> Any:
    return [
        await rc.mset_nonatomic({key: key for key in KEYS}), await rc.mget_nonatomic(KEYS), await rc.get(KEYS[0]),
        await rc.exists(*KEYS, "none"), await rc.touch(*KEYS), await rc.unlink(*KEYS[:3]), await rc.delete(*KEYS),
        await rc.set("s", 1), await rc.set("s", 2, nx=True), await rc.hset("h", mapping={"f": 1}),
        await rc.hgetall("h"),
        await rc.zadd("z", {"m": 1.5}), await rc.zrange("z", 0, -1, withscores=True), await rc.lpush("l", 1),
        await rc.blpop(["l"], 1),
    ]  # fmt: skip


async def on_nodes(rc: Any) -> Any:
    everybody = rc.get_nodes()
    return [
        await rc.ping(), await rc.ping(target_nodes=rc.ALL_NODES), await rc.ping(target_nodes=everybody[0]),
        await rc.execute_command("ECHO", "x", target_nodes=rc.get_primaries()),
        {name: part["role"] for name, part in (await rc.info(target_nodes=rc.ALL_NODES)).items()},
        "used_memory" in await rc.info(), await rc.config_get("maxmemory"),
        await rc.config_get("maxmemory", target_nodes=rc.get_replicas()), await rc.config_set("maxmemory", 0),
        await rc.config_set("maxmemory", 0, target_nodes=rc.ALL_NODES), await rc.dbsize(target_nodes=rc.PRIMARIES),
        await rc.keys("*", target_nodes=rc.PRIMARIES), await rc.pubsub_numpat(target_nodes=rc.ALL_NODES),
        await rc.pubsub_numsub("a", "b", target_nodes=rc.ALL_NODES), await rc.pubsub_channels(),
        await rc.flushall(), await rc.flushdb(target_nodes=everybody[0]), await rc.slowlog_reset(),
        await rc.client_setname("me", target_nodes=rc.ALL_NODES), await rc.randomkey(),
    ]  # fmt: skip


async def of_nodes(rc: Any) -> Any:
    node = rc.get_node_from_key("foo")
    others = [each for each in rc.get_primaries() if each != node]
    return [
        sorted(each.name for each in rc.get_primaries()), sorted(each.name for each in rc.get_replicas()),
        {each.name: each.server_type for each in rc.get_nodes()}, node.name, node.host, node.port,
        rc.get_node(node.host, node.port).name, rc.get_node(node_name=node.name).name, rc.get_node("localhost", 1),
        rc.get_node_from_key("foo", replica=True).server_type, rc.keyslot("foo"), rc.keyslot(b"{foo}bar"),
        rc.get_random_node() in rc.get_nodes(), rc.set_default_node(others[0]), rc.get_default_node().name,
        rc.get_default_node() == others[0], node == type(node)(node.host, node.port),
    ]  # fmt: skip


async def on_cluster_commands(rc: Any) -> Any:
    await rc.set("foo", 1)
    node = rc.get_node_from_key("foo")
    lines = await rc.cluster_nodes()
    return [
        await rc.cluster_slots(), (await rc.cluster_info())["cluster_state"], await rc.cluster_keyslot("foo"),
        await rc.cluster_countkeysinslot(rc.keyslot("foo")), await rc.cluster_get_keys_in_slot(rc.keyslot("foo"), 5),
        await rc.cluster_myid(node), sorted(lines), lines[node.name]["slots"],
        sorted(await rc.cluster_replicas(await rc.cluster_myid(node))), len(await rc.cluster_shards()),
        await rc.cluster_setslot_stable(rc.keyslot("foo")),
        await rc.cluster_count_failure_report(await rc.cluster_myid(node)),
    ]  # fmt: skip


async def on_scripts(rc: Any) -> Any:
    sha = await rc.script_load(SCRIPT)
    script = rc.register_script(SCRIPT)
    return [
        sha, await rc.script_exists(sha, "0" * 40), await rc.evalsha(sha, 1, "n", 2), await rc.eval(SCRIPT, 1, "n", 3),
        await script(keys=["n"], args=[4]), await rc.script_flush(), await script(keys=["n"], args=[5]),
        await rc.function_load(LIBRARY, replace=True), await rc.fcall("f", 1, "n"), await rc.function_delete("lib"),
    ]  # fmt: skip


async def on_scans(rc: Any) -> Any:
    await rc.mset_nonatomic({key: key for key in KEYS})
    cursors, found = await rc.scan(count=1000)
    (node,) = [each for each in rc.get_nodes() if each == rc.get_node_from_key(KEYS[0])]
    return [
        cursors, sorted(found), sorted([key async for key in rc.scan_iter("key:*")]),
        sorted([key async for key in rc.scan_iter(count=3, target_nodes=node)]),
        await rc.scan(target_nodes=node, count=99),
    ]  # fmt: skip


async def on_pipelines(rc: Any) -> Any:
    seen: list[Any] = []
    async with rc.pipeline() as pipe:
        for key in KEYS:
            pipe.set(key, key).get(key)
        seen += [len(pipe), await pipe.execute(), len(pipe)]
        pipe.set("a", 1).lpush("a", 2)
        seen.append([each if not isinstance(each, Exception) else kind_of(each) for each in
                     await pipe.execute(raise_on_error=False)])  # fmt: skip
        try:
            await pipe.set("a", 1).lpush("a", 2).execute()
        except Exception as error:
            seen.append((kind_of(error), "Command # 2 (LPUSH a 2) of pipeline caused error: " in str(error)))
    return seen


async def on_transactions(rc: Any) -> Any:
    seen: list[Any] = []
    await rc.set("{t}a", 1)
    async with rc.pipeline(transaction=True) as pipe:
        seen.append(await pipe.incr("{t}a").get("{t}a").execute())
        await pipe.watch("{t}a")
        seen.append(await pipe.get("{t}a"))
        pipe.multi()
        seen.append(await pipe.incr("{t}a").execute())
        await pipe.watch("{t}a")
        await rc.incr("{t}a")
        pipe.multi()
        await caught(seen, pipe.incr("{t}a").execute)
        await caught(seen, pipe.set("a", 1).set("b", 2).execute)
    async with rc.pipeline(transaction=True) as pipe:
        await pipe.watch("{t}a")
        await caught(seen, lambda: pipe.get("another"))
    seen.append(await rc.get("{t}a"))
    return seen


async def on_what_is_refused(rc: Any) -> Any:
    seen: list[Any] = []
    calls: list[Callable[[], Any]] = [
        lambda: rc.rename("a", "b"), lambda: rc.msetnx({"a": 1, "b": 2}), lambda: rc.replicaof("NO", "ONE"),
        lambda: rc.swapdb(0, 1), lambda: rc.execute_command("CLUSTER FAILOVER"), lambda: rc.lpush("s", 1),
        lambda: rc.ping(target_nodes="nonsense"), lambda: rc.cluster_failover(rc.get_nodes()[0], "NOW"),
        lambda: rc.pipeline(shard_hint="x"),
    ]  # fmt: skip
    await rc.set("s", 1)
    for call in calls:
        await caught(seen, call)
    return seen


async def on_pubsub(rc: Any) -> Any:
    seen: list[Any] = []
    async with rc.pubsub() as pubsub:
        await pubsub.subscribe("news")
        await pubsub.psubscribe("n*")
        seen += [await message(pubsub), await message(pubsub), pubsub.get_pubsub_node().name]
        seen += [await rc.publish("news", "x"), await message(pubsub), await message(pubsub)]
        await pubsub.unsubscribe("news")
        seen.append(await message(pubsub))
    return seen


async def on_channels_of_shards(rc: Any) -> Any:
    seen: list[Any] = []
    async with rc.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.ssubscribe("news")
        seen += [await pubsub.get_sharded_message(timeout=0.01), await rc.spublish("news", "x")]
        while (found := await pubsub.get_sharded_message(timeout=PATIENCE)) is None:
            pass
        seen.append(found)
    return seen


async def on_a_lock(rc: Any) -> Any:
    async with rc.lock("lock", timeout=10) as lock:
        return [
            await lock.owned(),
            await rc.lock("lock").acquire(blocking=False),
            await rc.get("lock") == lock.local.token,
        ]


async def caught(seen: list[Any], call: Callable[[], Any]) -> None:
    try:
        result = call()
        seen.append(await result if inspect.isawaitable(result) else result)
    except Exception as error:
        seen.append(kind_of(error))


async def message(pubsub: Any) -> Any:
    found = await pubsub.get_message(timeout=PATIENCE)
    assert found is not None, "nothing came"
    return found


PROGRAMS = [
    on_keys, on_nodes, of_nodes, on_cluster_commands, on_scripts, on_scans, on_pipelines, on_transactions,
    on_what_is_refused, on_pubsub, on_channels_of_shards, on_a_lock,
]  # fmt: skip
