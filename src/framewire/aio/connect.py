"""`connect`: a connection to somebody who listens, over TCP, TLS or a Unix socket.

What belongs here: names, addresses and sockets turned into a `Connection`. asyncio resolves, connects and shakes hands;
it also sets TCP_NODELAY.
"""

from __future__ import annotations

import asyncio
import socket
import ssl as ssl_module
from functools import partial
from typing import Any, TypeVar

from framewire._framed import DEFAULT_HIGH_WATER
from framewire._listening import check_address
from framewire._pure.block import BytesLike
from framewire.aio.connection import Connection
from framewire.aio.protocol import StreamProtocol
from framewire.codec import Codec, check_codec

__all__ = ["connect"]

F = TypeVar("F")


async def connect(
    codec: Codec[F],
    host: str | None = None,
    port: int | None = None,
    *,
    path: str | None = None,
    sock: socket.socket | None = None,
    ssl: ssl_module.SSLContext | None = None,
    server_hostname: str | None = None,
    timeout: float | None = None,  # noqa: ASYNC109
    high_water: int = DEFAULT_HIGH_WATER,
    received: BytesLike = b"",
) -> Connection[F]:
    """Connect to `host` and `port`, or to the Unix socket at `path`, or take a connected `sock`, and speak `codec`.

    With `ssl` the connection is TLS, and the certificate is checked against `server_hostname` (default: `host`).
    `high_water` is the number of bytes that may wait in each direction. `received` is what was read from `sock` before,
    and is decoded first; not with `ssl`, for it did not come through TLS (`ValueError`). Raises `OSError` (refused,
    unreachable), `ssl.SSLError`, `TimeoutError` after `timeout` seconds, and `TypeError` for a class in place of a
    codec.
    """
    check_codec(codec)
    check_address(host, port, path=path, sock=sock)
    if received and (sock is None or ssl is not None):
        raise ValueError("received= is what came in the clear through sock=")
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"ssl": ssl, "server_hostname": server_hostname}
    if ssl is not None and host is None and server_hostname is None:
        options["server_hostname"] = ""  # there is no name to check, and asyncio wants to hear it
    factory = partial(StreamProtocol, high_water=high_water)
    async with asyncio.timeout(timeout):
        if path is not None:
            _, protocol = await loop.create_unix_connection(factory, path, **options)
        elif host is not None and port is not None:
            _, protocol = await loop.create_connection(factory, host, port, **options)
        elif sock is not None and sock.family == getattr(socket, "AF_UNIX", None):
            _, protocol = await loop.create_unix_connection(factory, sock=sock, **options)
        else:
            _, protocol = await loop.create_connection(factory, sock=sock, **options)
    return Connection(protocol, codec, received=received)
