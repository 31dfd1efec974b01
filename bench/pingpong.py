"""One request, one reply, over and over: our blocking and asyncio connections, redis-py's, and a bare socket.

The server is redis-server on loopback; each side sends `PING` and reads `+PONG`, so the client's own work differs.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from collections.abc import Callable
from functools import partial

import redis
import redis.asyncio

from bench.measure import Row
from bench.server import redis_server
from framewire import RespCodec, blocking
from framewire.aio import connect
from framewire.aio.loops import new_event_loop
from framewire.frames.resp import Array, Bulk

COUNT = 5_000
ROUNDS = 7

WIRE = b"*1\r\n$4\r\nPING\r\n"
PING = Array((Bulk(b"PING"),))


def bare(port: int) -> float:
    """`sendall` and `recv`, and no framing at all: the floor."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        started = time.perf_counter()
        for _ in range(COUNT):
            sock.sendall(WIRE)
            assert sock.recv(100) == b"+PONG\r\n"
        return time.perf_counter() - started


def ours_blocking(port: int) -> float:
    """`blocking.Connection` with frames."""
    with blocking.connect(RespCodec(), "127.0.0.1", port) as connection:
        started = time.perf_counter()
        for _ in range(COUNT):
            connection.write_frame(PING)
            assert connection.read_frame() is not None
        return time.perf_counter() - started


def redis_py_blocking(port: int) -> float:
    """redis-py's synchronous `Connection`, below its client."""
    connection = redis.Connection(host="127.0.0.1", port=port)
    connection.connect()
    started = time.perf_counter()
    for _ in range(COUNT):
        connection.send_command("PING", check_health=False)
        assert connection.read_response() is not None
    took = time.perf_counter() - started
    connection.disconnect()
    return took


async def ours_asyncio(port: int) -> float:
    """`aio.Connection` with frames."""
    async with await connect(RespCodec(), "127.0.0.1", port) as connection:
        started = time.perf_counter()
        for _ in range(COUNT):
            await connection.write_frame(PING)
            assert await connection.read_frame() is not None
        return time.perf_counter() - started


async def redis_py_asyncio(port: int) -> float:
    """redis-py's asyncio `Connection`, below its client."""
    connection = redis.asyncio.Connection(host="127.0.0.1", port=port)
    await connection.connect()
    started = time.perf_counter()
    for _ in range(COUNT):
        await connection.send_command("PING", check_health=False)
        assert await connection.read_response() is not None
    took = time.perf_counter() - started
    await connection.disconnect()
    return took


def on(loop: str, measured: Callable[[int], object], port: int) -> float:
    """Run one measurement on a fresh loop of the kind."""
    with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
        return float(runner.run(measured(port)))  # type: ignore[arg-type]


def rows() -> list[Row]:
    """Nanoseconds per request and reply."""
    found = []
    with redis_server() as (_, port):
        for name, ours, theirs in (
            ("blocking", ours_blocking, redis_py_blocking),
            ("asyncio", partial(on, "asyncio", ours_asyncio), partial(on, "asyncio", redis_py_asyncio)),
            ("uvloop", partial(on, "uvloop", ours_asyncio), partial(on, "uvloop", redis_py_asyncio)),
        ):
            samples = [(ours(port), theirs(port), bare(port)) for _ in range(ROUNDS)]
            mine, client, floor = (statistics.median(column) / COUNT * 1e9 for column in zip(*samples, strict=True))
            found.append(Row(f"PING and reply, {name}", f"redis-py's connection, {name}", mine, client))
            found.append(Row(f"PING and reply, {name}", "a bare socket", mine, floor))
    return found


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
