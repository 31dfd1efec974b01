"""`server.clock`: the time that a server goes by, for tests to stop and to move.

What belongs here: what becomes of a server when its time changes. What the clock shows is in `clients/clock.py`.
"""

from __future__ import annotations

import sys

from framewire.redis.server.network.connections import Connections
from framewire.redis.server.network.pump import ClientPump

__all__ = ["ServerClock"]

MICROSECONDS = 1_000_000


class ServerClock:
    """The time of one server. It is the machine's, until a test stops it, or moves it. Use it in the server's loop.

    All that Redis' commands and parameters say of time goes by it: keys that expire, commands that wait (BLPOP, XREAD
    BLOCK), CLIENT PAUSE, `timeout` for idle clients, the seconds of `client-output-buffer-limit`, ids of streams, idle
    times of consumers and clients, TIME, MONITOR. The machine's own time goes on for what has to do with the machine:
    how long a command took (SLOWLOG, `busy-reply-threshold`), how often the disk is synced, shaking hands for TLS, and
    `shutdown_timeout`.
    """

    def __init__(self, connections: Connections[ClientPump]) -> None:
        self._connections = connections
        self._state = connections.state
        self._timers = connections.timers
        self._clock = connections.state.time

    @property
    def now(self) -> float:
        """What it shows, in seconds since the epoch, as `time.time()`."""
        return self._clock.microseconds() / MICROSECONDS

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._clock.is_standing

    def freeze(self, at: float | None = None) -> None:
        """Let the time stand still: now, or `at` so many seconds since the epoch. Frozen already: moves it there."""
        self._clock.stop()
        self._obey()
        if at is not None:
            self._move_to(round(at * MICROSECONDS))

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass at once, whether it stands or runs. Raises `ValueError` for negative ones.

        When it returns, all has happened that would have happened until then, in its order: keys have expired, and who
        waits for that was told; commands whose time was up have been answered, and what the same client had sent behind
        them was run at that time; idle clients are being closed; what clients are sent is with their transports. What a
        client does because of what it is sent, it does later, at the new time. O(keys and waits that end).
        """
        if not 0 <= seconds < sys.maxsize:
            raise ValueError(f"time passes forward, not by {seconds} seconds")
        self._move_to(self._clock.microseconds() + round(seconds * MICROSECONDS))

    def unfreeze(self) -> None:
        """Let the time run on from where it stands."""
        self._clock.go_on()
        self._obey()

    def reset(self) -> None:
        """Let it be the machine's again: if it was moved, it goes back, and what was to end by it ends later."""
        self._clock.reset()
        self._obey()
        self._happen()

    def _move_to(self, target: int) -> None:
        self._happen()  # what is to be noticed of the present, such as that too much waits for somebody
        for deadline in self._timers.moments(target // 1000):
            self._clock.move_to(max(deadline * 1000, self._clock.microseconds()))
            self._happen()
        self._clock.move_to(target)
        self._obey()
        self._happen()

    def _obey(self) -> None:
        self._state.obey_clock()
        self._timers.obey_clock()

    def _happen(self) -> None:
        """What the time brings about: what ends without anybody doing anything, then who waited for it."""
        self._state.obey_clock()
        self._state.expire_cycle(sys.maxsize)
        self._timers.run(self._state.clock)
        while any([connection.catch_up() for connection in list(self._connections)]):
            pass
        self._connections.tick(self._state.clock)
        self._connections.outgoing.flush()
