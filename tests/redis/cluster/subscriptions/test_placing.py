from __future__ import annotations

from collections import Counter

import pytest

from framewire.redis.client.subscriptions.items import Kind
from framewire.redis.client.subscriptions.listener import Topic
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.subscriptions.placing import is_anywhere, is_everywhere, is_of_a_shard, places_of
from framewire.redis.slots import slot_of
from tests.redis.cluster.subscriptions.model import Map, address

NODES = tuple(address(number) for number in range(6))
EVENTS: Topic = (Kind.PATTERN, b"__keyevent@0__:*")


@pytest.fixture
def places() -> Map:
    places = Map()
    places.nodes, places.primaries = NODES, NODES[:3]
    places.owners = [NODES[slot % 3] for slot in range(16384)]
    return places


@pytest.mark.parametrize(("topic", "kind"), [
    ((Kind.CHANNEL, b"news"), "any"),
    ((Kind.PATTERN, b"*"), "any"),
    ((Kind.CHANNEL, b"__key"), "every"),
    ((Kind.CHANNEL, b"__keyspace@0__:k"), "every"),
    (EVENTS, "every"),
    ((Kind.SHARD, b"news"), "shard"),
    ((Kind.SHARD, b"__keyevent@0__:set"), "shard"),
])  # fmt: skip
def test_each_topic_is_of_one_kind(topic: Topic, kind: str) -> None:
    assert (is_anywhere(topic), is_everywhere(topic), is_of_a_shard(topic)) == (
        kind == "any", kind == "every", kind == "shard"
    )  # fmt: skip


def test_a_channel_of_a_shard_is_where_its_slot_is(places: Map) -> None:
    topic: Topic = (Kind.SHARD, b"{tag}rest")
    owner = places.owners[slot_of(b"tag")]
    assert places_of(topic, places, (), ()) == {owner}
    places.owners[slot_of(b"tag")] = None
    assert places_of(topic, places, (), ()) == {None}
    assert places_of(topic, places, {NODES[4]}, ()) == {NODES[4]}  # the node itself says when that is over
    assert places_of(topic, places, {Address("gone", 1)}, ()) == {None}


def test_keyspace_events_are_at_all_primaries(places: Map) -> None:
    assert places_of(EVENTS, places, {NODES[5]}, NODES) == set(NODES[:3])
    places.primaries = ()
    assert places_of(EVENTS, places, {NODES[5]}, ()) == {None}


def test_what_any_node_has_stays_where_it_is_while_that_can_be_reached(places: Map) -> None:
    topic: Topic = (Kind.CHANNEL, b"news")
    for node in NODES:
        assert places_of(topic, places, {node}, ()) == {node}
        (other,) = places_of(topic, places, {node}, {node})
        assert other in NODES and other != node
    assert places_of(topic, places, {NODES[0]}, NODES) == {None}
    assert places_of(topic, places, {Address("gone", 1)}, ()) == places_of(topic, places, (), ())


def test_the_hash_spreads_evenly_and_a_node_that_leaves_takes_only_its_own_along(places: Map) -> None:
    topics: list[Topic] = [(Kind.CHANNEL, b"channel:%d" % number) for number in range(3000)]
    before = {topic: places_of(topic, places, (), ()) for topic in topics}
    counts = Counter(address for (address,) in before.values())
    assert all(400 < counts[node] < 600 for node in NODES)
    places.nodes = NODES[1:]
    for topic in topics:
        assert places_of(topic, places, (), ()) == before[topic] or before[topic] == {NODES[0]}
