"""`listen` and its `Listener`: connections accepted, each handled in a thread of its own.

What belongs here: the accepting thread, and those of the connections. For many connections at once `framewire.aio` is
the better choice.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import ssl as ssl_module
import threading
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

from framewire._framed import DEFAULT_HIGH_WATER
from framewire._listening import (
    RESOLVING,
    check_listening,
    close_listening,
    handler_end_logged,
    listen_tcp,
    listen_unix,
    port_of,
)
from framewire.blocking.connection import Connection
from framewire.codec import Codec
from framewire.errors import ConnectionClosedError

__all__ = ["Listener", "listen"]

F = TypeVar("F")

logger = logging.getLogger("framewire.blocking")

HANDSHAKE_SECONDS = 20.0
"""How long an accepted TLS client may take for its handshake; it holds a thread meanwhile."""

ACCEPT_PAUSE = 0.1
"""Seconds until accepting is tried again after it has failed for lack of something."""


def listen(
    handler: Callable[[Connection[F]], None],
    codec: Callable[[], Codec[F]],
    host: str | None = None,
    port: int | None = None,
    *,
    path: str | None = None,
    ssl: ssl_module.SSLContext | None = None,
    backlog: int = 511,
    max_connections: int = 100,
    high_water: int = DEFAULT_HIGH_WATER,
) -> Listener[F]:
    """Accept connections on `host` and `port` (0: any free one), or on the Unix socket at `path`.

    Each connection gets a codec of its own from `codec()` and a thread that runs `handler(connection)`; when the
    handler returns, the connection is closed. When it raises, that is logged and the others go on; what is the peer's
    fault (broken protocol, a lost connection, a failed handshake) only at level INFO. While there are
    `max_connections`, further clients wait to be accepted. Raises `OSError` where the address is taken, `TypeError` for
    a codec in place of what makes one.
    """
    check_listening(codec, max_connections, host, port, path=path)
    if path is not None:
        sockets = [listen_unix(path, backlog)]
    else:
        sockets = listen_tcp(socket.getaddrinfo(host or None, port, **RESOLVING), backlog)
    return Listener(handler, codec, sockets, ssl, max_connections, high_water)


class Listener(Generic[F]):
    """Accepts connections, in a thread of its own, until it is closed; made by `listen`."""

    def __init__(
        self,
        handler: Callable[[Connection[F]], None],
        codec: Callable[[], Codec[F]],
        sockets: list[socket.socket],
        ssl: ssl_module.SSLContext | None,
        max_connections: int,
        high_water: int,
    ) -> None:
        self._sockets = sockets
        self._handler = handler
        self._codec = codec
        self._ssl = ssl
        self._high_water = high_water
        self._room = threading.Semaphore(max_connections)
        self._lock = threading.Lock()  # guards the two below
        self._aborts: dict[threading.Thread, Callable[[], None]] = {}  # how to end what each thread does
        self._closed = False
        self._woken, self._waker = socket.socketpair()  # the accepting thread waits for clients and for this
        self._accepting = threading.Thread(target=self._accept_all, name="framewire-accept", daemon=True)
        self._accepting.start()

    @property
    def port(self) -> int:
        """The TCP port that was bound; useful after `port=0`."""
        return port_of(self._sockets)

    def close(self) -> None:
        """Stop accepting, and abort the connections that are still served; does not wait. Closing twice is fine."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            aborts = list(self._aborts.values())
        self._waker.close()
        self._room.release()
        for abort in aborts:
            abort()

    def wait_closed(self) -> None:
        """Wait until the handlers have ended. A handler that does not use its connection is not told to."""
        self._accepting.join()
        for thread in list(self._aborts):
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        self.wait_closed()

    # -- the accepting thread -----------------------------------------------------------------------------------------

    def _accept_all(self) -> None:
        with self._woken, selectors.DefaultSelector() as selector:
            for sock in self._sockets:
                selector.register(sock, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                self._room.acquire()
                key, _ = selector.select()[0]
                if self._closed:
                    break
                if not self._accept(cast("socket.socket", key.fileobj)):
                    self._room.release()
        close_listening(self._sockets)

    def _accept(self, listening: socket.socket) -> bool:
        """Give one client a thread; false if there is none after all."""
        try:
            sock, peer = listening.accept()
            self._start(sock, peer)
        except (OSError, RuntimeError) as error:
            if not isinstance(error, BlockingIOError | ConnectionError):  # no file descriptor or no thread is left
                logger.error("cannot accept: %s", error)
                time.sleep(ACCEPT_PAUSE)
            return False
        return True

    def _start(self, sock: socket.socket, peer: object) -> None:
        thread = threading.Thread(target=self._serve, args=(sock, peer), name="framewire-connection", daemon=True)
        with self._lock:
            self._aborts[thread] = partial(_shut, sock)
        try:
            thread.start()
        except RuntimeError:
            del self._aborts[thread]
            sock.close()
            raise

    # -- a thread for each connection ---------------------------------------------------------------------------------

    def _serve(self, sock: socket.socket, peer: object) -> None:
        try:
            with handler_end_logged(logger, peer):
                with contextlib.closing(sock):
                    connection = self._open(sock)
                with connection:
                    self._handler(connection)
        finally:
            with self._lock:
                del self._aborts[threading.current_thread()]
            self._room.release()

    def _open(self, sock: socket.socket) -> Connection[F]:
        """The connection over `sock`, after the handshake if there is one. `sock` itself is spent."""
        codec = self._codec()
        if self._ssl is None:
            sock = socket.socket(fileno=sock.detach())
        else:
            sock.settimeout(HANDSHAKE_SECONDS)
            try:
                sock = self._shaken_hands(sock, self._ssl)
            except OSError as error:
                raise ConnectionClosedError("the TLS handshake failed") from error
        connection = Connection(sock, codec, high_water=self._high_water)
        self._end_with(connection.abort)
        return connection

    def _shaken_hands(self, sock: socket.socket, ssl: ssl_module.SSLContext) -> ssl_module.SSLSocket:
        wrapped = ssl.wrap_socket(sock, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=False)
        try:
            self._end_with(partial(_shut, wrapped))
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def _end_with(self, abort: Callable[[], None]) -> None:
        """`close` calls `abort` to end what this thread does; at once, where it has been called already."""
        with self._lock:
            self._aborts[threading.current_thread()] = abort
            closed = self._closed
        if closed:
            abort()


def _shut(sock: socket.socket) -> None:
    """Wake the thread that waits on this socket."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # `SSLSocket.shutdown` drops what it may be using
