"""What leaves when: writes of one turn are one write, and nothing stays behind longer than it may.

What belongs here: the table of what makes the outbox leave, on a transport that counts, and the property that bytes are
those of the frames, in order, whatever is called. Then over TCP, TLS, Unix sockets and in memory, on both loops.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import ConnectionClosedError, EncodeError, LengthDelimitedCodec, LinesCodec
from framewire.aio import Connection, connect, listen, memory_pair
from framewire.aio.protocol import StreamProtocol
from framewire.errors import CodecInUse
from tests.aio.pairs import PAIRS, Pair
from tests.properties import examples
from tests.waiting import PATIENCE, until_in_loop

Run = Callable[[Awaitable[None]], None]
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]

LARGE = 20_000  # a payload that is not joined with its head
HIGH_WATER = 256 * 1024


class Counted(asyncio.Transport):
    """A transport that notes each write, and takes nothing while it is `stuck`."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.lines: list[int] = []  # how many segments each `writelines` had
        self.stuck = False
        self.size = 0
        self.high = HIGH_WATER
        self.closing = False
        self.ended: list[str] = []
        self.protocol: StreamProtocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.ended, f"written behind {self.ended}"
        self.writes.append(bytes(data))
        self.size += len(data) if self.stuck else 0
        self._look()

    def writelines(self, list_of_data: Any) -> None:
        segments = [bytes(data) for data in list_of_data]
        self.lines.append(len(segments))
        self.write(b"".join(segments))

    def _look(self) -> None:
        if self.size > self.high:
            self.protocol.pause_writing()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.high = HIGH_WATER if high is None else high
        self._look()

    def take(self) -> None:
        """The peer has taken all."""
        self.stuck, self.size = False, 0
        self.protocol.resume_writing()

    def get_write_buffer_size(self) -> int:
        return self.size

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended.append("eof")

    def close(self) -> None:
        self.closing = True
        self.ended.append("close")

    def abort(self) -> None:
        self.closing = True
        self.ended.append("abort")

    def is_closing(self) -> bool:
        return self.closing


def counted(codec: Any = None, high_water: int = HIGH_WATER) -> tuple[Connection[Any], Counted]:
    protocol, transport = StreamProtocol(high_water=high_water), Counted()
    transport.protocol = protocol
    protocol.connection_made(transport)
    return Connection(protocol, codec or LengthDelimitedCodec(max_frame_length=1 << 30)), transport


async def do(connection: Connection[Any], step: str) -> None:
    """`w10`: write_frame with so many bytes on the wire, head included; `f10`: feed_frame; `turn`: the turn ends."""
    match step[0], step:
        case "w", _ if step[1:].isdigit():
            await connection.write_frame(bytes(int(step[1:]) - 4))
        case "f", _ if step[1:].isdigit():
            connection.feed_frame(bytes(int(step[1:]) - 4))
        case _, "turn":
            await asyncio.sleep(0)
        case _, "read":
            reading = asyncio.ensure_future(connection.read_frame())
            await asyncio.sleep(0)
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosedError):
                await reading
        case _, "timeout":
            with pytest.raises(TimeoutError):
                await connection.read_frame(timeout=0)
        case _, "switch":
            connection.switch_codec(LengthDelimitedCodec())
        case _, "flush":
            await connection.flush()
        case _:
            getattr(connection, step)()


LEAVES = [
    # what is done, and the sizes of the writes that this makes before the turn ends
    (["w10"], []),
    (["w10", "w20", "w30"], []),
    (["w10", "w20", "turn"], [30]),
    (["w10", "turn", "w20", "turn"], [10, 20]),
    (["w10", "turn", "turn"], [10]),
    (["w10", "w20", "timeout"], [30]),
    (["w10", "read", "turn", "w20", "turn"], [10, 20]),
    (["w10", "flush", "w20"], [10]),
    (["w10", "flush", "turn", "turn"], [10]),
    (["w10", "close"], [10]),
    (["w10", "write_eof"], [10]),
    (["w10", "switch"], [10]),
    (["w10", "switch", "w20", "turn"], [10, 20]),
    (["w10", "abort", "turn"], []),
    (["f10", "abort", "turn"], []),
    (["f10", "turn", "turn"], []),
    (["f10", "w20", "turn"], [30]),
    (["w10", "f20", "turn"], [30]),
    (["f10", "timeout"], [10]),
    (["f10", "flush"], [10]),
    (["f10", "w20", "f30", "w40", "flush"], [100]),
    (["w10000"] * 6, []),
    (["w10000"] * 7, [70_000]),
    (["w10000"] * 8 + ["turn"], [70_000, 10_000]),
    (["w65535"], []),
    (["w65536"], [65_536]),
    (["w1000000", "w10", "turn"], [1_000_000, 10]),
    (["w10", "w1000000", "turn"], [1_000_010]),
    (["f65535"], []),
    (["f65536"], [65_536]),
]


@pytest.mark.parametrize(("steps", "sizes"), LEAVES, ids=[" ".join(steps) for steps, _ in LEAVES])
async def test_what_leaves_when(steps: list[str], sizes: list[int]) -> None:
    connection, transport = counted()
    for step in steps:
        await do(connection, step)
    assert [len(data) for data in transport.writes] == sizes


async def test_a_large_payload_is_not_joined_with_its_neighbours() -> None:
    connection, transport = counted()
    for size in (10, LARGE, 10):
        await connection.write_frame(bytes(size))
    assert transport.lines == []
    await asyncio.sleep(0)
    assert transport.lines == [3]  # the small ones and both heads; the payload; what is behind it
    assert len(transport.writes) == 1


FRAMES = st.builds("{}{}".format, st.sampled_from("wf"), st.integers(4, 90_000))
STEPS = st.lists(FRAMES | st.sampled_from(["turn", "flush", "read", "timeout", "switch"]), max_size=30)


@examples(200)
@given(STEPS, st.sampled_from(["close", "write_eof"]))
def test_bytes_are_those_of_the_frames_in_order(steps: list[str], end: str) -> None:
    async def main() -> None:
        connection, transport = counted()
        expected = b""
        for step in steps:
            await do(connection, step)
            if step[1:].isdigit():
                expected += (int(step[1:]) - 4).to_bytes(4, "big") + bytes(int(step[1:]) - 4)
            assert len(connection._outbox) < 64 * 1024
            sent = b"".join(transport.writes)
            assert expected == sent + b"".join(map(bytes, _held(connection)))
            if step in ("flush", "read", "timeout", "switch"):
                assert sent == expected
        await do(connection, end)
        assert b"".join(transport.writes) == expected
        assert transport.ended == ["eof" if end == "write_eof" else "close"]

    asyncio.run(main())


def _held(connection: Connection[Any]) -> list[Any]:
    return [*connection._outbox.segments, connection._outbox.tail]


# ---- errors ----------------------------------------------------------------------------------------------------------


async def test_what_cannot_be_encoded_is_raised_at_the_call_and_takes_nothing_along() -> None:
    connection, transport = counted(LinesCodec())
    await connection.write_frame(b"one")
    with pytest.raises(EncodeError):
        await connection.write_frame(b"two\nlines")
    await connection.write_frame(b"three")
    await asyncio.sleep(0)
    assert transport.writes == [b"one\nthree\n"]


@pytest.mark.parametrize("lost", ["transport", "output"])
async def test_a_loss_found_later_is_raised_by_the_next_call(lost: str) -> None:
    connection, transport = counted()
    await connection.write_frame(b"lost with the connection")
    if lost == "transport":
        transport.closing = True  # asyncio's: a write has failed, and `connection_lost` is due
        connection._protocol.error = ConnectionResetError("gone")
    else:
        connection._protocol.output_lost(ConnectionResetError("gone"))
    await asyncio.sleep(0)
    assert transport.writes == []
    assert not connection._outbox
    for call in (connection.write_frame(b""), connection.flush()):
        with pytest.raises(ConnectionClosedError) as raised:
            await call
        assert isinstance(raised.value.__cause__, ConnectionResetError)
    with pytest.raises(ConnectionClosedError):
        connection.feed_frame(b"")


async def test_a_refused_switch_sends_nothing_early() -> None:
    connection, transport = counted()
    connection._protocol.data_received(b"\0\0\0\5he")
    with pytest.raises(TimeoutError):
        await connection.read_frame(timeout=0)
    connection._codec.decode(connection._inbound.rest)
    await connection.write_frame(b"")
    with pytest.raises(CodecInUse):
        connection.switch_codec(LinesCodec())
    assert transport.writes == []
    await asyncio.sleep(0)
    assert transport.writes == [bytes(4)]


# ---- back-pressure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("high_water", [0, 1_000, 65_536, 300_000])
async def test_back_pressure_counts_the_outbox(high_water: int) -> None:
    connection, transport = counted(high_water=high_water)
    transport.stuck = True
    given = 0
    while given <= 2 * high_water + 1_000:
        writing = asyncio.ensure_future(connection.write_frame(bytes(96)))
        await until_in_loop(lambda: writing.done() or connection._protocol._writers)  # noqa: B023  # called here
        given += 100
        if not writing.done():
            break
        assert transport.size + len(connection._outbox) <= high_water
    assert high_water < given <= high_water + 100
    transport.take()
    await writing


async def test_back_pressure_counts_the_outbox_within_one_turn() -> None:
    connection, transport = counted(high_water=100_000)
    transport.stuck = True

    async def write() -> None:
        while True:
            await connection.write_frame(bytes(96))

    writing = asyncio.ensure_future(write())
    await until_in_loop(lambda: connection._protocol._writers)
    assert 100_000 < sum(map(len, transport.writes)) + len(connection._outbox) <= 100_100
    writing.cancel()


async def test_cancelling_a_writer_that_waits_leaves_its_frame_whole() -> None:
    connection, transport = counted(LinesCodec(), high_water=10)
    transport.stuck = True
    await connection.write_frame(b"012345678")
    await asyncio.sleep(0)
    waiting = [asyncio.ensure_future(connection.write_frame(b"%d" % number)) for number in range(5)]
    await asyncio.sleep(0)
    for task in waiting[1::2]:
        task.cancel()
    await asyncio.sleep(0)
    transport.take()
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)
    assert b"".join(transport.writes) == b"012345678\n0\n1\n2\n3\n4\n"


# ---- a reader's turn -------------------------------------------------------------------------------------------------


async def answer_all(connection: Connection[Any], kept: list[Any]) -> None:
    async for frame in connection:
        kept.append(frame)
        await connection.write_frame(frame)


@pytest.mark.parametrize("count", [1, 2, 500])
async def test_all_answers_to_one_read_are_one_write_before_the_loop_goes_on(count: int) -> None:
    connection, transport = counted(LinesCodec())
    seen: list[bytes] = []
    serving = asyncio.ensure_future(answer_all(connection, seen))
    await asyncio.sleep(0)
    wire = b"".join(b"%d\n" % number for number in range(count))
    asyncio.get_running_loop().call_soon(connection._protocol.data_received, wire)
    asyncio.get_running_loop().call_soon(seen.append, "the next callback")
    await asyncio.sleep(0)
    assert transport.writes == [wire]
    assert seen[-1] == "the next callback"
    serving.cancel()


async def test_what_another_task_writes_then_leaves_when_its_turn_ends() -> None:
    connection, transport = counted(LinesCodec())
    queue: asyncio.Queue[bytes] = asyncio.Queue()

    async def pass_on() -> None:
        async for frame in connection:
            queue.put_nowait(frame)

    async def write() -> None:
        while True:
            await connection.write_frame(await queue.get())

    tasks = [asyncio.ensure_future(pass_on()), asyncio.ensure_future(write())]
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(connection._protocol.data_received, b"a\nb\nc\n")
    await until_in_loop(lambda: bool(transport.writes))
    assert transport.writes == [b"a\nb\nc\n"]
    for task in tasks:
        task.cancel()


async def test_a_reader_that_ends_the_connection_in_its_turn() -> None:
    connection, transport = counted(LinesCodec())

    async def say_goodbye() -> None:
        await connection.write_frame(b"bye " + (await connection.read_frame()))
        connection.close()

    leaving = asyncio.ensure_future(say_goodbye())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(connection._protocol.data_received, b"all\n")
    await leaving
    assert transport.writes == [b"bye all\n"]
    assert transport.ended == ["close"]


# ---- over real streams -----------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def echoing(tls: Contexts, tmp_path: Path, how: str) -> Any:
    """An echo server, and a connection to it."""
    server_side, client_side = tls if how == "tls" else (None, None)

    async def handler(connection: Connection[bytes]) -> None:
        await answer_all(connection, [])

    if how == "memory":
        near, far = memory_pair(LengthDelimitedCodec(), LengthDelimitedCodec(), piece=3_000)
        serving = asyncio.ensure_future(handler(far))
        async with far:
            async with near:
                yield near
            await serving
        return
    where: dict[str, Any] = {"path": str(tmp_path / "socket")} if how == "unix" else {"host": "127.0.0.1", "port": 0}
    async with await listen(handler, LengthDelimitedCodec, ssl=server_side, **where) as listener:
        if how != "unix":
            where["port"] = listener.port
        if client_side is not None:
            where |= {"ssl": client_side, "server_hostname": "localhost"}
        async with await connect(LengthDelimitedCodec(), **where) as connection:
            yield connection


@pytest.mark.parametrize("how", ["tcp", "unix", "tls", "memory"])
def test_pipelined_echo(run: Run, tls: Contexts, tmp_path: Path, how: str) -> None:
    """Frames of all sizes come back whole and in order, while both sides write more than they read at first."""
    frames = [bytes([number % 251]) * size for number in range(300) for size in (0, 46, 3_000)] + [b"x" * 300_000] * 5

    async def main() -> None:
        async with echoing(tls, tmp_path, how) as connection:

            async def write() -> None:
                for frame in frames:
                    await connection.write_frame(frame)

            writing = asyncio.ensure_future(write())
            async with asyncio.timeout(PATIENCE):
                assert [await connection.read_frame() for _ in frames] == frames
            await writing

    run(main())


@pytest.mark.parametrize("how", ["tcp", "unix", "tls", "memory"])
def test_ping_pong(run: Run, tls: Contexts, tmp_path: Path, how: str) -> None:
    async def main() -> None:
        async with echoing(tls, tmp_path, how) as connection, asyncio.timeout(PATIENCE):
            for number in range(50):
                await connection.write_frame(b"%d" % number)
                assert await connection.read_frame() == b"%d" % number

    run(main())


@pytest.mark.parametrize("pair", PAIRS)
def test_who_only_writes_is_heard(run: Run, pair: Callable[..., Awaitable[Pair]]) -> None:
    """Nobody reads, flushes or closes on the side that writes, which waits for something else."""

    async def main() -> None:
        near, far = await pair()
        near, far = near.switch_codec(LinesCodec()), far.switch_codec(LinesCodec())
        heard = asyncio.Event()

        async def speak() -> None:
            await near.write_frame(b"hello")
            await heard.wait()

        speaking = asyncio.ensure_future(speak())
        assert await far.read_frame(timeout=PATIENCE) == b"hello"
        heard.set()
        await speaking
        near.abort()
        far.abort()

    run(main())


def test_what_was_written_last_leaves_when_the_loop_ends(run: Run) -> None:
    ours, theirs = socket.socketpair()

    async def main() -> None:
        connection = await connect(LinesCodec(), sock=ours)
        await connection.write_frame(b"last words")
        kept.append(connection)

    kept: list[Any] = []
    run(main())
    theirs.settimeout(PATIENCE)
    assert theirs.recv(100) == b"last words\n"
    theirs.close()
    kept[0].abort()
