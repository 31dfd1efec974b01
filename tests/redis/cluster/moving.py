"""A model of a cluster whose slots move while somebody scans it: nodes that answer SCAN and CLUSTER NODES, in memory.

What belongs here: the model, and a client that scans it. Nodes give keys in the order of their hash, and their cursor
is where they stopped: what comes in behind it is not given, as a real server may do it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from zlib import crc32

from framewire.redis.client.errors import ConnectionError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.own_slots import ASKING
from framewire.redis.cluster.scanning import AskNode, NewMap, scan_page
from framewire.redis.slots import SLOTS, slot_of


@dataclass
class Node:
    """One primary. `rest` are ranges of slots that have no keys and never move."""

    address: Address
    epoch: int
    rest: list[tuple[int, int]] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)
    owned: set[int] = field(default_factory=set)
    leaving: dict[int, Node] = field(default_factory=dict)
    arriving: dict[int, Node] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"node{self.address.port}"

    def scan(self, place: int, count: int) -> list[Any]:
        waiting = sorted((crc32(key) + 1, key) for key in self.keys if crc32(key) + 1 > place)
        page = waiting[:count]
        return [b"%d" % (page[-1][0] if len(waiting) > count else 0), [key for _, key in page]]


class Cluster:
    """Some primaries that share all slots, and all that may happen to these."""

    def __init__(self, keys: Sequence[bytes], nodes: int = 3) -> None:
        self.nodes = [Node(Address("h", port), epoch=port) for port in range(1, nodes + 1)]
        keyed = sorted({slot_of(key) for key in keys})
        borders = [SLOTS * number // nodes for number in range(nodes + 1)]
        for node, first, behind in zip(self.nodes, borders, borders[1:], strict=False):
            node.owned.update(slot for slot in keyed if first <= slot < behind)
            cuts = [first - 1, *sorted(node.owned), behind]
            node.rest += [(a + 1, b - 1) for a, b in pairwise(cuts) if b - a > 1]
        for key in keys:
            self.owner(slot_of(key)).keys.add(key)
        self.seen: list[Address | None] = []
        self.look()

    def owner(self, slot: int) -> Node:
        return next(node for node in self.nodes if slot in node.owned)

    def look(self) -> None:
        """The client gets a new map."""
        self.seen[:] = [None] * SLOTS
        for node in self.nodes:
            for slot in node.owned:
                self.seen[slot] = node.address
            for first, last in node.rest:
                self.seen[first : last + 1] = [node.address] * (last + 1 - first)

    # -- what happens -------------------------------------------------------------------------------------------------

    def begin(self, slot: int, target: int) -> None:
        source, other = self.owner(slot), self.nodes[target % len(self.nodes)]
        if source is not other and slot not in source.leaving:
            source.leaving[slot], other.arriving[slot] = other, source

    def move_a_key(self, slot: int, which: int) -> None:
        source = self.owner(slot)
        keys = sorted(key for key in source.keys if slot_of(key) == slot)
        if slot in source.leaving and keys:
            key = keys[which % len(keys)]
            source.leaving[slot].keys.add(key)
            source.keys.discard(key)

    def move_some(self, slot: int, target: int) -> None:
        """Half of the keys that are there, of a migration that begins, or has begun."""
        self.begin(slot, target)
        for _ in range(len([key for key in self.owner(slot).keys if slot_of(key) == slot]) // 2):
            self.move_a_key(slot, target)

    def finish(self, slot: int, _: int) -> None:
        """The target owns it; it wins a greater epoch than all have, unless it has that already."""
        source = self.owner(slot)
        target = source.leaving.pop(slot, None)
        if target is None:
            return
        del target.arriving[slot]
        keys = {key for key in source.keys if slot_of(key) == slot}
        source.keys -= keys
        target.keys |= keys
        source.owned.discard(slot)
        target.owned.add(slot)
        self._bump(target)

    def take_back(self, slot: int) -> None:
        """The keys go back, and the slot stays where it was."""
        source = self.owner(slot)
        target = source.leaving.pop(slot)
        del target.arriving[slot]
        keys = {key for key in target.keys if slot_of(key) == slot}
        target.keys -= keys
        source.keys |= keys

    def fail_over(self, slot: int, _: int) -> None:
        """A replica with all the keys is the owner now, at another address; the old one is gone."""
        node = self.owner(slot)
        if not node.leaving and not node.arriving:
            node.address = Address("h", max(each.address.port for each in self.nodes) + 1)
            self._bump(node)

    def _bump(self, node: Node) -> None:
        greatest = max(each.epoch for each in self.nodes)
        if node.epoch != greatest:
            node.epoch = greatest + 1

    # -- what nodes answer --------------------------------------------------------------------------------------------

    def ask(self, step: AskNode, count: int) -> Any:
        node = next((node for node in self.nodes if node.address == step.node), None)
        if node is None:
            raise ConnectionError(f"{step.node} is gone")
        return self.lines(node) if step.request == ASKING else node.scan(int(str(step.request[1])), count)

    def lines(self, myself: Node) -> bytes:
        """CLUSTER NODES as `myself` says it. Slots of others are left out: nobody may rely on them."""
        lines = []
        for node in self.nodes:
            flags = "myself,master" if node is myself else "master"
            words = [node.id, f"{node.address.host}:{node.address.port}@1", flags, "-", "0", "0", f"{node.epoch}"]
            words.append("connected")
            if node is myself:
                words += [*map(str, node.owned), *(f"{first}-{last}" for first, last in node.rest)]
                words += [f"[{slot}->-{other.id}]" for slot, other in node.leaving.items()]
                words += [f"[{slot}-<-{other.id}]" for slot, other in node.arriving.items()]
            lines.append(" ".join(words))
        return "\n".join(lines).encode() + b"\n"


def scan_all(
    cluster: Cluster, count: int, between: Callable[[], object] = lambda: None, pages: int = 1000
) -> list[bytes]:
    """All that a scan gives, with something happening before each thing that it asks. What fails is asked once more."""
    given: list[bytes] = []
    cursor = 0
    for _ in range(pages):
        try:
            cursor, keys = page(cluster, cursor, count, between)
        except ConnectionError:  # nodes went twice during one page
            continue
        given += keys
        if not cursor:
            return given
    raise AssertionError(f"no end after {pages} pages")


def page(cluster: Cluster, cursor: int, count: int, between: Callable[[], object] = lambda: None) -> list[Any]:
    """One page of it."""
    steps = scan_page((b"SCAN", cursor), cluster.seen)
    reply: Any = None
    error: Exception | None = None
    while True:
        try:
            step = steps.throw(error) if error else steps.send(reply)
        except StopIteration as end:
            return list(end.value)
        reply = error = None
        between()
        try:
            reply = cluster.look() if isinstance(step, NewMap) else cluster.ask(step, count)
        except ConnectionError as raised:
            error = raised
