"""A simulation: many clients of one cluster, each a real `Topology` on a clock that is moved; a rack of nodes dies.

What belongs here: that scenario, and how often which node is asked for the slot map. Run it by hand, at any size:

    python -m tests.redis.cluster.simulation NODES CLIENTS [RACKS]

What is modelled: each client has links to all nodes, so that all of them notice at the same moment. They ask for the
map as `Topology` says; a dead node is silent until the asker loses patience. As long as its map has a dead primary, a
client soon runs into it again. After `failover` seconds the map that living nodes tell has the replicas in place of the
dead. What is not: MOVED, which repairs single slots sooner than that, and that an answer of a busy node takes longer.
"""

from __future__ import annotations

import heapq
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.slot_map import Shard, SlotMap
from framewire.redis.cluster.told import HEDGE_SECONDS
from framewire.redis.cluster.topology import Topology
from framewire.redis.slots import SLOTS

__all__ = ["EVERYBODY_AT_ONCE", "SEEDS_ONLY", "Outcome", "Scenario", "simulate"]

EVERYBODY_AT_ONCE = Settings(spread=0.0, spread_per_node=0.0)
"""The same without jitter."""

SEEDS_ONLY = Settings(spread=0.0, spread_per_node=0.0, asks=0)
"""Without jitter, and with the configured addresses as the only ones that are asked."""


@dataclass(frozen=True)
class Scenario:
    """How large all is, and what happens when; all times in seconds.

    Where a node has been silent for `patience`, the next one is asked.

    Half of the nodes are primaries, the others their replicas. The last of `racks` equal parts of the primaries dies.
    """

    nodes: int = 200
    clients: int = 500
    racks: int = 10
    seeds: int = 3
    disaster: float = 10.0
    failover: float = 15.0
    until: float = 70.0
    patience: float = HEDGE_SECONDS
    answering: float = 0.001
    dialling: float = 1.0
    settings: Settings = field(default_factory=Settings)
    random: int = 11


@dataclass
class Outcome:
    """How often each living node was asked, by node and whole second; when each client learned who took over."""

    asked: Counter[tuple[Address, int]] = field(default_factory=Counter)
    learned: list[float] = field(default_factory=list)

    def busiest_second(self) -> int:
        """How many requests all nodes together got in one second, at most."""
        seconds = Counter[int]()
        for (_, second), count in self.asked.items():
            seconds[second] += count
        return max(seconds.values())

    def busiest_node(self) -> int:
        """How many requests one node got in one second, at most."""
        return max(self.asked.values())

    def total(self) -> int:
        """How many there were."""
        return self.asked.total()


class _Cluster:
    """The nodes, and what those who live say of the others."""

    def __init__(self, scenario: Scenario) -> None:
        half = scenario.nodes // 2
        primaries = [Address(f"10.0.{index // 250}.{index % 250}", 6379) for index in range(half)]
        replicas = [Address(f"10.1.{index // 250}.{index % 250}", 6379) for index in range(half)]
        borders = [SLOTS * index // half for index in range(half + 1)]
        ranges = [((start, end - 1),) for start, end in pairwise(borders)]
        rack = range(half - half // scenario.racks, half)
        self.dead = dict.fromkeys(primaries[index] for index in rack)  # in order, so that each run is the same
        self.seeds = primaries[: scenario.seeds]
        self.before = SlotMap(
            tuple(Shard(primaries[index], (replicas[index],), ranges[index]) for index in range(half))
        )
        self.after = SlotMap(
            tuple(
                Shard(replicas[index], (), ranges[index]) if index in rack else self.before.shards[index]
                for index in range(half)
            )
        )


class _Simulation:
    """The clock, the clients, and what is still to happen: (when, which client, what)."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.now = 0.0
        self.random = Random(scenario.random)
        self.cluster = _Cluster(scenario)
        self.outcome = Outcome()
        self.events: list[tuple[float, int, str]] = []
        self.clients = [self._client() for _ in range(scenario.clients)]

    def _client(self) -> Topology:
        """One that has its map since some moment of the last minute."""
        self.now = -self.random.random() * (self.scenario.settings.max_age or 0.0)
        client = Topology(
            self.cluster.seeds, clock=lambda: self.now, chance=self.random.random, settings=self.scenario.settings
        )
        client.begin_refresh()
        client.refreshed(self.cluster.seeds[0], self.cluster.before)
        return client

    def run(self) -> Outcome:
        self.now = 0.0
        for index in range(len(self.clients)):
            self._plan_refresh(index)
            self.events.append((self.scenario.disaster, index, "loses links"))
        heapq.heapify(self.events)
        while self.events and self.events[0][0] < self.scenario.until:
            self.now, index, what = heapq.heappop(self.events)
            _HAPPENINGS[what](self, index)
        return self.outcome

    def _plan(self, at: float, index: int, what: str) -> None:
        heapq.heappush(self.events, (at, index, what))

    def _plan_refresh(self, index: int) -> None:
        at = self.clients[index].refresh_at
        if at is not None:
            self._plan(at, index, "refreshes")

    def loses_links(self, index: int) -> None:
        for node in self.cluster.dead:
            self.clients[index].lost(node)
        self._plan_refresh(index)

    def runs_into_a_dead_node(self, index: int) -> None:
        client = self.clients[index]
        if client.slot_map is self.cluster.before:
            client.lost(next(iter(self.cluster.dead)))
            self._plan_refresh(index)

    def refreshes(self, index: int) -> None:
        """Only where this is still the plan: a later wish may have moved it."""
        client = self.clients[index]
        if client.refresh_at is None or client.refresh_at > self.now:
            return
        at = self.now
        for node in client.begin_refresh():
            if at < self.scenario.disaster or node not in self.cluster.dead:
                self.outcome.asked[node, int(at)] += 1
                return self._plan(at + self.scenario.answering, index, "is answered")
            at += self.scenario.patience
        self._plan(at, index, "is not answered")
        return None

    def is_answered(self, index: int) -> None:
        client, scenario, cluster = self.clients[index], self.scenario, self.cluster
        known = client.slot_map
        told = cluster.before if self.now < scenario.disaster + scenario.failover else cluster.after
        client.refreshed(cluster.seeds[0], told)
        if told is not known:
            self.outcome.learned.append(self.now - scenario.disaster - scenario.failover)
        self._again(index)

    def is_not_answered(self, index: int) -> None:
        self.clients[index].refresh_failed()
        self._again(index)

    def _again(self, index: int) -> None:
        self._plan_refresh(index)
        if self.now > self.scenario.disaster:
            self._plan(self.now + self.random.random() * self.scenario.dialling, index, "runs into a dead node")


_HAPPENINGS = {
    "loses links": _Simulation.loses_links,
    "runs into a dead node": _Simulation.runs_into_a_dead_node,
    "refreshes": _Simulation.refreshes,
    "is answered": _Simulation.is_answered,
    "is not answered": _Simulation.is_not_answered,
}


def simulate(scenario: Scenario) -> Outcome:
    """What comes of it. Costs about a second for ten thousand refreshes."""
    return _Simulation(scenario).run()


def _table(nodes: int, clients: int, racks: int = Scenario.racks) -> Iterator[str]:
    """Of three primaries one dies where there are three racks."""
    yield f"{nodes} nodes, {clients} clients; in one second, at most; requests for the slot map"
    for name, settings in (("jitter", Settings()), ("at once", EVERYBODY_AT_ONCE), ("seeds only", SEEDS_ONLY)):
        outcome = simulate(Scenario(nodes=nodes, clients=clients, racks=racks, settings=settings))
        late = max(outcome.learned, default=float("nan"))
        yield (
            f"{name:>10}: one node {outcome.busiest_node():6}   all nodes {outcome.busiest_second():6}   "
            f"in all {outcome.total():6}   all clients know {late:.1f} s after the failover ({len(outcome.learned)})"
        )


if __name__ == "__main__":
    for line in _table(*map(int, sys.argv[1:])):
        print(line)
