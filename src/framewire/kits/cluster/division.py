"""Which primaries have which slots, and which slots must move so that all have as many.

What belongs here: numbers. What is asked of nodes is in `moving`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from framewire.redis.slots import SLOTS

__all__ = ["Move", "divide", "plan_leaving", "plan_rebalance"]

class Move(NamedTuple):
    """Slots that go from one node, by its place among all, to another."""

    slots: tuple[int, ...]
    source: int
    target: int


def divide(shares: int) -> list[range]:
    """All slots in so many ranges, none of which is longer than another by more than one slot."""
    if not 1 <= shares <= SLOTS:
        raise ValueError(f"{SLOTS} slots cannot be divided among {shares} primaries")
    bounds = [SLOTS * share // shares for share in range(shares + 1)]
    return [range(*pair) for pair in pairwise(bounds)]


def plan_rebalance(owned: Sequence[Iterable[int]]) -> list[Move]:
    """The fewest slots that must move so that no node has more than one slot more than another.

    `owned` is what each node has. Who has too many gives its highest ones, to the first who has too few.
    """
    held = [sorted(slots) for slots in owned]
    goals = _goals([len(slots) for slots in held])
    spare = [(node, slots[goal:]) for node, (slots, goal) in enumerate(zip(held, goals, strict=True))]
    wanting = {node: goal - len(slots) for node, (slots, goal) in enumerate(zip(held, goals, strict=True))}
    return _moves(spare, wanting)


def plan_leaving(owned: Sequence[Iterable[int]], leaver: int) -> list[Move]:
    """How one node gives all its slots away, most of them to those that have fewest."""
    held = [sorted(slots) for slots in owned]
    others = [node for node in range(len(held)) if node != leaver]
    wanting = dict.fromkeys(others, 0)
    counts = {node: len(held[node]) for node in others}
    for _ in held[leaver]:
        poorest = min(others, key=counts.__getitem__)
        counts[poorest] += 1
        wanting[poorest] += 1
    return _moves([(leaver, held[leaver])], wanting)


def _goals(counts: Sequence[int]) -> list[int]:
    """How many each shall have; the odd ones stay where most are, so that they need not move."""
    share, odd = divmod(sum(counts), len(counts))
    richest = sorted(range(len(counts)), key=counts.__getitem__, reverse=True)[:odd]
    return [share + (node in richest) for node in range(len(counts))]


def _moves(spare: Iterable[tuple[int, list[int]]], wanting: Mapping[int, int]) -> list[Move]:
    """What is spare, to those who want it, in order."""
    wanted = {node: count for node, count in wanting.items() if count > 0}
    moves: list[Move] = []
    for source, slots in spare:
        while slots:
            target = next(iter(wanted))
            taken, slots = slots[: wanted[target]], slots[wanted[target] :]
            moves.append(Move(tuple(taken), source, target))
            wanted[target] -= len(taken)
            if not wanted[target]:
                del wanted[target]
    return moves
