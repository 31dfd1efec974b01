"""Links of one's own: how many there are, who gets one when, and that none is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.pool import Pool
from framewire.redis.client.errors import ConnectionError, MaxConnectionsError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import Peer, ScriptedServer, no_complaints, pong, scripted, silent
from tests.waiting import PATIENCE, until_in_loop

NEVER = Retry(retries=0)


@asynccontextmanager
async def pool_of(server: ScriptedServer, count: int = 1, **options: object) -> AsyncIterator[Pool]:
    """A pool of `count` links; all that it made are gone in the end."""
    made = Options.from_url(server.url, max_connections=count, **options)
    pool = Pool(made, Opener(made))
    yield pool
    pool.close()
    await until_in_loop(lambda: server.open == 0)


async def test_at_most_so_many_first_come_first_served() -> None:
    """Who gives a link back and takes one again at once stands behind who waits."""
    order: list[str] = []

    async def use(name: str, times: int) -> None:
        for _ in range(times):
            own = await pool.take()
            order.append(name)
            await own.call((b"PING",), None, None)
            pool.give_back(own, clean=True)

    async with scripted(pong) as server, pool_of(server) as pool:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(use("a", 3), use("b", 3), use("c", 3))
        assert order == list("abcabcabc")
        assert server.connects == 1


@pytest.mark.parametrize("count", [1, 2, 5])
async def test_no_more_than_so_many_at_a_time(count: int) -> None:
    lent = most = 0

    async def use() -> None:
        nonlocal lent, most
        own = await pool.take()
        lent += 1
        most = max(most, lent)
        await own.call((b"PING",), None, None)
        lent -= 1
        pool.give_back(own, clean=lent % 3 != 0)

    async with scripted(pong) as server, pool_of(server, count) as pool:
        await asyncio.gather(*(use() for _ in range(30)))
        assert most == count
        assert server.most_open <= count + 1, "one that is being closed may still be there"


async def test_what_is_not_clean_is_not_lent_again() -> None:
    async with scripted(pong) as server, pool_of(server) as pool:
        first = await pool.take()
        pool.give_back(first, clean=False)
        second = await pool.take()
        assert second is not first
        pool.give_back(second, clean=True)
        assert await pool.take() is second


async def test_a_link_that_was_lost_is_not_lent_again() -> None:
    async with scripted(pong) as server, pool_of(server) as pool:
        own = await pool.take()
        pool.give_back(own, clean=True)
        server.peers[0].hang_up()
        await until_in_loop(lambda: own.lost)
        assert await pool.take() is not own


@pytest.mark.parametrize("answers", [True, False])
async def test_after_a_long_silence_a_link_has_to_answer(answers: bool) -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return b"+PONG\r\n" if answers or peer.number > 1 else None

    async with scripted(answer) as server:
        async with pool_of(server, health_check_interval=0.05, socket_connect_timeout=0.2) as pool:
            own = await pool.take()
            pool.give_back(own, clean=True)
            await until_in_loop(lambda: own.link.silent_for() > 0.05)
            assert (await pool.take() is own) is answers
            assert server.requests[0] == [b"PING"]


async def test_who_is_cancelled_while_a_link_is_asked_leaves_none_behind() -> None:
    async with scripted(silent) as server, pool_of(server, health_check_interval=0.05) as pool:
        own = await pool.take()
        pool.give_back(own, clean=True)
        await until_in_loop(lambda: own.link.silent_for() > 0.05)
        taking = asyncio.ensure_future(pool.take())
        await server.came(1)
        taking.cancel()
        await asyncio.wait([taking])
        assert taking.cancelled()
        await until_in_loop(lambda: server.open == 0)
        assert pool.has_room()


@pytest.mark.parametrize("turns", range(12))
async def test_who_is_cancelled_while_a_link_is_opened_leaves_none_behind(turns: int) -> None:
    with no_complaints():
        async with scripted(pong) as server, pool_of(server) as pool:
            taking = asyncio.ensure_future(pool.take())
            for _ in range(turns):
                await asyncio.sleep(0)
            taking.cancel()
            await asyncio.wait([taking])
            if taking.cancelled():
                assert pool.has_room()
                await until_in_loop(lambda: server.open == 0)
            else:
                assert not pool.has_room()


async def test_who_is_cancelled_when_it_is_his_turn_passes_it_on() -> None:
    async with scripted(pong) as server, pool_of(server) as pool:
        own = await pool.take()
        waiting = [asyncio.ensure_future(pool.take()) for _ in range(3)]
        await asyncio.sleep(0)
        pool.give_back(own, clean=True)
        waiting[0].cancel()
        async with asyncio.timeout(PATIENCE):
            assert await waiting[1] is own
        waiting[2].cancel()


async def test_one_that_cannot_be_opened_makes_room_for_the_next_attempt() -> None:
    async with scripted(silent, greets=False) as server:
        async with pool_of(server, socket_connect_timeout=0.05, retry=NEVER) as pool:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await pool.take()
            assert pool.has_room()


async def test_who_waits_in_vain_is_told() -> None:
    async with scripted(pong) as server, pool_of(server, socket_timeout=0.05) as pool:
        own = await pool.take()
        with pytest.raises(MaxConnectionsError, match=r"all 1 links .* within 0\.05 s"):
            await pool.take()
        pool.give_back(own, clean=True)
        assert await pool.take() is own


@pytest.mark.parametrize("greets", [True, False])
async def test_closing_tells_all_who_wait(greets: bool) -> None:
    """For a link to be opened, or for one to be given back; links that are lent are ended."""
    with no_complaints():
        async with scripted(pong if greets else silent, greets=greets) as server, pool_of(server) as pool:
            takers = [asyncio.ensure_future(pool.take()) for _ in range(4)]
            await until_in_loop(lambda: takers[0].done() if greets else server.requests)
            lent: list[OwnLink] = [takers.pop(0).result()] if greets else []
            pool.close()
            async with asyncio.timeout(PATIENCE):
                results = await asyncio.gather(*takers, return_exceptions=True)
            assert all(isinstance(error, ConnectionError) and "closed" in str(error) for error in results)
            for own in lent:
                assert own.lost
                pool.give_back(own, clean=True)
            with pytest.raises(ConnectionError, match="closed"):
                await pool.take()
