"""1 MiB bulks from redis-server: our connection, a raw `recv_into` loop (the floor), and redis-py's asyncio client.

All three ask for the same value over the same loopback, `BATCH` requests at a time, and see every payload whole.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import time

import redis.asyncio

from bench.measure import Row
from bench.server import redis_server
from framewire import RespCodec
from framewire.aio import connect
from framewire.aio.loops import new_event_loop
from framewire.frames.resp import Array, Bulk

SIZE = 1024 * 1024
COUNT = 200
BATCH = 8
ROUNDS = 7

GET = Array((Bulk(b"GET"), Bulk(b"large")))
WIRE_GET = b"*2\r\n$3\r\nGET\r\n$5\r\nlarge\r\n"
REPLY = len(b"$1048576\r\n") + SIZE + 2


def floor(port: int) -> float:
    """Seconds that a blocking `recv_into` loop takes into one reused block."""
    block = memoryview(bytearray(SIZE))
    with socket.create_connection(("127.0.0.1", port)) as sock:
        started = time.perf_counter()
        for _ in range(COUNT // BATCH):
            sock.sendall(WIRE_GET * BATCH)
            left = REPLY * BATCH
            while left:
                left -= sock.recv_into(block[: min(left, SIZE)])
        return time.perf_counter() - started


async def ours(port: int) -> float:
    """Seconds that `Connection.read_frame` takes; every frame holds its own `bytes`."""
    async with await connect(RespCodec(), "127.0.0.1", port) as connection:
        started = time.perf_counter()
        for _ in range(COUNT // BATCH):
            for _ in range(BATCH):
                connection.feed_frame(GET)
            await connection.flush()
            for _ in range(BATCH):
                frame = await connection.read_frame()
                assert isinstance(frame, Bulk) and len(frame.data) == SIZE
        return time.perf_counter() - started


async def redis_py(port: int) -> float:
    """Seconds that redis-py's asyncio client takes, in pipelines of the same size."""
    async with redis.asyncio.Redis(port=port) as client:
        await client.ping()
        started = time.perf_counter()
        for _ in range(COUNT // BATCH):
            pipeline = client.pipeline(transaction=False)
            for _ in range(BATCH):
                pipeline.get("large")
            assert all(len(value) == SIZE for value in await pipeline.execute())
        return time.perf_counter() - started


def on(loop: str, measured: object, port: int) -> float:
    """Run one measurement on a fresh loop of the kind."""
    with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
        return float(runner.run(measured(port)))  # type: ignore[operator]


def rows() -> list[Row]:
    """Nanoseconds per 1 MiB bulk on each loop, against the floor and against redis-py."""
    found = []
    with redis_server() as (_, port):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$1048576\r\n" + bytes(SIZE) + b"\r\n")
            assert sock.recv(5) == b"+OK\r\n"
        for loop in ("asyncio", "uvloop"):
            samples = [(on(loop, ours, port), floor(port), on(loop, redis_py, port)) for _ in range(ROUNDS)]
            mine, raw, client = (statistics.median(column) / COUNT * 1e9 for column in zip(*samples, strict=True))
            rate = f"{SIZE / mine * 1e3:,.0f} MB/s"
            found.append(Row(f"1 MiB bulk read, {loop}", "raw recv_into", mine, raw, rate))
            found.append(Row(f"1 MiB bulk read, {loop}", "redis-py asyncio", mine, client, rate))
    return found


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
    sys.stdout.flush()
