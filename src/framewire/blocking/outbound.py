"""What was written and not yet taken by the kernel.

What belongs here: the segments in their order, and the place where a short write stopped.
"""

from __future__ import annotations

from collections import deque

from framewire.blocking.stream import Stream
from framewire.buf.segments import Segment, drop
from framewire.buf.write_buffer import WriteBuffer

__all__ = ["Outbound"]


class Outbound:
    """Segments on their way to a socket; `send` goes on where the last one stopped."""

    __slots__ = ("_segments", "torn")

    def __init__(self) -> None:
        self._segments: deque[Segment] = deque()
        self.torn = False  # the kernel has taken a part of what was handed over, and not all

    def __bool__(self) -> bool:
        return len(self._segments) > 0

    def send(self, out: WriteBuffer, stream: Stream) -> bool:
        """Take over what is pending in `out` and send what goes without waiting; whether all is sent."""
        if out:
            taken = out.take()
            if len(taken) == 1 and not self._segments:
                return self._send_one(taken[0], stream)
            self._segments.extend(taken)
        return self._send_all(stream)

    def clear(self) -> None:
        """Forget what was not sent."""
        self._segments.clear()
        self.torn = False

    def _send_one(self, segment: Segment, stream: Stream) -> bool:
        """The common case: small things only, and room for them. Caller must know that nothing else waits."""
        sent = stream.send((segment,))
        if sent == len(segment):
            return True
        self._segments.append(segment)
        self._drop(sent)
        return sent > 0 and self._send_all(stream)

    def _send_all(self, stream: Stream) -> bool:
        segments = self._segments
        while segments:
            sent = stream.send(segments)
            if not sent:
                return False
            self._drop(sent)
        return True

    def _drop(self, sent: int) -> None:
        """The kernel has taken `sent` bytes, perhaps none."""
        if sent:
            drop(self._segments, sent)
            self.torn = len(self._segments) > 0
