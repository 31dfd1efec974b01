"""Clients of Redis behind one small face, so that `bench.client` can ask all of them for the same.

What belongs here: how each is opened, asked for one value and for many, and closed. A peer that is not installed is
left out. The floor is here too: a bare `asyncio.Protocol` that knows the length of every reply.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, cast

from framewire.redis.client.aio.client import Client

__all__ = ["OPENERS", "Asked", "asked", "asked_coredis", "asked_glide", "asked_redis_py", "available", "floor"]


@dataclass(frozen=True)
class Asked:
    """An open client: its own bound methods, so that nothing is measured but them."""

    get: Callable[[str], Awaitable[Any]]
    set: Callable[[str, bytes], Awaitable[Any]]
    get_many: Callable[[list[str]], Awaitable[list[Any]]]
    """One pipeline of GETs."""
    close: Callable[[], Awaitable[Any]]


async def ours(port: int) -> Asked:
    """`framewire.redis.Client` on the server at `port`."""
    return asked(Client(port=port))


async def ours_in_memory(port: int) -> Asked:
    """`framewire.redis.Client` with Mini-Redis in this process: its CPU is the server's too."""
    return asked(Client.from_url("memory://bench"))


def asked(client: Client) -> Asked:
    """`framewire.redis.Client`, wherever it goes."""

    async def get_many(keys: list[str]) -> list[Any]:
        pipeline = client.pipeline()
        for key in keys:
            pipeline.get(key)
        return await pipeline.execute()

    return Asked(client.get, client.set, get_many, client.aclose)


async def redis_py(port: int) -> Asked:
    """redis-py's asyncio client, which uses hiredis where that is installed."""
    from redis.asyncio import Redis

    return asked_redis_py(Redis(port=port))


def asked_redis_py(client: Any) -> Asked:
    """redis-py's asyncio client, of one server or of a cluster."""

    async def get_many(keys: list[str]) -> list[Any]:
        pipeline = client.pipeline(transaction=False)
        for key in keys:
            pipeline.get(key)
        return await pipeline.execute()  # type: ignore[no-any-return]

    return Asked(client.get, client.set, get_many, client.aclose)


async def coredis(port: int) -> Asked:
    """coredis, inside its own context, which one task enters and leaves."""
    from coredis import Redis

    return await asked_coredis(Redis(port=port))


async def asked_coredis(client: Any) -> Asked:
    """coredis' client, of one server or of a cluster, entered."""
    await client.__aenter__()

    async def get_many(keys: list[str]) -> list[Any]:
        async with client.pipeline(transaction=False) as pipeline:
            places = [pipeline.get(key) for key in keys]
        return [await place for place in places]

    return Asked(client.get, client.set, get_many, lambda: client.__aexit__(None, None, None))


async def glide(port: int) -> Asked:
    """valkey-glide: a core in Rust, with threads of its own in this process."""
    from glide import Batch, GlideClient, GlideClientConfiguration, NodeAddress

    # 250 ms for a request and 1,000 in flight are its defaults; neither shall decide on a busy machine
    client = await GlideClient.create(
        GlideClientConfiguration([NodeAddress("127.0.0.1", port)], request_timeout=10_000)
    )
    return asked_glide(client, lambda: Batch(is_atomic=False))


def asked_glide(client: Any, new_batch: Callable[[], Any]) -> Asked:
    """valkey-glide's client, of one server or of a cluster."""

    async def get_many(keys: list[str]) -> list[Any]:
        batch = new_batch()
        for key in keys:
            batch.get(key)
        return await client.exec(batch, raise_on_error=True) or []

    return Asked(client.get, client.set, get_many, client.close)


Opener = Callable[[int], Awaitable[Asked]]


def available(redis_py: Opener, coredis: Opener, glide: Opener) -> dict[str, Opener]:
    """Those whose client is installed, by its name."""
    peers = (("redis-py", "redis", redis_py), ("coredis", "coredis", coredis), ("valkey-glide", "glide", glide))
    return {name: opener for name, module, opener in peers if find_spec(module)}


OPENERS: dict[str, Opener] = {"framewire": ours, "memory://": ours_in_memory} | available(redis_py, coredis, glide)
"""What there is to compare, by name; ours first."""


class PingPong(asyncio.Protocol):
    """Writes the next request as soon as the reply, whose length it knows, is there."""

    def __init__(self, request: bytes, reply_length: int, count: int) -> None:
        self._request, self._reply_length, self._left = request, reply_length, count
        self._received = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not derived from it
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received < self._reply_length:
            return
        self._received = 0
        self._left -= 1
        if self._left:
            self._transport.write(self._request)
        else:
            self.done.set_result(None)


async def floor(port: int, request: bytes, reply_length: int, count: int) -> None:
    """Send `request` and read its reply, `count` times, as fast as the loop can."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(
        lambda: PingPong(request, reply_length, count), "127.0.0.1", port
    )
    await protocol.done
    transport.close()
