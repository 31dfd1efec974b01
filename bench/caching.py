"""Client-side caching: what a hit costs beside a call to the server, and beside the work of handing out a future.

The server is redis-server on loopback; keys are few, so that everything is a hit.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.measure import Row, show
from bench.server import redis_server
from framewire.aio.loops import new_event_loop
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.caching.cache import CacheConfig

ROUNDS = 7

HITS, CALLS = 20_000, 2_000

READS: dict[str, Callable[[Any], Any]] = {
    "GET": lambda client: client.get("k"),
    "HGET": lambda client: client.hget("h", "1"),
    "HGETALL of 20 fields": lambda client: client.hgetall("h"),
}


async def timed(call: Callable[[], Awaitable[object]], count: int) -> float:
    """Nanoseconds of one."""
    started = time.perf_counter()
    for _ in range(count):
        await call()
    return (time.perf_counter() - started) / count * 1e9


async def in_a_loop(url: str, name: str) -> list[Row]:
    rows = []
    async with Client.from_url(url, cache=CacheConfig()) as cached, Client.from_url(url) as plain:
        await plain.set("k", "value")
        await plain.hset("h", mapping={str(field): "value" for field in range(20)})
        for read, call in READS.items():
            samples = [
                (await timed(lambda call=call: call(cached), HITS), await timed(lambda call=call: call(plain), CALLS))
                for _ in range(ROUNDS)
            ]  # fmt: skip
            ours, theirs = (statistics.median(side) for side in zip(*samples, strict=True))
            rows.append(Row(f"a hit of {read}, {name}", "the same without a cache", ours, theirs))
    return rows


def from_a_thread(url: str) -> list[Row]:
    rows = []
    with BlockingClient.from_url(url, cache=CacheConfig()) as cached, BlockingClient.from_url(url) as plain:
        for read, call in READS.items():
            samples = []
            for _ in range(ROUNDS):
                pair = []
                for client, count in ((cached, HITS), (plain, CALLS)):
                    started = time.perf_counter()
                    for _ in range(count):
                        call(client)
                    pair.append((time.perf_counter() - started) / count * 1e9)
                samples.append(pair)
            ours, theirs = (statistics.median(side) for side in zip(*samples, strict=True))
            rows.append(Row(f"a hit of {read}, one thread", "the same without a cache", ours, theirs))
    return rows


def rows() -> list[Row]:
    with redis_server() as (_, port):
        url = f"redis://127.0.0.1:{port}"
        found = []
        for name, factory in (("asyncio", asyncio.new_event_loop), ("uvloop, if it is there", new_event_loop)):
            with asyncio.Runner(loop_factory=factory) as runner:
                found += runner.run(in_a_loop(url, name))
        return found + from_a_thread(url)


if __name__ == "__main__":
    show(rows())
