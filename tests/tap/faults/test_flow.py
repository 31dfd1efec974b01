"""One direction, carried out between two pairs in memory: what waits, what goes on, what is not read any more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from framewire._impl import Bytes
from framewire.aio.connection import Connection
from framewire.aio.memory import memory_pair
from framewire.codecs.raw import RawCodec
from framewire.tap.faults.flow import MOST_WAITING, Flow, Time
from framewire.tap.faults.judge import Judge
from framewire.tap.faults.line import Line
from framewire.tap.faults.text import parse_program
from tests.tap.faults.counting import StillTime
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]


class Flowing:
    """A flow of requests from `sender` to `receiver`, under way."""

    flow: Flow
    tasks: tuple[asyncio.Task[None], asyncio.Task[None]]

    def __init__(self, program: str) -> None:
        self.sender, self._source = memory_pair(RawCodec(), RawCodec())
        self._sink, self.receiver = memory_pair(RawCodec(), RawCodec())
        self.time = StillTime()
        self.cuts: list[bool] = []
        line = Line(Judge(parse_program(program), 0), 1)
        time = Time(self.time.clock, self.time.sleep)
        self.flow = Flow(self._source, self._sink, line.requests, time, self.cuts.append)

    async def received(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = await self.receiver.read_frame(timeout=60)
            assert piece is not None, f"the end behind {data!r}"
            data += piece.to_bytes()
        return bytes(data)

    def ends(self) -> tuple[Connection[Bytes], ...]:
        return self.sender, self._source, self._sink, self.receiver


@contextlib.asynccontextmanager
async def flowing(program: str = "") -> AsyncIterator[Flowing]:
    of = Flowing(program)
    async with asyncio.TaskGroup() as group:
        of.tasks = group.create_task(of.flow.receive()), group.create_task(of.flow.send())
        yield of
        for task in of.tasks:
            task.cancel()
    for end in of.ends():
        end.abort()


async def test_bytes_and_their_end_pass() -> None:
    async with flowing() as of:
        await of.sender.write_frame(Bytes(b"PING\r\nPI"))
        assert await of.received(6) == b"PING\r\n"
        of.sender.write_eof()
        assert await of.received(2) == b"PI"
        assert await of.receiver.read_frame() is None
        await asyncio.wait(of.tasks)
        assert not of.cuts


async def test_a_delay_counts_from_when_the_bytes_came() -> None:
    async with flowing("request: delay 50ms") as of:
        await of.sender.write_frame(Bytes(b"A\r\n"))
        await until_in_loop(lambda: of.time.asked == [0.05])
        of.time.advance(0.02)
        await of.sender.write_frame(Bytes(b"B\r\nC\r\n"))
        await until_in_loop(lambda: of.flow._waiting == 9)
        of.time.advance(0.03)
        assert await of.received(3) == b"A\r\n"
        await until_in_loop(lambda: len(of.time.asked) == 2)
        of.time.advance(0.02)
        assert await of.received(6) == b"B\r\nC\r\n"
        assert of.time.asked == [0.05, 0.02]  # B waited for what was left of its time, and C not at all


async def test_pieces_go_one_after_the_other() -> None:
    async with flowing("request: slice 2 bytes every 10ms") as of:
        await of.sender.write_frame(Bytes(b"PING\r\n"))
        for piece, pauses in ((b"PI", 1), (b"NG", 2), (b"\r\n", 2)):
            assert await of.received(2) == piece
            await until_in_loop(lambda count=pauses: len(of.time.asked) == count)
            of.time.advance(0.01)
        assert of.time.asked == [0.01, 0.01]


async def test_a_stall_lasts_until_it_is_resumed() -> None:
    async with flowing("request 2: stall\nrequest 3: stall") as of:
        await of.sender.write_frame(Bytes(b"A\r\nB\r\nC\r\n"))
        assert await of.received(3) == b"A\r\n"
        await until_in_loop(lambda: of.flow.is_stalled)
        of.flow.resume()
        assert await of.received(3) == b"B\r\n"
        await until_in_loop(lambda: of.flow.is_stalled)
        of.flow.resume()
        assert await of.received(3) == b"C\r\n"
        assert not of.flow.is_stalled


async def test_a_stall_that_has_not_come_about_yet_is_lifted() -> None:
    async with flowing("request 2: stall") as of:
        of.flow.stall()
        await of.sender.write_frame(Bytes(b"A\r\nB\r\n"))
        await until_in_loop(lambda: of.flow._steps)
        of.flow.resume()  # its own
        of.flow.resume()  # the rule's
        assert await of.received(6) == b"A\r\nB\r\n"


async def test_resuming_what_is_not_stalled_does_nothing() -> None:
    async with flowing() as of:
        of.flow.resume()
        await of.sender.write_frame(Bytes(b"A\r\n"))
        assert await of.received(3) == b"A\r\n"


@pytest.mark.parametrize(("rule", "reset"), [("cut", False), ("cut with reset", True)])
async def test_a_cut_is_told_behind_what_goes_before_it(rule: str, reset: bool) -> None:
    async with flowing(f"request 2: {rule}") as of:
        await of.sender.write_frame(Bytes(b"A\r\nB\r\nC\r\n"))
        assert await of.received(3) == b"A\r\n"
        await until_in_loop(lambda: of.cuts == [reset])


async def test_a_sender_that_is_lost_is_a_cut_behind_what_it_sent() -> None:
    async with flowing() as of:
        of.flow.stall()
        await of.sender.write_frame(Bytes(b"A\r\n"))
        await until_in_loop(lambda: of.flow._steps)
        of.sender.abort()
        await until_in_loop(lambda: len(of.flow._steps) == 2)
        assert not of.cuts
        of.flow.resume()
        assert await of.received(3) == b"A\r\n"
        await until_in_loop(lambda: of.cuts)


async def test_what_is_stalled_stands_still_up_to_its_sender() -> None:
    async with flowing("byte 0 of requests: stall") as of:
        line = Bytes(b"x" * 60_000 + b"\r\n")

        async def send() -> None:
            for _ in range(100):
                await of.sender.write_frame(line)

        sending = asyncio.create_task(send())
        await until_in_loop(lambda: of.flow._waiting >= MOST_WAITING)
        for _ in range(1000):
            await asyncio.sleep(0)
        assert of.flow._waiting < MOST_WAITING + 1_000_000
        assert not sending.done()
        of.flow.resume()
        assert await of.received(100 * len(line)) == line.to_bytes() * 100
        await sending
        await until_in_loop(lambda: of.flow._waiting == 0)
