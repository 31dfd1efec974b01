"""Echo servers on loopback: `async for` and `write_frame` against asyncio's streams and a hand-written protocol.

Each server is a process of its own that sends every frame back; here is who asks, in blocking calls that know no
frames. "Pipelined": two windows of frames are always on their way. "Ping-pong": one frame, and the next when it is
back. The note is the CPU time of the server's process for a frame, ours and theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bench.measure import Row
from framewire import LengthDelimitedCodec, LinesCodec
from framewire.aio import Connection, listen
from framewire.aio.loops import new_event_loop

SIZE = 50
WIRES = {"lines": b"x" * (SIZE - 1) + b"\n", "lengths": (SIZE - 4).to_bytes(4, "big") + b"x" * (SIZE - 4)}
WINDOW = 1_000
WINDOWS = 60
EXCHANGES = 4_000
ROUNDS = 7

Work = Callable[[socket.socket, bytes], int]


# ---- the servers: each returns its port ------------------------------------------------------------------------------


def ours(codec: Callable[[], Any]) -> Callable[[], Awaitable[int]]:
    """What the documentation shows first."""

    async def echo(connection: Connection[Any]) -> None:
        async for frame in connection:
            await connection.write_frame(frame)

    return lambda: _listening(echo, codec)


def ours_fed(codec: Callable[[], Any]) -> Callable[[], Awaitable[int]]:
    """For who thinks about batches."""

    async def echo(connection: Connection[Any]) -> None:
        while frames := await connection.read_frames():
            for frame in frames:
                connection.feed_frame(frame)
            await connection.flush()

    return lambda: _listening(echo, codec)


async def _listening(handler: Callable[[Connection[Any]], Awaitable[None]], codec: Callable[[], Any]) -> int:
    listener = await listen(handler, codec, "127.0.0.1", 0)
    return listener.port


async def lines_by_streams() -> int:
    """`readline`, `write`, `drain`."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    return _port(await asyncio.start_server(echo, "127.0.0.1", 0))


async def lengths_by_streams() -> int:
    """`readexactly` for the head and for the payload, `write`, `drain`."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(4)
                writer.write(head + await reader.readexactly(int.from_bytes(head, "big")))
                await writer.drain()
        writer.close()

    return _port(await asyncio.start_server(echo, "127.0.0.1", 0))


class ByHand(asyncio.Protocol):
    """What a protocol written for this one purpose does: cut all that came, write once."""

    def __init__(self) -> None:
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport


class LinesByHand(ByHand):
    """Lines, which are made anew: an echo that looked at nothing would be no measure."""

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if lines:
            self._transport.write(b"".join([line + b"\n" for line in lines]))


class LengthsByHand(ByHand):
    """Lengths."""

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        at, out = 0, []
        while at + 4 <= len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            if end > len(data):
                break
            payload = data[at + 4 : end]
            out += [len(payload).to_bytes(4, "big"), payload]
            at = end
        self._rest = data[at:]
        if out:
            self._transport.write(b"".join(out))


async def lines_by_hand() -> int:
    """`LinesByHand`."""
    return _port(await asyncio.get_running_loop().create_server(LinesByHand, "127.0.0.1", 0))


async def lengths_by_hand() -> int:
    """`LengthsByHand`."""
    return _port(await asyncio.get_running_loop().create_server(LengthsByHand, "127.0.0.1", 0))


def _port(server: asyncio.Server) -> int:
    number: int = server.sockets[0].getsockname()[1]
    return number


SERVERS: dict[str, dict[str, Callable[[], Awaitable[int]]]] = {
    "lines": {
        "async for + write_frame": ours(LinesCodec),
        "read_frames + feed_frame": ours_fed(LinesCodec),
        "StreamReader/StreamWriter": lines_by_streams,
        "a hand-written protocol": lines_by_hand,
    },
    "lengths": {
        "async for + write_frame": ours(LengthDelimitedCodec),
        "read_frames + feed_frame": ours_fed(LengthDelimitedCodec),
        "StreamReader/StreamWriter": lengths_by_streams,
        "a hand-written protocol": lengths_by_hand,
    },
}
WAYS = ["async for + write_frame", "read_frames + feed_frame"]
PEERS = ["StreamReader/StreamWriter", "a hand-written protocol"]


# ---- a server's process ----------------------------------------------------------------------------------------------


@dataclass
class Served:
    """A server in another process: where it is, and how much CPU it has taken."""

    port: int
    pipe: Pipe

    def cpu(self) -> float:
        """Seconds, user and system."""
        self.pipe.send(None)
        return float(self.pipe.recv())


@contextlib.contextmanager
def served(loop: str, kind: str, name: str) -> Iterator[Served]:
    """One of `SERVERS`, on a loop of the kind."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, loop, kind, name), daemon=True)
    process.start()
    try:
        yield Served(pipe.recv(), pipe)
    finally:
        process.terminate()
        process.join()


def serve(pipe: Pipe, loop: str, kind: str, name: str) -> None:
    """What the other process does."""

    def tell_cpu() -> None:
        while True:
            pipe.recv()
            pipe.send(time.process_time())

    async def main() -> None:
        pipe.send(await SERVERS[kind][name]())
        threading.Thread(target=tell_cpu, daemon=True).start()
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
        runner.run(main())


# ---- who asks --------------------------------------------------------------------------------------------------------


def pipelined(sock: socket.socket, wire: bytes) -> int:
    """Frames there and back; two windows are on their way."""
    window = wire * WINDOW
    sock.sendall(window)
    for _ in range(WINDOWS - 1):
        sock.sendall(window)
        receive(sock, len(window))
    receive(sock, len(window))
    return WINDOW * WINDOWS


def ping_pong(sock: socket.socket, wire: bytes) -> int:
    """One frame after the other."""
    for _ in range(EXCHANGES):
        sock.sendall(wire)
        receive(sock, len(wire))
    return EXCHANGES


def receive(sock: socket.socket, nbytes: int) -> None:
    """Take as many bytes."""
    while nbytes:
        data = sock.recv(min(nbytes, 256 * 1024))
        assert data
        nbytes -= len(data)


def measured(server: Served, work: Work, wire: bytes) -> tuple[float, float]:
    """Nanoseconds for each frame: of time, and of the server's CPU."""
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        work(sock, wire)
        cpu, started = server.cpu(), time.perf_counter()
        count = work(sock, wire)
        took = time.perf_counter() - started
        return took / count * 1e9, (server.cpu() - cpu) / count * 1e9


def rows() -> list[Row]:
    """Nanoseconds for each frame, of each kind, on each loop."""
    found = []
    for kind in SERVERS:
        for loop in ("asyncio", "uvloop"):
            for work, title in ((pipelined, "pipelined echo"), (ping_pong, "ping-pong")):
                found += _rows(f"{title} of {SIZE}-byte frames ({kind}), {loop}", loop, kind, work)
    return found


def _rows(title: str, loop: str, kind: str, work: Work) -> list[Row]:
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(served(loop, kind, name)) for name in SERVERS[kind]}
        samples = [
            {name: measured(server, work, WIRES[kind]) for name, server in servers.items()} for _ in range(ROUNDS)
        ]
    medians = {
        name: tuple(statistics.median(sample[name][at] for sample in samples) for at in (0, 1)) for name in servers
    }
    ways = WAYS if work is pipelined else WAYS[:1]
    return [
        Row(
            f"{title}, {way}", peer, medians[way][0], medians[peer][0],
            f"{1e6 / medians[way][0]:,.0f} against {1e6 / medians[peer][0]:,.0f} k frames/s; "
            f"CPU {medians[way][1] / 1e3:.1f} / {medians[peer][1] / 1e3:.1f} us",
        )
        for way in ways
        for peer in PEERS
    ]  # fmt: skip


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
