"""`connect` and its other ways: sockets that are there already, transports that somebody else makes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire import LinesCodec, RawCodec
from framewire.aio import Connection, StreamProtocol, connect, listen, open_subprocess

Run = Callable[[Awaitable[None]], None]


async def exchange(near: Connection[Any], far: Connection[Any]) -> None:
    async with near, far:
        for number in range(3):
            await near.write_frame(b"ping %d" % number)
            assert await far.read_frame(timeout=60) == b"ping %d" % number
            await far.write_frame(b"pong")
            assert await near.read_frame(timeout=60) == b"pong"


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        return near, server.accept()[0]


@pytest.mark.parametrize("pair", [socket.socketpair, tcp_pair])
def test_connected_sockets(run: Run, pair: Callable[[], tuple[socket.socket, socket.socket]]) -> None:
    async def main() -> None:
        near, far = pair()
        await exchange(await connect(LinesCodec(), sock=near), await connect(LinesCodec(), sock=far))

    run(main())


def test_tls_over_a_connected_socket(run: Run, tls: tuple[Any, Any]) -> None:
    async def main() -> None:
        async def echo(connection: Connection[bytes]) -> None:
            async for line in connection:
                await connection.write_frame(line)

        listening = socket.create_server(("127.0.0.1", 0))
        async with await listen(echo, LinesCodec, sock=listening, ssl=tls[0]):
            raw = socket.create_connection(listening.getsockname())
            async with await connect(LinesCodec(), sock=raw, ssl=tls[1], server_hostname="localhost") as connection:
                await connection.write_frame(b"secret")
                assert await connection.read_frame(timeout=60) == b"secret"

    run(main())


def test_a_transport_that_the_loop_made(run: Run) -> None:
    """The steps of `Connection`'s docstring."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        accepted: asyncio.Future[StreamProtocol] = loop.create_future()
        server = await loop.create_server(lambda: StreamProtocol(accepted.set_result), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        _, protocol = await loop.create_connection(StreamProtocol, "127.0.0.1", port)
        await exchange(Connection(protocol, LinesCodec()), Connection(await accepted, LinesCodec()))
        server.close()
        await server.wait_closed()

    run(main())


@pytest.mark.parametrize("address", [
    {}, {"host": "localhost"}, {"port": 1}, {"host": "localhost", "port": 1, "path": "x"}, {"port": 1, "path": "x"},
    {"path": "x", "sock": socket.socket},
])  # fmt: skip
async def test_an_address_is_one_of_three(address: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either"):
        await connect(LinesCodec(), **address)
    with pytest.raises(ValueError, match="either"):
        await listen(None, LinesCodec, **address)  # type: ignore[arg-type]


def test_one_handler_for_any_connection(run: Run) -> None:
    """What reads and writes frames does not know whether a socket or a child process is behind them."""

    async def shout(connection: Connection[Any]) -> bytes:
        await connection.write_frame(b"hello")
        connection.write_eof()
        return b"".join([bytes(piece) async for piece in connection])

    async def main() -> None:
        async with await open_subprocess(RawCodec(), "tr", "a-z", "A-Z") as child:
            assert await shout(child) == b"HELLO"

    run(main())
