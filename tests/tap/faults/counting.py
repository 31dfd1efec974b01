"""A server that counts, clients that speak in bytes, and time that stands still.

What belongs here: what stands at either end of a fault proxy in its tests.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from framewire.aio.connection import Connection
from framewire.aio.listen import listen
from framewire.codecs.resp import RespServerCodec
from framewire.errors import ConnectionClosedError, IncompleteFrame
from framewire.tap.faults.proxy import FaultProxy

__all__ = ["Client", "Counting", "StillTime", "counting", "through"]


class Counting:
    """Answers the nth request, whatever it is, with `:n`; `BIG n` with n bytes and `END` by closing behind `+bye`."""

    url: str

    def __init__(self) -> None:
        self.requests: list[list[bytes]] = []
        self.ends: list[str] = []  # how connections ended: an "end", one "inside" a request, or "lost"

    async def serve(self, connection: Connection[Any]) -> None:
        try:
            async for request in connection:
                self.requests.append(request)
                await connection.write_frame(self.answer(request))
                if request == [b"END"]:
                    break
        except ConnectionClosedError:
            self.ends.append("lost")
        except IncompleteFrame:
            self.ends.append("inside")
        else:
            self.ends.append("end")

    def answer(self, request: list[bytes]) -> Any:
        if request[0] == b"BIG":
            return b"x" * int(request[1])
        return b"bye" if request == [b"END"] else len(self.requests)


@contextlib.asynccontextmanager
async def counting(path: str | None = None) -> AsyncIterator[Counting]:
    """Such a server on a free port, or at `path`."""
    server = Counting()
    where: dict[str, Any] = {"host": "127.0.0.1", "port": 0} if path is None else {"path": path}
    async with await listen(server.serve, RespServerCodec, **where) as listener:
        server.url = f"redis://127.0.0.1:{listener.port}/0" if path is None else f"unix://{path}"
        yield server


@contextlib.asynccontextmanager
async def through(program: str, **options: Any) -> AsyncIterator[tuple[Counting, FaultProxy]]:
    """A `Counting` server with a proxy in front of it."""
    async with counting() as server, FaultProxy(server.url, program, **options) as proxy:
        yield server, proxy


class Client:
    """A connection through the proxy, in bytes."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy

    async def __aenter__(self) -> Client:
        self.reader, self.writer = await asyncio.open_connection(self.proxy.host, self.proxy.port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def receive(self, count: int) -> bytes:
        return await self.reader.readexactly(count)

    async def rest(self) -> bytes | str:
        """All bytes up to the end; "reset" where that is one."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return "reset"


class StillTime:
    """Time that passes only by `advance`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[float] = []  # how long sleeps were to be
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.asked.append(round(seconds, 6))
        waiting = asyncio.get_running_loop().create_future()
        self._sleeping.append((self.now + seconds, waiting))
        await waiting

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for due, waiting in self._sleeping:
            if due <= self.now + 1e-9 and not waiting.done():
                waiting.set_result(None)
