"""Handing segments to a transport without joining a large one with its neighbours.

What belongs here: what each loop does with several segments, and nothing else.

* uvloop: `writelines` is one `writev` and keeps references.
* asyncio >= 3.12: `writelines` is one `sendmsg` and keeps references, but (3.12.1, 3.13.0) never calls `pause_writing`;
  setting the limits again makes the transport look.
* asyncio 3.11: `writelines` joins, and `write` copies what the socket did not take at once. So we write to the socket
  ourselves, with `writev`, whenever the transport holds nothing, and give it only a small piece behind that: it copies
  that piece, watches for room, and tells us when the piece is gone.
* asyncio's pipes join and copy, whatever the version: they are written like a socket of 3.11.
* TLS, on any loop, encrypts at once all that it is given and only then asks to wait, so it is fed in pieces, when there
  is room.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from framewire.buf.segments import IOV_MAX, Segment, drop
from framewire.buf.write_buffer import SHARE_THRESHOLD, WriteBuffer

__all__ = ["PIECE", "Outbound"]

PIECE = 256 * 1024
"""Bytes given at once to a transport that encrypts."""

SMALL_PIECE = 32 * 1024
"""Bytes given at once to a transport that copies, behind what was written past it."""


def _copies(transport: asyncio.WriteTransport) -> bool:
    """Whether this transport copies what it cannot send: over TLS, and asyncio's own, but for sockets since 3.12."""
    module = type(getattr(transport, "write_end", transport)).__module__
    if module.startswith("asyncio.") and (module != "asyncio.selector_events" or sys.version_info < (3, 12)):
        return True
    return transport.get_extra_info("sslcontext") is not None


def _file_of(transport: asyncio.WriteTransport) -> Any:
    """The socket or pipe that may be written to past its transport while that holds nothing, or `None`."""
    if transport.get_extra_info("sslcontext") is not None or not hasattr(os, "writev"):
        return None
    return transport.get_extra_info("socket") or transport.get_extra_info("pipe")


class Outbound:
    """The sending side of one connection: segments in order, given to the transport as it takes them."""

    __slots__ = (
        "_copies", "_file", "_high_water", "_last", "_paused", "_piece", "_waiting",
        "finishing", "full", "lost", "queued", "sent", "transport",
    )  # fmt: skip

    def __init__(self, transport: asyncio.WriteTransport, high_water: int) -> None:
        self._high_water = high_water
        self.use(transport)
        self._waiting: deque[Segment] | None = None  # made when first needed: most connections never do
        self._last: Callable[[], None] | None = None  # what ends the stream, once `_waiting` is empty
        self.finishing = False  # nothing may be written any more
        self.lost = False  # nothing can be written any more, though the connection may still be read
        self.queued = 0  # bytes in `_waiting`
        self.sent = 0  # bytes given to `send`, ever

    def use(self, transport: asyncio.WriteTransport) -> None:
        """Send through this one from now on. Nothing may wait to be sent through another."""
        self.transport = transport
        self._copies = _copies(transport)
        self._file: Any = _file_of(transport) if self._copies else None
        self._piece = PIECE if self._file is None else SMALL_PIECE
        self._paused = False  # the transport has asked to wait
        self.full = False  # writers should wait: more than the high-water mark is pending
        if self._file is not None:
            self.limit()

    def limit(self) -> None:
        """Tell the transport when to ask us to wait."""
        if self._file is not None:  # it is to say when it holds something, and when nothing
            self.transport.set_write_buffer_limits(high=0)
        else:
            self.transport.set_write_buffer_limits(high=self._high_water)

    def settle(self) -> Callable[[], bool]:
        """Have the transport tell when the kernel has taken all; returns whether there is still something to wait for.

        Over TLS, when it does not ask to wait any more: asked for an empty buffer, asyncio pauses us for good.
        """
        if self.transport.get_extra_info("sslcontext") is not None:
            self.transport.set_write_buffer_limits()
            return lambda: self._paused or self.queued > 0
        self.transport.set_write_buffer_limits(high=0)
        return lambda: self._paused or self.pending > 0

    @property
    def pending(self) -> int:
        """Bytes that were written and that the kernel has not taken."""
        return self.queued + self.transport.get_write_buffer_size()

    @property
    def pieces(self) -> int:
        """In how many pieces `pending` lies; the transport's own count as one."""
        return len(self._waiting or ()) + (self.transport.get_write_buffer_size() > 0)

    def room(self, most: int) -> int:
        """How many bytes may wait elsewhere before writers should wait, at most `most`; 0 or less where they should."""
        return min(most, self._high_water - self.queued - self.transport.get_write_buffer_size())

    def send(self, out: WriteBuffer) -> int:
        """Send all that is pending in `out`, which is then empty; returns the number of bytes. Never blocks."""
        tail = out.tail
        nbytes = len(tail)
        if out.segments or self._waiting or nbytes >= SHARE_THRESHOLD:
            nbytes = len(out)
            self.write(out.take())
        elif nbytes:  # the common case: small things only
            self.transport.write(tail.to_bytes())
            tail.clear()
            if self._paused:
                self._look_whether_full()
        self.sent += nbytes
        return nbytes

    def write(self, segments: list[Segment]) -> None:
        """Send `segments` in order. Never blocks; what the transport should not copy waits here until there is room."""
        if self._waiting:
            self._queue(segments)
            self._look_whether_full()
        elif len(segments) == 1 and (not self._copies or len(segments[0]) <= self._piece):
            self.transport.write(segments[0])
        elif not self._copies:
            self.transport.writelines(segments)
            if not self.full and self.transport.get_write_buffer_size() > self._high_water:
                self.transport.set_write_buffer_limits(high=self._high_water)
        else:
            self._queue(segments)
            self._feed()

    def pause(self) -> None:
        """The transport asked to wait (`pause_writing`)."""
        self._paused = True
        self._look_whether_full()

    def resume(self) -> None:
        """The transport has room again (`resume_writing`)."""
        self._paused = self.full = False
        self._feed()

    def _look_whether_full(self) -> None:
        """A transport that was told to hold nothing asks to wait before anybody else has to."""
        self.full = self._paused and (self._file is None or self.pending > self._high_water)

    def write_eof(self) -> None:
        """End this direction of the stream once all is sent."""
        self._finish(self.transport.write_eof)

    def close(self) -> None:
        """Close the transport once all is sent."""
        self._finish(self.transport.close)

    def lose(self) -> None:
        """Nothing can be written any more."""
        self.finishing = self.lost = True
        self.full = False
        self.clear()

    def clear(self) -> None:
        """Forget what was not sent; the connection is gone."""
        self._waiting = None
        self.queued = 0

    def _finish(self, action: Callable[[], None]) -> None:
        self.finishing = True
        if self._waiting:
            self._last = action
        else:
            action()

    def _queue(self, segments: Iterable[Segment]) -> None:
        waiting = self._waiting
        if waiting is None:
            waiting = self._waiting = deque()
        for segment in segments:
            waiting.append(memoryview(segment))
            self.queued += len(segment)

    def _feed(self) -> None:
        """Write past the transport what can be, and give it pieces, until it asks to wait."""
        waiting = self._waiting
        while waiting and not self._paused:
            if self._file is not None:
                self._write_to_file(waiting)
                if not waiting:
                    break
            segment = waiting.popleft()
            piece = segment[: self._piece]
            if len(piece) < len(segment):
                waiting.appendleft(segment[self._piece :])
            self.queued -= len(piece)
            self.transport.write(piece)
            if self.transport.is_closing():  # it has just found the connection gone: asyncio would log each piece more
                self.clear()
                return
        if self._paused:
            self._look_whether_full()
        if self._last is not None and not waiting:
            asyncio.get_running_loop().call_soon(self._end, self._last)  # asyncio 3.11 is not ready for it in here
            self._last = None

    def _end(self, action: Callable[[], None]) -> None:
        if not self.transport.is_closing():
            action()

    def _write_to_file(self, waiting: deque[Segment]) -> None:
        """One `writev` of what waits, if the transport holds nothing that must go before it."""
        if self.transport.get_write_buffer_size() or self.transport.is_closing():
            return
        try:
            sent = os.writev(self._file.fileno(), list(islice(waiting, IOV_MAX)))
        except OSError:
            return  # the transport's own write meets the same error and reports it in its way
        self.queued -= sent
        drop(waiting, sent)
