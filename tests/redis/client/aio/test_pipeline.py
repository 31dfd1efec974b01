"""Pipelines of the asyncio client: one write, results in their places, and what becomes of them when all goes wrong."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator

import pytest

from framewire.redis import Server
from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import ConnectionError, DataError, QueueFullError, RedisError, ResponseError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import Peer, no_complaints, scripted, silent

NEVER = Retry(retries=0)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Server(port=0) as server, Client.from_url(server.url) as made:
        yield made


async def test_results_are_in_their_places(client: Client) -> None:
    async with client.pipeline() as p:
        a, b, c = p.set("k", "1"), p.incr("k"), p.get("k")
        assert len(p) == 3
        with pytest.raises(RuntimeError, match="not executed yet"):
            a.result()
    assert (a.result(), b.result(), c.result()) == (True, 2, b"2")
    assert len(p) == 0


async def test_it_is_empty_again_and_may_be_filled_again(client: Client) -> None:
    p = client.pipeline()
    assert await p.execute() == []
    p.incr("n")
    assert await p.execute() == [1]
    p.incr("n")
    p.incr("n")
    assert await p.execute() == [2, 3]


async def test_errors_are_raised_or_stand_in_their_places(client: Client) -> None:
    await client.set("k", "text")
    for raising in (True, False):
        p = client.pipeline(raise_on_error=raising)
        first, wrong, last = p.get("k"), p.lpush("k", 1), p.get("k")
        if raising:
            with pytest.raises(ResponseError, match="WRONGTYPE"):
                await p.execute()
        else:
            results = await p.execute()
            assert results == [b"text", wrong.exception(), b"text"]
        assert first.result() == last.result() == b"text"


async def test_the_traceback_of_an_error_does_not_grow(client: Client) -> None:
    p = client.pipeline(raise_on_error=False)
    wrong = p.execute_command("NONE")
    await p.execute()
    depths = set()
    for _ in range(5):
        try:
            wrong.result()
        except ResponseError as error:
            depths.add(len(traceback.extract_tb(error.__traceback__)))
    assert len(depths) == 1


async def test_an_argument_without_a_form_fails_all_of_it_and_nothing_is_sent() -> None:
    async with scripted(silent) as server, Client.from_url(server.url) as client:
        p = client.pipeline()
        good, bad = p.get("k"), p.execute_command("GET", object())
        with pytest.raises(DataError) as caught:
            await p.execute()
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert good.exception() is bad.exception() is caught.value
        assert not server.requests


async def test_one_that_does_not_fit_into_the_queue() -> None:
    async with scripted(silent, greets=False) as server:
        async with Client.from_url(server.url, max_queued_bytes=100) as client:
            waiting = client.set("k", bytes(50))
            p = client.pipeline()
            place = p.set("k", bytes(200))
            with pytest.raises(QueueFullError):
                await p.execute()
            assert isinstance(place.exception(), QueueFullError)
            waiting.cancel()


async def test_a_block_that_raises_sends_nothing() -> None:
    async with scripted(silent) as server, Client.from_url(server.url) as client:
        with pytest.raises(ZeroDivisionError):
            async with client.pipeline() as p:
                p.incr("n")
                raise ZeroDivisionError
        assert not server.requests and not server.connects


async def test_what_was_answered_before_a_loss_is_known() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return peer.hang_up() if words[-1] == b"lost" else b":1\r\n"

    async with scripted(answer) as server, Client.from_url(server.url, retry=NEVER) as client:
        p = client.pipeline()
        first, lost, last = p.execute_command("N", "a"), p.execute_command("N", "lost"), p.execute_command("N", "b")
        with pytest.raises(ConnectionError) as caught:
            await p.execute()
        assert caught.value.fate is Fate.UNKNOWN
        assert first.result() == 1
        assert lost.exception() is last.exception() is caught.value


async def test_what_was_answered_before_a_deadline_is_known() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return None if words[-1] == b"late" else b":1\r\n"

    async with scripted(answer) as server, Client.from_url(server.url, socket_timeout=0.1, retry=NEVER) as client:
        p = client.pipeline()
        first, late = p.execute_command("N", "a"), p.execute_command("N", "late")
        with pytest.raises(TimeoutError) as caught:
            await p.execute()
        assert first.result() == 1
        assert late.exception() is caught.value


async def test_one_that_was_cancelled_says_so_in_its_places() -> None:
    with no_complaints():
        async with scripted(silent) as server, Client.from_url(server.url) as client:
            p = client.pipeline()
            place = p.incr("n")
            task = asyncio.ensure_future(p.execute())
            await server.came(1)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            with pytest.raises(RedisError, match="nobody waited") as caught:
                place.result()
            assert caught.value.fate is Fate.UNKNOWN
