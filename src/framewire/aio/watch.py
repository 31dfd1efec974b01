"""How long a connection may keep a server waiting, looked at now and then.

What belongs here: the waits that a peer can make last for ever, and noticing them. There is one timer for all
connections of a listener, and it is not touched when a frame comes or goes: a look sees whether a connection still
waits for the same thing as at the last look. So a limit is exceeded by up to a quarter of the shortest, or a second,
before anybody notices, and never cut short.

    waits for a frame, no byte of it is here      longer than `idle`:  reading ends, as at a clean end of the stream
    waits for the rest of a frame                 longer than `frame`: closed, however steadily the bytes drip
    waits for the rest of a message               fewer bytes than `rate` a second, over `RATE_SECONDS`: closed
    output waits and the peer takes none of it    longer than `write`: closed

A message may be many frames: each piece of an HTTP body is one, so that `frame` begins anew with each, and a body may
drip for ever. `rate` counts bytes, whole frames or not.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from framewire.aio.connection import Connection

__all__ = ["Limits", "Watch", "Watcher"]

logger = logging.getLogger("framewire.aio")

LONGEST_PERIOD = 1.0

RATE_SECONDS = 5.0
"""So long a rate is measured before it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds that each wait may last, `None` is for ever; and bytes a second that shall come inside a message."""

    idle: float | None = None
    frame: float | None = None
    write: float | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        if any(limit <= 0 for limit in self._given()):
            raise ValueError("a timeout is a positive number of seconds, or None")
        if self.rate is not None and self.rate <= 0:
            raise ValueError("a rate is a positive number of bytes a second, or None")

    def _given(self) -> list[float]:
        limits = (self.idle, self.frame, self.write, None if self.rate is None else RATE_SECONDS)
        return [limit for limit in limits if limit is not None]

    @property
    def period(self) -> float | None:
        """Seconds between two looks; `None` where there is nothing to look at."""
        given = self._given()
        return min(min(given) / 8, LONGEST_PERIOD / 2) if given else None


class Watch:
    """What one connection waited for at the last look, and since which look."""

    __slots__ = ("_measured_since", "_reading", "_reading_since", "_received", "_sent", "_sent_since", "connection")

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._reading: tuple[int, bool] | None = None  # which wait for a frame it is, and whether inside one
        self._reading_since = 0.0
        self._sent: int | None = None  # bytes that the peer had taken while others waited
        self._sent_since = 0.0
        self._received = 0  # bytes that had come when this measurement of a rate began
        self._measured_since: float | None = None

    def look(self, now: float, limits: Limits) -> None:
        """End what has lasted too long."""
        self._look_at_output(now, limits.write)
        if not self.connection._protocol.is_closing:
            self._look_at_input(now, limits.idle, limits.frame)
        if limits.rate is not None and not self.connection._protocol.is_closing:
            self._look_at_rate(now, limits.rate)

    def _look_at_input(self, now: float, idle: float | None, frame: float | None) -> None:
        protocol = self.connection._protocol
        reading = (protocol.waits, self.connection._inside_frame) if protocol.awaits_frame else None
        if reading != self._reading:
            self._reading, self._reading_since = reading, now
        elif reading is not None:
            waited = now - self._reading_since
            if reading[1] and frame is not None and waited >= frame:
                self._give_up(f"a frame was not whole after {waited:.3g} s")
            elif not reading[1] and idle is not None and waited >= idle:
                protocol.drain()

    def _look_at_rate(self, now: float, rate: float) -> None:
        protocol = self.connection._protocol
        since = self._measured_since
        if not (protocol.awaits_frame and self.connection._inside_frame):
            self._measured_since = None
        elif since is None:
            self._measured_since, self._received = now, protocol.received
        elif now - since >= RATE_SECONDS:
            came = protocol.received - self._received
            if came < rate * (now - since):
                self._give_up(f"{came} bytes in {now - since:.3g} s are less than {rate:g} a second")
            self._measured_since, self._received = now, protocol.received

    def _look_at_output(self, now: float, limit: float | None) -> None:
        outbound = self.connection._protocol.outbound
        pending = outbound.pending
        sent = outbound.sent - pending if pending else None
        if sent != self._sent:
            self._sent, self._sent_since = sent, now
        elif sent is not None and limit is not None and now - self._sent_since >= limit:
            self._give_up(f"the peer took none of {pending} bytes for {now - self._sent_since:.3g} s")

    def _give_up(self, reason: str) -> None:
        logger.info("closing %s: %s", self.connection.get_extra_info("peername"), reason)
        self.connection._protocol.give_up(TimeoutError(reason))


class Watcher:
    """Looks at all connections that were added, at the pace that the limits ask for; at none while there is none."""

    def __init__(self, limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._watches: dict[Connection[Any], Watch] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Connection[Any]) -> None:
        """Look at this one too."""
        if self._limits.period is not None:
            self._watches[connection] = Watch(connection)
            if self._timer is None:
                self._timer = self._loop.call_later(self._limits.period, self._look)

    def remove(self, connection: Connection[Any]) -> None:
        """The connection has ended."""
        self._watches.pop(connection, None)
        if not self._watches and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = self._loop.time()
        for watch in list(self._watches.values()):
            watch.look(now, self._limits)
        period = self._limits.period
        assert period is not None
        self._timer = self._loop.call_later(period, self._look)
