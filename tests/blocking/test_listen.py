"""`blocking.connect` and `listen` over real sockets: TCP, Unix, TLS, and against our asyncio side and real peers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import framewire
from framewire import ConnectionClosedError, RespCodec
from framewire.aio import connect as aio_connect
from framewire.aio import listen as aio_listen
from framewire.blocking import Connection, Listener, connect, listen
from framewire.blocking.stream import stream_over
from framewire.frames.resp import Array, Bulk, Integer, Simple
from tests.blocking.pairs import in_thread
from tests.peers import RedisServer
from tests.waiting import PATIENCE, until

Tls: TypeAlias = tuple[ssl.SSLContext, ssl.SSLContext]

BIG = Bulk(bytes(range(256)) * 8192)  # 2 MiB
MIXED = [Simple(b"OK"), Array((Integer(1), BIG, Bulk(b"tail"))), BIG, Integer(7)]


def echo(connection: Connection[Any]) -> None:
    for frame in connection:
        connection.write_frame(frame)


def exchange(connection: Connection[Any]) -> None:
    with connection:
        for frame in MIXED:
            connection.write_frame(frame, timeout=30)
            assert connection.read_frame(timeout=30) == frame
        for number in range(100):
            connection.feed_frame(Integer(number))
        assert [connection.read_frame(timeout=30) for _ in range(100)] == [Integer(number) for number in range(100)]


@contextmanager
def addresses(kind: str, tls: Tls, folder: Path) -> Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]:
    """What `listen` and then `connect` are told."""
    if kind == "unix":
        path = str(folder / "socket")
        yield {"path": path}, lambda _: {"path": path}
    else:
        server = {"ssl": tls[0]} if kind == "tls" else {}
        client = {"ssl": tls[1], "server_hostname": "localhost"} if kind == "tls" else {}
        here = {"host": "127.0.0.1"}
        yield {"port": 0, **here, **server}, lambda port: {"port": port, **here, **client}


KINDS = pytest.mark.parametrize("kind", ["tcp", "unix", "tls"])


def port_of(listener: Any, kind: str) -> int:
    return 0 if kind == "unix" else listener.port


@KINDS
def test_blocking_on_both_sides(kind: str, tls: Tls, tmp_path: Path) -> None:
    with addresses(kind, tls, tmp_path) as (there, here), listen(echo, RespCodec, **there) as listener:
        exchange(connect(RespCodec(), timeout=20, **here(port_of(listener, kind))))


@KINDS
def test_a_blocking_client_of_an_asyncio_server(kind: str, tls: Tls, tmp_path: Path) -> None:
    async def aio_echo(connection: Any) -> None:
        async for frame in connection:
            await connection.write_frame(frame)

    async def main() -> None:
        with addresses(kind, tls, tmp_path) as (there, here):
            async with await aio_listen(aio_echo, RespCodec, **there) as listener:
                address = here(port_of(listener, kind))
                await asyncio.to_thread(lambda: exchange(connect(RespCodec(), timeout=20, **address)))

    asyncio.run(main())


@KINDS
def test_an_asyncio_client_of_a_blocking_server(kind: str, tls: Tls, tmp_path: Path) -> None:
    async def main(address: dict[str, Any]) -> None:
        async with await aio_connect(RespCodec(), **address) as connection:
            for frame in MIXED:
                writing = asyncio.ensure_future(connection.write_frame(frame))
                assert await connection.read_frame(timeout=30) == frame
                await writing

    with addresses(kind, tls, tmp_path) as (there, here), listen(echo, RespCodec, **there) as listener:
        asyncio.run(main(here(port_of(listener, kind))))


@KINDS
def test_a_clean_end_is_seen_and_a_cut_one_is_told_apart(kind: str, tls: Tls, tmp_path: Path) -> None:
    """Over TLS a peer that only drops the socket has not ended the stream: somebody else may have cut it."""

    def last_words(connection: Connection[Any]) -> None:
        if connection.read_frame() == Simple(b"drop"):
            connection._stream.wake()

    with addresses(kind, tls, tmp_path) as (there, here), listen(last_words, RespCodec, **there) as listener:
        address = here(port_of(listener, kind))
        with connect(RespCodec(), **address) as connection:
            connection.write_frame(Simple(b"bye"))
            assert connection.read_frame(timeout=20) is None
        with connect(RespCodec(), **address) as connection:
            connection.write_frame(Simple(b"drop"))
            if kind == "tls":
                with pytest.raises(ConnectionClosedError) as caught:
                    connection.read_frame(timeout=20)
                assert isinstance(caught.value.__cause__, ssl.SSLEOFError)
            else:
                assert connection.read_frame(timeout=20) is None


def test_over_tls_all_arrives_from_a_client_that_writes_and_closes_and_never_reads(tls: Tls) -> None:
    """TLS 1.3 servers send tickets that nobody asked for; unread, they could turn the end into a reset."""
    arrived: list[int] = []

    def count(connection: Connection[Any]) -> None:
        arrived.append(sum(1 for _ in connection))

    with listen(count, RespCodec, "127.0.0.1", 0, ssl=tls[0]) as listener:
        for _ in range(20):
            with connect(RespCodec(), "127.0.0.1", listener.port, ssl=tls[1], server_hostname="localhost") as client:
                for _ in range(100):
                    client.feed_frame(Bulk(b"x" * 1000))
        until(lambda: len(arrived) == 20)
    assert arrived == [100] * 20


def test_over_tls_a_read_can_time_out_and_a_writer_waits_for_a_reader(tls: Tls) -> None:
    huge, read = Bulk(bytes(30_000_000)), threading.Event()

    def reader(connection: Connection[Any]) -> None:
        read.wait(PATIENCE)
        assert connection.read_frame() == huge
        connection.write_frame(Integer(2))

    with listen(reader, RespCodec, "127.0.0.1", 0, ssl=tls[0]) as listener:
        with connect(RespCodec(), "127.0.0.1", listener.port, ssl=tls[1], server_hostname="localhost") as connection:
            with pytest.raises(NotImplementedError):
                connection.write_eof()
            with pytest.raises(TimeoutError):
                connection.read_frame(timeout=0.01)
            writing = in_thread(connection.write_frame, huge)
            until(lambda: connection._turns.waiting)
            with pytest.raises(TimeoutError):
                connection.read_frame(timeout=0.01)
            assert writing.is_alive()
            read.set()
            assert connection.read_frame(timeout=20) == Integer(2)
            writing.result()


def test_over_tls_one_thread_reads_while_another_writes(tls: Tls) -> None:
    with listen(echo, RespCodec, "127.0.0.1", 0, ssl=tls[0]) as listener:
        with connect(RespCodec(), "127.0.0.1", listener.port, ssl=tls[1], server_hostname="localhost") as connection:
            frames = [Array((Integer(number), Bulk(b"x" * 3_000))) for number in range(500)]
            writing = in_thread(lambda: [connection.write_frame(frame) for frame in frames])
            assert [connection.read_frame(timeout=20) for _ in frames] == frames
            writing.result()


def test_over_tls_nothing_goes_in_the_clear_once_both_sides_have_said_goodbye(tls: Tls) -> None:
    """A thread that reads or writes while another one closes: by then `SSLSocket` has dropped its encryption."""
    near, far = socket.socketpair()
    accepting = in_thread(partial(tls[0].wrap_socket, far, server_side=True))
    stream = stream_over(tls[1].wrap_socket(near, server_hostname="localhost"))
    with accepting.result() as peer:
        peer.setblocking(False)
        with pytest.raises(ssl.SSLWantReadError):
            peer.unwrap()
        stream.say_goodbye()
        with pytest.raises(BrokenPipeError, match="TLS has ended"):
            stream.send([b"secret"])
        socket.socket.send(peer, b"forged")
        with pytest.raises(BrokenPipeError, match="TLS has ended"):
            stream.receive_into(memoryview(bytearray(9)))
        stream.close()


def test_a_large_payload_is_received_into_the_object_that_the_caller_gets() -> None:
    """Native: the peak of memory while a 64 MiB bulk arrives is little more than the bulk itself."""
    size = 64 * 1024 * 1024
    payload = bytes(size)

    def send(connection: Connection[Any]) -> None:
        connection.write_frame(Bulk(payload))

    with listen(send, RespCodec, "127.0.0.1", 0) as listener:
        with connect(RespCodec(), "127.0.0.1", listener.port) as connection:
            tracemalloc.start()
            frame = connection.read_frame(timeout=30)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert isinstance(frame, Bulk) and len(frame.data) == size
    assert peak < (1.2 if framewire.implementation == "native" else 3.2) * size


def test_a_handler_that_fails_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    def picky(connection: Connection[Any]) -> None:
        frame = connection.read_frame()
        if frame == Integer(13):
            raise RuntimeError("unlucky")
        connection.write_frame(frame)

    with listen(picky, RespCodec, "127.0.0.1", 0) as listener:
        with connect(RespCodec(), "127.0.0.1", listener.port) as bad:
            bad.write_frame(Integer(13))
            assert bad.read_frame(timeout=20) is None
        with connect(RespCodec(), "127.0.0.1", listener.port) as good:
            good.write_frame(Integer(1))
            assert good.read_frame(timeout=20) == Integer(1)
    assert "unlucky" in caplog.text


@pytest.mark.parametrize("fault", ["nonsense", "cut", "reset", "no TLS"])
def test_what_is_the_peers_fault_is_no_alarm(fault: str, tls: Tls, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "framewire.blocking")
    with listen(echo, RespCodec, "127.0.0.1", 0, ssl=tls[0] if fault == "no TLS" else None) as listener:
        with socket.create_connection(("127.0.0.1", listener.port)) as client:
            client.sendall(b"$9\r\nabc" if fault == "cut" else b"nonsense\r\n")
            if fault == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        until(lambda: caplog.records)
    assert [record.levelname for record in caplog.records] == ["INFO"], caplog.text
    assert "ended: " in caplog.text


def test_a_codec_that_cannot_be_made_is_logged_and_closes_that_client(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> RespCodec:
        raise RuntimeError("no codec today")

    with listen(echo, broken, "127.0.0.1", 0) as listener:
        with connect(RespCodec(), "127.0.0.1", listener.port) as connection:
            assert connection.read_frame(timeout=20) is None
    assert "no codec today" in caplog.text and "('127.0.0.1', " in caplog.text


def test_further_clients_wait_until_there_is_room() -> None:
    with listen(echo, RespCodec, "127.0.0.1", 0, max_connections=2) as listener:
        first, second, third = (connect(RespCodec(), "127.0.0.1", listener.port) for _ in range(3))
        for connection in (first, second):
            connection.write_frame(Integer(1))
            assert connection.read_frame(timeout=20) == Integer(1)
        third.write_frame(Integer(3))
        with pytest.raises(TimeoutError):
            third.read_frame(timeout=0.05)
        first.close()
        assert third.read_frame(timeout=20) == Integer(3)
        second.close()
        third.close()


def closing(listener: Listener[Any]) -> None:
    listener.close()
    listener.close()
    listener.wait_closed()


@pytest.mark.parametrize("busy", [0, 1, 2])
def test_closing_a_listener_ends_its_connections_and_its_threads(busy: int) -> None:
    """While it waits for a client, and while it waits for room."""
    listener = listen(echo, RespCodec, "127.0.0.1", 0, max_connections=2)
    port = listener.port
    clients = [connect(RespCodec(), "127.0.0.1", port) for _ in range(busy)]
    for client in clients:
        client.write_frame(Integer(1))
        assert client.read_frame(timeout=20) == Integer(1)
    closing(listener)
    for client in clients:
        assert client.read_frame(timeout=20) is None
        client.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("framewire-")]
    with pytest.raises(OSError):
        connect(RespCodec(), "127.0.0.1", port, timeout=20)


def test_closing_a_listener_does_not_wait_for_a_handshake(tls: Tls, caplog: pytest.LogCaptureFixture) -> None:
    listener = listen(echo, RespCodec, "127.0.0.1", 0, ssl=tls[0])
    with socket.create_connection(("127.0.0.1", listener.port)):
        until(lambda: listener._aborts)
        in_thread(closing, listener).result()
    assert [record for record in caplog.records if record.levelname != "INFO"] == [], caplog.text


@pytest.mark.parametrize("server", ["127.0.0.1", "nowhere"])
def test_a_client_that_fails_leaves_no_socket(server: str, tls: Tls, tmp_path: Path) -> None:
    """Refused, no such path, and a certificate for another name; a socket left open would be a warning, so an error."""
    with pytest.raises(OSError):
        connect(RespCodec(), path=str(tmp_path / server))
    with listen(echo, RespCodec, "127.0.0.1", 0, ssl=tls[0]) as listener:
        with pytest.raises(ssl.SSLError):
            connect(
                RespCodec(), "127.0.0.1", listener.port, ssl=tls[1], server_hostname=f"{server}.example", timeout=20
            )
        port = listener.port
    with pytest.raises(OSError):
        connect(RespCodec(), "127.0.0.1", port, timeout=20)


@pytest.mark.parametrize("address", [{}, {"port": 1}, {"port": 1, "path": "x"}, {"host": "localhost", "path": "x"}])
def test_an_address_is_one_of_two(address: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either"):
        connect(RespCodec(), **address)
    with pytest.raises(ValueError, match="either"):
        listen(echo, RespCodec, **address)


@pytest.mark.parametrize("bad", [0, -1])
def test_a_limit_of_no_connections_is_refused(bad: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        listen(echo, RespCodec, "127.0.0.1", 0, max_connections=bad)


@pytest.mark.peer
def test_against_a_real_server() -> None:
    def command(*parts: bytes) -> Array:
        return Array(tuple(map(Bulk, parts)))

    with RedisServer() as peer, connect(RespCodec(), peer.host, peer.port, timeout=20) as connection:
        connection.write_frame(command(b"SET", b"big", BIG.data), timeout=20)
        assert connection.read_frame(timeout=20) == Simple(b"OK")
        for _ in range(20):
            connection.feed_frame(command(b"GET", b"big"))
        assert [connection.read_frame(timeout=20) for _ in range(20)] == [BIG] * 20
        connection.feed_frame(command(b"BLPOP", b"nothing", b"0"))
        with pytest.raises(TimeoutError):
            connection.read_frame(timeout=0.05)
        with connect(RespCodec(), peer.host, peer.port) as other:
            other.write_frame(command(b"RPUSH", b"nothing", b"something"))
            assert other.read_frame(timeout=20) == Integer(1)
        assert connection.read_frame(timeout=20) == command(b"nothing", b"something")


def test_a_unix_socket_file_that_nobody_listens_on_is_replaced_and_goes_with_the_listener(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with listen(echo, RespCodec, path=str(path)):
        with connect(RespCodec(), path=str(path)) as connection:
            connection.write_frame(Bulk(b"x"))
            assert connection.read_frame(timeout=20) == Bulk(b"x")
        with pytest.raises(OSError):
            listen(echo, RespCodec, path=str(path))
    assert not path.exists()
