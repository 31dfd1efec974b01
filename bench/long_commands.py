"""Long commands: how long another client waits while one runs. Beside redis-server, in one run.

A server with one loop answers nobody else while it runs one command. So this is what an asyncio program that embeds it
must expect of its loop, and what a bound on the size of a key buys. One connection asks PING without a break, another
runs the command once; the longest wait for a PONG is the figure. All collections have 100 000 members of 10 bytes.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from bench.measure import Row
from bench.server import framewire_server, redis_server

MEMBERS = 100_000
ROUNDS = 5

Request = Sequence[bytes]


def member(number: int) -> bytes:
    """A member of a collection; the numbers are in no order."""
    return b"%010d" % (number * 7919 % 1_000_003)


def filling(name: bytes, key: bytes, first: int = 0) -> list[Request]:
    """Requests that fill a collection by the command `name`."""
    requests: list[Request] = []
    for start in range(first, first + MEMBERS, 1000):
        members = [member(number) for number in range(start, start + 1000)]
        if name == b"ZADD":
            members = [part for item in members for part in (item.lstrip(b"0") or b"0", item)]
        elif name == b"HSET":
            members = [part for item in members for part in (item, item)]
        requests.append([name, key, *members])
    return requests


STRINGS: list[Request] = [
    [b"MSET", *(part for number in range(start, start + 1000) for part in (b"k:" + member(number), b"value"))]
    for start in range(0, MEMBERS, 1000)
]
HASHES: list[Request] = [[b"HSET", b"h:" + member(number), b"name", b"value"] for number in range(MEMBERS)]
LIST, SET, HASH, ZSET = (filling(name, b"key") for name in (b"RPUSH", b"SADD", b"HSET", b"ZADD"))
SETS = SET + filling(b"SADD", b"other", MEMBERS // 2)
ZSETS = ZSET + filling(b"ZADD", b"other", MEMBERS // 2)
LOOP = b"local n = 0 for i = 1, 1000000 do n = n + i end return n"
CALLS = b"for i = 1, 100000 do redis.call('INCR', KEYS[1]) end"

WORK: list[tuple[str, list[Request], Request]] = [
    ("KEYS *, of 100 000", STRINGS, [b"KEYS", b"*"]),
    ("KEYS k:*7?, of 100 000", STRINGS, [b"KEYS", b"k:*7?"]),
    ("SCAN 0 COUNT 1000", STRINGS, [b"SCAN", b"0", b"COUNT", b"1000"]),
    ("FLUSHALL, strings", STRINGS, [b"FLUSHALL"]),
    ("FLUSHALL, hashes of one field", HASHES, [b"FLUSHALL"]),
    ("LRANGE key 0 -1", LIST, [b"LRANGE", b"key", b"0", b"-1"]),
    ("LREM key 0 (none)", LIST, [b"LREM", b"key", b"0", b"none"]),
    ("SORT key", LIST, [b"SORT", b"key"]),
    ("SORT key ALPHA LIMIT 0 10", LIST, [b"SORT", b"key", b"ALPHA", b"LIMIT", b"0", b"10"]),
    ("DEL key, a list", LIST, [b"DEL", b"key"]),
    ("SMEMBERS key", SET, [b"SMEMBERS", b"key"]),
    ("SUNION of two", SETS, [b"SUNION", b"key", b"other"]),
    ("SUNIONSTORE of two", SETS, [b"SUNIONSTORE", b"result", b"key", b"other"]),
    ("SINTERCARD of two", SETS, [b"SINTERCARD", b"2", b"key", b"other"]),
    ("DEL key, a set", SET, [b"DEL", b"key"]),
    ("HGETALL key", HASH, [b"HGETALL", b"key"]),
    ("DEL key, a hash", HASH, [b"DEL", b"key"]),
    ("ZRANGE key 0 -1 WITHSCORES", ZSET, [b"ZRANGE", b"key", b"0", b"-1", b"WITHSCORES"]),
    ("ZUNIONSTORE of two", ZSETS, [b"ZUNIONSTORE", b"result", b"2", b"key", b"other"]),
    ("ZREMRANGEBYRANK key 0 -2", ZSET, [b"ZREMRANGEBYRANK", b"key", b"0", b"-2"]),
    ("DEL key, a sorted set", ZSET, [b"DEL", b"key"]),
    ("EVAL, an empty loop of 1 000 000", [], [b"EVAL", LOOP, b"0"]),
    ("EVAL, 100 000 INCR", [], [b"EVAL", CALLS, b"1", b"key"]),
]

EXPIRING: list[Request] = [[b"SET", b"k:" + member(number), b"value", b"PX", b"2000"] for number in range(MEMBERS)]

ALONGSIDE: list[tuple[str, list[Request], list[Request], float]] = [
    ("100 000 keys that end together", EXPIRING, [], 2.5),
    ("a pipeline of 100 000 GETs", STRINGS, [[b"GET", b"k:" + member(number)] for number in range(MEMBERS)], 0.0),
]
"""What is no long command and yet takes long as a whole: its name, how to prepare, what to send, how long to wait."""


class Client:
    """A bare connection: requests out, replies counted."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), 60)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(1 << 20)

    def send(self, *requests: Request) -> None:
        """Send, and wait until all of it has been answered: an ECHO behind it comes back."""
        self.sock.sendall(b"".join(map(encode, [*requests, [b"ECHO", b"=end="]])))
        tail = b""
        while not tail.endswith(b"=end=\r\n"):
            nbytes = self.sock.recv_into(self._buffer)
            assert nbytes, "the server has closed the connection"
            tail = (tail + self._buffer[max(0, nbytes - 7) : nbytes])[-7:]


def encode(request: Request) -> bytes:
    """A request as clients send it."""
    return b"*%d\r\n" % len(request) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in request)


@contextlib.contextmanager
def pinging(port: int) -> Iterator[list[float]]:
    """Asks PING all the time; the waits, in ns, are in the list when the block has ended."""
    waits: list[float] = []
    done = threading.Event()

    def ping() -> None:
        with socket.create_connection(("127.0.0.1", port), 60) as sock:
            while not done.is_set():
                started = time.perf_counter_ns()
                sock.sendall(b"PING\r\n")
                sock.recv(7)
                waits.append(time.perf_counter_ns() - started)

    thread = threading.Thread(target=ping)
    thread.start()
    while not waits:
        time.sleep(0.001)
    try:
        yield waits
    finally:
        done.set()
        thread.join()


def longest_wait(port: int, prepare: list[Request], requests: list[Request], seconds: float = 0.0) -> float:
    """What another client waits for the longest, in ns, while the requests run, and for some seconds after."""
    client = Client(port)
    client.send([b"FLUSHALL"])
    for start in range(0, len(prepare), 1000):
        client.send(*prepare[start : start + 1000])
    time.sleep(0.05)
    with pinging(port) as waits:
        client.send(*requests)
        time.sleep(seconds)
    client.sock.close()
    return max(waits)


def rows() -> list[Row]:
    """The longest wait beside each command, ours and redis-server's."""
    if not shutil.which("redis-server"):
        print("bench.long_commands: redis-server is needed", file=sys.stderr)
        return []
    found = []
    with redis_server() as (_, theirs), framewire_server() as (_, ours):
        commands = [(work, prepare, [request], 0.0) for work, prepare, request in WORK]
        for work, *how in [*commands, *ALONGSIDE]:
            rounds = [(longest_wait(ours, *how), longest_wait(theirs, *how)) for _ in range(ROUNDS)]
            mine, peer = map(statistics.median, zip(*rounds, strict=True))
            found.append(Row(work, "redis-server", mine, peer))
    return found


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
