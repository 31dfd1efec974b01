"""Proof that cancellation was tried everywhere: each `await` in the code of a connection has been cancelled here.

What belongs here: a scenario for each public call that can wait, cancelled after 1, 2, 3, ... loop iterations until it
is through, and the comparison of where that met it with all `await`s there are (read from the source). Each scenario
checks afterwards that no byte was lost or repeated: what the other side gets is what was given, once and in order.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

import framewire.aio
from framewire import RespCodec
from framewire.aio import connection, handover, listen, memory_pair, protocol
from framewire.frames.resp import Array, Bulk, Integer
from tests.aio.pairs import PAIRS, Pair
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]
MakePair = Callable[..., Awaitable[Pair]]
Point = tuple[str, int]

SOURCE = Path(framewire.aio.__file__).parent
MOST_STEPS = 60
LARGE = Bulk(bytes(range(256)) * 4_000)
FRAMES = [Integer(1), LARGE, Array((Bulk(b"x" * 20_000), Integer(2))), Integer(3)]


def await_points(module: Any) -> set[Point]:
    """The file and line of every `await` in `module`."""
    path = Path(module.__file__)
    tree = ast.parse(path.read_text())
    return {(path.name, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Await)}


def met_at(traceback: TracebackType | None) -> set[Point]:
    """The lines of our own code that a cancellation passed through."""
    points = set()
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.parent == SOURCE:
            points.add((path.name, traceback.tb_lineno))
        traceback = traceback.tb_next
    return points


class Attempt:
    """Calls that are cancelled after so many iterations each: where that met them, or their results."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.points: set[Point] = set()

    @property
    def through(self) -> bool:
        """Whether it came too late for every call."""
        return not self.points

    async def __call__(self, call: Any) -> Any:
        task = asyncio.ensure_future(call)
        for _ in range(self.steps):
            if task.done():
                break
            await asyncio.sleep(0)
        task.cancel()
        try:
            return await task
        except asyncio.CancelledError as error:
            self.points |= met_at(error.__traceback__)
            return None


async def reading(attempt: Attempt, near: Any, far: Any, how: str) -> None:
    async def write() -> None:
        for frame in FRAMES:
            await near.write_frame(frame)

    calls = {
        "read_frame": far.read_frame,
        "timeout": lambda: far.read_frame(timeout=60),
        "read_frames": far.read_frames,
        "anext": lambda: anext(far),
    }
    writing = asyncio.ensure_future(write())
    seen: list[Any] = []
    while len(seen) < len(FRAMES):
        got = await attempt(calls[how]())
        seen += got if isinstance(got, list) else [got] if got is not None else []
    await writing
    assert seen == FRAMES


def narrow(near: Any) -> None:
    """Let the system hold little: else it would take all at once."""
    if (sock := near.get_extra_info("socket")) is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 50_000)


async def writing(attempt: Attempt, near: Any, far: Any, how: str) -> None:
    async def read() -> list[Any]:
        await asyncio.sleep(0)
        return [await far.read_frame() for _ in FRAMES]

    async def fed(frame: Any) -> None:
        near.feed_frame(frame)
        await near.flush()

    narrow(near)
    receiving = asyncio.ensure_future(read())
    for frame in FRAMES:
        await attempt((near.write_frame if how == "write_frame" else fed)(frame))
    near._send_outbox()
    assert await receiving == FRAMES


async def ending(attempt: Attempt, near: Any, far: Any, how: str) -> None:
    async def leave() -> None:
        async with near:
            near.feed_frame(LARGE)

    if how == "wait_closed":
        await attempt(near.wait_closed())
        await near.write_frame(Integer(1))
        assert await far.read_frame() == Integer(1)  # waiting has closed nothing
        return
    await attempt(leave())
    for _ in range(3):
        await asyncio.sleep(0)
    assert near.is_closed


async def parting(attempt: Attempt, near: Any, far: Any, how: str) -> None:
    """Met while it waits for the output to leave: the connection goes on, and nothing is lost."""
    narrow(near)
    for frame in FRAMES:
        near.feed_frame(frame)
    parts = await attempt(near.into_parts())
    assert [await far.read_frame() for _ in FRAMES] == FRAMES
    if parts is None:
        await far.write_frame(Integer(5))
        assert await near.read_frame() == Integer(5)
    else:
        assert near.is_closed
        parts.transport.abort()


SCENARIOS = [
    (parting, "into_parts"),
    *((reading, how) for how in ("read_frame", "timeout", "read_frames", "anext")),
    *((writing, how) for how in ("write_frame", "flush")),
    *((ending, how) for how in ("wait_closed", "block")),
]


def run_scenario(run: Run, pair: MakePair, scenario: Any, how: str) -> set[Point]:
    points: set[Point] = set()

    async def once(attempt: Attempt) -> None:
        near, far = await pair(high_water=10_000)
        try:
            async with asyncio.timeout(60):
                await scenario(attempt, near, far, how)
        finally:
            near.abort()
            far.abort()
            await asyncio.gather(near.wait_closed(), far.wait_closed())

    through = 0
    for steps in range(1, MOST_STEPS):
        attempt = Attempt(steps)
        run(once(attempt))
        points |= attempt.points
        through += attempt.through
        if through >= 3 or (scenario is ending and steps > 12):  # nothing ends that wait
            break
    return points


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(("scenario", "how"), SCENARIOS, ids=[how for _, how in SCENARIOS])
def test_cancelled_at_every_iteration(run: Run, pair: MakePair, scenario: Any, how: str) -> None:
    assert run_scenario(run, pair, scenario, how)


@pytest.mark.thorough
def test_no_await_of_a_connection_was_left_out() -> None:
    async def in_memory(**options: Any) -> Pair:
        return memory_pair(RespCodec(), RespCodec(), piece=5_000, **options)

    tried: set[Point] = set()
    with asyncio.Runner() as runner:
        for scenario, how in SCENARIOS:
            tried |= run_scenario(runner.run, in_memory, scenario, how)
    points = await_points(connection) | await_points(protocol) | await_points(handover)
    assert points - tried == tls_points()


def tls_points() -> set[Point]:
    """Where `start_tls` waits, which no pair in memory can do: `test_handover.py` cancels it at every iteration."""
    tree = ast.parse(Path(handover.__file__).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    named = [node for node in functions if node.name in ("start_tls", "_shake_hands")]
    return {("handover.py", at.lineno) for node in named for at in ast.walk(node) if isinstance(at, ast.Await)}


@pytest.mark.thorough
def test_no_await_of_a_listener_was_left_out(run: Run) -> None:
    """Its handlers are met where they wait, and where they have been cancelled already; whoever waits for it too."""
    tried: set[Point] = set()
    module = __import__("framewire.aio.listen", fromlist=["Listener"])

    served: list[Any] = []

    async def handler(connection: Any) -> None:
        served.append(connection)
        async for frame in connection:
            await connection.write_frame(frame)

    async def once(steps: int, how: str) -> None:
        opening = Attempt(steps)
        listener = await opening(listen(handler, RespCodec, "localhost", 0))
        tried.update(opening.points)
        if listener is None:
            listener = await listen(handler, RespCodec, "127.0.0.1", 0)
        try:
            client = await framewire.aio.connect(RespCodec(), "127.0.0.1", listener.port)
            await client.write_frame(Integer(1))
            assert await client.read_frame() == Integer(1)
            client._protocol.transport.write(b"$5\r\nhe")  # inside a frame: draining waits for the rest
            await until_in_loop(lambda: served[-1]._inside_frame)
            await stop(listener, steps, how)
            await asyncio.wait_for(listener.shutdown(0), 60)
            assert not listener.connection_count
            client.abort()
            await client.wait_closed()
        finally:
            listener.close()

    async def stop(listener: Any, steps: int, how: str) -> None:
        attempt = Attempt(steps % 30)
        if how == "handler":
            (task,) = listener._tasks
            traced = asyncio.ensure_future(note(task))
            for _ in range(steps % 3 + 1):
                task.cancel()
                await asyncio.sleep(0)
            await traced
        elif how == "block":
            await attempt(leave(listener))
        else:
            await attempt({
                "shutdown": lambda: listener.shutdown(None), "deadline": lambda: listener.shutdown(0),
                "wait_stopped": listener.wait_stopped, "wait_closed": listener.wait_closed,
            }[how]())  # fmt: skip
        tried.update(attempt.points)

    async def leave(listener: Any) -> None:
        async with listener:
            pass

    async def note(task: asyncio.Task[None]) -> None:
        frame = task.get_coro().cr_frame  # type: ignore[union-attr]
        with contextlib.suppress(asyncio.CancelledError):
            while not task.done():
                tried.add(("listen.py", frame.f_lineno))
                await asyncio.sleep(0)

    for how in ("shutdown", "deadline", "wait_stopped", "wait_closed", "handler", "block"):
        for steps in [*range(8), 31, 32, 33, 34, 35]:
            run(once(steps, how))
    missing = await_points(module) - tried
    assert not missing
