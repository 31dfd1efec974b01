"""Client-side caching from threads on real servers: the race of `test_client_caching`, with threads in place of tasks.

A read that starts after its client has seen a value finds none that is older; when all is quiet, all is as it is at the
server; and a link that no thread reads is read all the same.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from framewire.kits.faults import fault_proxy_in_thread
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import CachingError, ConnectionError, NoPermissionError, TimeoutError
from framewire.redis.client.retries import Retry
from framewire.redis.server.network.thread import run_in_thread
from tests.peers import PEERS, RedisServer, require
from tests.waiting import until

pytestmark = pytest.mark.peer

COUNTERS = (b"a", b"b", b"c")

PROGRAM = """
    every reply with probability 0.1: delay 0-2ms
    every push with probability 0.3: delay 0-2ms
    every push with probability 0.1: slice 5 bytes every 1ms
"""


@pytest.fixture(scope="module", params=PEERS)
def real(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer(name=require(request.param)) as server:
        yield server


def url_of(server: RedisServer) -> str:
    return f"redis://{server.host}:{server.port}"


@pytest.fixture
def plain(real: RedisServer) -> Iterator[BlockingClient]:
    with BlockingClient.from_url(url_of(real)) as made:
        made.flushall()
        yield made


@pytest.fixture
def client(real: RedisServer, plain: BlockingClient) -> Iterator[BlockingClient]:
    with BlockingClient.from_url(url_of(real), cache=CacheConfig()) as made:
        yield made


def entries(client: BlockingClient) -> int:
    assert client.cache_stats is not None
    return client.cache_stats.entries


# -- races ------------------------------------------------------------------------------------------------------------


class Observer:
    """One client, and what its threads know of each counter."""

    def __init__(self, client: BlockingClient) -> None:
        self.client = client
        self.known = Counter[bytes]()
        self._lock = threading.Lock()
        self.reads: list[Callable[[bytes], Any]] = [
            client.get,
            client.text.get,
            lambda key: client.getrange(key, 0, -1),
        ]
        self.writes: list[Callable[[bytes], int]] = [client.incr, self.in_pipeline, self.watched, self.queued]

    def run(self, calls: int, choose: random.Random) -> None:
        for _ in range(calls):
            key = choose.choice(COUNTERS)
            known = self.known[key]
            try:
                if choose.random() < 0.2:
                    found = choose.choice(self.writes)(key)
                else:
                    found = int(choose.choice(self.reads)(key) or 0)
            except (ConnectionError, TimeoutError):
                continue
            assert found >= known, f"{key!r} was {known}, and then {found}"
            with self._lock:
                self.known[key] = max(self.known[key], found)

    def in_pipeline(self, key: bytes) -> int:
        with self.client.pipeline() as pipeline:
            place = pipeline.incr(key)
        return place.result()

    def watched(self, key: bytes) -> int:
        with self.client.transaction(b"nobody's") as transaction:
            place = transaction.incr(key)
        return place.result()

    def queued(self, key: bytes) -> int:
        with self.client.dedicated() as dedicated:
            dedicated.execute("MULTI")
            dedicated.execute("INCR", key)
            return int(dedicated.execute("EXEC")[0])


@pytest.mark.parametrize("seed", range(2))
def test_races(real: RedisServer, plain: BlockingClient, seed: int) -> None:
    choose, retry = random.Random(seed), Retry(retries=20, base=0.001, cap=0.01)
    with ExitStack() as stack, ThreadPoolExecutor(16) as threads:
        proxies = [stack.enter_context(fault_proxy_in_thread(url_of(real), PROGRAM, seed=seed + n)) for n in range(2)]
        observers = [
            Observer(stack.enter_context(BlockingClient.from_url(proxy.url, cache=CacheConfig(), retry=retry)))
            for proxy in proxies
        ]
        running = [
            threads.submit(observer.run, 100, random.Random(choose.random()))
            for observer in observers for _ in range(5)
        ]  # fmt: skip
        while not all(future.done() for future in running):
            plain.incr(choose.choice(COUNTERS))
            if choose.random() < 0.01:
                plain.client_kill_filter(_type="normal", skipme=True)
        for future in running:
            future.result()
        for observer in observers:
            observer.client.ping()
            for key in COUNTERS:
                assert observer.client.get(key) == observer.client.get(key) == plain.get(key)
            assert observer.client.cache_stats is not None
            assert observer.client.cache_stats.hits > 0
            assert observer.client.cache_stats.invalidated > 0


def test_threads_join_and_each_gets_a_copy(real: RedisServer, plain: BlockingClient) -> None:
    plain.rpush("l", "a", "b")
    with (
        fault_proxy_in_thread(url_of(real), "reply 1 to LRANGE: stall") as proxy,
        BlockingClient.from_url(proxy.url, cache=CacheConfig()) as client,
        ThreadPoolExecutor(4) as threads,
    ):
        reads = [threads.submit(client.lrange, "l", 0, -1) for _ in range(4)]
        until(lambda: client.cache_stats is not None and client.cache_stats.joined == 3)
        proxy.happened("stall")
        proxy.resume()
        lists = [read.result() for read in reads]
        assert lists == [[b"a", b"b"]] * 4
        assert len({id(each) for each in lists}) == 4


# -- what nobody reads ------------------------------------------------------------------------------------------------


def test_before_a_hit_what_the_socket_holds_is_taken(client: BlockingClient, plain: BlockingClient) -> None:
    for version in range(20):
        plain.set("k", version)
        client.ping()  # what was told before is before its reply
        assert client.get("k") == client.get("k") == b"%d" % version


def test_a_link_that_no_thread_reads_is_read_by_a_daemon(client: BlockingClient, plain: BlockingClient) -> None:
    plain.set("k", 1)
    client.get("k")
    assert entries(client) == 1
    plain.set("k", 2)
    until(lambda: entries(client) == 0)


def test_the_loss_of_a_link_that_no_thread_reads_is_noticed(client: BlockingClient, plain: BlockingClient) -> None:
    client.get("k")
    plain.client_kill_filter(_type="normal", skipme=True)
    until(lambda: entries(client) == 0)
    assert client.get("k") is None


# -- who may not ------------------------------------------------------------------------------------------------------


def test_another_user_does_not_find_what_the_first_one_saw(client: BlockingClient, plain: BlockingClient) -> None:
    plain.execute("ACL", "SETUSER", "stranger", "on", ">secret", "+@all")
    client.set("k", 1)
    assert client.get("k") == b"1"
    client.reauthenticate(("stranger", "secret"))
    with pytest.raises(NoPermissionError):
        client.get("k")


def test_mini_redis_has_no_tracking_yet() -> None:
    with (
        run_in_thread() as server,
        BlockingClient.from_url(server.url, cache=CacheConfig()) as client,
        pytest.raises(CachingError, match="tells of no keys that change"),
    ):
        client.get("k")
