"""One direction of one connection, carried out: bytes come, steps go.

What belongs here: reading, waiting, writing. It reads on while it waits, so that each delay counts from when the bytes
came, and no further than `MOST_WAITING`: a stalled direction then stands still up to its sender, as on a network.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from framewire._impl import Bytes
from framewire.aio.connection import Connection
from framewire.errors import ConnectionClosedError
from framewire.tap.faults.line import Side
from framewire.tap.faults.steps import Cut, Due, End, Pause, Send, Stall, Step, sent_by

__all__ = ["Flow", "Time"]

MOST_WAITING = 1024 * 1024
"""Bytes whose turn has not come, above which no more are read."""


@dataclass(frozen=True, slots=True)
class Time:
    """How time passes: seconds by `clock`, waited for by `sleep`."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


class Flow:
    """From `source` through `side` to `sink`. `receive` and `send` are two tasks; `on_cut` is called for a cut."""

    def __init__(
        self,
        source: Connection[Bytes],
        sink: Connection[Bytes],
        side: Side,
        time: Time,
        on_cut: Callable[[bool], None],
    ) -> None:
        self._source = source
        self._sink = sink
        self._side = side
        self._time = time
        self._on_cut = on_cut
        self._steps: deque[tuple[float, Step]] = deque()  # each with when its bytes came
        self._waiting = 0  # bytes in them
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._open = asyncio.Event()
        self._room.set()
        self._open.set()

    @property
    def is_stalled(self) -> bool:
        """Whether nothing goes on."""
        return not self._open.is_set()

    def stall(self) -> None:
        """Nothing goes on from here on."""
        self._open.clear()

    def resume(self) -> None:
        """What waits goes on, up to the next stall. One that was decided on and not yet carried out is lifted too."""
        if self.is_stalled:
            self._open.set()
            return
        for waiting in self._steps:
            if isinstance(waiting[1], Stall):
                self._steps.remove(waiting)
                return

    async def receive(self) -> None:
        """Read to the end of the stream, or until the sender is lost, which cuts the connection behind what came."""
        try:
            async for data in self._source:
                self._put(self._side.feed(data.to_bytes()))
                await self._room.wait()
        except ConnectionClosedError:
            self._put([Cut(reset=True)])
        else:
            self._put([*self._side.end(), End()])

    async def send(self) -> None:
        """Carry out the steps in order, up to the end. Raises `OSError` where the receiver is lost."""
        while True:
            while not self._steps:
                self._news.clear()
                await self._news.wait()
            await self._open.wait()
            came, step = self._steps.popleft()
            if await self._carry_out(came, step):
                return

    def _put(self, steps: list[Step]) -> None:
        now = self._time.clock()
        self._steps.extend((now, step) for step in steps)
        self._waiting += len(sent_by(steps))
        self._look_for_room()
        self._news.set()

    async def _carry_out(self, came: float, step: Step) -> bool:
        """Do it; whether it was the last one."""
        match step:
            case Send(data):
                self._sink.feed_frame(Bytes(data))
                await self._sink.flush()  # a cut right behind it must not take it back
                self._waiting -= len(data)
                self._look_for_room()
            case Due(seconds):
                await self._pass_time(came + seconds - self._time.clock())
            case Pause(seconds):
                await self._time.sleep(seconds)
            case Stall():
                self.stall()
            case Cut(reset):
                self._on_cut(reset)
                return True
            case End():
                self._sink.write_eof()
                return True
        return False

    async def _pass_time(self, seconds: float) -> None:
        if seconds > 0:
            await self._time.sleep(seconds)

    def _look_for_room(self) -> None:
        if self._waiting < MOST_WAITING:
            self._room.set()
        else:
            self._room.clear()
