"""`Connection`, over a pair in memory: reading, writing, ends, cancellation, back-pressure, codec switching."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from framewire import (
    BytesMut,
    CodecInUse,
    CodecStuck,
    ConnectionClosedError,
    EncodeError,
    IncompleteFrame,
    LinesCodec,
    ProtocolError,
    RespCodec,
    WriteBuffer,
)
from framewire.aio import memory_pair
from framewire.codec import decode_eof
from framewire.frames.resp import Array, Bulk, Integer, Simple

FRAMES = [Simple(b"OK"), Integer(-7), Bulk(b""), Bulk(b"x" * 70_000), Array((Bulk(b"a"), Array((Integer(1),))))]


class ByteCodec:
    """A codec for tests: each byte is a frame, `b"!"` is a protocol error."""

    idle = True

    def decode(self, src: BytesMut) -> int | None:
        if not src:
            return None
        if src[0] == 0x21:
            raise ProtocolError("a '!' on the wire")
        return src.get_u8()

    def decode_eof(self, src: BytesMut) -> int | None:
        return decode_eof(self, src)

    def encode(self, frame: int, dst: WriteBuffer) -> None:
        dst.put_u8(frame)


@pytest.mark.thorough
@pytest.mark.parametrize("piece", [None, 1, 7, 4096])
async def test_frames_arrive_as_they_were_written_however_they_are_cut(piece: int | None) -> None:
    left, right = memory_pair(RespCodec(), RespCodec(), piece=piece)
    async with left, right:
        for frame in FRAMES:
            writing = asyncio.ensure_future(left.write_frame(frame))
            assert await right.read_frame() == frame
            await writing


async def test_clean_end_is_none_and_stays_none() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    await left.write_frame(Simple(b"OK"))
    left.close()
    assert await right.read_frame() == Simple(b"OK")
    assert await right.read_frame() is None
    assert await right.read_frame() is None
    right.close()


@pytest.mark.parametrize("part", [b"$", b"$5\r\nhel", b"*2\r\n:1\r\n", b"$100000\r\nhello", b"+OK\r"])
async def test_end_inside_a_frame_is_incomplete(part: bytes) -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    left._protocol.transport.write(part)
    left.close()
    with pytest.raises(IncompleteFrame):
        await right.read_frame()
    with pytest.raises(IncompleteFrame):
        await right.read_frame()
    right.close()


async def test_protocol_error_is_sticky_and_comes_after_good_frames() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    left._protocol.transport.write(b":1\r\n:2\r\n:x\r\n:3\r\n")
    assert await right.read_frames() == [Integer(1), Integer(2)]
    for _ in range(2):
        with pytest.raises(ProtocolError):
            await right.read_frame()
    left.close()
    right.close()


async def test_reset_by_the_peer_is_neither_a_clean_end_nor_incomplete() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    reading = asyncio.ensure_future(right.read_frame())
    await asyncio.sleep(0)
    left.abort()
    with pytest.raises(ConnectionClosedError):
        await reading
    with pytest.raises(ConnectionClosedError):
        await right.write_frame(Simple(b"late"))


async def test_async_for_ends_at_the_end() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    for number in range(5):
        left.feed_frame(Integer(number))
    left.close()  # sends what was fed
    assert [frame async for frame in right] == [Integer(number) for number in range(5)]
    right.close()


async def test_feed_is_one_write_and_read_frame_sends_it_before_waiting() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    writes = []
    left._protocol.transport.write = lambda data: writes.append(bytes(data))  # type: ignore[method-assign]
    for number in range(3):
        left.feed_frame(Integer(number))
    assert writes == []
    with pytest.raises(TimeoutError):
        await left.read_frame(timeout=0)
    assert writes == [b":0\r\n:1\r\n:2\r\n"]
    left.abort()
    right.abort()


async def test_feeding_without_flush_does_not_pile_up_in_the_outbox() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    for _ in range(20):
        left.feed_frame(Bulk(b"x" * 10_000))
    assert len(left._outbox) < 64 * 1024
    left.abort()
    right.abort()


async def test_a_frame_that_cannot_be_encoded_sends_nothing() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    with pytest.raises(EncodeError):
        await left.write_frame(Array((Integer(1), Simple(b"a\r\nb"))))
    await left.write_frame(Integer(2))
    assert await right.read_frame() == Integer(2)
    left.abort()
    right.abort()


async def test_cancelling_read_frame_loses_nothing_at_any_point() -> None:
    left, right = memory_pair(RespCodec(), RespCodec(), piece=1)
    expected = [Integer(n) for n in range(20)]
    for frame in expected:
        left.feed_frame(frame)
    left._send_outbox()
    seen = []
    while len(seen) < len(expected):
        reading = asyncio.ensure_future(right.read_frame())
        for _ in range(3):  # a byte arrives per loop iteration: this cancels at every byte of a frame
            await asyncio.sleep(0)
        reading.cancel()
        try:
            seen.append(await reading)
        except asyncio.CancelledError:
            continue
    assert seen == expected
    left.abort()
    right.abort()


async def test_cancelling_write_frame_never_tears_a_frame() -> None:
    left, right = memory_pair(RespCodec(), RespCodec(), high_water=1000)
    frames = [Bulk(bytes([65 + n]) * 5000) for n in range(5)]
    for frame in frames:
        writing = asyncio.ensure_future(left.write_frame(frame))
        await asyncio.sleep(0)
        writing.cancel()  # the output is above its mark: the call is waiting
        with pytest.raises(asyncio.CancelledError):
            await writing
    assert [await right.read_frame() for _ in frames] == frames
    left.abort()
    right.abort()


async def test_write_frame_waits_while_the_peer_does_not_read() -> None:
    left, right = memory_pair(RespCodec(), RespCodec(), high_water=10_000)

    async def write_all() -> None:
        for _ in range(50):
            await left.write_frame(Bulk(b"x" * 5000))

    writing = asyncio.ensure_future(write_all())
    for _ in range(200):
        await asyncio.sleep(0)
    assert not writing.done()
    waiting = len(right._inbound.rest) + left._protocol.outbound.pending
    assert waiting < 10 * 10_000, f"{waiting} bytes wait, high-water marks of 10000"
    for _ in range(50):
        assert await right.read_frame() == Bulk(b"x" * 5000)
    await writing
    left.abort()
    right.abort()


async def test_a_frame_larger_than_the_read_mark_still_arrives() -> None:
    left, right = memory_pair(RespCodec(), RespCodec(), high_water=1000)
    big = Array(tuple(Bulk(b"y" * 100) for _ in range(2000)))
    writing = asyncio.ensure_future(left.write_frame(big))
    assert await right.read_frame() == big
    await writing
    left.abort()
    right.abort()


async def test_two_readers_are_told_so() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    first = asyncio.ensure_future(right.read_frame())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="another task"):
        await right.read_frame()
    await left.write_frame(Integer(1))
    assert await first == Integer(1)
    left.abort()
    right.abort()


async def test_timeout_leaves_the_connection_usable() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    left._protocol.transport.write(b":4")
    with pytest.raises(TimeoutError):
        await right.read_frame(timeout=0.01)
    left._protocol.transport.write(b"2\r\n")
    assert await right.read_frame(timeout=60) == Integer(42)
    left.abort()
    right.abort()


async def test_switching_the_codec_keeps_the_bytes_behind_the_frame() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    left._protocol.transport.write(b"+OK\r\nAB")
    assert await right.read_frame() == Simple(b"OK")
    switched = right.switch_codec(ByteCodec())
    assert [await switched.read_frame(), await switched.read_frame()] == [0x41, 0x42]
    await switched.write_frame(0x2B)
    left.abort()
    right.abort()


async def test_switching_inside_a_frame_is_refused() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    left._protocol.transport.write(b"*2\r\n:1\r\n")
    with pytest.raises(TimeoutError):
        await right.read_frame(timeout=0.01)
    with pytest.raises(CodecInUse):
        right.switch_codec(ByteCodec())
    left.abort()
    right.abort()


async def test_read_frames_stops_at_a_switch_point() -> None:
    class Upgrading(RespCodec):
        def is_switch_point(self, frame: object) -> bool:
            return frame == Simple(b"UPGRADE")

    left, right = memory_pair(RespCodec(), Upgrading())
    left._protocol.transport.write(b":1\r\n+UPGRADE\r\nrest")
    assert await right.read_frames() == [Integer(1), Simple(b"UPGRADE")]
    assert bytes(right._inbound.rest) == b"rest"
    left.abort()
    right.abort()


async def test_half_close_still_reads() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    left.feed_frame(Integer(1))
    left.write_eof()
    assert [frame async for frame in right] == [Integer(1)]
    await right.write_frame(Integer(2))
    assert await left.read_frame() == Integer(2)
    left.close()
    right.close()
    await left.wait_closed()
    await right.wait_closed()
    assert left.is_closed and right.is_closed


async def test_an_idle_connection_owns_no_read_buffer() -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    await left.write_frame(Bulk(b"x" * 300_000))
    assert await right.read_frame() == Bulk(b"x" * 300_000)
    reading = asyncio.ensure_future(right.read_frame())
    await asyncio.sleep(0.01)
    assert right._inbound.rest.capacity == 0
    reading.cancel()
    left.abort()
    right.abort()


class Stuck(LinesCodec[bytes]):
    """Gives a line that it does not take."""

    def decode(self, src: BytesMut) -> bytes | None:
        return bytes(src) or None

    decode_eof = decode


def test_a_codec_that_consumes_nothing_ends_the_reading(run: Callable[[Awaitable[None]], None]) -> None:
    async def main() -> None:
        near, far = memory_pair(LinesCodec(), Stuck())
        await near.write_frame(b"line")
        with pytest.raises(CodecStuck, match="Stuck"):
            async for _ in far:
                pass
        with pytest.raises(CodecStuck, match="Stuck"):
            await far.read_frames(1_000_000_000)
        near.close()
        with pytest.raises(CodecStuck, match="Stuck"):
            while await far.read_frame():
                pass
        far.abort()

        near, far = memory_pair(LinesCodec(), LinesCodec())
        await near.write_frame(b"line")
        stuck = far.switch_codec(Stuck().map(decode=bytes, encode=bytes))
        with pytest.raises(CodecStuck, match="Stuck"):
            while await stuck.read_frame():
                pass
        near.abort()
        far.abort()

    run(main())
