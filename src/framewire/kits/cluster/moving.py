"""Slots on their way from one node to another, as administrators move them: key by key, while clients go on.

    the target imports, the source migrates     clients: ASK for what is gone, TRYAGAIN where keys are torn apart
    MIGRATE, some keys at a time
    the slot is the target's: it hears it first, then the source, then the other primaries          clients: MOVED

What belongs here: the commands for that, in their order. Which slots, and where to, is said by `division`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from framewire.kits.cluster.node import ClusterNode

__all__ = ["move_slots"]

_TIMEOUT = 60_000  # milliseconds for each step of a MIGRATE
_BATCH = 256  # slots that are open at once: each change of state is a write to disk, shared by a batch


def move_slots(
    slots: Sequence[int], source: ClusterNode, target: ClusterNode, others: Iterable[ClusterNode], *,
    keys_per_step: int = 100, slots_per_step: int = _BATCH, pause: Callable[[], object] | None = None,
) -> None:  # fmt: skip
    """Move slots with their keys, `slots_per_step` of them at once; `others` are the other primaries.

    `pause` is called when slots are open and nothing has moved yet, and after each MIGRATE of `keys_per_step` keys. If
    it raises, the slots stay half-way; moving them again ends it.
    """
    pause = pause or _nothing
    for first in range(0, len(slots), slots_per_step):
        batch = slots[first : first + slots_per_step]
        _open(batch, source, target)
        pause()
        for slot in _with_keys(batch, source):
            while keys := source.client.cluster_get_keys_in_slot(slot, keys_per_step):
                _migrate(keys, source, target)
                pause()
        for node in (target, source, *others):
            _assign(batch, node, target.id)


def _nothing() -> None: ...


def _open(slots: Iterable[int], source: ClusterNode, target: ClusterNode) -> None:
    with target.client.pipeline() as pipeline:
        for slot in slots:
            pipeline.cluster_setslot(source.id, slot, "IMPORTING")
    with source.client.pipeline() as pipeline:
        for slot in slots:
            pipeline.cluster_setslot(target.id, slot, "MIGRATING")


def _with_keys(slots: Iterable[int], node: ClusterNode) -> list[int]:
    with node.client.pipeline() as pipeline:
        counts = {slot: pipeline.cluster_countkeysinslot(slot) for slot in slots}
        pipeline.execute()
    return [slot for slot, count in counts.items() if count.result()]


def _migrate(keys: Sequence[bytes], source: ClusterNode, target: ClusterNode) -> None:
    source.client.migrate(target.host, target.port, keys, 0, _TIMEOUT, auth=target.password)


def _assign(slots: Iterable[int], node: ClusterNode, owner: str) -> None:
    with node.client.pipeline() as pipeline:
        for slot in slots:
            pipeline.cluster_setslot(owner, slot, "NODE")
