"""TLS: 1 MiB frames read and written, against a blocking `ssl` loop (the floor) and asyncio's streams.

The peer is a process of its own that pours frames out, or swallows them, in blocking calls. Both ends encrypt on the
same machine, so the work of the peer is in every figure.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator

from bench.measure import Row
from framewire import LengthDelimitedCodec
from framewire.aio import connect
from framewire.aio.loops import new_event_loop

SIZE = 1024 * 1024
COUNT = 100
ROUNDS = 7
FRAME = bytes(range(256)) * (SIZE // 256)
WIRE = SIZE.to_bytes(4, "big") + FRAME

PEER = f"""
import contextlib, socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[1])
wire, block = ({SIZE}).to_bytes(4, "big") + bytes({SIZE}), bytearray({SIZE})
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        raw, _ = server.accept()
        with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as sock:
            if sock.recv(1) == b"r":  # they read
                for _ in range({COUNT}):
                    sock.sendall(wire)
                sock.recv(1)
            else:
                left = len(wire) * {COUNT}
                while left:
                    left -= sock.recv_into(block)
                sock.sendall(b"done")
"""


@contextlib.contextmanager
def peer() -> Iterator[tuple[int, ssl.SSLContext]]:
    """The peer's port, and a context that trusts it."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/cert.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                   "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        process = subprocess.Popen([sys.executable, "-c", PEER, key, certificate], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), ssl.create_default_context(cafile=certificate)
        finally:
            process.kill()
            process.communicate()


def floor(port: int, context: ssl.SSLContext, reading: bool) -> float:
    """Seconds that a blocking loop takes, with one reused block."""
    block = memoryview(bytearray(SIZE))
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost") as sock:
        sock.sendall(b"r" if reading else b"w")
        started = time.perf_counter()
        if reading:
            left = len(WIRE) * COUNT
            while left:
                left -= sock.recv_into(block)
        else:
            for _ in range(COUNT):
                sock.sendall(WIRE)
            assert sock.recv(4) == b"done"
        return time.perf_counter() - started


async def ours(port: int, context: ssl.SSLContext, reading: bool) -> float:
    """Seconds that `read_frame` or `write_frame` takes; every frame read is a `bytes` of its own."""
    async with await connect(
        LengthDelimitedCodec(), "127.0.0.1", port, ssl=context, server_hostname="localhost"
    ) as connection:
        connection._protocol.transport.write(b"r" if reading else b"w")  # not a frame
        started = time.perf_counter()
        if reading:
            for _ in range(COUNT):
                frame = await connection.read_frame()
                assert frame is not None and len(frame) == SIZE
        else:
            for _ in range(COUNT):
                await connection.write_frame(FRAME)
            while len(connection._inbound.rest) < 4:
                await connection._protocol.wait_readable()
        elapsed = time.perf_counter() - started
        connection.abort()
        return elapsed


async def streams(port: int, context: ssl.SSLContext, reading: bool) -> float:
    """Seconds that asyncio's streams take for the same."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="localhost", limit=2 * SIZE
    )
    writer.write(b"r" if reading else b"w")
    started = time.perf_counter()
    if reading:
        for _ in range(COUNT):
            length = int.from_bytes(await reader.readexactly(4), "big")
            assert len(await reader.readexactly(length)) == SIZE
    else:
        for _ in range(COUNT):
            writer.write(SIZE.to_bytes(4, "big"))
            writer.write(FRAME)
            await writer.drain()
        assert await reader.readexactly(4) == b"done"
    elapsed = time.perf_counter() - started
    writer.transport.abort()
    return elapsed


Measured = Callable[[int, ssl.SSLContext, bool], Awaitable[float]]


def on(loop: str, measured: Measured, port: int, context: ssl.SSLContext, reading: bool) -> float:
    """Run one measurement on a fresh loop of the kind."""

    async def main() -> float:
        return await measured(port, context, reading)

    with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
        return runner.run(main())


def rows() -> list[Row]:
    """Nanoseconds per 1 MiB frame over TLS on each loop, read and written, against the floor and against streams."""
    found = []
    with peer() as (port, context):
        for work, reading in (("read", True), ("written", False)):
            for loop in ("asyncio", "uvloop"):
                where = port, context, reading
                samples = [
                    (on(loop, ours, *where), floor(*where), on(loop, streams, *where)) for _ in range(ROUNDS)
                ]
                mine, raw, other = (statistics.median(column) / COUNT * 1e9 for column in zip(*samples, strict=True))
                rate = f"{SIZE / mine * 1e3:,.0f} MB/s"
                found.append(Row(f"1 MiB frame {work} over TLS, {loop}", "blocking ssl", mine, raw, rate))
                found.append(Row(f"1 MiB frame {work} over TLS, {loop}", "asyncio streams", mine, other, rate))
    return found


if __name__ == "__main__":
    from bench.measure import show

    show(rows())
