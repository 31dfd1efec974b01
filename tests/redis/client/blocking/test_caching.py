"""Calls past a cache, from threads: who waits with whom, what is held and when; replies are given by hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from framewire.redis.client.blocking.caching import CachedCalls, Family
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.blocking.threads.waits import Started, Waits
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ConnectionError
from tests.waiting import until

GET = (b"GET", b"k")


class Server:
    """Stands for the shared link: what was asked, what is done while it is, and what it answers."""

    def __init__(self) -> None:
        self.on_push: Any = None
        self.on_loss: Any = None
        self.asked: list[Any] = []
        self.looks = 0
        self.reply: Any = b"v"
        self.meanwhile: Callable[[], object] = lambda: None

    def look(self) -> None:
        self.looks += 1

    def call(self, request: Any, shape: Any, timeout: float | None) -> Any:
        self.asked.append(request)
        self.meanwhile()
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply if shape is None else shape(self.reply)

    def batch(self, requests: Any, timeout: float | None) -> list[Any]:
        return [self.call(request, None, timeout) for request in requests]

    def start(self, requests: Any, timeout: float | None) -> Started:
        self.batch(requests, timeout)
        return Started(Waits.__new__(Waits), Waiter())


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def calls(server: Server) -> CachedCalls:
    family: Family = {}
    family[0] = CachedCalls(CacheConfig(), server, family)  # type: ignore[arg-type]
    return family[0]


def get(calls: CachedCalls, shape: Any = None) -> Any:
    return calls.call(GET, shape, None)


def test_a_hit_looks_first_and_asks_nobody(server: Server, calls: CachedCalls) -> None:
    server.reply = [b"v"]
    get(calls).append(b"mine")
    assert get(calls) == [b"v"]
    assert get(calls, len) == 1
    assert (server.asked, server.looks) == ([GET], 3)


TELL: dict[str, Callable[[Server, CachedCalls], Any]] = {
    "a push": lambda server, calls: server.on_push([b"invalidate", [b"k"]]),
    "a push of all": lambda server, calls: server.on_push([b"invalidate", None]),
    "the loss of the link": lambda server, calls: server.on_loss(),
    "a write": lambda server, calls: calls.call((b"SET", "k", b"w"), None, None),
    "a batch": lambda server, calls: calls.batch([(b"GET", b"x"), (b"SET", b"k", b"w")], None),
    "a fork": lambda server, calls: calls.begin_anew(),
}


@pytest.mark.parametrize("tell", TELL.values(), ids=TELL)
def test_what_makes_a_reply_unknown(server: Server, calls: CachedCalls, tell: Callable[..., Any]) -> None:
    get(calls)
    tell(server, calls)
    server.asked.clear()
    get(calls)
    assert server.asked == [GET]


@pytest.mark.parametrize("write", [TELL["a write"], TELL["a batch"]], ids=["call", "batch"])
def test_what_is_read_during_a_write_is_not_kept(server: Server, calls: CachedCalls, write: Callable[..., Any]) -> None:
    def read() -> None:
        server.meanwhile = lambda: None
        get(calls)

    server.meanwhile = read
    write(server, calls)
    assert len(calls.cache) == 0
    get(calls)
    assert len(calls.cache) == 1, "behind it, it is"


def test_what_a_batch_on_its_way_changes_is_not_kept_until_it_has_ended(calls: CachedCalls) -> None:
    started = calls.start([(b"SET", b"k", b"w")], None)
    get(calls)
    assert len(calls.cache) == 0
    started.abandon()
    started.abandon()  # twice is fine
    get(calls)
    assert len(calls.cache) == 1


@pytest.mark.parametrize("error", [ConnectionError("gone"), KeyboardInterrupt()], ids=repr)
def test_what_a_write_held_is_let_go_whatever_becomes_of_it(
    server: Server, calls: CachedCalls, error: BaseException
) -> None:
    def fail() -> None:
        raise error

    server.meanwhile = fail
    with pytest.raises(type(error)):
        calls.call((b"FLUSHALL",), None, None)
    with pytest.raises(type(error)):
        calls.start([(b"FLUSHALL",)], None)
    with pytest.raises(type(error)):
        get(calls)
    server.meanwhile = lambda: None
    get(calls)
    assert len(calls.cache) == 1


def test_who_joins_an_asker_that_fails_asks_for_oneself(server: Server, calls: CachedCalls) -> None:
    with ThreadPoolExecutor(1) as threads:
        joined: list[Any] = []

        def fail() -> None:
            server.meanwhile = lambda: None
            joined.append(threads.submit(get, calls))
            until(lambda: calls.cache.stats.joined == 1)
            raise ConnectionError("gone")

        server.meanwhile = fail
        with pytest.raises(ConnectionError, match="gone"):
            get(calls)
        assert joined[0].result() == b"v"
    assert server.asked == [GET, GET]


def test_a_shape_that_raises_concerns_its_caller_alone(server: Server, calls: CachedCalls) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        get(calls, int)
    assert get(calls) == b"v"
    assert server.asked == [GET]


def test_a_request_without_keys_goes_by(server: Server, calls: CachedCalls) -> None:
    for _ in range(2):
        calls.call((b"SINTERCARD", b"0"), None, None)
    assert len(server.asked) == 2
    assert len(calls.cache) == 0
