"""Waiting for what others bring about: looked for again and again, so that a busy machine only takes longer.

What belongs here: the waiting. A test that pauses for as long as something "should" take fails where others keep the
processor busy. One that waits until it is there does not: `PATIENCE` passes only where it never comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["PATIENCE", "until", "until_in_loop"]

PATIENCE = 60.0
LOOK_AGAIN = 0.001


def until(condition: Callable[[], object]) -> None:
    """Wait for what another thread, or another process, brings about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(LOOK_AGAIN)


async def until_in_loop(condition: Callable[[], object]) -> None:
    """The same for what happens on the loop that runs, or needs it."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(LOOK_AGAIN)
