"""What the asyncio client does and refuses, as calls that can be repeated: on a server in memory, in one loop.

What belongs here: the rows. Each leaves the server as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import RedisError
from framewire.redis.client.retries import Retry

__all__ = ["client_rows"]

Use = Callable[[Client], Awaitable[object]]
NEVER = Retry(retries=0)


async def calls(client: Client) -> None:
    """Answered, refused by the server, refused here."""
    await asyncio.gather(client.set("k", "v"), client.get("k"), client.text.get("k"))
    for wrong in (lambda: client.execute("NONE"), lambda: client.lpush("k", "v"), lambda: client.execute("MULTI"),
                  lambda: client.execute("GET", object())):  # fmt: skip
        with contextlib.suppress(RedisError):
            await wrong()


async def cancelled(client: Client) -> None:
    """Before they leave, behind it, and not at all."""
    client.get("k").cancel()
    call = client.get("k")
    await asyncio.sleep(0)
    call.cancel()
    task = asyncio.ensure_future(client.blpop("never"))
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await client.ping()


async def batches(client: Client) -> None:
    async with client.pipeline() as pipeline:
        pipeline.set("k", "v")
    for transaction in (False, True):
        wrong = client.pipeline(transaction=transaction)
        wrong.set("k", "v")
        wrong.lpush("k", "v")
        with contextlib.suppress(RedisError):
            await wrong.execute()
    with contextlib.suppress(RedisError):
        async with client.transaction("k") as t:
            await client.set("k", "w")
            t.get("k")


async def links_of_ones_own(client: Client) -> None:
    async with client.dedicated() as own:
        await own.ping()
    async with client.dedicated() as own:
        await own.execute("SELECT", 1)
    await client.blpop("never", timeout=0.001)
    async with client.monitor():
        pass


async def links_that_are_lost(client: Client) -> None:
    waiting = [client.get("k"), client.incr("n")]
    link = client._route.server._link
    assert link is not None
    link.abort(ConnectionError("for a test"))
    await asyncio.gather(*waiting, return_exceptions=True)
    await client.delete("n")


async def clients_of_their_own(client: Client) -> None:
    """From the first call to the last, and one that finds nobody."""
    async with Client.from_options(client.options) as another:
        await another.db(1).get("k")
    async with Client(path="/none", retry=NEVER) as nobody:
        for _ in range(2):
            with contextlib.suppress(RedisError):
                await nobody.get("k")
            with contextlib.suppress(RedisError):
                await nobody.blpop("k")
    closed = Client.from_options(client.options)
    call = closed.get("k")
    await closed.aclose()
    await asyncio.wait([call])
    call.exception()


USES: list[Use] = [calls, cancelled, batches, links_of_ones_own, links_that_are_lost, clients_of_their_own]


def client_rows(runner: asyncio.Runner) -> dict[str, Callable[[], object]]:
    """A row for each use, with a client that stays."""

    async def make() -> Client:
        client = Client.from_url("memory://leaks", retry=Retry(3, 0.0, 0.0))
        await client.ping()
        return client

    client = runner.run(make())

    def row(use: Use) -> Callable[[], object]:
        async def run() -> None:
            await use(client)
            for _ in range(5):
                await asyncio.sleep(0)  # for what was closed to be so

        return lambda: runner.run(run())

    return {use.__name__: row(use) for use in USES}
