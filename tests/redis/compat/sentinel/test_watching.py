"""`Sentinel` without a socket: which answers count, and what clients behind sentinels are told."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.compat import asyncio as compat_asyncio
from framewire.redis.compat.sentinel.client import Sentinel
from framewire.redis.compat.sentinel.watching import told

PLACES = [("a", 1), ("b", 2)]
STATE: dict[str, Any] = {
    "ip": "1.2.3.4", "port": 6379, "is_master": True, "is_sdown": False, "is_odown": False, "num-other-sentinels": 1
}  # fmt: skip


@pytest.mark.parametrize("kind", [Sentinel, compat_asyncio.Sentinel], ids=["threads", "asyncio"])
def test_clients_behind_sentinels(kind: Any) -> None:
    sentinel = kind(PLACES, socket_timeout=1.0, password="p", sentinel_kwargs={"password": "q", "username": "u"})
    primary, replica = sentinel.master_for("s", db=2), sentinel.replica_for("s")
    options = primary.connection_pool.options
    assert options.sentinels == tuple(PLACES) and options.service == "s" and options.db == 2
    assert (options.password, options.sentinel_username, options.sentinel_password) == ("p", "u", "q")
    assert (options.socket_timeout, options.sentinel_ssl, options.read_from) == (1.0, False, "primary")
    assert replica.connection_pool.options.read_from == "any"
    assert primary.auto_close_connection_pool and sentinel.slave_for("s").connection_pool.options.service == "s"


def test_sentinels_have_the_timeouts_of_servers_if_nobody_says() -> None:
    sentinel = Sentinel(PLACES, socket_timeout=1.0, socket_keepalive=False, password="p", ssl=True)
    assert sentinel.sentinel_kwargs == {"socket_timeout": 1.0, "socket_keepalive": False}
    (options, _) = [each.connection_pool.options for each in sentinel.sentinels]
    assert (options.host, options.port, options.socket_timeout, options.password) == ("a", 1, 1.0, None)
    behind = sentinel.master_for("s").connection_pool.options
    assert behind.ssl and behind.sentinel_ssl is False
    assert Sentinel(PLACES, sentinel_kwargs={"ssl": True}).master_for("s").connection_pool.options.sentinel_ssl is True


def test_other_classes() -> None:
    class Mine(Sentinel.redis_class):  # type: ignore[misc]
        pass

    class MyPool(Sentinel.pool_class):  # type: ignore[misc]
        pass

    made = Sentinel(PLACES).master_for("s", redis_class=Mine, connection_pool_class=MyPool)
    assert type(made) is Mine and type(made.connection_pool) is MyPool


def test_a_url() -> None:
    url = "redis+sentinel://u:p@a:1,b:2/s/3?sentinel_password=q&socket_timeout=2"
    sentinel = Sentinel.from_url(url, decode_responses=True)
    options = sentinel.master_for("s").connection_pool.options
    assert options.sentinels == tuple(PLACES) and (options.username, options.password) == ("u", "p")
    assert (options.sentinel_password, options.db, options.socket_timeout) == ("q", 3, 2.0)
    assert sentinel.sentinel_kwargs == {"socket_timeout": 2.0, "password": "q"}
    assert sentinel.connection_kwargs["decode_responses"] is True
    secure = Sentinel.from_url("rediss+sentinel://a:1/s")
    assert secure.sentinel_kwargs["ssl"] is True and secure.master_for("s").connection_pool.options.ssl
    with pytest.raises(ValueError, match="begins with redis"):
        Sentinel.from_url("redis://a")


@pytest.mark.parametrize(("change", "counts"), [
    ({}, True),
    ({"is_master": False}, False),
    ({"is_sdown": True}, False),
    ({"is_odown": True}, False),
    ({"num-other-sentinels": 0}, False),
])  # fmt: skip
def test_which_answers_count(change: dict[str, Any], counts: bool) -> None:
    sentinel = Sentinel(PLACES, min_other_sentinels=1)
    state = {**STATE, **change}
    assert sentinel.check_master_state(state, "s") is counts
    assert sentinel._address_in({"s": state}, "s") == (("1.2.3.4", 6379) if counts else None)
    assert sentinel._address_in({"other": state}, "s") is None


def test_a_forced_host() -> None:
    sentinel = Sentinel(PLACES, force_master_ip="9.9.9.9")
    assert sentinel._address_in({"s": STATE}, "s") == ("9.9.9.9", 6379)
    remap = sentinel.master_for("s").connection_pool.options.address_remap
    assert remap is not None and remap(("1.2.3.4", 6379)) == ("9.9.9.9", 6379) and remap(("a", 1)) == ("a", 1)


def test_replicas_that_are_up() -> None:
    up = {"ip": "h", "port": 1, "is_sdown": False, "is_odown": False}
    sentinel = Sentinel(PLACES)
    assert sentinel.filter_replicas([up, {**up, "is_sdown": True}, {**up, "is_odown": True}]) == [("h", 1)]


def test_who_is_asked() -> None:
    sentinel = Sentinel(PLACES)
    first, second = sentinel.sentinels
    assert sentinel._asked(False) == [first, second] and sentinel._asked(True)[0] in (first, second)
    sentinel._ask_first(second)
    assert sentinel.sentinels == [second, first]
    assert repr(sentinel).endswith("(sentinels=[a:1,b:2])>")


def test_what_is_told_of_several_answers() -> None:
    assert told([True, b"x"], False) is True and told([True, None], False) is False and told([1, 2], True) == [1, 2]
