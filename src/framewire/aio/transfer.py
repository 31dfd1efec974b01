"""`read_buf`, `write_buf`, `write_all_buf` for asyncio: a plain socket or a stream, and a buffer.

What belongs here: waiting until a step can be taken. The step itself never waits, so a task that is cancelled has taken
it or has not: no byte is lost, and none is written twice. (`loop.sock_recv_into` may have received when it is
cancelled, and nobody is told how much; hence `add_reader`.)

    try the step --done--> return
        | not now                 cancelled here: nothing has moved
        v                        /
    wait until the socket is ready, again
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

from framewire._pure.reading import BufLike
from framewire.buf.abstract import BufMutLike, readable, take_bytes
from framewire.buf.adaptors import Limit
from framewire.buf.transfer import fill, send, stuck
from framewire.buf.write_buffer import SHARE_THRESHOLD
from framewire.errors import ConnectionClosedError

__all__ = ["read_buf", "write_all_buf", "write_buf"]

PIECE = 256 * 1024
"""Bytes given to a `StreamWriter` at once, before it is asked whether it wants to wait."""

JOINED = 64 * 1024
"""Small chunks are joined up to here for a `StreamWriter`, which would make a system call for each."""

_awaited: set[tuple[asyncio.AbstractEventLoop, int, str]] = set()
"""Who waits for what: a loop keeps one callback for each direction of a socket, and drops the other silently."""


async def read_buf(source: socket.socket | asyncio.StreamReader, buf: BufMutLike) -> int:
    """Append what one read of `source` brings to `buf`; returns how many bytes, 0 at the end of the stream.

    The kernel writes into the spare, uninitialised capacity of `buf`, which is as much as is read at most: `reserve`
    for more, `Limit` for less. A `BytesMut` that is full is given 8 KiB. `source` is a non-blocking plain socket, or a
    `StreamReader`, which costs a copy. Cancelling it loses no byte. Raises `BufferError` where `buf` has no room and
    cannot grow, `OSError`, `RuntimeError` where another task waits to read, `TypeError`, and `ValueError` for a socket
    that blocks; nothing was read then.
    """
    if isinstance(source, asyncio.StreamReader):
        return await _read_stream(source, buf)
    _check_plain(source)
    while True:
        try:
            return fill(buf, source.recv_into)
        except (BlockingIOError, InterruptedError):
            await _until_ready(source, "read")


async def write_buf(sink: socket.socket | asyncio.StreamWriter, buf: BufLike) -> int:
    """Write bytes from the front of `buf` to `sink`; returns how many it took, and `buf` has consumed them.

    Fewer than there are, as the kernel likes; 0 if `buf` is empty. `sink` is a non-blocking plain socket, which is
    given many chunks (`Rope`, `Chain`) in one `sendmsg`, or a `StreamWriter`, which is given up to 256 KiB after
    `drain()` and sends them by itself. When it is cancelled, nothing was written. Raises `OSError`,
    `ConnectionClosedError` for a stream that was closed, `RuntimeError` where another task waits to write, `TypeError`,
    and `ValueError` for a socket that blocks; nothing was written then.
    """
    if isinstance(sink, asyncio.StreamWriter):
        return await _write_stream(sink, buf)
    _check_plain(sink)
    while True:
        try:
            return send(buf, sink.sendmsg)
        except (BlockingIOError, InterruptedError):
            await _until_ready(sink, "write")


async def write_all_buf(sink: socket.socket | asyncio.StreamWriter, buf: BufLike) -> None:
    """Write all of `buf` to `sink`.

    Raises as `write_buf` does. However it ends, cancelled too, `buf` begins with the first byte that was not written,
    so that calling again goes on.
    """
    while buf.remaining():
        if not await write_buf(sink, buf):
            raise stuck(buf)


# -- streams ----------------------------------------------------------------------------------------------------------


async def _read_stream(source: asyncio.StreamReader, buf: BufMutLike) -> int:
    most = 0

    def look(room: memoryview) -> int:
        nonlocal most
        most = len(room)
        return 0

    fill(buf, look)
    data = await source.read(most)
    put: Callable[[bytes], None] = getattr(buf, "put_slice", None) or Limit(buf, sys.maxsize).put_slice
    put(data)
    return len(data)


async def _write_stream(sink: asyncio.StreamWriter, buf: BufLike) -> int:
    readable(buf)
    if not buf.remaining():
        return 0
    await sink.drain()
    if sink.is_closing():
        raise ConnectionClosedError("the stream is closed")
    front, left = len(buf.chunk()), buf.remaining()
    data = take_bytes(buf, min(front, PIECE) if front >= SHARE_THRESHOLD else min(left, JOINED))
    sink.write(data.view())
    return len(data)


# -- sockets ----------------------------------------------------------------------------------------------------------


def _check_plain(sock: Any) -> None:
    """Refuse what cannot be waited for, or would hold up the loop."""
    if not isinstance(sock, socket.socket) or isinstance(sock, ssl.SSLSocket):
        raise TypeError(f"a plain socket or an asyncio stream is needed, not {type(sock).__name__}")
    if sock.gettimeout() != 0:
        raise ValueError("the socket must be non-blocking: call setblocking(False)")


async def _until_ready(sock: socket.socket, direction: str) -> None:
    """Wait until this direction of the socket is likely to move. Cancelling it changes nothing."""
    loop = asyncio.get_running_loop()
    add, remove = (
        (loop.add_reader, loop.remove_reader) if direction == "read" else (loop.add_writer, loop.remove_writer)
    )
    key = (loop, sock.fileno(), direction)
    if key in _awaited:
        raise RuntimeError(f"another task is already waiting to {direction} with this socket")
    ready = loop.create_future()
    add(sock, _wake, ready)
    _awaited.add(key)
    try:
        await ready
    finally:
        _awaited.discard(key)
        remove(sock)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
