"""The slot map, and what is derived of it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.slot_map import NO_MAP, Shard, SlotMap
from framewire.redis.slots import SLOTS


@st.composite
def maps(draw: st.DrawFn) -> SlotMap:
    """A map of up to five shards with replicas, some slots with nobody."""
    borders = sorted(draw(st.sets(st.integers(0, SLOTS - 1), max_size=12)))
    ranges: dict[int, list[tuple[int, int]]] = {}
    for start, end in pairwise(borders):
        ranges.setdefault(draw(st.integers(0, 5)), []).append((start, end - 1))
    ranges.pop(5, None)  # nobody
    replicas = {index: tuple(Address("r", 10 * index + n) for n in range(draw(st.integers(0, 2)))) for index in ranges}
    return SlotMap(tuple(Shard(Address("p", i), replicas[i], tuple(ranges[i])) for i in ranges))


@given(maps())
def test_all_that_is_derived_agrees(slot_map: SlotMap) -> None:
    owners = slot_map.owners()
    for slot in {0, SLOTS - 1, *(slot for shard in slot_map.shards for pair in shard.slots for slot in pair)}:
        shard = slot_map.shard_of(slot)
        assert owners[slot] == (shard.primary if shard else None)
    for primary, slots in slot_map.owned.items():
        assert slots == {slot for slot, owner in enumerate(owners) if owner == primary}
    assert slot_map.known == set(slot_map.nodes) >= set(slot_map.primaries) == slot_map.by_primary.keys()
    assert slot_map.serves == any(owners)


def test_the_map_of_who_knows_nothing() -> None:
    assert NO_MAP.shard_of(0) is None
    assert NO_MAP.owners() == [None] * SLOTS
    assert not NO_MAP.serves
    assert NO_MAP.nodes == NO_MAP.primaries == ()
