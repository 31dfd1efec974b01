"""Memory of an idle connection: what the resident size of a server grows by for each connection that said one PING.

Two pairs: our Redis server against redis-server, and `serve` with an echo of lines against the same with asyncio's
streams, each in a process of its own.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil

from bench.measure import Row
from bench.server import framewire_server, redis_server

OURS = """
import asyncio, sys
from framewire import LinesCodec
from framewire.aio import serve
from framewire.aio.loops import new_event_loop

async def handler(connection):
    async for line in connection:
        await connection.write_frame(b"+PONG")

started = lambda listener: print(listener.port, flush=True)
with asyncio.Runner(loop_factory=lambda: new_event_loop(sys.argv[1])) as runner:
    codec = lambda: LinesCodec(newline=b"\\r\\n")
    runner.run(serve(handler, codec, "127.0.0.1", 0, max_connections=None, idle_timeout=3600, started=started))
"""

STREAMS = """
import asyncio, sys
from framewire.aio.loops import new_event_loop

async def handler(reader, writer):
    while await reader.readline():
        writer.write(b"+PONG\\r\\n")
        await writer.drain()

async def main():
    server = await asyncio.start_server(handler, "127.0.0.1", 0, backlog=511)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

with asyncio.Runner(loop_factory=lambda: new_event_loop(sys.argv[1])) as runner:
    runner.run(main())
"""


@contextlib.contextmanager
def script(program: str, loop: str) -> Iterator[tuple[psutil.Process, int]]:
    """A server in a process of its own, and its port."""
    with subprocess.Popen([sys.executable, "-c", program, loop], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield psutil.Process(process.pid), int(process.stdout.readline())
        finally:
            process.kill()


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
    found = [Row("memory of an idle connection", "redis-server", mine, peer, f"{count} connections", "bytes")]
    for loop in ("asyncio", "uvloop"):
        with script(STREAMS, loop) as theirs:
            peer = per_connection(*theirs, count)
        with script(OURS, loop) as ours:
            mine = per_connection(*ours, count)
        work = f"memory of an idle connection of serve(), {loop}"
        found.append(Row(work, "asyncio streams", mine, peer, f"{count} connections", "bytes"))
    return found


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
