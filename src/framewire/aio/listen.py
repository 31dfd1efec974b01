"""`connect` and `listen`: where connections come from, over TCP, TLS and Unix sockets.

What belongs here: names and addresses turned into `Connection`s. asyncio resolves, accepts and shakes hands; it also
sets TCP_NODELAY on every TCP connection.
"""

from __future__ import annotations

import asyncio
import logging
import ssl as ssl_module
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

from framewire.aio.connection import Connection
from framewire.aio.protocol import DEFAULT_HIGH_WATER, StreamProtocol
from framewire.codec import Codec

__all__ = ["Listener", "connect", "listen"]

F = TypeVar("F")

logger = logging.getLogger("framewire.aio")


async def connect(
    codec: Codec[F],
    host: str | None = None,
    port: int | None = None,
    *,
    path: str | None = None,
    ssl: ssl_module.SSLContext | None = None,
    server_hostname: str | None = None,
    timeout: float | None = None,  # noqa: ASYNC109
    high_water: int = DEFAULT_HIGH_WATER,
) -> Connection[F]:
    """Connect to `host` and `port`, or to the Unix socket at `path`, and speak `codec`.

    With `ssl` the connection is TLS, and the certificate is checked against `server_hostname` (default: `host`).
    `high_water` is the number of bytes that may wait in each direction. Raises `OSError` (refused, unreachable),
    `ssl.SSLError`, and `TimeoutError` after `timeout` seconds.
    """
    _check_address(host, port, path)
    loop = asyncio.get_running_loop()

    def factory() -> StreamProtocol:
        return StreamProtocol(high_water=high_water)

    async with asyncio.timeout(timeout):
        if path is not None:
            hostname = server_hostname or ("" if ssl else None)
            _, protocol = await loop.create_unix_connection(factory, path, ssl=ssl, server_hostname=hostname)
        else:
            assert host is not None and port is not None
            _, protocol = await loop.create_connection(factory, host, port, ssl=ssl, server_hostname=server_hostname)
    return Connection(protocol, codec)


async def listen(
    handler: Callable[[Connection[F]], Awaitable[None]],
    codec: Callable[[], Codec[F]],
    host: str | None = None,
    port: int | None = None,
    *,
    path: str | None = None,
    ssl: ssl_module.SSLContext | None = None,
    backlog: int = 511,
    high_water: int = DEFAULT_HIGH_WATER,
) -> Listener[F]:
    """Accept connections on `host` and `port` (0: any free one), or on the Unix socket at `path`.

    Each connection gets a codec of its own from `codec()` and a task that runs `handler(connection)`; when the handler
    returns, the connection is closed, and when it raises, that is logged and the others go on. Raises `OSError` where
    the address is taken.
    """
    _check_address(host, port, path)
    listener = Listener(handler, codec, high_water)
    loop = asyncio.get_running_loop()
    if path is not None:
        server = await loop.create_unix_server(listener.protocol, path, ssl=ssl, backlog=backlog)
    else:
        assert port is not None
        server = await loop.create_server(listener.protocol, host, port, ssl=ssl, backlog=backlog)
    listener.server = server
    return listener


def _check_address(host: str | None, port: int | None, path: str | None) -> None:
    if (host is None or port is None) if path is None else (host is not None or port is not None):
        raise ValueError("give either a host and a port, or path=")


class Listener(Generic[F]):
    """Accepts connections until it is closed; made by `listen`."""

    server: asyncio.Server

    def __init__(
        self, handler: Callable[[Connection[F]], Awaitable[None]], codec: Callable[[], Codec[F]], high_water: int
    ) -> None:
        self._handler = handler
        self._codec = codec
        self._high_water = high_water
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def protocol(self) -> StreamProtocol:
        """The protocol factory that asyncio calls for each accepted connection."""
        return StreamProtocol(self._start, high_water=self._high_water)

    @property
    def port(self) -> int:
        """The TCP port that was bound; useful after `port=0`."""
        name = self.server.sockets[0].getsockname()
        if not isinstance(name, tuple):
            raise ValueError("a Unix socket has no port")
        return int(name[1])

    def close(self) -> None:
        """Stop accepting, and cancel the handlers that still run; their connections are closed."""
        self._closed = True
        self.server.close()
        for task in self._tasks:
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until the handlers have ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        await self.wait_closed()

    def _start(self, protocol: StreamProtocol) -> None:
        if self._closed:  # accepted before that, and open only now
            protocol.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._run(protocol))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, protocol))

    def _ended(self, protocol: StreamProtocol, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not protocol.is_closed:  # the task was cancelled before it began
            protocol.transport.abort()

    async def _run(self, protocol: StreamProtocol) -> None:
        peer = protocol.transport.get_extra_info("peername")  # while it is known
        try:
            async with Connection(protocol, self._codec()) as connection:
                await self._handler(connection)
        except asyncio.CancelledError:
            await protocol.wait_closed()
        except Exception:
            logger.exception("the handler of %s failed", peer)
