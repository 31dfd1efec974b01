"""Which nodes are to be told of a topic.

    a channel of a shard       who serves its slot
    keyspace events            every primary: each tells of its own keys alone
    other channels, patterns   any node, for each hears what is published at any; spread by a hash

What belongs here: those rules. A topic that is well where it is stays there.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from framewire.redis.client.subscriptions.items import Kind
from framewire.redis.client.subscriptions.listener import Topic
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.subscriptions.places import Places
from framewire.redis.slots import slot_of

__all__ = ["is_anywhere", "is_everywhere", "is_of_a_shard", "places_of"]

_EVENTS = b"__key"


def is_of_a_shard(topic: Topic) -> bool:
    """Whether its name has a slot."""
    return topic[0] is Kind.SHARD


def is_everywhere(topic: Topic) -> bool:
    """Whether each primary has messages of its own for it: as `__keyspace@0__:user:*`. A pattern that begins otherwise
    is not known to be meant so, match what it may."""
    return not is_of_a_shard(topic) and topic[1].startswith(_EVENTS)


def is_anywhere(topic: Topic) -> bool:
    """Whether any node has all its messages."""
    return not is_of_a_shard(topic) and not is_everywhere(topic)


def places_of(
    topic: Topic, places: Places, now: Collection[Address | None], shunned: Collection[Address]
) -> set[Address | None]:
    """Where `topic`, which is at `now`, is to be; `None` stands for nowhere. `shunned`: nodes that cannot be reached,
    where another will do."""
    if is_everywhere(topic):
        return set(places.primaries) or {None}
    if is_of_a_shard(topic):
        owner = places.owners[slot_of(topic[1])]
        return {owner} if owner is not None else _stay(now, places.nodes)
    usable = [node for node in places.nodes if node not in shunned]
    staying = _stay(now, usable)
    return staying if staying != {None} else {_chosen(topic, usable)}


def _stay(now: Collection[Address | None], nodes: Collection[Address]) -> set[Address | None]:
    return {address for address in now if address in nodes} or {None}


def _chosen(topic: Topic, nodes: Collection[Address]) -> Address | None:
    """The node whose hash with the name is highest: when one leaves, only its own topics go elsewhere."""

    def height(node: Address) -> bytes:
        return blake2b(topic[1], key=str(node).encode()[:64], digest_size=8).digest()

    return max(nodes, key=height, default=None)
