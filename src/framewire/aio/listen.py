"""`listen` and its `Listener`: connections accepted, each handled in a task of its own, until they are told to end.

What belongs here: handlers and their end. Who connects comes in by `protocol_server.py`; `watch.py` knows what takes
too long; `serve.py` adds what a script wants.

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
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

from framewire._framed import DEFAULT_HIGH_WATER
from framewire._listening import check_listening, handler_end_logged, port_of
from framewire.aio.bind import bind
from framewire.aio.connection import Connection
from framewire.aio.protocol import StreamProtocol
from framewire.aio.protocol_server import ProtocolServer
from framewire.aio.watch import Limits, Watcher
from framewire.codec import Codec

__all__ = ["Listener", "listen"]

F = TypeVar("F")

logger = logging.getLogger("framewire.aio")


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
    least_rate: float | None = None,
    ssl_handshake_timeout: float | None = None,
) -> Listener[F]:
    """Accept connections on `host` and `port` (0: any free one), on the Unix socket at `path`, or on listening `sock`.

    Each connection gets a codec of its own from `codec()` and a task that runs `handler(connection)`; when the handler
    returns, the connection is closed. When it raises, that is logged and the others go on; what is the peer's fault
    (broken protocol, a lost connection) only at level INFO. An empty `host` is every address of this machine.

    At `max_connections` accepting pauses: who connects then waits in the system's backlog, and is served when another
    one has left. A connection that waits for a frame for more than `idle_timeout` seconds without a byte of it reads a
    clean end; one that is inside a frame for more than `frame_timeout`, or takes none of our output for more than
    `write_timeout`, is closed at once (`ConnectionClosedError`, caused by a `TimeoutError`). So is one that is inside a
    frame, or inside a message of many such as an HTTP body, and sends fewer than `least_rate` bytes a second, measured
    over five seconds and more. Only waiting in `read_frame` counts, not the time that the handler takes. Raises
    `OSError` where the address is taken, `TypeError` for a codec in place of what makes one.
    """
    check_listening(codec, max_connections, host, port, path=path, sock=sock)
    limits = Limits(idle=idle_timeout, frame=frame_timeout, write=write_timeout, rate=least_rate)
    sockets = await bind(host, port, path, sock, backlog)
    return Listener(
        handler, codec, sockets, limits=limits, max_connections=max_connections, high_water=high_water,
        ssl=ssl, ssl_handshake_timeout=ssl_handshake_timeout,
    )  # fmt: skip


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
        ssl: ssl_module.SSLContext | None,
        ssl_handshake_timeout: float | None,
    ) -> None:
        self._handler = handler
        self._codec = codec
        self._watcher = Watcher(limits)
        self._tasks: dict[asyncio.Task[None], StreamProtocol] = {}
        factory = partial(StreamProtocol, self._start, high_water=high_water)
        self._server = ProtocolServer(factory, max_connections=max_connections)
        self._server.add(sockets, ssl=ssl, ssl_handshake_timeout=ssl_handshake_timeout)
        self._server.start()

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def sockets(self) -> list[socket.socket]:
        """The sockets that it listens on; none once it was stopped."""
        return self._server.sockets

    @property
    def port(self) -> int:
        """The TCP port that was bound; useful after `port=0`. Raises `ValueError` where there is none."""
        return port_of(self._server.sockets)

    @property
    def connection_count(self) -> int:
        """How many connections there are, those that still shake hands included."""
        return self._server.connection_count

    # -- the end ------------------------------------------------------------------------------------------------------

    @property
    def is_stopping(self) -> bool:
        """Whether it accepts no more."""
        return self._server.is_stopping

    def stop(self) -> None:
        """Accept no more, and let each connection end when it has no frame under way. Does not wait."""
        if not self._server.is_stopping:
            self._server.stop()
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
            if await self._server.wait_closed(timeout) and self._tasks:
                logger.warning("cancelling %d handlers that did not end within %g s", len(self._tasks), timeout)
        finally:
            self.close()
        await self.wait_closed()

    async def wait_stopped(self) -> None:
        """Wait until somebody stops it."""
        await self._server.wait_stopped()

    async def wait_closed(self) -> None:
        """Wait until there is no connection and no handler left."""
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        await self.wait_closed()

    # -- one connection -----------------------------------------------------------------------------------------------

    def _start(self, protocol: StreamProtocol) -> None:
        if self._server.is_stopping:  # accepted before that, and open only now
            protocol.transport.abort()
            return
        self._server.opened(protocol)
        task = asyncio.get_running_loop().create_task(self._run(protocol))
        self._tasks[task] = protocol
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        protocol = self._tasks.pop(task)
        if not protocol.is_closed:  # the task was cancelled before it began
            protocol.transport.abort()
        self._server.closed(protocol)

    async def _run(self, protocol: StreamProtocol) -> None:
        peer = protocol.transport.get_extra_info("peername")  # while it is known
        with handler_end_logged(logger, peer), suppress(asyncio.CancelledError):  # its block has aborted it then
            connection = Connection(protocol, self._codec())
            self._watcher.add(connection)
            try:
                async with connection:
                    await self._handler(connection)
            finally:
                self._watcher.remove(connection)
