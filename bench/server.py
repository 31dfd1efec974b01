"""Server CPU per request, against redis-server, under the same redis-benchmark in interleaved rounds.

CPU (user and system) of the server process is the figure: on a small machine the load generator decides throughput.
50 connections, keys drawn from 100 000 that exist, values of 3 bytes: `redis-benchmark -c 50 -r 100000 -d 3`.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench.measure import Row

PIPELINES = {1: 80_000, 16: 800_000, 64: 1_600_000}
"""Pipeline depth: requests in one round."""

ROUNDS = 5


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[psutil.Process]:
    """A server process that listens on `port`, ended with the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Wait up to 20 s until something accepts on `port`."""
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def redis_server() -> Iterator[tuple[psutil.Process, int]]:
    """A real redis-server without persistence."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder]
        with running(command, port) as process:
            yield process, port


@contextmanager
def framewire_server(loop: str = "auto") -> Iterator[tuple[psutil.Process, int]]:
    """Ours, as `framewire serve` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "framewire.cli", "serve", "--port", str(port), "--loop", loop]
    with running(command, port) as process:
        yield process, port


def benchmark(port: int, test: str, pipeline: int, requests: int) -> float:
    """Run redis-benchmark once; returns its requests per second."""
    command = ["redis-benchmark", "-p", str(port), "-t", test, "-c", "50", "-P", str(pipeline), "-n", str(requests),
               "-r", "100000", "-d", "3", "--csv"]  # fmt: skip
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(output.strip().splitlines()[-1].split(",")[1].strip('"'))


def cpu_per_request(process: psutil.Process, port: int, test: str, pipeline: int, requests: int) -> tuple[float, float]:
    """CPU nanoseconds of the server per request, and requests per second, of one run."""
    before = process.cpu_times()
    rate = benchmark(port, test, pipeline, requests)
    after = process.cpu_times()
    used = after.user - before.user + after.system - before.system
    return used / requests * 1e9, rate


def fill(port: int) -> None:
    """Make all 100 000 keys exist (nearly: drawn at random, 1.5 million times)."""
    benchmark(port, "set", 64, 1_500_000)


def rows() -> list[Row]:
    """CPU per request in ns, ours and redis-server's, for GET and SET at each pipeline depth."""
    if not shutil.which("redis-server") or not shutil.which("redis-benchmark"):
        print("bench.server: redis-server and redis-benchmark are needed", file=sys.stderr)
        return []
    found = []
    with redis_server() as theirs, framewire_server() as ours:
        fill(theirs[1])
        fill(ours[1])
        for pipeline, requests in PIPELINES.items():
            for test in ("get", "set"):
                rounds = [
                    cpu_per_request(*ours, test, pipeline, requests)
                    + cpu_per_request(*theirs, test, pipeline, requests)
                    for _ in range(ROUNDS)
                ]
                mine, rate, peer, peer_rate = map(statistics.median, zip(*rounds, strict=True))
                work = f"server CPU per {test.upper()}, pipeline {pipeline}"
                found.append(Row(work, "redis-server", mine, peer, f"{rate:,.0f} against {peer_rate:,.0f} requests/s"))
    return found


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
