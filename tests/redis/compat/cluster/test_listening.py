"""Channels of shards: confirmations in their turn, and whose node a listener is told."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from framewire.redis.client.errors import DataError
from framewire.redis.client.subscriptions.items import Gap, Reason
from framewire.redis.compat.cluster.listening import ShardChannels, node_for_pubsub
from framewire.redis.compat.cluster.nodes import ClusterNode
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.listening import Listened
from tests.redis.compat.cluster.faking import FakeCluster


def test_confirmations_as_redis_py_has_them() -> None:
    state = Listened(Encoder(), False)
    shards = ShardChannels(state)
    shards.joined({"a": None, b"b": print})
    assert state.subscribed and state.shard_channels == {b"a": None, b"b": print}
    said = [shards.next_confirmation() for _ in range(3)]
    assert said == [(b"ssubscribe", b"a", 1), (b"ssubscribe", b"b", 2), None]
    assert shards.parting(["a", "x"]) == [b"a", b"x"]
    shards.parted([b"a", b"x"])
    assert [shards.next_confirmation() for _ in range(2)] == [(b"sunsubscribe", b"a", 1), (b"sunsubscribe", b"x", 1)]
    state.understood((b"sunsubscribe", b"a", 1), False)
    assert list(state.shard_channels) == [b"b"] and shards.parting([]) == [b"b"]


def test_what_may_be_missing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        ShardChannels(Listened(Encoder(), False)).missed(Gap(Reason.MOVED, 1.5, 0))
    assert "may be missing since 1.500: moved" in caplog.text


@pytest.mark.parametrize(("arguments", "name"), [
    ((None, None, None), None),
    ((ClusterNode("b", 2), None, None), "b:2"),
    ((None, "c", 3), "c:3"),
])  # fmt: skip
def test_whose_node(arguments: tuple[Any, Any, Any], name: str | None) -> None:
    node = node_for_pubsub(FakeCluster(), *arguments)
    assert (None if node is None else node.name) == name


@pytest.mark.parametrize(("arguments", "kind"), [
    ((ClusterNode("x", 9), None, None), RedisClusterException),
    ((None, "x", 9), RedisClusterException),
    ((None, "a", None), DataError),
    ((None, None, 1), DataError),
])  # fmt: skip
def test_whose_node_it_cannot_be(arguments: tuple[Any, Any, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        node_for_pubsub(FakeCluster(), *arguments)
