"""Options of TCP sockets to a server."""

from __future__ import annotations

import socket

import pytest

from framewire.redis.client.tcp import KEEPALIVE, USER_TIMEOUT_MS, set_tcp_options


@pytest.mark.parametrize("keepalive", [True, False])
def test_they_are_set(keepalive: bool) -> None:
    with socket.socket() as sock:
        set_tcp_options(sock, keepalive)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)) is keepalive
        for name, value in [*(KEEPALIVE if keepalive else ()), ("TCP_USER_TIMEOUT", USER_TIMEOUT_MS)]:
            if hasattr(socket, name):
                assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value


def test_without_a_socket_nothing_is_done() -> None:
    set_tcp_options(None, True)
