"""`read_buf`, `write_buf`, `write_all_buf` of asyncio: cancelled anywhere, they lose no byte and write none twice."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any

import pytest

from framewire import BytesMut, Chain, ConnectionClosedError, Cursor, Limit, Rope, Take
from framewire.aio import read_buf, write_all_buf, write_buf
from tests.buffer_inputs import Slots
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]


@asynccontextmanager
async def sockets() -> AsyncIterator[tuple[Any, Any]]:
    near, far = socket.socketpair()
    with near, far:
        for sock in (near, far):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 20_000)
        yield near, far


@asynccontextmanager
async def streams() -> AsyncIterator[tuple[Any, Any]]:
    """A writer, and the reader of its peer."""
    near, far = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=near)
    reader, back = await asyncio.open_connection(sock=far)
    try:
        yield writer, reader
    finally:
        for end in (writer, back):
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()


WAYS = [sockets, streams]
way = pytest.mark.parametrize("open_ends", WAYS)
BODY = bytes(range(256)) * 4000
BUFFERS: dict[str, Callable[[], Any]] = {
    "cursor": lambda: Cursor(BODY),
    "buffer": lambda: BytesMut(BODY),
    "rope": lambda: Rope(*(BODY[i : i + 1000] for i in range(0, len(BODY), 1000))),
    "chain": lambda: Chain(Cursor(BODY[:1000]), Rope(BODY[1000:70_000], BODY[70_000:])),
    "take": lambda: Take(Rope(BODY, b"and more"), len(BODY)),
}


def end(sink: Any) -> None:
    """Let the reader of `sink` come to the end."""
    if isinstance(sink, socket.socket):
        sink.shutdown(socket.SHUT_WR)
    else:
        sink.write_eof()


@way
@pytest.mark.parametrize("make", BUFFERS.values(), ids=BUFFERS)
def test_all_arrives(run: Run, open_ends: Any, make: Callable[[], Any]) -> None:
    async def main() -> None:
        async with open_ends() as (near, far):
            buf, received = make(), BytesMut.with_capacity(5000)
            writing = asyncio.ensure_future(write_all_buf(near, buf))
            writing.add_done_callback(lambda _: end(near))
            while await read_buf(far, received):
                pass
            await writing
            assert received == BODY and not buf.remaining()
            assert await read_buf(far, received) == 0
            assert await write_buf(near, buf) == 0

    run(main())


@way
def test_rooms_that_cannot_grow(run: Run, open_ends: Any) -> None:
    async def main() -> None:
        async with open_ends() as (near, far):
            await write_all_buf(near, Cursor(b"headbody"))
            received = BytesMut()
            head = Limit(received, 4)
            while head.has_remaining_mut():
                await read_buf(far, head)
            assert received == b"head"
            with pytest.raises(BufferError, match="no room"):
                await read_buf(far, head)
            slots = Slots(3, 2)
            while slots.has_remaining_mut():
                assert await read_buf(far, slots) <= 2
            assert slots.store == b"bod"

    run(main())


async def cancelled_after(steps: int, call: Awaitable[Any]) -> tuple[bool, Any]:
    """Start `call`, cancel it that many iterations later; whether it returned all the same, and what."""
    task = asyncio.ensure_future(call)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        return True, await task
    except asyncio.CancelledError:
        return False, None


@way
def test_cancelled_reading_loses_no_byte(run: Run, open_ends: Any) -> None:
    async def main() -> None:
        async with open_ends() as (near, far):
            writing = asyncio.ensure_future(write_all_buf(near, Rope(BODY)))
            writing.add_done_callback(lambda _: end(near))
            received, returned = BytesMut(), 0
            for steps in cycle(range(6)):
                done, nbytes = await cancelled_after(steps, read_buf(far, received))
                returned += nbytes or 0
                assert returned == len(received)  # what was read was told
                if done and not nbytes:
                    break
            assert received == BODY

    run(main())


@way
def test_cancelled_writing_neither_loses_nor_repeats(run: Run, open_ends: Any) -> None:
    async def main() -> None:
        async with open_ends() as (near, far):
            sent = Rope(*(BODY[i : i + 3000] for i in range(0, len(BODY), 3000)))
            received = BytesMut()

            async def read_all() -> None:
                while await read_buf(far, received):
                    pass

            reading = asyncio.ensure_future(read_all())
            for steps in cycle(range(6)):
                done, _ = await cancelled_after(steps, write_all_buf(near, sent))
                if done:
                    break
            end(near)
            await reading
            assert received == BODY

    run(main())


def test_a_read_cancelled_in_the_moment_when_bytes_come_leaves_them(run: Run) -> None:
    async def main() -> None:
        async with sockets() as (near, far):
            received = BytesMut()
            reading = asyncio.ensure_future(read_buf(far, received))
            await asyncio.sleep(0)
            near.send(b"hello")
            asyncio.get_running_loop().call_soon(reading.cancel)
            await asyncio.wait([reading])
            if reading.cancelled():
                assert await read_buf(far, received) == 5
            assert received == b"hello"

    run(main())


def test_the_buffer_is_free_while_a_read_waits(run: Run) -> None:
    async def main() -> None:
        async with sockets() as (near, far):
            received = BytesMut(b"abc")
            reading = asyncio.ensure_future(read_buf(far, received))
            await asyncio.sleep(0)
            assert received.split_to(2).freeze() == b"ab"
            received.reserve(100_000)
            near.send(b"def")
            assert await reading == 3 and received == b"cdef"

    run(main())


@pytest.mark.parametrize("direction", ["read", "write"])
def test_a_second_task_in_one_direction_is_told(run: Run, direction: str) -> None:
    async def main() -> None:
        async with sockets() as (near, far):
            if direction == "read":
                first = asyncio.ensure_future(read_buf(far, BytesMut()))
            else:
                first = asyncio.ensure_future(write_all_buf(near, Cursor(BODY)))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match=f"already waiting to {direction}"):
                if direction == "read":
                    await read_buf(far, BytesMut())
                else:
                    await write_all_buf(near, Cursor(b"x"))
            first.cancel()
            await asyncio.wait([first])
            near.send(b"x") if direction == "read" else far.recv(1 << 20)
            if direction == "read":
                assert await read_buf(far, BytesMut()) == 1
            else:
                assert await write_buf(near, Cursor(b"x")) == 1

    run(main())


def test_a_writer_that_is_slow_is_waited_for(run: Run) -> None:
    """No more than a piece above the high-water mark waits in the stream, however much there is to write."""

    async def main() -> None:
        async with streams() as (writer, _):
            writing = asyncio.ensure_future(write_all_buf(writer, Cursor(BODY * 20)))
            transport = writer.transport
            await until_in_loop(lambda: transport.get_write_buffer_size() > 64 * 1024)
            for _ in range(100):
                await asyncio.sleep(0)
            assert not writing.done() and transport.get_write_buffer_size() <= 3 * 256 * 1024
            writing.cancel()
            await asyncio.wait([writing])
            transport.abort()

    run(main())


def test_what_waits_in_a_stream_does_not_change_with_the_buffer(run: Run) -> None:
    async def main() -> None:
        async with streams() as (writer, reader):
            buf = BytesMut(b"a" * 200_000)
            assert await write_buf(writer, buf) == 200_000
            buf.extend(b"b" * 200_000)
            buf[0:10] = b"c" * 10
            received = BytesMut()
            while len(received) < 200_000:
                await read_buf(reader, received)
            assert received == b"a" * 200_000

    run(main())


def test_a_stream_that_was_closed_takes_nothing(run: Run) -> None:
    async def main() -> None:
        async with streams() as (writer, _):
            writer.close()
            buf = Cursor(b"abc")
            with pytest.raises(ConnectionError):
                await write_all_buf(writer, buf)
            assert buf.remaining() == 3
        assert issubclass(ConnectionClosedError, ConnectionError)

    run(main())


def test_what_would_block_or_is_no_socket_is_refused(run: Run) -> None:
    async def main() -> None:
        async with sockets() as (near, far):
            near.setblocking(True)
            with pytest.raises(ValueError, match="non-blocking"):
                await write_buf(near, Cursor(b"x"))
            with pytest.raises(ValueError, match="non-blocking"):
                await read_buf(near, BytesMut())
            near.setblocking(False)
            wrapped = ssl.create_default_context().wrap_socket(
                near, server_hostname="localhost", do_handshake_on_connect=False
            )
            for no_socket in (wrapped, 7):
                with pytest.raises(TypeError, match="a plain socket or an asyncio stream"):
                    await read_buf(no_socket, BytesMut())
                with pytest.raises(TypeError, match="a plain socket or an asyncio stream"):
                    await write_buf(no_socket, Cursor(b"x"))
            with pytest.raises(TypeError, match="a buffer is needed"):
                await read_buf(far, bytearray(10))
            with pytest.raises(TypeError, match="a buffer is needed"):
                await write_buf(far, b"bytes")
            wrapped.close()

    run(main())


def test_a_lost_socket_is_an_error_and_what_was_not_written_stays(run: Run) -> None:
    async def main() -> None:
        async with sockets() as (near, far):
            far.close()
            buf = Cursor(b"abc")
            with pytest.raises(BrokenPipeError):
                await write_all_buf(near, buf)
            assert buf.remaining() == 3

    run(main())
