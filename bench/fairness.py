"""Fairness: how long one client waits for a PONG while another one pipelines without pause, beside redis-server.

A server with one loop reads what is there. With libuv below it, that can be two megabytes of one client's requests
before anybody else is looked at; so a client's turn is bounded. The figure is the 99th percentile of the waits.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from bench.long_commands import encode
from bench.measure import Row
from bench.server import framewire_server, redis_server

SECONDS = 3.0
ROUNDS = 3
PAUSE = 0.002
"""Seconds between two PINGs: who asks all the time is asked for all the time, and never meets a long turn."""

FLOOD = encode([b"SET", b"key", b"value"]) * 20_000


@contextlib.contextmanager
def flooding(port: int) -> Iterator[None]:
    """Another process sends SETs as fast as they are taken, and reads the replies."""
    process = subprocess.Popen([sys.executable, "-m", "bench.fairness", str(port)])
    time.sleep(0.5)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def flood(port: int) -> None:
    """What that process does until it is ended."""
    with socket.create_connection(("127.0.0.1", port), 60) as sock:
        threading.Thread(target=_receive, args=(sock,), daemon=True).start()
        while True:
            sock.sendall(FLOOD)


def _receive(sock: socket.socket) -> None:
    while sock.recv(1 << 20):
        pass


def slow_wait(port: int) -> float:
    """The wait, in ns, that one PING in a hundred exceeds."""
    waits = []
    with flooding(port), socket.create_connection(("127.0.0.1", port), 60) as sock:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(PAUSE)
            started = time.perf_counter_ns()
            sock.sendall(b"PING\r\n")
            sock.recv(7)
            waits.append(time.perf_counter_ns() - started)
    return statistics.quantiles(waits, n=100)[-1]


def rows() -> list[Row]:
    """The 99th percentile, ours on each loop and redis-server's."""
    if not shutil.which("redis-server"):
        print("bench.fairness: redis-server is needed", file=sys.stderr)
        return []
    found = []
    for loop in ("uvloop", "asyncio"):
        with redis_server() as (_, theirs), framewire_server(loop) as (_, ours):
            rounds = [(slow_wait(ours), slow_wait(theirs)) for _ in range(ROUNDS)]
            mine, peer = map(statistics.median, zip(*rounds, strict=True))
            found.append(Row(f"PING beside a flood, 99th percentile, {loop}", "redis-server", mine, peer))
    return found


if __name__ == "__main__":
    flood(int(sys.argv[1]))
