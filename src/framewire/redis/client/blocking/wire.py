"""A connected socket for a link: reading waits for a beat at most, sending never waits.

What belongs here: the two system calls of a call that is alone on its link, and nothing beside them: no `poll` where
the kernel itself bounds how long `recv` waits. Where it does not (TLS, Windows), the toolkit's streams are waited for.

An interrupt (Ctrl-C) may come at any place of a Python program, between the return of a system call and the next step
too. How many bytes were moved is therefore put down in the same step that moves them, into `received` and `sent`: what
is found there after an interrupt was moved, and not yet accounted for.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

from framewire.blocking.stream import READABLE, WRITABLE, Stream, stream_over, wait
from framewire.buf.segments import IOV_MAX, Segment

__all__ = ["BEAT_SECONDS", "READABLE", "WRITABLE", "PlainWire", "StreamWire", "Wire", "wire_over"]

BEAT_SECONDS = 0.025
"""How often deadlines are looked at while somebody waits."""

_DONT_WAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none


def wire_over(sock: socket.socket) -> Wire:
    """The wire for this kind of socket, which belongs to it from now on."""
    if isinstance(sock, ssl.SSLSocket) or not _DONT_WAIT:
        return StreamWire(stream_over(sock))
    return PlainWire(sock)


class Wire:
    """Bytes in and out of one socket. One thread may receive while another one sends.

    received, sent: how many bytes were moved and not accounted for; empty where none could be, 0 at the end.
    torn: an interrupt has come where nobody can tell how many were moved.
    """

    __slots__ = ("received", "sent", "sock", "torn")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received: list[int] = []
        self.sent: list[int] = []
        self.torn = False

    def receive(self, room: memoryview) -> None:
        """Receive into `room`, within a beat."""
        raise NotImplementedError

    def receive_now(self, room: memoryview) -> None:
        """Receive into `room` what is there."""
        raise NotImplementedError

    def receive_within(self, room: memoryview, seconds: float) -> None:
        """Receive into `room`, within so many seconds, less than a beat."""
        raise NotImplementedError

    def send(self, segments: deque[Segment]) -> None:
        """Send of the first `segments` what the kernel has room for."""
        raise NotImplementedError

    def wait(self, reading: bool) -> tuple[bool, bool]:
        """Wait for room to send and, if `reading`, for bytes too, a beat at most: whether there are any, and room."""
        raise NotImplementedError

    def shut(self) -> None:
        """End both directions, which wakes whoever waits in another thread."""
        with contextlib.suppress(OSError):  # it is not connected any more
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back. No thread may be using it."""
        with contextlib.suppress(OSError):
            self.sock.close()


class PlainWire(Wire):
    """A socket without TLS, where the kernel has what is needed."""

    __slots__ = ("_receive",)

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        sock.setblocking(True)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, int(BEAT_SECONDS * 1e6)))
        self._receive = sock.recv_into

    def receive(self, room: memoryview) -> None:
        try:
            self.received.extend(map(self._receive, (room,)))
        except (BlockingIOError, InterruptedError):
            pass

    def receive_now(self, room: memoryview) -> None:
        try:
            self.received.extend(map(self._receive, (room,), (0,), (_DONT_WAIT,)))
        except (BlockingIOError, InterruptedError):
            pass

    def receive_within(self, room: memoryview, seconds: float) -> None:
        if not seconds or wait(self.sock, READABLE, seconds):
            self.receive_now(room)

    def send(self, segments: deque[Segment]) -> None:
        try:
            if len(segments) == 1:
                self.sent.extend(map(self.sock.send, (segments[0],), (_DONT_WAIT,)))
            else:
                self.sent.extend(map(self.sock.sendmsg, (list(islice(segments, IOV_MAX)),), ((),), (_DONT_WAIT,)))
        except (BlockingIOError, InterruptedError):
            pass

    def wait(self, reading: bool) -> tuple[bool, bool]:
        found = wait(self.sock, WRITABLE | (READABLE if reading else 0), BEAT_SECONDS)
        return bool(found & READABLE), bool(found & WRITABLE)


class StreamWire(Wire):
    """A socket with TLS, or any other, through the toolkit's stream, which says what it waits for."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream.sock)
        self._stream = stream

    def receive(self, room: memoryview) -> None:
        self.receive_within(room, BEAT_SECONDS)

    def receive_within(self, room: memoryview, seconds: float) -> None:
        stream = self._stream
        self.receive_now(room)
        if not self.received and stream.wait(stream.reading_wants, time.monotonic() + seconds):
            self.receive_now(room)

    def receive_now(self, room: memoryview) -> None:
        self._move(self.received, lambda: self._stream.receive_into(room))

    def send(self, segments: deque[Segment]) -> None:
        self._move(self.sent, lambda: self._stream.send(segments) or None)

    def _move(self, moved: list[int], step: Callable[[], int | None]) -> None:
        try:
            nbytes = step()
            if nbytes is not None:
                moved.append(nbytes)
        except Exception:
            raise
        except BaseException:
            self.torn = True
            raise

    def wait(self, reading: bool) -> tuple[bool, bool]:
        stream = self._stream
        if reading and stream.promising:
            return True, False
        wanted = stream.writing_wants | (stream.reading_wants if reading else 0)
        found = stream.wait(wanted, time.monotonic() + BEAT_SECONDS)
        return reading and bool(found & stream.reading_wants), bool(found & stream.writing_wants)
