"""The server: accepts clients, keeps its timers, shuts down. What clients say is answered in `pump.py`.

What belongs here: sockets that listen, the number of clients, idle time, and the end of it all.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from framewire.buf import WriteBuffer
from framewire.frames.resp import RespLimits
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.config.config import Config
from framewire.redis.server.network.pump import ClientPump
from framewire.redis.server.network.tls import Tls
from framewire.redis.server.persistence.persistence import Persistence
from framewire.redis.server.running.reset import reset
from framewire.redis.server.running.session import Session

__all__ = ["Server"]

logger = logging.getLogger("framewire.redis")

NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

ACCEPTS_AT_ONCE = 256
"""Connections accepted before other clients get their turn."""

CRON_SECONDS = 0.1
"""How often keys expire actively, and idle and lingering clients are looked for (Redis' `hz 10`)."""

ACCEPT_RETRY_SECONDS = 1.0
"""How long accepting rests when it fails (no file descriptors, say); also the pace of the log lines about it."""

LINGER_MS = 5_000
"""A client that is being closed and has taken none of its last replies for this long (at most twice) is aborted."""

NO_LIMIT = 2**62 - 1

TLS_SECONDS = 10.0
"""How long a client may take to shake hands, and to take leave."""

LONGEST_KEEPALIVE = 32_767  # seconds that Linux takes

MAX_CLIENTS_REPLY = b"-ERR max number of clients reached\r\n"


class Server:
    """Mini-Redis, in the running event loop: `async with Server(port=0) as server: ... server.url`.

    Parameters by keyword are those of `Config` (Redis' names with underscores: `port`, `bind`, `unixsocket`,
    `requirepass`, `maxclients`, `timeout`, ...), or pass a whole `config`. It binds loopback unless told otherwise;
    `port=0` takes any free port. Raises `OSError` where the address is taken. All state is in memory and ends with the
    server, unless it is kept on disk: `appendonly=True`, with `dir`, `appendfsync` and their like.
    """

    def __init__(self, config: Config | None = None, *, shutdown_timeout: float = 5.0, **parameters: Any) -> None:
        self.config = replace(config) if config is not None else Config()  # CONFIG SET changes this server's alone
        for name, value in parameters.items():
            self.config.assign(name, value)
        self._given = replace(self.config)
        self.state: State[Client] = State(self.config)
        self.state.on_config = self._obey_config
        self.limits = self._limits()
        self.shutdown_timeout = shutdown_timeout
        self.out = WriteBuffer()  # replies of the batch under way, whichever client it is
        self.replies: list[object] = []
        self._pumps: set[ClientPump] = set()
        self._closing: dict[ClientPump, int] = {}  # since when, in ms
        self._dirty: list[ClientPump] = []
        self._sockets: list[socket.socket] = []
        self._tls: Tls | None = None
        self._tls_sockets: set[socket.socket] = set()  # those of `_sockets` where TLS is spoken
        self._arriving: set[ClientPump] = set()  # accepted, not yet open
        self._accepting: set[asyncio.Task[Any]] = set()  # what opens them
        self._cron: asyncio.TimerHandle | None = None
        self.persistence = Persistence(self.state, self._open_session)
        self.persistence.on_pending = self._something_logged
        self.persistence.on_rewrite = self._go_on_with_rewrite
        self.holding = False  # replies wait until what is logged is on disk
        self._held: set[ClientPump] = set()  # whose
        self._rewriting: asyncio.TimerHandle | None = None
        self._stopping = False
        self._all_closed = asyncio.Event()

    # -- start and stop -----------------------------------------------------------------------------------------------

    async def start(self) -> Self:
        """Bind, load what is on disk, and begin to accept. Raises `OSError` where an address is taken.

        Nothing stays open then. The error's `filename` is the address. Raises `DamagedFile` where what is on disk
        cannot be read.
        """
        self._loop = asyncio.get_running_loop()
        try:
            await self._bind()
            if self.config.appendonly:
                await asyncio.to_thread(self.persistence.load)  # nobody else uses the state yet
        except BaseException:
            self._stop_listening()
            self.persistence.close()
            raise
        for sock in self._sockets:
            self._loop.add_reader(sock, self._accept, sock)
        self._tick()
        return self

    async def close(self) -> None:
        """Stop accepting, send what was answered, close all clients; abort those left after `shutdown_timeout` s."""
        self._stopping = True
        self._stop_listening()
        if self._cron is not None:
            self._cron.cancel()
            self._cron = None
        for pump in list(self._pumps):
            pump.close()
        if self._tls is not None:
            for task in self._accepting:
                task.cancel()  # who has not shaken hands by now
        self._check_all_closed()
        try:
            async with asyncio.timeout(self.shutdown_timeout):
                await self._all_closed.wait()
        except TimeoutError:
            logger.warning("aborting %d clients that did not take their replies in time", len(self._pumps))
        finally:
            self.abort()
        await asyncio.sleep(0)  # for the loop to close what was aborted
        if self._rewriting is not None:
            self._rewriting.cancel()
        self.persistence.close()

    def abort(self) -> None:
        """Close all clients at once; what was not sent to them is lost."""
        for pump in list(self._pumps):
            pump.abort()

    def reset(self) -> None:
        """Forget all that clients did to it, at once: keys, scripts, changed parameters, pauses. They stay connected.

        Call it in the server's loop. It takes as long as a FLUSHALL.
        """
        reset(self.state, self._given)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    # -- where it listens ---------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The first address that was bound (for a Unix socket alone: an empty string)."""
        return next((str(sock.getsockname()[0]) for sock in self._sockets if sock.family != socket.AF_UNIX), "")

    @property
    def port(self) -> int:
        """The TCP port that was bound, that for TLS where it is the only one; 0 with a Unix socket alone."""
        return next((int(sock.getsockname()[1]) for sock in self._sockets if sock.family != socket.AF_UNIX), 0)

    @property
    def tls_port(self) -> int:
        """The TCP port that was bound for TLS; 0 without."""
        return next((int(sock.getsockname()[1]) for sock in self._sockets if sock in self._tls_sockets), 0)

    @property
    def url(self) -> str:
        """A URL that Redis clients take, password included."""
        password = f":{quote(self.config.requirepass, safe='')}@" if self.config.requirepass else ""
        scheme, _, rest = self.addresses[0].partition("://")
        return f"{scheme}://{password}{rest}"

    @property
    def addresses(self) -> list[str]:
        """The URLs of all that it listens on, without the password."""
        return [_url(sock, sock in self._tls_sockets) for sock in self._sockets]

    async def _bind(self) -> None:
        config = self.config
        if config.tls_port is not None:
            self._tls = Tls(config)
        await self._bind_port(config.port)
        await self._bind_port(config.tls_port, tls=True)
        if config.unixsocket:
            with _failures_name(config.unixsocket):
                self._sockets.append(_listen_unix(config.unixsocket, config.tcp_backlog))
        if not self._sockets:
            raise OSError(errno.EADDRNOTAVAIL, "nothing to listen on: give a port or a Unix socket")

    async def _bind_port(self, port: int | None, tls: bool = False) -> None:
        """Listen on all addresses; with port 0, they share the one that the first is given."""
        for host in self.config.bind.split() if port is not None else ():
            assert port is not None
            sock = await self._listen_tcp(host, port)
            port = int(sock.getsockname()[1])
            self._sockets.append(sock)
            if tls:
                self._tls_sockets.add(sock)

    async def _listen_tcp(self, host: str, port: int) -> socket.socket:
        """A listening socket on the first address of `host` that this machine has (`localhost` may name `::1` too)."""
        with _failures_name(f"{host} port {port}"):
            found = await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, _, _, _, address in found:
                try:
                    return _listen_at(family, address, self.config.tcp_backlog)
                except OSError as error:
                    if error.errno not in NO_SUCH_ADDRESS:
                        raise
                    failure = error
            raise failure

    def _stop_listening(self) -> None:
        for sock in self._sockets:
            if sock.fileno() < 0:
                continue
            self._loop.remove_reader(sock)
            if sock.family == socket.AF_UNIX:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(sock.getsockname())
            sock.close()

    # -- accepting ----------------------------------------------------------------------------------------------------

    def _accept(self, listening: socket.socket) -> None:
        """Take the connections that wait, up to a bound. Asyncio's own accept loop is not used because uvloop's drops
        connections without a word when file descriptors run out."""
        for _ in range(ACCEPTS_AT_ONCE):
            try:
                sock, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest_from_accepting(listening, error)
                return
            self._welcome(sock, self._tls if listening in self._tls_sockets else None)

    def _rest_from_accepting(self, listening: socket.socket, error: OSError) -> None:
        logger.error("cannot accept clients: %s; trying again in %g s", error.strerror, ACCEPT_RETRY_SECONDS)
        self._loop.remove_reader(listening)
        self._loop.call_later(ACCEPT_RETRY_SECONDS, self._accept_again, listening)

    def _accept_again(self, listening: socket.socket) -> None:
        if listening.fileno() >= 0:
            self._loop.add_reader(listening, self._accept, listening)
            self._accept(listening)

    def _welcome(self, sock: socket.socket, tls: Tls | None) -> None:
        """Make a client of an accepted socket, or turn it away as Redis does."""
        sock.setblocking(False)
        if len(self._pumps) + len(self._arriving) >= self.config.maxclients:
            self.state.stats.rejected_connections += 1
            with contextlib.suppress(OSError):
                sock.send(MAX_CLIENTS_REPLY if tls is None else b"")
            sock.close()
            return
        _configure(sock, self.config.tcp_keepalive)
        pump = ClientPump(self)
        self._arriving.add(pump)
        task = self._loop.create_task(self._loop.connect_accepted_socket(lambda: pump, sock, **_options(tls)))
        self._accepting.add(task)
        task.add_done_callback(partial(self._accepted, pump))

    def _accepted(self, pump: ClientPump, task: asyncio.Task[Any]) -> None:
        self._accepting.discard(task)
        self._arriving.discard(pump)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a client was lost while it was accepted: %s", error or type(error).__name__)
        self._check_all_closed()

    # -- pumps call these ---------------------------------------------------------------------------------------------

    def opened(self, pump: ClientPump) -> None:
        """A client is there."""
        self._arriving.discard(pump)
        self._pumps.add(pump)
        if self._stopping:
            pump.close()

    def closing(self, pump: ClientPump) -> None:
        """A client is being closed, once it has taken its replies."""
        self._closing[pump] = self.state.clock

    def closed(self, pump: ClientPump) -> None:
        """A client is gone."""
        self._pumps.discard(pump)
        self._closing.pop(pump, None)
        self._check_all_closed()

    def flush_soon(self, pump: ClientPump) -> None:
        """Write the pump's out-of-band data before the loop waits."""
        if not self._dirty:
            self._loop.call_soon(self._flush_dirty)
        self._dirty.append(pump)

    def _flush_dirty(self) -> None:
        if self.holding:
            self.commit()
        dirty, self._dirty = self._dirty, []
        for pump in dirty:
            pump.flush_pushes()

    def _check_all_closed(self) -> None:
        if self._stopping and not (self._pumps or self._accepting):
            self._all_closed.set()

    def _open_session(self) -> Session:
        """A client without a connection, to run again what is on disk."""
        return Session(self.state, _to_nobody)

    # -- what is kept on disk -----------------------------------------------------------------------------------------

    def _something_logged(self) -> None:
        """Something changed: it is written before the loop waits, in one go with whatever else changes until then."""
        self.holding = self.persistence.holds_replies
        self._loop.call_soon(self.commit)

    def hold(self, pump: ClientPump) -> None:
        """What the pump has in its `pushes` must not leave before what is logged is on disk."""
        self._held.add(pump)
        self.flush_soon(pump)

    def commit(self) -> None:
        """Write what is logged, and wait for the disk if the policy says so. Then replies may leave.

        If that fails, clients must not be told that their writes are safe; they lose their connection.
        """
        self.holding = False
        held, self._held = self._held, set()
        if not self.persistence.commit():
            for pump in held:
                pump.abort()

    def _go_on_with_rewrite(self) -> None:
        delay = self.persistence.advance()
        self._rewriting = self._loop.call_later(delay, self._go_on_with_rewrite) if delay is not None else None

    # -- parameters that change while it runs -------------------------------------------------------------------------

    def _obey_config(self) -> None:
        """CONFIG SET was used. Most parameters are read where they count; decoders hold theirs.

        Raises `CommandError` where a parameter cannot be obeyed.
        """
        if self._tls is not None:
            self._tls.obey()
        self.persistence.obey()
        self.limits = self._limits()
        for pump in self._pumps:
            pump.set_limits(self.limits)

    def _limits(self) -> RespLimits:
        config = self.config
        return RespLimits(
            max_bulk=min(config.proto_max_bulk_len, NO_LIMIT), max_frame=min(config.client_query_buffer_limit, NO_LIMIT)
        )

    # -- the timer ----------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Ten times a second: expire keys, close idle clients, abort lingering ones."""
        now = self.state.tick()
        self.state.expire_cycle()
        self.persistence.tick()
        if self.config.timeout:
            self._close_idle(now)
        self._abort_lingering(now)
        self._cron = self._loop.call_later(CRON_SECONDS, self._tick)

    def _close_idle(self, now: int) -> None:
        before = now - self.config.timeout * 1000
        for pump in list(self._pumps):
            if pump.last_active >= before or pump.client.waiting or pump in self._closing:
                continue
            if pump.takes_output():  # a long reply on a slow line
                pump.last_active = now
            else:
                logger.info("closing %s, idle for more than %d s", pump.client, self.config.timeout)
                pump.close()

    def _abort_lingering(self, now: int) -> None:
        for pump, since in list(self._closing.items()):
            if now - since <= LINGER_MS:
                continue
            if pump.takes_output():
                self._closing[pump] = now
            else:
                logger.info("aborting %s, which does not take its last replies", pump.client)
                pump.abort()


@contextlib.contextmanager
def _failures_name(address: str) -> Iterator[None]:
    """Let an `OSError` say which address it is about."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = address
        raise


def _options(tls: Tls | None) -> dict[str, Any]:
    """What the loop is told of TLS when it takes over an accepted socket."""
    if tls is None:
        return {}
    return {"ssl": tls.context, "ssl_handshake_timeout": TLS_SECONDS, "ssl_shutdown_timeout": TLS_SECONDS}


def _url(sock: socket.socket, tls: bool = False) -> str:
    name = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        return f"unix://{name}"
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{'rediss' if tls else 'redis'}://{host}:{name[1]}/0"


def _listen_at(family: int, address: Any, backlog: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family != socket.AF_UNIX:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def _listen_unix(path: str, backlog: int) -> socket.socket:
    """A listening Unix socket; a socket file that nobody listens on any more is replaced, a live one is an error."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.stat(path).st_mode) and _is_stale(path):
            os.unlink(path)
    return _listen_at(socket.AF_UNIX, path, backlog)


def _is_stale(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a live server that is busy must not keep us waiting
        return probe.connect_ex(path) == errno.ECONNREFUSED


def _configure(sock: socket.socket, keepalive: int) -> None:
    """TCP_NODELAY, because replies are written whole; keep-alive, so that dead peers are noticed."""
    if sock.family == socket.AF_UNIX:
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if keepalive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, min(keepalive, LONGEST_KEEPALIVE))


def _to_nobody(_: object) -> None:
    """Out-of-band values have nobody to go to."""
