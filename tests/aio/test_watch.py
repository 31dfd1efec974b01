"""`Watch`: each of the three waits is noticed, none is cut short, and only waiting counts. Time is passed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from framewire import ConnectionClosedError, HttpCodec, LengthDelimitedCodec, LinesCodec, RespCodec
from framewire.aio import Connection, listen, memory_pair, watch
from framewire.aio.watch import Limits, Watch, Watcher
from tests.waiting import until_in_loop

LIMITS = Limits(idle=10, frame=4, write=2)


class Reader:
    """One watched end of a pair in memory, somebody who reads from it, and the other end."""

    def __init__(self, codec: Callable[[], Any] = LinesCodec) -> None:
        self.connection, self.peer = memory_pair(codec(), codec(), high_water=1000)
        self.watch = Watch(self.connection)
        self.reading: asyncio.Future[Any] = asyncio.ensure_future(self.connection.read_frame())

    async def look(self, now: float, limits: Limits = LIMITS) -> None:
        await turn()
        self.watch.look(now, limits)
        await turn()

    async def receive(self, data: bytes) -> None:
        self.peer._protocol.transport.write(data)
        await turn()

    def end(self) -> None:
        self.reading.cancel()
        self.connection.abort()
        self.peer.abort()


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_waiting_for_nothing_ends_as_a_stream_does() -> None:
    reader = Reader()
    for now in (0, 3, 6, 9.9):
        await reader.look(now)
        assert not reader.reading.done()
    await reader.look(10)
    assert await reader.reading is None
    assert reader.connection.is_draining and not reader.connection.is_closed
    await reader.connection.write_frame(b"bye")
    assert await reader.peer.read_frame() == b"bye"
    reader.end()


@pytest.mark.parametrize("codec", [LinesCodec, LengthDelimitedCodec, RespCodec])
async def test_a_frame_that_drips_is_not_waited_for(codec: Callable[[], Any]) -> None:
    reader = Reader(codec)
    wire = b"$100000\r\n" if codec is RespCodec else b"\x00\x01\x00\x00"
    for index, now in enumerate((0, 1, 2, 3, 4)):
        assert not reader.reading.done()
        await reader.receive(wire[index : index + 1])
        await reader.look(now)
    with pytest.raises(ConnectionClosedError) as caught:
        await reader.reading
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert "a frame was not whole after 4 s" in str(caught.value.__cause__)
    reader.end()


async def test_a_frame_that_begins_late_has_all_its_time() -> None:
    reader = Reader()
    for now in (0, 9):
        await reader.look(now)
    await reader.receive(b"begin")
    for now in (9.5, 11, 13.4):
        await reader.look(now)
    await reader.receive(b"...end\n")
    assert await reader.reading == b"begin...end"
    reader.end()


async def test_each_frame_has_a_time_of_its_own() -> None:
    """Frames that come all the time, each of them cut: no look ever sees the same wait twice."""
    reader = Reader()
    await reader.receive(b"0")
    for now in range(30):
        await reader.look(now)
        await reader.receive(b"\n%d" % now)
        assert (await reader.reading) is not None
        reader.reading = asyncio.ensure_future(reader.connection.read_frame())
    assert not reader.connection.is_draining
    reader.end()


async def test_a_handler_that_does_not_read_is_not_idle() -> None:
    reader = Reader()
    reader.reading.cancel()
    await reader.receive(b"a part")
    for now in (0, 20, 40):
        await reader.look(now)
    assert not reader.connection.is_draining and not reader.connection.is_closed
    reader.end()


BODY = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"
RATE = Limits(frame=4, rate=100)


class Body(Reader):
    """The reader of an HTTP body, who takes every piece as it comes."""

    def __init__(self) -> None:
        super().__init__(lambda: HttpCodec("server"))
        self.reading.cancel()
        self.reading = asyncio.ensure_future(self.read())

    async def read(self) -> None:
        while await self.connection.read_frame() is not None:
            pass


@pytest.mark.parametrize("begin", [BODY, BODY.replace(b"Content-Length: 1000000", b"Transfer-Encoding: chunked")])
async def test_a_body_that_drips_is_closed(begin: bytes) -> None:
    """A byte in every look: no piece is ever waited for too long."""
    body = Body()
    await body.receive(begin)
    for now in range(7):
        await body.look(now, RATE)
        assert body.reading.done() is (now >= 5)
        await body.receive(b"1" if b"Length" in begin else b"1\r\na\r\n")
    with pytest.raises(ConnectionClosedError) as caught:
        await body.reading
    assert "bytes in 5 s are less than 100 a second" in str(caught.value.__cause__)
    body.end()


async def test_a_body_at_the_least_rate_goes_on_and_a_pause_behind_it_does_not_count() -> None:
    body = Body()
    await body.receive(BODY.replace(b"1000000", b"10000"))
    for now in range(100):
        await body.look(now, RATE)
        await body.receive(b"x" * 100)
    assert not body.reading.done()
    for now in range(100, 200):
        await body.look(now, RATE)
    assert not body.reading.done()
    await body.receive(BODY)
    for now in (200, 202, 203):
        await body.look(now, RATE)
    assert not body.reading.done()
    body.end()


async def test_a_rate_counts_while_somebody_waits() -> None:
    body = Body()
    await body.receive(BODY)
    body.reading.cancel()
    for now in range(20):
        await body.look(now, RATE)
        await body.receive(b"x")
    assert not body.connection.is_closed
    body.end()


async def test_a_listener_closes_who_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "RATE_SECONDS", 0.2)

    async def handler(connection: Connection[Any]) -> None:
        while await connection.read_frame() is not None:
            pass

    async with await listen(handler, lambda: HttpCodec("server"), "127.0.0.1", 0, least_rate=1000) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(BODY)
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                while not reader.at_eof():
                    writer.write(b"x")
                    await writer.drain()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1), 0.02)
        writer.close()
    with pytest.raises(ValueError, match="positive"):
        await listen(handler, lambda: HttpCodec("server"), "127.0.0.1", 0, least_rate=0)


async def test_output_that_the_peer_does_not_take() -> None:
    reader = Reader()
    reader.peer._protocol.transport.pause_reading()
    writing = asyncio.ensure_future(reader.connection.write_frame(b"x" * 50_000))
    for now in (0, 1, 1.9):
        await reader.look(now)
        assert not writing.done()
        reader.connection.feed_frame(b"more and more")  # adding output is no progress of the peer's
        reader.connection._send_outbox()
    await reader.look(2.0)
    with pytest.raises(ConnectionClosedError) as caught:
        await writing
    assert "the peer took none of" in str(caught.value.__cause__)
    reader.end()


async def test_output_that_the_peer_takes_slowly() -> None:
    reader = Reader()
    reader.peer._protocol.transport.pause_reading()
    writing = asyncio.ensure_future(reader.connection.write_frame(b"x" * 50_000))
    for now in range(0, 40, 2):
        reader.connection._protocol.transport._take(memoryview(bytearray(1)), None)  # type: ignore[attr-defined]
        await reader.look(now)
    assert not writing.done()
    writing.cancel()
    reader.end()


@pytest.mark.parametrize(("limits", "period"), [
    (Limits(), None), (Limits(idle=8), 0.5), (Limits(idle=3600), 0.5), (Limits(idle=60, frame=0.8), 0.1),
])  # fmt: skip
def test_looks_are_as_frequent_as_the_shortest_limit_asks(limits: Limits, period: float | None) -> None:
    assert limits.period == pytest.approx(period)


@pytest.mark.parametrize("bad", [0, -1])
async def test_a_timeout_is_positive(bad: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        await listen(None, LinesCodec, "127.0.0.1", 0, idle_timeout=bad)  # type: ignore[arg-type]


async def test_there_is_no_timer_without_a_connection_nor_without_a_limit() -> None:
    one, other = memory_pair(LinesCodec(), LinesCodec())
    watcher = Watcher(Limits(idle=1))
    assert watcher._timer is None
    watcher.add(one)
    assert watcher._timer is not None
    watcher.add(other)
    watcher.remove(one)
    watcher.remove(one)
    assert watcher._timer is not None
    watcher.remove(other)
    assert watcher._timer is None
    unlimited = Watcher(Limits())
    unlimited.add(one)
    assert unlimited._timer is None and not unlimited._watches
    one.abort()
    other.abort()


class Clock:
    """What a watcher knows of its loop, with time that the test lets pass; what is to come later comes soon."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.now = 0.0
        self.looks = 0

    def time(self) -> float:
        self.looks += 1
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_later(0.001, callback)

    async def next_look(self) -> None:
        """Wait until somebody has looked again."""
        seen = self.looks
        await until_in_loop(lambda: self.looks > seen)


def test_a_server_uses_them(run: Callable[..., None]) -> None:
    """End to end: idle, dripping and deaf clients leave, a busy one stays."""
    ended: list[object] = []

    async def handler(connection: Connection[bytes]) -> None:
        async for line in connection:
            if line == b"flood":
                await connection.write_frame(bytes(60_000) * 1000)
            ended.append(line)
            await connection.write_frame(line)
        ended.append("idle")

    def codec() -> LinesCodec[bytes]:
        return LinesCodec(max_length=100_000_000)

    async def main() -> None:
        limits = {"idle_timeout": 0.5, "frame_timeout": 0.5, "write_timeout": 0.5}
        async with await listen(handler, codec, "127.0.0.1", 0, **limits) as listener:
            clock = listener._watcher._loop = Clock()  # type: ignore[assignment]
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            dripping, drip = await asyncio.open_connection("127.0.0.1", listener.port)
            _, deaf = await asyncio.open_connection("127.0.0.1", listener.port)
            deaf.write(b"flood\n")
            deaf.transport.pause_reading()  # type: ignore[attr-defined]
            for number in range(20):
                if not drip.is_closing():
                    drip.write(b"x")
                writer.write(b"%d\n" % number)
                assert await reader.readline() == b"%d\n" % number
                clock.now += 0.05
                await clock.next_look()
            while listener.connection_count:
                clock.now += 0.05
                await asyncio.sleep(0.001)
            with suppress(ConnectionError):  # it dripped on after it had been closed
                assert await dripping.read() == b""
            assert await reader.read() == b""
            for each in (writer, drip, deaf):
                each.close()
        assert ended == [b"%d" % number for number in range(20)] + ["idle"]

    run(main())


async def test_a_wait_that_is_broken_off_and_begun_again_is_one_wait() -> None:
    """Who polls with a timeout is no easier prey for a slow drip."""
    reader = Reader()
    await reader.receive(b"drip")
    for now in (0, 1, 2, 3):
        await reader.look(now)
        await reader.receive(b".")
        reader.reading.cancel()
        await turn()
        reader.reading = asyncio.ensure_future(reader.connection.read_frame())
    await reader.look(4)
    with pytest.raises(ConnectionClosedError):
        await reader.reading
    reader.end()


async def test_a_frame_that_was_taken_without_waiting_ends_the_wait() -> None:
    reader = Reader()
    await reader.receive(b"one")
    await reader.look(0)
    reader.reading.cancel()
    await turn()
    await reader.receive(b"\ntwo")
    assert await reader.connection.read_frame() == b"one"
    reader.reading = asyncio.ensure_future(reader.connection.read_frame())
    await reader.look(4)
    await reader.look(7.9)
    assert not reader.reading.done()
    reader.end()
