"""Accepting: sockets come out of listening ones, until told to pause, and again.

What belongs here: the accept loop. It is our own for two reasons: neither loop's can pause, and uvloop's drops
connections without a word when file descriptors run out.

                     pause()                          accept fails (no descriptors, say)
      (accepting) <-----------> (paused)   (accepting) ----------------------------------> (resting, 1 s) --> again
                    resume()
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable

from framewire._listening import close_listening

__all__ = ["RETRY_SECONDS", "Acceptor", "log_rest", "make_ready"]

logger = logging.getLogger("framewire.aio")

ACCEPTS_AT_ONCE = 256
"""Connections accepted before other work gets its turn."""

RETRY_SECONDS = 1.0
"""How long accepting rests when it fails; also the pace of the log lines about it."""


def log_rest(error: OSError) -> None:
    """What is logged when accepting rests, unless the acceptor's owner has words of its own."""
    logger.error("cannot accept connections: %s; trying again in %g s", error.strerror, RETRY_SECONDS)


def make_ready(sock: socket.socket) -> None:
    """Let a connected socket neither block nor delay."""
    sock.setblocking(False)
    with contextlib.suppress(OSError):  # a Unix socket has no delay; macOS refuses if the peer has gone already
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Acceptor:
    """Calls `on_socket` with each connected socket, non-blocking and with TCP_NODELAY. Owns the listening sockets.

    `on_rest` is called with what is in the way, whenever accepting fails and rests for a while.
    """

    def __init__(
        self,
        sockets: list[socket.socket],
        on_socket: Callable[[socket.socket], None],
        on_rest: Callable[[OSError], None] = log_rest,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_socket = on_socket
        self._on_rest = on_rest
        self._accepting = False
        self._retry: asyncio.TimerHandle | None = None
        self.sockets = sockets

    def resume(self) -> None:
        """Begin to accept, or go on. Does nothing while it rests, or once it is closed."""
        if not self._accepting and self._retry is None:
            self._accepting = True
            for sock in self.sockets:
                self._loop.add_reader(sock, self._accept, sock)

    def pause(self) -> None:
        """Accept nothing more for now; who connects waits in the system's backlog."""
        if self._accepting:
            self._accepting = False
            for sock in self.sockets:
                self._loop.remove_reader(sock)

    def close(self) -> None:
        """Stop listening. Who waits in the backlog is refused."""
        self.pause()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        sockets, self.sockets = self.sockets, []
        close_listening(sockets)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTS_AT_ONCE):
            if not self._accepting:
                return
            try:
                sock, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest(error)
                return
            make_ready(sock)
            self._on_socket(sock)

    def _rest(self, error: OSError) -> None:
        self._on_rest(error)
        self.pause()
        self._retry = self._loop.call_later(RETRY_SECONDS, self._again)

    def _again(self) -> None:
        self._retry = None
        self.resume()
