"""Cluster clients behind the face of `client_peers.Asked`, so that `bench.cluster` can ask all of them for the same.

What belongs here: how each is opened on a cluster, of which it is told one node. A peer that is not installed is left
out.
"""

from __future__ import annotations

from bench.client_peers import Asked, asked, asked_coredis, asked_glide, asked_redis_py, available
from framewire.redis.client.aio.client import Client

__all__ = ["OPENERS"]


async def ours(port: int) -> Asked:
    """`framewire.redis.Client` on the cluster that the node at `port` belongs to."""
    return asked(Client.from_url(f"redis+cluster://127.0.0.1:{port}"))


async def redis_py(port: int) -> Asked:
    """redis-py's asyncio client, which uses hiredis where that is installed."""
    from redis.asyncio import RedisCluster

    return asked_redis_py(RedisCluster(host="127.0.0.1", port=port))


async def coredis(port: int) -> Asked:
    """coredis, inside its own context, which one task enters and leaves."""
    from coredis import RedisCluster

    return await asked_coredis(RedisCluster(host="127.0.0.1", port=port))


async def glide(port: int) -> Asked:
    """valkey-glide: a core in Rust, with threads of its own in this process."""
    from glide import ClusterBatch, GlideClusterClient, GlideClusterClientConfiguration, NodeAddress

    # 250 ms for a request is its default, which shall not decide on a busy machine
    client = await GlideClusterClient.create(
        GlideClusterClientConfiguration([NodeAddress("127.0.0.1", port)], request_timeout=10_000)
    )
    return asked_glide(client, lambda: ClusterBatch(is_atomic=False))


OPENERS = {"framewire": ours} | available(redis_py, coredis, glide)
"""What there is to compare, by name; ours first."""
