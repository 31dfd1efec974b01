"""What `RedisCluster` is told, as options of a client."""

from __future__ import annotations

from typing import Any

import pytest
import redis.cluster as theirs

from framewire.redis.client.retries import Retry
from framewire.redis.compat.backoff import NoBackoff
from framewire.redis.compat.cluster.nodes import ClusterNode, LoadBalancingStrategy
from framewire.redis.compat.cluster.settings import IGNORED, cluster_settings
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.compat.retry import Retry as Retries
from framewire.redis.compat.settings import options_of


def told(host: Any = None, port: Any = 6379, nodes: Any = None, url: Any = None, **settings: Any) -> Any:
    return options_of(cluster_settings(host, port, nodes, url, **settings))


@pytest.mark.parametrize(("arguments", "nodes"), [
    ({"host": "h"}, [("h", 6379)]),
    ({"host": "localhost", "port": "7000"}, [("127.0.0.1", 7000)]),
    ({"nodes": [ClusterNode("a", 1), ClusterNode("b", "2")]}, [("a", 1), ("b", 2)]),
    ({"nodes": [theirs.ClusterNode("a", 1)]}, [("a", 1)]),
    ({"nodes": [{"host": "a", "port": "1"}, ("b", 2)]}, [("a", 1), ("b", 2)]),
    ({"nodes": [("a", 1), ("a", 1)]}, [("a", 1)]),
    ({"nodes": [("a", 1)], "host": "b", "port": 2}, [("a", 1), ("b", 2)]),
    ({"url": "redis://h"}, [("h", 6379)]),
    ({"url": "rediss://h:1/0"}, [("h", 1)]),
    ({"url": "redis+cluster://a,b:2"}, [("a", 6379), ("b", 2)]),
    ({"url": "redis://[::1]:7000"}, [("::1", 7000)]),
])  # fmt: skip
def test_nodes(arguments: dict[str, Any], nodes: list[tuple[str, int]]) -> None:
    assert list(told(**arguments).startup_nodes) == nodes


@pytest.mark.parametrize(("settings", "name", "value"), [
    ({}, "read_from", "primary"),
    ({"read_from_replicas": True}, "read_from", "any"),
    ({"load_balancing_strategy": LoadBalancingStrategy.RANDOM_REPLICA}, "read_from", "any"),
    ({"cluster_error_retry_attempts": 2}, "retry", Retry(2)),
    ({"cluster_error_retry_attempts": 2, "retry": Retries(NoBackoff(), 5)}, "retry", Retry(5, 0.0, 0.0)),
    ({"password": "p"}, "password", "p"),
    ({"socket_timeout": "2"}, "socket_timeout", 2.0),
    ({"url": "rediss://u:p@h"}, "ssl", True),
    ({"url": "rediss+cluster://u:p@h"}, "username", "u"),
    ({"db": 0}, "db", 0),
])  # fmt: skip
def test_options(settings: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(told(**{"host": "h", **settings} if "url" not in settings else settings), name) == value


def test_addresses_are_translated() -> None:
    def remap(address: tuple[str, int]) -> tuple[str, int]:
        return address

    assert told("h", address_remap=remap).address_remap is remap


def test_what_has_no_meaning_is_ignored_and_what_there_is_not_is_an_error() -> None:
    assert told("h", **dict.fromkeys(IGNORED, 1)) == told("h")
    with pytest.raises(TypeError, match="sokket"):
        told("h", sokket_timeout=1)


@pytest.mark.parametrize("arguments", [
    {},
    {"nodes": []},
    {"host": "h", "db": 1},
    {"host": "h", "path": "/s"},
    {"host": "h", "unix_socket_path": "/s"},
    {"url": "redis://h/1"},
    {"url": "redis://h?db=1"},
    {"url": "unix:///s"},
    {"url": "memory://name"},
    {"url": "redis+sentinel://a/s"},
])  # fmt: skip
def test_what_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(RedisClusterException):
        told(**arguments)
