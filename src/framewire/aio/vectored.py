"""Handing segments to a transport without joining a large one with its neighbours.

What belongs here: what each loop does with several segments, and nothing else.

* uvloop: `writelines` is one `writev` and keeps references.
* asyncio >= 3.12: `writelines` is one `sendmsg` and keeps references, but (3.12.1, 3.13.0) never calls `pause_writing`;
  setting the limits again makes the transport look.
* asyncio 3.11: `writelines` joins, and `write` copies what the socket did not take at once. So an idle plain socket is
  written with `writev` first, and the rest is fed as views of at most `PIECE` bytes, a piece whenever there is room.
* asyncio's pipes join and copy, whatever the version: they are written like a socket of 3.11.
* TLS, on any loop, encrypts at once all that it is given and only then asks to wait, so it is fed in pieces too.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable

from framewire.buf import SHARE_THRESHOLD, WriteBuffer

__all__ = ["PIECE", "Outbound"]

PIECE = 256 * 1024
"""Bytes given to a transport that copies, at once."""

IOV_MAX = 1024
"""Segments in one `writev` (the limit of Linux and of POSIX systems in use)."""


def _copies(transport: asyncio.WriteTransport) -> bool:
    """Whether this transport copies what it cannot send: over TLS, and asyncio's own, but for sockets since 3.12."""
    module = type(getattr(transport, "write_end", transport)).__module__
    if module.startswith("asyncio.") and (module != "asyncio.selector_events" or sys.version_info < (3, 12)):
        return True
    return transport.get_extra_info("sslcontext") is not None


class Outbound:
    """The sending side of one connection: segments in order, given to the transport as it takes them."""

    __slots__ = (
        "_copies", "_high_water", "_last", "_waiting", "finishing", "full", "lost", "queued", "sent", "transport",
    )  # fmt: skip

    def __init__(self, transport: asyncio.WriteTransport, high_water: int) -> None:
        self.transport = transport
        self._high_water = high_water
        self._copies = _copies(transport)
        self.full = False  # writers should wait: the transport is above its high-water mark
        self._waiting: deque[memoryview] | None = None  # made when first needed: most connections never do
        self._last: Callable[[], None] | None = None  # what ends the stream, once `_waiting` is empty
        self.finishing = False  # nothing may be written any more
        self.lost = False  # nothing can be written any more, though the connection may still be read
        self.queued = 0  # bytes in `_waiting`
        self.sent = 0  # bytes given to `send`, ever

    @property
    def pending(self) -> int:
        """Bytes that were written and that the kernel has not taken."""
        return self.queued + self.transport.get_write_buffer_size()

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
        self.sent += nbytes
        return nbytes

    def write(self, segments: list[bytes | memoryview]) -> None:
        """Send `segments` in order. Never blocks; what the transport should not copy waits here until there is room."""
        if self._waiting:
            self._queue(segments)
        elif len(segments) == 1 and (not self._copies or len(segments[0]) <= PIECE):
            self.transport.write(segments[0])
        elif not self._copies:
            self.transport.writelines(segments)
            if not self.full and self.transport.get_write_buffer_size() > self._high_water:
                self.transport.set_write_buffer_limits(high=self._high_water)
        else:
            self._queue(_send_now(self.transport, segments))
            self._feed()

    def pause(self) -> None:
        """The transport asked to wait (`pause_writing`)."""
        self.full = True

    def resume(self) -> None:
        """The transport has room again (`resume_writing`)."""
        self.full = False
        self._feed()

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

    def _queue(self, segments: Iterable[bytes | memoryview]) -> None:
        waiting = self._waiting
        if waiting is None:
            waiting = self._waiting = deque()
        for segment in segments:
            waiting.append(memoryview(segment))
            self.queued += len(segment)

    def _feed(self) -> None:
        """Give the transport pieces until it asks to wait."""
        waiting = self._waiting
        while waiting and not self.full:
            segment = waiting.popleft()
            piece = segment[:PIECE]
            if len(piece) < len(segment):
                waiting.appendleft(segment[PIECE:])
            self.queued -= len(piece)
            self.transport.write(piece)
        if self._last is not None and not waiting:
            self._last()
            self._last = None


def _send_now(transport: asyncio.WriteTransport, segments: list[bytes | memoryview]) -> Iterable[bytes | memoryview]:
    """What is left after one `writev`, which is tried only on a plain socket or pipe that has nothing queued."""
    file = transport.get_extra_info("socket") or transport.get_extra_info("pipe")
    plain = file is not None and transport.get_extra_info("sslcontext") is None
    if not plain or not hasattr(os, "writev") or transport.get_write_buffer_size() or transport.is_closing():
        return segments
    try:
        sent = os.writev(file.fileno(), segments[:IOV_MAX])
    except OSError:
        return segments  # the transport's own write meets the same error and reports it in its way
    return _after(segments, sent)


def _after(segments: list[bytes | memoryview], sent: int) -> Iterable[bytes | memoryview]:
    """The segments without their first `sent` bytes, uncopied."""
    for segment in segments:
        if sent >= len(segment):
            sent -= len(segment)
        else:
            yield memoryview(segment)[sent:]
            sent = 0
