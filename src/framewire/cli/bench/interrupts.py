"""How a call may end, and who is told when the user ends it.

What belongs here: exit statuses, and Ctrl-C: the first lets a run end with what it has.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

__all__ = ["DONE", "FAILED", "INTERRUPTED", "on_interrupt"]

DONE = 0
FAILED = 1  # a server could not be reached, failed, or answered an error
INTERRUPTED = 130


def on_interrupt(call: Callable[[], None]) -> None:
    """Have `call` called at SIGINT, on the loop that runs; the last one to ask is called."""
    with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, and in the main thread alone
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, call)
