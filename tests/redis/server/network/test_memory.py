"""`memory://name`: who shares a server, where it runs, and what its end does."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from framewire.aio.loops import new_event_loop
from framewire.redis.server.network import memory
from framewire.redis.server.network.memory import MemoryHold
from tests.redis.server.network.talking import Talker
from tests.serving import command, read_exactly, read_to_end
from tests.waiting import PATIENCE, until, until_in_loop

SET = command(b"SET", b"key", b"value")
GET = command(b"GET", b"key")
VALUE, NULL = b"$5\r\nvalue\r\n", b"$-1\r\n"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert not memory._registry._homes


@pytest.fixture(params=["asyncio", "uvloop"])
def loop_kind(request: pytest.FixtureRequest) -> str:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return str(request.param)


def new_runner(kind: str) -> asyncio.Runner:
    return asyncio.Runner(loop_factory=lambda: new_event_loop(kind))


async def ask(hold: MemoryHold, request: bytes) -> bytes:
    """The reply on a connection of its own."""
    _, talker = await hold.open_connection(Talker)
    reply = await talker.ask(request)
    talker.transport.close()
    await talker.wait_lost()
    return reply


def ask_blocking(hold: MemoryHold, request: bytes, reply: bytes) -> None:
    with hold.connect() as client:
        client.settimeout(PATIENCE)
        client.sendall(request)
        assert read_exactly(client, len(reply)) == reply


# -- in one loop ------------------------------------------------------------------------------------------------------


def test_a_name_is_shared_until_its_last_holder_is_gone(loop_kind: str) -> None:
    async def main() -> None:
        one, other, third = MemoryHold("a"), MemoryHold("a"), MemoryHold("a")
        assert await ask(one, SET) == b"+OK\r\n"
        assert await ask(other, GET) == VALUE
        await one.aclose()
        await one.aclose()
        assert await ask(third, GET) == VALUE  # nobody had a connection meanwhile
        other.release()
        await third.aclose()
        assert await ask(one, GET) == NULL
        await one.aclose()

    with new_runner(loop_kind) as runner:
        runner.run(main())


async def test_names_are_apart_and_no_name_is_a_server_of_ones_own() -> None:
    holds = [MemoryHold(name) for name in ("a", "b", None, None, "", "")]
    assert await ask(holds[0], SET) == b"+OK\r\n"
    for hold in holds[1:]:
        assert await ask(hold, GET) == NULL
        assert await ask(hold, command(b"INCR", b"visits")) == b":1\r\n"
    for hold in holds:
        await hold.aclose()


async def test_there_is_no_socket() -> None:
    hold = MemoryHold("a")
    transport, talker = await hold.open_connection(Talker)
    assert transport.get_extra_info("socket") is None
    assert b"addr=memory:0 laddr=memory:0 fd=-1" in await talker.ask(command(b"CLIENT", b"INFO"))
    await hold.aclose()
    await talker.wait_lost()


async def test_the_last_release_closes_who_is_still_connected() -> None:
    hold = MemoryHold("a")
    _, talker = await hold.open_connection(Talker)
    await hold.aclose()
    await talker.wait_lost()
    assert talker.ended


async def test_a_server_that_nobody_refers_to_goes_with_its_hold() -> None:
    hold = MemoryHold()
    _, talker = await hold.open_connection(Talker)
    del hold

    def collected() -> bool:
        gc.collect()
        return talker.lost.done()

    await until_in_loop(collected)


# -- between loops and threads ----------------------------------------------------------------------------------------


def in_a_thread(function: object, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=function, args=arguments)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_threads_reach_the_server_of_a_loop(loop_kind: str) -> None:
    async def main() -> None:
        hold = MemoryHold("a")
        assert await ask(hold, SET) == b"+OK\r\n"
        blocking = MemoryHold("a")
        await asyncio.to_thread(ask_blocking, blocking, GET, VALUE)
        await hold.aclose()
        await asyncio.to_thread(ask_blocking, blocking, GET, VALUE)  # it is kept by that one
        await asyncio.to_thread(blocking.release)
        await until_in_loop(lambda: not memory._registry._homes)

    with new_runner(loop_kind) as runner:
        runner.run(main())


def test_loops_reach_the_server_of_a_thread(loop_kind: str) -> None:
    blocking = MemoryHold("a")
    ask_blocking(blocking, SET, b"+OK\r\n")

    async def main() -> None:
        hold = MemoryHold("a")
        assert await ask(hold, GET) == VALUE
        await hold.aclose()

    with new_runner(loop_kind) as runner:
        runner.run(main())
    ask_blocking(blocking, GET, VALUE)
    server = blocking._home._server  # type: ignore[union-attr]
    blocking.release()
    assert not server._thread.is_alive()


def test_a_loop_that_was_last_lets_the_thread_end_by_itself(loop_kind: str) -> None:
    blocking, hold = MemoryHold("a"), MemoryHold("a")
    ask_blocking(blocking, SET, b"+OK\r\n")
    server = blocking._home._server  # type: ignore[union-attr]

    async def main() -> None:
        assert await ask(hold, GET) == VALUE
        blocking.release()
        assert await ask(hold, GET) == VALUE
        await hold.aclose()

    with new_runner(loop_kind) as runner:
        runner.run(main())
    until(lambda: not server._thread.is_alive())


def test_another_loop_reaches_the_server_of_a_loop(loop_kind: str) -> None:
    async def elsewhere() -> None:
        hold = MemoryHold("a")
        assert await ask(hold, GET) == VALUE
        await hold.aclose()

    def run_elsewhere() -> None:
        with new_runner(loop_kind) as runner:
            runner.run(elsewhere())

    async def main() -> None:
        hold = MemoryHold("a")
        assert await ask(hold, SET) == b"+OK\r\n"
        await asyncio.to_thread(run_elsewhere)
        await hold.aclose()

    with new_runner(loop_kind) as runner:
        runner.run(main())


def test_who_would_wait_for_himself_is_told() -> None:
    async def main() -> None:
        hold, blocking = MemoryHold("a"), MemoryHold("a")
        await ask(hold, SET)
        with pytest.raises(RuntimeError, match="runs in an event loop of this very thread"):
            blocking.connect()
        blocking.release()
        await hold.aclose()

    asyncio.run(main())


def test_many_threads_that_come_at_once_share_one_server() -> None:
    holds = [MemoryHold("a") for _ in range(16)]
    together = threading.Barrier(len(holds))

    def come(hold: MemoryHold) -> None:
        together.wait(PATIENCE)
        with hold.connect() as client:
            client.settimeout(PATIENCE)
            client.sendall(command(b"INCR", b"visits"))
            client.recv(100)

    threads = [in_a_thread(come, hold) for hold in holds]
    for thread in threads:
        thread.join(PATIENCE)
    ask_blocking(holds[0], command(b"GET", b"visits"), b"$2\r\n16\r\n")
    for hold in holds:
        hold.release()


# -- the end of a loop ------------------------------------------------------------------------------------------------


def test_the_name_is_free_when_the_loop_has_ended(loop_kind: str) -> None:
    hold = MemoryHold("a")
    for _ in range(2):  # never released
        with new_runner(loop_kind) as runner:
            assert runner.run(ask(hold, GET)) == NULL
            assert runner.run(ask(hold, SET)) == b"+OK\r\n"
    ask_blocking(hold, GET, NULL)
    hold.release()


@pytest.mark.parametrize("gracefully", [True, False])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_who_is_joined_from_elsewhere_sees_the_end_of_the_loop(loop_kind: str, gracefully: bool) -> None:
    hold, blocking = MemoryHold("a"), MemoryHold("a")
    joined: list[socket.socket] = []
    runner = new_runner(loop_kind)

    async def main() -> None:
        assert await ask(hold, SET) == b"+OK\r\n"
        client = await asyncio.to_thread(blocking.connect)
        joined.append(client)
        client.sendall(GET)
        assert await asyncio.to_thread(read_exactly, client, len(VALUE)) == VALUE

    runner.run(main())
    if gracefully:
        runner.close()
    else:
        runner.get_loop().close()
    with joined[0] as client:
        client.settimeout(PATIENCE)
        assert read_to_end(client) == b""
    ask_blocking(blocking, GET, NULL)  # the name is free
    blocking.release()
    del runner
    gc.collect()


def test_a_client_that_is_closed_as_the_last_thing_leaves_no_warning() -> None:
    program = """
import asyncio
from framewire.redis.server.network.memory import MemoryHold
from tests.redis.server.network.talking import Talker
async def main():
    hold = MemoryHold("a")
    await hold.open_connection(Talker)
    %s
asyncio.run(main())
"""
    for last in ("await hold.aclose()", "hold.release()", "pass"):
        command_line = [sys.executable, "-X", "dev", "-W", "error", "-c", program % last]
        assert not subprocess.run(command_line, capture_output=True, text=True, check=True).stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody forks here")
def test_a_child_that_is_forked_has_a_server_of_its_own() -> None:
    hold = MemoryHold("a")
    ask_blocking(hold, SET, b"+OK\r\n")
    child = os.fork()
    if not child:
        try:
            ask_blocking(hold, GET, NULL)
            hold.release()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    ask_blocking(hold, GET, VALUE)
    hold.release()


def test_a_thread_that_cannot_be_started_leaves_the_name_free(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    hold = MemoryHold("a")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            hold.connect()
    ask_blocking(hold, GET, NULL)
    hold.release()


def test_a_home_that_ends_before_it_has_begun_refuses() -> None:
    home = memory._InThread()
    home.end()
    with pytest.raises(ConnectionRefusedError):
        home.connect()
    assert not home._server._thread.is_alive()


async def test_an_attempt_that_is_cancelled_leaves_nobody_behind() -> None:
    blocking, hold = MemoryHold("a"), MemoryHold("a")
    await asyncio.to_thread(ask_blocking, blocking, SET, b"+OK\r\n")
    for turns in range(6):
        opening = asyncio.ensure_future(hold.open_connection(Talker))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        try:
            transport, _ = await opening
            transport.abort()
        except asyncio.CancelledError:
            pass
    server = blocking._home._server._server  # type: ignore[union-attr]
    await until_in_loop(lambda: not len(server.connections))
    assert await ask(hold, GET) == VALUE
    await hold.aclose()
    await asyncio.to_thread(blocking.release)
