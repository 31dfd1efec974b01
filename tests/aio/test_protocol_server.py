"""`ProtocolServer`: who comes in, who waits, who is turned away, and the end, with a protocol of anybody's own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from framewire._listening import listen_unix
from framewire.aio.bind import bind_each
from framewire.aio.endpoint import Address
from framewire.aio.protocol_server import ProtocolServer

Run = Callable[[Awaitable[None]], None]
Contexts: TypeAlias = tuple[ssl.SSLContext, ssl.SSLContext]
Client: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo(asyncio.Protocol):
    """Sends back what it receives, and tells its server when it comes and goes."""

    def __init__(self, echoes: Echoes) -> None:
        self.echoes = echoes

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.echoes.server.opened(self)
        self.echoes.on_opened(self)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.echoes.server.closed(self)


class Echoes:
    """A server of them, and what it told its owner."""

    def __init__(self, **options: Any) -> None:
        self.lost: list[BaseException] = []
        self.rests: list[OSError] = []
        self.on_opened: Callable[[Echo], object] = lambda _: None
        self.server = ProtocolServer(lambda: Echo(self), on_lost=self.lost.append, on_rest=self.rests.append, **options)

    async def listen(self, **options: Any) -> None:
        self.server.add(await bind_each(["127.0.0.1"], 0, 50), **options)

    async def connect(self, at: int = 0, **options: Any) -> Client:
        address = self.server.endpoints[at].addresses[0]
        return await asyncio.open_connection(address.host, address.port, **options)

    async def wait_for(self, count: int) -> bool:
        for _ in range(200):
            if self.server.connection_count == count:
                return True
            await asyncio.sleep(0.005)
        return False


@contextlib.asynccontextmanager
async def echoing(**options: Any) -> AsyncIterator[Echoes]:
    """A server of echoes on a free port; all are aborted at the end."""
    echoes = Echoes(**options)
    await echoes.listen()
    echoes.server.start()
    try:
        yield echoes
    finally:
        echoes.server.stop()
        for echo in list(echoes.server.protocols):
            echo.transport.abort()
        assert await echoes.server.wait_closed(5) == 0


async def answers(client: Client, wait: float = 5) -> bool:
    """Whether what is sent comes back."""
    reader, writer = client
    writer.write(b"hello")
    with contextlib.suppress(TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        async with asyncio.timeout(wait):
            return await reader.readexactly(5) == b"hello"
    return False


async def all_of(client: Client) -> bytes:
    """What is read until the end."""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(5):
            return await client[0].read()
    return b""


def leave(*clients: Client) -> None:
    for _, writer in clients:
        writer.close()


# -- who comes in


def test_a_connection_counts_from_the_accept_to_the_loss(run: Run) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            client = await echoes.connect()
            assert await answers(client)
            assert echoes.server.connection_count == len(echoes.server.protocols) == 1
            leave(client)
            assert await echoes.wait_for(0)
            assert echoes.lost == []

    run(main())


def test_nobody_comes_in_before_the_start(run: Run) -> None:
    async def main() -> None:
        echoes = Echoes()
        await echoes.listen()
        client = await echoes.connect()
        assert not await answers(client, 0.05) and echoes.server.connection_count == 0
        echoes.server.start()
        async with asyncio.timeout(5):
            assert await client[0].readexactly(5) == b"hello"
        leave(client)
        echoes.server.stop()
        assert await echoes.server.wait_closed(5) == 0

    run(main())


def test_endpoints_share_the_limit_and_each_speaks_its_own(run: Run, tls: Contexts) -> None:
    async def main() -> None:
        async with echoing(max_connections=2) as echoes:
            await echoes.listen(ssl=tls[0])
            echoes.server.start()
            plain = await echoes.connect(0)
            secure = await echoes.connect(1, ssl=tls[1], server_hostname="localhost")
            assert await answers(plain) and await answers(secure)
            waiting = await echoes.connect(0)
            assert not await answers(waiting, 0.05)
            leave(secure)
            async with asyncio.timeout(5):
                assert await waiting[0].readexactly(5) == b"hello"
            leave(plain, waiting)

    run(main())


def test_a_new_context_is_for_who_connects_from_then_on(run: Run, tls: Contexts, certificate: str) -> None:
    """A certificate is renewed like this. Here, the contexts differ in the protocols that they offer."""
    key = str(Path(certificate).with_name("key.pem"))

    def offering(name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols([name])
        return context

    def chosen(client: Client) -> object:
        return client[1].get_extra_info("ssl_object").selected_alpn_protocol()

    async def main() -> None:
        trusting = ssl.create_default_context(cafile=certificate)
        trusting.set_alpn_protocols(["old", "new"])
        options = {"ssl": trusting, "server_hostname": "localhost"}
        async with echoing() as echoes:
            await echoes.listen(ssl=offering("old"))
            echoes.server.start()
            early = await echoes.connect(1, **options)
            echoes.server.endpoints[1].ssl = offering("new")
            late = await echoes.connect(1, **options)
            assert (chosen(early), chosen(late)) == ("old", "new")
            assert await answers(early) and await answers(late)
            leave(early, late)

    run(main())


@pytest.mark.parametrize(("seconds", "expected"), [(0, None), (100, 100), (2**31 - 1, 32_767)])
def test_keepalive_is_what_it_is_when_a_connection_comes(run: Run, seconds: int, expected: int | None) -> None:
    async def main() -> None:
        async with echoing(keepalive=7) as echoes:
            echoes.server.keepalive = seconds
            client = await echoes.connect()
            assert await answers(client)
            (echo,) = echoes.server.protocols
            sock = echo.transport.get_extra_info("socket")
            assert bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)) == (expected is not None)
            if expected is not None and hasattr(socket, "TCP_KEEPIDLE"):
                assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == expected
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            leave(client)

    run(main())


def test_a_unix_socket_needs_no_keepalive_and_its_address_outlives_it(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    async def main() -> None:
        async with echoing(keepalive=100) as echoes:
            echoes.server.add([listen_unix(path, 5)])
            echoes.server.start()
            client = await asyncio.open_unix_connection(path)
            assert await answers(client)
            leave(client)
        plain, unix = echoes.server.endpoints
        assert unix.addresses == [Address(path=path)]
        assert plain.addresses == [Address("127.0.0.1", plain.addresses[0].port)] and plain.addresses[0].port
        assert echoes.server.sockets == []

    run(main())
    assert not os.path.exists(path)


# -- who waits, and who is turned away


def test_the_limit_may_change_while_it_runs(run: Run) -> None:
    async def main() -> None:
        async with echoing(max_connections=1) as echoes:
            first, second, third = [await echoes.connect() for _ in range(3)]
            assert await answers(first) and not await answers(second, 0.05)
            echoes.server.max_connections = 2
            async with asyncio.timeout(5):
                assert await second[0].readexactly(5) == b"hello"
            assert not await answers(third, 0.05)
            echoes.server.max_connections = 1
            assert await answers(first) and await answers(second)  # nobody is sent away
            leave(first)
            assert await echoes.wait_for(1)
            assert not await answers(third, 0.05)
            echoes.server.max_connections = None
            assert await answers(third)
            leave(second, third)

    run(main())


def test_a_limit_that_is_reached_by_lowering_it_is_obeyed_at_once(run: Run) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            first = await echoes.connect()
            assert await answers(first)
            echoes.server.max_connections = 1
            second = await echoes.connect()
            assert not await answers(second, 0.05) and echoes.server.connection_count == 1
            leave(first, second)

    run(main())


def test_who_is_too_many_is_told_so_and_closed(run: Run, tls: Contexts) -> None:
    refused: list[bool] = []

    def refuse(sock: socket.socket, over_tls: bool) -> None:
        refused.append(over_tls)
        if not over_tls:
            sock.send(b"too many\n")

    async def main() -> None:
        async with echoing(max_connections=1, refuse=refuse) as echoes:
            await echoes.listen(ssl=tls[0])
            echoes.server.start()
            served = await echoes.connect()
            assert await answers(served)
            plain, secure = await echoes.connect(), await echoes.connect(1)
            assert (await all_of(plain), await all_of(secure)) == (b"too many\n", b"")
            assert refused == [False, True] and await answers(served)
            leave(served, plain, secure)
            assert await echoes.wait_for(0)
            next_one = await echoes.connect()
            assert await answers(next_one)
            leave(next_one)

    run(main())


def test_words_that_cannot_be_sent_to_who_is_too_many_disturb_nobody(run: Run) -> None:
    def refuse(sock: socket.socket, over_tls: bool) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    async def main() -> None:
        async with echoing(max_connections=0, refuse=refuse) as echoes:
            client = await echoes.connect()
            assert await all_of(client) == b""
            echoes.server.max_connections = 1
            another = await echoes.connect()
            assert await answers(another)
            leave(client, another)

    run(main())


def test_one_that_is_just_being_opened_does_not_count_twice(run: Run) -> None:
    counts: list[int] = []

    async def main() -> None:
        async with echoing() as echoes:
            echoes.on_opened = lambda _: counts.append(echoes.server.connection_count)
            client = await echoes.connect()
            assert await answers(client)
            assert counts == [1]
            leave(client)

    run(main())


# -- who is lost on the way in


def test_the_owner_hears_of_a_handshake_that_fails(run: Run, tls: Contexts) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            await echoes.listen(ssl=tls[0])
            echoes.server.start()
            client = await echoes.connect(1)
            client[1].write(b"this is no handshake\r\n")
            await all_of(client)
            assert await echoes.wait_for(0)
            assert [type(error) for error in echoes.lost] == [ssl.SSLError]
            leave(client)

    run(main())


def test_a_handshake_that_lasts_too_long_is_lost(run: Run, tls: Contexts) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            await echoes.listen(ssl=tls[0], ssl_handshake_timeout=0.05)
            echoes.server.start()
            client = await echoes.connect(1)
            assert await all_of(client) == b""
            assert await echoes.wait_for(0)
            assert len(echoes.lost) == 1 and isinstance(echoes.lost[0], ConnectionError)
            leave(client)

    run(main())


async def test_what_nobody_else_wants_to_hear_is_logged(tls: Contexts, caplog: pytest.LogCaptureFixture) -> None:
    echoes = Echoes()
    server = ProtocolServer(lambda: Echo(echoes))
    endpoint = server.add(await bind_each(["127.0.0.1"], 0, 5), ssl=tls[0])
    server.start()
    with caplog.at_level(logging.INFO, "framewire.aio"):
        client = await asyncio.open_connection(*endpoint.addresses[0][:2])
        client[1].write(b"this is no handshake\r\n")
        await all_of(client)
        server.stop()
        assert await server.wait_closed(5) == 0
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "a connection was lost while it was accepted: SSLError" in caplog.text
    leave(client)


def test_the_owner_hears_what_keeps_it_from_accepting(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            error = OSError(errno.EMFILE, "Too many open files")
            echoes.server.endpoints[0].acceptor._rest(error)
            assert echoes.rests == [error]

    run(main())
    assert not caplog.records


# -- the end


def test_who_is_on_the_way_in_is_let_go_and_who_is_there_stays(run: Run, tls: Contexts) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            await echoes.listen(ssl=tls[0])
            echoes.server.start()
            served, shaking = await echoes.connect(0), await echoes.connect(1)
            assert await answers(served) and await echoes.wait_for(2)
            echoes.server.stop()
            assert await all_of(shaking) == b""
            assert await echoes.wait_for(1)
            assert await answers(served) and echoes.lost == []
            with pytest.raises(OSError):
                await echoes.connect()
            leave(served, shaking)
            assert await echoes.server.wait_closed() == 0

    run(main())


def test_who_has_just_come_in_is_not_broken_off(run: Run) -> None:
    """What opens a connection ends a moment after that; to cancel it then would close the connection."""

    async def main() -> None:
        async with echoing() as echoes:
            echoes.on_opened = lambda _: echoes.server.stop()
            client = await echoes.connect()
            assert await answers(client)
            leave(client)
            assert await echoes.server.wait_closed(5) == 0

    run(main())


def test_waiting_has_a_deadline_and_tells_who_is_left(run: Run) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            clients = [await echoes.connect() for _ in range(3)]
            assert await echoes.wait_for(3)
            echoes.server.stop()
            leave(clients[0])
            assert await echoes.wait_for(2)
            assert await echoes.server.wait_closed(0.05) == 2
            waiting = asyncio.ensure_future(echoes.server.wait_closed())
            for echo in list(echoes.server.protocols):
                echo.transport.abort()
            assert await asyncio.wait_for(waiting, 5) == 0
            leave(*clients)

    run(main())


def test_a_wait_that_is_cancelled_changes_nothing(run: Run) -> None:
    async def main() -> None:
        async with echoing() as echoes:
            client = await echoes.connect()
            assert await echoes.wait_for(1)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(echoes.server.wait_closed(60), 0.05)
            assert await answers(client) and not echoes.server.is_stopping
            leave(client)

    run(main())


def test_stopping_again_removes_no_socket_of_another(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    async def main() -> None:
        first = Echoes()
        first.server.add([listen_unix(path, 5)])
        first.server.stop()
        async with echoing() as second:
            second.server.add([listen_unix(path, 5)])
            second.server.start()
            first.server.stop()
            client = await asyncio.open_unix_connection(path)
            assert await answers(client)
            leave(client)

    run(main())
