"""A client that waits, as its socket sees it: timers, what comes behind, ends in between. No socket, no sleep."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewire._impl import encode_values
from framewire.redis.server.network import pump as pump_module
from tests.redis.server.network.test_pump import Pipe, Piped
from tests.serving import command
from tests.waiting import until_in_loop

NULL = b"*-1\r\n"


def blpop(timeout: bytes = b"0") -> bytes:
    return command(b"BLPOP", b"l", timeout)


class Pair(Piped):
    """The one that waits, and another client of the same server."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        self.other_pipe = Pipe()
        self.other = pump_module.ClientPump(self.server.connections)
        self.other.connection_made(self.other_pipe)

    def push(self, *values: bytes) -> None:
        data = command(b"RPUSH", b"l", *values)
        view = memoryview(self.other.get_buffer(-1))
        view[: len(data)] = data
        self.other.buffer_updated(len(data))

    def left(self) -> int:
        return len(self.server.state.databases[0].values.get(b"l", ()))  # type: ignore[arg-type]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_it_is_served_and_goes_on_with_what_came_behind() -> None:
    pair = Pair()
    pair.receive(command(b"ECHO", b"1") + blpop() + command(b"ECHO", b"2") + blpop() + command(b"ECHO", b"3"))
    assert pair.pipe.sent == b"$1\r\n1\r\n"
    pair.push(b"a")
    await turns()
    assert pair.pipe.sent == b"$1\r\n1\r\n*2\r\n$1\r\nl\r\n$1\r\na\r\n$1\r\n2\r\n"
    pair.receive(command(b"ECHO", b"4"))
    assert pair.pipe.sent.endswith(b"$1\r\n2\r\n")
    pair.push(b"b")
    await turns()
    assert pair.pipe.sent.endswith(b"*2\r\n$1\r\nl\r\n$1\r\nb\r\n$1\r\n3\r\n$1\r\n4\r\n")


@pytest.mark.parametrize("cut", [1, 7, 100])
async def test_many_waits_in_one_pipeline(cut: int) -> None:
    """More than one batch, each third request of which waits; the pieces in which they come do not matter."""
    pair, count = Pair(), 90
    data = b"".join((blpop() if number % 3 == 0 else command(b"ECHO", b"%d" % number)) for number in range(count))
    for start in range(0, len(data), cut):
        pair.receive(data[start : start + cut])
    expected = b""
    for number in range(count):
        if number % 3 == 0:
            pair.push(b"x")
            await turns()
            expected += b"*2\r\n$1\r\nl\r\n$1\r\nx\r\n"
        else:
            expected += b"$%d\r\n%d\r\n" % (len(str(number)), number)
    assert pair.pipe.sent == expected
    assert pair.left() == 0


async def test_its_time_comes() -> None:
    pair = Pair()
    pair.receive(blpop(b"0.001") + command(b"ECHO", b"behind"))
    assert pair.pipe.sent == b""
    await until_in_loop(lambda: pair.pipe.sent)
    await turns()
    assert pair.pipe.sent == NULL + b"$6\r\nbehind\r\n"
    pair.push(b"a")
    assert pair.left() == 1


async def test_an_offender_behind_it_is_told_after_it() -> None:
    pair = Pair()
    pair.receive(blpop() + command(b"ECHO", b"1") + b"*x\r\n")
    pair.push(b"a")
    await turns()
    assert pair.pipe.sent.endswith(b"$1\r\na\r\n$1\r\n1\r\n-ERR Protocol error: invalid multibulk length\r\n")
    assert pair.pipe.closed


async def test_the_timer_ends_with_the_wait() -> None:
    """A second wait must not be ended by the timer of the first."""
    pair = Pair()
    pair.receive(blpop(b"0.001") + blpop())
    pair.push(b"a")
    await turns()
    assert pair.pump._timer is None
    await asyncio.sleep(0.01)
    assert NULL not in pair.pipe.sent
    assert pair.pump.client.blocked is not None


async def test_waiting_for_longer_than_any_clock_runs() -> None:
    pair = Pair()
    pair.receive(blpop(b"9223372036854775"))
    pair.push(b"a")
    await turns()
    assert pair.pipe.sent == b"*2\r\n$1\r\nl\r\n$1\r\na\r\n"


async def test_a_client_that_ends_its_side_while_it_waits_is_closed_and_takes_nothing() -> None:
    pair = Pair()
    pair.pipe.waiting = 1000  # it has not taken all its replies, so it is not closed at once
    pair.receive(blpop(b"100"))
    assert pair.pump.eof_received()
    pair.push(b"a")
    await turns()
    assert pair.pipe.closed
    assert pair.left() == 1
    pair.pump.connection_lost(None)
    assert pair.pump._timer is None
    assert len(pair.server.state.databases.blocked) == 0


async def test_a_client_that_has_ended_its_side_does_not_begin_to_wait() -> None:
    """Its end came between two turns; nothing more will come that could tell that it is gone."""
    pair, count = Pair(), 10_000
    pair.receive(command(b"PING") * count + blpop())
    assert pair.pump.eof_received()
    await turns()
    assert pair.pipe.sent == b"+PONG\r\n" * count
    assert pair.pipe.closed
    pair.push(b"a")
    assert pair.left() == 1


async def test_the_server_closes_while_somebody_waits() -> None:
    pair = Pair()
    pair.receive(blpop(b"100"))
    pair.pump.close()
    pair.push(b"a")
    assert pair.left() == 1
    pair.pump.connection_lost(None)
    assert pair.pump._timer is None


@pytest.mark.parametrize("request_", [blpop(), command(b"SUBSCRIBE", b"c"), command(b"MONITOR")])
async def test_idle_clients_are_closed_but_not_those_that_wait(request_: bytes) -> None:
    pair = Pair(timeout=60)
    pair.receive(request_)
    pair.pass_time(61_000)
    pair.pass_time(61_000)
    assert not pair.pipe.closed
    assert pair.other_pipe.closed


async def test_who_has_waited_is_not_idle_when_it_is_served() -> None:
    pair = Pair(timeout=60)
    pair.receive(blpop())
    pair.now += 100_000
    pair.push(b"a")
    await turns()
    pair.pass_time(1_000)
    assert pair.pipe.sent == b"*2\r\n$1\r\nl\r\n$1\r\na\r\n"
    assert not pair.pipe.closed
    pair.pass_time(61_000)
    assert pair.pipe.closed


async def test_what_comes_behind_has_a_limit() -> None:
    pair = Pair(client_output_buffer_limit="normal 100000 0 0")
    pair.receive(blpop())
    for _ in range(20):
        pair.receive(command(b"SET", b"k", b"x" * 10_000))
    assert pair.pipe.aborted
    pair.pump.connection_lost(None)
    pair.push(b"a")
    assert pair.left() == 1


async def test_a_reply_that_cannot_be_written_ends_that_client_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair()
    pair.receive(blpop())
    failed: list[list[object]] = []

    def fail_once(values: list[object], *rest: Any) -> None:
        if not failed:
            failed.append(values)
            raise MemoryError
        encode_values(values, *rest)

    monkeypatch.setattr(pump_module, "encode_values", fail_once)
    pair.push(b"a", b"b")
    assert failed == [[[b"l", b"a"]]]
    assert pair.pipe.aborted
    assert pair.other_pipe.sent == b":2\r\n"
    await turns()
    assert not pair.pipe.sent


async def test_served_while_its_output_is_full() -> None:
    """The reply waits for room like any other, and so does what came behind."""
    pair = Pair()
    pair.receive(blpop() + command(b"ECHO", b"behind"))
    pair.pump.pause_writing()
    pair.push(b"a")
    await turns()
    assert b"behind" not in pair.pipe.sent
    pair.pump.resume_writing()
    await turns()
    assert pair.pipe.sent == b"*2\r\n$1\r\nl\r\n$1\r\na\r\n$6\r\nbehind\r\n"
