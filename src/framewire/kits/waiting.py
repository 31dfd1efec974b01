"""Waiting for what servers bring about: looked for again and again, until a deadline that only a defect reaches.

What belongs here: the waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from framewire.redis.client.errors import RedisError

__all__ = ["PATIENCE", "wait_until_well"]

PATIENCE = 60.0
_LOOK_AGAIN = 0.02  # nodes and sentinels tell one another each tenth of a second


def wait_until_well(look: Callable[[], str | None], what: str, seconds: float = PATIENCE) -> None:
    """Wait until `look` says nothing any more: what it says is amiss. Raises `TimeoutError` with the last that it said.

    A server that cannot answer just now is looked at again too.
    """
    deadline = time.monotonic() + seconds
    while True:
        trouble: RedisError | None = None
        try:
            amiss = look()
        except RedisError as error:
            amiss, trouble = str(error), error
        if amiss is None:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}: {amiss}") from trouble
        time.sleep(_LOOK_AGAIN)
