"""Large payloads are not copied, counted byte by byte, on whichever loop and transport.

Receiving is counted by address: what the kernel (or OpenSSL) put into the block of the object that the caller gets was
not copied by us. That block grows while bytes arrive; that the system then moves pages instead of copying bytes is
seen in the last test, by the peak of a process: a copy would need the old place and the new one at once. Sending is
counted by what the transport was left with, and by that peak.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire import LengthDelimitedCodec, RespCodec, implementation
from framewire._framed import DEFAULT_HIGH_WATER, READ_SIZE
from framewire.aio import Connection, connect, connect_pipes, listen
from framewire.aio.inbound import Inbound
from framewire.aio.vectored import SMALL_PIECE
from framewire.frames.resp import Bulk
from tests.aio.test_pipes import pipe_files
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]

MiB = 1024 * 1024
SIZE = 8 * MiB
PAYLOAD = bytes(range(256)) * (SIZE // 256)

native = pytest.mark.skipif(implementation != "native", reason="the plain twin copies once, as it says")


class Landings:
    """Where one connection receives bytes: how many in the block that an expected payload has to itself."""

    def __init__(self, inbound: Inbound, monkeypatch: pytest.MonkeyPatch) -> None:
        self.received = self.landed = 0
        self.block = 0  # where that block begins
        lease, commit = Inbound.lease, Inbound.commit

        def lease_and_note(which: Inbound, sizehint: int = -1) -> memoryview:
            view = lease(which, sizehint)
            if which is inbound and inbound.rest.expected:
                self.block = ctypes.addressof(ctypes.c_char.from_buffer(view)) - len(inbound.rest)
            return view

        def commit_and_note(which: Inbound, nbytes: int) -> Any:
            if which is inbound:
                self.received += nbytes
                self.landed += nbytes if inbound.rest.expected else 0
            return commit(which, nbytes)

        monkeypatch.setattr(Inbound, "lease", lease_and_note)
        monkeypatch.setattr(Inbound, "commit", commit_and_note)


def address(data: bytes) -> int:
    """Where the bytes of `data` lie."""
    return ctypes.cast(data, ctypes.c_void_p).value or 0


class Ends:
    """Two joined connections of a kind, and what has to be closed after them."""

    def __init__(self, kind: str, codec: Callable[[], Any], tls: tuple[Any, Any]) -> None:
        self.kind, self.codec, self.tls = kind, codec, tls
        self.accepted: asyncio.Future[Connection[Any]] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> tuple[Connection[Any], Connection[Any]]:
        codec, (server, client) = self.codec, self.tls
        self.listener = None
        if self.kind == "unix":
            near, far = socket.socketpair()
            self.pair = await connect(codec(), sock=near), await connect(codec(), sock=far)
        elif self.kind == "pipe":
            read_pipe, write_pipe = pipe_files()
            self.pair = await connect_pipes(codec(), None, write_pipe), await connect_pipes(codec(), read_pipe, None)
        else:
            options = ({}, {}) if self.kind == "tcp" else ({"ssl": server}, {"ssl": client})
            self.listener = await listen(self._accept, codec, "127.0.0.1", 0, **options[0])
            near = await connect(codec(), "127.0.0.1", self.listener.port, **options[1], **self._name())
            self.pair = near, await self.accepted
        return self.pair

    def _name(self) -> dict[str, str]:
        return {"server_hostname": "localhost"} if self.kind == "tls" else {}

    async def _accept(self, connection: Connection[Any]) -> None:
        self.accepted.set_result(connection)
        await connection.wait_closed()

    async def __aexit__(self, *_: object) -> None:
        for connection in self.pair:
            connection.abort()
            await connection.wait_closed()
        if self.listener is not None:
            self.listener.close()
            await self.listener.wait_closed()


CODECS = [
    pytest.param(lambda: LengthDelimitedCodec(max_frame_length=1 << 30), lambda data: data, id="length-delimited"),
    pytest.param(RespCodec, Bulk, id="resp"),
]


@native
@pytest.mark.parametrize("kind", ["tcp", "unix", "tls", "pipe"])
@pytest.mark.parametrize(("codec", "frame"), CODECS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_received_bytes_land_in_the_object_that_the_caller_gets(
    run: Run, tls: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch, kind: str, codec: Any, frame: Any, when: str
) -> None:
    """All but what came together with the head, or before anybody read: that is at most what may wait unread."""

    async def main() -> None:
        if kind == "pipe" and type(asyncio.get_running_loop()).__module__.startswith("asyncio."):
            pytest.skip("asyncio's pipes read into bytes of their own")
        async with Ends(kind, codec, tls) as (near, far):
            landings = Landings(far._inbound, monkeypatch)
            writing = asyncio.ensure_future(near.write_frame(frame(PAYLOAD)))
            if when == "after":
                await until_in_loop(lambda: len(far._inbound.rest) >= DEFAULT_HIGH_WATER)
            received = await far.read_frame()
            payload = received.data if isinstance(received, Bulk) else received
            assert payload == PAYLOAD
            assert landings.block == address(payload)
            copied = SIZE - landings.landed
            assert copied <= (READ_SIZE if when == "before" else 2 * DEFAULT_HIGH_WATER)
            assert landings.received >= SIZE  # the counting itself is whole
            await writing

    run(main())


class SlowSink:
    """A plain socket that reads what it is sent, with rests, in a thread."""

    def __init__(self) -> None:
        self.near, self._far = socket.socketpair()
        self.taken = 0
        self.thread = threading.Thread(target=self._read)
        self._block = bytearray(256 * 1024)

    def _read(self) -> None:
        while nbytes := self._far.recv_into(self._block):
            self.taken += nbytes
            time.sleep(0.0005)
        self._far.close()


class Counting:
    """A transport in front of another one, which counts the bytes that were left in it: those it had to copy."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.copied = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: Any) -> None:
        before = self._transport.get_write_buffer_size()
        self._transport.write(data)
        self.copied += max(0, self._transport.get_write_buffer_size() - before)


def test_sent_bytes_are_not_copied(run: Run) -> None:
    """A transport that keeps references is given the payload; one that copies gets no more than a small part of it."""

    async def main() -> None:
        sink = SlowSink()
        connection = await connect(LengthDelimitedCodec(), sock=sink.near)
        outbound = connection._protocol.outbound
        outbound.transport = counting = Counting(outbound.transport)  # type: ignore[assignment]
        sink.thread.start()
        try:
            await connection.write_frame(PAYLOAD)
        finally:
            connection.close()
            await connection.wait_closed()
            await asyncio.to_thread(sink.thread.join)
        assert sink.taken == SIZE + 4
        if outbound._copies:
            assert sys.version_info < (3, 12)
            assert counting.copied <= max(SIZE // 5, 8 * SMALL_PIECE)
        else:
            assert counting.copied == 0  # all went through writelines

    run(main())


MEASURED = """
import asyncio, pathlib, re, ssl, sys
from framewire import LengthDelimitedCodec
from framewire.aio import connect
from framewire.aio.loops import new_event_loop

loop, direction, port, certificate = sys.argv[1:]
SIZE = 64 * 1024 * 1024

def peak():
    status = pathlib.Path("/proc/self/status").read_text()  # ru_maxrss begins with that of the process that forked us
    return int(re.search("VmHWM:\\s+(\\d+)", status)[1]) * 1024

async def main():
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    hostname = "localhost" if certificate else None
    codec = LengthDelimitedCodec(max_frame_length=2 * SIZE)
    async with await connect(codec, "127.0.0.1", int(port), ssl=context, server_hostname=hostname) as connection:
        for _ in range(3):
            await connection.write_frame(bytes(300_000))  # whatever is allocated once
            await connection.read_frame()
        frame = b"\\1" * (SIZE if direction == "send" else 1)
        before = peak()
        await connection.write_frame(frame)
        frame = await connection.read_frame()
        print(len(frame), peak() - before)

with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
    runner.run(main())
"""


@pytest.mark.thorough
@native
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("direction", ["send", "receive"])
@pytest.mark.parametrize("kind", ["tcp", "tls"])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_peak_of_a_process_is_its_payload(
    loop: str, kind: str, direction: str, tls: tuple[Any, Any], certificate: str
) -> None:
    """In a process of its own that sends, or receives, 64 MiB: the peak grows by what is received, and little more."""
    if loop == "uvloop":
        pytest.importorskip("uvloop")

    async def answer(connection: Connection[bytes]) -> None:
        for _ in range(3):
            await connection.write_frame(await connection.read_frame() or b"")
        frame = await connection.read_frame()
        await connection.write_frame(bytes(64 * MiB) if direction == "receive" else b"ok")
        assert frame is not None

    async def main() -> list[bytes]:
        context = tls[0] if kind == "tls" else None
        codec = lambda: LengthDelimitedCodec(max_frame_length=1 << 30)  # noqa: E731
        async with await listen(answer, codec, "127.0.0.1", 0, ssl=context) as listener:
            arguments = [loop, direction, str(listener.port), certificate if kind == "tls" else ""]
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", MEASURED, *arguments, stdout=subprocess.PIPE
            )
            output, _ = await process.communicate()
            return output.split()

    received, grown = map(int, asyncio.run(main()))
    payload = 64 * MiB if direction == "receive" else 0
    assert received == (64 * MiB if direction == "receive" else 2)
    assert grown - payload < 6 * MiB, f"{(grown - payload) / MiB:.1f} MiB beside the payload"
