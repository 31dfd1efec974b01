"""Connections over pipes and with child processes, on both loops: frames, ends, exit codes, back-pressure."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from framewire import (
    Bytes,
    ConnectionClosedError,
    IncompleteFrame,
    LengthDelimitedCodec,
    LinesCodec,
    RawCodec,
    RespCodec,
)
from framewire._framed import DEFAULT_HIGH_WATER
from framewire.aio import Connection, connect_pipes, open_subprocess
from framewire.aio.pipes import PipeTransport
from framewire.aio.protocol import StreamProtocol
from framewire.frames.resp import Bulk, Integer

Run = Callable[[Awaitable[None]], None]

LINES = [b"", b"one", b"x" * 50_000, b"last"]
FRAMES = [b"", b"one", bytes(range(256)) * 300, bytes(5_000_000), b"last"]


SLEEPERS = "echo $$; sleep 60 & echo $!; wait"


def python(program: str) -> tuple[str, ...]:
    return sys.executable, "-c", program


def pipe_files() -> tuple[Any, Any]:
    read_end, write_end = os.pipe()
    return os.fdopen(read_end, "rb", buffering=0), os.fdopen(write_end, "wb", buffering=0)


async def crossed_pipes(codec: Callable[[], Any]) -> tuple[Connection[Any], Connection[Any]]:
    (one_in, other_out), (other_in, one_out) = pipe_files(), pipe_files()
    return await connect_pipes(codec(), one_in, one_out), await connect_pipes(codec(), other_in, other_out)


async def exchange(connection: Connection[Any], frames: list[Any]) -> None:
    """Write all while reading all, then end."""

    async def write() -> None:
        for frame in frames:
            await connection.write_frame(frame)
        connection.write_eof()

    writing = asyncio.ensure_future(write())
    assert [frame async for frame in connection] == frames
    await writing


@pytest.mark.parametrize(("codec", "frames"), [(LinesCodec, LINES), (LengthDelimitedCodec, FRAMES)])
def test_cat_sends_frames_back_and_ends_when_we_end(run: Run, codec: Any, frames: list[bytes]) -> None:
    async def main() -> None:
        async with await open_subprocess(codec(), "cat") as child:
            await exchange(child, frames)
        assert child.process.returncode == 0

    run(main())


def test_a_child_that_speaks_frames_itself(run: Run) -> None:
    """A Python child that reads lengths and payloads, and answers each with its size in reverse order."""
    program = """
import sys
sizes, read = [], sys.stdin.buffer.read
while head := read(4):
    sizes.append(len(read(int.from_bytes(head, "big"))))
for size in reversed(sizes):
    sys.stdout.buffer.write(len(str(size)).to_bytes(4, "big") + str(size).encode())
raise SystemExit(7)
"""

    async def main() -> None:
        async with await open_subprocess(LengthDelimitedCodec(), *python(program)) as child:
            for frame in FRAMES:
                await child.write_frame(frame)
            child.write_eof()
            assert [int(frame) async for frame in child] == [len(frame) for frame in reversed(FRAMES)]
        assert child.process.returncode == 7

    run(main())


def test_a_child_that_exits_inside_a_frame(run: Run) -> None:
    async def main() -> None:
        async with await open_subprocess(RespCodec(), *python("print('$5\\r\\nhel', end='')")) as child:
            with pytest.raises(IncompleteFrame):
                await child.read_frame()

    run(main())


def test_what_a_child_wrote_can_be_read_after_it_has_died(run: Run) -> None:
    """It takes none of our output; writing fails, and all of its own output is still there."""
    program = "import os; os.close(0); print('a' * 200_000); print('b')"

    async def main() -> None:
        async with await open_subprocess(LinesCodec(max_length=300_000), *python(program)) as child:
            with pytest.raises(ConnectionClosedError):
                for _ in range(10_000):
                    await asyncio.wait_for(child.write_frame(b"x" * 60_000), 60)
            assert [len(line) async for line in child] == [200_000, 1]
            assert await child.read_frame() is None
        assert child.process.returncode == 0

    run(main())


def test_a_child_that_never_reads_makes_the_writer_wait(run: Run) -> None:
    async def main() -> None:
        async with await open_subprocess(LinesCodec(), "sleep", "1000") as child:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    while True:
                        await child.write_frame(b"x" * 10_000)
            assert child._protocol.outbound.pending < 2 * DEFAULT_HIGH_WATER
            writing = asyncio.ensure_future(child.write_frame(b"more"))
            await asyncio.sleep(0)
            child.process.kill()
            with pytest.raises(ConnectionClosedError):
                await writing
            assert await child.read_frame() is None
        assert child.process.returncode == -signal.SIGKILL

    run(main())


def test_a_child_that_writes_without_end_is_made_to_wait(run: Run) -> None:
    async def main() -> None:
        async with await open_subprocess(LinesCodec(), "yes") as child:
            await asyncio.sleep(0.1)
            assert len(child._inbound.rest) <= 2 * DEFAULT_HIGH_WATER
            for _ in range(300_000 // 2):  # more than waited, so reading went on
                assert child._next(child._inbound.rest) or await child.read_frame() == b"y"
        assert child.process.returncode == -signal.SIGPIPE

    run(main())


@pytest.mark.parametrize("how", ["error", "cancelled"])
def test_a_block_that_fails_kills_the_child(run: Run, how: str) -> None:
    async def main() -> None:
        child = await open_subprocess(LinesCodec(), "sleep", "1000")
        with pytest.raises(ZeroDivisionError if how == "error" else TimeoutError):
            async with asyncio.timeout(0.05 if how == "cancelled" else None), child:
                await (child.read_frame() if how == "cancelled" else fail())
        assert child.process.returncode == -signal.SIGKILL
        assert child.is_closed

    run(main())


async def fail() -> None:
    raise ZeroDivisionError


def test_a_block_that_fails_does_not_wait_for_children_of_the_child(run: Run) -> None:
    """They hold the pipe that the killed child no longer reads, and what was written does not fit into it."""

    async def main() -> None:
        pids = b""
        with pytest.raises(ZeroDivisionError):
            async with asyncio.timeout(60), await open_subprocess(RawCodec(), "sh", "-c", SLEEPERS) as child:
                while pids.count(b"\n") < 2:
                    pids += bytes(await child.read_frame() or b"")
                child.feed_frame(Bytes(b"x" * 2_000_000))
                raise ZeroDivisionError
        os.kill(int(pids.split()[1]), signal.SIGKILL)

    run(main())


@pytest.mark.parametrize("steps", range(0, 40, 3))
def test_cancelling_the_start_leaves_no_child_and_no_open_file(run: Run, steps: int) -> None:
    async def main() -> None:
        before = open_files()
        starting = asyncio.ensure_future(open_subprocess(LinesCodec(), "sleep", "1000"))
        for _ in range(steps):
            await asyncio.sleep(0)
        starting.cancel()
        try:
            child = await starting
        except asyncio.CancelledError:
            pass
        else:
            child.process.kill()
            child.abort()
            await child.process.wait()
            await child.wait_closed()
        for _ in range(3):
            await asyncio.sleep(0)
        assert open_files() <= before

    run(asyncio.wait_for(warm_up(), 60))
    run(main())


async def warm_up() -> None:
    """Loops open files of their own with the first child."""
    async with await open_subprocess(LinesCodec(), "cat"):
        pass


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files through /proc")
def test_a_program_that_does_not_exist(run: Run) -> None:
    async def main() -> None:
        before = open_files()
        with pytest.raises(FileNotFoundError):
            await open_subprocess(LinesCodec(), "/nowhere/at/all")
        assert open_files() == before

    run(main())


def test_options_are_those_of_create_subprocess_exec(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        program = python("import os, sys; print(os.getcwd()); print(os.environ['X'], file=sys.stderr)")
        async with await open_subprocess(
            LinesCodec(encoding="utf-8"), *program, cwd=tmp_path, env={"X": "text"}, stderr=asyncio.subprocess.PIPE
        ) as child:
            assert await child.read_frame() == str(tmp_path)
            assert child.process.stderr is not None
            assert await child.process.stderr.read() == b"text\n"

    run(main())


@pytest.mark.parametrize(("codec", "frames"), [(LinesCodec, LINES), (LengthDelimitedCodec, FRAMES)])
def test_a_pair_of_pipes_is_a_connection(run: Run, codec: Any, frames: list[bytes]) -> None:
    async def main() -> None:
        near, far = await crossed_pipes(codec)
        for sender, receiver in ((near, far), (far, near)):
            for frame in frames:
                writing = asyncio.ensure_future(sender.write_frame(frame))
                assert await receiver.read_frame() == frame
                await writing
        near.write_eof()
        assert await far.read_frame() is None
        await far.write_frame(b"still")
        assert await near.read_frame() == b"still"
        far.close()
        assert await near.read_frame() is None
        await near.wait_closed()
        await far.wait_closed()

    run(main())


def test_close_sends_what_was_fed_and_abort_does_not_wait(run: Run) -> None:
    async def main() -> None:
        near, far = await crossed_pipes(RespCodec)
        near.feed_frame(Bulk(bytes(3_000_000)))
        near.close()
        assert await far.read_frame() == Bulk(bytes(3_000_000))
        assert await far.read_frame() is None
        far.close()
        await near.wait_closed()

        near, far = await crossed_pipes(RespCodec)
        near.feed_frame(Bulk(bytes(3_000_000)))
        await asyncio.wait([asyncio.ensure_future(near.flush())], timeout=0.02)
        near.abort()
        await near.wait_closed()
        with pytest.raises(ConnectionClosedError):
            await near.write_frame(Integer(1))
        with pytest.raises(IncompleteFrame):
            await far.read_frame()
        far.close()
        await far.wait_closed()

    run(main())


def troubles_of(loop: asyncio.AbstractEventLoop) -> list[str]:
    """What the loop has to say of callbacks that failed."""
    troubles: list[str] = []
    loop.set_exception_handler(lambda _, context: troubles.append(f"{context['message']}: {context.get('exception')}"))
    return troubles


@pytest.mark.parametrize(
    "ends",
    [
        ("abort", "abort"),
        ("abort", "close", "abort"),
        ("close", "abort", "abort"),
        ("write_eof", "abort"),
        ("write_eof", "close", "abort"),
    ],
    ids="-".join,
)
@pytest.mark.parametrize("pending", [0, 3_000_000])
@pytest.mark.parametrize("pause", [0, 1])
def test_a_connection_is_lost_once_however_often_it_is_ended(
    run: Run, ends: tuple[str, ...], pending: int, pause: int
) -> None:
    async def main() -> None:
        troubles = troubles_of(asyncio.get_running_loop())
        near, far = await crossed_pipes(RespCodec)
        if pending:
            near.feed_frame(Bulk(bytes(pending)))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(near.flush(), 0.02)
        for end in ends:
            getattr(near, end)()
            for _ in range(pause):
                await asyncio.sleep(0)
        await asyncio.wait_for(near.wait_closed(), 10)
        far.abort()
        await asyncio.wait_for(far.wait_closed(), 10)
        await asyncio.sleep(0)
        assert troubles == []

    run(main())


def test_a_connection_is_lost_once_when_the_pipe_breaks_and_it_is_aborted(run: Run) -> None:
    """The loop notices that nobody reads any more; before it has said so, we abort."""

    async def main() -> None:
        troubles = troubles_of(asyncio.get_running_loop())
        for steps in range(6):
            (read_pipe, other_out), (other_in, write_pipe) = pipe_files(), pipe_files()
            near = await connect_pipes(LinesCodec(), read_pipe, write_pipe)
            other_in.close()
            for _ in range(steps):
                await asyncio.sleep(0)
            near.abort()
            await asyncio.wait_for(near.wait_closed(), 10)
            other_out.close()
            await asyncio.sleep(0)
        assert troubles == []

    run(main())


@pytest.mark.parametrize("steps", range(0, 40))
def test_a_cancelled_start_ends_without_a_failure_in_the_log(run: Run, steps: int) -> None:
    async def main() -> None:
        troubles = troubles_of(asyncio.get_running_loop())
        starting = asyncio.ensure_future(open_subprocess(LinesCodec(), "cat"))
        for _ in range(steps):
            await asyncio.sleep(0)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            async with await starting as child:
                child.abort()
        await asyncio.sleep(0.01)
        assert troubles == []

    run(main())


def test_half_a_connection_is_given_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writing end is there and the reading one cannot be had: nothing stays open, and nothing fails later."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        troubles = troubles_of(loop)
        read_pipe, write_pipe = pipe_files()
        other_in, other_out = pipe_files()
        joined = PipeTransport(StreamProtocol())
        monkeypatch.setattr(loop, "connect_read_pipe", lambda *_: fail())
        with pytest.raises(ZeroDivisionError):
            await joined.connect(read_pipe, other_out)
        await asyncio.sleep(0.01)
        assert troubles == []
        assert other_in.read(1) == b""
        assert read_pipe.closed
        for file in (other_in, write_pipe):
            file.close()

    run(main())


def test_one_way_connections(run: Run) -> None:
    async def main() -> None:
        read_pipe, write_pipe = pipe_files()
        source = await connect_pipes(LinesCodec(), None, write_pipe)
        sink = await connect_pipes(LinesCodec(), read_pipe, None)
        assert await source.read_frame() is None
        with pytest.raises(ConnectionClosedError):
            await sink.write_frame(b"no")
        await source.write_frame(b"one way")
        assert await sink.read_frame() == b"one way"
        source.write_eof()
        assert await sink.read_frame() is None
        await source.wait_closed()
        await sink.wait_closed()

    run(main())


@pytest.mark.parametrize("name", ["file", "/dev/null"])
def test_what_no_loop_can_wait_for_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    async def main() -> None:
        with open(tmp_path / name, "w+b") as file:  # noqa: ASYNC230
            for files in ((file, None), (None, file)):
                with pytest.raises(ValueError, match="no pipe"):
                    await connect_pipes(RawCodec(), *files)

    run(main())


def test_data_received_is_the_same_as_filling_our_buffer() -> None:
    """For transports that know no `BufferedProtocol`: large payloads, and more than one lease at once."""

    async def main() -> None:
        near, far = await crossed_pipes(RespCodec)
        wire = b":1\r\n$300000\r\n" + b"x" * 300_000 + b"\r\n:2\r\n"
        near._protocol.data_received(wire)
        near._protocol.data_received(b"")
        assert await near.read_frames() == [Integer(1), Bulk(b"x" * 300_000), Integer(2)]
        near.abort()
        far.abort()

    asyncio.run(main())
