"""Credentials that are renewed while a client is used, on every server that knows several users."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.credentials import Credentials
from framewire.redis.client.errors import AuthenticationError
from tests.peers import RedisServer
from tests.waiting import until_in_loop


class Provider:
    """Gives what it was told last, and tells of it."""

    def __init__(self, *credentials: str) -> None:
        self.credentials: Credentials = credentials
        self.on_next_callbacks: list[Callable[[Any], Any]] = []
        self.on_error_callbacks: list[Callable[[Exception], Any]] = []

    def get_credentials(self) -> Credentials:
        return self.credentials

    def on_next(self, callback: Callable[[Any], Any]) -> None:
        self.on_next_callbacks.append(callback)

    def on_error(self, callback: Callable[[Exception], Any]) -> None:
        self.on_error_callbacks.append(callback)

    def is_streaming(self) -> bool:
        return True

    def renew(self, *credentials: str) -> list[Any]:
        self.credentials = credentials
        return [callback(credentials) for callback in self.on_next_callbacks]


@pytest.fixture
def users(peer: RedisServer) -> RedisServer:
    """The server knows `a` and `b`, with passwords like their names."""
    with BlockingClient(peer.host, peer.port) as client:
        for name in ("a", "b"):
            client.acl_setuser(name, enabled=True, passwords=[f"+{name}"], commands=["+@all"], keys=["*"])
    return peer


async def _names(client: Client) -> tuple[Any, Any]:
    """Who the client is on its shared link, and on a link of its own."""
    async with client.dedicated() as own:
        return await client.acl_whoami(), await own.acl_whoami()


@pytest.mark.parametrize("protocol", [2, 3])
async def test_all_links_are_told(users: RedisServer, protocol: int) -> None:
    provider = Provider("a", "a")
    async with Client(users.host, users.port, credential_provider=provider, protocol=protocol) as client:
        sibling = client.db(1)
        assert await _names(client) == ("a", "a") == await _names(sibling)
        async with client.dedicated() as lent:
            await asyncio.gather(*provider.renew("b", "b"))
            assert await lent.acl_whoami() == "a"  # somebody uses it, perhaps in a transaction
        assert await _names(client) == ("b", "b") == await _names(sibling)
        assert len(await client.client_list()) <= 4  # no link was made anew


def _dedicated_name(client: BlockingClient) -> Any:
    with client.dedicated() as own:
        return own.acl_whoami()


def test_all_links_of_threads_are_told(users: RedisServer) -> None:
    provider = Provider("a", "a")
    with BlockingClient(users.host, users.port, credential_provider=provider) as client:
        sibling = client.db(1)
        assert client.acl_whoami() == sibling.acl_whoami() == _dedicated_name(client) == "a"
        number = client.client_id()
        provider.renew("b", "b")
        assert client.acl_whoami() == sibling.acl_whoami() == _dedicated_name(client) == "b"
        assert client.client_id() == number


async def test_a_provider_may_call_from_its_own_thread(users: RedisServer) -> None:
    provider = Provider("a", "a")
    async with Client(users.host, users.port, credential_provider=provider) as client:
        assert await client.acl_whoami() == "a"
        with ThreadPoolExecutor(1) as thread:
            (future,) = await asyncio.wrap_future(thread.submit(provider.renew, "b", "b"))
            await asyncio.wrap_future(future)
        assert await client.acl_whoami() == "b"


async def test_or_before_anything_is_connected(users: RedisServer) -> None:
    provider = Provider("a", "a")
    async with Client(users.host, users.port, credential_provider=provider) as client:
        with ThreadPoolExecutor(1) as thread:
            await asyncio.wrap_future(thread.submit(provider.renew, "b", "b"))
        assert await _names(client) == ("b", "b")


async def test_what_the_server_refuses_changes_nothing(users: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider("a", "a")
    async with Client(users.host, users.port, credential_provider=provider) as client:
        assert await client.acl_whoami() == "a"
        await asyncio.gather(*provider.renew("b", "sesam"))
        assert "does not take the new credentials" in caplog.text and "sesam" not in caplog.text
        assert await client.acl_whoami() == "a"
        with pytest.raises(AuthenticationError):
            await client.reauthenticate(("b", "sesam"))


async def test_a_provider_that_fails_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider("a", "a")
    async with Client(credential_provider=provider):
        provider.on_error_callbacks[0](OSError("no token"))
        assert "no token" in caplog.text


async def test_new_credentials_without_a_provider(users: RedisServer) -> None:
    """They hold for links that are opened later too."""
    async with Client(users.host, users.port, username="a", password="a") as client:
        assert await _names(client) == ("a", "a")
        await client.reauthenticate(("b", "b"))
        assert await _names(client) == ("b", "b")
        number = await client.client_id()
        async with Client(users.host, users.port) as other:
            await other.client_kill_filter(user="b")
        await until_in_loop(lambda: client._route.server._link is None)
        assert await client.client_id() != number
        assert await _names(client) == ("b", "b")


def test_and_of_threads(users: RedisServer) -> None:
    with BlockingClient(users.host, users.port, username="a", password="a") as client:
        assert (client.acl_whoami(), _dedicated_name(client)) == ("a", "a")
        with pytest.raises(AuthenticationError):
            client.reauthenticate(("b", "sesam"))
        client.reauthenticate(("b", "b"))
        assert (client.acl_whoami(), _dedicated_name(client)) == ("b", "b")
    with BlockingClient() as client, pytest.raises(ValueError, match="no credentials"):
        client.reauthenticate()
