"""MONITOR as an iterator of the asyncio client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from framewire.redis import Server
from framewire.redis.client.aio import monitor
from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import ConnectionError, ResponseError, TimeoutError
from tests.redis.client.aio.scripted import Peer, no_complaints, scripted, silent
from tests.waiting import PATIENCE, until_in_loop


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    async with Server(port=0) as server, Client.from_url(server.url, protocol=request.param) as made:
        yield made


async def test_commands_of_others(client: Client) -> None:
    async with client.monitor() as lines:
        await client.set("k", b'"\n\xff')
        line = await anext(lines)
        while line.words[0] != b"SET":
            line = await anext(lines)
        assert line.words == [b"SET", b"k", b'"\n\xff']
        assert line.db == 0 and line.time > 0


async def test_its_link_is_not_lent_again(client: Client) -> None:
    async with client.monitor():
        pass
    async with client.dedicated() as own:
        await client.ping()
        assert await own.ping()


async def test_a_loss_is_an_error_each_time_it_is_asked(client: Client) -> None:
    async with client.monitor() as lines:
        await client.client_kill_filter(_type="normal", skipme=True)
        for _ in range(2):
            with pytest.raises(ConnectionError, match="gone"):
                async with asyncio.timeout(PATIENCE):
                    [line async for line in lines]


async def test_the_iteration_ends_with_the_block(client: Client) -> None:
    async with client.monitor() as lines:

        async def collect() -> list[bytes]:
            return [line.words[0] async for line in lines]

        task = asyncio.ensure_future(collect())
        await client.ping()
    async with asyncio.timeout(PATIENCE):
        assert all(isinstance(word, bytes) for word in await task)


@pytest.mark.parametrize(("reply", "kind"), [(b"-NOPERM no\r\n", ResponseError), (None, TimeoutError)])
async def test_one_that_cannot_begin_gives_its_link_back(reply: bytes | None, kind: type[Exception]) -> None:
    with no_complaints():
        async with scripted(lambda *_: reply) as server:
            async with Client.from_url(server.url, max_connections=1, socket_timeout=0.1) as client:
                for _ in range(2):
                    with pytest.raises(kind):
                        await client.monitor().__aenter__()
                await until_in_loop(lambda: server.open == 0)


async def test_one_that_is_cancelled_while_it_begins_gives_its_link_back() -> None:
    async with scripted(silent) as server, Client.from_url(server.url, max_connections=1) as client:
        task = asyncio.ensure_future(client.monitor().__aenter__())
        await server.came(1)
        task.cancel()
        await asyncio.wait([task])
        async with asyncio.timeout(PATIENCE), client.dedicated():
            assert server.connects == 2


async def test_who_does_not_read_has_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "MOST_LINES", 3)

    def answer(peer: Peer, words: list[bytes]) -> bytes:
        return b"+OK\r\n" + b"".join(b'+1.0 [0 127.0.0.1:1] "%d"\r\n' % number for number in range(10))

    async with scripted(answer) as server, Client.from_url(server.url, protocol=2) as client:
        async with client.monitor() as lines:
            await until_in_loop(lambda: lines.dropped == 7)
            assert [(await anext(lines)).words for _ in range(3)] == [[b"7"], [b"8"], [b"9"]]


async def test_and_few_long_lines_are_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "MOST_BYTES", 250)

    def answer(peer: Peer, words: list[bytes]) -> bytes:
        line = b'+1.0 [0 127.0.0.1:1] "%s"\r\n'
        return b"+OK\r\n" + line % (b"x" * 100) * 4 + line % (b"y" * 1000) + line % b"z"

    async with scripted(answer) as server, Client.from_url(server.url, protocol=2) as client:
        async with client.monitor() as lines:
            await until_in_loop(lambda: lines.dropped >= 5)
            assert (await anext(lines)).words == [b"z"]
            assert (lines._bytes, lines._lines.qsize()) == (0, 0)
