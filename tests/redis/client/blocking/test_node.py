"""One server as a route: what is put together, and that a client says where its links are to go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from framewire.redis import BlockingClient, ThreadServer, run_in_thread
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.node import Node
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.exchange.calls import Request
from tests.waiting import PATIENCE


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread(port=0) as server:
        yield server


def test_an_opener_goes_where_each_nodes_options_say(server: ThreadServer) -> None:
    """So that the nodes of a cluster share one."""
    options = Options(host="127.0.0.1", port=1, retry=Retry(0))
    opener = Opener(options)
    there = Node(replace(options, port=Options.from_url(server.url).port), opener)
    nowhere = Node(options, opener)
    assert there.call((b"ECHO", b"me"), None, PATIENCE) == b"me"
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:1/0"):
        nowhere.call((b"PING",), None, PATIENCE)
    for each in (there, nowhere):
        each.close()
        assert each.closed


@pytest.mark.parametrize("how", ["call", "batch", "take"])
def test_without_retries_there_is_one_attempt(how: str) -> None:
    """Whoever knows other servers decides about the next."""
    opened = 0

    class Counting(Opener):
        def connect(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal opened
            opened += 1
            raise ConnectionError("refused")

    options = Options(retry=Retry(0))
    node = Node(options, Counting(options))
    ways = {
        "call": lambda: node.call((b"GET", b"a"), None, PATIENCE),
        "batch": lambda: node.batch([(b"GET", b"a")], PATIENCE),
        "take": lambda: node.take([(b"GET", b"a")]),
    }
    with pytest.raises(ConnectionError, match="refused") as failed:
        ways[how]()
    assert (opened, failed.value.fate) == (1, Fate.NOT_EXECUTED)


def test_siblings_are_the_same_each_time_and_know_of_each_others_caches(server: ThreadServer) -> None:
    options = Options.from_url(server.url, cache=CacheConfig())
    opener = Opener(options)
    node = Node(options, opener)
    sibling = node.sibling(1)
    assert node.sibling(1) is sibling
    assert sibling.options == replace(options, db=1)
    assert sibling.cached is not None and node.cached is not None
    assert list(node._family.values()) == [node.cached, sibling.cached]
    for each in (node, sibling):
        assert each.cache_stats() is not None
        each.close()
    assert Node(replace(options, cache=None), opener).cache_stats() is None


# -- what a client tells its route ------------------------------------------------------------------------------------


class Told(Node):
    """A node that remembers what its links were taken for."""

    def __init__(self, options: Options) -> None:
        super().__init__(options, Opener(options))
        self.asked: list[list[Request]] = []

    def take(self, requests: Sequence[Request] = ()) -> Link:
        self.asked.append(list(requests))
        return super().take(requests)


@pytest.fixture
def told(server: ThreadServer) -> Iterator[tuple[BlockingClient, Told]]:
    server.reset()
    options = Options.from_url(server.url)
    node = Told(options)
    client = BlockingClient.__new__(BlockingClient)
    client._setup(options, (), node._opener, node)
    with client:
        yield client, node
    node._opener.close()


def test_who_takes_a_link_says_what_for(told: tuple[BlockingClient, Told]) -> None:
    client, node = told
    client.rpush("list", "a", "b")
    assert client.blpop("list", 1) == (b"list", b"a")
    with client.pipeline() as batch:
        batch.blpop("list", 1)
    with client.dedicated("x", "y") as own:
        own.get("x")
    with client.dedicated():
        pass
    with client.transaction("x", "y") as transaction:
        transaction.set("x", 1)
    with client.text.transaction("z") as texts:
        texts.set("z", 1)
    with client.monitor():
        pass
    blpop = (b"BLPOP", "list", 1)
    watch = (b"WATCH", "x", "y")
    assert [[tuple(map(_plain, request)) for request in asked] for asked in node.asked] == [
        [tuple(map(_plain, request)) for request in asked]
        for asked in ([blpop], [blpop], [watch], [], [watch], [(b"WATCH", "z")], [(b"MONITOR",)])
    ]


def _plain(word: object) -> str:
    return word.decode() if isinstance(word, bytes) else str(word)


def test_a_batch_that_does_not_wait_takes_none(told: tuple[BlockingClient, Told]) -> None:
    client, node = told
    with client.pipeline() as batch:
        batch.set("a", 1)
    with client.transaction() as transaction:
        transaction.set("a", 2)
    assert client.get("a") == b"2"
    assert node.asked == []
