"""The server: where it listens, its timers, its end. What clients say is answered in `pump.py`.

What belongs here: the parts put together. Listening, accepting and TLS are the toolkit's (`aio.protocol_server`), who
is there is in `connections.py`, what waits for the disk in `outgoing.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from framewire.aio.accept import RETRY_SECONDS
from framewire.aio.bind import bind, bind_each
from framewire.aio.endpoint import Address, Endpoint
from framewire.aio.memory_transport import join_in_memory
from framewire.aio.protocol_server import ProtocolServer
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.config.config import Config
from framewire.redis.server.network.busy import Busy
from framewire.redis.server.network.clock import ServerClock
from framewire.redis.server.network.connections import Connections
from framewire.redis.server.network.forks import let_go_in_children
from framewire.redis.server.network.outgoing import Outgoing
from framewire.redis.server.network.pump import ClientPump
from framewire.redis.server.network.tls import Tls
from framewire.redis.server.persistence.persistence import Persistence
from framewire.redis.server.running.reset import reset
from framewire.redis.server.running.session import Session
from framewire.redis.urls import tcp_url, unix_url, with_password

__all__ = ["Server"]

B = TypeVar("B", bound=asyncio.BufferedProtocol)

logger = logging.getLogger("framewire.redis")

CRON_SECONDS = 0.1
"""How often keys expire actively, and idle and lingering clients are looked for (Redis' `hz 10`)."""

TLS_SECONDS = 10.0
"""How long a client may take to shake hands, and to take leave."""

LEVELS = {"debug": logging.DEBUG, "verbose": logging.INFO, "notice": logging.INFO, "warning": logging.WARNING}
"""What CONFIG SET loglevel means here. Until it is used, the program that embeds the server decides."""

IN_MEMORY = {"peername": "memory", "sockname": "memory"}
"""What stands for the addresses of a client without a socket (CLIENT LIST shows `memory:0`)."""

MAX_CLIENTS_REPLY = b"-ERR max number of clients reached\r\n"


class Server:
    """Mini-Redis, in the running event loop: `async with Server(port=0) as server: ... server.url`.

    Parameters by keyword are those of `Config` (Redis' names with underscores: `port`, `bind`, `unixsocket`,
    `requirepass`, `maxclients`, `timeout`, ...), or pass a whole `config`. It binds loopback unless told otherwise;
    `port=0` takes any free port. Raises `OSError` where the address is taken. All state is in memory and ends with the
    server, unless it is kept on disk: `appendonly=True`, with `dir`, `appendfsync` and their like.

    With `listen=False` it binds nothing: clients come by `open_connection`, in memory, and by `adopt`.
    """

    def __init__(
        self, config: Config | None = None, *, shutdown_timeout: float = 5.0, listen: bool = True, **parameters: Any
    ) -> None:
        self.config = replace(config) if config is not None else Config()  # CONFIG SET changes this server's alone
        for name, value in parameters.items():
            self.config.assign(name, value)
        self._given = replace(self.config)
        self.shutdown_timeout = shutdown_timeout
        self._listens = listen
        self.state: State[Client] = State(self.config)
        self.state.on_config = self._obey_config
        self.persistence = Persistence(self.state, self._open_session)
        self.persistence.on_rewrite = self._go_on_with_rewrite
        self._listening = ProtocolServer(
            self._new_pump, max_connections=self.config.maxclients, refuse=self._turn_away,
            keepalive=self.config.tcp_keepalive, on_lost=_log_lost, on_rest=_log_rest,
        )  # fmt: skip
        self.connections = Connections(
            self.state, Outgoing(self.persistence), self._listening.opened, self._listening.closed
        )
        self.clock = ServerClock(self.connections)
        """The time that it goes by, for tests to stop and to move."""
        self._loglevel = self.config.loglevel
        self.state.while_busy = Busy(self.connections)
        self._tls: Tls | None = None
        self._cron: asyncio.TimerHandle | None = None
        self._rewriting: asyncio.TimerHandle | None = None

    # -- start and stop -----------------------------------------------------------------------------------------------

    async def start(self) -> Self:
        """Bind, load what is on disk, and begin to accept. Raises `OSError` where an address is taken.

        Nothing stays open then. The error's `filename` is the address, or the append-only directory where another
        server uses that. Raises `UnreadableFile` where what is on disk cannot be read (`DamagedFile`: it is not whole).
        """
        self._loop = asyncio.get_running_loop()
        self.state.ending = False
        try:
            if self._listens:
                await self._bind()
            if self.config.appendonly:
                await self._load()
        except BaseException:
            self._listening.stop()
            self.persistence.close()
            raise
        let_go_in_children(self)
        self._listening.start()
        self._tick()
        return self

    async def _load(self) -> None:
        """In a thread: nobody else uses the state yet. It cannot be interrupted, so whoever gives up waits for it too.

        Else it would hold the directory after the end.
        """
        loading = asyncio.ensure_future(asyncio.to_thread(self.persistence.load))
        try:
            await asyncio.shield(loading)
        finally:
            while not loading.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([loading])

    async def close(self) -> None:
        """Stop accepting, send what was answered, close all clients; abort those left after `shutdown_timeout` s."""
        self._listening.stop()
        if self._cron is not None:
            self._cron.cancel()
            self._cron = None
        self.connections.close()
        try:
            left = await self._listening.wait_closed(self.shutdown_timeout)
            if left:
                logger.warning("aborting %d clients that did not take their replies in time", left)
        finally:
            self.abort()
        await asyncio.sleep(0)  # for the loop to close what was aborted
        if self._rewriting is not None:
            self._rewriting.cancel()
        self.persistence.close()

    def interrupt(self) -> None:
        """The server is to end: a script that runs for longer than it may ends now, even where it has written.

        For signal handlers and other threads, while the loop may not run; whoever calls it then closes the server.
        """
        self.state.ending = True

    def abort(self) -> None:
        """Close all clients at once; what was not sent to them is lost."""
        self.connections.abort()

    def reset(self) -> None:
        """Forget all that clients did to it, at once: keys, scripts, changed parameters, pauses. They stay connected.

        Its `clock` is the machine's again. Call it in the server's loop. It takes as long as a FLUSHALL.
        """
        reset(self.state, self._given)
        self.clock.reset()

    def advance(self, seconds: float) -> None:
        """Let so many seconds of the server's time pass at once: see `clock`, which also stops it."""
        self.clock.advance(seconds)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    # -- clients that need no address ---------------------------------------------------------------------------------

    def open_connection(self, protocol_factory: Callable[[], B]) -> tuple[asyncio.Transport, B]:
        """A client in the server's own loop, joined to it in memory: bytes as on a wire, but no socket.

        As of `loop.create_connection`: `protocol_factory()` makes the client's protocol; what comes back is that, and
        its transport. Nothing waits. Raises `ConnectionRefusedError` where the server does not run, or has `maxclients`
        clients, and `RuntimeError` in another loop: from there, give `adopt` one end of `socket.socketpair()`.
        """
        if self._cron is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "the server does not run")
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("the server runs in another event loop, from where nobody can be joined in memory")
        if self._listening.is_full:
            self.state.stats.rejected_connections += 1
            most = self._listening.max_connections
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"max number of clients reached ({most})")
        protocol = protocol_factory()
        _, transport = join_in_memory(self._new_pump(), protocol, extra=IN_MEMORY)
        return transport, protocol

    def adopt(self, sock: socket.socket) -> None:
        """Serve a socket that is connected already, one end of `socket.socketpair()`, say. In the server's loop.

        The socket belongs to the server from here on. It is as one that was accepted: one too many is told so, and
        closed; where the server has stopped, it is closed.
        """
        self._listening.adopt(sock)

    # -- where it listens ---------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The first address that was bound (for a Unix socket alone: an empty string)."""
        return next((address.host for _, address in self._bound() if not address.path), "")

    @property
    def port(self) -> int:
        """The TCP port that was bound, that for TLS where it is the only one; 0 with a Unix socket alone."""
        return next((address.port for _, address in self._bound() if not address.path), 0)

    @property
    def tls_port(self) -> int:
        """The TCP port that was bound for TLS; 0 without."""
        return next((address.port for endpoint, address in self._bound() if endpoint.ssl is not None), 0)

    @property
    def url(self) -> str:
        """A URL that Redis clients take, password included; an empty string where it listens nowhere."""
        return with_password(self.addresses[0], self.config.requirepass) if self._bound() else ""

    @property
    def addresses(self) -> list[str]:
        """The URLs of all that it listens on, without the password."""
        return [_url(endpoint, address) for endpoint, address in self._bound()]

    def _bound(self) -> list[tuple[Endpoint, Address]]:
        return [(endpoint, address) for endpoint in self._listening.endpoints for address in endpoint.addresses]

    def descriptors(self) -> Iterator[int]:
        """Those of all sockets that are open now: what `network.forks` asks."""
        yield from (sock.fileno() for sock in self._listening.sockets)
        yield from self.connections.descriptors()

    async def _bind(self) -> None:
        config = self.config
        if config.port is not None:
            self._listening.add(await bind_each(config.bind.split(), config.port, config.tcp_backlog))
        if config.tls_port is None and config.tls_cert_file:
            raise ValueError(f"there is a tls-cert-file, {config.tls_cert_file}, but no tls-port")
        if config.tls_port is not None:
            self._tls = Tls(config)
            sockets = await bind_each(config.bind.split(), config.tls_port, config.tcp_backlog)
            self._listening.add(
                sockets, ssl=self._tls.context, ssl_handshake_timeout=TLS_SECONDS, ssl_shutdown_timeout=TLS_SECONDS
            )
        if config.unixsocket:
            self._listening.add(await bind(None, None, config.unixsocket, None, config.tcp_backlog))
        if not self._listening.sockets:
            raise OSError(errno.EADDRNOTAVAIL, "nothing to listen on: give a port or a Unix socket")

    def _new_pump(self) -> ClientPump:
        return ClientPump(self.connections)

    def _turn_away(self, sock: socket.socket, tls: bool) -> None:
        """One client too many: it is told so, as far as it would understand."""
        self.state.stats.rejected_connections += 1
        if not tls:
            sock.send(MAX_CLIENTS_REPLY)

    # -- what is kept on disk -----------------------------------------------------------------------------------------

    def _open_session(self) -> Session:
        """A client without a connection, to run again what is on disk."""
        return Session(self.state, _to_nobody)

    def _go_on_with_rewrite(self) -> None:
        delay = self.persistence.advance()
        self._rewriting = self._loop.call_later(delay, self._go_on_with_rewrite) if delay is not None else None

    # -- what changes while it runs -----------------------------------------------------------------------------------

    def _obey_config(self) -> None:
        """CONFIG SET was used. Most parameters are read where they count; these are held elsewhere.

        Raises `CommandError` where a parameter cannot be obeyed.
        """
        self._listening.keepalive = self.config.tcp_keepalive
        self._listening.max_connections = self.config.maxclients
        if self._tls is not None:
            self._tls.obey()
            for endpoint in self._listening.endpoints:
                if endpoint.ssl is not None:
                    endpoint.ssl = self._tls.context
        self.persistence.obey()
        self.connections.obey_config()
        if self.config.loglevel != self._loglevel:
            self._loglevel = self.config.loglevel
            logger.setLevel(LEVELS[self._loglevel])

    def _tick(self) -> None:
        """Ten times a second: expire keys, close idle clients, abort lingering ones."""
        try:
            now = self.state.tick()
            self.state.expire_cycle()
            self.persistence.tick()
            self.connections.tick(now)
        finally:  # also after a defect, or without memory: else nothing would ever expire again
            self._cron = self._loop.call_later(CRON_SECONDS, self._tick)


def _url(endpoint: Endpoint, address: Address) -> str:
    if address.path:
        return unix_url(address.path)
    return tcp_url(address.host, address.port, tls=endpoint.ssl is not None)


def _log_lost(error: BaseException) -> None:
    logger.warning("a client was lost while it was accepted: %s", error or type(error).__name__)


def _log_rest(error: OSError) -> None:
    logger.error("cannot accept clients: %s; trying again in %g s", error.strerror, RETRY_SECONDS)


def _to_nobody(_: object) -> None:
    """Out-of-band values have nobody to go to."""
