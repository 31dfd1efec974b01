"""Transports for the options: TCP, Unix, TLS, names with several addresses; and what goes wrong with each."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from framewire.redis import Server
from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import (
    AuthenticationError,
    ConnectionError,
    InvalidResponse,
    RedisError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import no_complaints, pong, scripted
from tests.waiting import until_in_loop

SOON = Retry(retries=5, base=0.001, cap=0.002)
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


async def refused(client: Client) -> RedisError:
    """What a call raises; nothing was executed."""
    with no_complaints():
        async with client:
            with pytest.raises(RedisError) as caught:
                await client.incr("n")
    assert caught.value.fate is Fate.NOT_EXECUTED
    return caught.value


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
async def test_ipv6() -> None:
    try:
        server = await Server(bind=["::1"], port=0).start()
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    async with server, Client.from_url(f"redis://[::1]:{server.port}") as client:
        assert await client.ping()


async def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    async with Server(port=0, unixsocket=path), Client.from_url(f"unix://{path}") as client:
        assert await client.ping()


async def test_a_unix_socket_that_there_is_not(tmp_path: Path) -> None:
    error = await refused(Client(path=str(tmp_path / "none"), retry=SOON))
    assert isinstance(error, ConnectionError) and "none" in str(error)


async def test_a_name_with_several_addresses_of_which_one_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    asked: list[Any] = []

    async def getaddrinfo(host: Any, port: Any, **rest: Any) -> list[Any]:
        asked.append(host)
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, (address, port)) for address in ("127.0.0.2", "127.0.0.3", "127.0.0.1")]

    async with Server(port=0) as server:
        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
        async with Client("several.example", server.port) as client:
            assert await client.ping()
    assert asked == ["several.example"]


async def test_a_name_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*args: Any, **rest: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    error = await refused(Client("none.example", retry=SOON))
    assert isinstance(error, ConnectionError) and "not known" in str(error)


# -- TLS --------------------------------------------------------------------------------------------------------------


async def test_a_certificate_that_is_not_trusted(tls: Contexts) -> None:
    async with scripted(pong, ssl=tls[0]) as server:
        error = await refused(Client("localhost", server.port, ssl=True, retry=SOON))
        assert isinstance(error, ConnectionError) and "certificate verify failed" in str(error)


async def test_a_certificate_of_another_name(tls: Contexts, certificate: str) -> None:
    async with scripted(pong, ssl=tls[0]) as server:
        error = await refused(Client("127.0.0.1", server.port, ssl=True, ssl_ca_certs=certificate, retry=SOON))
        assert isinstance(error, ConnectionError) and "127.0.0.1" in str(error)


async def test_a_certificate_that_is_trusted(tls: Contexts, certificate: str) -> None:
    async with scripted(pong, ssl=tls[0]) as server:
        async with Client("localhost", server.port, ssl=True, ssl_ca_certs=certificate) as client:
            assert await client.ping()


@asynccontextmanager
async def raw(greeting: bytes) -> AsyncIterator[int]:
    """The port of a server that says that, and never listens."""
    writers: list[asyncio.StreamWriter] = []

    def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(greeting)

    listening = await asyncio.start_server(serve, "127.0.0.1")
    yield listening.sockets[0].getsockname()[1]
    listening.close()
    for writer in writers:
        writer.transport.abort()
    await asyncio.sleep(0)


async def test_a_plain_server_where_tls_is_expected() -> None:
    async with raw(b"-ERR Protocol error\r\n") as port:
        error = await refused(Client("127.0.0.1", port, ssl=True, ssl_cert_reqs="none"))
        assert isinstance(error, InvalidResponse) and "TLS" in str(error)


async def test_a_silent_server_where_tls_is_expected() -> None:
    async with raw(b"") as port:
        retry = Retry(retries=0)
        error = await refused(Client("127.0.0.1", port, ssl=True, socket_connect_timeout=0.1, retry=retry))
        assert isinstance(error, TimeoutError)


async def test_tls_where_plain_text_is_expected(tls: Contexts) -> None:
    async with scripted(pong, ssl=tls[0]) as server:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the server complains
        async with Client("127.0.0.1", server.port, retry=SOON) as client:
            with pytest.raises(ConnectionError) as caught:
                await client.incr("n")
        assert caught.value.fate is Fate.NOT_EXECUTED


# -- credentials ------------------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_not_tried_twice_and_not_shown() -> None:
    def answer(peer: Any, words: list[bytes]) -> bytes:
        return b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"

    async with scripted(answer, greets=False) as server:
        error = await refused(Client.from_url(server.url, username="u", password="secret"))
        assert isinstance(error, AuthenticationError)
        assert "secret" not in repr(error) + str(error)
        assert server.connects == 1


class Broken:
    def get_credentials(self) -> tuple[str]:
        raise LookupError("no token")


async def test_a_provider_that_fails() -> None:
    async with scripted(pong) as server:
        error = await refused(Client.from_url(server.url, credential_provider=Broken(), retry=SOON))
        assert isinstance(error, ConnectionError) and "no token" in str(error)


class Slow:
    async def get_credentials_async(self) -> tuple[str]:
        await asyncio.get_running_loop().create_future()
        raise AssertionError


async def test_a_provider_that_takes_too_long() -> None:
    async with scripted(pong) as server:
        client = Client.from_url(server.url, credential_provider=Slow(), socket_connect_timeout=0.05, retry=Retry(0))
        assert isinstance(await refused(client), TimeoutError)


async def test_a_link_lost_while_a_provider_is_asked_is_opened_again() -> None:
    """Before a word was said on it."""
    gone = asyncio.Event()

    class Provider:
        times = 0

        async def get_credentials_async(self) -> tuple[str]:
            self.times += 1
            if self.times == 1:
                await until_in_loop(lambda: server.peers)
                server.peers[0].hang_up()
                await until_in_loop(lambda: server.open == 0)
                gone.set()
            return ("p",)

    async with scripted(pong) as server:
        async with Client.from_url(server.url, credential_provider=Provider(), retry=SOON) as client:
            assert await client.ping()
        assert server.connects == 2 and gone.is_set()
