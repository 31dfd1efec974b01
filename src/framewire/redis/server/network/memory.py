"""`memory://name`: servers that the clients of one process share by a name, and that nobody else can reach.

What belongs here: which server a name stands for, where it runs, how a client is joined to it, when it ends. Nothing is
on disk and nothing listens.

                              where it runs                    who is joined how
    a name --> a home --+-- the loop of the first client ----- clients of that loop: in memory, no socket
    no name: a home     |                                      all others: a socket pair, one end of it adopted
    of one's own        `-- a thread, where a blocking ------- all: a socket pair
                            client came first

A home ends with its last holder, or with the loop that it runs in; then the name is free again, and whoever is joined
from elsewhere sees the connection closed. Who opens it again finds a new server, without keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import weakref
from collections.abc import AsyncGenerator, Callable
from typing import Protocol, TypeVar

from framewire.redis.server.network.server import Server
from framewire.redis.server.network.thread import ThreadServer

__all__ = ["MemoryHold"]

B = TypeVar("B", bound=asyncio.BufferedProtocol)

SHUTDOWN_SECONDS = 1.0
"""How long clients may take their last replies when a server ends."""

LONGER_THAN_ANY_LOOP = 10 * 365 * 86_400.0


class MemoryHold:
    """One client's hold on the server of a name: made at its first use, it keeps the server until `release`.

    It is for one loop, or for threads: `open_connection` joins a client of the running loop, `connect` a blocking one.
    Both may be called again, when a connection was lost. `None`, or no name, is a server that no other hold reaches.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or None
        self._home: _Home | None = None

    async def open_connection(self, protocol_factory: Callable[[], B]) -> tuple[asyncio.Transport, B]:
        """As `loop.create_connection`. Raises `RuntimeError` where this thread would have to run another loop for it.

        Raises `ConnectionRefusedError` where the server has `maxclients` clients.
        """
        return await self._take(_InLoop).open_connection(protocol_factory)

    def connect(self) -> socket.socket:
        """A socket that is connected to the server, for who waits without a loop. Belongs to the caller.

        Raises `RuntimeError` in the thread whose loop the server runs in: it would wait for itself. Takes some
        milliseconds where the server has to be made first, which then gets a thread.
        """
        return self._take(_InThread).connect()

    def release(self) -> None:
        """Hold it no longer; the last one ends it. Twice is fine.

        Waits for the end of a server's thread, some milliseconds, but not within a loop: see `aclose`.
        """
        self._let_go()

    async def aclose(self) -> None:
        """`release`, and wait until the server has ended, where it was the last hold on one that runs in this loop."""
        home = self._let_go()
        if isinstance(home, _InLoop):
            await home.wait_ended()

    def _take(self, kind: Callable[[], _Home]) -> _Home:
        """The home of the name: the one that is held, the one that others hold, or a new one."""
        with _registry.lock:
            if self._home is None or self._home.is_gone:
                self._home = _registry.find(self.name) or _registry.add(self.name, kind())
                self._home.holders.add(self)
            return self._home

    def _let_go(self) -> _Home | None:
        with _registry.lock:
            home, self._home = self._home, None
            if home is None or home.is_gone:
                return None
            home.holders.discard(self)
            if home.holders:
                return None
            _registry.remove(home)
        home.end()
        return home


class _Home(Protocol):
    """Where one server runs."""

    holders: set[MemoryHold]

    @property
    def is_gone(self) -> bool:
        """Whether nobody can be joined to it any more."""

    async def open_connection(self, protocol_factory: Callable[[], B]) -> tuple[asyncio.Transport, B]:
        """A client of the running loop."""

    def connect(self) -> socket.socket:
        """A client without a loop."""

    def end(self) -> None:
        """Nobody holds it."""


class _Registry:
    """The homes that have a name. `lock` is held by who uses it, and never while anything is waited for.

    It is reentrant, because a loop may be freed at any time, which takes it too.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._homes: dict[str, _Home] = {}

    def find(self, name: str | None) -> _Home | None:
        home = self._homes.get(name) if name is not None else None
        return None if home is None or home.is_gone else home

    def add(self, name: str | None, home: _Home) -> _Home:
        if name is not None:
            self._homes[name] = home
        return home

    def remove(self, home: _Home) -> None:
        for name, each in list(self._homes.items()):
            if each is home:
                del self._homes[name]


_registry = _Registry()


def _begin_anew() -> None:
    """In a child that was forked: neither the loops nor the threads of its parent are there."""
    global _registry
    _registry = _Registry()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


class _InLoop:
    """In the running loop, until that ends.

    The end of a loop is noticed in two ways. `asyncio.run` and its like close what generators are still open: one of
    them is our `_live`. A loop that is closed without that forgets its timers: with one of them goes our `_canary`.
    """

    def __init__(self) -> None:
        self.holders: set[MemoryHold] = set()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._process = os.getpid()
        self._server = Server(listen=False, shutdown_timeout=SHUTDOWN_SECONDS)
        self._adopting: set[socket.socket] = set()  # on their way into the loop
        self._life = self._live()
        self._has_begun = False
        self._ending: asyncio.Task[None] | None = None
        self._is_over = False  # nobody is served any more

    @property
    def is_gone(self) -> bool:
        return self._is_over or self._loop.is_closed() or self._process != os.getpid()

    async def _live(self) -> AsyncGenerator[None, None]:
        canary = self._let_canary_sing()
        try:
            async with self._server:
                try:
                    yield
                finally:
                    self._forget()
        finally:
            if (timer := canary()) is not None:
                timer.cancel()

    def _let_canary_sing(self) -> weakref.ref[asyncio.TimerHandle]:
        """What it comes with belongs to the loop alone."""
        canary = _Canary()
        weakref.finalize(canary, _lose, weakref.ref(self)).atexit = False
        return weakref.ref(self._loop.call_later(LONGER_THAN_ANY_LOOP, _nothing, canary))

    def _forget(self) -> None:
        self._is_over = True
        with _registry.lock:
            _registry.remove(self)
        while self._adopting:
            self._adopting.pop().close()

    def lose(self) -> None:
        """The loop is closed; or its server has ended, then nobody is there to be told."""
        self._forget()
        for connection in list(self._server.connections):
            sock = connection.transport.get_extra_info("socket")
            if sock is not None:
                with contextlib.suppress(OSError, TypeError):  # uvloop has no such method, and has closed it
                    sock.shutdown(socket.SHUT_RDWR)

    async def open_connection(self, protocol_factory: Callable[[], B]) -> tuple[asyncio.Transport, B]:
        if asyncio.get_running_loop() is not self._loop:
            return await _open_on(self.connect(), protocol_factory)
        if not self._has_begun:
            self._has_begun = True
            await anext(self._life)  # waits for nothing: neither an address nor a disk
        return self._server.open_connection(protocol_factory)

    def connect(self) -> socket.socket:
        if threading.get_ident() == self._thread:
            raise RuntimeError(
                "this memory:// server runs in an event loop of this very thread, which cannot serve who waits here: "
                "use an asyncio client in that loop, or another thread"
            )
        ours, theirs = socket.socketpair()
        self._adopting.add(theirs)
        try:
            self._loop.call_soon_threadsafe(self._adopt, theirs)
        except RuntimeError as error:  # it was closed just now
            ours.close()
            theirs.close()
            raise ConnectionRefusedError("the event loop of this memory:// server was closed") from error
        return ours

    def _adopt(self, sock: socket.socket) -> None:
        self._adopting.discard(sock)
        self._server.adopt(sock)

    def end(self) -> None:
        self._is_over = True
        if threading.get_ident() == self._thread:
            self._end()
        else:
            with contextlib.suppress(RuntimeError):  # it was closed just now
                self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if not self._loop.is_closed():
            self._ending = self._loop.create_task(self._life.aclose())

    async def wait_ended(self) -> None:
        """Wait for the end, in the loop where it runs; elsewhere do not."""
        if self._ending is not None and asyncio.get_running_loop() is self._loop:
            await asyncio.shield(self._ending)


class _InThread:
    """In a thread of its own."""

    def __init__(self) -> None:
        self.holders: set[MemoryHold] = set()
        self._process = os.getpid()
        self._is_over = False
        self._starting = threading.Lock()
        self._has_begun = False
        self._server = ThreadServer(listen=False, shutdown_timeout=SHUTDOWN_SECONDS)

    @property
    def is_gone(self) -> bool:
        return self._is_over or self._process != os.getpid()

    async def open_connection(self, protocol_factory: Callable[[], B]) -> tuple[asyncio.Transport, B]:
        return await _open_on(self.connect(), protocol_factory)

    def connect(self) -> socket.socket:
        self._begin()
        ours, theirs = socket.socketpair()
        try:
            self._server.adopt(theirs)
        except RuntimeError as error:  # its last holder has ended it just now
            ours.close()
            raise ConnectionRefusedError("this memory:// server was closed") from error
        return ours

    def _begin(self) -> None:
        with self._starting:
            if self._has_begun or self._is_over:
                return
            try:
                self._server.start()
            except BaseException:  # no thread can be started, say: another try makes another home
                self._is_over = True
                raise
            self._has_begun = True

    def end(self) -> None:
        with self._starting:
            self._is_over = True
        if _in_a_loop():
            self._server.stop_soon()
        else:
            self._server.stop()


class _Canary:
    """Goes when its loop does."""


def _lose(home: weakref.ref[_InLoop]) -> None:
    there = home()
    if there is not None:
        there.lose()


def _nothing(_: object) -> None:
    pass


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _open_on(sock: socket.socket, protocol_factory: Callable[[], B]) -> tuple[asyncio.Transport, B]:
    """A client of the running loop on a socket that is connected."""
    loop = asyncio.get_running_loop()
    try:
        if sock.family == getattr(socket, "AF_UNIX", None):
            return await loop.create_unix_connection(protocol_factory, sock=sock)
        return await loop.create_connection(protocol_factory, sock=sock)
    except BaseException:
        sock.close()
        raise
