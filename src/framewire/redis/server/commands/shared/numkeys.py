"""Keys with their number before them: LMPOP, ZUNION, SINTERCARD, EVAL.

What belongs here: reading them, and the words for numbers that make no sense; commands do not agree on these.
"""

from __future__ import annotations

from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["TOO_MANY_KEYS", "next_keys", "next_numkeys"]

TOO_MANY_KEYS = b"ERR Number of keys can't be greater than number of args"


def next_numkeys(arguments: Arguments) -> int:
    """The number of keys, at least one. Raises `CommandError`."""
    return arguments.next_int(b"ERR numkeys should be greater than 0", 1)


def next_keys(arguments: Arguments, numkeys: int, too_many: bytes = SYNTAX_ERROR) -> list[bytes]:
    """So many keys; raises `CommandError(too_many)` where there are not as many arguments. O(numkeys)."""
    if numkeys > arguments.remaining:
        raise CommandError(too_many)
    return [arguments.next_bytes() for _ in range(numkeys)]
