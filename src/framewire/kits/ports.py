"""Ports on which servers that are started here may listen.

What belongs here: how one is found. Who takes it, and when it was taken meanwhile, is `process`'s business.
"""

from __future__ import annotations

import contextlib
import random
import socket

__all__ = ["free_port"]

_PORTS = range(10_000, 32_768)
"""Below those that the system gives to outgoing connections: nobody sits on the port of a server that starts again."""

_chance = random.Random()  # of our own: one that a plugin seeds would give all workers of a test run the same ports


def free_port(host: str = "127.0.0.1") -> int:
    """A port on which nobody listens now. Somebody else may be the first to take it."""
    for port in _chance.sample(_PORTS, 200):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise OSError(f"of 200 ports of {host} none is free")
