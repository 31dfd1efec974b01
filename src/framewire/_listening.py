"""Sockets that listen: bound, or refused, before anything is accepted from them.

What belongs here: addresses turned into listening sockets, and the file that a Unix socket leaves behind, for servers
of every kind. Nothing waits here; names have been resolved.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterable
from typing import Any, TypeAlias

__all__ = ["RESOLVING", "close_listening", "listen_at", "listen_tcp", "listen_unix"]

Found: TypeAlias = "tuple[int, int, int, str, Any]"

RESOLVING: dict[str, Any] = {"type": socket.SOCK_STREAM, "flags": socket.AI_PASSIVE}
"""What `getaddrinfo` is to be asked for, beside host (`None`: all addresses) and port."""

NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def listen_tcp(found: Iterable[Found], backlog: int) -> list[socket.socket]:
    """One listening socket for each of the addresses, as `getaddrinfo` found them, that this machine has.

    With port 0 all get the port that the first was given. Raises `OSError`; nothing stays open then.
    """
    sockets: list[socket.socket] = []
    refused: OSError | None = None
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            if address[1] == 0 and sockets:
                address = (address[0], sockets[0].getsockname()[1], *address[2:])
            try:
                sockets.append(listen_at(family, address, backlog))
            except OSError as error:
                if error.errno not in NO_SUCH_ADDRESS:
                    raise
                refused = error
        if refused is not None and not sockets:
            raise refused
    except BaseException:
        close_listening(sockets)
        raise
    return sockets


def listen_unix(path: str, backlog: int) -> socket.socket:
    """A listening Unix socket. A socket file that nobody listens on any more is replaced; else raises `OSError`."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.stat(path).st_mode) and _is_stale(path):
            os.unlink(path)
    return listen_at(socket.AF_UNIX, path, backlog)


def close_listening(sockets: list[socket.socket]) -> None:
    """Close them; the file of a Unix socket goes too."""
    for sock in sockets:
        if sock.family == getattr(socket, "AF_UNIX", None):
            with contextlib.suppress(OSError):
                os.unlink(sock.getsockname())
        sock.close()


def listen_at(family: int, address: Any, backlog: int) -> socket.socket:
    """A listening socket, not blocking. Raises `OSError`, whose `filename` is the address."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family in (socket.AF_INET, socket.AF_INET6) and os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # elsewhere it would share a live port
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # IPv4 has a socket of its own
        sock.bind(address)
        sock.listen(backlog)
    except OSError as error:
        sock.close()
        error.filename = address if isinstance(address, str) else f"{address[0]} port {address[1]}"
        raise
    sock.setblocking(False)
    return sock


def _is_stale(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a live server that is busy must not keep us waiting
        return probe.connect_ex(path) == errno.ECONNREFUSED
