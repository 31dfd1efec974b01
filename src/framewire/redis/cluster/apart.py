"""A batch that waits at its servers, taken apart by who has to wait.

    no waiting command in that slot, or no key  -> together, as any batch
    a slot with a waiting command               -> what is of that slot, in its order, on a link of its own
    WAIT, which tells of its own link's writes  -> all of the batch on one link, whose keys must share a slot

What belongs here: which request goes with which. What leaves is others' business.
"""

from __future__ import annotations

from collections.abc import Sequence

from framewire.redis.client.errors import ClusterCrossSlotError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.routing import place_of
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.table import blocks

__all__ = ["of_own_link", "part_by_waiting"]

_OF_OWN_LINK = frozenset((b"WAIT", b"WAITAOF"))


def of_own_link(request: Request) -> bool:
    """Whether it tells of what was written over its own link."""
    return words_of(request[:1])[0].upper() in _OF_OWN_LINK


def part_by_waiting(requests: Sequence[Request]) -> tuple[list[int], list[list[int]]]:
    """Which of the requests go together as any batch, and those of each link of its own, by their indexes.

    Raises `ClusterCrossSlotError` where WAIT is among requests of several slots; nothing was sent.
    """
    slots = [_slot_of(request) for request in requests]
    if any(map(of_own_link, requests)):
        _check_one(slots)
        return [], [list(range(len(requests)))]
    waiting = [index for index, request in enumerate(requests) if blocks(words_of(request)) is not None]
    groups = [[index for index, each in enumerate(slots) if each == slot]
              for slot in dict.fromkeys(slots[index] for index in waiting) if slot is not None]  # fmt: skip
    groups += [[index] for index in waiting if slots[index] is None]  # it makes no sense: a node says so
    apart = {index for group in groups for index in group}
    return [index for index in range(len(requests)) if index not in apart], groups


def _slot_of(request: Request) -> int | None:
    """`None` for what has no keys, keys in several slots, or is not known."""
    try:
        return place_of(request)[0]
    except RedisError:
        return None


def _check_one(slots: Sequence[int | None]) -> None:
    different = len({slot for slot in slots if slot is not None})
    if different > 1:
        raise ClusterCrossSlotError(
            f"WAIT tells of the writes of one link, and the keys of this pipeline are in {different} slots; nothing was"
            " sent",
            fate=Fate.NOT_EXECUTED,
        )
