"""A link opened: a transport to where the options say the server is (TCP, TLS, Unix, memory), and hands shaken.

What belongs here: one attempt, what may go wrong in it, and the options of sockets. Who tries again is elsewhere.
"""

from __future__ import annotations

import asyncio
import builtins
import socket
import ssl
from collections.abc import Sequence
from typing import Any

from framewire.redis.client.aio.link import Link
from framewire.redis.client.credentials import AsyncCredentialProvider, auth_arguments
from framewire.redis.client.errors import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    MaxConnectionsError,
    RedisError,
    TimeoutError,
)
from framewire.redis.client.options import Options
from framewire.redis.client.tls import ssl_context

__all__ = ["connect", "may_pass"]

KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
"""Seconds of silence before a probe, between probes, and how many (the clients of Redis have agreed on them)."""

USER_TIMEOUT_MS = 30_000
"""How long sent bytes may stay unacknowledged before the kernel gives the connection up."""


async def connect(link: Link) -> None:
    """Open `link`: one attempt, within `socket_connect_timeout`.

    Raises `ConnectionError` and its kin, `TimeoutError`, or the server's refusal; then the link is of no use.
    """
    options = link.options
    try:
        async with asyncio.timeout(options.socket_connect_timeout):
            await _open_transport(options, link)
            await link.greet(await _credentials(options))
    except RedisError:
        raise
    except builtins.TimeoutError as error:
        raise TimeoutError(f"could not connect to {link.where} within {options.socket_connect_timeout} s") from error
    except (OSError, ValueError) as error:
        raise ConnectionError(f"could not connect to {link.where}: {error}") from error


def may_pass(failure: RedisError) -> bool:
    """Whether another attempt may succeed where this one failed."""
    if isinstance(failure.__cause__, (ssl.SSLCertVerificationError, ValueError)):
        return False
    if isinstance(failure, AuthenticationError):
        return False
    return isinstance(failure, (ConnectionError, TimeoutError, BusyLoadingError, MaxConnectionsError))


async def _credentials(options: Options) -> Sequence[bytes]:
    """What stands behind AUTH, from the options or from their provider, which may block."""
    provider = options.credential_provider
    if provider is None:
        return options.auth
    if isinstance(provider, AsyncCredentialProvider):
        return auth_arguments(await provider.get_credentials_async())
    loop = asyncio.get_running_loop()
    return auth_arguments(await loop.run_in_executor(None, provider.get_credentials))


async def _open_transport(options: Options, protocol: asyncio.BufferedProtocol) -> asyncio.Transport:
    """Connect `protocol`. Raises `OSError`, `ssl.SSLError` and `ValueError` (of TLS options)."""
    loop = asyncio.get_running_loop()
    if options.path is not None:
        transport, _ = await loop.create_unix_connection(lambda: protocol, options.path)
        return transport
    context = await loop.run_in_executor(None, ssl_context, options) if options.ssl else None
    kwargs: dict[str, Any] = {"happy_eyeballs_delay": 0.25} if hasattr(socket, "AF_INET6") else {}
    if type(loop).__module__.startswith("uvloop"):
        kwargs = {}  # it has no such option
    transport, _ = await loop.create_connection(lambda: protocol, options.host, options.port, ssl=context, **kwargs)
    _set_options(transport.get_extra_info("socket"), options.socket_keepalive)
    return transport


def _set_options(sock: socket.socket | None, keepalive: bool) -> None:
    if sock is None:
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if keepalive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE:
            _set(sock, name, value)
    _set(sock, "TCP_USER_TIMEOUT", USER_TIMEOUT_MS)


def _set(sock: socket.socket, name: str, value: int) -> None:
    option = getattr(socket, name, None)  # not every system has it
    if option is not None:
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
