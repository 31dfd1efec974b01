"""The asyncio client on every server, protocol and loop: refusals, sizes, numbers; servers stopped and killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import (
    AuthenticationError,
    ConnectionError,
    RedisError,
    ResponseError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.against.client_ways import Way
from tests.peers import PEERS, RedisServer, require
from tests.waiting import PATIENCE, until_in_loop

pytestmark = pytest.mark.peer

MIB = 1024 * 1024


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_a_database_that_there_is_not(way: Way) -> None:
    async def main() -> None:
        async with way.client(db=9999) as client:
            for _ in range(2):
                with pytest.raises(ResponseError, match="out of range") as caught:
                    await client.incr("n")
                assert caught.value.fate is Fate.NOT_EXECUTED
            with pytest.raises(ResponseError, match="out of range"):
                await client.blpop("n")

    way.run(main)


def test_a_user_that_there_is_not(way: Way) -> None:
    async def main() -> None:
        async with way.client(username="nobody", password="secret") as client:
            with pytest.raises(AuthenticationError) as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.NOT_EXECUTED
            assert "secret" not in f"{caught.value!r} {caught.value}"

    way.run(main)


def test_errors_in_the_middle_of_replies(way: Way) -> None:
    async def main() -> None:
        async with way.client() as client:
            first, error, last = await client.eval("return {1, redis.error_reply('MY own'), {2}}", 0)
            assert (first, str(error), last) == (1, "MY own", [2])
            await client.delete("s")
            pipeline = client.pipeline(transaction=True, raise_on_error=False)
            pipeline.set("s", "text")
            pipeline.lpush("s", 1)
            pipeline.get("s")
            ok, wrong, text = await pipeline.execute()
            assert ok and text == b"text" and isinstance(wrong, ResponseError) and wrong.code == "WRONGTYPE"
            assert wrong.fate is Fate.EXECUTED
            assert await client.echo("the next") == b"the next"

    way.run(main)


def test_a_word_of_refusal_from_within_proves_nothing(way: Way) -> None:
    async def main() -> None:
        async with way.client() as client:
            with pytest.raises(RedisError) as caught:
                await client.eval("redis.call('INCR', KEYS[1]); return redis.error_reply('TRYAGAIN of ours')", 1, "n")
            assert caught.value.fate is Fate.UNKNOWN

    way.run(main)


# -- sizes and numbers ------------------------------------------------------------------------------------------------


def test_large_values_both_ways_at_once(way: Way) -> None:
    """100 MiB in and 100 MiB out, while small requests pass: reading never waits for writing."""
    if way.protocol == 2:
        pytest.skip("protocols do not differ in this")

    async def main() -> None:
        size = 100 * MIB
        async with way.client(socket_timeout=PATIENCE, max_queued_bytes=4 * size) as client:
            try:
                assert await client.set("large", bytes(size))
                written, read, *echoed = await asyncio.gather(
                    client.set("other", b"x" * size), client.get("large"), *map(client.echo, map(str, range(100)))
                )
                assert written and len(read) == size and not read.strip(b"\0")
                assert echoed == [b"%d" % number for number in range(100)]
                assert await client.strlen("other") == size
            finally:
                await client.delete("large", "other")

    way.run(main)


def test_a_hundred_thousand_tasks_at_once(way: Way) -> None:
    if way.protocol == 2:
        pytest.skip("protocols do not differ in this")

    async def main() -> None:
        async with way.client(socket_timeout=PATIENCE) as client:
            await client.delete("n")

            async def count() -> int:
                return await client.incr("n")

            numbers = await asyncio.gather(*(count() for _ in range(100_000)))
            assert numbers == list(range(1, 100_001)), "in the order in which they were asked"

    way.run(main)


def test_slow_readers_of_replies_hold_up_nobody(way: Way) -> None:
    """A task that does not look at its replies has them in its own futures."""

    async def main() -> None:
        async with way.client() as client:
            await client.set("k", bytes(MIB))
            kept = [client.get("k") for _ in range(30)]
            assert await client.echo("me") == b"me"
            assert all(future.done() for future in kept)
            assert {len(future.result() or b"") for future in kept} == {MIB}

    way.run(main)


def test_links_that_are_killed_under_load(way: Way) -> None:
    async def main() -> None:
        async with way.client() as observer, way.client(retry=Retry(10_000, 0.001, 0.01)) as client:
            await observer.set("k", "v")

            async def read() -> None:
                for _ in range(200):
                    assert await client.get("k") == b"v"

            tasks = [asyncio.ensure_future(read()) for _ in range(20)]
            while not all(task.done() for task in tasks):
                await observer.client_kill_filter(_type="normal", skipme=True)
                await asyncio.sleep(0.002)
            await asyncio.gather(*tasks)

    way.run(main)


# -- servers that are stopped and killed ------------------------------------------------------------------------------


@pytest.fixture(params=PEERS)
def real(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """One of one's own, which is not missed when it is gone."""
    with RedisServer(name=require(request.param)) as server:
        yield server


@pytest.mark.parametrize("protocol", [2, 3], ids=["RESP2", "RESP3"])
async def test_a_server_that_is_stopped_and_goes_on(real: RedisServer, protocol: int) -> None:
    """A half-open link: what is sent is taken by the kernel, and nothing comes."""
    url = f"redis://{real.host}:{real.port}"
    async with Client.from_url(url, protocol=protocol, socket_timeout=0.3, socket_connect_timeout=0.3) as client:
        assert await client.incr("n") == 1
        link = client._route.server._link
        assert link is not None
        os.kill(real.process.pid, signal.SIGSTOP)
        try:
            with pytest.raises(TimeoutError) as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.UNKNOWN
            assert caught.value.cause
            await until_in_loop(lambda: link.lost), "found dead though nobody asks any more"
            with pytest.raises((TimeoutError, ConnectionError)) as late:
                await client.incr("n")
            assert late.value.fate in (Fate.NOT_EXECUTED, Fate.UNKNOWN)
        finally:
            os.kill(real.process.pid, signal.SIGCONT)
        attempts, count = 0, 0
        while not count:
            attempts += 1
            try:
                count = int(await client.get("n") or 0)
            except RedisError:
                assert attempts < 100
        assert 1 <= count <= 3


async def test_a_server_that_is_killed(real: RedisServer) -> None:
    url = f"redis://{real.host}:{real.port}"
    async with Client.from_url(url, retry=Retry(3, 0.001, 0.01)) as client:
        assert await client.incr("n") == 1
        calls = [client.incr("n"), client.get("n"), asyncio.ensure_future(client.blpop("none"))]
        real.process.kill()
        real.process.wait()
        for result in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(result, (ConnectionError, int, bytes)), result
        with pytest.raises(ConnectionError, match="could not connect") as caught:
            await client.incr("n")
        assert caught.value.fate is Fate.NOT_EXECUTED
