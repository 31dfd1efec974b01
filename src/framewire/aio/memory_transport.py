"""`MemoryTransport`: a transport whose writes become the other side's reads, in one process and one loop, no socket.

What belongs here: what such a pair does with bytes, with room, and at its end. Protocols cannot tell it from a socket
that is fast: the same callbacks (`get_buffer`, `buffer_updated`), the same water marks, half-close and reset.

    write() --> unread, at its writer --- the peer's turn: copied once, into what its protocol lent --> buffer_updated()

Nothing is called from within `write`. The reader has its turn when the loop comes to it, and what it writes meanwhile
is read by the other side in the same turn: request and reply cost one turn of the loop, not two.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from framewire._framed import DEFAULT_HIGH_WATER

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["MemoryTransport", "join_in_memory"]

READS = 16
"""How often one side reads in a turn before others have theirs: of what it lends 64 KiB for, a megabyte."""


def join_in_memory(
    left: asyncio.BufferedProtocol,
    right: asyncio.BufferedProtocol,
    *,
    piece: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> tuple[MemoryTransport, MemoryTransport]:
    """Give both protocols a transport: what one writes, the other reads. Needs a running loop.

    `piece` is the largest number of bytes that arrive in one turn of the loop; without it, as many as there are.
    `extra` is what `get_extra_info` of both knows. `connection_made` of both has been called, the left one first.
    """
    left_end, right_end = MemoryTransport(left, piece, extra), MemoryTransport(right, piece, extra)
    left_end.peer, right_end.peer = right_end, left_end
    left.connection_made(left_end)
    right.connection_made(right_end)
    return left_end, right_end


class MemoryTransport(asyncio.Transport):
    """One end of the pair. Bytes wait at their writer, as in a socket's send buffer, until the reader takes them.

    What `write` is given is not copied where it is `bytes` or a read-only view, which must not change any more.
    """

    peer: MemoryTransport

    def __init__(
        self, protocol: asyncio.BufferedProtocol, piece: int | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(extra)
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self._piece = piece
        self._unread: deque[bytes | memoryview] = deque()  # written here, not yet read by the peer
        self._size = 0
        self._writing_paused = False
        self._reading = True
        self._due = False  # there may be something to read
        self._in_turn = False  # one of the two has its turn
        self._eof = False  # no more bytes follow those in `_unread`
        self._eof_read = False
        self._closing = False
        self._lost = False
        self._high, self._low = DEFAULT_HIGH_WATER, DEFAULT_HIGH_WATER // 4

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._eof:
            self._refuse()
            return
        if not data:
            return
        kept = data if isinstance(data, bytes) else _kept(memoryview(data))
        self._unread.append(kept)
        self._size += len(kept)
        peer = self.peer
        if peer._lost:
            self._fail_to_send()
            return
        if not peer._due:
            peer._wake()
        if self._size > self._high:
            self._look_whether_full()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        for data in list_of_data:
            self.write(data)

    def _refuse(self) -> None:
        """Behind `close` what is written is lost, behind `write_eof` it is an error, as with asyncio's transports."""
        if not self._closing:
            raise RuntimeError("cannot write after write_eof()")

    def _fail_to_send(self) -> None:
        """As on a socket: known at once, told by a callback."""
        self._closing = self._eof = True
        self._loop.call_soon(self._lose, BrokenPipeError("the peer has closed the connection"))

    def _look_whether_full(self) -> None:
        if self._size > self._high and not self._writing_paused:
            self._writing_paused = True
            self._protocol.pause_writing()

    def _look_whether_room(self) -> None:
        if self._writing_paused and self._size <= self._low and not self._lost:
            self._writing_paused = False
            self._protocol.resume_writing()

    def write_eof(self) -> None:
        if not self._eof:
            self._eof = True
            self.peer._wake()

    def can_write_eof(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if high is None:
            high = DEFAULT_HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high}) must be at least low ({low}), and low at least 0")
        self._high, self._low = high, low
        self._look_whether_full()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        return self._size

    # -- reading ------------------------------------------------------------------------------------------------------

    def is_reading(self) -> bool:
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        if not self._reading:
            self._reading = True
            self._wake()

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast("asyncio.BufferedProtocol", protocol)

    def _wake(self) -> None:
        """There may be something to read here: look when the loop comes to it, or at the end of the turn under way."""
        if not self._due:
            self._due = True
            if not self._in_turn:
                self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Read here, and then, on the other side, what that made this one write."""
        if not self._due or self._lost:
            return  # it was read in the other side's turn
        peer = self.peer
        self._in_turn = peer._in_turn = True
        try:
            self._read()
            if peer._due:
                peer._read()
            if self._writing_paused:
                self._look_whether_room()
            if peer._writing_paused:
                peer._look_whether_room()
        finally:
            self._in_turn = peer._in_turn = False
            if self._due:
                self._loop.call_soon(self._turn)
            if peer._due:
                self._loop.call_soon(peer._turn)

    def _read(self) -> None:
        """Move bytes from the peer to this side's protocol; what its callbacks raise ends the connection."""
        self._due = False
        try:
            self._move(self.peer)
        except Exception as error:
            context = {"message": "a protocol failed to read", "exception": error, "protocol": self._protocol}
            self._loop.call_exception_handler({**context, "transport": self})
            self._break(error)

    def _move(self, peer: MemoryTransport) -> None:
        protocol = self._protocol
        for _ in range(1 if self._piece else READS):
            if not self._reading or self._closing:
                return
            if not peer._unread:
                break
            protocol.buffer_updated(peer._take(protocol.get_buffer(-1), self._piece))
        if peer._unread:
            self._due = True
        elif peer._eof and not self._eof_read and self._reading and not self._closing:
            if self._piece:  # it arrives by itself, as the pieces do
                self._piece = None
                self._due = True
                return
            self._eof_read = True
            if not protocol.eof_received():
                self.close()

    def _take(self, lent: WriteableBuffer, piece: int | None) -> int:
        """Copy the front of what was written here into the room that was lent; returns the number of bytes."""
        unread, room = self._unread, lent if isinstance(lent, memoryview) else memoryview(lent)
        most = len(room) if piece is None else min(len(room), piece)
        if not most:
            raise RuntimeError("get_buffer() returned an empty buffer")
        end = 0
        while unread and end < most:
            start, chunk = end, unread.popleft()
            end += len(chunk)
            if end > most:
                rest = memoryview(chunk)
                chunk, rest = rest[: most - start], rest[most - start :]
                unread.appendleft(rest)
                end = most
            room[start:end] = chunk
        self._size -= end
        if self._closing and not unread:
            self._loop.call_soon(self._lose, None)
        return end

    # -- the end ------------------------------------------------------------------------------------------------------

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Read no more, deliver what was written, then end both directions."""
        if not self._closing:
            self._closing = self._eof = True
            self.peer._forget_unread()
            self.peer._wake()
            if not self._unread:
                self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """End at once; the peer meets a reset, as from a socket."""
        self._break(None)

    def _break(self, error: Exception | None) -> None:
        if not self._lost:
            self._closing = self._eof = True
            self._unread.clear()
            self._size = 0
            self._loop.call_soon(self._lose, error)
            self._loop.call_soon(self.peer._lose, ConnectionResetError("the peer aborted the connection"))

    def _lose(self, error: Exception | None) -> None:
        """The connection is gone on this side, with what the peer wrote and it did not read; the peer reads the end."""
        if self._lost:
            return
        self._lost = self._closing = self._eof = True
        self._due = False
        self._unread.clear()
        self._size = 0
        peer, protocol = self.peer, self._protocol
        if peer._lost:  # a dead pair is freed at once
            del self.peer, peer.peer
        else:
            peer._forget_unread()
            peer._wake()
        self._protocol = _NOBODY
        protocol.connection_lost(error)

    def _forget_unread(self) -> None:
        """Nobody will read what was written here: the peer is closing, or gone."""
        self._unread.clear()
        self._size = 0
        if self._closing:
            self._loop.call_soon(self._lose, None)
        else:
            self._loop.call_soon(self._look_whether_room)


def _kept(view: memoryview) -> bytes | memoryview:
    """What may wait of it: itself where nobody can change it, else a copy."""
    return view.cast("B") if view.readonly and view.c_contiguous else bytes(view)


_NOBODY = asyncio.BufferedProtocol()
