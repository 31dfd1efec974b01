"""What came of a request that went to a cluster in several parts, when some of them failed.

What belongs here: which error says that, and with which fate. Parts are named by their keys, or by their nodes.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

from framewire.redis.client.errors import ClusterPartialError, RedisError
from framewire.redis.client.fates import Fate

__all__ = ["failure_of", "fate_of"]

_WORST_FIRST: Final = (Fate.UNKNOWN, Fate.EXECUTED, Fate.NOT_EXECUTED)


def failure_of(command: str, parts: Sequence[Hashable], replies: Sequence[Any]) -> Exception | None:
    """The error of a request whose parts have these replies, exceptions among them; `None` where none failed.

    Where all failed alike it is the first one's own; else `ClusterPartialError`, caused by the first.
    """
    errors = [reply for reply in replies if isinstance(reply, Exception)]
    if not errors:
        return None
    first, fate = errors[0], fate_of(replies)
    if len(errors) == len(replies) and all(type(error) is type(first) for error in errors) and fate_of([first]) == fate:
        return first
    by_part = dict(zip(parts, replies, strict=True))
    partial = ClusterPartialError(
        f"{len(errors)} of {len(replies)} parts of {command} failed, the first with: {first or type(first).__name__}",
        {part: reply for part, reply in by_part.items() if not isinstance(reply, Exception)},
        {part: reply for part, reply in by_part.items() if isinstance(reply, Exception)},
        fate=fate,
    )
    partial.__cause__ = first
    return partial


def fate_of(replies: Sequence[Any]) -> Fate:
    """The worst fate among replies: unknown if any is, else executed if any was."""
    fates = {_fate(reply) for reply in replies}
    return next(fate for fate in _WORST_FIRST if fate in fates)


def _fate(reply: Any) -> Fate:
    if isinstance(reply, RedisError):
        return reply.fate
    return Fate.UNKNOWN if isinstance(reply, Exception) else Fate.EXECUTED
