"""Which event loop to run on: uvloop where it is installed, asyncio's own elsewhere.

What belongs here: making a loop. What the loops do differently is dealt with where it matters.
"""

from __future__ import annotations

import asyncio

__all__ = ["new_event_loop"]


def new_event_loop(kind: str = "auto") -> asyncio.AbstractEventLoop:
    """A new loop of `kind`: "auto", "asyncio" or "uvloop". Raises `ImportError` for "uvloop" where it is missing."""
    if kind == "asyncio":
        return asyncio.new_event_loop()
    try:
        import uvloop
    except ImportError:
        if kind == "uvloop":
            raise
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
