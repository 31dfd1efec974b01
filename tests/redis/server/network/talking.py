"""`Talker`: the client's side of a connection without a client: bytes out, bytes in, for tests of joining.

What belongs here: the least protocol that can ask and see the end.
"""

from __future__ import annotations

import asyncio
from typing import cast

__all__ = ["Talker"]


class Talker(asyncio.BufferedProtocol):
    """`ask` sends bytes and waits for some to come back; `received` is what has come unasked."""

    def __init__(self) -> None:
        self._room = bytearray(64 * 1024)
        self.received = bytearray()
        self.ended = False
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        self.received += self._room[:nbytes]
        self._news.set()

    def eof_received(self) -> bool:
        self.ended = True
        self._news.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)
        self._news.set()

    async def ask(self, request: bytes) -> bytes:
        """What comes back first."""
        self.transport.write(request)
        return await self.read()

    async def read(self) -> bytes:
        """What has come, at least a byte; nothing at the end."""
        while not (self.received or self.ended or self.lost.done()):
            self._news.clear()
            await self._news.wait()
        taken = bytes(self.received)
        self.received.clear()
        return taken

    async def read_exactly(self, nbytes: int) -> bytes:
        """As many bytes."""
        taken = b""
        while len(taken) < nbytes:
            more = await self.read()
            assert more, f"the end came after {len(taken)} of {nbytes} bytes"
            taken += more
        return taken

    async def wait_lost(self) -> Exception | None:
        """Wait for the end; the error that it came with."""
        return await asyncio.shield(self.lost)
