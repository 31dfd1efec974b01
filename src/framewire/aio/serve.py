"""`serve`: a server for scripts, in one call, until a signal ends it.

What belongs here: what a program wants beyond `listen`, which does the work: sensible limits, signals, a last moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl as ssl_module
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from framewire._framed import DEFAULT_HIGH_WATER
from framewire.aio.connection import Connection
from framewire.aio.listen import Listener, listen
from framewire.codec import Codec

__all__ = ["serve"]

F = TypeVar("F")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def serve(
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
    max_connections: int | None = 1000,
    idle_timeout: float | None = None,
    frame_timeout: float | None = 60.0,
    write_timeout: float | None = 60.0,
    least_rate: float | None = None,
    ssl_handshake_timeout: float | None = None,
    shutdown_timeout: float | None = 10.0,
    handle_signals: bool = True,
    started: Callable[[Listener[F]], object] | None = None,
) -> None:
    """Run `handler(connection)` for each connection until SIGINT or SIGTERM, or until `Listener.stop()`.

    A script is `asyncio.run(serve(handler, LinesCodec, "127.0.0.1", 7000))`. Then accepting stops, who waits for a next
    frame reads a clean end (and `connection.is_draining` is true), and after `shutdown_timeout` seconds, or a second
    signal, handlers that still run are cancelled; `serve` returns when all have ended. Cancelling `serve` cancels them
    at once. `started` is called with the listener once it listens, to print its `port`, say. The other parameters are
    those of `listen`, with limits that suit a server on a network; `None` is no limit. Signals are left alone with
    `handle_signals=False`, and where the loop cannot handle them (other threads, Windows). Raises `OSError` where the
    address is taken.
    """
    listener = await listen(
        handler, codec, host, port, path=path, sock=sock, ssl=ssl, backlog=backlog, high_water=high_water,
        max_connections=max_connections, idle_timeout=idle_timeout, frame_timeout=frame_timeout,
        write_timeout=write_timeout, least_rate=least_rate, ssl_handshake_timeout=ssl_handshake_timeout,
    )  # fmt: skip

    def on_signal() -> None:
        if listener.is_stopping:
            listener.close()
        listener.stop()

    async with listener:
        with _signals(on_signal) if handle_signals else contextlib.nullcontext():
            if started is not None:
                started(listener)
            await listener.wait_stopped()
            await listener.shutdown(shutdown_timeout)


@contextlib.contextmanager
def _signals(action: Callable[[], None]) -> Iterator[None]:
    """Call `action` for each signal that would end the program, as far as this loop can; restore what was before."""
    loop = asyncio.get_running_loop()
    before = {}
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # Windows; not the main thread
        for number in SIGNALS:
            handler = signal.getsignal(number)
            loop.add_signal_handler(number, action)
            before[number] = handler
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            if handler is not None:  # None: installed by somebody else's C code
                signal.signal(number, handler)
