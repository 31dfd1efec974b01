"""Whether a call that failed may be tried again: by its fate, and by what its commands do.

What belongs here: the decision, and nothing that waits. What each command is, the command table knows.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.client.fates import Fate
from framewire.redis.exchange.calls import Call, Request
from framewire.redis.facts import table

__all__ = ["RETRIED_WORDS", "may_repeat"]

RETRIED_WORDS: Final = frozenset(("LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN"))
"""First words of refusals that pass by themselves: the same request to the same server will be taken later."""


def may_repeat(call: Call, fate: Fate) -> bool:
    """Whether the whole call may be sent again.

    What was not executed may be; what may have been, only where it reads, or leaves the same when it is done twice.
    """
    if fate is Fate.NOT_EXECUTED:
        return True
    return fate is Fate.UNKNOWN and all(_is_repeatable(request) for request in call.requests)


def _is_repeatable(request: Request) -> bool:
    words = [word if isinstance(word, bytes) else str(word).encode() for word in request]
    found = table.lookup(words)
    return found is not None and "readonly" in found.flags
