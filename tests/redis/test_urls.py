"""URLs of Redis servers: what they say, what is none, and that no error shows a piece of one."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis import urls
from framewire.redis.urls import (
    FACTORIES,
    SCHEMES,
    Url,
    cluster_url,
    factory,
    memory_url,
    parse_url,
    sentinel_url,
    tcp_url,
    unix_url,
    with_password,
)
from tests.properties import examples


@pytest.mark.parametrize(("url", "parts"), [
    ("redis://", Url("redis")),
    ("redis://localhost", Url("redis", host="localhost")),
    ("REDIS://LocalHost:7000/3", Url("redis", host="localhost", port=7000, db=3)),
    ("redis://localhost/", Url("redis", host="localhost")),
    ("redis://localhost/0/", Url("redis", host="localhost", db=0)),
    ("redis://:7000", Url("redis", port=7000)),
    ("redis://host:", Url("redis", host="host")),
    ("rediss://host", Url("rediss", host="host")),
    ("redis://[::1]", Url("redis", host="::1")),
    ("redis://[::1]:7000/2", Url("redis", host="::1", port=7000, db=2)),
    ("redis://[FE80::1%25eth0]:7000", Url("redis", host="fe80::1%eth0", port=7000)),
    ("redis://:pw@h", Url("redis", password="pw", host="h")),
    ("redis://user@h", Url("redis", "user", host="h")),
    ("redis://user:@h", Url("redis", "user", host="h")),
    ("redis://user:p%40s%3As@h", Url("redis", "user", "p@s:s", "h")),
    ("redis://user:p@s:s@h", Url("redis", "user", "p@s:s", "h")),  # what redis-py takes too
    ("redis://u%2525:p%2525@h", Url("redis", "u%25", "p%25", "h")),  # decoded once
    ("redis://:100%@h", Url("redis", password="100%", host="h")),
    ("redis://:%FF%00@h", Url("redis", password=b"\xff\x00", host="h")),
    ("redis://:p\u00e4ss@h", Url("redis", password="p\u00e4ss", host="h")),
    ("redis://h?db=1&x=a%20b+c%2B&y=", Url("redis", host="h", options={"db": "1", "x": "a b c+", "y": ""})),
    ("redis://h?&&x=1=2&", Url("redis", host="h", options={"x": "1=2"})),
    ("redis://h?x", Url("redis", host="h", options={"x": ""})),
    ("redis://h?password=%FF", Url("redis", host="h", options={"password": b"\xff"})),
    ("unix:///tmp/redis.sock", Url("unix", path="/tmp/redis.sock")),
    ("unix:///tmp/a%20b%2525?db=2", Url("unix", path="/tmp/a b%25", options={"db": "2"})),
    ("unix://user:pw@/path", Url("unix", "user", "pw", path="/path")),
    ("unix:///%FF", Url("unix", path="/\udcff")),
    ("memory://", Url("memory")),
    ("memory://Name", Url("memory", host="Name")),
    ("memory://a%2Fb/3", Url("memory", host="a/b", db=3)),
    ("redis+cluster://", Url("redis+cluster")),
    ("redis+cluster://A", Url("redis+cluster", nodes=(("a", None),))),
    ("redis+cluster://a:6379,b,[::1]:7000/0",
     Url("redis+cluster", nodes=(("a", 6379), ("b", None), ("::1", 7000)), db=0)),
    ("REDISS+Cluster://user:p%40%2Cs@a,[FE80::1%25eth0]?x=1",
     Url("rediss+cluster", "user", "p@,s", nodes=(("a", None), ("fe80::1%eth0", None)), options={"x": "1"})),
    ("redis+cluster://u:p,q@a,b/2", Url("redis+cluster", "u", "p,q", nodes=(("a", None), ("b", None)), db=2)),
    ("redis+cluster://a%2Cb", Url("redis+cluster", nodes=(("a,b", None),))),
    ("redis+sentinel://h/service", Url("redis+sentinel", nodes=(("h", None),), service="service")),
    ("redis+sentinel:///service/", Url("redis+sentinel", service="service")),
    ("redis+sentinel://h", Url("redis+sentinel", nodes=(("h", None),))),
    ("redis+sentinel://user:pass@h1:26379,[::1]:26380/My%2Fservice%2525/0?sentinel_password=a%2526b",
     Url("redis+sentinel", "user", "pass", nodes=(("h1", 26379), ("::1", 26380)), service="My/service%25", db=0,
         options={"sentinel_password": "a%26b"})),
    ("rediss+sentinel://:p@h/7/3/", Url("rediss+sentinel", password="p", nodes=(("h", None),), service="7", db=3)),
])  # fmt: skip
def test_what_a_url_says(url: str, parts: Url) -> None:
    assert parse_url(url) == parts


@pytest.mark.parametrize("url", [
    "", "localhost", "localhost:6379", "redis:", "redis:/h", "http://h", "redis+tls://h", "//h",
    "redis://h:0", "redis://h:65536", "redis://h:x", "redis://h:-1", "redis://h:+1", "redis://h: 1", "redis://h:\u0661",
    "redis://::1", "redis://::1:6379", "redis://[::1", "redis://[::1]6379", "redis://[::1]x:1",
    "redis://h/x", "redis://h/1/2", "redis://h/-1", "redis://h/1.0", "redis://h/%31%2f2", "redis://h/0 ",
    "redis://h/99999999999", "redis://h#x", "redis://h/0\n", "redis://h\t", "redis://h?db=1&db=2",
    "redis+cluster://a,,b", "redis+cluster://,", "redis+cluster://a,:1", "redis+cluster://:1", "redis+cluster://a,b:x",
    "redis+cluster://a,[::1", "redis+cluster://::1,b", "redis+cluster://a/x", "cluster://a", "redis+memory://a",
    "redis+sentinel://a,/s", "redis+sentinel://a:0/s", "redis+sentinel://a/s/x", "redis+sentinel://a/s/1/2",
    "redis+sentinel://a/s@x", "unix://", "unix:///", "unix://relative", "unix://host/path", "memory://name:1", "memory://name/x",
])  # fmt: skip
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"Redis URL|port|brackets|database|path|twice|name|comma"):
        parse_url(url)


# A password whose special characters nobody encoded breaks a URL at another place each time.
HALVES = ["sesa#mopen", "sesa/mopen", "sesa?mopen", "sesa[mopen", "sesa:mopen", "12/sesam", "12#sesam", "sesa\nmopen"]


@pytest.mark.parametrize("password", HALVES)
@pytest.mark.parametrize("url", [
    "redis://:{}@host:6379/0", "redis://user:{}@host/x", "unix://:{}@relative", "memory://:{}@name:1", "http://:{}@host",
    "redis+cluster://:{}@a,b/0", "redis+sentinel://user:{}@a,b:1/service", "redis+sentinel://:{}@a,,b/x/y",
])  # fmt: skip
def test_no_error_and_no_repr_shows_a_password(url: str, password: str) -> None:
    try:
        shown = repr(parse_url(url.format(password)))
    except ValueError as error:
        shown = f"{error} {error.args!r} {error.__cause__!r} {error.__context__!r}"
    assert "sesa" not in shown
    assert "mopen" not in shown


@given(st.binary(min_size=1), st.text("abc.-", min_size=1), st.integers(1, 65535), st.integers(0, 10**9), st.booleans())
@examples(100)
def test_what_is_printed_is_read_again(password: bytes, host: str, port: int, db: int, tls: bool) -> None:
    parts = parse_url(with_password(tcp_url(host, port, db, tls=tls), password))
    said = parts.password.encode() if isinstance(parts.password, str) else parts.password
    assert (said, parts.host, parts.port, parts.db) == (password, host, port, db)
    assert parts.scheme == ("rediss" if tls else "redis")


HOSTS = st.text("abc.-", min_size=1) | st.sampled_from(["::1", "fe80::1%eth0", "127.0.0.1"])
NODES = st.lists(st.tuples(HOSTS, st.none() | st.integers(1, 65535)), min_size=1, max_size=5)


@given(st.binary(min_size=1), NODES, st.text(min_size=1).filter(str.isprintable), st.integers(0, 10**9), st.booleans())
@examples(200)
def test_several_servers_are_read_again(
    password: bytes, nodes: list[tuple[str, int | None]], service: str, db: int, tls: bool
) -> None:
    cluster = parse_url(with_password(cluster_url(nodes, db, tls=tls), password))
    sentinel = parse_url(with_password(sentinel_url(nodes, service, db, tls=tls), password))
    secret = parse_url(with_password("redis://h", password)).password
    assert cluster == Url(f"redis{'s' * tls}+cluster", password=secret, nodes=tuple(nodes), db=db)
    assert sentinel == Url(f"redis{'s' * tls}+sentinel", password=secret, nodes=tuple(nodes), service=service, db=db)


@pytest.mark.parametrize(("url", "text"), [
    (cluster_url([("a", 1), ("::1", None)]), "redis+cluster://a:1,[::1]/0"),
    (cluster_url([("fe80::1%eth0", 1)], 2, tls=True), "rediss+cluster://[fe80::1%25eth0]:1/2"),
    (sentinel_url([("a", 1), ("b", 2)], "my/service", 3), "redis+sentinel://a:1,b:2/my%2Fservice/3"),
    (sentinel_url([("a", 1)], "s", tls=True), "rediss+sentinel://a:1/s/0"),
    (tcp_url("localhost", 6379), "redis://localhost:6379/0"),
    (tcp_url("::1", 6380, 2, tls=True), "rediss://[::1]:6380/2"),
    (tcp_url("fe80::1%eth0", 1), "redis://[fe80::1%25eth0]:1/0"),
    (unix_url("/tmp/redis.sock"), "unix:///tmp/redis.sock"),
    (unix_url("/tmp/a b?", 3), "unix:///tmp/a%20b%3F?db=3"),
    (unix_url("/\udcff"), "unix:///%FF"),
    (memory_url(""), "memory:///0"),
    (memory_url("a/b", 1), "memory://a%2Fb/1"),
    (with_password("redis://h:1/0", b""), "redis://h:1/0"),
    (with_password("redis://h:1/0", b"p@\xff"), "redis://:p%40%FF@h:1/0"),
    (with_password("unix:///s", b"pw"), "unix://:pw@/s"),
])  # fmt: skip
def test_how_they_are_written(url: str, text: str) -> None:
    assert url == text
    assert parse_url(url).scheme in SCHEMES


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@examples(100)
def test_paths_and_names_survive(name: str) -> None:
    assert parse_url(unix_url(f"/{name}")).path == f"/{name}"
    assert parse_url(memory_url(name)).host == name


@given(st.text())
@examples(300)
def test_any_text_is_a_url_or_a_value_error(text: str) -> None:
    for url in (text, *(f"{scheme}://{text}" for scheme in SCHEMES), f"redis://:{quote(text, errors='replace')}@h"):
        try:
            parse_url(url)
        except ValueError as error:
            assert type(error) is ValueError  # and no UnicodeError, which carries the text


def test_where_a_scheme_leads_to_is_there() -> None:
    assert FACTORIES.keys() <= set(SCHEMES)
    assert factory("memory").__name__ == "MemoryHold"
    with pytest.raises(KeyError):
        factory("redis")


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "FACTORIES", {"memory": "no_such.room:Name", "redis": "framewire.nothing:Name"})
    with pytest.raises(ModuleNotFoundError, match=r"^memory:// needs no_such: pip install 'framewire\[server\]'"):
        factory("memory")
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'framewire\.nothing'"):
        factory("redis")


def test_how_it_is_waited_has_a_place_in_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "FACTORIES", {"redis": "framewire.{way}:Connection"})
    assert factory("redis", "aio").__module__.startswith("framewire.aio.")
    assert factory("redis", "blocking").__module__.startswith("framewire.blocking.")
