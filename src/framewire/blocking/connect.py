"""`connect`: a blocking connection to somebody who listens, over TCP, TLS or a Unix socket.

What belongs here: names and addresses turned into a `Connection`.
"""

from __future__ import annotations

import socket
import ssl as ssl_module
from typing import TypeVar

from framewire._framed import DEFAULT_HIGH_WATER
from framewire._listening import check_address
from framewire.blocking.connection import Connection
from framewire.codec import Codec, check_codec

__all__ = ["connect"]

F = TypeVar("F")


def connect(
    codec: Codec[F],
    host: str | None = None,
    port: int | None = None,
    *,
    path: str | None = None,
    ssl: ssl_module.SSLContext | None = None,
    server_hostname: str | None = None,
    timeout: float | None = None,
    high_water: int = DEFAULT_HIGH_WATER,
) -> Connection[F]:
    """Connect to `host` and `port`, or to the Unix socket at `path`, and speak `codec`.

    With `ssl` the connection is TLS, and the certificate is checked against `server_hostname` (default: `host`).
    `timeout` is for each address tried and for the handshake. Raises `OSError` (refused, unreachable), `ssl.SSLError`,
    `TimeoutError`, `ValueError` for half an address, and `TypeError` for a class in place of a codec.
    """
    check_codec(codec)
    check_address(host, port, path=path)
    if path is not None:
        sock = socket.socket(socket.AF_UNIX)
    else:
        assert host is not None and port is not None
        sock = socket.create_connection((host, port), timeout)
    try:
        sock.settimeout(timeout)
        if path is not None:
            sock.connect(path)
        if ssl is not None:
            hostname = host if server_hostname is None else server_hostname
            sock = ssl.wrap_socket(sock, server_hostname=hostname, suppress_ragged_eofs=False)
    except BaseException:
        sock.close()
        raise
    return Connection(sock, codec, high_water=high_water)
