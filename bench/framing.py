"""Lines and length-delimited frames over a loopback socket: ours against asyncio's `StreamReader` and Python's files.

Another process sends the same bytes to whoever connects, as fast as the socket takes them; each reader counts frames to
the end of the stream. What is measured is the whole way of a frame, from the kernel to the caller.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bench.measure import Row
from framewire import DelimiterCodec, LengthDelimitedCodec, LinesCodec
from framewire import blocking as threads
from framewire.aio import connect
from framewire.aio.loops import new_event_loop

PAYLOAD = 40
COUNT = 300_000
ROUNDS = 7

Reader = Callable[[int], Awaitable[int]]

WIRES = {
    "lines": b"x" * PAYLOAD + b"\n",
    "items": b"x" * PAYLOAD + b"\r\n",
    "lengths": PAYLOAD.to_bytes(4, "big") + b"x" * PAYLOAD,
}
CODECS: dict[str, Callable[[], Any]] = {
    "lines": LinesCodec,
    "items": partial(DelimiterCodec, b"\r\n"),
    "lengths": LengthDelimitedCodec,
}
NAMES = {"lines": "line", "items": "item that ends with CRLF", "lengths": "length-delimited frame"}


# ---- the sender ------------------------------------------------------------------------------------------------------


@contextmanager
def sender(frame: bytes) -> Iterator[int]:
    """The port where another process sends `COUNT` times `frame` to whoever connects."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=send_to_all, args=(theirs, frame), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def send_to_all(pipe: Pipe, frame: bytes) -> None:
    """What the other process does."""
    data = frame * COUNT
    with socket.create_server(("127.0.0.1", 0)) as server:
        pipe.send(server.getsockname()[1])
        while True:
            client, _ = server.accept()
            with client:
                client.sendall(data)


# ---- ours ------------------------------------------------------------------------------------------------------------


async def one_by_one(codec: Callable[[], Any], port: int) -> int:
    """`await connection.read_frame()`."""
    count = 0
    async with await connect(codec(), "127.0.0.1", port) as connection:
        while await connection.read_frame() is not None:
            count += 1
    return count


async def async_for(codec: Callable[[], Any], port: int) -> int:
    """`async for frame in connection`."""
    count = 0
    async with await connect(codec(), "127.0.0.1", port) as connection:
        async for _ in connection:
            count += 1
    return count


async def in_batches(codec: Callable[[], Any], port: int) -> int:
    """`await connection.read_frames()`."""
    count = 0
    async with await connect(codec(), "127.0.0.1", port) as connection:
        while frames := await connection.read_frames():
            for _ in frames:
                count += 1
    return count


def blocking_one_by_one(codec: Callable[[], Any], port: int) -> int:
    """`connection.read_frame()` of `framewire.blocking`."""
    count = 0
    with threads.connect(codec(), "127.0.0.1", port) as connection:
        while connection.read_frame() is not None:
            count += 1
    return count


def blocking_in_batches(codec: Callable[[], Any], port: int) -> int:
    """`connection.read_frames()` of `framewire.blocking`."""
    count = 0
    with threads.connect(codec(), "127.0.0.1", port) as connection:
        while frames := connection.read_frames():
            for _ in frames:
                count += 1
    return count


# ---- the peers -------------------------------------------------------------------------------------------------------


async def readline(port: int) -> int:
    """`StreamReader.readline`."""
    count = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while await reader.readline():
        count += 1
    writer.close()
    return count


async def readuntil(port: int) -> int:
    """`StreamReader.readuntil`."""
    count = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            await reader.readuntil(b"\r\n")
            count += 1
    except asyncio.IncompleteReadError:
        writer.close()
    return count


async def readexactly(port: int) -> int:
    """`StreamReader.readexactly`, for the head and for the payload."""
    count = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            head = await reader.readexactly(4)
            await reader.readexactly(int.from_bytes(head, "big"))
            count += 1
    except asyncio.IncompleteReadError:
        writer.close()
    return count


def file_readline(port: int) -> int:
    """The lines of `socket.makefile("rb")`, which C reads."""
    with socket.create_connection(("127.0.0.1", port)) as sock, sock.makefile("rb") as file:
        return sum(1 for _ in iter(file.readline, b""))


def file_read(port: int) -> int:
    """`read` of `socket.makefile("rb")`, for the head and for the payload."""
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as sock, sock.makefile("rb") as file:
        while head := file.read(4):
            file.read(int.from_bytes(head, "big"))
            count += 1
    return count


ASYNC_PEERS: dict[str, tuple[str, Reader]] = {
    "lines": ("StreamReader.readline", readline),
    "items": ("StreamReader.readuntil", readuntil),
    "lengths": ("StreamReader.readexactly, twice", readexactly),
}
BLOCKING_PEERS = {"lines": ("makefile, readline", file_readline), "lengths": ("makefile, read, twice", file_read)}
ASYNC_WAYS = [("read_frame", one_by_one), ("async for", async_for), ("read_frames", in_batches)]
BLOCKING_WAYS = [("read_frame", blocking_one_by_one), ("read_frames", blocking_in_batches)]


# ---- the rounds ------------------------------------------------------------------------------------------------------


def on(loop: str, reader: Reader, port: int) -> int:
    """Run one reader on a fresh loop of the kind."""
    with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
        return int(runner.run(reader(port)))  # type: ignore[arg-type]


def per_frame(read: Callable[[], int]) -> float:
    """Nanoseconds per frame, connecting and closing included."""
    started = time.perf_counter_ns()
    assert read() == COUNT
    return (time.perf_counter_ns() - started) / COUNT


def medians(readers: list[Callable[[], int]]) -> list[float]:
    """Nanoseconds per frame of each, from interleaved rounds."""
    samples = [[per_frame(read) for read in readers] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*samples, strict=True)]


def rows() -> list[Row]:
    """Nanoseconds per frame of each kind, on each loop and in a thread, by each way of reading."""
    found = []
    for kind, wire in WIRES.items():
        with sender(wire) as port:
            for loop in ("asyncio", "uvloop"):
                peer, theirs = ASYNC_PEERS[kind]
                ours = [partial(on, loop, partial(way, CODECS[kind]), port) for _, way in ASYNC_WAYS]
                *mine, other = medians([*ours, partial(on, loop, theirs, port)])
                found += table(f"{NAMES[kind]}, {loop}", [name for name, _ in ASYNC_WAYS], mine, peer, other)
            if kind in BLOCKING_PEERS:
                peer, file_reader = BLOCKING_PEERS[kind]
                threaded = [partial(way, CODECS[kind], port) for _, way in BLOCKING_WAYS]
                *mine, other = medians([*threaded, partial(file_reader, port)])
                found += table(f"{NAMES[kind]}, blocking", [name for name, _ in BLOCKING_WAYS], mine, peer, other)
    return found


def table(work: str, ways: list[str], mine: list[float], peer: str, other: float) -> list[Row]:
    """A row for each way."""
    return [
        Row(f"{work}, {way}", peer, ours, other, f"{1e6 / ours:,.0f} against {1e6 / other:,.0f} k frames/s")
        for way, ours in zip(ways, mine, strict=True)
    ]


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
