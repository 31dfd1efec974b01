"""`serve` and the end of a `Listener`: limits, draining, deadlines, signals; in this process and as a script."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire import LinesCodec
from framewire.aio import Connection, Listener, connect, listen, serve
from framewire.aio.loops import new_event_loop
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]
Line = Connection[bytes]


async def echo(connection: Line) -> None:
    async for line in connection:
        await connection.write_frame(line)


async def client(listener: Listener[Any]) -> Line:
    return await connect(LinesCodec(), "127.0.0.1", listener.port)


async def connected(listener: Listener[Any], count: int = 1) -> None:
    """Wait until so many connections have their handlers, and these have begun."""
    await until_in_loop(lambda: len(listener._tasks) == count)
    await asyncio.sleep(0)


class Serving:
    """`serve` in a task, with its listener at hand."""

    def __init__(self, handler: Callable[[Line], Awaitable[None]], **options: Any) -> None:
        self.listening: asyncio.Future[Listener[bytes]] = asyncio.get_running_loop().create_future()
        self.task = asyncio.ensure_future(
            serve(handler, LinesCodec, "127.0.0.1", 0, started=self.listening.set_result, **options)
        )

    async def __aenter__(self) -> Serving:
        await asyncio.wait([self.listening, self.task], return_when=asyncio.FIRST_COMPLETED)
        self.listener = await self.listening
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


# -- how many


def test_beyond_the_limit_who_connects_waits_and_is_served_in_turn(run: Run) -> None:
    async def main() -> None:
        async with await listen(echo, LinesCodec, "127.0.0.1", 0, max_connections=2) as listener:
            served = [await client(listener) for _ in range(2)]
            for connection in served:
                await connection.write_frame(b"hello")
                assert await connection.read_frame() == b"hello"
            waiting = [await client(listener) for _ in range(2)]  # the system's backlog takes them
            for connection in waiting:
                await connection.write_frame(b"me too")
            with pytest.raises(TimeoutError):
                await waiting[0].read_frame(timeout=0.05)
            assert listener.connection_count == 2
            for leaving, next_one in zip(served, waiting, strict=True):
                leaving.close()
                assert await next_one.read_frame(timeout=60) == b"me too"
                assert listener.connection_count == 2
            for connection in waiting:
                connection.close()

    run(main())


def test_a_burst_of_clients_above_the_limit_is_all_served(run: Run) -> None:
    most = 0

    async def main() -> None:
        async def count_and_echo(connection: Line) -> None:
            nonlocal most
            most = max(most, listener.connection_count)
            await echo(connection)

        async def visit() -> None:
            async with await client(listener) as connection:
                await connection.write_frame(b"once")
                assert await connection.read_frame() == b"once"

        async with await listen(count_and_echo, LinesCodec, "127.0.0.1", 0, max_connections=3) as listener:
            await asyncio.gather(*(visit() for _ in range(40)))
        assert most == 3

    run(main())


@pytest.mark.parametrize("bad", [0, -1])
async def test_a_limit_of_no_connections_is_refused(bad: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        await listen(echo, LinesCodec, "127.0.0.1", 0, max_connections=bad)


# -- the end


def test_who_waits_for_a_frame_reads_a_clean_end_and_who_works_goes_on(run: Run) -> None:
    said: list[bytes | None] = []
    begun, go_on = asyncio.Event(), asyncio.Event()
    served: list[Line] = []

    async def handler(connection: Line) -> None:
        served.append(connection)
        while (line := await connection.read_frame()) is not None:
            if line == b"work":
                begun.set()
                await go_on.wait()
                assert connection.is_draining
            await connection.write_frame(b"done " + line)
        said.append(None)

    async def main() -> None:
        async with Serving(handler) as serving:
            idle, working, inside = [await client(serving.listener) for _ in range(3)]
            await working.write_frame(b"work")
            inside._protocol.transport.write(b"half a l")
            await begun.wait()
            await until_in_loop(lambda: len(served) == 3 and any(connection._inside_frame for connection in served))
            port = serving.listener.port
            serving.listener.stop()
            assert await idle.read_frame() is None
            with pytest.raises(ConnectionError):
                await connect(LinesCodec(), "127.0.0.1", port)
            assert not serving.task.done()
            inside._protocol.transport.write(b"ine\n")
            assert await inside.read_frame() == b"done half a line"
            assert await inside.read_frame() is None
            go_on.set()
            assert await working.read_frame() == b"done work"
            assert await working.read_frame() is None
            for connection in (idle, working, inside):
                connection.close()
            await serving.task
        assert said == [None] * 3

    run(main())


def test_frames_that_had_arrived_are_still_read(run: Run) -> None:
    read: list[bytes] = []
    entered, go_on = asyncio.Event(), asyncio.Event()
    served: list[Line] = []

    async def handler(connection: Line) -> None:
        served.append(connection)
        async for line in connection:
            entered.set()
            await go_on.wait()
            read.append(line)

    async def main() -> None:
        async with Serving(handler) as serving:
            async with await client(serving.listener) as connection:
                await connection.write_frame(b"one")
                await connection.flush()
                connection._protocol.transport.write(b"two\nthree\n")
                await entered.wait()
                await until_in_loop(lambda: len(served[0]._inbound.rest) == len(b"two\nthree\n"))
                serving.listener.stop()
                go_on.set()
                assert await connection.read_frame() is None
            await serving.task
        assert read == [b"one", b"two", b"three"]

    run(main())


def test_what_does_not_end_in_time_is_cancelled(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    outcomes: list[str] = []

    async def stubborn(connection: Line) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            outcomes.append("cancelled")
            raise

    async def main() -> None:
        async with Serving(stubborn, shutdown_timeout=0.05) as serving:
            connection = await client(serving.listener)
            await connected(serving.listener)
            serving.listener.stop()
            await asyncio.wait_for(serving.task, 60)
            with contextlib.suppress(ConnectionError):
                assert await connection.read_frame() is None
            connection.close()
        assert outcomes == ["cancelled"]

    run(main())
    assert "cancelling 1 handlers that did not end within 0.05 s" in caplog.text


def test_a_client_that_does_not_take_its_output_cannot_hold_the_end_up(run: Run) -> None:
    async def pour(connection: Line) -> None:
        for _ in range(200):
            connection.feed_frame(b"x" * 60_000)

    async def main() -> None:
        async with Serving(pour, shutdown_timeout=0.05) as serving:
            connection = await client(serving.listener)
            connection._protocol.transport.pause_reading()
            await connected(serving.listener)
            serving.listener.stop()
            await asyncio.wait_for(serving.task, 60)
            connection.abort()

    run(main())


def test_cancelling_serve_cancels_the_handlers(run: Run) -> None:
    ended: list[str] = []

    async def handler(connection: Line) -> None:
        try:
            await connection.read_frame()
        finally:
            ended.append("handler")

    async def main() -> None:
        async with Serving(handler) as serving:
            connection = await client(serving.listener)
            await connected(serving.listener)
            serving.task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving.task
            assert ended == ["handler"]
            connection.abort()

    run(main())


@pytest.mark.parametrize("steps", range(14))
def test_cancelling_the_shutdown_at_any_point_leaves_nobody(run: Run, steps: int) -> None:
    async def main() -> None:
        async with await listen(echo, LinesCodec, "127.0.0.1", 0) as listener:
            busy, idle = await client(listener), await client(listener)
            busy._protocol.transport.write(b"half")
            await connected(listener, 2)
            stopping = asyncio.ensure_future(listener.shutdown(0.001 * (steps % 2) or None))
            for _ in range(steps):
                await asyncio.sleep(0)
            stopping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await stopping
            await asyncio.wait_for(listener.shutdown(0), 60)
            assert listener.connection_count == 0 and listener.is_stopping and not listener.sockets
            busy.abort()
            idle.abort()

    run(main())


def test_who_still_shakes_hands_is_let_go(run: Run, tls: tuple[Any, Any]) -> None:
    async def main() -> None:
        async with await listen(echo, LinesCodec, "127.0.0.1", 0, ssl=tls[0]) as listener:
            with socket.create_connection(("127.0.0.1", listener.port)) as raw:
                await until_in_loop(lambda: listener.connection_count == 1)
                await asyncio.wait_for(listener.shutdown(60), 60)
                raw.settimeout(60)
                with contextlib.suppress(ConnectionError):
                    assert raw.recv(1) == b""

    run(main())


def test_a_handshake_that_lasts_too_long_gives_its_place_away(run: Run, tls: tuple[Any, Any]) -> None:
    async def main() -> None:
        options = {"ssl": tls[0], "ssl_handshake_timeout": 0.1, "max_connections": 1}
        async with await listen(echo, LinesCodec, "127.0.0.1", 0, **options) as listener:
            with socket.create_connection(("127.0.0.1", listener.port)):
                await until_in_loop(lambda: listener.connection_count == 1)
                while True:
                    with contextlib.suppress(ConnectionError):  # on a busy machine its own handshake may last too long
                        connection = await connect(
                            LinesCodec(), "127.0.0.1", listener.port, ssl=tls[1], server_hostname="localhost"
                        )
                        break
                async with connection:
                    await connection.write_frame(b"at last")
                    assert await connection.read_frame() == b"at last"

    run(main())


# -- signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_what_was_before_comes_back(run: Run, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    inside: list[object] = []

    async def main() -> None:
        inside.append(signal.getsignal(number))
        async with Serving(echo) as serving:
            connection = await client(serving.listener)
            await connected(serving.listener)
            os.kill(os.getpid(), number)
            assert await connection.read_frame() is None
            connection.close()
            await asyncio.wait_for(serving.task, 60)
        assert signal.getsignal(number) == inside[0]

    run(main())
    assert signal.getsignal(number) == before


def test_a_second_signal_does_not_wait(run: Run) -> None:
    async def stubborn(connection: Line) -> None:
        await asyncio.sleep(60)

    async def main() -> None:
        async with Serving(stubborn, shutdown_timeout=None) as serving:
            connection = await client(serving.listener)
            await connected(serving.listener)
            os.kill(os.getpid(), signal.SIGTERM)
            await serving.listener.wait_stopped()
            assert not serving.task.done()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(serving.task, 60)
            connection.abort()

    run(main())


@pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
def test_in_another_thread_signals_are_left_alone(kind: str) -> None:
    failures: list[BaseException] = []

    async def main() -> None:
        async with Serving(echo) as serving:
            async with await client(serving.listener) as connection:
                await connection.write_frame(b"x")
                assert await connection.read_frame() == b"x"
            serving.listener.stop()
            await serving.task

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: new_event_loop(kind)) as runner:
                runner.run(main())
        except BaseException as error:
            failures.append(error)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert failures == []
    assert signal.getsignal(signal.SIGINT) is before


SCRIPT = """
import asyncio
from framewire import LinesCodec
from framewire.aio import serve

async def handler(connection):
    async for line in connection:
        await connection.write_frame(line.upper())
    await connection.write_frame("bye")

asyncio.run(serve(handler, lambda: LinesCodec(encoding="utf-8"), "127.0.0.1", 0,
                  started=lambda listener: print(listener.port, flush=True)))
print("ended")
"""


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_script(number: signal.Signals) -> None:
    """As a user writes it: it prints its port, says good-bye to its clients, and ends with status 0."""
    with subprocess.Popen([sys.executable, "-W", "error", "-c", SCRIPT], stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        port = int(script.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
            raw.sendall(b"hello\n")
            assert raw.recv(100) == b"HELLO\n"
            script.send_signal(number)
            assert raw.recv(100) == b"bye\n"
            assert raw.recv(100) == b""
        assert script.stdout.read() == "ended\n"
        assert script.wait(60) == 0
