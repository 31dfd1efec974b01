"""A server that says what a test wants said: in pieces, too late, not at all.

What belongs here: accepting, reading requests, and writing down what came. What is answered is the test's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from framewire._impl import BytesMut, RespDecoder
from framewire.errors import ProtocolError
from tests.waiting import until_in_loop

Answer = Callable[["Peer", list[bytes]], "bytes | None"]
"""What is said to a request: bytes, or nothing. It may hang up, or answer later."""

HELLO = b"%2\r\n$5\r\nproto\r\n:3\r\n$6\r\nserver\r\n$4\r\nfake\r\n"
OLD = b"-ERR unknown command 'HELLO'\r\n"


class Peer:
    """One connection of a client's. `number` counts them, from 1 on."""

    def __init__(self, number: int, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self._writer = writer

    def say(self, data: bytes) -> None:
        self._writer.write(data)

    def hang_up(self, *, reset: bool = False) -> None:
        if reset:
            self._writer.transport.abort()
        else:
            self._writer.close()


class ScriptedServer:
    """`host`, `port`, `url`; `requests` that came behind the handshakes; `peers` that connected, and those `open`."""

    host, port, url = "127.0.0.1", 0, ""
    stop_listening: Callable[[], None]

    def __init__(self, answer: Answer, greets: bool, refusal: bytes) -> None:
        self._answer = answer
        self._refusal = refusal
        self._greets = greets
        self.peers: list[Peer] = []
        self.requests: list[list[bytes]] = []
        self.open = self.most_open = 0
        self._serving: list[asyncio.Task[Any] | None] = []

    @property
    def connects(self) -> int:
        return len(self.peers)

    async def came(self, count: int) -> None:
        """Wait until so many requests are there."""
        await until_in_loop(lambda: len(self.requests) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(len(self.peers) + 1, writer)
        self.peers.append(peer)
        self._serving.append(asyncio.current_task())
        if self._refusal:
            peer.say(self._refusal)
            peer.hang_up()
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        with contextlib.suppress(OSError, ProtocolError):
            await self._listen(reader, peer)
        writer.close()
        self.open -= 1

    async def _listen(self, reader: asyncio.StreamReader, peer: Peer) -> None:
        decoder, buffer = RespDecoder("values"), BytesMut()
        while data := await reader.read(65536):
            buffer.extend(data)
            while (words := decoder.decode(buffer, self)) is not self:
                self._hear(peer, words)

    async def close(self) -> None:
        for _ in range(10):  # who was accepted just now has yet to be heard of
            for peer in self.peers:
                peer.hang_up(reset=True)
            await asyncio.sleep(0)
        await asyncio.gather(*filter(None, self._serving))

    def _hear(self, peer: Peer, words: list[bytes]) -> None:
        greeting = _greeting(words) if self._greets else None
        if greeting is None:
            self.requests.append(words)
            greeting = self._answer(peer, words)
        if greeting is not None:
            peer.say(greeting)


def _greeting(words: list[bytes]) -> bytes | None:
    """What is said to a handshake, if this belongs to one."""
    if words[0] == b"HELLO":
        return HELLO
    return b"+OK\r\n" if words[0] in (b"AUTH", b"SELECT", b"CLIENT") else None


@asynccontextmanager
async def scripted(
    answer: Answer, *, greets: bool = True, refusal: bytes = b"", **parameters: Any
) -> AsyncIterator[ScriptedServer]:
    """A server that answers so; with `greets` handshakes are dealt with and not asked for. With `refusal` it says that
    to whoever connects, and hangs up.
    """
    server = ScriptedServer(answer, greets, refusal)
    listening = await asyncio.start_server(server.serve, server.host, **parameters)
    server.stop_listening = listening.close
    server.port = listening.sockets[0].getsockname()[1]
    server.url = f"redis://{server.host}:{server.port}"
    try:
        yield server
    finally:
        await server.close()
        listening.close()


def silent(peer: Peer, words: list[bytes]) -> None:
    """No answer to anything."""


def pong(peer: Peer, words: list[bytes]) -> bytes:
    """The same to everything."""
    return b"+PONG\r\n"


@contextmanager
def no_complaints() -> Iterator[list[dict[str, Any]]]:
    """Require that the loop has nothing to complain of: no exception without a reader, none in a callback."""
    loop = asyncio.get_running_loop()
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    yield complaints
    gc.collect()
    loop.set_exception_handler(None)
    assert not complaints
