"""Where a server is by its URL, and the URL with the proxy in its place."""

from __future__ import annotations

import pytest

from framewire.tap.faults.upstream import Upstream


@pytest.mark.parametrize(("url", "where", "through"), [
    ("redis://127.0.0.1:7000/0", ("127.0.0.1", 7000, None), "redis://10.0.0.1:9/0"),
    ("redis://localhost", ("localhost", 6379, None), "redis://10.0.0.1:9"),
    ("redis://me:p%40ss@h:1/3?protocol=3", ("h", 1, None), "redis://me:p%40ss@10.0.0.1:9/3?protocol=3"),
    ("redis://:p@[::1]:1/0", ("::1", 1, None), "redis://:p@10.0.0.1:9/0"),
    ("tcp://h:80", ("h", 80, None), "tcp://10.0.0.1:9"),
    ("unix:///run/redis.sock?db=2", ("", 0, "/run/redis.sock"), "redis://10.0.0.1:9?db=2"),
    ("unix://:p@/run/a%20b.sock", ("", 0, "/run/a b.sock"), "redis://:p@10.0.0.1:9"),
])  # fmt: skip
def test_what_a_url_says(url: str, where: tuple[str, int, str | None], through: str) -> None:
    upstream = Upstream.parse(url)
    assert (upstream.host, upstream.port, upstream.path) == where
    assert upstream.url_at("10.0.0.1", 9) == through


def test_an_ipv6_address_of_the_proxy_gets_its_brackets() -> None:
    assert Upstream.parse("redis://h/0").url_at("::1", 9) == "redis://[::1]:9/0"


@pytest.mark.parametrize("url", ["rediss://h:1/0", "h:1", "", "/run/redis.sock"])
def test_where_it_does_not_go(url: str) -> None:
    with pytest.raises(ValueError, match="redis://, tcp:// or unix://, not to"):
        Upstream.parse(url)
