"""Our asyncio client, and redis-py's, coredis and valkey-glide: one run, one loop (uvloop), redis-server as the server.

Everything is asked of each client in turn, in interleaved rounds; the medians are shown. Three placements: server and
client on one core, each on a core of its own, and wherever the kernel puts them (which is for valkey-glide, whose core
runs in threads of its own). CPU is that of this process, all threads, user and system: for `memory://` the server too.
`make bench ARGS=client`; coredis and valkey-glide take part where they are installed.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench.client_peers import OPENERS, Asked, floor
from bench.measure import Row
from bench.server import redis_server
from framewire.aio.loops import new_event_loop

ROUNDS = 15
SECONDS = 0.15
"""How long one client is asked in one round, about."""

FLOOR = "raw ping-pong"
MIB = bytes(1024 * 1024)
KEYS = [f"key:{number}" for number in range(100)]

CORES = sorted(os.sched_getaffinity(0))
PLACEMENTS: dict[str, tuple[list[int], list[int]]] = {
    "one core": (CORES[:1], CORES[:1]),
    "two cores": (CORES[:1], CORES[1:2]),
    "not pinned": (CORES, CORES),
}
"""Where the client runs, and where the server does."""


@dataclass(frozen=True)
class Sample:
    """What one request cost, in nanoseconds."""

    wall: float
    cpu: float


# -- the work ---------------------------------------------------------------------------------------------------------


async def in_sequence(client: Asked, count: int) -> None:
    """One task, one GET after the other."""
    get = client.get
    for _ in range(count):
        await get("key:1")


async def fifty_tasks(client: Asked, count: int) -> None:
    """Fifty tasks, each as in `in_sequence`."""
    await asyncio.gather(*(in_sequence(client, count // 50) for _ in range(50)))


async def pipelines(client: Asked, count: int) -> None:
    """Pipelines of a hundred GETs, one after the other."""
    for _ in range(count // 100):
        await client.get_many(KEYS)


async def large_gets(client: Asked, count: int) -> None:
    """GETs of 1 MiB, one after the other."""
    for _ in range(count):
        assert len(await client.get("large")) == len(MIB)


async def large_sets(client: Asked, count: int) -> None:
    """SETs of 1 MiB, one after the other."""
    for _ in range(count):
        await client.set("large", MIB)


Work = Callable[[Asked, int], Awaitable[None]]

WORKS: dict[str, tuple[Work, int]] = {
    "GET, one task in sequence": (in_sequence, 50),
    "GET, fifty tasks": (fifty_tasks, 500),
    "GET, pipelines of 100": (pipelines, 500),
    "GET of 1 MiB, in sequence": (large_gets, 4),
    "SET of 1 MiB, in sequence": (large_sets, 4),
}
"""The work, and the fewest requests that are asked at once."""

FLOORS: dict[Work, tuple[bytes, int]] = {
    in_sequence: (b"*2\r\n$3\r\nGET\r\n$5\r\nkey:1\r\n", len(b"$3\r\nabc\r\n")),
    large_gets: (b"*2\r\n$3\r\nGET\r\n$5\r\nlarge\r\n", len(b"$1048576\r\n") + len(MIB) + 2),
    large_sets: (b"*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$1048576\r\n" + MIB + b"\r\n", len(b"+OK\r\n")),
}
"""Of work in sequence: the bytes of one request, and how many the reply has."""


# -- measuring --------------------------------------------------------------------------------------------------------


async def measure(work: Callable[[int], Awaitable[None]], count: int) -> Sample:
    """What a request costs, of `count`."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    await work(count)
    return Sample((time.perf_counter_ns() - wall) / count, (time.process_time_ns() - cpu) / count)


async def count_for(work: Callable[[int], Awaitable[None]], fewest: int) -> int:
    """How many requests take about `SECONDS`; a multiple of `fewest`."""
    await work(fewest)
    sample = await measure(work, fewest)
    return max(1, round(SECONDS * 1e9 / sample.wall / fewest)) * fewest


async def rounds_of(works: dict[str, Callable[[int], Awaitable[None]]], fewest: int) -> dict[str, Sample]:
    """The medians of all, taken in turn."""
    counts = {name: await count_for(work, fewest) for name, work in works.items()}
    samples: dict[str, list[Sample]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            samples[name].append(await measure(work, counts[name]))
    return {
        name: Sample(statistics.median(s.wall for s in taken), statistics.median(s.cpu for s in taken))
        for name, taken in samples.items()
    }


def works_of(work: Work, clients: dict[str, Asked], port: int) -> dict[str, Callable[[int], Awaitable[None]]]:
    """The same work for each client, and for the floor where it has one."""
    works: dict[str, Callable[[int], Awaitable[None]]] = {
        name: (lambda count, client=client: work(client, count))  # type: ignore[misc]
        for name, client in clients.items()
    }
    if work in FLOORS:
        request, reply_length = FLOORS[work]
        works[FLOOR] = lambda count: floor(port, request, reply_length, count)
    return works


async def measure_all(port: int, place: Callable[[str], None]) -> list[Row]:
    """All rows. Clients are opened once: what is compared is requests."""
    clients = {name: await opener(port) for name, opener in OPENERS.items()}
    try:
        for client in clients.values():
            for key in KEYS:
                await client.set(key, b"abc")
            await client.set("large", MIB)
        found = []
        for placement in PLACEMENTS:
            place(placement)
            for title, (work, fewest) in WORKS.items():
                found += rows_of(f"{title}, {placement}", await rounds_of(works_of(work, clients, port), fewest))
        return found
    finally:
        for client in reversed(clients.values()):
            await client.close()


def rows_of(title: str, samples: dict[str, Sample]) -> list[Row]:
    """Ours against each of the others."""
    ours = samples.pop("framewire")
    return [
        Row(title, peer, ours.wall, sample.wall, f"CPU {ours.cpu / 1e3:.1f} / {sample.cpu / 1e3:.1f} us")
        for peer, sample in samples.items()
    ]


# -- where it runs ----------------------------------------------------------------------------------------------------


def pin(process: int, cores: list[int]) -> None:
    """Let all threads of a process run on `cores` only."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def keep_freed_memory() -> None:
    """Have glibc keep what is freed: else it gives large blocks back, or not, as the heap happens to lie.

    That costs whoever is asked for 1 MiB up to 0.25 ms in page faults, and differs between two runs of the same.
    """
    if platform.libc_ver()[0] == "glibc":
        trim_threshold, mmap_threshold = -1, -3
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(trim_threshold, 256 * len(MIB))
        mallopt(mmap_threshold, 16 * len(MIB))


def rows() -> list[Row]:
    """Nanoseconds per request, by the clock; a note says the CPU of both."""
    keep_freed_memory()
    with redis_server() as (server, port), asyncio.Runner(loop_factory=lambda: new_event_loop("uvloop")) as runner:

        def place(placement: str) -> None:
            client_cores, server_cores = PLACEMENTS[placement]
            pin(os.getpid(), client_cores)
            pin(server.pid, server_cores)

        try:
            return runner.run(measure_all(port, place))
        finally:
            pin(os.getpid(), CORES)


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
