"""Links whose server says nothing any more, stopped by a signal or behind a stalled line. They are found, given
up, and made anew as they were.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from framewire.kits import FaultProxy, fault_proxy_in_thread
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import ConnectionError, LockNotOwnedError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.peers import RedisServer
from tests.waiting import PATIENCE, until, until_in_loop


class Stoppable:
    """A server that can be stopped as a whole: it takes bytes, and says nothing."""

    def __init__(self, server: RedisServer) -> None:
        self.address = {"host": server.host, "port": server.port}
        self.url = f"redis://{server.host}:{server.port}/0"
        self._process = server.process

    def stop(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def server(peer: RedisServer) -> Iterator[Stoppable]:
    stoppable = Stoppable(peer)
    with BlockingClient(**stoppable.address) as client:
        client.flushall()
    yield stoppable
    stoppable.go_on()


# -- a server that is stopped -----------------------------------------------------------------------------------------


async def test_who_waits_is_told_that_the_server_is_silent(server: Stoppable) -> None:
    async with Client(**server.address, socket_timeout=0.1) as client:
        await client.set("n", 1)
        server.stop()
        with pytest.raises(TimeoutError, match="the server has been silent for") as caught:
            await client.incr("n")
        assert caught.value.fate is Fate.UNKNOWN and "silent" in caught.value.cause
        await until_in_loop(lambda: client._route.server._link is None)  # and gives the link up
        server.go_on()
        assert await _patient(client.get, "n") in (b"1", b"2")


async def _patient(call: Any, *arguments: Any) -> Any:
    """Call until there is an answer: the server may take its time to go on."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await call(*arguments)
            except (TimeoutError, ConnectionError):
                pass


async def test_a_link_that_nobody_uses_is_asked(server: Stoppable) -> None:
    async with Client(**server.address, socket_timeout=0.1, health_check_interval=0.05) as client:
        await client.ping()
        link = client._route.server._link
        assert link is not None
        heard = link._heard
        await until_in_loop(lambda: link._heard > heard + 0.2)  # it answers, again and again
        assert client._route.server._link is link
        server.stop()
        await until_in_loop(lambda: client._route.server._link is None)
        assert "silent" in str(link.loss())


async def test_and_without_that_interval_it_is_not(server: Stoppable) -> None:
    """A link that rests has no timer."""
    async with Client(**server.address, health_check_interval=0) as client:
        await client.ping()
        link = client._route.server._link
        assert link is not None
        await until_in_loop(lambda: link._timer is None)


async def test_a_link_that_was_free_for_long_answers_before_it_is_lent(server: Stoppable) -> None:
    options = {"socket_connect_timeout": 0.1, "health_check_interval": 0.05, "retry": Retry(retries=0)}
    async with Client(**server.address, **options) as client:
        async with client.dedicated() as own:
            number = await own.client_id()
            link = own._own.link if own._own is not None else None
        assert link is not None
        await until_in_loop(lambda: link.silent_for() > 0.05)
        async with client.dedicated() as own:
            assert await own.client_id() == number  # it has answered
        server.stop()
        await until_in_loop(lambda: link.silent_for() > 0.05)
        with pytest.raises((TimeoutError, ConnectionError)):
            async with client.dedicated():
                pass
        assert link.lost
        server.go_on()


def test_threads_are_told_too(server: Stoppable) -> None:
    with BlockingClient(**server.address, socket_timeout=0.1) as client:
        client.set("n", 1)
        server.stop()
        with pytest.raises(TimeoutError, match="the server has been silent for"):
            client.incr("n")
        link = client._route.server._link
        assert link is not None

        def given_up() -> bool:
            try:
                client.ping()
            except (TimeoutError, ConnectionError):
                pass
            return link.lost

        until(given_up)
        server.go_on()


def test_a_thread_asks_before_it_uses_a_link_that_was_silent_for_long(server: Stoppable) -> None:
    options = {"socket_connect_timeout": 0.1, "health_check_interval": 0.05, "retry": Retry(retries=0)}
    with BlockingClient(**server.address, **options) as client:
        client.ping()
        link = client._route.server._link
        assert link is not None
        server.stop()
        until(lambda: monotonic() - link._heard > 0.06)
        with pytest.raises((TimeoutError, ConnectionError)):
            client.incr("n")  # of which no byte was sent
        assert link.lost
        server.go_on()
        until(lambda: _answers(client))
        assert client.incr("n") == 1


def _answers(client: BlockingClient) -> bool:
    try:
        return client.ping() is not None
    except (TimeoutError, ConnectionError):
        return False


async def test_a_lock_is_lost_when_the_server_is_away_for_too_long(server: Stoppable) -> None:
    """Its holder is told in time, though no answer comes that would say so."""
    async with Client(**server.address, socket_timeout=PATIENCE) as client:
        with pytest.raises(LockNotOwnedError, match="lost while it was held"):
            async with client.lock("L", timeout=0.3):
                server.stop()
                await asyncio.sleep(PATIENCE)


def test_and_that_of_a_thread(server: Stoppable) -> None:
    with BlockingClient(**server.address, socket_timeout=0.1) as client:
        told: list[Any] = []
        lock = client.lock("L", timeout=0.3, on_lost=told.append)
        assert lock.acquire()
        server.stop()
        until(lambda: told)
        with pytest.raises(LockNotOwnedError):
            lock.check()
        server.go_on()


# -- a line that is stalled -------------------------------------------------------------------------------------------


async def test_behind_a_stalled_line_a_new_link_is_made(server: Stoppable) -> None:
    """Reads are repeated on it; a write is not, unless it was not sent."""
    async with FaultProxy(server.url, "reply 1 to GET: stall") as proxy:
        async with Client.from_url(proxy.url, socket_timeout=0.3) as client:
            await client.set("k", "v")
            first = client._route.server._link
            with pytest.raises(TimeoutError):
                await client.get("k")
            await until_in_loop(lambda: client._route.server._link is None)
            assert await client.get("k") == b"v"
            assert client._route.server._link is not first


async def test_a_call_without_a_deadline_is_repeated_when_the_link_is_given_up(server: Stoppable) -> None:
    """Without `socket_timeout` it is the interval that says how long a server may be silent."""
    async with FaultProxy(server.url, "reply 1 to GET: stall") as proxy:
        async with Client.from_url(proxy.url, socket_timeout=None, health_check_interval=0.1) as client:
            await client.set("k", "v")
            assert await client.get("k") == b"v"


async def test_a_write_then_is_not(server: Stoppable) -> None:
    async with FaultProxy(server.url, "reply 1 to INCRBY: stall") as proxy:
        async with Client.from_url(proxy.url, socket_timeout=None, health_check_interval=0.1) as client:
            with pytest.raises(ConnectionError, match="has been silent") as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.UNKNOWN
            assert await client.get("n") == b"1"


async def test_a_server_that_is_only_slow_is_waited_for(server: Stoppable) -> None:
    """Bytes that come are signs of life, be they of one long reply."""
    await_bytes = "reply to GET: slice 20000 bytes every 20ms"
    async with FaultProxy(server.url, await_bytes) as proxy:
        async with Client.from_url(proxy.url, socket_timeout=None, health_check_interval=0.2) as client:
            await client.set("k", bytes(1_000_000))
            link = client._route.server._link
            assert await client.get("k") == bytes(1_000_000)
            assert client._route.server._link is link


def test_behind_a_stalled_line_threads_make_a_new_link(server: Stoppable) -> None:
    with fault_proxy_in_thread(server.url, "reply 1 to GET: stall") as proxy:
        with BlockingClient.from_url(proxy.url, socket_timeout=None, health_check_interval=0.1) as client:
            client.set("k", "v")
            assert client.get("k") == b"v"
    with fault_proxy_in_thread(server.url, "reply 1 to INCRBY: stall") as proxy:
        with BlockingClient.from_url(proxy.url, socket_timeout=None, health_check_interval=0.1) as client:
            with pytest.raises(ConnectionError, match="has been silent"):
                client.incr("n")
            assert client.get("n") == b"1"


# -- as it was --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [2, 3])
async def test_a_new_link_is_what_the_old_one_was(server: Stoppable, protocol: int) -> None:
    options = {"db": 3, "client_name": "tester", "protocol": protocol}
    async with Client(**server.address, **options) as client, Client(**server.address) as other:
        before = await client.client_info()
        await other.client_kill_filter(_id=before["id"])
        after = await _patient(client.client_info)
        assert after["id"] != before["id"]
        told = ("db", "name", "user", "resp", "lib-name", "lib-ver", "flags")
        assert [after.get(each) for each in told] == [before.get(each) for each in told]
        assert (after["db"], after["name"]) in ((3, "tester"), ("3", "tester"))


async def test_and_hears_of_changes_again(server: Stoppable) -> None:
    async with Client(**server.address, cache=CacheConfig()) as client, Client(**server.address) as other:
        await other.set("k", 1)
        assert await client.get("k") == b"1"
        await other.client_kill_filter(_id=await client.client_id())
        await until_in_loop(lambda: client._route.server._link is None)
        await other.set("k", 2)
        assert await client.get("k") == b"2"
        await other.set("k", 3)

        async with asyncio.timeout(PATIENCE):
            while await client.get("k") != b"3":
                pass
