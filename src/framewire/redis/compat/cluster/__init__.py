"""redis-py's `redis.cluster`: `RedisCluster`, and what people take from there.

    nodes.py                         nodes, and the flags for several of them
    targets.py results.py            where a command goes that names no node; what several results become
    settings.py                      what `RedisCluster` is told
    transactions.py                  what its pipelines refuse
    methods.py clustered.py          what threads and asyncio share
    client.py pipeline.py pubsub.py  for threads; those for asyncio are below `framewire.redis.compat.asyncio.cluster`
    listening.py                     channels of shards
"""

from framewire.redis.compat.cluster.client import RedisCluster
from framewire.redis.compat.cluster.nodes import (
    PRIMARY,
    REPLICA,
    ClusterNode,
    LoadBalancingStrategy,
    get_node_name,
)
from framewire.redis.compat.cluster.pipeline import ClusterPipeline
from framewire.redis.compat.cluster.pubsub import ClusterPubSub

__all__ = ["PRIMARY", "REPLICA", "ClusterNode", "ClusterPipeline", "ClusterPubSub", "LoadBalancingStrategy",
           "RedisCluster", "get_node_name"]  # fmt: skip
