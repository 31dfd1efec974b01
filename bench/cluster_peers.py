"""Cluster clients behind the face of `client_peers.Asked`, so that `bench.cluster` can ask all of them for the same.

What belongs here: how each is opened on a cluster, of which it is told one node. A peer that is not installed is left
out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Any

from bench.client_peers import Asked, asked
from framewire.redis.client.aio.client import Client

__all__ = ["OPENERS"]


async def ours(port: int) -> Asked:
    """`framewire.redis.Client` on the cluster that the node at `port` belongs to."""
    return asked(Client.from_url(f"redis+cluster://127.0.0.1:{port}"))


async def redis_py(port: int) -> Asked:
    """redis-py's asyncio client, which uses hiredis where that is installed."""
    from redis.asyncio import RedisCluster

    client: Any = RedisCluster(host="127.0.0.1", port=port)

    async def get_many(keys: list[str]) -> list[Any]:
        pipeline = client.pipeline()
        for key in keys:
            pipeline.get(key)
        return await pipeline.execute()  # type: ignore[no-any-return]

    return Asked(client.get, client.set, get_many, client.aclose)


async def coredis(port: int) -> Asked:
    """coredis, inside its own context, which one task enters and leaves."""
    from coredis import RedisCluster

    client: Any = RedisCluster(host="127.0.0.1", port=port)
    await client.__aenter__()

    async def get_many(keys: list[str]) -> list[Any]:
        async with client.pipeline(transaction=False) as pipeline:
            places = [pipeline.get(key) for key in keys]
        return [await place for place in places]

    return Asked(client.get, client.set, get_many, lambda: client.__aexit__(None, None, None))


async def glide(port: int) -> Asked:
    """valkey-glide: a core in Rust, with threads of its own in this process."""
    from glide import ClusterBatch, GlideClusterClient, GlideClusterClientConfiguration, NodeAddress

    # 250 ms for a request is its default, which shall not decide on a busy machine
    client = await GlideClusterClient.create(
        GlideClusterClientConfiguration([NodeAddress("127.0.0.1", port)], request_timeout=10_000)
    )

    async def get_many(keys: list[str]) -> list[Any]:
        batch = ClusterBatch(is_atomic=False)
        for key in keys:
            batch.get(key)
        return await client.exec(batch, raise_on_error=True) or []

    return Asked(client.get, client.set, get_many, client.close)


OPENERS: dict[str, Callable[[int], Awaitable[Asked]]] = {"framewire": ours} | {
    name: opener
    for name, module, opener in (
        ("redis-py", "redis", redis_py),
        ("coredis", "coredis", coredis),
        ("valkey-glide", "glide", glide),
    )
    if find_spec(module)
}
"""What there is to compare, by name; ours first."""
