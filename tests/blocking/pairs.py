"""Connections over a socket pair, for tests: two of ours, or one of ours and a bare socket that plays the peer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from framewire import RespCodec
from framewire.blocking import Connection
from tests.waiting import PATIENCE

__all__ = ["in_thread", "joined", "kernel_is_full", "with_peer"]


@contextmanager
def with_peer(codec: Any = None, *, kernel: int | None = None, **options: Any) -> Iterator[tuple[Any, socket.socket]]:
    """A connection and the bare socket of its peer. `kernel`: about how many bytes the kernel holds each way."""
    near, far = socket.socketpair()
    if kernel is not None:
        for sock in (near, far):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kernel)
    far.settimeout(PATIENCE)
    connection = Connection(near, RespCodec() if codec is None else codec, **options)
    try:
        yield connection, far
    finally:
        connection.abort()
        far.close()


@contextmanager
def joined(*, kernel: int | None = None, **options: Any) -> Iterator[tuple[Connection[Any], Connection[Any]]]:
    """Two connections, both of RESP frames."""
    with with_peer(kernel=kernel, **options) as (near, sock):
        far = Connection(sock, RespCodec(), **options)
        try:
            yield near, far
        finally:
            far.abort()


class Thread(threading.Thread):
    """A thread whose `result()` is what its function returned or raised."""

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        super().__init__(daemon=True)
        self._call = function, arguments
        self._raised: BaseException | None = None
        self.start()

    def run(self) -> None:
        function, arguments = self._call
        try:
            self._returned = function(*arguments)
        except BaseException as error:
            self._raised = error

    def result(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "the thread still waits"
        if self._raised is not None:
            raise self._raised
        return self._returned


def in_thread(function: Callable[..., Any], *arguments: Any) -> Thread:
    return Thread(function, arguments)


def kernel_is_full(connection: Connection[Any]) -> bool:
    """Whether a writer of this connection waits for room."""
    return bool(connection._outbound) and bool(connection._turns.waiting)
