"""When a process that does nothing but serve looks for garbage in cycles. Embedded, that is left to the program.

What belongs here: the garbage collector's settings, and who calls it. Python's own settings look through all that is
alive each time it has grown by a quarter. In a server that means all keys: a third of the time it takes to create many
small collections, and a pause as long as the data are large. Our values make no cycles. What does are transports of
asyncio and TLS objects, so the number of clients that have gone says when it is worth to look.
"""

from __future__ import annotations

import asyncio
import gc
import sys

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State

__all__ = ["Collector"]

THRESHOLDS = (10_000, 10, 1_000_000)
"""New objects are looked at twice (10 000, then some 100 000 at a time: 30 ms), and never again by themselves."""

EVERY_SECONDS = 1.0

GONE = 64
"""Clients gone, each of which may have left 300 KiB (TLS), before everything is looked through."""

PATIENCE = 300
"""Turns for which that waits for one without requests."""


class Collector:
    """Looks through everything when enough clients have gone: in the first quiet second, or after five minutes."""

    def __init__(self, state: State[Client]) -> None:
        self._state = state
        self._gone = 0  # clients, when it last looked
        self._commands = 0  # at the last turn
        self._waited = 0  # turns
        self._timer: asyncio.TimerHandle | None = None

    def prepare(self) -> None:
        """To be called before data are loaded."""
        if sys.version_info < (3, 14):  # later ones collect by small steps
            gc.set_threshold(*THRESHOLDS)

    def start(self) -> None:
        """Leave alone what there is now (modules, loaded data), and take turns in the running loop from now on."""
        gc.freeze()
        self._turn_later()

    def stop(self) -> None:
        """No more turns."""
        if self._timer is not None:
            self._timer.cancel()

    def turn(self) -> bool:
        """Look through everything if it is time to; returns whether it was."""
        stats = self._state.stats
        quiet = stats.commands_processed == self._commands
        self._commands = stats.commands_processed
        gone = stats.connections_received - len(self._state.clients)
        if gone - self._gone < GONE:
            return False
        self._waited += 1
        if not quiet and self._waited < PATIENCE:
            return False
        self._gone, self._waited = gone, 0
        gc.collect()
        return True

    def _turn_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(EVERY_SECONDS, self._turn_and_go_on)

    def _turn_and_go_on(self) -> None:
        self.turn()
        self._turn_later()
