"""Options of TCP sockets to a server.

What belongs here: how long the kernel waits for a peer that is gone.
"""

from __future__ import annotations

import socket
from typing import Final

__all__ = ["set_tcp_options"]

KEEPALIVE: Final = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
"""Seconds of silence before a probe, between probes, and how many (the clients of Redis have agreed on them)."""

USER_TIMEOUT_MS: Final = 30_000
"""How long sent bytes may stay unacknowledged before the kernel gives the connection up."""


def set_tcp_options(sock: socket.socket | None, keepalive: bool) -> None:
    """Send without delay, and notice in time that the peer is gone. Without a socket nothing is done."""
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
