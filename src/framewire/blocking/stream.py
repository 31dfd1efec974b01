"""A connected socket, plain or TLS, as two calls that never wait and one that does nothing else.

What belongs here: bytes in, bytes out, waiting for either, and which exception of which kind of socket means "not now".
Sockets are non-blocking throughout: so each call has its own deadline, whichever thread makes it, and an interrupt
(Ctrl-C) nearly always meets a thread that only waits, where no byte can be lost.
"""

from __future__ import annotations

import contextlib
import errno
import math
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice

from framewire.buf.segments import IOV_MAX, Segment

__all__ = ["READABLE", "WRITABLE", "Stream", "TlsStream", "deadline_after", "stream_over"]

READABLE = 1
WRITABLE = 2


def deadline_after(timeout: float | None) -> float | None:
    """When `timeout` seconds from now will have passed; `None`: never."""
    return None if timeout is None else time.monotonic() + timeout


def stream_over(sock: socket.socket) -> Stream:
    """The stream for this kind of socket. The socket becomes non-blocking, and a TCP socket sends without delay."""
    sock.setblocking(False)
    with contextlib.suppress(OSError):  # a Unix socket knows no such option
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return TlsStream(sock) if isinstance(sock, ssl.SSLSocket) else Stream(sock)


class Stream:
    """A plain socket."""

    __slots__ = ("promising", "reading_wants", "sock", "writing_wants")

    can_write_eof = True

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.promising = False  # a read will likely find something: try before waiting
        self.reading_wants = READABLE  # what to wait for before the next `receive_into`
        self.writing_wants = WRITABLE  # and before the next `send`

    def receive_into(self, room: memoryview) -> int | None:
        """How many bytes were received into `room`; 0 at the end of the stream, `None` if there are none now."""
        try:
            nbytes = self.sock.recv_into(room)
        except (BlockingIOError, InterruptedError):
            self.promising = False
            return None
        self.promising = nbytes == len(room)
        return nbytes

    def send(self, segments: Sequence[Segment] | deque[Segment]) -> int:
        """How many bytes of `segments`, in order, the kernel has taken; 0 if it has no room now. None may be empty."""
        try:
            if len(segments) == 1 or not hasattr(self.sock, "sendmsg"):
                return self.sock.send(segments[0])
            return self.sock.sendmsg(list(islice(segments, IOV_MAX)))
        except (BlockingIOError, InterruptedError):
            return 0

    def wait(self, events: int, deadline: float | None) -> int:
        """Wait for `READABLE`, `WRITABLE` or either; returns what is there, or 0 when the deadline has passed."""
        found = wait(self.sock, events, None if deadline is None else max(0.0, deadline - time.monotonic()))
        if found & self.reading_wants:
            self.promising = True
        return found

    def write_eof(self) -> None:
        """End this direction of the stream."""
        self.sock.shutdown(socket.SHUT_WR)

    def say_goodbye(self) -> None:
        """Tell the peer that no more will come, if the kind of stream has a way to say so apart from closing."""

    def wake(self) -> None:
        """End both directions, which wakes whoever waits in another thread."""
        with contextlib.suppress(OSError):
            # Not `SSLSocket.shutdown`, which drops the TLS object: another thread would then read what is encrypted.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back. No thread may be waiting on it."""
        with contextlib.suppress(OSError):
            self.sock.close()

    def take_socket(self) -> socket.socket:
        """The socket, blocking again, for somebody else; what is done with this stream no longer reaches it.

        Raises `OSError` where there is no descriptor left for what takes its place; nothing has changed then.
        """
        with socket.socket() as closed:
            pass
        taken, self.sock = self.sock, closed
        taken.setblocking(True)
        return taken


class TlsStream(Stream):
    """A TLS socket: bytes may wait inside it, either direction may need the other, and it allows one call at a time."""

    __slots__ = ("_alone", "_parted", "_tls")

    can_write_eof = False  # asyncio cannot either, and few peers would understand it

    def __init__(self, sock: ssl.SSLSocket) -> None:
        super().__init__(sock)
        self._tls = sock
        self._alone = threading.Lock()
        self._parted = False  # both sides have said goodbye: what goes through the socket now, goes in the clear
        self.promising = True

    def receive_into(self, room: memoryview) -> int | None:
        """As of a plain socket. An end that the peer did not announce is an `ssl.SSLEOFError`, not a clean end.

        (For a socket made with `suppress_ragged_eofs=False`, which is not the default of `ssl`.)
        """
        try:
            with self._alone:
                self._check_not_parted()
                nbytes = self._tls.recv_into(room)
        except ssl.SSLWantReadError:
            self.reading_wants, self.promising = READABLE, False
        except ssl.SSLWantWriteError:
            self.reading_wants, self.promising = WRITABLE, False
        else:
            self.promising = True  # perhaps there is more in the TLS layer, where `wait` does not look
            return nbytes
        return None

    def send(self, segments: Sequence[Segment] | deque[Segment]) -> int:
        """As of a plain socket, one segment at most: each becomes records of its own."""
        try:
            with self._alone:
                self._check_not_parted()
                return self._tls.send(segments[0])
        except ssl.SSLWantWriteError:
            self.writing_wants = WRITABLE
        except ssl.SSLWantReadError:
            self.writing_wants = READABLE
        return 0

    def shake_hands(self) -> int:
        """A step of the TLS handshake; what to wait for before the next, 0 when it is done."""
        try:
            with self._alone:
                self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return READABLE
        except ssl.SSLWantWriteError:
            return WRITABLE
        return 0

    def say_goodbye(self) -> None:
        """Send `close_notify`; the peer's is not waited for."""
        with contextlib.suppress(OSError, ValueError), self._alone:
            self._tls.unwrap()
            self._parted = True

    def _check_not_parted(self) -> None:
        """Refuse another thread's bytes: after `unwrap`, `SSLSocket` would take and send them unencrypted."""
        if self._parted:
            raise BrokenPipeError(errno.EPIPE, "TLS has ended on this connection")


def _wait_with_poll(sock: socket.socket, events: int, timeout: float | None) -> int:
    poller = select.poll()
    poller.register(sock, (select.POLLIN if events & READABLE else 0) | (select.POLLOUT if events & WRITABLE else 0))
    found = poller.poll(None if timeout is None else math.ceil(timeout * 1000))
    if not found:
        return 0
    flags = found[0][1]
    trouble = flags & ~(select.POLLIN | select.POLLOUT)  # the next call finds out what it is
    if trouble:
        return events
    return (READABLE if flags & select.POLLIN else 0) | (WRITABLE if flags & select.POLLOUT else 0)


def _wait_with_select(sock: socket.socket, events: int, timeout: float | None) -> int:
    """Where there is no `poll` (Windows), or only a broken one."""
    wanted = [sock]
    readable, writable, broken = select.select(
        wanted if events & READABLE else [], wanted if events & WRITABLE else [], wanted, timeout
    )
    if broken:
        return events
    return (READABLE if readable else 0) | (WRITABLE if writable else 0)


wait = _wait_with_poll if hasattr(select, "poll") else _wait_with_select
