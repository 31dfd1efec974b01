"""What a type checker must see of methods whose results are records. Not run: `mypy` checks the `assert_type` calls.

What belongs here: a sample from the groups of keys, streams, scripts, servers and clusters, on each kind of client.
"""

from __future__ import annotations

from asyncio import Future
from datetime import datetime, timedelta
from typing import Any, assert_type

from framewire.redis.client.commands.all import Commands
from framewire.redis.client.definition import Asyncio, Pending, Queued, Threads
from framewire.redis.client.shapes.acl import AclUser
from framewire.redis.client.shapes.cluster import ClusterNode, SlotRange
from framewire.redis.client.shapes.introspection import CommandInfo
from framewire.redis.client.shapes.observing import SlowCommand
from framewire.redis.client.shapes.scripting import Library
from framewire.redis.client.shapes.streams import Entry, PendingEntry, PendingSummary


class Async(Asyncio, Commands[bytes]):
    """As the asyncio client is."""


class Text(Threads, Commands[str]):
    """As a text view of the client for threads is."""


class Pipeline(Queued, Commands[bytes]):
    """As a pipeline is."""


async def keys(client: Async, text: Text, pipeline: Pipeline) -> None:
    assert_type(client.expire("k", timedelta(seconds=1), gt=True), Future[bool])
    assert_type(await client.scan(0, match="a*"), tuple[int, list[bytes]])
    assert_type(text.type("k"), str)
    assert_type(text.dump("k"), bytes | None)
    assert_type(pipeline.ttl("k"), Pending[int])
    assert_type(text.object("encoding", "k"), str | None)
    assert_type(text.object("idletime", "k"), int | None)
    assert_type(await client.sort("l"), list[bytes | None])
    assert_type(await client.sort("l", store="m"), int)
    assert_type(text.sort("l", get=["#", "a"], groups=True), list[tuple[str | None, ...]])


async def streams(client: Async, text: Text, pipeline: Pipeline) -> None:
    assert_type(await client.xadd("s", {"f": 1}), bytes)
    assert_type(text.xadd("s", {"f": 1}, nomkstream=True), str | None)
    assert_type(text.xrange("s"), list[Entry[str]])
    assert_type(text.xrange("s"), list[tuple[str, dict[str, str]]])
    assert_type(await client.xread({"s": "$"}, block=0), dict[bytes, list[tuple[bytes, dict[bytes, bytes]]]])
    assert_type(pipeline.xreadgroup("g", "c", {"s": ">"}).result(), dict[bytes, list[Entry[bytes]]])
    assert_type(text.xpending("s", "g"), PendingSummary[str])
    assert_type(text.xpending("s", "g")["consumers"][0]["name"], str)
    assert_type(await client.xpending_range("s", "g", "-", "+", 1), list[PendingEntry[bytes]])
    assert_type(text.xclaim("s", "g", "c", 0, ["1-1"]), list[Entry[str]])
    assert_type(text.xclaim("s", "g", "c", 0, ["1-1"], justid=True), list[str])
    assert_type(text.xautoclaim("s", "g", "c", 0, justid=True), tuple[str, list[str], list[str]])


async def scripts(client: Async, text: Text, pipeline: Pipeline) -> None:
    assert_type(await client.eval("return 1", 0), Any)
    assert_type(pipeline.script_exists("a"), Pending[list[bool]])
    assert_type(text.function_list(), list[Library[str]])
    assert_type(text.function_list()[0]["functions"][0]["flags"], list[str])
    assert_type(text.function_dump(), bytes)
    assert_type(await client.pubsub_numsub("a"), list[tuple[bytes, int]])


async def servers(client: Async, text: Text, pipeline: Pipeline) -> None:
    assert_type(await client.ping(), bool)
    assert_type(text.ping("x"), str)
    assert_type(await client.config_get("*"), dict[str, str])
    assert_type(pipeline.info(), Pending[dict[str, Any]])
    assert_type(text.lastsave(), datetime)
    assert_type(await client.time(), tuple[int, int])
    assert_type(await client.client_info(), dict[str, str | int])
    assert_type(await client.slowlog_get(), list[SlowCommand[bytes]])
    assert_type(await client.acl_getuser("u"), AclUser | None)
    assert_type(await client.command(), dict[str, CommandInfo])
    assert_type(await client.latency_latest(), list[tuple[bytes, *tuple[int, ...]]])
    assert_type(text.cluster_nodes(), dict[str, ClusterNode])
    assert_type(text.cluster_slots()[0]["primary"]["host"], str | None)
    assert_type(pipeline.cluster_slots(), Pending[list[SlotRange]])


def wrong_arguments_are_seen(text: Text) -> None:
    text.object("size", "k")  # type: ignore[call-overload]
    text.xadd("s", ["f", "v"])  # type: ignore[call-overload]
    text.script_flush("LATER")  # type: ignore[arg-type]
    text.delete(1)  # type: ignore[arg-type]
