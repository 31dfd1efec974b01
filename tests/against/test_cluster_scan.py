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
from framewire.redis.cluster.own_slots import own_slots
from framewire.redis.cluster.scanning import AskNode, scan_page
from framewire.redis.cluster.slot_sets import slots_in
from framewire.redis.slots import SLOTS, slot_of
from tests.peers import PEERS, programs, require

pytestmark = [pytest.mark.peer, pytest.mark.slow]

TAGS = [b"a", b"b", b"c", b"d", b"e", b"f"]
KEYS = {b"{%s}:%d" % (tag, number) for tag in TAGS for number in range(40)}


@pytest.fixture(scope="module", params=PEERS)
def cluster(request: pytest.FixtureRequest) -> Iterator[RedisCluster]:
    with RedisCluster(3, 0, program=Program(*programs()[require(request.param)])) as running:
        for key in sorted(KEYS):
            running.primary_of(slot_of(key)).client.set(key, b"v")
        yield running


class Scanning:
    """A scan that goes on page by page, over and over. The map that it has is as old as its last look."""

    def __init__(self, cluster: RedisCluster) -> None:
        self.cluster = cluster
        self.cursor = 0
        self.given: set[bytes] = set()
        self.scans = 0
        self.owners: list[Address | None] = [None] * SLOTS
        self.look()

    def look(self) -> None:
        for node in self.cluster.primaries:
            for slot in slots_in(own_slots(node.client.execute("CLUSTER", "NODES")).owned):
                self.owners[slot] = Address(self.cluster.host, node.port)

    def page(self) -> None:
        steps = scan_page((b"SCAN", self.cursor, b"COUNT", 7), self.owners)
        try:
            step = next(steps)
            while True:
                step = steps.send(self.take(step))
        except StopIteration as end:
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

    def end(self) -> None:
        """The scan that is under way, and one more."""
        for _ in range(2):
            self.page()
            while self.cursor:
                self.page()


def test_slots_move_while_it_goes_on(cluster: RedisCluster) -> None:
    scanning = Scanning(cluster)
    for tag in TAGS:
        slot = slot_of(tag)
        source = cluster.primary_of(slot)
        target = next(node for node in cluster.primaries if node is not source)
        cluster.move_slot(slot, target, keys_per_step=3, pause=scanning.page)
        cluster.move_slot(slot, source, keys_per_step=9, pause=scanning.page)
    scanning.end()
    assert scanning.scans >= 2


def test_slots_that_stay_half_way(cluster: RedisCluster) -> None:
    scanning = Scanning(cluster)
    for tag in TAGS[:3]:
        slot = slot_of(tag)
        target = next(node for node in cluster.primaries if node is not cluster.primary_of(slot))
        with pytest.raises(HalfWay):
            cluster.move_slot(slot, target, pause=_until_half(slot, cluster))
    scanning.end()
    scanning.end()
    assert scanning.scans >= 3


class HalfWay(Exception):
    pass


def _until_half(slot: int, cluster: RedisCluster) -> Any:
    source = cluster.primary_of(slot)

    def pause() -> None:
        if source.client.execute("CLUSTER", "COUNTKEYSINSLOT", slot) <= 20:
            raise HalfWay

    return pause
