"""A connection that once carried a huge frame goes back to its small footprint, in both directions, on both loops."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire import LengthDelimitedCodec, LinesCodec, RespCodec
from framewire._framed import READ_SIZE
from framewire.aio import Connection, connect, listen
from framewire.aio.inbound import _scratch
from framewire.frames.resp import Array, Bulk

pytestmark = pytest.mark.thorough

Run = Callable[[Awaitable[None]], None]

MiB = 1024 * 1024
HUGE = 64 * MiB
SMALL = 128 * 1024  # what the two ends of a connection may keep

KINDS = {
    "one payload": (lambda: LengthDelimitedCodec(max_frame_length=HUGE), lambda size: b"x" * size),
    "a line": (lambda: LinesCodec(max_length=HUGE), lambda size: b"x" * size),
    "many small bulks": (RespCodec, lambda size: Array((Bulk(b"y" * 9_990),) * (size // 10_000))),
}


async def echo(connection: Connection[Any]) -> None:
    async for frame in connection:
        await connection.write_frame(frame)
        del frame


async def there_and_back(connection: Connection[Any], frame: Any) -> int:
    """Send `frame` to an echo and read it again; the peak of memory meanwhile."""
    tracemalloc.reset_peak()
    writing = asyncio.ensure_future(connection.write_frame(frame))
    assert await connection.read_frame() == frame
    await writing
    return tracemalloc.get_traced_memory()[1]


async def wait_idly(connection: Connection[Any]) -> None:
    """Both ends wait for a frame that does not come."""
    with pytest.raises(TimeoutError):
        await connection.read_frame(timeout=0.01)
    await turns()


async def turns() -> None:
    """What is under way ends, however few turns of the loop the time before was good for."""
    for _ in range(100):
        await asyncio.sleep(0)


def held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_huge_frame(run: Run, kind: str) -> None:
    codec, make = KINDS[kind]

    async def main() -> None:
        async with await listen(echo, codec, "127.0.0.1", 0) as listener:
            async with await connect(codec(), "127.0.0.1", listener.port) as connection:
                small = make(20_000)
                await there_and_back(connection, small)
                await wait_idly(connection)
                before = held()
                frame = make(HUGE)
                assert await there_and_back(connection, frame) - before > HUGE  # it was really there
                del frame
                await wait_idly(connection)
                assert held() - before < SMALL
                assert connection._inbound.rest.capacity == 0 and connection._outbox.tail.capacity <= 2 * READ_SIZE
                assert _scratch().capacity <= 2 * READ_SIZE
                await there_and_back(connection, small)  # and it still works

    tracemalloc.start(1)
    try:
        run(main())
    finally:
        tracemalloc.stop()


def test_many_connections_at_once_share_what_they_read_into(run: Run) -> None:
    """500 idle connections that have each echoed 20 kB hold a few kilobytes each, both ends and asyncio included."""
    count = 500

    async def main() -> None:
        async with await listen(echo, LinesCodec, "127.0.0.1", 0, idle_timeout=600, frame_timeout=60) as listener:
            connections: list[Connection[bytes]] = []
            before = 0
            for number in range(20 + count):
                if number == 20:  # the first ones pay for what all share
                    before = held()
                connection = await connect(LinesCodec(), "127.0.0.1", listener.port)
                await there_and_back(connection, b"z" * 20_000)
                connections.append(connection)
            await turns()
            assert (held() - before) / count < 12_000
            for connection in connections:
                connection.abort()

    tracemalloc.start(1)
    try:
        run(main())
    finally:
        tracemalloc.stop()
