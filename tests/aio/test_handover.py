"""`start_tls` and `into_parts` of asyncio's connections: against bare sockets, other libraries, and one another."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from framewire import (
    BytesMut,
    CodecInUse,
    ConnectionClosedError,
    LengthDelimitedCodec,
    LinesCodec,
    ProtocolError,
    blocking,
)
from framewire.aio import Connection, StreamProtocol, connect, connect_pipes, listen, memory_pair
from tests.listening import open_files
from tests.waiting import PATIENCE, until_in_loop

Run = Callable[[Awaitable[None]], None]
Tls = tuple[ssl.SSLContext, ssl.SSLContext]

LARGE = b"x" * 9_000_000


def lines() -> LinesCodec[bytes]:
    return LinesCodec(max_length=10_000_000)


@asynccontextmanager
async def joined(family: str = "tcp", *, client: int = 256 * 1024, server: int = 256 * 1024) -> AsyncIterator[Any]:
    """A client's and a server's connection, over real sockets, with these high-water marks."""
    near, far = sockets(family)
    here = await connect(lines(), sock=near, high_water=client)
    there = await connect(lines(), sock=far, high_water=server)
    try:
        yield here, there
    finally:
        for end in (here, there):
            end.abort()
            await end.wait_closed()


@asynccontextmanager
async def with_peer(codec: Any = lines, **options: Any) -> AsyncIterator[tuple[Any, socket.socket]]:
    """A connection, and the bare, non-blocking socket of its peer."""
    near, far = sockets("tcp")
    connection = await connect(codec(), sock=near, **options)
    with far:
        try:
            yield connection, far
        finally:
            connection.abort()
            await connection.wait_closed()


def sockets(family: str) -> tuple[socket.socket, socket.socket]:
    if family == "unix":
        near, far = socket.socketpair()
    else:
        with socket.create_server(("127.0.0.1", 0)) as server:
            near = socket.create_connection(server.getsockname())
            far, _ = server.accept()
    near.setblocking(False)
    far.setblocking(False)
    return near, far


async def received_by(peer: socket.socket) -> bytes:
    """All that comes to a bare socket until the stream ends."""
    received = bytearray()
    with suppress(ConnectionError):
        while piece := await asyncio.get_running_loop().sock_recv(peer, 1 << 20):
            received += piece
    return bytes(received)


async def shake_hands(client: Any, server: Any, tls: Tls) -> None:
    """STARTTLS as protocols have it."""
    await client.write_frame(b"STARTTLS")
    assert await server.read_frame() == b"STARTTLS"
    server.feed_frame(b"go ahead")
    serving = asyncio.ensure_future(server.start_tls(tls[0], server_side=True, timeout=PATIENCE))
    assert await client.read_frame() == b"go ahead"
    await client.start_tls(tls[1], server_hostname="localhost", timeout=PATIENCE)
    await serving


# -- start_tls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["tcp", "unix"])
def test_both_sides_switch(run: Run, tls: Tls, family: str) -> None:
    async def main() -> None:
        async with joined(family) as (client, server):
            await client.write_frame(b"in the clear")
            assert await server.read_frame() == b"in the clear"
            await shake_hands(client, server, tls)
            for here, there in [(client, server), (server, client)]:
                assert here.get_extra_info("cipher")
                for frame in (b"small", LARGE, b""):
                    writing = asyncio.ensure_future(here.write_frame(frame))
                    assert await there.read_frame() == frame
                    await writing
            client.close()
            assert await server.read_frame() is None

    run(main())


@pytest.mark.parametrize("role", ["server", "client"])
def test_only_what_was_fed_goes_in_the_clear(run: Run, tls: Tls, role: str) -> None:
    async def main() -> None:
        async with with_peer() as (connection, peer):
            connection.feed_frame(b"last words")
            options = {"server_side": True} if role == "server" else {"server_hostname": "localhost"}
            switching = asyncio.ensure_future(connection.start_tls(tls[role == "client"], **options))
            loop = asyncio.get_running_loop()
            heard = await loop.sock_recv(peer, 1000)
            while len(heard) < 11:
                heard += await loop.sock_recv(peer, 1000)
            for call in (
                lambda: connection.write_frame(b"secret"), lambda: connection.flush(), lambda: connection.read_frame(),
                lambda: connection.start_tls(tls[0], server_side=True), lambda: connection.into_parts(),
            ):  # fmt: skip
                with pytest.raises(RuntimeError, match="has not come to its end"):
                    await call()
            with pytest.raises(RuntimeError, match="has not come to its end"):
                connection.feed_frame(b"secret")
            switching.cancel()
            await asyncio.wait([switching])
            heard += await received_by(peer)
            assert heard.startswith(b"last words\n") and b"secret" not in heard
            assert heard[11:12] in (b"", b"\x16", b"\x15")  # a TLS record of a handshake, or an alert

    run(main())


def test_what_was_written_before_goes_first_however_much(run: Run, tls: Tls) -> None:
    async def main() -> None:
        async with joined(server=20_000_000) as (client, server):
            await server.write_frame(LARGE)
            server.feed_frame(b"go ahead")
            serving = asyncio.ensure_future(server.start_tls(tls[0], server_side=True))
            for _ in range(20):
                await asyncio.sleep(0)
            assert server._protocol.outbound.pending  # the system holds no more
            assert await client.read_frame() == LARGE
            assert await client.read_frame() == b"go ahead"
            await client.start_tls(tls[1], server_hostname="localhost")
            await serving
            await server.write_frame(b"encrypted")
            assert await client.read_frame() == b"encrypted"

    run(main())


@pytest.mark.parametrize("high_water", [10_000, 256 * 1024])
def test_the_server_may_speak_at_once_and_much(run: Run, tls: Tls, high_water: int) -> None:
    """What comes with the end of the handshake waits, and reading pauses and goes on as ever."""

    async def main() -> None:
        async with joined(client=high_water, server=high_water) as (client, server):

            async def serve() -> None:
                await server.start_tls(tls[0], server_side=True)
                for _ in range(3):
                    await server.write_frame(LARGE)

            serving = asyncio.ensure_future(serve())
            await client.start_tls(tls[1], server_hostname="localhost")
            for _ in range(200):
                await asyncio.sleep(0)
            assert [len(await client.read_frame()) for _ in range(3)] == [len(LARGE)] * 3
            await serving

    run(main())


INJECTIONS = {
    "a whole frame": (lines, b"STARTTLS\nMAIL FROM\n"),
    "a part of one": (lines, b"STARTTLS\nMA"),
    "one byte": (lines, b"STARTTLS\n\x16"),
    "a part that the codec has taken": (LengthDelimitedCodec, b"\0\0\0\x08STARTTLS\0\0\0\x05"),
}


@pytest.mark.parametrize("role", ["server", "client"])
@pytest.mark.parametrize(("codec", "data"), INJECTIONS.values(), ids=INJECTIONS)
def test_clear_bytes_behind_the_switch_are_refused(run: Run, tls: Tls, role: str, codec: Any, data: bytes) -> None:
    async def main() -> None:
        async with with_peer(codec) as (connection, peer):
            peer.send(data)
            assert await connection.read_frame() == b"STARTTLS"
            await until_in_loop(lambda: connection._protocol.received == len(data))
            if codec is LengthDelimitedCodec:
                assert connection._codec.decode(connection._inbound.rest) is None
            connection.feed_frame(b"go ahead")
            options = {"server_side": True} if role == "server" else {"server_hostname": "localhost"}
            with pytest.raises(ProtocolError, match="in the clear, behind the switch to TLS"):
                await connection.start_tls(tls[role == "client"], **options)
            assert connection.is_closed and await received_by(peer) == b""
            with pytest.raises(ConnectionClosedError):
                await connection.write_frame(b"in the clear")

    run(main())


def test_a_frame_that_was_decoded_ahead_is_refused_too(run: Run, tls: Tls) -> None:
    async def main() -> None:
        async with with_peer() as (connection, peer):
            peer.send(b"STARTTLS\n")
            assert await connection.read_frame() == b"STARTTLS"
            connection._ahead = b"MAIL FROM"
            with pytest.raises(ProtocolError, match="in the clear"):
                await connection.start_tls(tls[0], server_side=True)

    run(main())


def test_clear_bytes_that_come_later_are_no_handshake(run: Run, tls: Tls) -> None:
    async def main() -> None:
        async with with_peer() as (connection, peer):
            connection.feed_frame(b"go ahead")
            serving = asyncio.ensure_future(connection.start_tls(tls[0], server_side=True))
            await asyncio.sleep(0)
            peer.send(b"MAIL FROM\n")
            with pytest.raises(ssl.SSLError):
                await serving
            assert connection.is_closed

    run(main())


def test_a_certificate_for_another_name(run: Run, tls: Tls) -> None:
    async def main() -> None:
        async with joined() as (client, server):
            serving = asyncio.ensure_future(server.start_tls(tls[0], server_side=True))
            with pytest.raises(ssl.SSLCertVerificationError):
                await client.start_tls(tls[1], server_hostname="example.org")
            with pytest.raises(OSError):  # told by an alert, or by the end
                await serving
            assert client.is_closed and server.is_closed

    run(main())


@pytest.mark.parametrize("end", ["peer leaves", "peer is silent", "aborted here", "closed here", "cancelled"])
def test_a_handshake_that_does_not_end_well(run: Run, tls: Tls, end: str) -> None:
    async def main() -> None:
        async with with_peer():
            pass  # a loop opens files of its own when it first has something to wait for
        before = open_files()
        async with with_peer() as (connection, peer):
            timeout = 0.02 if end == "peer is silent" else None
            switching = asyncio.ensure_future(connection.start_tls(tls[0], server_side=True, timeout=timeout))
            for _ in range(5):
                await asyncio.sleep(0)
            match end:
                case "peer leaves":
                    peer.close()
                case "aborted here":
                    connection.abort()
                case "closed here":
                    connection.close()
                case "cancelled":
                    switching.cancel()
            expected: dict[str, type[BaseException]] = {
                "peer leaves": ConnectionError, "peer is silent": TimeoutError, "aborted here": ConnectionClosedError,
                "closed here": ConnectionClosedError, "cancelled": asyncio.CancelledError,
            }  # fmt: skip
            with pytest.raises(expected[end]):
                await switching
            assert connection.is_closed
            await connection.wait_closed()
            with pytest.raises(ConnectionClosedError):
                await connection.read_frame()
        await until_in_loop(lambda: open_files() <= before)

    run(main())


def test_cancelled_at_every_iteration(run: Run, tls: Tls) -> None:
    """It is done then, and both sides can speak; or it is not, and nothing more goes in the clear."""

    async def once(steps: int) -> bool:
        async with joined() as (client, server):
            serving = asyncio.ensure_future(server.start_tls(tls[0], server_side=True))
            switching = asyncio.ensure_future(client.start_tls(tls[1], server_hostname="localhost"))
            for _ in range(steps):
                await asyncio.sleep(0)
            switching.cancel()
            await asyncio.wait([switching])
            if not switching.cancelled():
                await serving
                await client.write_frame(b"hello")
                assert await server.read_frame() == b"hello"
                return True
            assert client.is_closed
            with suppress(OSError):
                await serving
                assert await server.read_frame() is None
            return False

    async def main() -> None:
        steps = 1
        while not await once(steps):
            steps += 1

    run(main())


def test_what_cannot_begin_changes_nothing(run: Run, tls: Tls) -> None:
    async def main() -> None:
        server_context, client_context = tls
        async with joined() as (client, server):
            for error, match, arguments in [
                (TypeError, "SSLContext is needed", {"ssl": True}),
                (ValueError, "the context checks the name", {"ssl": client_context}),
                (ValueError, "client's side", {"ssl": server_context, "server_side": True, "server_hostname": "a"}),
            ]:
                with pytest.raises(error, match=match):
                    await client.start_tls(**arguments)
            reading = asyncio.ensure_future(server.read_frame())
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="another task is waiting to read"):
                await server.start_tls(server_context, server_side=True)
            await client.write_frame(b"still there")
            assert await reading == b"still there"
            await shake_hands(client, server, tls)
            with pytest.raises(RuntimeError, match="speaks TLS already"):
                await client.start_tls(client_context, server_hostname="localhost")
            await server.write_frame(b"still there")
            assert await client.read_frame() == b"still there"
        left, right = memory_pair(lines(), lines())
        with pytest.raises(NotImplementedError):
            await left.start_tls(server_context, server_side=True)
        await left.write_frame(b"still there")
        assert await right.read_frame() == b"still there"
        left.close()
        with pytest.raises(ConnectionClosedError):
            await left.start_tls(server_context, server_side=True)
        right.close()

    run(main())


def test_after_the_end_of_the_stream_there_is_nobody_to_shake_hands_with(run: Run, tls: Tls) -> None:
    async def main() -> None:
        async with with_peer() as (connection, peer):
            peer.shutdown(socket.SHUT_WR)
            assert await connection.read_frame() is None
            with pytest.raises(ConnectionClosedError, match="has ended the stream"):
                await connection.start_tls(tls[0], server_side=True)

    run(main())


@pytest.mark.parametrize("role", ["server", "client"])
def test_with_a_thread_on_the_other_side(run: Run, tls: Tls, role: str) -> None:
    """Two implementations: asyncio's TLS over memory, and OpenSSL on the socket."""
    ours: dict[str, Any] = {"ssl": tls[0], "server_side": True}
    theirs: dict[str, Any] = {"ssl": tls[1], "server_hostname": "localhost"}
    if role == "client":
        ours, theirs = theirs, ours

    async def main() -> None:
        async with with_peer() as (connection, peer):
            with blocking.Connection(peer.dup(), lines()) as other:

                def speak() -> None:
                    other.start_tls(**theirs, timeout=PATIENCE)
                    for frame in other:
                        other.write_frame(frame)

                speaking = asyncio.ensure_future(asyncio.to_thread(speak))
                await connection.start_tls(**ours, timeout=PATIENCE)
                for frame in (b"hello", LARGE, b"bye"):
                    writing = asyncio.ensure_future(connection.write_frame(frame))
                    assert await connection.read_frame(timeout=PATIENCE) == frame
                    await writing
                connection.close()
                await speaking

    run(main())


def test_limits_of_a_listener_hold_on(run: Run, tls: Tls) -> None:
    """`write_timeout` counts what was sent over both transports."""

    async def handler(connection: Any) -> None:
        await connection.start_tls(tls[0], server_side=True)
        async for frame in connection:
            await connection.write_frame(frame)

    async def main() -> None:
        limits = {"idle_timeout": 30.0, "frame_timeout": 30.0, "write_timeout": 30.0}
        async with await listen(handler, lines, "127.0.0.1", 0, **limits) as listener:
            async with await connect(lines(), "127.0.0.1", listener.port) as client:
                await client.start_tls(tls[1], server_hostname="localhost")
                await client.write_frame(b"echo")
                assert await client.read_frame() == b"echo"
            await until_in_loop(lambda: listener.connection_count == 0)

    run(main())


# -- bytes that were received before -----------------------------------------------------------------------------------


def test_received_bytes_are_decoded_first(run: Run) -> None:
    async def main() -> None:
        near, far = sockets("tcp")
        with far:
            far.send(b"cond\nthird\n")
            async with await connect(lines(), sock=near, received=b"first\nse") as connection:
                assert [await connection.read_frame() for _ in range(3)] == [b"first", b"second", b"third"]
                with pytest.raises(TimeoutError):
                    await connection.read_frame(timeout=0.001)
                assert connection._inbound.rest.capacity == 0  # whoever only waits owns no read buffer

    run(main())


def test_received_bytes_come_before_those_that_arrived_meanwhile(run: Run) -> None:
    async def main() -> None:
        near, far = sockets("tcp")
        with far:
            far.send(b"cond\n")
            _, protocol = await asyncio.get_running_loop().create_connection(StreamProtocol, sock=near)
            await until_in_loop(lambda: protocol.received == 5)
            connection = Connection(protocol, lines(), received=BytesMut(b"first\nse"))
            assert [await connection.read_frame() for _ in range(2)] == [b"first", b"second"]
            connection.abort()
            await connection.wait_closed()

    run(main())


def test_received_bytes_at_the_end_of_the_stream(run: Run) -> None:
    async def main() -> None:
        near, far = sockets("tcp")
        far.close()
        async with await connect(lines(), sock=near, received=b"first\nlast") as connection:
            assert [frame async for frame in connection] == [b"first", b"last"]

    run(main())


def test_received_bytes_need_a_socket_in_the_clear(run: Run, tls: Tls) -> None:
    async def main() -> None:
        near, far = sockets("tcp")
        with near, far:
            for where in ({"sock": near, "ssl": tls[1]}, {"host": "127.0.0.1", "port": 1}, {"path": "/nowhere"}):
                with pytest.raises(ValueError, match="in the clear"):
                    await connect(lines(), received=b"x", **where)  # type: ignore[arg-type]

    run(main())


# -- into_parts --------------------------------------------------------------------------------------------------------


def test_a_socket_goes_to_somebody_else(run: Run) -> None:
    async def main() -> None:
        async with with_peer():
            pass  # a loop opens files of its own when it first has something to wait for
        before = open_files()
        async with with_peer() as (connection, peer):
            peer.send(b"one\ntwo\nand the rest")
            assert await connection.read_frame() == b"one"
            await until_in_loop(lambda: connection._protocol.received == 20)
            connection.feed_frame(b"fed")
            parts = await connection.into_parts()
            assert (parts.received, parts.at_eof) == (b"two\nand the rest", False)
            assert connection.is_closed
            assert peer.recv(100) == b"fed\n"
            for call in (connection.read_frame, connection.flush, connection.into_parts):
                with pytest.raises(ConnectionClosedError):
                    await call()
            sock = parts.into_socket()
            async with connection:
                connection.abort()
            for _ in range(5):  # so much for the old transport
                await asyncio.sleep(0)
            with sock:
                loop = asyncio.get_running_loop()
                await loop.sock_sendall(sock, b"by hand")
                assert await loop.sock_recv(peer, 100) == b"by hand"
                peer.send(b"back")
                assert await loop.sock_recv(sock, 100) == b"back"
            assert await loop.sock_recv(peer, 100) == b""
        await until_in_loop(lambda: open_files() <= before)

    run(main())


def test_a_socket_outlives_the_handler_that_gave_it_away(run: Run) -> None:
    taken: list[Any] = []

    async def handler(connection: Any) -> None:
        await connection.read_frame()
        taken.append(await connection.into_parts())

    async def main() -> None:
        async with await listen(handler, lines, "127.0.0.1", 0) as listener:
            async with await connect(lines(), "127.0.0.1", listener.port) as client:
                await client.write_frame(b"mine")
                await until_in_loop(lambda: taken and listener.connection_count == 0)
                await client.write_frame(b"thine")
                connection = await connect(lines(), sock=taken[0].into_socket(), received=taken[0].received)
                assert await connection.read_frame() == b"thine"
                await connection.write_frame(b"ours")
                assert await client.read_frame() == b"ours"
                connection.close()
                assert await client.read_frame() is None

    run(main())


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_a_transport_goes_to_asyncio_s_streams(run: Run, tls: Tls, secure: bool) -> None:
    async def main() -> None:
        async with joined() as (client, server):
            if secure:
                await shake_hands(client, server, tls)
            await client.write_frame(b"one")
            await client.write_frame(b"two")
            assert await server.read_frame() == b"one"
            parts = await server.into_parts()
            if secure:
                with pytest.raises(NotImplementedError, match="TLS lives in the transport"):
                    parts.into_socket()
            reader = asyncio.StreamReader()
            reader.feed_data(parts.received.freeze().to_bytes())
            protocol = asyncio.StreamReaderProtocol(reader)
            parts.transport.set_protocol(protocol)
            protocol.connection_made(parts.transport)
            parts.transport.resume_reading()
            writer = asyncio.StreamWriter(parts.transport, protocol, reader, asyncio.get_running_loop())
            assert await reader.readline() == b"two\n"
            writer.write(b"from streams\n")
            assert await client.read_frame() == b"from streams"
            await client.write_frame(b"three")
            assert await reader.readline() == b"three\n"
            client.close()
            assert await reader.read() == b""
            writer.close()

    run(main())


def test_a_transport_goes_to_a_connection_of_ours(run: Run, tls: Tls) -> None:
    async def main() -> None:
        async with joined() as (client, server):
            await shake_hands(client, server, tls)
            for number in range(5):
                await client.write_frame(b"%d" % number)
                await client.write_frame(LARGE[:70_000])
                assert await server.read_frame() == b"%d" % number
                assert await server.read_frame() == LARGE[:70_000]
                transport, codec, received, _ = await server.into_parts()
                protocol = StreamProtocol()
                transport.set_protocol(protocol)
                protocol.connection_made(transport)
                transport.resume_reading()
                server = Connection(protocol, codec, received=received)
            server.close()
            assert await client.read_frame() is None

    run(main())


def test_the_end_of_the_stream_is_told(run: Run) -> None:
    async def main() -> None:
        async with with_peer() as (connection, peer):
            peer.send(b"last")
            peer.shutdown(socket.SHUT_WR)
            await until_in_loop(lambda: connection._protocol.at_eof)
            parts = await connection.into_parts()
            assert (parts.received, parts.at_eof) == (b"last", True)
            with parts.into_socket() as sock:
                assert sock.recv(10) == b""
                sock.send(b"the other way is open")
                assert peer.recv(100) == b"the other way is open"

    run(main())


def test_what_the_codec_holds_is_not_lost(run: Run) -> None:
    async def main() -> None:
        async with with_peer(LengthDelimitedCodec) as (connection, peer):
            peer.send(b"\0\0\0\x05he")
            with pytest.raises(TimeoutError):
                await connection.read_frame(timeout=0.01)
            await until_in_loop(lambda: connection._protocol.received == 6)
            connection._codec.decode(connection._inbound.rest)
            with pytest.raises(CodecInUse, match="holds a part"):
                await connection.into_parts()
            peer.send(b"llo")
            assert await connection.read_frame() == b"hello"
            reading = asyncio.ensure_future(connection.read_frame())
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="another task is waiting to read"):
                await connection.into_parts()
            peer.send(b"\0\0\0\x02yo")
            assert await reading == b"yo"

    run(main())


def test_cancelled_while_it_waits_all_goes_on(run: Run) -> None:
    async def main() -> None:
        async with joined(server=100_000_000) as (client, server):
            for number in range(4):
                await server.write_frame(LARGE + b"%d" % number)
            for _ in range(4):
                leaving = asyncio.ensure_future(server.into_parts())
                for _ in range(3):
                    await asyncio.sleep(0)
                assert not leaving.done()
                leaving.cancel()
                await asyncio.wait([leaving])
                await client.write_frame(b"are you there?")
                assert await server.read_frame() == b"are you there?"
            leaving = asyncio.ensure_future(server.into_parts())
            for number in range(4):
                assert await client.read_frame() == LARGE + b"%d" % number
            with (await leaving).into_socket() as sock:
                sock.send(b"last\n")
            assert [frame async for frame in client] == [b"last"]

    run(main())


def test_lost_while_it_waits(run: Run) -> None:
    async def main() -> None:
        async with with_peer(high_water=100_000_000) as (connection, peer):
            await connection.write_frame(LARGE)
            leaving = asyncio.ensure_future(connection.into_parts())
            await asyncio.sleep(0)
            peer.close()
            with pytest.raises(ConnectionClosedError):
                await leaving

    run(main())


def test_pairs_in_memory_and_pipes(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        left, right = memory_pair(lines(), lines())
        await left.write_frame(b"one")
        await left.write_frame(b"two")
        assert await right.read_frame() == b"one"
        transport, codec, received, _ = await right.into_parts()
        protocol = StreamProtocol()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        transport.resume_reading()
        again = Connection(protocol, codec, received=received)
        assert await again.read_frame() == b"two"
        await again.write_frame(b"back")
        assert await left.read_frame() == b"back"
        left.close()
        again.close()

        read_end, write_end = os.pipe()
        piped = await connect_pipes(lines(), os.fdopen(read_end, "rb", 0), os.fdopen(write_end, "wb", 0))
        with pytest.raises(NotImplementedError):
            await piped.into_parts()
        await piped.write_frame(b"still there")
        assert await piped.read_frame() == b"still there"
        piped.abort()
        await piped.wait_closed()

    run(main())


def test_a_blocking_connection_takes_over(run: Run) -> None:
    """The two worlds in turn: a loop begins, a thread goes on."""

    async def main() -> None:
        async with with_peer() as (connection, peer):
            peer.send(b"one\ntwo\n")
            assert await connection.read_frame() == b"one"
            parts = await connection.into_parts()
        sock = parts.into_socket()
        answers: list[bytes | None] = []

        def go_on() -> None:
            with blocking.Connection(sock, lines(), received=parts.received) as other:
                answers.extend(other)

        thread = threading.Thread(target=go_on)
        thread.start()
        thread.join(PATIENCE)
        assert answers == [b"two"]

    run(main())
