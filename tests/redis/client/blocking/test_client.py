"""`BlockingClient` on Mini-Redis: what its users see."""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis import BlockingClient, ThreadServer, run_in_thread
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import (
    ConnectionError,
    DataError,
    ExecAbortError,
    ResponseError,
    SharedLinkError,
    WatchError,
)
from framewire.redis.client.retries import Retry
from tests.redis.client.blocking.ends import together
from tests.waiting import PATIENCE, until


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread(port=0) as server:
        yield server


@pytest.fixture(params=[2, 3])
def client(server: ThreadServer, request: pytest.FixtureRequest) -> Iterator[BlockingClient]:
    server.reset()
    with BlockingClient.from_url(server.url, protocol=request.param) as client:
        yield client


def test_bytes_and_text(client: BlockingClient) -> None:
    assert client.get("key") is None
    assert client.set("key", "größe") is True
    assert client.get("key") == "größe".encode()
    assert client.text.get("key") == "größe"
    assert client.text.execute("GET", "key") == "größe"


def test_errors(client: BlockingClient) -> None:
    client.set("key", "no number")
    with pytest.raises(ResponseError, match="not an integer"):
        client.incr("key")
    with pytest.raises(DataError):
        client.set("key", None)  # type: ignore[arg-type]
    with pytest.raises(DataError):
        client.text.set("key", True)


def test_nothing_is_connected_before_the_first_call() -> None:
    client = BlockingClient("127.0.0.1", 1)
    client.close()
    with pytest.raises(ConnectionError, match="closed"):
        client.get("key")
    with pytest.raises(ConnectionError, match="closed"):
        client.execute("BLPOP", "list", 0.01)
    with pytest.raises(ConnectionError, match="closed"):
        client.db(1)


def test_closing_does_not_wait_for_who_tries_to_connect() -> None:
    """Neither for a sibling's."""
    with BlockingClient("127.0.0.1", 1, retry=Retry(10, PATIENCE, PATIENCE), socket_timeout=None) as client:
        sibling = client.db(1)

        def call() -> None:
            with pytest.raises(ConnectionError):
                sibling.ping()

        thread = threading.Thread(target=call)
        thread.start()
        until(sibling._route.server._connecting.locked)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_threads_that_ask_for_a_database_at_once_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its cache is the one that is told."""
    setup = BlockingClient._setup
    first: list[BlockingClient] = []

    def interrupted(self: BlockingClient, *arguments: Any) -> None:
        if not first:
            first.append(self)
            first.append(client.db(1))  # as another thread would, meanwhile
        setup(self, *arguments)

    with BlockingClient(cache=CacheConfig()) as client:
        monkeypatch.setattr(BlockingClient, "_setup", interrupted)
        assert client.db(1) is first[1] is not first[0]
        assert client._route._family[1] is first[1]._route.cached


def test_databases(client: BlockingClient) -> None:
    client.set("key", "0")
    other = client.db(1)
    assert other.get("key") is None
    assert client.db(1) is other
    assert other.db(1) is other
    other.set("key", "1")
    assert client.get("key") == b"0"


def test_any_command(client: BlockingClient) -> None:
    assert client.execute("client getname") is None
    assert client.execute_command("RPUSH", "list", 1, b"b") == 2
    with pytest.raises(SharedLinkError):
        client.execute("SELECT", 1)


def test_links_of_their_own(client: BlockingClient) -> None:
    with client.dedicated() as own:
        own.execute("SELECT", 1)
        own.set("key", "1")
        assert own.text.get("key") == "1"
    assert client.get("key") is None
    with pytest.raises(ConnectionError, match="`with` block only"):
        own.get("key")


def test_a_clean_link_is_lent_again(client: BlockingClient) -> None:
    with client.dedicated() as own:
        own.get("key")
        link = own._there()
    with client.dedicated() as own:
        assert own._there() is link
        own.execute("CLIENT", "SETNAME", "me")
    with client.dedicated() as own:
        assert own._there() is not link


def test_blocking_commands_have_links_of_their_own(client: BlockingClient) -> None:
    def push() -> None:
        until(lambda: client._route.pool._lent)
        client.execute("RPUSH", "list", "a")

    popped, _ = together(lambda: client.text.execute("BLPOP", "list", 0), push)
    assert popped == ["list", "a"]
    assert client.execute("BLPOP", "list", 0.01) is None


def test_who_finds_no_link_free_waits(server: ThreadServer) -> None:
    with BlockingClient.from_url(server.url, max_connections=1) as client:

        def push() -> None:
            until(lambda: client._route.pool._lent)
            client.execute("RPUSH", "jobs", "a", "b")

        first, second, _ = together(
            lambda: client.execute("BLPOP", "jobs", 0), lambda: client.execute("BLPOP", "jobs", 0), push
        )
        assert sorted([first[1], second[1]]) == [b"a", b"b"]


# -- batches ----------------------------------------------------------------------------------------------------------


def test_a_pipeline(client: BlockingClient) -> None:
    with client.pipeline() as p:
        a, b = p.set("key", 1), p.incr("key")
        assert len(p) == 2
        with pytest.raises(RuntimeError, match="not executed"):
            b.result()
    assert (a.result(), b.result()) == (True, 2)
    with client.text.pipeline() as texts:
        text = texts.get("key")
    assert text.result() == "2"


def test_errors_in_a_pipeline(client: BlockingClient) -> None:
    client.set("key", "no number")
    p = client.pipeline()
    p.incr("key")
    p.get("key")
    error, value = p.execute(raise_on_error=False)
    assert isinstance(error, ResponseError)
    assert value == b"no number"
    assert p.execute() == []
    p.incr("key")
    with pytest.raises(ResponseError):
        p.execute()


def test_a_block_that_raises_sends_nothing(client: BlockingClient) -> None:
    with pytest.raises(ZeroDivisionError), client.pipeline() as p:
        p.set("key", 1)
        raise ZeroDivisionError
    assert client.get("key") is None


def test_transactions(client: BlockingClient) -> None:
    with client.transaction() as t:
        t.set("key", 1)
        value = t.incr("key")
    assert value.result() == 2
    with pytest.raises(ExecAbortError), client.transaction() as t:
        t.set("key", 3)
        t.execute_command("NONSENSE")
    assert client.get("key") == b"2"


def test_a_watched_key(client: BlockingClient) -> None:
    client.set("key", 1)
    with client.transaction("key") as t:
        before = t.watched.get("key")  # type: ignore[attr-defined]
        after = t.incr("key")
    assert (before, after.result()) == (b"1", 2)
    with pytest.raises(WatchError), client.text.transaction("key") as texts:
        client.set("key", 5)
        texts.set("key", 3)
    assert client.get("key") == b"5"


def test_a_watch_whose_link_is_lost(client: BlockingClient) -> None:
    with pytest.raises(WatchError, match="link that watched is gone"), client.transaction("key") as t:
        t.watched._there().abort()  # type: ignore[attr-defined]
        t.set("key", 3)
    assert client.get("key") is None


def test_a_watch_whose_link_is_lost_before_what_it_watched_was_read(client: BlockingClient) -> None:
    with pytest.raises(WatchError, match="link that watched is gone") as caught, client.transaction("key") as t:
        t.watched._there().abort()  # type: ignore[attr-defined]
        t.watched.get("key")
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_monitor(client: BlockingClient) -> None:
    client.get("key")  # so that nobody has to connect meanwhile
    with client.monitor() as lines:
        client.set("key", "a\n\x00b")
        line = next(lines)
        assert (line.db, line.words) == (0, [b"SET", b"key", b"a\n\x00b"])
        assert lines.get(0.01) is None
    with pytest.raises(ConnectionError, match="`with` block only"):
        next(lines)


# -- threads, and other processes -------------------------------------------------------------------------------------


def test_no_thread_is_made(client: BlockingClient) -> None:
    before = threading.active_count()
    client.get("key")
    client.execute("BLPOP", "list", 0.01)
    assert threading.active_count() == before


def test_many_threads(client: BlockingClient) -> None:
    def count() -> list[int]:
        return [client.incr("counter") for _ in range(200)]

    numbers = together(*[count] * 8)
    assert sorted(number for each in numbers for number in each) == list(range(1, 1601))
    assert all(each == sorted(each) for each in numbers)


def test_one_link_for_all_threads(client: BlockingClient) -> None:
    together(*[lambda: client.get("key")] * 8)
    assert len(client.execute("CLIENT", "LIST").splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_connects_anew(client: BlockingClient) -> None:
    client.set("key", "value")
    client.execute("BLPOP", "list", 0.01)
    ours = client.execute("CLIENT", "ID")
    child = os.fork()
    if not child:
        same = client.get("key") == b"value" and client.execute("BLPOP", "list", 0.01) is None
        os._exit(0 if same and client.execute("CLIENT", "ID") != ours else 1)
    assert client.get("key") == b"value"
    assert os.waitpid(child, 0)[1] == 0
    assert client.execute("CLIENT", "ID") == ours


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_forked_while_others_call(client: BlockingClient) -> None:
    """Locks of threads that are not there are not waited for."""
    ended = threading.Event()

    def call() -> None:
        while not ended.is_set():
            client.incr("counter")

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        context = multiprocessing.get_context("fork")
        for _ in range(5):
            child = context.Process(target=client.set, args=("key", "from a child"))
            child.start()
            child.join(PATIENCE)
            assert child.exitcode == 0
    finally:
        ended.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert client.get("key") == b"from a child"


PROGRAM = """
import sys
from framewire.redis import BlockingClient
client = BlockingClient.from_url(sys.argv[1])
client.set("key", "value")
client.execute("BLPOP", "list", 0.01)
"""


def test_a_program_ends_silently_with_an_open_client(server: ThreadServer) -> None:
    command = [sys.executable, "-c", PROGRAM, server.url]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    assert done.stderr == b""


def test_a_client_that_nobody_closes_is_a_leak_as_of_any_socket(server: ThreadServer) -> None:
    client = BlockingClient.from_url(server.url)
    client.get("key")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del client
        gc.collect()
    assert {warning.category for warning in caught} == {ResourceWarning}


def test_decoding_is_a_view() -> None:
    with pytest.raises(ValueError, match="is a view with str replies"):
        BlockingClient(decode_responses=True)


def test_in_memory() -> None:
    with BlockingClient.from_url("memory://") as client:
        client.set("key", "value")
        assert client.get("key") == b"value"
        assert client.db(1).get("key") is None
