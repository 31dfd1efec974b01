"""What a type checker must see of the methods of clients. Not run: `mypy` checks the `assert_type` calls.

What belongs here: a sample of each kind of method, on each kind of client: futures, results, places in a pipeline;
bytes and text; forms that depend on arguments.
"""

from __future__ import annotations

from asyncio import Future
from datetime import timedelta
from typing import assert_type

from framewire.redis.client.commands.all import Commands
from framewire.redis.client.commands.bit_fields import BitFieldOperation
from framewire.redis.client.definition import Asyncio, Pending, Queued, Threads
from framewire.redis.client.shapes.strings import LcsMatches


class Async(Asyncio, Commands[bytes]):
    """As the asyncio client is."""


class AsyncText(Asyncio, Commands[str]):
    """As its text view is."""


class Blocking(Threads, Commands[bytes]):
    """As the client for threads is."""


class Pipeline(Queued, Commands[str]):
    """As a pipeline of a text view is."""


async def methods_return_futures(client: Async, text: AsyncText) -> None:
    assert_type(client.get("k"), Future[bytes | None])
    assert_type(await client.get(b"k"), bytes | None)
    assert_type(await text.get("k"), str | None)
    assert_type(await text.mget("a", "b"), list[str | None])
    assert_type(await text.hgetall("h"), dict[str, str])
    assert_type(await client.smembers("s"), set[bytes])
    assert_type(await client.blpop(["a", "b"], timeout=1.5), tuple[bytes, bytes] | None)
    assert_type(await text.bzpopmin("z"), tuple[str, str, float] | None)
    assert_type(await client.zmpop(1, ["z"], min=True), tuple[bytes, list[tuple[bytes, float]]] | None)
    assert_type(await text.hscan("h"), tuple[int, dict[str, str]])
    assert_type(await text.geopos("g", "a"), list[tuple[float, float] | None])


def methods_return_results(client: Blocking) -> None:
    assert_type(client.get("k"), bytes | None)
    assert_type(client.incr("n"), int)
    assert_type(client.hset("h", mapping={"a": 1, "b": "x"}), int)
    assert_type(client.zadd("z", {"a": 1, "b": 2.5}), int)
    assert_type(client.sismember("s", "a"), bool)
    assert_type(client.zpopmin("z"), list[tuple[bytes, float]])
    assert_type(client.hexpire("h", timedelta(minutes=1), "a", "b"), list[int])


def methods_return_places_in_a_pipeline(pipeline: Pipeline) -> None:
    assert_type(pipeline.get("k"), Pending[str | None])
    assert_type(pipeline.get("k").result(), str | None)
    assert_type(pipeline.lpop("l", 2), Pending[list[str] | None])
    assert_type(pipeline.lcs("a", "b", idx=True), Pending[LcsMatches])


def flags_choose_the_form(client: Blocking, text: AsyncText) -> None:
    assert_type(client.set("k", "v"), bool)
    assert_type(client.set("k", "v", ex=timedelta(seconds=1), nx=True), bool)
    assert_type(client.set("k", "v", get=True), bytes | None)
    assert_type(client.set("k", "v", get=False), bool)
    assert_type(client.zadd("z", {"a": 1}, incr=True), float | None)
    assert_type(client.zrange("z", 0, -1), list[bytes])
    assert_type(client.zrange("z", 0, -1, withscores=True), list[tuple[bytes, float]])
    assert_type(client.zrange("z", 0, -1, withscores=True, score_cast_func=int), list[tuple[bytes, float]])
    assert_type(client.zrank("z", "a", withscore=True), tuple[int, float] | None)
    assert_type(client.hscan("h", no_values=True), tuple[int, list[bytes]])
    assert_type(text.zrangebyscore("z", "-inf", 5, withscores=True), Future[list[tuple[str, float]]])


def numbers_choose_the_form(client: Blocking, count: int | None) -> None:
    assert_type(client.lpop("l"), bytes | None)
    assert_type(client.lpop("l", 2), list[bytes] | None)
    assert_type(client.lpop("l", count), bytes | list[bytes] | None)
    assert_type(client.spop("s", 2), list[bytes])
    assert_type(client.lpos("l", "a", count=0), list[int])


def some_have_three_forms(client: Blocking, text: AsyncText) -> None:
    assert_type(client.hrandfield("h"), bytes | None)
    assert_type(client.hrandfield("h", 2), list[bytes])
    assert_type(client.hrandfield("h", 2, withvalues=True), list[tuple[bytes, bytes]])
    assert_type(text.zrandmember("z", 2, withscores=True), Future[list[tuple[str, float]]])
    assert_type(client.lcs("a", "b"), bytes)
    assert_type(client.lcs("a", "b", len=True), int)
    assert_type(client.georadius("g", 1, 2, 3), list[bytes])
    assert_type(client.georadius("g", 1, 2, 3, store="d"), int)


async def bit_fields_are_run_by_whoever_began_them(client: Async, blocking: Blocking, pipeline: Pipeline) -> None:
    assert_type(client.bitfield("k"), BitFieldOperation[Future[list[int | None]]])
    assert_type(await client.bitfield("k").get("u8", 0).execute(), list[int | None])
    assert_type(blocking.bitfield("k", "SAT").incrby("u8", "#1", 1).execute(), list[int | None])
    assert_type(pipeline.bitfield("k").set("i5", 0, 1).execute(), Pending[list[int | None]])


def wrong_arguments_are_seen(client: Blocking, maybe: bool) -> None:
    client.get()  # type: ignore[call-arg]
    client.get("k", "l")  # type: ignore[call-arg]
    client.get(None)  # type: ignore[arg-type]
    client.set("k", None)  # type: ignore[call-overload]
    client.hset("h", mapping={"a": None})  # type: ignore[dict-item]
    client.incr("n", "1")  # type: ignore[arg-type]
    client.zrange("z", 0, -1, withscores=maybe)  # type: ignore[call-overload]
    client.zrange("z", "-", "+", bylex=True, withscores=True)  # type: ignore[call-overload]
    client.geohash("g", nobody=1)  # type: ignore[call-arg]
