"""What a new map changes for who had an old one, and had patched that by what redirects said.

What belongs here: differences of maps. What follows from them, for links and caches, is for their owners.
"""

from __future__ import annotations

from collections.abc import Mapping

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.slot_map import Ranges, SlotMap

__all__ = ["lost_slots"]

Patches = Mapping[int, Address]
"""Owners of slots, where a map is known to be wrong."""


def lost_slots(old: SlotMap, patched: Patches, new: SlotMap, patches: Patches) -> dict[Address, frozenset[int]]:
    """By node, the slots that it had by the old map or by a patch of it, and has no more.

    A slot that was patched counts for both owners: one of them has kept replies from before, the other one may have
    some of since. Costs a look at each primary; where ranges differ, or there are patches, at all its slots.
    """
    lost = {}
    for node in dict.fromkeys((*old.primaries, *patched.values())):
        if not patched and not patches and _ranges(old, node) == _ranges(new, node):
            continue
        before = old.owned.get(node, frozenset()) | _slots_at(node, patched)
        after = (new.owned.get(node, frozenset()) - patches.keys()) | _slots_at(node, patches)
        if before - after:
            lost[node] = frozenset(before - after)
    return lost


def _slots_at(node: Address, patches: Patches) -> set[int]:
    return {slot for slot, owner in patches.items() if owner == node}


def _ranges(slot_map: SlotMap, node: Address) -> Ranges:
    shard = slot_map.by_primary.get(node)
    return () if shard is None else shard.slots
