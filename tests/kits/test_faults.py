"""The fault proxy in a thread: started, told what to do, asked what it did, stopped."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from framewire.kits.faults import ThreadFaultProxy, fault_proxy_in_thread
from framewire.redis.server.network.thread import ThreadServer, run_in_thread
from tests.serving import read_exactly, read_to_end
from tests.waiting import PATIENCE, until

PING, PONG = b"PING\r\n", b"+PONG\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


def connected(proxy: ThreadFaultProxy) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), PATIENCE)


def end_of(client: socket.socket) -> str:
    try:
        return "end" if client.recv(1) == b"" else "more"
    except ConnectionResetError:
        return "reset"


def test_a_program_runs_in_a_thread(server: ThreadServer) -> None:
    with fault_proxy_in_thread(server.url, "reply 2: cut after 3 bytes", seed=7) as proxy, connected(proxy) as client:
        client.sendall(PING * 2)
        assert read_to_end(client) == PONG + PONG[:3]
        assert proxy.seed == 7
        assert proxy.url == f"redis://127.0.0.1:{proxy.port}/0"
        assert proxy.counts == Counter(cut=1)
        assert proxy.seen == Counter(request=2, reply=2)
        assert [str(entry) for entry in proxy.log] == ["connection 1, reply 2 to PING: cut after 3 bytes"]
        assert proxy.connection_count == 0


def test_a_cut_by_a_fin_does_not_become_a_reset_when_the_client_goes_on_sending(server: ThreadServer) -> None:
    with fault_proxy_in_thread(server.url, "reply 2: cut after 3 bytes") as proxy, connected(proxy) as client:
        client.sendall(PING * 2)
        proxy.happened("cut", timeout=PATIENCE)
        until(lambda: proxy.connection_count == 0)
        for _ in range(50):
            client.sendall(PING * 1000)
            assert proxy.counts["cut"] == 1  # the proxy has had its turn
        assert client.recv(100, socket.MSG_WAITALL) == PONG + PONG[:3]
        assert end_of(client) == "end"


def test_it_is_told_what_to_do(server: ThreadServer) -> None:
    with fault_proxy_in_thread(server.url) as proxy, connected(proxy) as client:
        client.sendall(PING)
        assert read_exactly(client, 7) == PONG
        proxy.stall("replies")
        client.sendall(PING)
        until(lambda: proxy.seen["reply"] == 2)
        proxy.resume()
        assert read_exactly(client, 7) == PONG
        proxy.add("reply 1: stall")
        client.sendall(PING)
        proxy.happened("stall", timeout=PATIENCE)
        proxy.clear()
        proxy.resume()
        assert read_exactly(client, 7) == PONG
        proxy.cut()
        assert end_of(client) == "end"


def test_it_refuses_goes_down_and_comes_up(server: ThreadServer) -> None:
    with fault_proxy_in_thread(server.url) as proxy:
        proxy.refuse()
        with pytest.raises(ConnectionResetError):  # on connecting, or on reading: the reset may come before we look
            with connected(proxy) as client:
                client.recv(1)
        proxy.refuse(False)
        with connected(proxy) as client:
            until(lambda: proxy.connection_count == 1)
            proxy.cut(reset=True)
            assert end_of(client) == "reset"
        with connected(proxy) as client:
            until(lambda: proxy.connection_count == 1)
            proxy.down()
            assert end_of(client) == "reset"
        with pytest.raises(ConnectionRefusedError):
            connected(proxy)
        proxy.up()
        with connected(proxy) as client:
            client.sendall(PING)
            assert read_exactly(client, 7) == PONG


def test_waiting_for_what_does_not_happen_ends(server: ThreadServer) -> None:
    with fault_proxy_in_thread(server.url) as proxy, pytest.raises(TimeoutError):
        proxy.happened("cut", timeout=0.01)


@pytest.mark.parametrize(("start", "error"), [
    (lambda url, _: fault_proxy_in_thread("rediss://h"), ValueError),
    (lambda url, _: fault_proxy_in_thread(url, "drop it"), ValueError),
    (lambda url, port: fault_proxy_in_thread(url, port=port), OSError),
])  # fmt: skip
def test_what_its_start_raises(
    server: ThreadServer, start: Callable[[str, int], ThreadFaultProxy], error: type[Exception]
) -> None:
    before = threading.active_count()
    with pytest.raises(error):
        start(server.url, server.port)
    assert threading.active_count() == before


def test_stopping_twice_is_fine_and_then_it_does_not_run(server: ThreadServer) -> None:
    before = threading.active_count()
    proxy = fault_proxy_in_thread(server.url)
    with connected(proxy) as client:
        until(lambda: proxy.connection_count == 1)
        proxy.stop()
        proxy.stop()
        assert end_of(client) == "end"
    assert threading.active_count() == before
    for call in (proxy.cut, proxy.resume, proxy.up, lambda: proxy.log):
        with pytest.raises(RuntimeError):
            call()
