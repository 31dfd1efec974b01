"""What links to sentinels, and to replicas, are told out of what a client is told."""

from __future__ import annotations

import pytest

from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.sentinel.told import ASK_SECONDS, check_reads, for_reads, options_of_sentinel, share_of

CLIENT = Options.from_url(
    "redis+sentinel://u:p@x:1,y:2/s/3?sentinel_username=su&sentinel_password=sp",
    cache=CacheConfig(), integrity=True, retry=Retry(0), ssl_ca_certs="ca.pem",
)  # fmt: skip


def test_a_sentinel_has_its_own_place_user_and_password_and_no_database() -> None:
    told = options_of_sentinel(CLIENT, ("y", 2))
    assert (told.url, told.auth, told.cache, told.integrity) == ("redis://y:2/0", (b"su", b"sp"), None, False)
    assert told.ssl_ca_certs == "ca.pem"
    assert told.retry.retries > 0  # those of a listener, which goes on for as long as the client


@pytest.mark.parametrize(("url", "scheme"), [
    ("redis+sentinel://x/s", "redis"), ("rediss+sentinel://x/s", "rediss"),
    ("redis+sentinel://x/s?sentinel_ssl=yes", "rediss"), ("rediss+sentinel://x/s?sentinel_ssl=no", "redis"),
])  # fmt: skip
def test_tls_is_that_of_the_servers_unless_it_is_said(url: str, scheme: str) -> None:
    assert options_of_sentinel(Options.from_url(url), ("x", 1)).scheme == scheme


@pytest.mark.parametrize(("interval", "seconds"), [(0, 5.0), (30.0, 5.0), (1.0, 1.0)])
def test_a_sentinel_that_is_silent_is_soon_asked_for_a_sign_of_life(interval: float, seconds: float) -> None:
    options = Options.from_url("redis+sentinel://x/s", health_check_interval=interval, socket_timeout=None)
    told = options_of_sentinel(options, ("x", 1))
    assert told.health_check_interval == seconds
    assert told.socket_timeout is not None


@pytest.mark.parametrize(("seconds", "others", "share"), [
    (None, 3, ASK_SECONDS), (9.0, 3, ASK_SECONDS), (0.9, 3, 0.3), (0.9, 0, 0.9), (-1.0, 3, 0.001),
])  # fmt: skip
def test_each_has_its_share_of_the_time(seconds: float | None, others: int, share: float) -> None:
    assert share_of(seconds, others) == pytest.approx(share)


def test_replicas_are_asked_once_and_not_cached() -> None:
    told = for_reads(CLIENT)
    assert (told.cache, told.retry.retries, told.password) == (None, 0, "p")


def test_which_ways_of_reading_sentinels_can_help_with() -> None:
    for read_from in ("primary", "any"):
        check_reads(Options(read_from=read_from))
    with pytest.raises(ValueError, match="'nearest' is for clusters"):
        check_reads(Options(read_from="nearest"))
