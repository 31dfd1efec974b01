"""Our asyncio client on a cluster, and redis-py's, coredis and valkey-glide: three primaries, two cores for all.

Everything is asked of each client in turn, in interleaved rounds; the medians are shown, on uvloop. The keys lie in
slots of all three nodes, which are redis-server without replicas or persistence. "One plain server" is our own client
on a single redis-server: what the cluster costs. CPU is that of this process, all threads, user and system; it says
more than the clock where nodes and clients share cores. `make bench ARGS=cluster`; coredis and valkey-glide take part
where they are installed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from bench.client import CORES, KEYS, Sample, pin, rounds_of, rows_of
from bench.client_peers import Asked
from bench.client_peers import ours as on_one_server
from bench.cluster_peers import OPENERS
from bench.measure import Row
from bench.server import redis_server
from framewire.aio.loops import new_event_loop
from framewire.kits.cluster.cluster import RedisCluster

PLAIN = "one plain server"

PLACEMENTS: dict[str, list[int]] = {
    "two cores for all": CORES[:2],
    "one core for all": CORES[:1],
}
"""Where client and nodes run. On one core, what the clock says is the work of both."""


# -- the work ---------------------------------------------------------------------------------------------------------


async def in_sequence(client: Asked, count: int, first: int = 0) -> None:
    """One task, one GET after the other, through all keys."""
    get, keys = client.get, KEYS[first:] + KEYS[:first]
    for number in range(count):
        await get(keys[number % 100])


async def fifty_tasks(client: Asked, count: int) -> None:
    """Fifty tasks, each as in `in_sequence`, and each from another key on."""
    await asyncio.gather(*(in_sequence(client, count // 50, first) for first in range(50)))


async def pipelines(client: Asked, count: int) -> None:
    """Pipelines of a hundred GETs, one after the other; each goes to all nodes."""
    for _ in range(count // 100):
        await client.get_many(KEYS)


Work = Callable[[Asked, int], Awaitable[None]]

WORKS: dict[str, tuple[Work, int]] = {
    "GET, one task in sequence": (in_sequence, 50),
    "GET, fifty tasks": (fifty_tasks, 500),
    "GET, pipelines of 100 over slots": (pipelines, 500),
}
"""The work, and the fewest requests that are asked at once."""


# -- measuring --------------------------------------------------------------------------------------------------------


async def open_all(node: int, server: int) -> dict[str, Asked]:
    """All clients, by name, ours first; the values are there."""
    clients = {name: await opener(node) for name, opener in OPENERS.items()}
    clients[PLAIN] = await on_one_server(server)
    for client in (clients["framewire"], clients[PLAIN]):
        for key in KEYS:
            await client.set(key, b"abc")
    for name, client in clients.items():
        assert await client.get_many(KEYS) == [b"abc"] * len(KEYS), name
    return clients


async def measure_all(node: int, server: int, place: Callable[[str], None]) -> list[Row]:
    """All rows. Clients are opened once: what is compared is requests."""
    clients = await open_all(node, server)
    try:
        found = []
        for placement in PLACEMENTS:
            place(placement)
            for title, (work, fewest) in WORKS.items():
                found += rows_of(f"{title}, {placement}", await _rounds(work, clients, fewest))
        return found
    finally:
        for client in reversed(clients.values()):
            await client.close()


async def _rounds(work: Work, clients: dict[str, Asked], fewest: int) -> dict[str, Sample]:
    return await rounds_of(
        {name: (lambda count, client=client: work(client, count)) for name, client in clients.items()},  # type: ignore[misc]
        fewest,
    )


def rows() -> list[Row]:
    """Nanoseconds per request, by the clock; a note says the CPU of both."""
    with (
        redis_server() as (server, port),
        RedisCluster(3, 0) as cluster,
        asyncio.Runner(loop_factory=lambda: new_event_loop("uvloop")) as runner,
    ):
        servers = [server.pid, *(node.pid for node in cluster.nodes)]

        def place(placement: str) -> None:
            for pid in (os.getpid(), *servers):
                pin(pid, PLACEMENTS[placement])

        try:
            return runner.run(measure_all(cluster.nodes[0].port, port, place))
        finally:
            pin(os.getpid(), CORES)


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
