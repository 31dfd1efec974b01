"""`ProtocolServer`: who connects becomes a connection of its owner's protocol, until the server is told to end.

What belongs here: the life of a server below frames and handlers: who waits or is turned away, who is on the way in,
who is there, and the end. It is what asyncio's `create_server` is, with a limit, with a pause, and with accepting that
survives a lack of file descriptors. `accept.py` takes the sockets; what a connection does, its protocol knows.

                          TLS shakes hands                      one connection
    accepted -----------> (arriving) ---- opened() ----> (there) ---- closed() ----> gone
        |                     |
        | too many            | lost, too slow, or the server stops
        v                     v
     refuse()             on_lost()

    (bound) -- start() --> (accepting) -- stop() --> (draining) -- the last one is gone --> (ended)

What is there when the server stops is its owner's to drain, and to abort when `wait_closed(timeout)` says that some
are left: only the owner knows what is under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl as ssl_module
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from framewire.aio.accept import Acceptor, log_rest, make_ready
from framewire.aio.endpoint import Endpoint

__all__ = ["ProtocolServer"]

P = TypeVar("P", bound=asyncio.BaseProtocol)

logger = logging.getLogger("framewire.aio")

LONGEST_KEEPALIVE = 32_767  # seconds that Linux takes


def log_lost(error: BaseException) -> None:
    """What is logged of a connection that is lost on the way in, unless the server's owner has words of its own."""
    logger.info("a connection was lost while it was accepted: %r", error)


class ProtocolServer(Generic[P]):
    """Accepts connections for protocols that `factory()` makes. First `add`, in the loop that runs, then `start`.

    Its owner says `opened(protocol)` when a protocol has got its transport, and `closed(protocol)` once for each of
    those, when the connection no longer counts: usually the protocol passes on `connection_made` and `connection_lost`.

    At `max_connections` accepting pauses, and who connects waits in the system's backlog. With `refuse` it goes on, and
    who is too many is given to `refuse(sock, tls)`, which may send something in one piece, and is closed. `keepalive`
    is the number of seconds after which silent TCP peers are asked whether they are there; 0: never. `on_lost` is told
    what is lost on the way in, `on_rest` what keeps it from accepting for a while; by default both are logged.
    """

    def __init__(
        self,
        factory: Callable[[], P],
        *,
        max_connections: int | None = None,
        refuse: Callable[[socket.socket, bool], object] | None = None,
        keepalive: int = 0,
        on_lost: Callable[[BaseException], None] = log_lost,
        on_rest: Callable[[OSError], None] = log_rest,
    ) -> None:
        self._factory = factory
        self._max_connections = max_connections
        self._refuse = refuse
        self._on_lost = on_lost
        self._on_rest = on_rest
        self._arriving: set[P] = set()  # accepted, not yet open: TLS shakes hands
        self._opening: dict[asyncio.Task[Any], P] = {}  # what opens them; it ends a little later than that
        self._started = False
        self._stopped = asyncio.Event()
        self._nobody_left = asyncio.Event()
        self.endpoints: list[Endpoint] = []
        self.protocols: set[P] = set()  # those that are there
        self.keepalive = keepalive  # for who connects from now on

    # -- what it is ---------------------------------------------------------------------------------------------------

    def add(
        self,
        sockets: list[socket.socket],
        *,
        ssl: ssl_module.SSLContext | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
    ) -> Endpoint:
        """Accept from these listening sockets too, which belong to the server from here on. With `ssl`, speak TLS."""
        endpoint = Endpoint(
            Acceptor(sockets, lambda sock: self._welcome(sock, endpoint.options()), self._on_rest),
            ssl, ssl_handshake_timeout, ssl_shutdown_timeout,
        )  # fmt: skip
        self.endpoints.append(endpoint)
        return endpoint

    @property
    def sockets(self) -> list[socket.socket]:
        """The sockets that it listens on; none once it was stopped."""
        return [sock for endpoint in self.endpoints for sock in endpoint.acceptor.sockets]

    @property
    def connection_count(self) -> int:
        """How many connections there are, those that still shake hands included."""
        return len(self.protocols) + len(self._arriving)

    @property
    def max_connections(self) -> int | None:
        """How many there may be; `None`: any number. May be set at any time; nobody who is there is sent away."""
        return self._max_connections

    @max_connections.setter
    def max_connections(self, limit: int | None) -> None:
        self._max_connections = limit
        self._obey_limit()

    @property
    def is_stopping(self) -> bool:
        """Whether it accepts no more."""
        return self._stopped.is_set()

    # -- beginning and end --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to accept."""
        self._started = True
        self._obey_limit()

    def stop(self) -> None:
        """Listen no more, and let go who is on the way in. Who is there stays. Does not wait; twice is fine."""
        if not self._stopped.is_set():
            self._stopped.set()
            for endpoint in self.endpoints:
                endpoint.acceptor.close()
            for task in self._opening:
                task.get_loop().call_soon(self._let_go, task)  # once it has begun: else nobody would close its socket

    async def wait_stopped(self) -> None:
        """Wait until somebody stops it."""
        await self._stopped.wait()

    async def wait_closed(self, timeout: float | None = None) -> int:  # noqa: ASYNC109
        """Wait until nobody is left, `timeout` seconds at most. Returns how many are left then: 0 is the usual end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.protocols or self._opening:
                    self._nobody_left.clear()
                    await self._nobody_left.wait()
        return self.connection_count

    # -- one connection -----------------------------------------------------------------------------------------------

    def adopt(self, sock: socket.socket) -> None:
        """Open a connection on a socket that was connected elsewhere, and belongs to the server from here on.

        It is as one that was accepted, without TLS: with `refuse` it may be one too many; else it only counts. Where
        the server has been stopped it is closed. Call it in the server's loop.
        """
        if self.is_stopping:
            sock.close()
            return
        make_ready(sock)
        self._welcome(sock, {})

    def opened(self, protocol: P) -> None:
        """This one is there. (Also when the server was stopped meanwhile: then its owner closes it.)"""
        self._arriving.discard(protocol)
        self.protocols.add(protocol)

    def closed(self, protocol: P) -> None:
        """This one is gone."""
        self.protocols.discard(protocol)
        self._one_less()

    def _welcome(self, sock: socket.socket, options: dict[str, Any]) -> None:
        """Open a connection on an accepted socket, or turn it away. `options` are those of its endpoint."""
        if self.is_full and self._refuse is not None:
            with sock, contextlib.suppress(OSError):
                self._refuse(sock, "ssl" in options)
            return
        _keep_alive(sock, self.keepalive)
        protocol = self._factory()
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(lambda: protocol, sock, **options))
        self._arriving.add(protocol)
        self._opening[task] = protocol
        task.add_done_callback(self._arrived)
        self._obey_limit()

    def _arrived(self, task: asyncio.Task[Any]) -> None:
        self._arriving.discard(self._opening.pop(task))
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_lost(error)
        self._one_less()

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        if self._opening.get(task) in self._arriving:  # what has become open meanwhile is not broken off
            task.cancel()

    # -- how many -----------------------------------------------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """Whether there are as many connections as there may be."""
        return self._max_connections is not None and self.connection_count >= self._max_connections

    def _obey_limit(self) -> None:
        """Accept or pause, as the limit asks."""
        if self._started and not self._stopped.is_set():
            pauses = self._refuse is None and self.is_full
            for endpoint in self.endpoints:
                if pauses:
                    endpoint.acceptor.pause()
                else:
                    endpoint.acceptor.resume()

    def _one_less(self) -> None:
        """Something has ended: perhaps another one may come, perhaps it was the last."""
        self._obey_limit()
        if not (self.protocols or self._opening):
            self._nobody_left.set()


def _keep_alive(sock: socket.socket, seconds: int) -> None:
    if seconds and sock.family != getattr(socket, "AF_UNIX", None):
        with contextlib.suppress(OSError):  # macOS refuses if the peer has gone already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if hasattr(socket, "TCP_KEEPIDLE"):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, min(seconds, LONGEST_KEEPALIVE))
