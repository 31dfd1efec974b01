"""Clients of `memory://`: all that a client does without a socket, who shares what, and what ends when."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from framewire.aio.loops import new_event_loop
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ConnectionError, ResponseError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.server.network import memory
from tests.waiting import PATIENCE, until

Main = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    gc.collect()
    until(lambda: not memory._registry._homes)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Main], Any]:
    """Run a coroutine function to its end, on each loop."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")

    def run(main: Main) -> Any:
        with asyncio.Runner(loop_factory=lambda: new_event_loop(request.param)) as runner:
            return runner.run(main())

    return run


# -- what a client does -----------------------------------------------------------------------------------------------


async def call(client: Client) -> None:
    await asyncio.gather(*(client.incr("n") for _ in range(1000)))
    assert await client.text.get("n") == "1000"


async def send_what_is_large(client: Client) -> None:
    large = bytes(3_000_000)
    await asyncio.gather(*(client.set(f"k{number}", large) for number in range(8)))
    assert await client.mget([f"k{number}" for number in range(8)]) == [large] * 8


async def run_pipeline(client: Client) -> None:
    async with client.pipeline() as pipeline:
        places = [pipeline.incr("n") for _ in range(500)]
    assert [place.result() for place in places] == [*range(1, 501)]


async def watch(client: Client) -> None:
    with pytest.raises(WatchError) as caught:
        async with client.transaction("k") as transaction:
            await client.set("k", "changed")
            transaction.set("k", "ours")
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert await client.get("k") == b"changed"


async def until_blocked(client: Client, count: int) -> None:
    while (await client.info("clients"))["blocked_clients"] != count:
        pass


async def wait(client: Client) -> None:
    waiting = client.blpop(["q"], timeout=0)
    await until_blocked(client, 1)
    await client.rpush("q", "job")
    assert await waiting == (b"q", b"job")


async def stop_waiting(client: Client) -> None:
    """The server hands nothing to who does not wait any more."""
    waiting = client.blpop(["q"], timeout=0)
    await until_blocked(client, 1)
    waiting.cancel()
    await until_blocked(client, 0)
    await client.rpush("q", "job")
    assert await client.lpop("q") == b"job"


async def listen(client: Client) -> None:
    async with client.text.pubsub("news") as pubsub:
        assert await client.publish("news", "x") == 1
        message: Any = await pubsub.get_message(PATIENCE)
        assert message.data == "x"


async def dedicate(client: Client) -> None:
    async with client.dedicated() as own:
        await own.execute("SELECT", 2)
        await own.set("k", "v")
    assert await client.db(2).get("k") == b"v" and await client.get("k") is None


async def monitor(client: Client) -> None:
    async with client.monitor() as commands:
        await client.set("k", "v")
        async for seen in commands:
            if seen.words == [b"SET", b"k", b"v"]:
                return


async def lock(client: Client) -> None:
    async with client.lock("L") as held:
        assert await held.owned()


async def err(client: Client) -> None:
    await client.set("k", "v")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await client.lpush("k", "v")


USES = [call, send_what_is_large, run_pipeline, watch, wait, stop_waiting, listen, dedicate, monitor, lock, err]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("use", USES)
def test_all_that_a_client_does(run: Callable[[Main], Any], use: Callable[[Client], Any], protocol: int) -> None:
    async def main() -> None:
        async with Client.from_url("memory://", protocol=protocol) as client:
            await use(client)

    run(main)


# -- who shares what --------------------------------------------------------------------------------------------------


def test_a_name_is_shared_until_its_last_client_is_closed(run: Callable[[Main], Any]) -> None:
    """In whatever order they are closed."""

    async def main() -> None:
        for first, last in ((0, 1), (1, 0)):
            clients = [Client.from_url("memory://shop"), Client.from_url("memory://shop/3")]
            assert await clients[0].get("k") is None  # nothing is left of the pair before
            await clients[0].set("k", "v")
            await clients[1].set("k", "of 3")
            assert await clients[0].db(3).get("k") == b"of 3"
            await clients[first].aclose()
            assert await clients[last].get("k") is not None
            await clients[last].aclose()

    run(main)


def test_no_name_is_a_server_of_ones_own(run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        async with Client.from_url("memory://") as one, Client.from_url("memory://") as other:
            await one.set("k", "v")
            assert await one.db(0).get("k") == b"v" and await other.get("k") is None

    run(main)


def test_a_client_that_is_closed_takes_no_more_calls_and_its_calls_are_told(run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        client, other = Client.from_url("memory://a"), Client.from_url("memory://a")
        waiting = client.blpop(["q"], timeout=0)
        await client.ping()
        under_way = client.get("k")
        await client.aclose()
        for future in (waiting, under_way):
            with pytest.raises(ConnectionError):
                await future
        with pytest.raises(ConnectionError, match="closed"):
            await client.get("k")
        await other.rpush("q", "job")
        assert await other.llen("q") == 1  # nobody took it
        await other.aclose()

    run(main)


# -- loops and threads ------------------------------------------------------------------------------------------------


def test_two_loops_in_two_threads_share_a_name(run: Callable[[Main], Any]) -> None:
    """The client that came first may go first, as long as its loop runs: the server is in there."""
    both = threading.Barrier(2, timeout=PATIENCE)

    async def count(client: Client, times: int) -> None:
        await asyncio.gather(*(client.incr("n") for _ in range(times)))
        await asyncio.to_thread(both.wait)

    async def come_second() -> bytes | None:
        async with Client.from_url("memory://loops") as client:
            await count(client, 500)
            await asyncio.to_thread(both.wait)  # the other one is closed
            return await client.get("n")

    async def come_first() -> bytes | None:
        async with Client.from_url("memory://loops") as client:
            assert await client.get("n") is None
            second = asyncio.ensure_future(asyncio.to_thread(run, come_second))
            await count(client, 501)
        await asyncio.to_thread(both.wait)
        return await second

    assert run(come_first) == b"1001"


def test_who_came_from_elsewhere_finds_a_new_server_when_the_loop_has_ended(run: Callable[[Main], Any]) -> None:
    ended = threading.Event()

    async def come_first(second: Callable[[], None]) -> threading.Thread:
        async with Client.from_url("memory://ended") as client:
            await client.set("k", "v")
            thread = threading.Thread(target=second)
            thread.start()
            while await client.get("seen") is None:
                pass
        return thread

    async def come_second() -> list[bytes | None]:
        async with Client.from_url("memory://ended") as client:
            found = [await client.get("k")]
            await client.set("seen", 1)
            await asyncio.to_thread(ended.wait, PATIENCE)
            return [*found, await client.get("k")]

    found: list[bytes | None] = []
    thread = run(lambda: come_first(lambda: found.extend(run(come_second))))
    ended.set()
    thread.join(PATIENCE)
    assert found == [b"v", None]


def test_threads_and_loops_share_a_name(run: Callable[[Main], Any]) -> None:
    with BlockingClient.from_url("memory://mixed") as blocking:
        blocking.set("k", "of a thread")

        async def main() -> None:
            async with Client.from_url("memory://mixed") as client:
                assert await client.get("k") == b"of a thread"
                waiting = client.blpop(["q"], timeout=0)
                await asyncio.to_thread(blocking.rpush, "q", "job")
                assert await waiting == (b"q", b"job")
                await client.set("k", "of a loop")

        run(main)
        assert blocking.get("k") == b"of a loop"


def test_a_loop_that_was_closed_under_a_client_takes_its_server_with_it(run: Callable[[Main], Any]) -> None:
    """The name is free then; the client begins anew in the next loop, with a server that is empty."""

    async def leave(client: Client) -> None:
        assert await client.get("k") is None
        await client.set("k", "v")

    client = Client.from_url("memory://left")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        for _ in range(2):
            run(lambda: leave(client))
        gc.collect()

    async def end() -> None:
        assert await client.get("k") is None
        await client.aclose()

    run(end)
