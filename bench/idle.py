"""Memory of an idle connection: what the resident size of a server grows by for each connection that said one PING."""

from __future__ import annotations

import resource
import socket

import psutil

from bench.measure import Row
from bench.server import framewire_server, redis_server


def per_connection(process: psutil.Process, port: int, count: int) -> float:
    """Bytes of resident memory for each of `count` idle connections."""
    clients: list[socket.socket] = []
    try:
        _open(clients, port, 100)  # the allocator's first steps are not the connections'
        before = process.memory_info().rss
        _open(clients, port, count)
        return float(process.memory_info().rss - before) / count
    finally:
        for client in clients:
            client.close()


def _open(clients: list[socket.socket], port: int, count: int) -> None:
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(b"PING\r\n")
        assert client.recv(7) == b"+PONG\r\n"
        clients.append(client)


def rows() -> list[Row]:
    """Bytes of resident memory per idle connection."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(5000, hard // 2)
    with redis_server() as theirs:
        peer = per_connection(*theirs, count)
    with framewire_server() as ours:
        mine = per_connection(*ours, count)
    return [Row("memory of an idle connection", "redis-server", mine, peer, f"{count} connections", "bytes")]


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
