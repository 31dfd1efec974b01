"""How commands turn the times that clients give into deadlines.

What belongs here: the arithmetic with its limits, shared by SET and the EXPIRE family.
"""

from __future__ import annotations

from framewire.redis.arguments import INT64_MAX, INT64_MIN

__all__ = ["absolute_deadline"]


def absolute_deadline(time: int, unit: int, base: int) -> int | None:
    """`base + time * unit` in milliseconds, or `None` where a step of it leaves 64 bits, which Redis refuses."""
    milliseconds = time * unit
    if not INT64_MIN <= milliseconds <= INT64_MAX - base:
        return None
    return base + milliseconds
