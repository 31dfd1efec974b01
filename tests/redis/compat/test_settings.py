"""Settings of redis-py, and URLs, as options of our clients."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.retries import Retry as OurRetry
from framewire.redis.compat.backoff import ConstantBackoff, ExponentialBackoff, NoBackoff
from framewire.redis.compat.connections import Connection, SSLConnection, UnixDomainSocketConnection
from framewire.redis.compat.pool import BlockingConnectionPool, ConnectionPool
from framewire.redis.compat.retry import Retry
from framewire.redis.compat.settings import IGNORED, options_of
from framewire.redis.compat.urls import settings_of_url


@pytest.mark.parametrize(("settings", "name", "value"), [
    ({"host": "h"}, "host", "h"),
    ({"port": "1", "db": "2"}, "db", 2),
    ({"socket_timeout": "1.5"}, "socket_timeout", 1.5),
    ({"socket_timeout": None}, "socket_timeout", None),
    ({"unix_socket_path": "/s"}, "path", "/s"),
    ({"retry": Retry(NoBackoff(), 0)}, "retry", OurRetry(0, 0.0, 0.0)),
    ({"retry": Retry(ConstantBackoff(0.1), 3)}, "retry", OurRetry(3, 0.1, 0.1)),
    ({"retry": Retry(ExponentialBackoff(cap=2, base=0.5), 1)}, "retry", OurRetry(1, 0.5, 2.0)),
    ({"retry": Retry(NoBackoff(), -1)}, "retry", OurRetry(2**31, 0.0, 0.0)),
])  # fmt: skip
def test_options(settings: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(options_of(settings), name) == value


def test_what_has_no_meaning_is_ignored_and_what_there_is_not_is_an_error() -> None:
    assert options_of(dict.fromkeys(IGNORED, 1)) == options_of({})
    with pytest.raises(TypeError, match="sokket"):
        options_of({"sokket_timeout": 1})


@pytest.mark.parametrize(("url", "settings"), [
    ("redis://h", {"host": "h"}),
    ("redis://u:p%2F@h:1/2", {"host": "h", "port": 1, "db": 2, "username": "u", "password": "p/"}),
    ("redis://h/2?db=3&socket_timeout=20", {"host": "h", "db": 3, "socket_timeout": 20.0}),
    ("redis://h?retry_on_timeout=Yes&a=b", {"host": "h", "retry_on_timeout": True, "a": "b"}),
    ("redis://h?client_name=a%20b", {"host": "h", "client_name": "a b"}),
    ("rediss://h", {"host": "h", "ssl": True}),
    ("unix:///s?db=1", {"path": "/s", "db": 1}),
    ("memory://name", {"memory": "name"}),
    ("memory://", {"memory": ""}),
    ("redis+cluster://u:p@a,b:1/0", {
        "startup_nodes": (("a", 6379), ("b", 1)), "db": 0, "username": "u", "password": "p",
    }),
    ("rediss+cluster://", {"startup_nodes": (("localhost", 6379),), "ssl": True}),
    ("redis+sentinel://a,b:1/s/2", {"sentinels": (("a", 26379), ("b", 1)), "service": "s", "db": 2}),
    ("rediss+sentinel://a?sentinel_password=x", {
        "sentinels": (("a", 26379),), "ssl": True, "sentinel_password": "x",
    }),
])  # fmt: skip
def test_urls(url: str, settings: dict[str, Any]) -> None:
    assert settings_of_url(url) == settings


def test_a_url_of_a_cluster_is_none_of_one_server() -> None:
    with pytest.raises(ValueError, match=r"RedisCluster\.from_url"):
        ConnectionPool.from_url("redis+cluster://a,b")


def test_a_url_beats_keywords() -> None:
    assert ConnectionPool.from_url("redis://h/2", db=1, port=9).connection_kwargs == {"host": "h", "db": 2, "port": 9}


@pytest.mark.parametrize(("url", "kind"), [
    ("redis://h", Connection), ("rediss://h", SSLConnection), ("unix:///s", UnixDomainSocketConnection),
])  # fmt: skip
def test_connection_classes(url: str, kind: type[Connection]) -> None:
    assert ConnectionPool.from_url(url).connection_class is kind


def test_tls_by_the_class_alone() -> None:
    assert ConnectionPool(connection_class=SSLConnection).options.ssl


def test_a_pool_shows_no_secret() -> None:
    shown = repr(ConnectionPool.from_url("redis://u:sesam@h:1/2"))
    assert "sesam" not in shown and "host=h" in shown and "port=1" in shown and "db=2" in shown


@pytest.mark.parametrize("number", [0, -1, "3"])
def test_max_connections(number: Any) -> None:
    with pytest.raises(ValueError, match="max_connections"):
        ConnectionPool(max_connections=number)


def test_a_blocking_pool_takes_its_own_settings() -> None:
    pool = BlockingConnectionPool(max_connections=7, timeout=1, queue_class=list)
    assert pool.timeout == 1 and pool.options.max_connections == 7
