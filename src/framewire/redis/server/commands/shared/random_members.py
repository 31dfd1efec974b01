"""What SRANDMEMBER, HRANDFIELD and ZRANDMEMBER share: how many random members, and which.

What belongs here: the count and its limits. How members are chosen is the business of `values.sampling`.
"""

from __future__ import annotations

from collections.abc import Collection

from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sampling import Sampler

__all__ = ["next_count", "next_count_and_word", "pick"]

_OUT_OF_RANGE = b"ERR value is out of range"

# Redis has no such limit: it sends for ever, or until it closes the client, whose replies may take 256 MiB.
_MOST_REPEATED = 5_000_000


def next_count(arguments: Arguments) -> int:
    """How many members are wanted; a negative count lets the same one come again. Raises `CommandError`."""
    count = arguments.next_int()
    if count == INT64_MIN:
        raise CommandError(b"%s, value must between %d and %d" % (_OUT_OF_RANGE, -INT64_MAX, INT64_MAX))
    return count


def next_count_and_word(arguments: Arguments, word: bytes) -> tuple[int, bool]:
    """The count, and whether `word` (WITHVALUES, WITHSCORES) stands behind it. Raises `CommandError`."""
    count = next_count(arguments)
    if not arguments:
        return count, False
    if arguments.next_word() != word or arguments:
        raise CommandError(SYNTAX_ERROR)
    if abs(count) > INT64_MAX // 2:
        raise CommandError(_OUT_OF_RANGE)
    return count, True


def pick(sampler: Sampler, members: Collection[bytes], count: int) -> list[bytes]:
    """`count` different members, or all, in their own order, where there are no more; or `-count` that may repeat.

    O(count), or O(n) if that is less. `members` must not be empty. Raises `CommandError` where far too many may repeat.
    """
    if count >= len(members):
        return list(members)
    if count >= 0:
        return sampler.distinct(members, count)
    if -count > _MOST_REPEATED:
        raise CommandError(_OUT_OF_RANGE)
    return sampler.repeated(members, -count)
