"""A server that does what a test says with each request: answers, stays silent, goes away.

What belongs here: that server, on the loop of the test. Real ones are in `tests/against`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from framewire import BytesMut
from framewire.cli.bench.target import Target
from framewire.codecs.resp import RespDecoder
from tests.waiting import until_in_loop


class Gone(Exception):
    """Raised by a script that closes the connection."""


@dataclass
class Scripted:
    """`answer(request)` is called for each, INFO excepted, and returns what is sent."""

    answer: Callable[[list[bytes]], bytes]
    target: Target = field(default_factory=Target)
    connections: int = 0
    open: int = 0  # of those, now
    requests: list[list[bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        decoder, received = RespDecoder("requests"), BytesMut()
        try:
            while data := await reader.read(65536):
                received.extend(data)
                for request in decoder.decode_batch(received, 1 << 20):
                    writer.write(self.reply(request))
        except (Gone, ConnectionError):
            pass
        finally:
            writer.close()
            self.open -= 1

    def reply(self, request: list[bytes]) -> bytes:
        if request[0] == b"INFO":
            return b"$-1\r\n"
        self.requests.append(request)
        return self.answer(request)


@asynccontextmanager
async def scripted(answer: Callable[[list[bytes]], bytes]) -> AsyncIterator[Scripted]:
    """A server on loopback that answers by the script."""
    script = Scripted(answer)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.target = Target("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        yield script
    finally:
        server.close()
        await until_in_loop(lambda: not script.open)
