"""Slots on their way from one node to another, as administrators move them: key by key, while clients go on.

    the target imports, the source migrates     clients: ASK for what is gone, TRYAGAIN where keys are torn apart
    MIGRATE, some keys at a time
    the slot is the target's: it hears it first, then the source, then the other primaries          clients: MOVED

What belongs here: the commands for that, in their order. Which slots, and where to, is said by `division`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from framewire.kits.cluster.node import ClusterNode

__all__ = ["move_slots"]

_TIMEOUT = 60_000  # milliseconds for each step of a MIGRATE
_BATCH = 1024  # slots that are open at once: each change of state is a write to disk, shared by a batch
_LINKS = 16  # Valkey lets each SETSLOT of a link wait until all replicas have it


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
            _set_slots(node, batch, "NODE", target.id)


def _nothing() -> None: ...


def _open(slots: Sequence[int], source: ClusterNode, target: ClusterNode) -> None:
    _set_slots(target, slots, "IMPORTING", source.id)
    _set_slots(source, slots, "MIGRATING", target.id)


def _with_keys(slots: Iterable[int], node: ClusterNode) -> list[int]:
    with node.client.pipeline() as pipeline:
        counts = {slot: pipeline.cluster_countkeysinslot(slot) for slot in slots}
        pipeline.execute()
    return [slot for slot, count in counts.items() if count.result()]


def _migrate(keys: Sequence[bytes], source: ClusterNode, target: ClusterNode) -> None:
    source.client.migrate(target.host, target.port, keys, 0, _TIMEOUT, auth=target.password)


def _set_slots(
    node: ClusterNode, slots: Sequence[int], state: Literal["IMPORTING", "MIGRATING", "NODE"], other: str
) -> None:
    """Tell a node of slots, over several links at once."""

    def tell(part: Sequence[int]) -> None:
        with node.client.dedicated() as link, link.pipeline() as pipeline:
            for slot in part:
                pipeline.cluster_setslot(other, slot, state)

    with ThreadPoolExecutor(_LINKS) as threads:
        for told in [threads.submit(tell, slots[first::_LINKS]) for first in range(min(_LINKS, len(slots)))]:
            told.result()
