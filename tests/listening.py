"""Sockets that listen, for tests, and whether any stayed open."""

from __future__ import annotations

import os
import socket

from framewire._listening import RESOLVING
from framewire._listening import listen_tcp as listen_on

__all__ = ["listen_tcp", "open_files"]


def listen_tcp(host: str, port: int, backlog: int) -> list[socket.socket]:
    """On all addresses of `host`, an empty one being every address of this machine."""
    return listen_on(socket.getaddrinfo(host or None, port, **RESOLVING), backlog)


def open_files() -> int:
    """How many files this process has open, where the system tells."""
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
