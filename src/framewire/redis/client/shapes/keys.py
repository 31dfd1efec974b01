"""Shapes of what is said about keys.

What belongs here: replies to commands of the group "generic".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from framewire.frames.resp import Simple

__all__ = ["grouped", "migrated"]


def migrated(reply: Any) -> bool:
    """OK, or NOKEY: none of the keys was there."""
    return not (type(reply) is Simple and reply.data == b"NOKEY")


@cache
def grouped(size: int) -> Callable[[Any], list[tuple[Any, ...]]]:
    """The shape of a flat list that is to be read in groups of `size`. The same object for the same size."""

    def groups(reply: Any) -> list[tuple[Any, ...]]:
        return [tuple(reply[start : start + size]) for start in range(0, len(reply), size)]

    return groups
