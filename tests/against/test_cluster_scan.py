"""SCAN over real clusters whose slots move key by key between its pages, and stay half-way: no key is missed.

What belongs here: the steps of a scan, carried out on the nodes of a kit. That the steps are right in every order is
shown on a model, in `tests/redis/cluster/test_scanning.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.programs import Program
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.cursors import Run, progress_of
from framewire.redis.cluster.own_slots import own_slots
from framewire.redis.cluster.scanning import AskNode, Page, scan_page
from framewire.redis.cluster.slot_sets import ALL, slots_in
from framewire.redis.slots import SLOTS, slot_of
from tests.peers import PEERS, programs, require

pytestmark = [pytest.mark.peer, pytest.mark.slow]

TAGS = [b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h", b"i"]  # some for each node
KEYS = {b"{%s}:%d" % (tag, number) for tag in TAGS for number in range(40)}


@pytest.fixture(scope="module", params=PEERS)
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(3, 0, program=Program(*programs()[require(request.param)])) as running:
        for key in sorted(KEYS):
            running.primary_of(slot_of(key)).client.set(key, b"v")
        yield running


class Scanning:
    """A scan that goes on step by step, over and over. The map that it has is as old as its last look."""

    def __init__(self, cluster: RedisCluster, count: int = 7) -> None:
        self.cluster = cluster
        self.count = count
        self.cursor = 0
        self.steps: Page | None = None
        self.reply: Any = None
        self.given: set[bytes] = set()
        self.scans = 0
        self.owners: list[Address | None] = [None] * SLOTS
        self.look()

    def look(self) -> None:
        for node in self.cluster.primaries:
            for slot in slots_in(own_slots(node.client.execute("CLUSTER", "NODES")).owned):
                self.owners[slot] = Address(self.cluster.host, node.port)

    def step(self) -> None:
        """One thing that it asks, so that slots move within its pages too."""
        self.steps = self.steps or scan_page((b"SCAN", self.cursor, b"COUNT", self.count), self.owners)
        try:
            self.reply = self.take(self.steps.send(self.reply))
        except StopIteration as end:
            self.steps = self.reply = None
            self.cursor, keys = end.value
            self.given.update(keys)
            if not self.cursor:
                assert self.given == KEYS
                self.given, self.scans = set(), self.scans + 1

    def take(self, step: Any) -> Any:
        if isinstance(step, AskNode):
            node = next(node for node in self.cluster.nodes if node.port == step.node.port)
            return node.client.execute(*step.request)
        return self.look()

    def last_run(self) -> Run | None:
        """The run of the last node, when it has given a page but not all."""
        progress = progress_of(self.cursor)
        run = None if self.steps else progress.run
        return run if run and run.place and progress.done | run.slots == ALL else None

    def end(self) -> None:
        """The scan that is under way, and one more."""
        for scans in (self.scans + 1, self.scans + 2):
            while self.scans < scans:
                self.step()


@pytest.mark.parametrize("count", [7, 1000], ids=["some pages for a node", "one page for a node"])
def test_slots_move_while_it_goes_on(cluster: RedisCluster, count: int) -> None:
    scanning = Scanning(cluster, count)
    for tag in TAGS[:5]:
        slot = slot_of(tag)
        source = cluster.primary_of(slot)
        target = next(node for node in cluster.primaries if node is not source)
        for node, keys in ((target, 3), (source, 9)):
            cluster.move_slot(slot, node, keys_per_step=keys, pause=scanning.step)
            cluster.wait_until_ok()  # who gives a slot back before all know of it may lose it: each says it is not his
    scanning.end()
    assert scanning.scans >= 2


def test_slots_that_stay_half_way(cluster: RedisCluster) -> None:
    scanning = Scanning(cluster)
    slots = [slot_of(tag) for tag in TAGS[:3]]
    targets = [next(node for node in cluster.primaries if node is not cluster.primary_of(slot)) for slot in slots]
    for slot, target in zip(slots, targets, strict=True):
        with pytest.raises(HalfWay):
            cluster.move_slot(slot, target, pause=_until_half(slot, cluster))
    scanning.end()
    for slot, target in zip(slots, targets, strict=True):
        cluster.move_slot(slot, target)
        cluster.wait_until_ok()


def test_a_slot_leaves_half_way_behind_the_scan_of_where_it_goes(cluster: RedisCluster) -> None:
    """Its keys are gone from the node that is being scanned, to one that was."""
    scanning = Scanning(cluster)
    while not (run := scanning.last_run()):
        scanning.step()
    source = next(node for node in cluster.nodes if node.port == run.node.port)
    slot = next(slot_of(tag) for tag in TAGS if cluster.primary_of(slot_of(tag)) is source)
    target = next(node for node in cluster.primaries if node is not source)
    with pytest.raises(HalfWay):
        cluster.move_slot(slot, target, pause=_until_half(slot, cluster))
    scanning.end()
    cluster.move_slot(slot, target)
    cluster.wait_until_ok()


class HalfWay(Exception):
    pass


def _until_half(slot: int, cluster: RedisCluster) -> Any:
    source = cluster.primary_of(slot)

    def pause() -> None:
        if source.client.execute("CLUSTER", "COUNTKEYSINSLOT", slot) <= 20:
            raise HalfWay

    return pause
