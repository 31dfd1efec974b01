"""Server CPU per request of the common commands, and memory per key and per element, beside redis-server.

CPU (user and system) of the server process under the same redis-benchmark, in interleaved rounds: 50 connections, keys,
members and fields drawn from 100 000 that exist (MSET: 10 a request). Memory is what resident memory grows by.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable

import psutil

from bench.long_commands import Client, Request
from bench.measure import Row
from bench.server import framewire_server, redis_server

PIPELINES = {1: 40_000, 16: 320_000}
"""Pipeline depth: requests in one round."""

ROUNDS = 5

ANY, FIELD = "__rand_int__", "f:__rand_int__"

COMMANDS: dict[str, list[str]] = {
    "GET": ["GET", f"key:{ANY}"],
    "SET": ["SET", f"key:{ANY}", "xxx"],
    "INCR": ["INCR", f"counter:{ANY}"],
    "LPUSH": ["LPUSH", "list", "xxx"],
    "LPOP": ["LPOP", "list"],
    "SADD": ["SADD", "set", f"member:{ANY}"],
    "HSET": ["HSET", "hash", FIELD, "xxx"],
    "ZADD": ["ZADD", "zset", ANY, f"member:{ANY}"],
    "LRANGE_100": ["LRANGE", "hundred", "0", "99"],
    "MSET": ["MSET", *(word for _ in range(10) for word in (f"key:{ANY}", "xxx"))],
}

FEWER = {"LRANGE_100": 10, "MSET": 4}
"""What takes longer is done less often."""

Server = tuple[psutil.Process, int]


def fill(port: int) -> None:
    """The keys that the commands find."""
    client = Client(port)
    for start in range(0, 100_000, 1000):
        names = [b"%012d" % number for number in range(start, start + 1000)]
        client.send(
            [b"MSET", *(word for name in names for word in (b"key:" + name, b"xxx"))],
            [b"MSET", *(word for name in names for word in (b"counter:" + name, b"1000"))],
            [b"SADD", b"set", *(b"member:" + name for name in names)],
            [b"HSET", b"hash", *(word for name in names for word in (b"f:" + name, b"xxx"))],
            [b"ZADD", b"zset", *(word for name in names for word in (name, b"member:" + name))],
        )
    client.send([b"RPUSH", b"hundred", *[b"xxx"] * 100])
    client.sock.close()


def cpu_per_request(server: Server, command: list[str], pipeline: int, requests: int) -> float:
    """Nanoseconds of the server's CPU for each request of one run."""
    process, port = server
    before = process.cpu_times()
    subprocess.run(
        ["redis-benchmark", "-p", str(port), "-c", "50", "-P", str(pipeline), "-n", str(requests), "-r", "100000", "-q",
         *command], check=True, capture_output=True,
    )  # fmt: skip
    after = process.cpu_times()
    return (after.user - before.user + after.system - before.system) / requests * 1e9


def cpu_rows() -> list[Row]:
    """CPU per request of each command at each depth."""
    found = []
    with redis_server() as theirs, framewire_server() as ours:
        fill(ours[1])
        fill(theirs[1])
        for pipeline, most in PIPELINES.items():
            for name, command in COMMANDS.items():
                requests = most // FEWER.get(name, 1) if pipeline > 1 else most
                load = command, pipeline, requests
                rounds = [(cpu_per_request(ours, *load), cpu_per_request(theirs, *load)) for _ in range(ROUNDS)]
                mine, peer = map(statistics.median, zip(*rounds, strict=True))
                found.append(Row(f"{name}, pipeline {pipeline}", "redis-server", mine, peer))
    return found


COUNT = 200_000


def _keys(first: int) -> Request:
    return [b"MSET", *(word for n in range(first, first + 1000) for word in (b"key:%012d" % n, b"%016d" % n))]


def _members(name: bytes, form: str = "{}") -> Callable[[int], Request]:
    """A request that adds 1000 members of 16 bytes to one key; `form` says what stands around each."""
    words = form.encode().split()

    def request(first: int) -> Request:
        members = (b"m:%014d" % number for number in range(first, first + 1000))
        return [name, b"key", *(word.replace(b"{}", member) for member in members for word in words)]

    return request


def _collections(name: bytes, *rest: bytes) -> Callable[[int], Request]:
    """A request that makes a collection of one member under a key of its own."""
    return lambda number: [name, b"key:%012d" % number, *rest]


MEMORY: list[tuple[str, Callable[[int], Request], int]] = [
    ("a string of 16 bytes under a key of 16", _keys, 1000),
    ("an element of a list, 16 bytes", _members(b"RPUSH"), 1000),
    ("a member of a set, 16 bytes", _members(b"SADD"), 1000),
    ("a field of a hash, 16 bytes, and a value of 3", _members(b"HSET", "{} xxx"), 1000),
    ("a member of a sorted set, 16 bytes", _members(b"ZADD", "1 {}"), 1000),
    ("a list of one element, with its key", _collections(b"RPUSH", b"xxx"), 1),
    ("a set of one member, with its key", _collections(b"SADD", b"xxx"), 1),
    ("a hash of one field, with its key", _collections(b"HSET", b"name", b"xxx"), 1),
    ("a sorted set of one member, with its key", _collections(b"ZADD", b"1", b"xxx"), 1),
]


def grown(server: Server, request: Callable[[int], Request], step: int) -> float:
    """Bytes of resident memory for each of `COUNT` keys or elements, in a server that is new."""
    process, port = server
    client = Client(port)
    before = process.memory_info().rss
    for start in range(0, COUNT, 1000):
        client.send(*(request(first) for first in range(start, start + 1000, step)))
    client.sock.close()
    return (process.memory_info().rss - before) / COUNT


def memory_rows() -> list[Row]:
    """Memory of each kind of value."""
    found = []
    for work, request, step in MEMORY:
        with redis_server() as theirs, framewire_server() as ours:
            mine, peer = grown(ours, request, step), grown(theirs, request, step)
        found.append(Row(f"memory: {work}", "redis-server", mine, peer, unit="bytes"))
    return found


def rows() -> list[Row]:
    """CPU in ns per request, then memory in bytes, ours and redis-server's."""
    if not shutil.which("redis-server") or not shutil.which("redis-benchmark"):
        print("bench.commands: redis-server and redis-benchmark are needed", file=sys.stderr)
        return []
    return cpu_rows() + memory_rows()


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
