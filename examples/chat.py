"""A chat server. `python examples/chat.py 4000`, then `nc 127.0.0.1 4000` in two other terminals.

Codec: `LinesCodec` with text. The tutorial builds this file step by step.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass, field
from typing import Any

from framewire import ConnectionClosedError, FrameTooLong, LinesCodec, ProtocolError
from framewire.aio import Connection, Listener, serve


@dataclass
class Member:
    """One who is here, and the lines that wait to be sent to them."""

    connection: Connection[str]
    letters: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(100))

    async def send_letters(self) -> None:
        with contextlib.suppress(ConnectionClosedError):
            while True:
                await self.connection.write_frame(await self.letters.get())


class Room:
    """All who are here, by name."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}

    def tell(self, line: str) -> None:
        """Queue `line` for everybody. Never waits: who is a hundred lines behind is thrown out."""
        for member in self.members.values():
            try:
                member.letters.put_nowait(line)
            except asyncio.QueueFull:
                member.connection.abort()


async def read_line(connection: Connection[str]) -> str | None:
    """The next line that is short enough, or `None` when the peer has left."""
    while True:
        try:
            return await connection.read_frame()
        except FrameTooLong as error:  # the codec goes on behind that line, and so do we
            await connection.write_frame(f"* that line was too long: {error.limit} bytes are allowed")


async def enter(room: Room, connection: Connection[str]) -> str | None:
    """Ask for a name that nobody has; `None` if the peer leaves instead."""
    await connection.write_frame("* who are you?")
    while (name := await read_line(connection)) is not None:
        if name and name not in room.members:
            return name
        await connection.write_frame("* choose another name")
    return None


async def stay(room: Room, connection: Connection[str], name: str) -> None:
    """Pass on what one member says, until they leave."""
    room.members[name] = member = Member(connection)
    sending = asyncio.create_task(member.send_letters())
    try:
        room.tell(f"* {name} is here")
        while (line := await read_line(connection)) is not None:
            room.tell(f"{name}: {line}")
    finally:
        sending.cancel()
        del room.members[name]
        room.tell(f"* {name} has left")


async def visit(room: Room, connection: Connection[str]) -> None:
    """One connection from beginning to end."""
    try:
        name = await enter(room, connection)
        if name is not None:
            await stay(room, connection, name)
    except ProtocolError as error:
        await connection.write_frame(f"* {error}")


def codec() -> LinesCodec[str]:
    return LinesCodec(encoding="utf-8", max_length=500)


def announce(listener: Listener[Any]) -> None:
    print(f"listening on 127.0.0.1:{listener.port}", flush=True)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    room = Room()
    asyncio.run(serve(lambda connection: visit(room, connection), codec, "127.0.0.1", port, started=announce))
