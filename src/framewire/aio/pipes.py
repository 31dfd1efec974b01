"""Connections over pipes: `connect_pipes` for two that are there, `open_subprocess` for those of a child process.

What belongs here: one transport made of two. A pipe carries bytes one way, so there are two transports below, each with
callbacks and an end of its own; `PipeTransport` is what the `StreamProtocol` sees of them.

    Connection -- StreamProtocol -- PipeTransport --+-- _ReadEnd  <-- read pipe   (a child's stdout)
                                                    +-- _WriteEnd --> write pipe  (a child's stdin)

Either end may go first. When nobody reads what we write, writing fails and reading goes on; what we read ends as a
stream ends, and writing goes on. The connection is lost when both ends are.
"""

from __future__ import annotations

import asyncio
import os
import stat
from types import TracebackType
from typing import IO, Any, TypeVar, cast

from framewire._framed import DEFAULT_HIGH_WATER
from framewire.aio.connection import Connection
from framewire.aio.protocol import StreamProtocol
from framewire.codec import Codec, check_codec

__all__ = ["PipeTransport", "SubprocessConnection", "connect_pipes", "open_subprocess"]

F = TypeVar("F")


async def connect_pipes(
    codec: Codec[F],
    read_pipe: IO[Any] | None,
    write_pipe: IO[Any] | None,
    *,
    high_water: int = DEFAULT_HIGH_WATER,
) -> Connection[F]:
    """Read frames from `read_pipe` and write them to `write_pipe`, both open files (`sys.stdin`, `sys.stdout`).

    Either may be `None`: reading is then at its end, or writing raises `ConnectionClosedError`. The files belong to the
    connection from here on and are made non-blocking. They are pipes, sockets or terminals; raises `ValueError` for
    anything else, such as a file on disk, which is then left open. They must suit the loop: on Windows, pipes that were
    made for overlapped use.
    """
    check_codec(codec)
    for file in (read_pipe, write_pipe):
        if file is not None:
            _check_pipe(file)
    protocol = StreamProtocol(high_water=high_water)
    await _join(protocol, read_pipe, write_pipe)
    return Connection(protocol, codec)


async def open_subprocess(
    codec: Codec[F], program: str, *args: str, high_water: int = DEFAULT_HIGH_WATER, **options: Any
) -> SubprocessConnection[F]:
    """Start `program`; what is written goes to its standard input, what is read comes from its standard output.

    `options` are those of `asyncio.create_subprocess_exec` (`cwd`, `env`, `stderr`, ...). Raises `OSError` where the
    program cannot be started. Not on Windows.
    """
    check_codec(codec)
    process, read_pipe, write_pipe = await _start(program, args, options)
    protocol = StreamProtocol(high_water=high_water)
    try:
        await _join(protocol, read_pipe, write_pipe)
    except BaseException:
        _kill(process)
        await process.wait()
        raise
    return SubprocessConnection(protocol, codec, process)


class SubprocessConnection(Connection[F]):
    """A connection with a child process; made by `open_subprocess`.

    `process` is asyncio's: `pid`, `returncode`, `wait()`, `send_signal()`, `kill()`, `stderr`. `write_eof()` closes the
    child's input, `close()` its output too. Leaving an `async with` block closes both and waits until the child has
    exited; when the block fails or is cancelled, the child is killed.
    """

    def __init__(self, protocol: StreamProtocol, codec: Codec[F], process: asyncio.subprocess.Process) -> None:
        super().__init__(protocol, codec)
        self.process = process

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if exc_type is not None:
            _kill(self.process)
            self.abort()  # children of the child may hold the pipes, and never read
        try:
            await super().__aexit__(exc_type, exc, traceback)
            await self.process.wait()
        except asyncio.CancelledError:
            _kill(self.process)
            await self.process.wait()
            raise


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()


def _check_pipe(file: IO[Any]) -> None:
    """Refuse what no loop can wait for; uvloop would end the process."""
    mode = os.fstat(file.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or file.isatty()):
        raise ValueError(f"{file!r} is no pipe, socket or terminal")


async def _start(
    program: str, args: tuple[str, ...], options: dict[str, Any]
) -> tuple[asyncio.subprocess.Process, IO[bytes], IO[bytes]]:
    """The child, and our ends of its output and its input.

    The pipes are ours, not those of asyncio's subprocess transport: that one reads a child's output as if nobody minded
    the copies, and its ends cannot be given a protocol of their own.
    """
    theirs: list[int] = []
    ours: list[IO[bytes]] = []
    try:
        for mode in ("rb", "wb"):
            read_end, write_end = os.pipe()
            our_end, their_end = (read_end, write_end) if mode == "rb" else (write_end, read_end)
            ours.append(os.fdopen(our_end, mode, buffering=0))
            theirs.append(their_end)
        process = await asyncio.create_subprocess_exec(program, *args, stdin=theirs[1], stdout=theirs[0], **options)
    except BaseException:
        for file in ours:
            file.close()
        raise
    finally:
        for descriptor in theirs:
            os.close(descriptor)
    return process, ours[0], ours[1]


async def _join(protocol: StreamProtocol, read_pipe: IO[Any] | None, write_pipe: IO[Any] | None) -> None:
    """Make `protocol` the protocol of both pipes, wholly or not at all.

    Cancelling does not reach the loop: half-way, it is unclear whether uvloop or we would have to close a file.
    """
    joined = PipeTransport(protocol)
    joining = asyncio.ensure_future(joined.connect(read_pipe, write_pipe))
    try:
        await asyncio.shield(joining)
    except asyncio.CancelledError:
        joining.add_done_callback(lambda _: joined.abort())
        raise


class PipeTransport(asyncio.Transport):
    """A transport that reads and one that writes, as one. An end that is gone, or never was, takes no part."""

    def __init__(self, protocol: StreamProtocol) -> None:
        super().__init__()
        self._protocol = protocol
        self._closing = False
        self._opened = False
        self.read_end: asyncio.ReadTransport | None = None
        self.write_end: asyncio.WriteTransport | None = None

    async def connect(self, read_pipe: IO[Any] | None, write_pipe: IO[Any] | None) -> None:
        """Open both ends. The writing end first: bytes may arrive as soon as we can read."""
        loop, protocol = asyncio.get_running_loop(), self._protocol
        unowned = [pipe for pipe in (write_pipe, read_pipe) if pipe is not None]
        try:
            if write_pipe is not None:
                await loop.connect_write_pipe(lambda: _WriteEnd(self, protocol), write_pipe)
                unowned.remove(write_pipe)
            if read_pipe is not None:
                await loop.connect_read_pipe(lambda: _ReadEnd(self, protocol), read_pipe)
        except BaseException:
            self.abort()
            for pipe in unowned:
                pipe.close()
            raise
        if read_pipe is None:
            self.open()
            protocol.eof_received()
        if write_pipe is None:
            protocol.output_lost(None)

    # -- the ends call these ------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Both ends are there: from here on the protocol is told of what happens."""
        self._opened = True
        self._protocol.connection_made(self)

    def read_end_lost(self, exc: Exception | None) -> None:
        """Nothing more can be read. Without an end of the stream before it that is a failure of both directions."""
        self.read_end = None
        if self.write_end is None:
            self._lose(exc)
        elif exc is not None:
            self._protocol.error = exc
            self.abort()

    def write_end_lost(self, exc: Exception | None) -> None:
        """Nothing more can be written; what the other side has sent can still be read."""
        self.write_end = None
        if self.read_end is None:
            self._lose(exc)
        else:
            self._protocol.output_lost(exc)

    def _lose(self, exc: Exception | None) -> None:
        self._closing = True
        if self._opened:
            self._protocol.connection_lost(exc)

    # -- reading ------------------------------------------------------------------------------------------------------

    def is_reading(self) -> bool:
        return self.read_end is not None and self.read_end.is_reading()

    def pause_reading(self) -> None:
        if self.read_end is not None:
            self.read_end.pause_reading()

    def resume_reading(self) -> None:
        if self.read_end is not None:
            self.read_end.resume_reading()

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.write_end is not None:
            self.write_end.write(data)

    def writelines(self, list_of_data: Any) -> None:
        if self.write_end is not None:
            self.write_end.writelines(list_of_data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        """Close the writing end once all is sent: that is how a pipe ends."""
        if self.write_end is not None:
            self.write_end.close()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if self.write_end is not None:
            self.write_end.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return 0 if self.write_end is None else self.write_end.get_write_buffer_size()

    # -- both ---------------------------------------------------------------------------------------------------------

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the writing end knows, else the reading end: `pipe` is the file that is written to."""
        for end in (self.write_end, self.read_end):
            if end is not None and (found := end.get_extra_info(name)) is not None:
                return found
        return default

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Read no more, and close the writing end once all is sent."""
        self._closing = True
        if self.read_end is not None:
            self.read_end.close()
        self.write_eof()

    def abort(self) -> None:
        """Close both ends at once.

        asyncio's pipe calls `connection_lost` for each `abort()`, and for what came before it: so none is due where it
        closes and has nothing left to send, for then it is about to call already.
        """
        self._closing = True
        if self.read_end is not None:
            self.read_end.close()
        output = self.write_end
        if output is not None and (output.get_write_buffer_size() or not output.is_closing()):
            output.abort()


class _ReadEnd(asyncio.BufferedProtocol):
    """The reading pipe's protocol. uvloop fills our buffer; asyncio calls `data_received`, whatever the protocol."""

    def __init__(self, joined: PipeTransport, protocol: StreamProtocol) -> None:
        self._joined = joined
        self._protocol = protocol
        self.get_buffer = protocol.get_buffer  # type: ignore[method-assign]
        self.buffer_updated = protocol.buffer_updated  # type: ignore[method-assign]
        self.data_received = protocol.data_received

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._joined.read_end = cast("asyncio.ReadTransport", transport)
        self._joined.open()

    def eof_received(self) -> None:
        self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._joined.read_end_lost(exc)


class _WriteEnd(asyncio.Protocol):
    """The writing pipe's protocol. That a pipe has no reader any more, uvloop learns by reading: hence a `Protocol`."""

    def __init__(self, joined: PipeTransport, protocol: StreamProtocol) -> None:
        self._joined = joined
        self._protocol = protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._joined.write_end = cast("asyncio.WriteTransport", transport)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._joined.write_end_lost(exc)
