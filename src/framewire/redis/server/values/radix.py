"""How many nodes the radix tree would have in which Redis keeps a stream, which XINFO STREAM tells.

What belongs here: counting. There is no such tree here.

Its keys are ids of 16 bytes. Where keys part there is a node, what several keys have in common in between is another,
and so is what is left of each key (if anything is), and its end:

    abcd            (a) --- (b|x) --- (c) --- (d|e) --- end
    abce                      |                 `------ end
    axyz                      `------ (yz) --- end                8 nodes, were these ids
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

__all__ = ["count_nodes"]

_LENGTH = 16  # bytes of an id


def count_nodes(ids: Sequence[int]) -> int:
    """The nodes of the tree of these ids, which are sorted. O(n)."""
    if not ids:
        return 1
    partings = [_common_bytes(low, high) for low, high in pairwise(ids)]
    ends = sum(1 + (_LENGTH > max(pair) + 1) for pair in pairwise([-1, *partings, -1]))
    return ends + _count_inner(partings)


def _common_bytes(one: int, other: int) -> int:
    return (8 * _LENGTH - (one ^ other).bit_length()) // 8


def _count_inner(partings: list[int]) -> int:
    """The nodes where keys part, each after so many bytes, and those between them.

    `open_` are the partings, from the root down, that the next key may be behind, too.
    """
    nodes, open_ = 0, [-1]
    for depth in [*partings, -1]:
        while open_[-1] > depth:
            closed = open_.pop()
            nodes += 1 + (closed > max(open_[-1], depth) + 1)
        if open_[-1] < depth:
            open_.append(depth)
    return nodes
