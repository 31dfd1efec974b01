"""What a client is told: out of a URL and keyword arguments, which beats which, and what is never shown."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import replace
from typing import Any

import pytest
import redis

from framewire.redis.client.options import ELSEWHERE, Options
from framewire.redis.client.retries import Retry


@pytest.mark.parametrize(("url", "keywords", "options"), [
    ("redis://", {}, {}),
    ("redis://h:7000/3", {}, {"host": "h", "port": 7000, "db": 3}),
    ("rediss://h", {}, {"host": "h", "ssl": True}),
    ("unix:///s?db=2", {}, {"path": "/s", "db": 2}),
    ("unix://user:pw@/s", {}, {"path": "/s", "username": "user", "password": "pw"}),
    ("memory://", {}, {"memory": ""}),
    ("memory://name/1", {}, {"memory": "name", "db": 1}),
    ("redis+cluster://", {}, {"startup_nodes": (("localhost", 6379),)}),
    ("redis+cluster://u:p@a,[::1]:7000/0", {},
     {"startup_nodes": (("a", 6379), ("::1", 7000)), "username": "u", "password": "p"}),
    ("rediss+cluster://a/3?read_from=any", {},
     {"startup_nodes": (("a", 6379),), "ssl": True, "db": 3, "read_from": "any"}),
    ("redis+sentinel:///s", {}, {"sentinels": (("localhost", 26379),), "service": "s"}),
    ("redis+sentinel://u:p@h1,h2:1/s/2?sentinel_username=v&sentinel_password=%2525&sentinel_ssl=yes", {},
     {"sentinels": (("h1", 26379), ("h2", 1)), "service": "s", "db": 2, "username": "u", "password": "p",
      "sentinel_username": "v", "sentinel_password": "%25", "sentinel_ssl": True}),
    ("rediss+sentinel://h/s?read_from=Zone&zone=a", {},
     {"sentinels": (("h", 26379),), "service": "s", "ssl": True, "read_from": "zone", "zone": "a"}),
    # what the URL does not say, a keyword does
    ("redis+cluster://", {"startup_nodes": [("a", 1)]}, {"startup_nodes": (("a", 1),)}),
    ("redis+sentinel://", {"sentinels": [("a", 1)], "service": "s"}, {"sentinels": (("a", 1),), "service": "s"}),
    ("redis+sentinel://h?service=s", {}, {"sentinels": (("h", 26379),), "service": "s"}),
    ("redis://h", {"port": 7000, "db": 2, "password": "pw"}, {"host": "h", "port": 7000, "db": 2, "password": "pw"}),
    ("redis://h", {"retry": Retry(3)}, {"host": "h", "retry": Retry(3)}),
    ("redis://", {"host": "h"}, {"host": "h"}),
    ("redis://h", {"ssl": True}, {"host": "h", "ssl": True}),
    # the URL beats keywords
    ("redis://h:1/1", {"host": "x", "port": 2, "db": 2}, {"host": "h", "port": 1, "db": 1}),
    ("redis://h/0", {"db": 2}, {"host": "h", "db": 0}),
    ("redis://h?socket_timeout=2", {"socket_timeout": 9.0}, {"host": "h", "socket_timeout": 2.0}),
    ("redis://u:p@h", {"username": "x", "password": "y"}, {"host": "h", "username": "u", "password": "p"}),
    ("rediss://h", {"ssl": False}, {"host": "h", "ssl": True}),
    ("redis://h", {"path": "/s"}, {"host": "h"}),
    ("redis://h", {"memory": "name"}, {"host": "h"}),
    ("unix:///s", {"host": "h", "ssl": True}, {"path": "/s", "host": "h"}),
    ("memory://", {"memory": "name"}, {"memory": ""}),
    ("redis://h", {"startup_nodes": [("a", 1)]}, {"host": "h"}),
    ("redis://h", {"sentinels": [("a", 1)]}, {"host": "h"}),
    ("redis+cluster://a:2", {"startup_nodes": [("a", 1)], "path": "/s"}, {"startup_nodes": (("a", 2),)}),
    ("redis+cluster://a:2", {"sentinels": [("a", 1)]}, {"startup_nodes": (("a", 2),)}),
    ("redis+sentinel://a/s", {"service": "x", "memory": ""}, {"sentinels": (("a", 26379),), "service": "s"}),
    ("redis+sentinel://a/s?service=x", {}, {"sentinels": (("a", 26379),), "service": "s"}),
    # within the URL
    ("redis://h/1?db=2", {}, {"host": "h", "db": 2}),
    ("redis://h/1?db=0", {}, {"host": "h", "db": 0}),
    ("redis://h/1?db=", {}, {"host": "h", "db": 1}),
    ("redis://u:p@h?username=x&password=y", {}, {"host": "h", "username": "u", "password": "p"}),
    ("redis://h:1?host=x&port=2", {}, {"host": "h", "port": 1}),
    ("redis://?host=x&port=2", {}, {"host": "x", "port": 2}),
    ("redis://h?password=%2525", {}, {"host": "h", "password": "%25"}),
    ("redis://h?client_name=a%40b&protocol=2", {}, {"host": "h", "client_name": "a@b", "protocol": 2}),
    ("redis://h?decode_responses=True", {}, {"host": "h", "decode_responses": True}),
])  # fmt: skip
def test_what_a_url_and_keywords_say(url: str, keywords: dict[str, Any], options: dict[str, Any]) -> None:
    assert Options.from_url(url, **keywords) == Options(**options)


@pytest.mark.parametrize(("url", "text"), [
    ("redis://h?max_conections=5", "max_connections"),
    ("redis://h?max_conections=", "max_connections"),
    ("redis://h?sockettimeout=5", "socket_timeout"),
    ("redis://h?xyzzy=5", "'xyzzy'$"),
    ("redis://h?DB=5", "'DB'"),
    ("redis://h?=5", "''"),
    ("redis://h?retry=5", "keyword argument"),
    ("redis://h?db=x", "^db must be a whole number from 0, not 'x'"),
    ("redis://h?protocol=4", "^protocol must be 2 or 3 or None, not '4'"),
    ("redis://h?memory=x", "^memory cannot"),
    *[(f"redis://h?{name}=x", f"'{name}': ") for name in ELSEWHERE],
])  # fmt: skip
def test_an_option_that_is_none_is_named(url: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Options.from_url(url)


def test_a_keyword_that_is_none_is_named() -> None:
    with pytest.raises(TypeError, match=r"'sokcet_timeout'; there is socket_timeout"):
        Options.from_url("redis://", sokcet_timeout=5)


@pytest.mark.parametrize("options", [
    {"startup_nodes": (("a", 1),), "sentinels": (("a", 1),), "service": "s"}, {"sentinels": (("a", 1),)},
    {"startup_nodes": (("a", 1),), "path": "/s"}, {"startup_nodes": (("a", 1),), "memory": ""},
    {"sentinels": (("a", 1),), "service": "s", "path": "/s"}, {"read_from": "zone"}, {"read_from": "replica"},
    {"path": "/s", "ssl": True}, {"path": "/s", "memory": ""}, {"memory": "x", "ssl": True},
    {"credential_provider": redis.UsernamePasswordCredentialProvider("u", "p"), "password": "p"},
    {"credential_provider": redis.UsernamePasswordCredentialProvider("u", "p"), "username": "u"},
    {"port": 0}, {"socket_timeout": 0},
])  # fmt: skip
def test_what_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"exclude|credential_provider|must be|needs a zone"):
        Options(**options)


SECRET = Options.from_url("rediss://user:sesam@h?ssl_password=sesam&db=2", client_name="me")


def test_no_password_is_shown() -> None:
    provider = redis.UsernamePasswordCredentialProvider("u", "sesam")
    behind = Options.from_url("redis+sentinel://u:sesam@h/s?sentinel_password=sesam")
    for options in (SECRET, Options(credential_provider=provider), replace(SECRET, db=3), behind):
        assert "sesam" not in f"{options!r} {options} {options.url} {[options]}"
    assert repr(SECRET) == "Options(host='h', db=2, username='user', client_name='me', ssl=True)"
    assert repr(Options()) == "Options()"


@pytest.mark.parametrize("url", [
    "redis://:pw?sesam@h", "redis://:pw?db=sesam@h", "redis://:pw?sesam=1@h", "redis://:pw?x=sesam@h",
    "redis://:pw?db=1&sesam@h", "redis://:pw?socket_timeout=sesam@h", "redis://:pw?retry=sesam@h",
    "redis://h?password=a&pasword=sesam", "redis+sentinel://:12/sesam@h:1/service", "redis+cluster://:pw?sesam@a,b",
    "redis+sentinel://u:pw?db=sesam@h/service",
])  # fmt: skip
def test_no_error_shows_a_password(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        Options.from_url(url)
    assert "sesam" not in f"{caught.value} {caught.value.args!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(("options", "scheme", "url"), [
    (Options(), "redis", "redis://localhost:6379/0"),
    (SECRET, "rediss", "rediss://h:6379/2"),
    (Options(host="::1", port=1), "redis", "redis://[::1]:1/0"),
    (Options(path="/a b", db=1), "unix", "unix:///a%20b?db=1"),
    (Options(memory=""), "memory", "memory:///0"),
    (Options(memory="name", db=1), "memory", "memory://name/1"),
    (Options(startup_nodes=[("a", 1), ("::1", 2)]), "redis+cluster", "redis+cluster://a:1,[::1]:2/0"),
    (Options(startup_nodes=[("a", 1)], ssl=True, password="sesam"), "rediss+cluster", "rediss+cluster://a:1/0"),
    (Options(sentinels=[("a", 1)], service="my/s", db=1), "redis+sentinel", "redis+sentinel://a:1/my%2Fs/1"),
    (Options(sentinels=[("a", 1)], service="s", ssl=True), "rediss+sentinel", "rediss+sentinel://a:1/s/0"),
])  # fmt: skip
def test_the_url_that_is_shown_names_server_and_database(options: Options, scheme: str, url: str) -> None:
    assert (options.scheme, options.url) == (scheme, url)
    bare = replace(options, username=None, password=None, ssl_password=None, client_name=None)
    assert Options.from_url(options.url) == bare


def test_the_options_of_one_server_of_several() -> None:
    for options in (Options(startup_nodes=[("a", 1)], db=3), Options(sentinels=[("a", 1)], service="s", db=3)):
        assert options.at("::1", 7000) == Options(host="::1", port=7000, db=3)


@pytest.mark.parametrize(("options", "auth"), [
    ({}, ()), ({"password": "pw"}, (b"pw",)), ({"password": b"\xff"}, (b"\xff",)), ({"password": ""}, ()),
    ({"username": "u", "password": "p"}, (b"u", b"p")), ({"username": "u"}, (b"u", b"")),
])  # fmt: skip
def test_what_stands_behind_auth(options: dict[str, Any], auth: tuple[bytes, ...]) -> None:
    assert Options(**options).auth == auth


def test_they_are_values() -> None:
    assert pickle.loads(pickle.dumps(SECRET)) == SECRET == copy.deepcopy(SECRET)
    assert hash(SECRET) == hash(replace(SECRET))
    assert hash(Options(startup_nodes=[("a", 1)])) == hash(Options(startup_nodes=(("a", 1),)))
    with pytest.raises(AttributeError):
        SECRET.db = 5  # type: ignore[misc]


def test_what_redis_py_has_is_here_or_explained() -> None:
    """Every keyword of redis-py's client is an option, or `ELSEWHERE` says what to do instead, or has to do with an
    object of redis-py's own."""
    theirs = set(inspect.signature(redis.Redis.__init__).parameters) - {"self"}
    missing = theirs - set(Options.__slots__) - ELSEWHERE.keys()
    assert missing == {
        "cache_config", "event_dispatcher", "maint_notifications_config",
        "oss_cluster_maint_notifications_handler", "redis_connect_func", "socket_keepalive_options",
        "ssl_ocsp_context", "ssl_ocsp_expected_cert",
    }  # fmt: skip
