"""redis-py's `redis.asyncio.cluster`: `RedisCluster`, and what people take from there.

What belongs here: `client`, `pipeline`, `pubsub` and `nodes` for asyncio; all else is in
`framewire.redis.compat.cluster`.
"""

from framewire.redis.compat.asyncio.cluster.client import RedisCluster
from framewire.redis.compat.asyncio.cluster.nodes import ClusterNode
from framewire.redis.compat.asyncio.cluster.pipeline import ClusterPipeline
from framewire.redis.compat.asyncio.cluster.pubsub import ClusterPubSub
from framewire.redis.compat.cluster.nodes import LoadBalancingStrategy

__all__ = ["ClusterNode", "ClusterPipeline", "ClusterPubSub", "LoadBalancingStrategy", "RedisCluster"]
