"""The mode of FLUSHALL, FLUSHDB and SCRIPT FLUSH.

What belongs here: reading it. Both are taken and make no difference: replies come when all is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["check_flush_mode"]


def check_flush_mode(words: Sequence[bytes], error: bytes = SYNTAX_ERROR) -> None:
    """`words` are nothing, or ASYNC, or SYNC; raises `CommandError(error)` for anything else."""
    if len(words) > 1 or not {word.upper() for word in words} <= {b"ASYNC", b"SYNC"}:
        raise CommandError(error)
