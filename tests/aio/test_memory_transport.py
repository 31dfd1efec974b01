"""The transport in memory: what a protocol meets there is what it meets on a socket.

Most tests here run over both, a socket pair too, so that the one is the other's specification.
"""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import weakref
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from framewire.aio.memory_transport import MemoryTransport, join_in_memory
from tests.waiting import until_in_loop

Run: TypeAlias = Callable[[Awaitable[None]], None]


class End(asyncio.BufferedProtocol):
    """Writes down what happens to it. `room` is how much it lends, `stays` whether it goes on writing at the end."""

    def __init__(self, room: int = 64 * 1024, stays: bool = True) -> None:
        self.room = bytearray(room)
        self.stays = stays
        self.received = bytearray()
        self.pieces: list[int] = []
        self.events: list[str] = []
        self.error: Exception | None = None
        self.on_data: Callable[[], object] = lambda: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.events.append("made")

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.room

    def buffer_updated(self, nbytes: int) -> None:
        self.received += self.room[:nbytes]
        self.pieces.append(nbytes)
        self.on_data()

    def eof_received(self) -> bool:
        self.events.append("eof")
        return self.stays

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.events.append("lost")
        self.error = exc

    @property
    def is_lost(self) -> bool:
        return "lost" in self.events


async def in_memory(left: End, right: End) -> None:
    join_in_memory(left, right)


async def by_sockets(left: End, right: End) -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
    near.setblocking(False)
    await loop.connect_accepted_socket(lambda: left, near)
    await loop.connect_accepted_socket(lambda: right, far)


@pytest.fixture(params=[in_memory, by_sockets], ids=["memory", "sockets"])
def join(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_what_one_writes_the_other_reads(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End(room=100)
        await join(left, right)
        everything = b""
        for data in (b"a", bytearray(b"bc"), memoryview(b"def"), b"", b"x" * 5_000):
            left.transport.write(data)
            everything += data
        left.transport.writelines([b"gh", b"", memoryview(b"i")])
        everything += b"ghi"
        right.transport.write(b"back")
        await until_in_loop(lambda: right.received == everything and left.received == b"back")
        assert max(right.pieces) <= 100
        left.transport.close()
        await until_in_loop(lambda: "eof" in right.events)
        right.transport.close()
        await until_in_loop(lambda: left.is_lost and right.is_lost)
        assert left.events == ["made", "lost"] and right.events == ["made", "eof", "lost"]
        assert left.error is right.error is None

    run(main())


def test_half_close(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        assert left.transport.can_write_eof()
        left.transport.write(b"last words")
        left.transport.write_eof()
        await until_in_loop(lambda: "eof" in right.events)
        assert right.received == b"last words"
        with pytest.raises(RuntimeError):
            left.transport.write(b"more")
        right.transport.write(b"an answer")
        await until_in_loop(lambda: left.received == b"an answer")
        right.transport.close()
        await until_in_loop(lambda: "eof" in left.events)
        left.transport.close()
        await until_in_loop(lambda: left.is_lost and right.is_lost)

    run(main())


def test_who_does_not_want_to_stay_is_closed_at_the_end(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End(stays=False)
        await join(left, right)
        left.transport.write(b"bye")
        left.transport.close()
        await until_in_loop(lambda: left.is_lost and right.is_lost)
        assert right.received == b"bye" and right.events == ["made", "eof", "lost"]

    run(main())


def test_nothing_is_read_while_reading_is_paused_and_all_of_it_behind_that(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        right.transport.pause_reading()
        left.transport.write(b"x" * 10_000)
        left.transport.write_eof()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not right.received and not right.transport.is_reading()
        right.transport.resume_reading()
        assert right.transport.is_reading()
        await until_in_loop(lambda: "eof" in right.events)
        assert len(right.received) == 10_000
        left.transport.abort()
        right.transport.abort()
        await until_in_loop(lambda: left.is_lost and right.is_lost)

    run(main())


def test_pausing_within_a_read_holds_back_the_rest(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End(room=10)
        await join(left, right)
        right.on_data = lambda: right.transport.pause_reading()
        left.transport.write(b"x" * 1000)
        await until_in_loop(lambda: right.received)
        for _ in range(20):
            await asyncio.sleep(0)
        assert right.pieces == [10]
        left.transport.abort()
        right.transport.abort()
        await until_in_loop(lambda: left.is_lost and right.is_lost)

    run(main())


def test_writers_are_paused_above_the_mark_and_go_on_below_it(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        right.transport.pause_reading()
        left.transport.set_write_buffer_limits(high=1000)
        assert left.transport.get_write_buffer_limits() == (250, 1000)
        while "pause" not in left.events:
            left.transport.write(b"x" * 100_000)
        assert left.transport.get_write_buffer_size() > 1000
        right.transport.resume_reading()
        await until_in_loop(lambda: "resume" in left.events)
        await until_in_loop(lambda: left.transport.get_write_buffer_size() == 0)
        assert left.events == ["made", "pause", "resume"]
        left.transport.abort()
        right.transport.abort()
        await until_in_loop(lambda: left.is_lost and right.is_lost)

    run(main())


@pytest.mark.parametrize(("limits", "marks"), [
    ({}, None), ({"high": 100}, (25, 100)), ({"low": 100}, (100, 400)), ({"high": 0}, (0, 0)),
    ({"high": 7, "low": 7}, (7, 7)), ({"high": 1, "low": 2}, ValueError), ({"high": 1, "low": -1}, ValueError),
])  # fmt: skip
def test_marks_are_set_as_on_a_socket(run: Run, join: Any, limits: dict[str, int], marks: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        if marks is ValueError:
            with pytest.raises(ValueError):
                left.transport.set_write_buffer_limits(**limits)
        else:
            left.transport.set_write_buffer_limits(**limits)
            assert marks in (None, left.transport.get_write_buffer_limits())
        left.transport.abort()
        right.transport.abort()
        await until_in_loop(lambda: left.is_lost and right.is_lost)

    run(main())


def test_who_writes_to_one_that_has_gone_loses_the_connection(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        left.transport.close()
        await until_in_loop(lambda: left.is_lost and "eof" in right.events)
        while not right.is_lost:
            right.transport.write(b"hello?")
            await asyncio.sleep(0)
        assert isinstance(right.error, (BrokenPipeError, ConnectionResetError))

    run(main())


def test_both_close_at_once_with_bytes_under_way(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        for end in (left, right):
            end.transport.write(b"x" * 1000)
        for end in (left, right):
            end.transport.close()
            end.transport.close()
            assert end.transport.is_closing()
        await until_in_loop(lambda: left.is_lost and right.is_lost)

    run(main())


def test_after_the_end_nothing_matters(run: Run, join: Any) -> None:
    async def main() -> None:
        left, right = End(), End()
        await join(left, right)
        left.transport.abort()
        right.transport.abort()
        await until_in_loop(lambda: left.is_lost and right.is_lost)
        for end in (left, right):
            end.transport.close()
            end.transport.abort()
            assert end.transport.is_closing()
        await asyncio.sleep(0)
        assert left.events.count("lost") == right.events.count("lost") == 1

    run(main())


# -- what only memory does --------------------------------------------------------------------------------------------


async def test_an_abort_resets_the_peer_and_what_it_had_not_read_is_lost() -> None:
    left, right = End(), End()
    join_in_memory(left, right)
    left.transport.write(b"never read")
    right.transport.write(b"nor this")
    left.transport.abort()
    await until_in_loop(lambda: left.is_lost and right.is_lost)
    assert left.error is None and isinstance(right.error, ConnectionResetError)
    assert not left.received and not right.received


async def test_a_failing_protocol_loses_its_connection_and_is_reported() -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    left, right = End(), End()
    join_in_memory(left, right)

    def fail() -> None:
        raise ZeroDivisionError

    right.on_data = fail
    left.transport.write(b"x")
    await until_in_loop(lambda: left.is_lost and right.is_lost)
    assert isinstance(right.error, ZeroDivisionError) and isinstance(left.error, ConnectionResetError)
    assert [context["protocol"] for context in told] == [right]


async def test_a_protocol_that_lends_nothing_is_told_so() -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    left, right = End(), End(room=0)
    join_in_memory(left, right)
    left.transport.write(b"x")
    await until_in_loop(lambda: right.is_lost)
    assert "empty buffer" in str(right.error) and len(told) == 1


async def test_an_answer_is_there_in_the_turn_in_which_the_question_is_read() -> None:
    left, right = End(), End()
    join_in_memory(left, right)
    right.on_data = lambda: right.transport.write(b"pong")
    left.transport.write(b"ping")
    assert not right.received  # nothing is called from within `write`
    await asyncio.sleep(0)
    assert right.received == b"ping" and left.received == b"pong"


async def test_two_that_answer_one_another_for_ever_do_not_keep_the_loop() -> None:
    left, right = End(), End()
    join_in_memory(left, right)
    left.on_data = lambda: left.transport.write(b"ping")
    right.on_data = lambda: right.transport.write(b"pong")
    left.transport.write(b"ping")
    for _ in range(50):
        await asyncio.sleep(0)
    assert 20 <= len(left.pieces) <= 60
    left.transport.abort()
    await until_in_loop(lambda: right.is_lost)


async def test_a_long_read_lets_others_have_their_turn() -> None:
    left, right = End(), End(room=10)
    join_in_memory(left, right)
    left.transport.write(b"x" * 100_000)
    await asyncio.sleep(0)
    assert 0 < len(right.received) < 1000
    await until_in_loop(lambda: len(right.received) == 100_000)


async def test_many_small_writes_are_one_read() -> None:
    left, right = End(), End()
    join_in_memory(left, right)
    for _ in range(1000):
        left.transport.write(b"abc")
    await asyncio.sleep(0)
    assert right.pieces == [3000]


async def test_what_may_change_is_copied_and_what_cannot_is_not() -> None:
    left, right = End(), End()
    join_in_memory(left, right)
    mutable, immutable = bytearray(b"before"), b"x" * 1000
    left.transport.write(mutable)
    left.transport.write(memoryview(mutable))
    left.transport.write(immutable)
    mutable[:] = b"behind"
    assert left.transport._unread[-1] is immutable
    await asyncio.sleep(0)
    assert right.received == b"beforebefore" + immutable


async def test_views_of_other_items_are_their_bytes() -> None:
    left, right = End(), End()
    join_in_memory(left, right)
    left.transport.write(memoryview(b"12345678").cast("I"))
    left.transport.write(memoryview(b"abcdef")[::2])
    assert left.transport.get_write_buffer_size() == 11
    await asyncio.sleep(0)
    assert right.received == b"12345678ace"


@pytest.mark.parametrize("piece", [1, 3, 7])
async def test_pieces_arrive_one_in_a_turn(piece: int) -> None:
    left, right = End(), End()
    join_in_memory(left, right, piece=piece)
    left.transport.writelines([b"ab", b"cdefg", b"h"])
    left.transport.write_eof()
    await asyncio.sleep(0)
    assert right.received == b"abcdefgh"[:piece]
    await until_in_loop(lambda: "eof" in right.events)
    assert right.received == b"abcdefgh" and max(right.pieces) == piece


async def test_extra_information_is_that_of_both() -> None:
    left, right = End(), End()
    join_in_memory(left, right, extra={"peername": "memory"})
    assert left.transport.get_extra_info("peername") == right.transport.get_extra_info("peername") == "memory"
    assert left.transport.get_extra_info("socket", 7) == 7


async def test_another_protocol_takes_over() -> None:
    left, right, other = End(), End(), End()
    join_in_memory(left, right)
    assert right.transport.get_protocol() is right
    right.transport.set_protocol(other)
    left.transport.write(b"x")
    await asyncio.sleep(0)
    assert other.received == b"x" and not right.received


async def test_a_dead_pair_is_freed_at_once() -> None:
    ends = [End(), End(stays=False)]
    join_in_memory(*ends)
    there: list[weakref.ref[MemoryTransport]] = [weakref.ref(end.transport) for end in ends]
    ends[0].transport.close()
    await until_in_loop(lambda: all(end.is_lost for end in ends))
    gc.disable()
    try:
        await asyncio.sleep(0)
        ends.clear()
        assert [reference() for reference in there] == [None, None]
    finally:
        gc.enable()


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_happens_bytes_keep_their_order_and_both_ends_end(seed: int) -> None:
    """Both sides write, pause and resume as chance has it; one closes, and the other has all that it had written."""
    chance = random.Random(seed)
    ends = End(room=chance.choice([1, 10, 1000]), stays=False), End(room=chance.choice([1, 10, 1000]), stays=False)
    join_in_memory(*ends)
    written = [bytearray(), bytearray()]
    for _ in range(200):
        index = chance.randrange(2)
        transport = ends[index].transport
        match chance.randrange(4):
            case 0:
                transport.pause_reading()
            case 1:
                transport.resume_reading()
            case 2:
                data = chance.randbytes(chance.choice([1, 5, 500]))
                written[index] += data
                transport.write(data)
            case _:
                await asyncio.sleep(0)
    for end in ends:
        end.transport.resume_reading()
    await until_in_loop(lambda: ends[0].received == written[1])
    ends[0].transport.close()
    await until_in_loop(lambda: ends[0].is_lost and ends[1].is_lost)
    assert ends[1].received == written[0] and ends[0].received == written[1]
