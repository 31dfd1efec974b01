"""`BlockingClient` on real servers and on Mini-Redis, RESP2 and RESP3: the same tests everywhere.

What belongs here: what a real server does to a link: ends it, stands still, answers late, is full.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from framewire.redis import BlockingClient, run_in_thread
from framewire.redis.client.errors import ConnectionError, NoScriptError, RedisError, TimeoutError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.peers import PEERS, REDIS_7, RedisServer
from tests.redis.client.blocking.ends import together
from tests.waiting import PATIENCE, until

MINI_REDIS = "mini-redis"


@pytest.fixture(scope="module", params=[MINI_REDIS, *PEERS])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    if request.param == MINI_REDIS:
        with run_in_thread(port=0) as server:
            yield server.port
    else:
        with RedisServer(name=request.param) as peer:
            yield peer.port


@pytest.fixture(params=[2, 3])
def client(port: int, request: pytest.FixtureRequest) -> Iterator[BlockingClient]:
    with BlockingClient("127.0.0.1", port, protocol=request.param, socket_timeout=PATIENCE) as client:
        client.execute("FLUSHALL")
        yield client


@pytest.fixture
def killer(port: int) -> Iterator[BlockingClient]:
    with BlockingClient("127.0.0.1", port, client_name="killer") as killer:
        killer.get("key")
        yield killer


def kill_others(killer: BlockingClient) -> None:
    killer.execute("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def test_commands_have_one_shape(client: BlockingClient) -> None:
    assert client.set("key", 1) is True
    assert client.incrbyfloat("key", 0.5) == 1.5
    assert client.text.mget("key", "none") == ["1.5", None]
    with pytest.raises(NoScriptError):
        client.execute("EVALSHA", "0" * 40, 0)


def test_large_values_both_ways_at_once(client: BlockingClient) -> None:
    big = os.urandom(1 << 20) * 100
    client.set("key", big)
    with client.pipeline() as p:
        first, _, second = p.get("key"), p.set("other", big), p.get("other")
    assert first.result() == second.result() == big


def test_a_link_that_the_server_has_ended_is_made_anew(client: BlockingClient, killer: BlockingClient) -> None:
    client.set("key", 1)
    before = client._route.server._link
    kill_others(killer)
    assert client.get("key") == b"1"  # it reads, so it may be sent again
    assert client._route.server._link is not before
    assert client.incr("key") == 2


def test_each_acknowledged_increment_is_counted(client: BlockingClient, killer: BlockingClient) -> None:
    """None is lost and none is doubled, but those whose fate is said to be unknown."""
    acknowledged: list[int] = []
    unknown: list[RedisError] = []
    ended = threading.Event()

    def count() -> None:
        while not ended.is_set():
            try:
                acknowledged.append(client.incr("counter"))
            except ConnectionError as error:
                if error.fate is Fate.UNKNOWN:
                    unknown.append(error)

    def kill() -> None:
        for _ in range(10):
            reached = len(acknowledged) + 100
            until(lambda reached=reached: len(acknowledged) > reached)  # type: ignore[misc]
            kill_others(killer)
        ended.set()

    outcomes = together(*[count] * 4, kill)
    assert outcomes == [None] * 5
    assert len(set(acknowledged)) == len(acknowledged)
    counted = int(client.get("counter") or 0)
    assert len(acknowledged) <= counted <= len(acknowledged) + len(unknown)


def test_a_blocking_command_is_not_cut_by_the_ordinary_deadline(port: int, killer: BlockingClient) -> None:
    began = time.monotonic()

    def push() -> None:
        until(lambda: time.monotonic() - began > 0.2)
        killer.execute("RPUSH", "list", "a")

    with BlockingClient("127.0.0.1", port, socket_timeout=0.01) as client:
        popped, _ = together(lambda: client.execute("BLPOP", "list", 0), push)
        assert popped == [b"list", b"a"]
    assert killer.execute("BLPOP", "list", 0.01) is None


def test_a_blocking_command_whose_link_is_lost(client: BlockingClient, killer: BlockingClient) -> None:
    def kill() -> None:
        until(lambda: b"cmd=blpop" in killer.execute("CLIENT", "LIST"))
        kill_others(killer)

    lost, _ = together(lambda: client.execute("BLPOP", "list", 0), kill)
    assert isinstance(lost, ConnectionError)
    assert lost.fate is Fate.UNKNOWN


def test_a_watch_whose_link_is_lost(client: BlockingClient, killer: BlockingClient) -> None:
    with pytest.raises((WatchError, ConnectionError)) as lost, client.transaction("key") as t:
        kill_others(killer)
        t.set("key", 1)
    assert lost.value.fate is not Fate.EXECUTED
    if lost.value.fate is Fate.NOT_EXECUTED:
        assert client.get("key") is None


def test_monitor(client: BlockingClient, killer: BlockingClient) -> None:
    with client.monitor() as lines:
        killer.set("key", b"\x00 \"'\\\n")
        words = [next(lines).words]
        while words[-1][0] != b"SET":
            words.append(next(lines).words)
        assert words[-1] == [b"SET", b"key", b"\x00 \"'\\\n"]
        kill_others(killer)
        with pytest.raises(ConnectionError):
            while True:
                next(lines)


# -- servers of their own ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEERS)
def test_a_server_that_stands_still(name: str) -> None:
    with RedisServer(name=name) as peer, BlockingClient(peer.host, peer.port, socket_timeout=PATIENCE) as client:
        client.set("key", 1)
        peer.process.send_signal(signal.SIGSTOP)
        try:
            client._timeout = 0.1
            with pytest.raises(TimeoutError) as late:
                client.incr("key")
            with pytest.raises(TimeoutError):
                client.get("key")
        finally:
            peer.process.send_signal(signal.SIGCONT)
            client._timeout = PATIENCE
        assert late.value.fate is Fate.UNKNOWN
        assert late.value.cause
        assert client.get("key") == b"2"  # the late replies were swallowed


@pytest.mark.parametrize("name", PEERS)
def test_a_server_that_is_full(name: str) -> None:
    options = {"socket_timeout": PATIENCE, "retry": Retry(1, 0.0, 0.0)}
    with RedisServer("--maxclients", "1", name=name) as peer, BlockingClient(peer.host, peer.port) as first:
        first.get("key")
        with BlockingClient(peer.host, peer.port, **options) as second:
            with pytest.raises(ConnectionError) as full:
                second.get("key")
            assert full.value.fate is Fate.NOT_EXECUTED


@pytest.mark.parametrize("name", PEERS)
def test_names_and_passwords(name: str) -> None:
    with RedisServer("--requirepass", "secret", name=name) as peer:
        url = f"redis://:wrong@127.0.0.1:{peer.port}"
        with BlockingClient.from_url(url) as client, pytest.raises(ConnectionError) as refused:
            client.get("key")
        assert "wrong" not in f"{refused.value!r}{refused.value}".replace("WRONGPASS", "").replace("wrong number", "")
        with BlockingClient.from_url(url.replace("wrong", "secret"), client_name="me", db=2) as client:
            assert client.execute("CLIENT", "GETNAME") == b"me"
            assert b"db=2" in client.execute("CLIENT", "LIST")


@pytest.fixture(params=[MINI_REDIS, REDIS_7])
def tls_port(_key_and_certificate: tuple[str, str], request: pytest.FixtureRequest) -> Iterator[int]:
    key, certificate = _key_and_certificate
    if request.param == MINI_REDIS:
        files = {"tls_cert_file": certificate, "tls_key_file": key}
        with run_in_thread(port=0, tls_port=0, tls_auth_clients="no", **files) as server:
            yield server.tls_port
        return
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    arguments = ("--tls-port", str(port), "--tls-cert-file", certificate, "--tls-key-file", key)
    with RedisServer(*arguments, "--tls-auth-clients", "no", name=request.param):
        yield port


def test_large_values_over_tls(tls_port: int, certificate: str) -> None:
    big = os.urandom(1 << 20) * 16
    url = f"rediss://localhost:{tls_port}"
    with BlockingClient.from_url(url, ssl_ca_certs=certificate, socket_timeout=PATIENCE) as client:
        client.set("key", big)
        with client.pipeline() as p:
            first, _, second = p.get("key"), p.set("other", big), p.get("other")
        assert first.result() == second.result() == big
