"""Whether a call that failed may be tried again: by its fate, and by what its commands do.

What belongs here: the decision, and nothing that waits. What each command is, the command table knows.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Call
from framewire.redis.facts.table import repeat_of

__all__ = ["RETRIED_WORDS", "may_repeat"]

RETRIED_WORDS: Final = frozenset(("LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN"))
"""First words of refusals that pass by themselves: the same request to the same server will be taken later."""


def may_repeat(call: Call, fate: Fate) -> bool:
    """Whether the whole call may be sent again.

    What was not executed may be; what may have been, only where it reads, or leaves the same when it is done twice.
    """
    if fate is Fate.NOT_EXECUTED:
        return True
    return fate is Fate.UNKNOWN and all(repeat_of(words_of(request)) != "never" for request in call.requests)
