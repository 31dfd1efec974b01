"""How connections end, over TCP on both loops and in memory: each way has the same outcome everywhere."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire import BytesMut, ConnectionClosedError, IncompleteFrame, ProtocolError, RespCodec
from framewire.aio import Connection, connect, listen
from framewire.frames.resp import Bulk, Integer
from tests.aio.pairs import PAIRS, Pair, socket_pair
from tests.waiting import until_in_loop

HUGE = Bulk(b"x" * 30_000_000)

pytestmark = pytest.mark.parametrize("pair", PAIRS)

Run = Callable[[Awaitable[None]], None]
MakePair = Callable[..., Awaitable[Pair]]


async def both_closed(*connections: Connection[Any]) -> None:
    for connection in connections:
        connection.abort()
        await connection.wait_closed()


def test_ending_what_has_ended(run: Run, pair: MakePair) -> None:
    async def main() -> None:
        near, far = await pair()
        near.feed_frame(Integer(1))
        near.write_eof()
        near.write_eof()
        with pytest.raises(ConnectionClosedError):
            await near.write_frame(Integer(2))
        assert [frame async for frame in far] == [Integer(1)]
        await far.write_frame(Integer(3))
        assert await near.read_frame() == Integer(3)
        near.close()
        far.close()
        await near.wait_closed()
        await far.wait_closed()
        for connection in (near, far):
            connection.write_eof()
            connection.close()
            connection.abort()

    run(main())


def test_the_end_of_a_lost_connection_is_an_error(run: Run, pair: MakePair) -> None:
    async def main() -> None:
        near, far = await pair()
        near.abort()
        await near.wait_closed()
        with pytest.raises(ConnectionClosedError):
            near.write_eof()
        far.abort()

    run(main())


def test_reading_after_close_does_not_wait_for_the_output(run: Run, pair: MakePair) -> None:
    """The peer takes nothing and says nothing: reading here must end all the same, with what was received."""

    async def main() -> None:
        near, far = await pair()
        await far.write_frame(Integer(1))
        await far.write_frame(Integer(2))
        assert await near.read_frame() == Integer(1)
        near.feed_frame(HUGE)
        reading = asyncio.ensure_future(near.read_frames())
        assert await reading == [Integer(2)]
        reading = asyncio.ensure_future(near.read_frame())
        await asyncio.sleep(0)
        near.close()
        with pytest.raises(ConnectionClosedError):
            await asyncio.wait_for(reading, 60)
        with pytest.raises(ConnectionClosedError):
            await near.read_frame(timeout=60)
        assert await far.read_frame() == HUGE  # close() sends it all
        assert await far.read_frame() is None
        far.close()
        await near.wait_closed()

    run(main())


def test_writing_to_a_peer_that_has_closed_ends(run: Run, pair: MakePair) -> None:
    async def main() -> None:
        near, far = await pair()
        far.close()
        assert await near.read_frame() is None
        with pytest.raises(ConnectionClosedError):
            for _ in range(10_000):
                await asyncio.wait_for(near.write_frame(Bulk(b"y" * 100_000)), 60)
        await near.wait_closed()

    run(main())


@pytest.mark.parametrize("who", ["near", "far"])
def test_abort_ends_all_who_wait(run: Run, pair: MakePair, who: str) -> None:
    async def main() -> None:
        near, far = await pair()
        writing = [asyncio.ensure_future(near.write_frame(HUGE)) for _ in range(3)]
        reading = asyncio.ensure_future(near.read_frame())
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in writing)
        (near if who == "near" else far).abort()
        for task in writing:
            with pytest.raises(ConnectionClosedError):
                await task
        with pytest.raises(ConnectionClosedError):
            await reading
        assert near._protocol.outbound.pending == 0 or who == "far"
        await both_closed(near, far)

    run(main())


def test_frames_of_several_writers_do_not_mix(run: Run, pair: MakePair) -> None:
    async def main() -> None:
        near, far = await pair(high_water=10_000)
        frames = [Bulk(bytes([number]) * 200_000) for number in range(10)]
        writing = [asyncio.ensure_future(near.write_frame(frame)) for frame in frames]
        assert [await far.read_frame() for _ in frames] == frames
        await asyncio.gather(*writing)
        await both_closed(near, far)

    run(main())


@pytest.mark.parametrize("missing", [1, 2, 3, 100_000])
def test_the_end_around_a_large_payload_is_inside_a_frame(run: Run, pair: MakePair, missing: int) -> None:
    """Right behind the payload, between CR and LF, inside it."""

    async def main() -> None:
        near, far = await pair()
        wire = b":1\r\n$300000\r\n" + b"x" * 300_000 + b"\r\n"
        near._protocol.transport.write(wire[:-missing])
        assert await far.read_frame() == Integer(1)
        reading = asyncio.ensure_future(far.read_frame())
        await asyncio.sleep(0.01)
        near.close()
        for _ in range(2):
            with pytest.raises(IncompleteFrame):
                await (reading if not reading.done() else far.read_frame())
        far.close()

    run(main())


def test_a_protocol_error_behind_a_large_payload(run: Run, pair: MakePair) -> None:
    async def main() -> None:
        near, far = await pair()
        reading = asyncio.ensure_future(far.read_frames())
        near._protocol.transport.write(b"$300000\r\n" + b"x" * 300_000 + b"\r\n:nonsense\r\n")
        assert await reading == [Bulk(b"x" * 300_000)]
        for _ in range(2):
            with pytest.raises(ProtocolError):
                await far.read_frame(timeout=60)
        await both_closed(near, far)

    run(main())


def test_a_dead_connection_is_freed_at_once(run: Run, pair: MakePair) -> None:
    if pair is not socket_pair:
        pytest.skip("test_memory_transport.py asks this of a pair in memory")

    async def echo(connection: Connection[Any]) -> None:
        async for frame in connection:
            await connection.write_frame(frame)

    async def main() -> None:
        async with await listen(echo, RespCodec, "127.0.0.1", 0) as listener:
            gc.collect()
            gc.disable()
            try:
                async with await connect(RespCodec(), "127.0.0.1", listener.port) as connection:
                    await connection.write_frame(Integer(1))
                    await connection.read_frame()
                    assert living_connections() == 2
                del connection
                await until_in_loop(lambda: not listener._tasks)
                assert living_connections() == 0
            finally:
                gc.enable()

    run(main())


def living_connections() -> int:
    return sum(type(thing) is Connection for thing in gc.get_objects())


def test_bytes_of_one_codec_are_left_for_the_next_even_behind_a_large_payload(run: Run, pair: MakePair) -> None:
    class Raw:
        idle = True

        def decode(self, src: BytesMut) -> bytes | None:
            return src.split().freeze().to_bytes() if src else None

        def decode_eof(self, src: BytesMut) -> bytes | None:
            return self.decode(src)

        def encode(self, frame: bytes, dst: Any) -> None:
            dst.put_slice(frame)

    async def main() -> None:
        near, far = await pair()
        near._protocol.transport.write(b"$300000\r\n" + b"x" * 300_000 + b"\r\n" + b"not RESP at all")
        assert await far.read_frame() == Bulk(b"x" * 300_000)
        raw = far.switch_codec(Raw())
        near.close()
        assert b"".join([piece async for piece in raw]) == b"not RESP at all"
        far.close()

    run(main())
