"""`BlockingClient` and redis-py with hiredis, on redis-server: one thread, pipelines of a hundred, eight threads.

The client has one core, and the server the same one or another. With one core the CPU time of both counts, and nothing
hides behind waiting; with two, waking the other core is most of what one thread waits for. The floor is a bare socket.
"""

from __future__ import annotations

import os
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import redis

from bench.measure import Row
from bench.server import redis_server
from framewire.redis.client.blocking.client import BlockingClient

ROUNDS = 9
ONE_THREAD, PIPELINED, THREADED = 4_000, 40_000, 8_000
PIPELINE, THREADS = 100, 8
WIRE = b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"
"""What both sides ask."""


def one_thread(client: Any) -> float:
    """One GET after the other; seconds."""
    started = time.perf_counter()
    for _ in range(ONE_THREAD):
        client.get("key")
    return time.perf_counter() - started


def pipelines(client: Any) -> float:
    """GETs in pipelines, not between MULTI and EXEC; seconds."""
    started = time.perf_counter()
    for _ in range(PIPELINED // PIPELINE):
        pipeline = client.pipeline(transaction=False)
        for _ in range(PIPELINE):
            pipeline.get("key")
        pipeline.execute()
    return time.perf_counter() - started


def several_threads(client: Any) -> float:
    """As many threads as `THREADS` with one GET after the other each; seconds."""

    def work() -> None:
        for _ in range(THREADED // THREADS):
            client.get("key")

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def bare(port: int) -> float:
    """What `one_thread` asks, over a socket without any client: nanoseconds for each."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        started = time.perf_counter()
        for _ in range(ONE_THREAD):
            sock.send(WIRE)
            sock.recv(100)
        return (time.perf_counter() - started) / ONE_THREAD * 1e9


WORKS: tuple[tuple[str, Callable[[Any], float], int], ...] = (
    ("GET, one thread", one_thread, ONE_THREAD),
    (f"GET, pipelines of {PIPELINE}", pipelines, PIPELINED),
    (f"GET, {THREADS} threads", several_threads, THREADED),
)


def rows() -> list[Row]:
    """The rows of `make bench ARGS=blocking_client`."""
    if not hasattr(os, "sched_setaffinity"):
        return []
    cores = sorted(os.sched_getaffinity(0))
    placements = [("one core", cores[0], cores[0]), ("two cores", cores[0], cores[-1])]
    try:
        return [row for placement in placements[: len(cores)] for row in _placed(*placement)]
    finally:
        os.sched_setaffinity(0, cores)


def _placed(name: str, ours: int, servers: int) -> Iterator[Row]:
    with redis_server() as (process, port):
        os.sched_setaffinity(process.pid, {servers})
        os.sched_setaffinity(0, {ours})
        client, peer = BlockingClient("127.0.0.1", port), redis.Redis("127.0.0.1", port)
        client.set("key", "value")
        for work, run, count in WORKS:
            samples = [(run(client), run(peer), bare(port)) for _ in range(ROUNDS)]
            mine, other, floor = (statistics.median(sample) for sample in zip(*samples, strict=True))
            note = f"a bare socket: {floor / 1000:.1f} us" if run is one_thread else ""
            yield Row(f"{work}, {name}", "redis-py, hiredis", mine / count * 1e9, other / count * 1e9, note)
        client.close()
        peer.close()
