"""A server in a thread of its own, for synchronous code: `with run_in_thread() as server: server.url`.

What belongs here: what may be asked of such a server from other threads. Nothing of it is touched from outside its
loop; that loop and its thread are the toolkit's (`aio.thread`).
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from framewire.aio.thread import LoopThread
from framewire.redis.server.network.clock import ServerClock
from framewire.redis.server.network.server import Server

__all__ = ["ThreadServer", "run_in_thread"]


def run_in_thread(**parameters: Any) -> ThreadServer:
    """Start Mini-Redis in a new thread and return it, listening; `stop()` or `with` ends it.

    Takes the keywords of `Server`; `port` is any free port unless given. Raises `OSError` where the address is taken.
    """
    parameters.setdefault("port", 0)
    return ThreadServer(**parameters).start()


class ThreadServer(LoopThread):
    """A `Server` that runs in a thread.

    `host`, `port`, `tls_port`, `url` and `addresses` are plain values once it has started.
    """

    host: str
    port: int
    url: str
    tls_port: int
    addresses: list[str]

    def __init__(self, **parameters: Any) -> None:
        super().__init__("framewire-redis", "the server")
        self._parameters = parameters
        self._adopting: set[socket.socket] = set()  # on their way into the loop

    def reset(self) -> None:
        """Forget all that clients did to it, and return then: keys, scripts, changed parameters. They stay connected.

        Its `clock` is the machine's again. Raises `RuntimeError` where it does not run.
        """
        self._call(lambda: self._server.reset())

    def adopt(self, sock: socket.socket) -> None:
        """Serve a socket that is connected already, one end of `socket.socketpair()`, say. Does not wait.

        The socket belongs to the server from here on, and is closed with it. Raises `RuntimeError` where it does not
        run; then it is closed at once.
        """
        self._adopting.add(sock)
        try:
            self._soon(self._adopt, sock)
        except RuntimeError:
            self._close_adopting()
            raise

    def _adopt(self, sock: socket.socket) -> None:
        self._adopting.discard(sock)
        self._server.adopt(sock)

    def _close_adopting(self) -> None:
        while self._adopting:
            self._adopting.pop().close()

    @property
    def clock(self) -> ThreadClock:
        """The time that the server goes by, to be stopped and moved from any thread but the server's own."""
        return ThreadClock(self._call, lambda: self._server.clock)

    def advance(self, seconds: float) -> None:
        """Let so many seconds of the server's time pass at once: see `clock`, which also stops it."""
        self.clock.advance(seconds)

    def stop_soon(self) -> None:
        """Let the server close, and do not wait for it: the thread ends by itself."""
        if self._thread.is_alive():
            self._server.interrupt()  # it may be inside a script
            super().stop_soon()

    def _let_down(self) -> None:
        self._close_adopting()
        super()._let_down()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        async with Server(**self._parameters) as server:
            self._server = server
            self.host, self.port, self.tls_port = server.host, server.port, server.tls_port
            self.url, self.addresses = server.url, server.addresses
            yield


class ThreadClock:
    """The `ServerClock` of a server that runs in a thread. Each call waits until it is done there.

    Raises `RuntimeError` where the server does not run, and what that clock raises.
    """

    def __init__(self, call: Callable[[Callable[[], Any]], Any], clock: Callable[[], ServerClock]) -> None:
        self._call = call
        self._clock = clock

    @property
    def now(self) -> float:
        """What it shows, in seconds since the epoch, as `time.time()`."""
        return float(self._call(lambda: self._clock().now))

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return bool(self._call(lambda: self._clock().is_frozen))

    def freeze(self, at: float | None = None) -> None:
        """Let the time stand still: see `ServerClock.freeze`."""
        self._call(lambda: self._clock().freeze(at))

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass at once: see `ServerClock.advance`."""
        self._call(lambda: self._clock().advance(seconds))

    def unfreeze(self) -> None:
        """Let the time run on from where it stands."""
        self._call(lambda: self._clock().unfreeze())

    def reset(self) -> None:
        """Let it be the machine's again."""
        self._call(lambda: self._clock().reset())
