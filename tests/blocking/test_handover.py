"""`start_tls` and `into_parts` of blocking connections: against bare sockets, asyncio, and one another."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import CodecInUse, ConnectionClosedError, LengthDelimitedCodec, LinesCodec, ProtocolError
from framewire.blocking import Connection, connect, listen, read_buf
from tests.blocking.pairs import in_thread, kernel_is_full, with_peer
from tests.listening import open_files
from tests.properties import examples
from tests.waiting import PATIENCE, until

Tls = tuple[ssl.SSLContext, ssl.SSLContext]

LARGE = b"x" * 3_000_000


def lines() -> LinesCodec[bytes]:
    return LinesCodec(max_length=10_000_000)


@contextmanager
def joined(family: str = "tcp") -> Iterator[tuple[Any, Any]]:
    """A client's and a server's connection, over real sockets."""
    if family == "unix":
        near, far = socket.socketpair()
    else:
        with socket.create_server(("127.0.0.1", 0)) as server:
            near = socket.create_connection(server.getsockname())
            far, _ = server.accept()
    ends = Connection(near, lines()), Connection(far, lines())
    try:
        yield ends
    finally:
        for end in ends:
            end.abort()


def shake_hands(client: Any, server: Any, tls: Tls) -> None:
    """STARTTLS as protocols have it."""

    def serve() -> None:
        assert server.read_frame(PATIENCE) == b"STARTTLS"
        server.feed_frame(b"go ahead")
        server.start_tls(tls[0], server_side=True, timeout=PATIENCE)

    serving = in_thread(serve)
    client.write_frame(b"STARTTLS")
    assert client.read_frame(PATIENCE) == b"go ahead"
    client.start_tls(tls[1], server_hostname="localhost", timeout=PATIENCE)
    serving.result()


# -- start_tls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["tcp", "unix"])
def test_both_sides_switch(tls: Tls, family: str) -> None:
    with joined(family) as (client, server):
        client.write_frame(b"in the clear")
        assert server.read_frame(PATIENCE) == b"in the clear"
        shake_hands(client, server, tls)
        for here, there in [(client, server), (server, client)]:
            assert here.sock.cipher()
            for frame in (b"small", LARGE, b""):
                writing = in_thread(here.write_frame, frame)
                assert there.read_frame(PATIENCE) == frame
                writing.result()
        client.close()
        assert server.read_frame(PATIENCE) is None


def test_through_connect_and_listen(tls: Tls) -> None:
    def handler(connection: Connection[bytes]) -> None:
        for frame in connection:
            if frame == b"STARTTLS":
                connection.feed_frame(b"go ahead")
                connection.start_tls(tls[0], server_side=True)
            else:
                connection.write_frame(frame)

    with listen(handler, lines, "127.0.0.1", 0) as listener:
        with connect(lines(), "127.0.0.1", listener.port) as client:
            client.write_frame(b"STARTTLS")
            assert client.read_frame(PATIENCE) == b"go ahead"
            client.start_tls(tls[1], server_hostname="localhost")
            client.write_frame(b"echo")
            assert client.read_frame(PATIENCE) == b"echo"


def test_what_was_written_before_goes_first_however_much(tls: Tls) -> None:
    with joined() as (client, server):
        serving = in_thread(server.write_frame, LARGE * 3)
        until(lambda: kernel_is_full(server))
        server_turn = in_thread(lambda: server.start_tls(tls[0], server_side=True))
        assert client.read_frame(PATIENCE) == LARGE * 3
        serving.result()
        client.start_tls(tls[1], server_hostname="localhost", timeout=PATIENCE)
        server_turn.result()
        server.write_frame(b"encrypted")
        assert client.read_frame(PATIENCE) == b"encrypted"


INJECTIONS = {
    "a whole frame": (lines, b"STARTTLS\nMAIL FROM\n"),
    "a part of one": (lines, b"STARTTLS\nMA"),
    "one byte": (lines, b"STARTTLS\n\x16"),
    "a part that the codec has taken": (LengthDelimitedCodec, b"\0\0\0\x08STARTTLS\0\0\0\x05"),
}


@pytest.mark.parametrize("role", ["server", "client"])
@pytest.mark.parametrize(("codec", "data"), INJECTIONS.values(), ids=INJECTIONS)
def test_clear_bytes_behind_the_switch_are_refused(tls: Tls, role: str, codec: Any, data: bytes) -> None:
    with with_peer(codec()) as (connection, peer):
        peer.sendall(data)
        assert connection.read_frame(PATIENCE) == b"STARTTLS"
        if codec is LengthDelimitedCodec:
            assert connection._codec.decode(connection._rest) is None
        connection.feed_frame(b"go ahead")
        options = {"server_side": True} if role == "server" else {"server_hostname": "localhost"}
        with pytest.raises(ProtocolError, match="in the clear, behind the switch to TLS"):
            connection.start_tls(tls[role == "client"], **options)
        assert connection.is_closed and read_to_end(peer) == b""
        with pytest.raises(ConnectionClosedError):
            connection.write_frame(b"in the clear")


def read_to_end(peer: socket.socket) -> bytes:
    received = bytearray()
    while piece := peer.recv(1 << 20):
        received += piece
    return bytes(received)


def test_clear_bytes_that_come_later_are_no_handshake(tls: Tls) -> None:
    with with_peer(lines()) as (connection, peer):
        peer.sendall(b"MAIL FROM\n")  # nobody has read it, and nobody will, but TLS
        with pytest.raises(ssl.SSLError):
            connection.start_tls(tls[0], server_side=True)
        assert connection.is_closed


def test_others_wait_and_then_speak_tls(tls: Tls) -> None:
    with joined() as (client, server):
        serving = in_thread(lambda: server.start_tls(tls[0], server_side=True))
        until(lambda: server._turns.writing.locked() and server._turns.waiting)
        others = [in_thread(server.write_frame, b"secret"), in_thread(server.read_frame)]
        client.start_tls(tls[1], server_hostname="localhost", timeout=PATIENCE)
        assert client.read_frame(PATIENCE) == b"secret"
        client.write_frame(b"answer")
        serving.result()
        assert [other.result() for other in others] == [None, b"answer"]


def test_a_certificate_for_another_name(tls: Tls) -> None:
    with joined() as (client, server):
        serving = in_thread(lambda: server.start_tls(tls[0], server_side=True))
        with pytest.raises(ssl.SSLCertVerificationError):
            client.start_tls(tls[1], server_hostname="example.org")
        with pytest.raises(OSError):  # told by an alert, or by the end
            serving.result()
        assert client.is_closed and server.is_closed


@pytest.mark.parametrize("end", ["peer leaves", "peer is silent", "aborted by another thread"])
def test_a_handshake_that_does_not_end_well(tls: Tls, end: str) -> None:
    before = open_files()
    with with_peer(lines()) as (connection, peer):
        timeout = 0.02 if end == "peer is silent" else None
        switching = in_thread(lambda: connection.start_tls(tls[0], server_side=True, timeout=timeout))
        if end != "peer is silent":
            until(lambda: connection._turns.waiting)
            peer.close() if end == "peer leaves" else connection.abort()
        expected = {"peer leaves": OSError, "peer is silent": TimeoutError}.get(end, ConnectionClosedError)
        with pytest.raises(expected):
            switching.result()
        assert connection.is_closed
        with pytest.raises(ConnectionClosedError):
            connection.read_frame()
    assert open_files() <= before


def test_what_cannot_begin_changes_nothing(tls: Tls) -> None:
    server_context, client_context = tls
    with joined() as (client, server):
        for error, match, arguments in [
            (TypeError, "SSLContext is needed", {"ssl": True}),
            (ValueError, "the context checks the name", {"ssl": client_context}),
            (ValueError, "client's side", {"ssl": server_context, "server_side": True, "server_hostname": "a"}),
        ]:
            with pytest.raises(error, match=match):
                client.start_tls(**arguments)
        reading = in_thread(server.read_frame)
        until(lambda: server._turns.waiting)
        with pytest.raises(TimeoutError, match="another thread"):
            server.start_tls(server_context, server_side=True, timeout=0.01)
        client.write_frame(b"still there")
        assert reading.result() == b"still there"
        shake_hands(client, server, tls)
        with pytest.raises(RuntimeError, match="speaks TLS already"):
            client.start_tls(client_context, server_hostname="localhost")
        server.write_frame(b"still there")
        assert client.read_frame(PATIENCE) == b"still there"
        client.abort()
        with pytest.raises(ConnectionClosedError):
            client.start_tls(client_context, server_hostname="localhost")


def test_after_the_end_of_the_stream_there_is_nobody_to_shake_hands_with(tls: Tls) -> None:
    with with_peer(lines()) as (connection, peer):
        peer.shutdown(socket.SHUT_WR)
        assert connection.read_frame(PATIENCE) is None
        with pytest.raises(ConnectionClosedError, match="has ended the stream"):
            connection.start_tls(tls[0], server_side=True)


# -- received, into_parts ----------------------------------------------------------------------------------------------


def test_received_bytes_are_decoded_first() -> None:
    with with_peer(lines(), received=b"first\nse") as (connection, peer):
        peer.sendall(b"cond\nthird")
        peer.shutdown(socket.SHUT_WR)
        assert list(connection) == [b"first", b"second", b"third"]


def test_a_socket_goes_to_somebody_else() -> None:
    before = open_files()
    with with_peer(lines()) as (connection, peer):
        peer.sendall(b"one\ntwo\nand the rest")
        assert connection.read_frame(PATIENCE) == b"one"
        connection.feed_frame(b"fed")
        sock, codec, received = connection.into_parts()
        assert received == b"two\nand the rest" and codec is connection.codec
        assert connection.is_closed and peer.recv(100) == b"fed\n"
        for call in (connection.read_frame, connection.flush, connection.into_parts):
            with pytest.raises(ConnectionClosedError):
                call()
        connection.close()
        connection.abort()
        with connection:
            pass
        with sock:
            assert sock.gettimeout() is None
            sock.sendall(b"by hand")
            assert peer.recv(100) == b"by hand"
            peer.sendall(b" of it")
            assert read_buf(sock, received) == 6 and received == b"two\nand the rest of it"
        assert peer.recv(100) == b""
    assert open_files() <= before


def test_a_socket_outlives_the_handler_that_gave_it_away() -> None:
    taken: list[Any] = []

    def handler(connection: Connection[bytes]) -> None:
        connection.read_frame()
        taken.append(connection.into_parts())

    with listen(handler, lines, "127.0.0.1", 0) as listener, connect(lines(), "127.0.0.1", listener.port) as client:
        client.write_frame(b"mine")
        until(lambda: taken and not listener._aborts)
        client.write_frame(b"thine")
        with Connection(taken[0].sock, lines(), received=taken[0].received) as connection:
            assert connection.read_frame(PATIENCE) == b"thine"
            connection.write_frame(b"ours")
            assert client.read_frame(PATIENCE) == b"ours"
        assert client.read_frame(PATIENCE) is None


def test_a_tls_socket_goes_to_somebody_else(tls: Tls) -> None:
    with joined() as (client, server):
        shake_hands(client, server, tls)
        client.feed_frame(b"one")
        client.feed_frame(b"two")
        client.flush()
        assert server.read_frame(PATIENCE) == b"one"
        sock, _, received = server.into_parts()
        assert received == b"two\n" and isinstance(sock, ssl.SSLSocket)
        with sock, sock.makefile("rwb", 0) as file:
            file.write(b"from a file\n")
            assert client.read_frame(PATIENCE) == b"from a file"
            client.write_frame(b"three")
            assert file.readline() == b"three\n"


def test_what_the_codec_holds_is_not_lost() -> None:
    with with_peer(LengthDelimitedCodec()) as (connection, peer):
        peer.sendall(b"\0\0\0\x05he")
        with pytest.raises(TimeoutError):
            connection.read_frame(0.01)
        with pytest.raises(CodecInUse, match="holds a part"):
            connection.into_parts()
        peer.sendall(b"llo")
        assert connection.read_frame(PATIENCE) == b"hello"


def test_what_cannot_be_sent_in_time_poisons() -> None:
    with with_peer(lines(), kernel=10_000) as (connection, _):
        connection.feed_frame(b"x" * 60_000)
        connection.feed_frame(b"x" * 600_000)
        with pytest.raises(TimeoutError):
            connection.into_parts(timeout=0.01)
        assert connection.is_closed  # as after a flush that has sent a part


def test_who_waits_for_a_writer_gets_all_that_it_sends() -> None:
    with with_peer(lines(), kernel=10_000) as (connection, peer):
        writing = in_thread(connection.write_frame, LARGE)
        until(lambda: kernel_is_full(connection))
        leaving = in_thread(connection.into_parts)
        received = 0
        while received < len(LARGE) + 1:
            received += len(peer.recv(1 << 20))
        writing.result()
        leaving.result().sock.close()
        assert peer.recv(1) == b""


@examples(30)
@given(
    frames=st.lists(st.binary(max_size=60), max_size=30),
    moves=st.lists(st.integers(0, 4), min_size=1, max_size=12),
)
def test_handed_on_between_any_frames_none_is_lost(frames: list[bytes], moves: list[int]) -> None:
    """Read a few, hand the parts to the next connection, again: all frames come, once and in order."""
    with with_peer(LengthDelimitedCodec()) as (connection, peer):
        for frame in frames:
            peer.sendall(len(frame).to_bytes(4, "big") + frame)
        peer.shutdown(socket.SHUT_WR)
        seen: list[Any] = []
        for most in moves:
            for _ in range(most):
                if (frame := connection.read_frame(PATIENCE)) is not None:
                    seen.append(frame)
            sock, codec, received = connection.into_parts()
            connection = Connection(sock, codec, received=received)
        seen += connection
        connection.close()
        assert seen == frames
