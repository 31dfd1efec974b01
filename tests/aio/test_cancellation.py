"""Cancelling at every point where a call may wait: no byte is lost, none is repeated, no frame is torn, nothing leaks.

Each call is started as a task and cancelled `steps` loop iterations later, for all `steps` that make a difference: so
it is met while it waits, and in the moment between its result and its return.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest

from framewire import RespCodec
from framewire.aio import Connection, connect, listen
from framewire.frames.resp import Array, Bulk, Integer
from tests.aio.pairs import PAIRS, Pair, socket_pair
from tests.waiting import until_in_loop

FRAMES = [frame for number in range(15) for frame in (
    Integer(number), Bulk(bytes([number]) * 70_000), Array((Bulk(b"a" * number), Bulk(b"b" * 300_000), Integer(7))),
)]  # fmt: skip
STEPS = range(12)
MANY = 20_000


async def cancelled_after(steps: int, call: Coroutine[Any, Any, Any]) -> tuple[bool, Any]:
    """Start `call`, cancel it that many iterations later; whether it returned all the same, and what."""
    task = asyncio.ensure_future(call)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        return True, await task
    except asyncio.CancelledError:
        return False, None


async def write_all(connection: Connection[Any]) -> None:
    for frame in FRAMES:
        await connection.write_frame(frame)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("call", ["read_frame", "read_frames", "timeout"])
def test_reading(run: Callable[..., None], pair: Callable[..., Awaitable[Pair]], call: str) -> None:
    async def read(connection: Connection[Any]) -> list[Any]:
        if call == "read_frames":
            return await connection.read_frames()
        frame = await connection.read_frame(timeout=60 if call == "timeout" else None)
        return [frame]

    async def main() -> None:
        near, far = await pair()
        writing = asyncio.ensure_future(write_all(near))
        seen: list[Any] = []
        for steps, _ in zip(cycle(STEPS), range(MANY), strict=False):
            _, frames = await cancelled_after(steps, read(far))
            seen += frames or []
            if len(seen) >= len(FRAMES):
                break
        await writing
        near.close()
        assert await far.read_frame() is None
        assert seen == FRAMES
        far.close()

    run(main())


@pytest.mark.parametrize("pair", PAIRS)
def test_a_timeout_that_comes_in_the_same_moment_as_the_frame(
    run: Callable[..., None], pair: Callable[..., Awaitable[Pair]]
) -> None:
    async def main() -> None:
        near, far = await pair()
        writing = asyncio.ensure_future(write_all(near))
        seen: list[Any] = []
        for number in range(MANY):
            try:
                seen.append(await far.read_frame(timeout=number % 7 * 0.0001))
            except TimeoutError:
                continue
            if len(seen) == len(FRAMES):
                break
        await writing
        assert seen == FRAMES
        near.close()
        far.close()

    run(main())


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("call", ["write_frame", "flush"])
def test_writing(run: Callable[..., None], pair: Callable[..., Awaitable[Pair]], call: str) -> None:
    async def write(connection: Connection[Any], frame: Any) -> None:
        if call == "write_frame":
            await connection.write_frame(frame)
        else:
            connection.feed_frame(frame)
            await connection.flush()

    async def main() -> None:
        near, far = await pair(high_water=10_000)
        reading = asyncio.ensure_future(read_to_end(far))
        for steps, frame in zip(cycle(STEPS[1:]), FRAMES, strict=False):  # after 0 steps it has not begun
            await cancelled_after(steps, write(near, frame))
        near.close()
        assert await reading == FRAMES
        far.close()

    run(main())


async def read_to_end(connection: Connection[Any]) -> list[Any]:
    return [frame async for frame in connection]


@pytest.mark.parametrize("pair", PAIRS)
def test_waiting_for_the_end(run: Callable[..., None], pair: Callable[..., Awaitable[Pair]]) -> None:
    async def main() -> None:
        near, far = await pair()
        for steps in STEPS:
            await cancelled_after(steps, near.wait_closed())
            await near.write_frame(Integer(steps))
            assert await far.read_frame() == Integer(steps)
        near.close()
        far.close()
        await near.wait_closed()
        await far.wait_closed()

    run(main())


@pytest.mark.parametrize("steps", range(20))
def test_leaving_the_block_of_a_connection(run: Callable[..., None], steps: int) -> None:
    """Cancelled while the peer does not take what was written: the connection is aborted, not left behind."""

    async def leave(connection: Connection[Any]) -> None:
        async with connection:
            connection.feed_frame(Bulk(b"x" * 20_000_000))

    async def main() -> None:
        near, far = await socket_pair()
        await cancelled_after(steps, leave(near))
        await asyncio.sleep(0)
        if steps:
            assert near.is_closed
        near.abort()
        far.abort()
        await asyncio.sleep(0)

    run(main())


def test_connecting(run: Callable[..., None]) -> None:
    """No socket stays open, on either side."""
    ended: list[object] = []

    async def handler(connection: Connection[Any]) -> None:
        ended.append(await connection.read_frame())

    async def main() -> None:
        async with await listen(handler, RespCodec, "127.0.0.1", 0) as listener:
            for steps in range(30):
                done, connection = await cancelled_after(steps, connect(RespCodec(), "127.0.0.1", listener.port))
                if done:
                    connection.close()
                    await connection.wait_closed()
            await until_in_loop(lambda: not listener._tasks)
        assert set(ended) <= {None}

    run(main())
    gc.collect()  # an unclosed socket or transport would warn here, which is an error


@pytest.mark.parametrize("steps", range(12))
def test_closing_a_listener(run: Callable[..., None], steps: int) -> None:
    """Whenever it comes: the client is told, and the handler does not go on."""
    running: list[Connection[Any]] = []

    async def handler(connection: Connection[Any]) -> None:
        running.append(connection)
        try:
            await asyncio.sleep(60)
        finally:
            running.remove(connection)

    async def main() -> None:
        listener = await listen(handler, RespCodec, "127.0.0.1", 0)
        connecting = asyncio.ensure_future(connect(RespCodec(), "127.0.0.1", listener.port))
        for _ in range(steps):
            await asyncio.sleep(0)
        listener.close()
        await listener.wait_closed()
        with suppress(ConnectionError):  # it was not even accepted
            connection = await connecting
            assert await connection.read_frame(timeout=60) is None
            connection.abort()
        assert not running and not listener._tasks

    run(main())
    gc.collect()
