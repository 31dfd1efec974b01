"""Addresses turned into listening sockets, in the running loop.

What belongs here: names resolved without blocking. Binding itself is in `_listening.py`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

from framewire._listening import RESOLVING, close_listening, failures_name, listen_tcp, listen_unix

__all__ = ["bind", "bind_each"]


async def bind(
    host: str | None, port: int | None, path: str | None, sock: socket.socket | None, backlog: int
) -> list[socket.socket]:
    """Listening sockets on all addresses of `host`, or at `path`, or `sock` itself. Raises `OSError`; none stays open.

    The caller has checked that it is given one of the three. With port 0 all addresses get the same free port.
    """
    if sock is not None:
        sock.setblocking(False)
        return [sock]
    if path is not None:
        return [listen_unix(path, backlog)]
    found = await asyncio.get_running_loop().getaddrinfo(host or None, port, **RESOLVING)
    return listen_tcp(found, backlog)


async def bind_each(hosts: Iterable[str], port: int, backlog: int) -> list[socket.socket]:
    """One listening socket for each of `hosts`, on its first address that this machine has.

    (`localhost` may name `::1` too, which many containers lack.) With port 0 they share the port that the first is
    given. Raises `OSError`, whose `filename` is the host and the port as they were given; none stays open.
    """
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            with failures_name(f"{host} port {port}"):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, **RESOLVING)
                sockets += listen_tcp(found, backlog, at_most=1)
            port = port or int(sockets[0].getsockname()[1])
    except BaseException:
        close_listening(sockets)
        raise
    return sockets
