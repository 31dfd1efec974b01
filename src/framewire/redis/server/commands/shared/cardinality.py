"""What SINTERCARD and ZINTERCARD share: counting what several collections have in common, up to a limit.

What belongs here: reading the limit, and counting.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import islice

from framewire.redis.server.parsing.arguments import Arguments

__all__ = ["count_common", "next_limit"]


def next_limit(arguments: Arguments) -> int:
    """What stands behind LIMIT; 0 is no limit. Raises `CommandError`."""
    return arguments.next_int(b"ERR LIMIT can't be negative", 0)


def count_common(members: Iterable[bytes], others: Sequence[Container[bytes]], limit: int) -> int:
    """How many of the members all others have too; it stops counting at the limit. O(members x others)."""
    common = (member for member in members if all(member in other for other in others))
    return sum(1 for _ in islice(common, limit or None))
