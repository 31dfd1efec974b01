"""Every public call is cancelled at every await point: nobody gets another's reply, no link or place is left behind.

What belongs here: one row for each kind of call, cancelled after each number of turns of the loop until it is done by
itself; after each the client has to be as good as new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from framewire.aio.loops import new_event_loop
from framewire.redis import Server
from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import RedisError
from tests.redis.client.aio.scripted import no_complaints
from tests.waiting import LOOK_AGAIN, PATIENCE, until_in_loop

MOST_TURNS = 400
"""Of the loop, after which it is enough: a block that waits for a time takes thousands."""

Ask = Callable[[Client], Awaitable[Any]]


async def call(client: Client) -> None:
    await client.get("k")


async def call_of_text(client: Client) -> None:
    await client.text.execute("GET", "k")


async def several(client: Client) -> None:
    await asyncio.gather(client.get("k"), client.get("l"), client.incr("n"))


async def block(client: Client) -> None:
    await client.blpop("never", timeout=0.01)


async def pipeline(client: Client) -> None:
    async with client.pipeline() as p:
        p.get("k")
        p.incr("n")


async def transaction(client: Client) -> None:
    async with client.pipeline(transaction=True) as p:
        p.get("k")
        p.incr("n")


async def watch(client: Client) -> None:
    async with client.transaction("k") as t:
        await t.watched.get("k")
        t.incr("n")


async def dedicate(client: Client) -> None:
    async with client.dedicated() as own:
        await own.get("k")
        await own.execute("CLIENT", "NO-EVICT", "ON")


async def monitor(client: Client) -> None:
    async with client.monitor() as lines:
        client.incr("n")
        await anext(lines)


async def listen(client: Client) -> None:
    async with client.pubsub("channel") as pubsub:
        await client.publish("channel", "message")
        await pubsub.get_message(timeout=PATIENCE)


async def sibling(client: Client) -> None:
    await client.db(1).get("k")


async def lock(client: Client) -> None:
    async with client.lock("lock", timeout=5):
        await client.get("k")


async def scan(client: Client) -> None:
    async for _ in client.scan_iter():
        pass


async def script(client: Client) -> None:
    await client.register_script("return redis.call('GET', KEYS[1])")(keys=["k"])


CALLS: list[Ask] = [call, call_of_text, several, block, pipeline, transaction, watch, dedicate, monitor, listen,
                    sibling, lock, scan, script]  # fmt: skip


Main = Callable[[str], Coroutine[Any, Any, None]]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Main], None]:
    """Runs something in a loop of each kind, with the URL of a server in the same loop."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")

    async def serve(main: Main) -> None:
        async with Server(port=0) as server:
            with no_complaints():
                await main(f"redis://127.0.0.1:{server.port}")

    def run(main: Main) -> None:
        with asyncio.Runner(loop_factory=lambda: new_event_loop(request.param)) as runner:
            runner.run(serve(main))

    return run


async def cancelled_after(turns: int, ask: Ask, client: Client) -> bool:
    """Whether it came to be cancelled: else it was faster."""
    task = asyncio.ensure_future(ask(client))
    for _ in range(turns):
        await asyncio.sleep(0)
        if task.done():
            break
    was_done = task.done()
    task.cancel()
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait([task])
    if not task.cancelled() and task.exception() is not None:
        raise task.exception()  # type: ignore[misc]
    return not was_done


async def check_health(client: Client) -> None:
    """Replies come to whom they belong; all places of the pool are there, and the links of nobody are gone."""
    words = [b"%d" % number for number in range(5)]
    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*map(client.echo, words)) == words
        await until_in_loop(lambda: not client._route.pool._lent and not client._route.pool._opening)
        async with client.dedicated() as own:
            assert await own.echo(b"own") == b"own"


@pytest.mark.parametrize("fresh", [True, False], ids=["unconnected", "connected"])
@pytest.mark.parametrize("ask", CALLS, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("protocol", [2, 3], ids=["RESP2", "RESP3"])
def test_cancelled_at_every_await(run: Callable[[Main], None], ask: Ask, protocol: int, fresh: bool) -> None:
    async def main(url: str) -> None:
        turns, more = 0, True
        client = Client.from_url(url, protocol=protocol, max_connections=1)
        while more and turns < MOST_TURNS:
            if fresh:
                client = Client.from_url(url, protocol=protocol, max_connections=1)
            more = await cancelled_after(turns, ask, client)
            await check_health(client)
            await client.delete("lock")
            if fresh:
                await client.aclose()
            turns += 1
        await client.aclose()
        assert turns > 1
        await until_alone(url)

    run(main)


async def until_alone(url: str) -> None:
    """Wait until the server has no client but the one that asks."""
    async with Client.from_url(url) as observer, asyncio.timeout(PATIENCE):
        while len(await observer.client_list()) > 1:  # noqa: ASYNC110 (only the server knows)
            await asyncio.sleep(LOOK_AGAIN)


@pytest.mark.parametrize("turns", range(8))
def test_closing_that_is_cancelled_has_closed_nonetheless(run: Callable[[Main], None], turns: int) -> None:
    async def main(url: str) -> None:
        client = Client.from_url(url)
        calls = [asyncio.ensure_future(ask(client)) for ask in (call, block, listen, sibling, dedicate)]
        await client.db(1).get("k")
        closing = asyncio.ensure_future(client.aclose())
        for _ in range(turns):
            await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])
        async with asyncio.timeout(PATIENCE):
            for error in await asyncio.gather(*calls, return_exceptions=True):
                assert error is None or isinstance(error, RedisError), error
        await client.aclose()
        await until_alone(url)

    run(main)
