"""One client's connection and the one to the server that stands behind it, from the first byte to the end of both.

What belongs here: both flows run together, and their end: both directions ended by themselves, one side lost, or a cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable
from typing import Literal, TypeAlias

from framewire._impl import Bytes
from framewire.aio.connection import Connection
from framewire.tap.faults.flow import Flow, Time
from framewire.tap.faults.line import Line
from framewire.tap.faults.rule import Direction

__all__ = ["Link", "reset"]

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends a RST."""


Ending: TypeAlias = Literal["end", "reset", "abort"]
"""Of both connections: by a FIN; by a RST behind what was written; by a RST at once."""


class Link:
    """A client and the server that it talks to."""

    def __init__(
        self, number: int, line: Line, client: Connection[Bytes], server: Connection[Bytes], time: Time
    ) -> None:
        self.number = number
        self._ends = (client, server)
        self._flows: dict[Direction, Flow] = {
            "requests": Flow(client, server, line.requests, time, self._cut_behind),
            "replies": Flow(server, client, line.replies, time, self._cut_behind),
        }
        self._open_flows = len(self._flows)
        self._over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    # -- from outside -------------------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether nothing passes any more."""
        return self._over.done()

    def cut(self, reset: bool = False) -> None:
        """End it on both sides, by a FIN or by a RST; what has not gone on is lost. Twice is fine."""
        self._end("abort" if reset else "end")

    def stall(self, direction: Direction | None = None) -> None:
        """Nothing goes on in this direction, or in both."""
        for name, flow in self._flows.items():
            if direction in (None, name):
                flow.stall()

    def resume(self, direction: Direction | None = None) -> None:
        """What is stalled goes on."""
        for name, flow in self._flows.items():
            if direction in (None, name):
                flow.resume()

    def is_stalled(self, direction: Direction) -> bool:
        """Whether nothing goes on there."""
        return self._flows[direction].is_stalled

    # -- its life -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Pass on what comes, until both directions have ended or there is a cut."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._unless_lost(work))
                for flow in self._flows.values() for work in (flow.receive(), self._send(flow))
            ]  # fmt: skip
            ending = await self._over
            for task in tasks:
                task.cancel()
        await self._take_leave(ending)

    async def _send(self, flow: Flow) -> None:
        await flow.send()
        self._open_flows -= 1
        if not self._open_flows:
            self._end("end")  # both have ended by themselves: nothing is left that it could lose

    async def _unless_lost(self, work: Awaitable[None]) -> None:
        """Who is lost on one side is lost on the other."""
        try:
            await work
        except OSError:
            self._end("abort")

    def _cut_behind(self, with_reset: bool) -> None:
        self._end("reset" if with_reset else "end")

    def _end(self, ending: Ending) -> None:
        if self._over.done():
            return
        self._over.set_result(ending)
        if ending == "abort":  # now: whoever cancels us next would end it by a FIN
            for connection in self._ends:
                reset(connection)
                connection.abort()

    async def _take_leave(self, ending: Ending) -> None:
        if ending == "end":
            await asyncio.gather(*map(_end_and_let_go, self._ends))
        elif ending == "reset":
            for connection in self._ends:
                reset(connection)


def reset(connection: Connection[Bytes]) -> None:
    """Close by a RST, behind what was written. (A Unix socket has none: its peer reads an end, or a broken pipe.)"""
    sock = connection.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


async def _end_and_let_go(connection: Connection[Bytes]) -> None:
    """End our direction, and drop what still comes: closing with bytes unread would be a RST, and lose what went."""
    with contextlib.suppress(OSError):
        connection.write_eof()
        async for _ in connection:
            pass
