"""Any command by its words, over links that are shared, and over one's own: what is refused, and what is kept apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import DataError, ResponseError, SharedLinkError
from framewire.redis.client.refusals import INSTEAD
from framewire.redis.server.network.thread import ThreadServer, run_in_thread


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


@pytest.fixture
async def client(server: ThreadServer) -> AsyncIterator[Client]:
    async with Client.from_url(server.url) as client:
        await client.flushall()
        yield client


@pytest.mark.parametrize("name", INSTEAD)
async def test_what_changes_a_link_is_refused(client: Client, name: str) -> None:
    """Before anything is sent, in pipelines and in text views too."""
    words = [*name.split("|"), "x"]
    for refused in (client.execute, client.text.execute, client.execute_command, client.pipeline().execute_command,
                    client.text.pipeline(transaction=True).execute_command):  # fmt: skip
        with pytest.raises(SharedLinkError, match=r"use .* instead"):
            refused(*words)
    assert client._route.server._link is None or await client.ping()


async def test_what_is_not_known_passes(client: Client) -> None:
    assert await client.execute("set", "k", 5) is not None
    assert (await client.execute("get", "k"), await client.text.execute("GET", "k")) == (b"5", "5")
    with pytest.raises(ResponseError, match="unknown command"):
        await client.execute("NO.SUCH", "select", 1)
    async with client.pipeline() as pipeline:
        place = pipeline.execute_command("get", "k")
    assert place.result() == b"5"


async def test_what_blocks_does_not_block_others(client: Client) -> None:
    waiting = [client.execute("BLPOP", "l", 0), client.text.execute("brpop", "m", 0)]
    assert await client.ping()
    await client.rpush("l", "x")
    await client.rpush("m", "y")
    assert await asyncio.gather(*waiting) == [[b"l", b"x"], ["m", "y"]]


async def test_nor_does_it_in_a_pipeline(client: Client) -> None:
    """It has a link of its own then; in a transaction the server does not wait."""
    pipelines = [client.pipeline(), client.text.pipeline(), client.pipeline()]
    pipelines[0].blpop("a", 0)
    pipelines[1].execute_command("BLPOP", "b", 0)
    pipelines[2].blpop("c", 0)
    executing = [asyncio.ensure_future(pipeline.execute()) for pipeline in pipelines]
    while (await client.info("clients"))["blocked_clients"] < 3:
        pass
    executing[2].cancel()
    while (await client.info("clients"))["blocked_clients"] > 2:  # the server waits no more either
        pass
    async with client.transaction() as transaction:
        nothing = transaction.blpop("d", 0)
    assert nothing.result() is None
    await client.rpush("a", "x")
    await client.rpush("b", "y")
    assert await asyncio.gather(*executing[:2]) == [[(b"a", b"x")], [["b", "y"]]]
    failing = client.pipeline()
    failing.blpop("a", 0.001), failing.lpush("l", object())  # type: ignore[arg-type]
    with pytest.raises(DataError):
        await failing.execute()


@pytest.mark.parametrize("in_pipeline", [False, True])
async def test_a_link_that_was_changed_is_not_lent_again(client: Client, in_pipeline: bool) -> None:
    async with client.dedicated() as own:
        number = await own.client_id()
    async with client.dedicated() as own:
        assert await own.client_id() == number  # what was not changed is
        if in_pipeline:
            pipeline = own.pipeline()
            pipeline.execute_command("SELECT", 5)
            await pipeline.execute()
        else:
            await own.execute("SELECT", 5)
        await own.set("k", "of 5")
    async with client.dedicated() as own:
        assert await own.client_id() != number
        assert await own.get("k") is None


def test_threads_are_refused_it_too(server: ThreadServer) -> None:
    with BlockingClient.from_url(server.url) as client:
        for refused in (client.execute, client.text.execute, client.pipeline().execute_command,
                        client.text.pipeline(transaction=True).execute_command):  # fmt: skip
            with pytest.raises(SharedLinkError, match=r"client\.db\(n\)"):
                refused("select", 1)
        with client.dedicated() as own:
            number = own.client_id()
            pipeline = own.pipeline()
            pipeline.execute_command("SELECT", 5)
            pipeline.execute()
        with client.dedicated() as own:
            assert own.client_id() != number
        assert client.execute("BLPOP", "none", 0.001) is None
        with client.pipeline() as waiting:
            first, second = waiting.blpop("none", 0.001), waiting.set("k", 1)
        assert (first.result(), second.result()) == (None, True)
        number = client.client_id()
        with client.pipeline() as waiting:
            apart = waiting.execute_command("CLIENT", "ID"), waiting.blpop("none", 0.001)
        assert apart[0].result() != number


async def test_what_has_no_form_on_the_wire_is_a_data_error(client: Client, server: ThreadServer) -> None:
    """On links of their own too."""
    with pytest.raises(DataError):
        await client.blpop(["l", None], timeout=1)  # type: ignore[list-item]
    async with client.dedicated() as own:
        with pytest.raises(DataError):
            await own.blpop(["l", None], timeout=1)  # type: ignore[list-item]
    with BlockingClient.from_url(server.url) as blocking:
        with pytest.raises(DataError):
            blocking.blpop(["l", None], timeout=1)  # type: ignore[list-item]
        with blocking.dedicated() as mine, pytest.raises(DataError):
            mine.blpop(["l", None], timeout=1)  # type: ignore[list-item]


async def test_an_error_of_the_server_leaves_a_link_of_ones_own_as_it_was(client: Client, server: ThreadServer) -> None:
    """So it is lent again: who polls a group that is not there would connect each time."""
    await client.set("k", "text")
    async with client.dedicated() as own:
        number = await own.client_id()
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await client.blpop("k", timeout=1)
    async with client.dedicated() as own:
        assert await own.client_id() == number
    with BlockingClient.from_url(server.url) as blocking:
        with blocking.dedicated() as mine:
            number = mine.client_id()
        with pytest.raises(ResponseError, match="WRONGTYPE"):
            blocking.blpop("k", timeout=1)
        with blocking.dedicated() as mine:
            assert mine.client_id() == number
