"""Servers of both kinds: where they listen, and what is said of a handler that has ended.

What belongs here: addresses turned into listening sockets, the file that a Unix socket leaves behind, and whose fault
the end of a connection is. Nothing waits here; names have been resolved.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import stat
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from framewire.codec import check_factory
from framewire.errors import ConnectionClosedError, IncompleteFrame, ProtocolError

__all__ = [
    "RESOLVING",
    "check_address",
    "check_listening",
    "close_listening",
    "failures_name",
    "handler_end_logged",
    "listen_at",
    "listen_tcp",
    "listen_unix",
    "port_of",
]

Found: TypeAlias = "tuple[int, int, int, str, Any]"

RESOLVING: dict[str, Any] = {"type": socket.SOCK_STREAM, "flags": socket.AI_PASSIVE}
"""What `getaddrinfo` is to be asked for, beside host (`None`: all addresses) and port."""

NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

PEERS_FAULTS = (ProtocolError, IncompleteFrame, ConnectionClosedError)


# -- what a caller gives ----------------------------------------------------------------------------------------------


def check_address(host: str | None, port: int | None, **others: object) -> None:
    """Raise `ValueError` unless exactly one of the ways to say where is used: host and port, or one of `others`."""
    ways = (host is not None and port is not None) + sum(other is not None for other in others.values())
    if ways != 1 or (host is None) != (port is None):
        raise ValueError(f"give either a host and a port, or {', or '.join(f'{name}=' for name in others)}")


def check_listening(
    codec: object, max_connections: int | None, host: str | None, port: int | None, **others: object
) -> None:
    """Raise `TypeError` or `ValueError` where a server cannot do as it is asked, whatever the network has to say."""
    check_factory(codec)
    check_address(host, port, **others)
    if max_connections is not None and max_connections < 1:
        raise ValueError(f"max_connections is at least 1, not {max_connections}")


# -- listening sockets ------------------------------------------------------------------------------------------------


def listen_tcp(found: Iterable[Found], backlog: int, at_most: int | None = None) -> list[socket.socket]:
    """One listening socket for each of the addresses, as `getaddrinfo` found them, that this machine has.

    `at_most` so many: 1 is the first that it has. With port 0 all get the port that the first was given. Raises
    `OSError`; nothing stays open then.
    """
    sockets: list[socket.socket] = []
    refused: OSError | None = None
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            if len(sockets) == at_most:
                break
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


def listen_at(family: int, address: Any, backlog: int) -> socket.socket:
    """A listening socket, not blocking. Raises `OSError`, whose `filename` is the address."""
    with failures_name(address if isinstance(address, str) else f"{address[0]} port {address[1]}"):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            if family in (socket.AF_INET, socket.AF_INET6) and os.name == "posix":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # elsewhere it would share a live port
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # IPv4 has a socket of its own
            sock.bind(address)
            sock.listen(backlog)
        except BaseException:
            sock.close()
            raise
    sock.setblocking(False)
    return sock


def close_listening(sockets: list[socket.socket]) -> None:
    """Close them; the file of a Unix socket goes too."""
    for sock in sockets:
        with contextlib.suppress(OSError):
            name = sock.getsockname()
            if isinstance(name, str) and name:  # Linux' abstract names are bytes, and no files
                os.unlink(name)
        sock.close()


@contextlib.contextmanager
def failures_name(address: str) -> Iterator[None]:
    """Let an `OSError` say in its `filename` which address it is about."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:  # one without a number would show the name and not its own words
            error.filename = address
        raise


def port_of(sockets: Iterable[socket.socket]) -> int:
    """The TCP port of the first that has one. Raises `ValueError` where there is none."""
    for sock in sockets:
        name = sock.getsockname()
        if isinstance(name, tuple):
            return int(name[1])
    raise ValueError("a Unix socket has no port, nor has a listener that was stopped")


def _is_stale(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a live server that is busy must not keep us waiting
        return probe.connect_ex(path) == errno.ECONNREFUSED


# -- handlers ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def handler_end_logged(logger: logging.Logger, peer: object) -> Iterator[None]:
    """Keep what a handler raises from its server: what is the peer's fault at INFO, all else as a defect."""
    try:
        yield
    except PEERS_FAULTS as error:
        logger.info("the connection of %s ended: %s", peer, error.__cause__ or error)
    except Exception:
        logger.exception("the handler of %s failed", peer)
