"""Whether what failed may be tried again: by its fate, and by what its commands do.

What belongs here: the decisions, and nothing that waits. What each command is, the command table knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from framewire.redis.client.errors import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    InvalidResponse,
    MaxConnectionsError,
    RedisError,
    TimeoutError,
    TryAgainError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.table import repeat_of

__all__ = ["MOVING", "RETRIED_WORDS", "is_passing", "may_pass", "may_repeat"]

RETRIED_WORDS: Final = frozenset(("LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN"))
"""First words of refusals that pass by themselves: the same request to the same server will be taken later."""


MOVING: Final = (AskError, TryAgainError, ClusterDownError)
"""With these a node says that the slot of the keys is not, or not wholly, its own."""


def may_repeat(requests: Sequence[Request], fate: Fate) -> bool:
    """Whether a call, all requests of it, may be sent again.

    What was not executed may be; what may have been, only where it reads, or leaves the same when it is done twice.
    """
    if fate is Fate.NOT_EXECUTED:
        return True
    return fate is Fate.UNKNOWN and all(repeat_of(words_of(request)) != "never" for request in requests)


def is_passing(refusal: RedisError) -> bool:
    """Whether the server has refused, before it executed anything, what it will take later."""
    return refusal.fate is Fate.NOT_EXECUTED and str(refusal).partition(" ")[0] in RETRIED_WORDS


def may_pass(failure: RedisError) -> bool:
    """Whether another attempt to connect may succeed where this one failed."""
    if isinstance(failure.__cause__, (ValueError, RuntimeError)):  # of options, and of certificates
        return False
    if isinstance(failure, (AuthenticationError, InvalidResponse)):  # a server of another kind stays one
        return False
    return isinstance(failure, (ConnectionError, TimeoutError, BusyLoadingError, MaxConnectionsError))
