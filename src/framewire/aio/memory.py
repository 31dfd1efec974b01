"""A connected pair of connections in memory: for tests, ours and users', with real back-pressure and no socket.

What belongs here: a transport whose writes become the other side's reads. Bytes arrive through the same callbacks as
from a socket (`get_buffer`, `buffer_updated`), in pieces no larger than what was lent, one piece each loop iteration,
so that code under test meets partial frames, pausing and half-close as it would on a network.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, TypeVar

from framewire._framed import DEFAULT_HIGH_WATER
from framewire.aio.connection import Connection
from framewire.aio.protocol import StreamProtocol
from framewire.codec import Codec

__all__ = ["MemoryTransport", "memory_pair"]

F = TypeVar("F")
G = TypeVar("G")


def memory_pair(
    codec: Codec[F], other_codec: Codec[G], *, high_water: int = DEFAULT_HIGH_WATER, piece: int | None = None
) -> tuple[Connection[F], Connection[G]]:
    """Two connections joined in memory: what one writes, the other reads. Needs a running loop.

    `piece` is the largest number of bytes that arrive at once (1: byte by byte).
    """
    left, right = StreamProtocol(high_water=high_water), StreamProtocol(high_water=high_water)
    left_end, right_end = MemoryTransport(left, piece), MemoryTransport(right, piece)
    left_end.peer, right_end.peer = right_end, left_end
    left.connection_made(left_end)
    right.connection_made(right_end)
    return Connection(left, codec), Connection(right, other_codec)


class MemoryTransport(asyncio.Transport):
    """One end of the pair. Bytes wait at their writer, as in a socket's send buffer, until the reader takes them."""

    peer: MemoryTransport

    def __init__(self, protocol: StreamProtocol, piece: int | None) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self._piece = piece
        self._unread: deque[memoryview] = deque()  # written here, not yet read by the peer
        self._size = 0
        self._high = DEFAULT_HIGH_WATER
        self._writing_paused = False
        self._reading = True
        self._eof = False  # no more bytes follow those in `_unread`
        self._eof_read = False
        self._closing = False
        self._lost = False

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._eof or self._lost or not data:
            return
        if self.peer._lost:  # as a socket's failed send: known at once, told by a callback
            self._closing = True
            self._loop.call_soon(self._lose, BrokenPipeError("the peer has closed the connection"))
            return
        self._unread.append(memoryview(bytes(data)))
        self._size += len(data)
        if self._size > self._high and not self._writing_paused:
            self._writing_paused = True
            self._protocol.pause_writing()
        self.peer._schedule()

    def writelines(self, list_of_data: Any) -> None:
        for data in list_of_data:
            self.write(data)

    def write_eof(self) -> None:
        self._eof = True
        self.peer._schedule()

    def can_write_eof(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = DEFAULT_HIGH_WATER if high is None else high

    def get_write_buffer_size(self) -> int:
        return self._size

    # -- reading ------------------------------------------------------------------------------------------------------

    def is_reading(self) -> bool:
        return self._reading

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True
        self._schedule()

    def _schedule(self) -> None:
        self._loop.call_soon(self._read)

    def _read(self) -> None:
        """Move one piece from the peer to this side's protocol."""
        if not self._reading or self._lost or self._eof_read:
            return
        if self.peer._unread:
            self._receive(self.peer._take(self._protocol.get_buffer(-1)))
        elif self.peer._eof:
            self._eof_read = True
            if not self._protocol.eof_received():
                self.close()

    def _receive(self, nbytes: int) -> None:
        self._protocol.buffer_updated(nbytes)
        if self.peer._unread or self.peer._eof:
            self._schedule()

    def _take(self, room: memoryview) -> int:
        """Copy the front of what was written here into `room`; returns the number of bytes."""
        chunk = self._unread.popleft()
        nbytes = min(len(chunk), len(room), self._piece or len(chunk))
        room[:nbytes] = chunk[:nbytes]
        if nbytes < len(chunk):
            self._unread.appendleft(chunk[nbytes:])
        self._shrink(nbytes)
        if self._closing and not self._unread:
            self._loop.call_soon(self._lose, None)
        return nbytes

    def _shrink(self, nbytes: int) -> None:
        """So many bytes no longer wait."""
        self._size -= nbytes
        if self._writing_paused and self._size <= self._high // 4:
            self._writing_paused = False
            self._loop.call_soon(self._protocol.resume_writing)

    # -- the end ------------------------------------------------------------------------------------------------------

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Deliver what was written, then end both directions."""
        if not self._closing:
            self._closing = True
            self.write_eof()
            if not self._unread:
                self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """End at once; the peer meets a reset, as from a socket."""
        self._closing = True
        self._forget_unread()
        self._loop.call_soon(self._lose, None)
        self._loop.call_soon(self.peer._lose, ConnectionResetError("the peer aborted the connection"))

    def _lose(self, exc: Exception | None) -> None:
        if not self._lost:
            self._lost = self._closing = self._eof = True
            self._protocol.connection_lost(exc)
            self.peer._forget_unread()
            self.peer._schedule()

    def _forget_unread(self) -> None:
        """Nobody will read what was written here."""
        self._unread.clear()
        self._shrink(self._size)
