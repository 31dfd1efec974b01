"""`listen` and its `Listener`: connections accepted, each handled in a task of its own, until they are told to end.

What belongs here: the life of a server of any protocol. Sockets that listen are made in `sockets.py` and accepted from
in `accept.py`; `watch.py` knows what takes too long; `serve.py` adds what a script wants.

                 stop()                               all handlers have ended
    (accepting) -------> (draining) -----------------------------------------> (ended)
         |                   |        shutdown(timeout) ran out, or close()       ^
         |      close()      v                                                    |
         +--------------> (handlers are cancelled, connections aborted) ----------+

Draining: who waits for a next frame reads a clean end instead; who is inside a frame, or works on one, goes on.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl as ssl_module
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from framewire._listening import RESOLVING, listen_tcp, listen_unix
from framewire.aio.accept import Acceptor
from framewire.aio.connect import check_address
from framewire.aio.connection import Connection
from framewire.aio.protocol import DEFAULT_HIGH_WATER, StreamProtocol
from framewire.aio.watch import Limits, Watcher
from framewire.codec import Codec, check_factory
from framewire.errors import ConnectionClosedError, IncompleteFrame, ProtocolError

__all__ = ["Listener", "listen"]

F = TypeVar("F")

logger = logging.getLogger("framewire.aio")

PEERS_FAULTS = (ProtocolError, IncompleteFrame, ConnectionClosedError)


async def listen(
    handler: Callable[[Connection[F]], Awaitable[None]],
    codec: Callable[[], Codec[F]],
    host: str | None = None,
    port: int | None = None,
    *,
    path: str | None = None,
    sock: socket.socket | None = None,
    ssl: ssl_module.SSLContext | None = None,
    backlog: int = 511,
    high_water: int = DEFAULT_HIGH_WATER,
    max_connections: int | None = None,
    idle_timeout: float | None = None,
    frame_timeout: float | None = None,
    write_timeout: float | None = None,
    ssl_handshake_timeout: float | None = None,
) -> Listener[F]:
    """Accept connections on `host` and `port` (0: any free one), on the Unix socket at `path`, or on listening `sock`.

    Each connection gets a codec of its own from `codec()` and a task that runs `handler(connection)`; when the handler
    returns, the connection is closed. When it raises, that is logged and the others go on; what is the peer's fault
    (broken protocol, a lost connection) only at level INFO. An empty `host` is every address of this machine.

    At `max_connections` accepting pauses: who connects then waits in the system's backlog, and is served when another
    one has left. A connection that waits for a frame for more than `idle_timeout` seconds without a byte of it reads a
    clean end; one that is inside a frame for more than `frame_timeout`, or takes none of our output for more than
    `write_timeout`, is closed at once (`ConnectionClosedError`, caused by a `TimeoutError`). Only waiting in
    `read_frame` counts, not the time that the handler takes. Raises `OSError` where the address is taken, `TypeError`
    for a codec in place of what makes one.
    """
    check_factory(codec)
    check_address(host, port, path, sock)
    if max_connections is not None and max_connections < 1:
        raise ValueError(f"max_connections is at least 1, not {max_connections}")
    limits = Limits(idle=idle_timeout, frame=frame_timeout, write=write_timeout)
    if sock is not None:
        sock.setblocking(False)
        sockets = [sock]
    elif path is not None:
        sockets = [listen_unix(path, backlog)]
    else:
        assert host is not None and port is not None
        found = await asyncio.get_running_loop().getaddrinfo(host or None, port, **RESOLVING)
        sockets = listen_tcp(found, backlog)
    return Listener(
        handler,
        codec,
        sockets,
        limits=limits,
        max_connections=max_connections,
        high_water=high_water,
        ssl=ssl,
        ssl_handshake_timeout=ssl_handshake_timeout if ssl is not None else None,
    )


class Listener(Generic[F]):
    """Accepts connections until it is stopped; made by `listen`, which says what it does with them.

    Leaving an `async with` block cancels the handlers that still run; `await shutdown()` before it lets them finish.
    """

    def __init__(
        self,
        handler: Callable[[Connection[F]], Awaitable[None]],
        codec: Callable[[], Codec[F]],
        sockets: list[socket.socket],
        *,
        limits: Limits,
        max_connections: int | None,
        high_water: int,
        **ssl_options: Any,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._handler = handler
        self._codec = codec
        self._max_connections = max_connections
        self._ssl_options = ssl_options
        self._high_water = high_water
        self._watcher = Watcher(limits)
        self._unopened: set[StreamProtocol] = set()  # accepted, not yet open: TLS shakes hands
        self._opening: set[asyncio.Task[Any]] = set()  # what opens them
        self._tasks: dict[asyncio.Task[None], StreamProtocol] = {}
        self._stopped = asyncio.Event()
        self._acceptor = Acceptor(sockets, self._welcome)
        self._acceptor.resume()

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def sockets(self) -> list[socket.socket]:
        """The sockets that it listens on; none once it was stopped."""
        return list(self._acceptor.sockets)

    @property
    def port(self) -> int:
        """The TCP port that was bound; useful after `port=0`. Raises `ValueError` where there is none."""
        for sock in self._acceptor.sockets:
            name = sock.getsockname()
            if isinstance(name, tuple):
                return int(name[1])
        raise ValueError("a Unix socket has no port, nor has a listener that was stopped")

    @property
    def connection_count(self) -> int:
        """How many connections there are, those that still shake hands included."""
        return len(self._tasks) + len(self._unopened)

    # -- the end ------------------------------------------------------------------------------------------------------

    @property
    def is_stopping(self) -> bool:
        """Whether it accepts no more."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Accept no more, and let each connection end when it has no frame under way. Does not wait."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._acceptor.close()
            for task in self._opening:
                self._loop.call_soon(task.cancel)  # once it has begun: else nobody would close its socket
            for protocol in self._tasks.values():
                protocol.drain()

    def close(self) -> None:
        """Accept no more, and cancel the handlers that still run; their connections are closed. Does not wait."""
        self.stop()
        for task in self._tasks:
            task.cancel()

    async def shutdown(self, timeout: float | None = 10.0) -> None:  # noqa: ASYNC109
        """`stop()`, wait until the handlers have ended, and after `timeout` seconds `close()`; they have ended then."""
        self.stop()
        try:
            async with asyncio.timeout(timeout):
                await self.wait_closed()
        except TimeoutError:
            if self._tasks:
                logger.warning("cancelling %d handlers that did not end within %g s", len(self._tasks), timeout)
        finally:
            self.close()
        await self.wait_closed()

    async def wait_stopped(self) -> None:
        """Wait until somebody stops it."""
        await self._stopped.wait()

    async def wait_closed(self) -> None:
        """Wait until there is no connection and no handler left."""
        while pending := [*self._tasks, *self._opening]:
            await asyncio.wait(pending)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        await self.wait_closed()

    # -- one connection -----------------------------------------------------------------------------------------------

    def _welcome(self, sock: socket.socket) -> None:
        """Open a connection on an accepted socket."""
        protocol = StreamProtocol(self._start, high_water=self._high_water)
        opening = self._loop.connect_accepted_socket(lambda: protocol, sock, **self._ssl_options)
        task = self._loop.create_task(opening)
        self._unopened.add(protocol)
        self._opening.add(task)
        task.add_done_callback(partial(self._opened, protocol))
        if self._max_connections is not None and self.connection_count >= self._max_connections:
            self._acceptor.pause()

    def _opened(self, protocol: StreamProtocol, task: asyncio.Task[Any]) -> None:
        self._unopened.discard(protocol)
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.info("a connection was lost while it was accepted: %r", error)
        self._make_room()

    def _start(self, protocol: StreamProtocol) -> None:
        self._unopened.discard(protocol)
        if self._stopped.is_set():  # accepted before that, and open only now
            protocol.transport.abort()
            return
        task = self._loop.create_task(self._run(protocol))
        self._tasks[task] = protocol
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        protocol = self._tasks.pop(task)
        if not protocol.is_closed:  # the task was cancelled before it began
            protocol.transport.abort()
        self._make_room()

    def _make_room(self) -> None:
        if not self._stopped.is_set() and (
            self._max_connections is None or self.connection_count < self._max_connections
        ):
            self._acceptor.resume()

    async def _run(self, protocol: StreamProtocol) -> None:
        peer = protocol.transport.get_extra_info("peername")  # while it is known
        try:
            connection = Connection(protocol, self._codec())
            self._watcher.add(connection)
            try:
                async with connection:
                    await self._handler(connection)
            finally:
                self._watcher.remove(connection)
        except asyncio.CancelledError:
            pass  # leaving its block has aborted the connection
        except PEERS_FAULTS as error:
            logger.info("the connection of %s ended: %s", peer, error.__cause__ or error)
        except Exception:
            logger.exception("the handler of %s failed", peer)
