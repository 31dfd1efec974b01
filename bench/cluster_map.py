"""What a cluster client holds while nobody asks it anything, and what a new slot map takes: ours alone, without a link.

Memory is what Python has allocated for it (`tracemalloc`), beside a client of one server; nodes are made, not
connected. A refresh is from the decoded reply of CLUSTER SLOTS to the look-up by slot that calls use; it is compared
with that of six nodes whose map has not changed, as it mostly has not. It waits for nothing, so its CPU time is taken,
which other work on the machine changes least. `make bench ARGS=cluster_map`.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from itertools import cycle
from typing import Any

from bench.measure import Row
from framewire.redis.client.aio.node import Node
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.route import Route
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.route import ClusterRoute
from framewire.redis.slots import SLOTS

ROUNDS = 51

WHO = Address("10.0.0.0", 6379)
PLAIN = Options.from_url("redis://10.0.0.0")
CLUSTER = Options.from_url("redis+cluster://10.0.0.0")


def slots_reply(primaries: int, first: int = 0) -> list[Any]:
    """CLUSTER SLOTS of so many primaries with a replica each; `first` has the first slots."""
    ends = [SLOTS * number // primaries for number in range(primaries + 1)]
    reply: list[Any] = []
    for number in range(primaries):
        place = 2 * ((number + first) % primaries)
        nodes = [_node(place), _node(place + 1)]
        reply.append([ends[number], ends[number + 1] - 1, *nodes])
    return reply


def _node(number: int) -> list[Any]:
    return [b"10.0.%d.%d" % divmod(number, 256), 6379, b"%040x" % number, []]


def _bind(_: Any) -> None:
    """Nobody calls."""


def plain() -> Route:
    """To one server."""
    return Node(PLAIN, Opener(PLAIN), _bind)


def cluster(*replies: list[Any]) -> tuple[ClusterRoute, Callable[[], None]]:
    """To a cluster, that knows the first of these maps; and what applies the next one, and so on in a circle."""
    route = ClusterRoute(CLUSTER, Opener(CLUSTER), _bind)
    topology, maps = route.places.topology, cycle(replies)

    def refresh() -> None:
        topology.begin_refresh()
        route.places._refreshed(topology.refreshed(WHO, next(maps)))

    if replies:
        refresh()
    return route, refresh


def held(make: Callable[[], object]) -> float:
    """KiB of what `make` returns."""
    make()  # what is made once for all is not its own
    gc.collect()
    tracemalloc.start()
    kept = make()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size / 1024


async def measure_all() -> list[Row]:
    """All rows."""
    server = held(plain)
    found = [
        Row(f"memory of an idle client, {title}", "a client of one server", held(make), server, unit="KiB")
        for title, make in (
            ("cluster not known yet", cluster),
            ("cluster of 6 nodes", lambda: cluster(slots_reply(3))),
            ("cluster of 200 nodes", lambda: cluster(slots_reply(100))),
        )
    ]
    return found + refreshes()


def refreshes() -> list[Row]:
    """Nanoseconds of CPU for each map, taken in turn; medians."""
    usual, *others = (
        (title, cluster(*replies)[1])
        for title, replies in (
            ("6 nodes, nothing moved", (slots_reply(3),)),
            ("6 nodes, all slots moved", (slots_reply(3), slots_reply(3, 1))),
            ("200 nodes, nothing moved", (slots_reply(100),)),
            ("200 nodes, all slots moved", (slots_reply(100), slots_reply(100, 1))),
        )
    )
    samples: dict[str, list[int]] = {title: [] for title, _ in (usual, *others)}
    for _ in range(ROUNDS):
        for title, refresh in (usual, *others):
            began = time.process_time_ns()
            refresh()
            samples[title].append(time.process_time_ns() - began)
    medians = {title: statistics.median(taken) for title, taken in samples.items()}
    return [Row(f"a slot map applied, {title}", usual[0], medians[title], medians[usual[0]]) for title, _ in others]


def rows() -> list[Row]:
    """KiB, and nanoseconds of CPU for a map."""
    return asyncio.run(measure_all())


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
