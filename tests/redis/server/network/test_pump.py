"""`ClientPump` where something goes wrong, and where a client makes it wait: both loops, real sockets, one process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from framewire.aio.loops import new_event_loop
from framewire.frames.resp import Error
from framewire.redis import Server
from framewire.redis.server.commands.connection import clients
from framewire.redis.server.network import pump as pump_module
from framewire.redis.server.running import timing
from tests.serving import command

PING = command(b"PING")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Callable[[Awaitable[None]], None]]:
    """Runs one coroutine on a loop of each kind."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=lambda: new_event_loop(request.param)) as runner:
        yield runner.run


@asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def test_a_failure_closes_one_client_and_shows_its_bytes_to_nobody(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All clients are received into one block: what a failing call leaves there must not be the next one's request."""
    encode_values = pump_module.encode_values
    failures = [MemoryError("no room for the reply")]

    def fail_once(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        encode_values(*arguments)

    async def main() -> None:
        async with Server(port=0) as server, client_of(server) as unlucky, client_of(server) as other:
            monkeypatch.setattr(pump_module, "encode_values", fail_once)
            unlucky[1].write(PING * 40 + command(b"ECHO", b"secret")[:-4])
            assert await unlucky[0].read() == b""
            other[1].write(command(b"ECHO", b"mine"))
            assert await other[0].readexactly(10) == b"$4\r\nmine\r\n"

    run(main())
    assert "no room for the reply" in caplog.text


class Pipe(asyncio.Transport):
    """A transport whose output the test takes, or leaves where it is."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.waiting = 0
        self.reads = True
        self.aborted = self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True


class Piped:
    """A server that does not listen, its clock in the test's hand, with one client of it."""

    def __init__(self, **parameters: Any) -> None:
        self.now = 1_700_000_000_000
        self.server = Server(**parameters)
        self.server._loop = asyncio.get_running_loop()
        self.server.state.now = lambda: self.now
        self.server.state.tick()
        self.pipe = Pipe()
        self.pump = pump_module.ClientPump(self.server.connections)
        self.pump.connection_made(self.pipe)

    def receive(self, data: bytes) -> None:
        while data:
            view = self.pump.get_buffer(-1)
            nbytes = min(len(view), len(data))
            view[:nbytes] = data[:nbytes]
            self.pump.buffer_updated(nbytes)
            data = data[nbytes:]

    def client_list(self) -> str:
        """What CLIENT LIST says of this client."""
        return clients.client_line(self.pump.client).decode()

    def pass_time(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.server._tick()
        assert self.server._cron is not None
        self.server._cron.cancel()


async def test_what_has_piled_up_is_answered_in_turns() -> None:
    """200 000 requests that waited for a client to read must not keep all other clients waiting in their turn."""
    piped, count = Piped(), 200_000
    piped.pump.pause_writing()
    piped.receive(PING * count)
    assert len(piped.pipe.sent) < 64 * 1024
    piped.pump.resume_writing()
    most, turns, before = len(pump_module.TURN) * pump_module.BATCH, 0, len(piped.pipe.sent)
    while len(piped.pipe.sent) < 7 * count:
        assert len(piped.pipe.sent) - before <= 7 * most
        before, turns = len(piped.pipe.sent), turns + 1
        await asyncio.sleep(0)
    assert turns >= 10
    assert piped.pipe.sent == b"+PONG\r\n" * count
    assert piped.pump._inbound.rest.capacity == 0


async def test_a_read_that_filled_the_buffer_is_the_last_of_its_turn() -> None:
    """Else libuv goes on reading, and answering, up to 32 times."""
    piped = Piped()
    piped.receive(PING * 100)
    assert piped.pipe.reads
    piped.receive(PING * 6000)  # more than the 64 KiB of the scratch
    assert not piped.pipe.reads
    await asyncio.sleep(0)
    assert piped.pipe.reads
    assert piped.pipe.sent == b"+PONG\r\n" * 6100


async def test_the_head_of_a_large_request_that_comes_alone_keeps_nobody_waiting() -> None:
    """Neither the next client that is read into the same block, nor the client itself for what follows the payload."""
    for others in (0, 1):
        piped, other, value = Piped(), Piped(), bytes(1 << 20)
        piped.receive(b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$%d\r\n" % len(value))
        other.receive(PING * others)
        assert other.pipe.sent == b"+PONG\r\n" * others
        piped.receive(value)
        assert piped.pipe.sent == b""
        piped.receive(b"\r\n")
        assert piped.pipe.sent == b"+OK\r\n"


async def test_reading_does_not_begin_again_once_a_client_is_being_closed() -> None:
    piped = Piped()
    piped.receive(PING * 6000)
    piped.pump.close()
    await asyncio.sleep(0)
    assert not piped.pipe.reads


async def test_slow_commands_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight commands of 2 ms each in one read: three in a turn."""
    piped = Piped()
    ticks = count(0, 2_000_000)
    monkeypatch.setattr(timing, "perf_counter_ns", lambda: next(ticks))
    piped.receive(command(b"KEYS", b"*") * 8)
    answered = []
    for _ in range(4):
        answered.append(piped.pipe.sent.count(b"*0"))
        piped.now += 10
        await asyncio.sleep(0)
    assert answered == [3, 6, 8, 8]


async def test_a_client_whose_slow_commands_take_long_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = Piped(timeout=1)
    ticks = count(0, 10_000_000)
    monkeypatch.setattr(timing, "perf_counter_ns", lambda: next(ticks))
    piped.receive(command(b"KEYS", b"*") * 10)
    for _ in range(10):
        piped.pass_time(400)
        await asyncio.sleep(0)
    assert piped.pipe.sent == b"*0\r\n" * 10
    assert not piped.pipe.closed


async def test_a_push_inside_a_transaction_reaches_a_resp3_client() -> None:
    piped = Piped()
    piped.receive(command(b"HELLO", b"3") + command(b"SUBSCRIBE", b"c"))
    del piped.pipe.sent[:]
    piped.receive(command(b"MULTI") + command(b"SUBSCRIBE", b"d") + command(b"PUBLISH", b"c", b"m") + command(b"EXEC"))
    assert piped.pipe.sent == (
        b"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nd\r\n:2\r\n:1\r\n"
        b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n"
    )


async def test_requests_and_the_end_that_arrive_between_two_turns_wait_for_theirs() -> None:
    piped, count = Piped(), 40_000
    piped.pump.pause_writing()
    piped.receive(PING * count)
    piped.pump.resume_writing()
    piped.receive(command(b"ECHO", b"last"))
    assert piped.pump.eof_received()
    for _ in range(10):
        await asyncio.sleep(0)
    assert piped.pipe.closed
    assert piped.pipe.sent == b"+PONG\r\n" * count + b"$4\r\nlast\r\n"


async def test_a_message_between_two_turns_does_not_end_them() -> None:
    piped, count = Piped(), 40_000
    piped.receive(command(b"HELLO", b"3") + command(b"SUBSCRIBE", b"c"))
    del piped.pipe.sent[:]
    piped.pump.pause_writing()
    piped.receive(PING * count)
    piped.pump.resume_writing()
    piped.server.state.pubsub.publish(b"c", b"m")
    for _ in range(10):
        await asyncio.sleep(0)
    assert piped.pipe.sent.count(b"+PONG\r\n") == count
    assert piped.pipe.sent.count(b">3\r\n") == 1


@pytest.mark.parametrize("end", ["eof", "quit", "idle"])
async def test_a_client_that_does_not_take_its_last_replies_is_aborted(end: str) -> None:
    piped = Piped(timeout=60)
    piped.pipe.waiting = 1000
    if end == "eof":
        piped.pump.eof_received()
    elif end == "quit":
        piped.receive(command(b"QUIT"))
    else:
        piped.pass_time(61_000)
        piped.pass_time(61_000)
    assert piped.pipe.closed and not piped.pipe.aborted
    for _ in range(2):
        piped.pass_time(5_100)
    assert piped.pipe.aborted


async def test_a_client_that_takes_its_last_replies_slowly_gets_them_all() -> None:
    piped = Piped()
    piped.pipe.waiting = 1000
    piped.receive(command(b"QUIT"))
    for _ in range(10):
        piped.pipe.waiting -= 10
        piped.pass_time(5_100)
    assert not piped.pipe.aborted


async def test_a_long_reply_on_a_slow_line_is_not_idleness() -> None:
    piped = Piped(timeout=60)
    for waiting in (1000, 900, 800):
        piped.pipe.waiting = waiting
        piped.pass_time(61_000)
        assert not piped.pipe.closed
    piped.pass_time(61_000)
    assert piped.pipe.closed


async def test_closing_an_idle_client_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    piped = Piped(timeout=60)
    with caplog.at_level("INFO"):
        for _ in range(5):
            piped.pass_time(61_000 if not piped.pipe.closed else 100)
    assert caplog.text.count("closing client 1 (), idle for more than 60 s") == 1


@pytest.mark.parametrize(("limit", "aborted"), [(0, False), (1000, True), (10_000, False)])
async def test_what_may_wait_for_a_client_has_a_limit_or_none(limit: int, aborted: bool) -> None:
    piped = Piped(client_output_buffer_limit=f"pubsub {limit} 0 0")
    piped.receive(command(b"SUBSCRIBE", b"c"))
    piped.server.state.pubsub.publish(b"c", b"x" * 2000)
    assert piped.pipe.aborted is aborted
    await asyncio.sleep(0)
    assert (b"x" * 2000 in piped.pipe.sent) is not aborted


async def test_nothing_is_run_once_a_client_is_being_closed() -> None:
    piped = Piped()
    piped.pump.pause_writing()
    piped.receive(PING)
    piped.receive(command(b"SET", b"late", b"1"))
    piped.pump.close()
    answered = bytes(piped.pipe.sent)
    piped.pump.resume_writing()
    piped.receive(command(b"SET", b"late", b"1"))
    await asyncio.sleep(0)
    assert piped.pipe.sent == answered == b"+PONG\r\n"
    assert not piped.server.state.databases[0].values


@pytest.mark.parametrize("before", [0, 1, 2, pump_module.BATCH, 100])
async def test_an_offender_at_the_end_of_what_has_come_is_told_at_once(before: int) -> None:
    """Whoever sent it waits for an answer, and sends nothing more."""
    piped = Piped()
    piped.receive(PING * before + b"*x\r\n")
    assert piped.pipe.sent == b"+PONG\r\n" * before + b"-ERR Protocol error: invalid multibulk length\r\n"
    assert piped.pipe.closed


async def test_messages_of_this_moment_are_sent_before_the_end() -> None:
    piped = Piped()
    piped.receive(command(b"SUBSCRIBE", b"c"))
    piped.server.state.pubsub.publish(b"c", b"last words")
    piped.pump.close()
    assert piped.pipe.sent.endswith(b"$10\r\nlast words\r\n")


@pytest.mark.parametrize("data", [command(b"ECHO", b"secret"), command(b"ECHO", b"secret") + b"*x\r\n"])
async def test_what_cannot_be_written_goes_to_nobody_else(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    unlucky = Piped()
    pipe, other = Pipe(), pump_module.ClientPump(unlucky.server.connections)
    other.connection_made(pipe)

    encode_values = pump_module.encode_values

    def encode_no_error(values: list[object], *where: Any) -> None:
        if any(isinstance(value, Error) for value in values):
            raise MemoryError
        encode_values(values, *where)

    monkeypatch.setattr(pump_module, "encode_values", encode_no_error)
    monkeypatch.setattr(unlucky.pipe, "write", fail)
    with pytest.raises(MemoryError):
        unlucky.receive(data)
    monkeypatch.undo()
    assert unlucky.pipe.aborted
    other.get_buffer(-1)[: len(PING)] = PING  # type: ignore[index]
    other.buffer_updated(len(PING))
    assert pipe.sent == b"+PONG\r\n"


@pytest.mark.parametrize("first", [True, False])
async def test_a_message_that_cannot_be_written_keeps_no_other_back(
    first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pumps, pipes, server = [], [Pipe(), Pipe()], Piped().server
    for pipe in pipes:
        pumps.append(pump_module.ClientPump(server.connections))
        pumps[-1].connection_made(pipe)
        server.state.pubsub.subscribe(pumps[-1].client.subscriber, b"c")
    unlucky, other = pipes if first else reversed(pipes)
    monkeypatch.setattr(unlucky, "write", fail)
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    server.state.pubsub.publish(b"c", b"m")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert unlucky.aborted
    assert other.sent == b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n"


async def test_the_clock_ticks_on_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = Piped()
    with monkeypatch.context() as broken, pytest.raises(MemoryError):
        broken.setattr(type(piped.server.state), "expire_cycle", fail)
        piped.server._tick()
    assert piped.server._cron is not None
    piped.server._cron.cancel()


async def test_a_failure_outside_of_reading_closes_the_client_too(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = Piped()
    piped.pump.pause_writing()
    piped.receive(PING)
    piped.receive(PING)
    monkeypatch.setattr(pump_module, "encode_values", fail)
    with pytest.raises(MemoryError):
        piped.pump.resume_writing()
    assert piped.pipe.aborted


def fail(*_: object) -> None:
    raise MemoryError


async def test_a_dead_client_is_freed_at_once() -> None:
    """No reference cycle: what it had sent and was not answered may be 256 MiB."""
    piped = Piped()
    piped.receive(command(b"SUBSCRIBE", b"c") + PING[:-3])
    gc.collect()
    gc.disable()
    try:
        piped.pump.connection_lost(None)
        del piped.pump
        assert not any(isinstance(thing, pump_module.ClientPump) for thing in gc.get_objects())
    finally:
        gc.enable()
