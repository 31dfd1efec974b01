"""The slots of a cluster: CLUSTER SLOTS, ADDSLOTS, SETSLOT and their kin.

What belongs here: the subcommands of CLUSTER about slots. Each goes to one node, and tells or changes what that one
knows.
"""

from __future__ import annotations

from typing import Literal

from framewire.redis.client.arguments import Key, some
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.cluster import SlotRange, slots

__all__ = ["ClusterSlots"]


class ClusterSlots(Runs[S]):
    """The 16384 slots, and who has them."""

    @command
    def cluster_slots(self) -> Reply[list[SlotRange]]:
        """CLUSTER SLOTS: ranges of slots with the nodes that serve them, the primary first. O(N)."""
        return self._run((b"CLUSTER", b"SLOTS"), slots)

    @command
    def cluster_keyslot(self, key: Key) -> Reply[int]:
        """CLUSTER KEYSLOT: the slot of a key, as the server computes it. O(N) of its length."""
        return self._run((b"CLUSTER", b"KEYSLOT", key))

    @command
    def cluster_countkeysinslot(self, slot_id: int) -> Reply[int]:
        """CLUSTER COUNTKEYSINSLOT: how many keys of a slot this node has. O(1)."""
        return self._run((b"CLUSTER", b"COUNTKEYSINSLOT", slot_id))

    @command
    def cluster_get_keys_in_slot(self, slot: int, num_keys: int) -> Reply[list[S]]:
        """CLUSTER GETKEYSINSLOT: keys of a slot that this node has, at most `num_keys`; O(N) of them."""
        return self._run((b"CLUSTER", b"GETKEYSINSLOT", slot, num_keys))

    @command
    def cluster_addslots(self, *slots: int) -> Reply[bool]:
        """CLUSTER ADDSLOTS: let this node serve these slots, which nobody serves. `True`. O(N)."""
        return self._run((b"CLUSTER", b"ADDSLOTS", *some(slots)), ok)

    @command
    def cluster_addslotsrange(self, *slots: int) -> Reply[bool]:
        """CLUSTER ADDSLOTSRANGE: as `cluster_addslots`, by first and last slots by turns. `True`. O(N)."""
        return self._run((b"CLUSTER", b"ADDSLOTSRANGE", *_ranges(slots)), ok)

    @command
    def cluster_delslots(self, *slots: int) -> Reply[bool]:
        """CLUSTER DELSLOTS: know nobody any more who serves these slots. `True`. O(N)."""
        return self._run((b"CLUSTER", b"DELSLOTS", *some(slots)), ok)

    @command
    def cluster_delslotsrange(self, *slots: int) -> Reply[bool]:
        """CLUSTER DELSLOTSRANGE: as `cluster_delslots`, by first and last slots by turns. `True`. O(N)."""
        return self._run((b"CLUSTER", b"DELSLOTSRANGE", *_ranges(slots)), ok)

    @command
    def cluster_flushslots(self) -> Reply[bool]:
        """CLUSTER FLUSHSLOTS: serve no slots any more; only without keys. `True`. O(1)."""
        return self._run((b"CLUSTER", b"FLUSHSLOTS"), ok)

    @command
    def cluster_setslot(
        self, node_id: str, slot_id: int, state: Literal["IMPORTING", "MIGRATING", "NODE"]
    ) -> Reply[bool]:
        """CLUSTER SETSLOT: a slot comes from that node, goes to it, or is its. `True`. O(1)."""
        if state.upper() not in ("IMPORTING", "MIGRATING", "NODE"):
            raise DataError(f"the state must be IMPORTING, MIGRATING or NODE, not {state!r}")
        return self._run((b"CLUSTER", b"SETSLOT", slot_id, state, node_id), ok)

    @command
    def cluster_setslot_stable(self, slot_id: int) -> Reply[bool]:
        """CLUSTER SETSLOT STABLE: the slot neither comes nor goes. `True`. O(1)."""
        return self._run((b"CLUSTER", b"SETSLOT", slot_id, b"STABLE"), ok)


def _ranges(slots: tuple[int, ...]) -> tuple[int, ...]:
    if not slots or len(slots) % 2:
        raise DataError(f"ranges of slots are pairs of a first and a last one, not {len(slots)} numbers")
    return slots
