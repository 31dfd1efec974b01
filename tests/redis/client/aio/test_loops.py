"""A client and event loops: one that was closed under it, and one that it does not belong to."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.retries import Retry
from framewire.redis.server.network.thread import ThreadServer, run_in_thread
from tests.waiting import PATIENCE, until_in_loop

Use = Callable[[Client], Coroutine[Any, Any, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """`asyncio.run`, on each loop."""
    if request.param == "asyncio":
        return asyncio.run
    uvloop = pytest.importorskip("uvloop")

    def run(main: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(main)

    return run


async def call(client: Client) -> Any:
    return await client.set("k", "v")


async def call_text(client: Client) -> Any:
    return await client.text.set("k", "v")


async def run_pipeline(client: Client) -> Any:
    async with client.pipeline() as pipeline:
        place = pipeline.set("k", "v")
    return place.result()


async def run_pipeline_of_text(client: Client) -> Any:
    async with client.text.pipeline() as pipeline:
        place = pipeline.set("k", "v")
    return place.result()


async def block(client: Client) -> Any:
    await client.rpush("l", "a")
    return await client.blpop("l") == (b"l", b"a") or await client.blpop("l")


async def block_at_once(client: Client) -> Any:
    return await client.blpop("none", 0.001) is None


async def dedicate(client: Client) -> Any:
    async with client.dedicated() as own:
        return await own.set("k", "v")


async def use_sibling(client: Client) -> Any:
    return await client.db(1).set("k", "v")


async def lock(client: Client) -> Any:
    async with client.lock("L") as held:
        return await held.owned()


async def run_script(client: Client) -> Any:
    return await client.register_script("return 1")()


USES = [call, call_text, run_pipeline, run_pipeline_of_text, block, block_at_once, dedicate, use_sibling, lock,
        run_script]  # fmt: skip


@pytest.fixture(autouse=True)
def asyncio_warns_of_transports_left_behind() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


@pytest.mark.parametrize("use", USES)
def test_after_a_loop_that_was_closed_it_begins_anew(server: ThreadServer, run: Run, use: Use) -> None:
    """Whatever it was used for there, and is used for first here."""
    for first in USES:
        client = Client.from_url(server.url)
        assert run(first(client))
        assert run(use(client))
        assert run(first(client))
        run(client.aclose())


@pytest.mark.parametrize("use", [call, call_text, run_pipeline, run_pipeline_of_text, dedicate, use_sibling])
def test_in_another_loop_that_runs_it_is_an_error(server: ThreadServer, run: Run, use: Use) -> None:
    """Whichever link it would take: it was used in the first one for everything."""

    async def main() -> None:
        async with Client.from_url(server.url) as client:
            await asyncio.gather(call(client), dedicate(client), use_sibling(client))
            with ThreadPoolExecutor(1) as thread:
                other = thread.submit(run, use(client))
                with pytest.raises(RuntimeError, match="event loop where it was first used, and in no other"):
                    await asyncio.wrap_future(other)
            assert await call(client)  # which does it no harm

    run(main())


def test_what_waits_when_a_loop_is_closed_is_let_go(server: ThreadServer, run: Run) -> None:
    client = Client.from_url(server.url, max_connections=1)

    async def leave() -> None:
        waiting = [client.blpop("none"), client.blpop("none")]
        await asyncio.sleep(0)
        assert not any(future.done() for future in waiting)

    run(leave())
    assert run(dedicate(client))
    run(client.aclose())


def test_replies_that_came_while_the_loop_did_not_run_are_in_time(run: Run) -> None:
    """The deadline has passed when the loop runs again; so has the reply come, which it has not read yet."""
    listener, answered = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            while request := sock.recv(65536):
                sock.sendall(b":7\r\n")
                if b"NUMBER" in request:
                    answered.set()

    async def main() -> None:
        port = listener.getsockname()[1]
        async with Client(port=port, protocol=2, lib_name=None, socket_timeout=0.2) as client:
            await client.execute("FIRST")
            call = client.execute("NUMBER")
            await asyncio.sleep(0)
            assert answered.wait(PATIENCE)
            time.sleep(0.4)  # noqa: ASYNC251 (what must not be done)
            assert await call == 7

    thread = threading.Thread(target=serve)
    thread.start()
    run(main())
    thread.join(PATIENCE)
    listener.close()


def test_closing_it_in_another_loop(server: ThreadServer, run: Run) -> None:
    client = Client.from_url(server.url)
    run(call(client))
    run(client.aclose())
    with pytest.raises(ConnectionError, match="closed"):
        run(call(client))


def test_closing_it_in_another_loop_that_runs_does_it_no_harm(server: ThreadServer, run: Run) -> None:
    """Be its link shared or one of its own."""

    async def main(first: Use) -> None:
        async with Client.from_url(server.url) as client:
            await first(client)
            waiting = client.blpop("none")
            with ThreadPoolExecutor(1) as thread:
                with pytest.raises(RuntimeError, match="event loop"):
                    await asyncio.wrap_future(thread.submit(run, client.aclose()))
            await asyncio.sleep(0)
            assert await call(client) and await dedicate(client)
            assert not waiting.done()
            waiting.cancel()

    run(main(call))
    run(main(dedicate))


def test_a_loop_that_ends_between_attempts_to_connect(run: Run) -> None:
    """When nobody waits any more, there is no link then either, and nobody who connects."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        client = Client(port=sock.getsockname()[1], retry=Retry(base=PATIENCE, cap=PATIENCE))

        async def go() -> None:
            client.ping().cancel()
            await until_in_loop(lambda: client._route.server._link is None)

        loop = asyncio.new_event_loop()
        loop.run_until_complete(go())
        loop.close()
        sock.listen()
        run(connect(client))


async def connect(client: Client) -> None:
    """Until there is a connection, over which nothing is said."""
    client.ping().cancel()
    server = client._route.server
    await until_in_loop(lambda: server._link is not None and server._link.transport is not None)
    await client.aclose()
