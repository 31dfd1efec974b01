"""Where a server is reached: listening sockets whose connections are opened alike.

What belongs here: the addresses of such a group, and whether and how TLS is spoken there.
"""

from __future__ import annotations

import socket
import ssl as ssl_module
from typing import Any, NamedTuple

from framewire.aio.accept import Acceptor

__all__ = ["Address", "Endpoint"]


class Address(NamedTuple):
    """Where one socket listens: `host` and `port`, or the `path` of a Unix socket; what is not there is empty."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def of(cls, sock: socket.socket) -> Address:
        """That of a listening socket."""
        name = sock.getsockname()
        if isinstance(name, tuple):
            return cls(str(name[0]), int(name[1]))
        if isinstance(name, str):
            return cls(path=name)
        return cls()  # an abstract name of Linux, say, for which URLs have no form


class Endpoint:
    """A group of listening sockets, made by `ProtocolServer.add`. `addresses` are still there when these are closed.

    `ssl` may be replaced while the server runs, by a context with another certificate, say: it is for who connects from
    then on.
    """

    def __init__(
        self,
        acceptor: Acceptor,
        ssl: ssl_module.SSLContext | None,
        handshake_timeout: float | None,
        shutdown_timeout: float | None,
    ) -> None:
        self.acceptor = acceptor
        self.addresses = [Address.of(sock) for sock in acceptor.sockets]
        self.ssl = ssl
        self._timeouts = {"ssl_handshake_timeout": handshake_timeout, "ssl_shutdown_timeout": shutdown_timeout}

    def options(self) -> dict[str, Any]:
        """What the loop is told when it takes over a socket that was accepted here."""
        return {} if self.ssl is None else {"ssl": self.ssl, **self._timeouts}
