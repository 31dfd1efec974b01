"""What a new map changes: slots that nodes have lost, with patches before and behind it."""

from __future__ import annotations

import pytest

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.changes import lost_slots
from framewire.redis.cluster.slot_map import NO_MAP, Shard, SlotMap

A, B, C = Address("a", 1), Address("b", 2), Address("c", 3)


def of(**slots: str) -> SlotMap:
    """`of(a="0-9", b="10-19")`."""
    nodes = {"a": A, "b": B, "c": C}
    ranges = {name: tuple(tuple(map(int, pair.split("-"))) for pair in text.split()) for name, text in slots.items()}
    return SlotMap(tuple(Shard(nodes[name], (), ranges[name]) for name in ranges))  # type: ignore[arg-type]


# Before, and patches of that; behind it, and patches of that; what was lost.
ROWS: dict[str, tuple[SlotMap, dict[int, Address], SlotMap, dict[int, Address], dict[Address, set[int]]]] = {
    "the first map": (NO_MAP, {}, of(a="0-9"), {}, {}),
    "the same": (of(a="0-9"), {}, of(a="0-9"), {}, {}),
    "one more": (of(a="0-8"), {}, of(a="0-9"), {}, {}),
    "moved": (of(a="0-4", b="5-9"), {}, of(a="0-2", b="3-9"), {}, {A: {3, 4}}),
    "exchanged": (of(a="0-1", b="2-3"), {}, of(a="2-3", b="0-1"), {}, {A: {0, 1}, B: {2, 3}}),
    "gone": (of(a="0-1", b="2-3"), {}, of(a="0-3"), {}, {B: {2, 3}}),
    "nobody has it": (of(a="0-3"), {}, of(a="0-2"), {}, {A: {3}}),
    "cut in two": (of(a="0-9"), {}, of(a="0-4 5-9"), {}, {}),
    "patched, rightly": (of(a="0-3", b="4-5"), {3: B}, of(a="0-2", b="3-5"), {}, {A: {3}}),
    "patched, wrongly": (of(a="0-3", b="4-5"), {3: B}, of(a="0-3", b="4-5"), {}, {B: {3}}),
    "patched to a node that is not known": (of(a="0-3"), {3: C}, of(a="0-3"), {}, {C: {3}}),
    "still patched": (of(a="0-3", b="4-5"), {3: B}, of(a="0-3", b="4-5"), {3: B}, {A: {3}}),
    "patched meanwhile": (of(a="0-3"), {}, of(a="0-3"), {3: C}, {A: {3}}),
}


@pytest.mark.parametrize("row", ROWS)
def test_slots_that_were_lost(row: str) -> None:
    old, patched, new, patches, lost = ROWS[row]
    assert lost_slots(old, patched, new, patches) == lost
