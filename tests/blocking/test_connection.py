"""`blocking.Connection` over a socket pair: reading, writing, ends, deadlines, codec switching, interrupts."""

from __future__ import annotations

import signal
import socket
import struct
import threading
import time
from typing import Any

import pytest

from framewire import (
    BytesMut,
    CodecInUse,
    CodecStuck,
    ConnectionClosedError,
    EncodeError,
    FrameTooLong,
    IncompleteFrame,
    LinesCodec,
    ProtocolError,
    RawCodec,
    RespCodec,
)
from framewire.blocking import Connection
from framewire.blocking.turns import STUCK_SECONDS
from framewire.frames.resp import Array, Bulk, Integer, Simple
from tests.blocking.pairs import in_thread, joined, kernel_is_full, with_peer
from tests.serving import read_exactly, read_to_end
from tests.waiting import until

FRAMES = [Simple(b"OK"), Integer(-7), Bulk(b""), Bulk(b"x" * 70_000), Array((Bulk(b"a"), Array((Integer(1),))))]
HUGE = Bulk(b"x" * 5_000_000)


# ---- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("piece", [1, 7, 4096, None])
def test_frames_arrive_as_they_were_written_however_they_are_cut(piece: int | None) -> None:
    wire = b"+OK\r\n:-7\r\n$0\r\n\r\n$70000\r\n" + b"x" * 70_000 + b"\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n"

    def send(far: socket.socket) -> None:
        for start in range(0, len(wire), piece or len(wire)):
            far.sendall(wire[start : start + (piece or len(wire))])

    with with_peer() as (near, far):
        sending = in_thread(send, far)
        assert [near.read_frame(timeout=20) for _ in FRAMES] == FRAMES
        sending.result()


def test_clean_end_is_none_and_stays_none() -> None:
    with with_peer() as (near, far):
        far.sendall(b"+OK\r\n")
        far.close()
        assert [near.read_frame(), near.read_frame(), near.read_frame()] == [Simple(b"OK"), None, None]
        assert near.read_frames() == []
        assert not near.is_closed


@pytest.mark.parametrize("part", [b"$", b"$5\r\nhel", b"*2\r\n:1\r\n", b"$100000\r\nhello", b"+OK\r"])
def test_end_inside_a_frame_is_incomplete(part: bytes) -> None:
    with with_peer() as (near, far):
        far.sendall(b":1\r\n" + part)
        far.close()
        assert near.read_frame() == Integer(1)
        for _ in range(2):
            with pytest.raises(IncompleteFrame):
                near.read_frame()


def test_protocol_error_is_sticky_and_comes_after_good_frames() -> None:
    with with_peer() as (near, far):
        far.sendall(b":1\r\n:2\r\n:x\r\n:3\r\n")
        assert near.read_frames() == [Integer(1), Integer(2)]
        for _ in range(3):
            with pytest.raises(ProtocolError):
                near.read_frames()


def test_an_error_that_can_be_skipped_is_raised_once_and_in_its_place() -> None:
    with with_peer(LinesCodec(max_length=3)) as (near, far):
        far.sendall(b"a\nb\n12345\nc\nd\n")
        assert near.read_frames() == [b"a", b"b"]
        with pytest.raises(FrameTooLong):
            near.read_frames()
        assert near.read_frames(max_frames=1) == [b"c"]
        assert near.read_frames() == [b"d"]


def test_a_reset_is_neither_a_clean_end_nor_incomplete() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with Connection(near, RespCodec()) as connection:
        reading = in_thread(connection.read_frame)
        until(lambda: connection._turns.waiting)
        far.close()
        with pytest.raises(ConnectionClosedError) as caught:
            reading.result()
        assert isinstance(caught.value.__cause__, ConnectionResetError)
        assert connection.is_closed
        with pytest.raises(ConnectionClosedError):
            connection.write_frame(Integer(1))


def test_iteration_ends_at_the_end() -> None:
    with joined() as (near, far):
        for number in range(5):
            near.feed_frame(Integer(number))
        near.close()  # sends what was fed
        assert list(far) == [Integer(number) for number in range(5)]


def test_switching_the_codec_keeps_the_bytes_behind_the_frame() -> None:
    with with_peer() as (near, far):
        far.sendall(b"+OK\r\nAB")
        assert near.read_frame() == Simple(b"OK")
        raw = near.switch_codec(RawCodec())
        assert raw.read_frame() == b"AB"
        raw.write_frame(b"CD")
        assert read_exactly(far, 2) == b"CD"
        assert isinstance(raw.codec, RawCodec)


def test_read_frames_stops_at_a_switch_point() -> None:
    class Upgrading(RespCodec):
        def is_switch_point(self, frame: object) -> bool:
            return frame == Simple(b"UPGRADE")

    with with_peer(Upgrading()) as (near, far):
        far.sendall(b":1\r\n+UPGRADE\r\nrest")
        assert near.read_frames() == [Integer(1), Simple(b"UPGRADE")]
        assert near.switch_codec(RawCodec()).read_frame() == b"rest"


def test_switching_inside_a_frame_is_refused() -> None:
    with with_peer() as (near, far):
        far.sendall(b"*2\r\n:1\r\n")
        with pytest.raises(TimeoutError):
            near.read_frame(timeout=0.01)
        with pytest.raises(CodecInUse):
            near.switch_codec(RawCodec())


def test_whoever_waits_owns_no_read_buffer() -> None:
    with with_peer() as (near, far):
        far.sendall(b"$3\r\nabc\r\n")
        assert near.read_frame() == Bulk(b"abc")
        with pytest.raises(TimeoutError):
            near.read_frame(timeout=0)
        assert near._rest.capacity == 0


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_what_was_fed_leaves_in_one_write_before_a_read_waits() -> None:
    with with_peer() as (near, far):
        for number in range(3):
            near.feed_frame(Integer(number))
        far.setblocking(False)
        with pytest.raises(BlockingIOError):
            far.recv(1)
        with pytest.raises(TimeoutError):
            near.read_frame(timeout=0)
        assert far.recv(100) == b":0\r\n:1\r\n:2\r\n"


def test_feeding_without_flush_sends_what_the_kernel_takes_and_waits_for_nobody() -> None:
    with with_peer(kernel=10_000) as (near, far):
        for _ in range(50):
            near.feed_frame(Bulk(b"x" * 10_000))
        assert len(near._outbox) < 64 * 1024 and near._outbound
        reading = in_thread(read_exactly, far, 50 * 10_010)
        near.flush(timeout=20)
        assert reading.result() == (b"$10000\r\n" + b"x" * 10_000 + b"\r\n") * 50


def test_a_frame_that_cannot_be_encoded_sends_nothing() -> None:
    with with_peer() as (near, far):
        near.feed_frame(Integer(1))
        with pytest.raises(EncodeError):
            near.write_frame(Array((Integer(1), Simple(b"a\r\nb"))))
        near.close()
        assert read_to_end(far) == b":1\r\n"


def test_large_payloads_are_handed_to_the_kernel_as_they_are() -> None:
    seen: list[list[Any]] = []
    payloads = [b"a" * 100_000, b"b" * 100_000]
    with with_peer(kernel=5_000) as (near, far):
        send = near._stream.send
        near._stream = Recording(near._stream, lambda segments: (seen.append(list(segments)), send(segments))[1])
        reading = in_thread(read_to_end, far)
        near.write_frame(Array(tuple(map(Bulk, payloads))), timeout=20)
        near.close()
        wire = b"*2\r\n$100000\r\n" + payloads[0] + b"\r\n$100000\r\n" + payloads[1] + b"\r\n"
        assert reading.result() == wire
    assert [segment for segment in seen[0] if len(segment) == 100_000] == payloads
    assert all(any(segment is payload for segment in seen[0]) for payload in payloads)
    assert len(seen) > 3, "the kernel took it all at once: no short write was met"


class Recording:
    """A stream whose `send` is looked at."""

    def __init__(self, stream: Any, send: Any) -> None:
        self._stream, self.send = stream, send

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def test_two_sides_that_both_write_first_and_then_read() -> None:
    """More than the kernel holds, less than what may be received ahead."""
    frame = Bulk(b"x" * 500_000)
    with joined(kernel=10_000, high_water=1_000_000) as (near, far):

        def both(connection: Any) -> Any:
            connection.write_frame(frame, timeout=20)
            return connection.read_frame(timeout=20)

        other = in_thread(both, far)
        assert both(near) == frame
        assert other.result() == frame


def test_what_is_received_ahead_is_bounded() -> None:
    with with_peer(kernel=10_000, high_water=50_000) as (near, far):
        sending = in_thread(far.sendall, b":1\r\n" * 1_000_000)
        writing = in_thread(near.write_frame, HUGE)
        until(lambda: len(near._rest) >= 50_000)
        time.sleep(0.1)
        assert len(near._rest) <= 50_000 + 64 * 1024
        near.abort()
        for thread in (sending, writing):
            with pytest.raises(OSError):
                thread.result()


# ---- deadlines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0, 1, 3, 9, 12, 70_000])
def test_a_read_that_times_out_loses_no_byte(cut: int) -> None:
    wire = b"$100000\r\n" + b"y" * 100_000 + b"\r\n:1\r\n"
    with with_peer() as (near, far):
        far.sendall(wire[:cut])
        for timeout in (0, 0.01):
            with pytest.raises(TimeoutError, match="no frame"):
                near.read_frame(timeout=timeout)
        far.sendall(wire[cut:])
        assert near.read_frame(timeout=20) == Bulk(b"y" * 100_000)
        assert near.read_frame(timeout=20) == Integer(1)


def test_a_read_that_times_out_keeps_what_is_not_sent_yet() -> None:
    with with_peer(kernel=10_000) as (near, far):
        near.feed_frame(HUGE)
        with pytest.raises(TimeoutError):
            near.read_frame(timeout=0.05)
        assert near._outbound.torn and not near.is_closed
        answering = in_thread(lambda: (read_exactly(far, len(HUGE.data) + 12), far.sendall(b":1\r\n")))
        assert near.read_frame(timeout=20) == Integer(1)
        assert answering.result()[0] == b"$5000000\r\n" + HUGE.data + b"\r\n"


def test_a_write_that_times_out_half_way_poisons_the_connection() -> None:
    with with_peer(kernel=10_000) as (near, far):
        with pytest.raises(TimeoutError, match="no room"):
            near.write_frame(HUGE, timeout=0.05)
        assert near.is_closed
        for use in (near.read_frame, near.flush, lambda: near.feed_frame(Integer(1))):
            with pytest.raises(ConnectionClosedError) as caught:
                use()
            assert isinstance(caught.value.__cause__, TimeoutError)
        assert len(read_to_end(far)) < len(HUGE.data)


def test_a_write_of_which_nothing_was_sent_may_be_tried_again() -> None:
    with with_peer(kernel=10_000) as (near, far):
        near.sock.setblocking(False)
        filled = 0
        try:
            while True:
                filled += near.sock.send(b"+\r\n" * 100)
        except BlockingIOError:
            pass
        with pytest.raises(TimeoutError):
            near.write_frame(Integer(7), timeout=0.01)
        assert not near.is_closed
        read_exactly(far, filled)
        near.flush(timeout=20)
        assert read_exactly(far, 4) == b":7\r\n"


def test_waiting_for_another_writer_has_a_deadline_too() -> None:
    with with_peer(kernel=10_000) as (near, far):
        writing = in_thread(near.write_frame, HUGE)
        until(lambda: kernel_is_full(near))
        with pytest.raises(TimeoutError, match="another thread"):
            near.write_frame(Integer(1), timeout=0.01)
        assert not near.is_closed
        assert len(read_exactly(far, len(HUGE.data) + 12)) == len(HUGE.data) + 12
        writing.result()


def test_close_has_a_deadline_and_closes_all_the_same() -> None:
    with with_peer(kernel=10_000) as (near, _):
        near.feed_frame(HUGE)
        with pytest.raises(TimeoutError):
            near.close(timeout=0.01)
        assert near.is_closed and near.sock.fileno() == -1


def test_an_error_in_a_with_block_does_not_wait_for_a_peer_that_reads_nothing() -> None:
    with with_peer(kernel=10_000) as (near, _):
        with pytest.raises(ZeroDivisionError):
            with near:
                near.feed_frame(HUGE)
                raise ZeroDivisionError
        assert near.is_closed


class Stuck(LinesCodec[bytes]):
    """Gives a line that it does not take."""

    def decode(self, src: BytesMut) -> bytes | None:
        return bytes(src) or None


def test_a_codec_that_consumes_nothing_ends_the_reading() -> None:
    with with_peer(Stuck()) as (near, far):
        far.sendall(b"line\n")
        with pytest.raises(CodecStuck, match="Stuck"):
            for _ in near:
                pass
        with pytest.raises(CodecStuck, match="Stuck"):
            near.read_frames(1_000_000_000)


# ---- the end ---------------------------------------------------------------------------------------------------------


def test_half_close_still_reads() -> None:
    with joined() as (near, far):
        near.feed_frame(Integer(1))
        near.write_eof()
        near.write_eof()
        with pytest.raises(ConnectionClosedError):
            near.write_frame(Integer(2))
        assert list(far) == [Integer(1)]
        far.write_frame(Integer(3))
        assert near.read_frame() == Integer(3)
        far.close()
        assert near.read_frame() is None
        near.close()
        for connection in (near, far):
            connection.write_eof()
            connection.close()
            connection.abort()
            assert connection.is_closed


def test_the_end_of_a_lost_connection_is_an_error() -> None:
    with with_peer() as (near, far):
        far.close()
        with pytest.raises(ConnectionClosedError):
            near.write_frame(HUGE)
        with pytest.raises(ConnectionClosedError):
            near.write_eof()


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_closing_wakes_who_reads(ending: str) -> None:
    with with_peer() as (near, _):
        reading = in_thread(near.read_frame)
        until(lambda: near._turns.waiting)
        getattr(near, ending)()
        with pytest.raises(ConnectionClosedError):
            reading.result()
        assert near.sock.fileno() == -1


def test_abort_wakes_who_writes_and_who_waits_for_that() -> None:
    with with_peer(kernel=10_000) as (near, _):
        writing = [in_thread(near.write_frame, HUGE) for _ in range(3)]
        until(lambda: len(near._turns.waiting) == 3)
        near.abort()
        for thread in writing:
            with pytest.raises(ConnectionClosedError):
                thread.result()
        until(lambda: near.sock.fileno() == -1)


@pytest.mark.parametrize("fed", [False, True])
@pytest.mark.parametrize("writers", [1, 3])
def test_close_does_not_wait_for_a_writer_that_is_stuck(writers: int, fed: bool) -> None:
    with with_peer(kernel=10_000) as (near, _):
        writing = [in_thread(near.write_frame, HUGE) for _ in range(writers)]
        until(lambda: len(near._turns.waiting) == writers)
        if fed:
            near._outbox.put_slice(b":1\r\n")
        with pytest.raises(TimeoutError, match="takes nothing"):
            in_thread(near.close).result()
        assert near.is_closed
        for thread in writing:
            with pytest.raises(ConnectionClosedError):
                thread.result()
        until(lambda: near.sock.fileno() == -1)


def test_close_waits_for_a_writer_whose_peer_is_slow() -> None:
    """It takes all in the end, in more time than a stuck one is waited for."""
    frame = Bulk(bytes(400_000))
    with with_peer(kernel=10_000) as (near, far):
        writing = in_thread(near.write_frame, frame)
        until(lambda: kernel_is_full(near))
        closing = in_thread(near.close)
        wire = bytearray()
        while piece := far.recv(50_000):
            wire += piece
            time.sleep(STUCK_SECONDS / 20)
        assert bytes(wire) == b"$400000\r\n" + frame.data + b"\r\n"
        closing.result()
        writing.result()


def test_close_behind_a_writer_has_a_deadline_and_ends_when_another_aborts() -> None:
    with with_peer(kernel=10_000) as (near, _):
        writing = in_thread(near.write_frame, HUGE)
        until(lambda: kernel_is_full(near))
        closing = in_thread(near.close)
        until(lambda: len(near._turns.waiting) == 2)
        near.abort()
        closing.result()
        with pytest.raises(ConnectionClosedError):
            writing.result()
    with with_peer(kernel=10_000) as (near, _):
        writing = in_thread(near.write_frame, HUGE)
        until(lambda: kernel_is_full(near))
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            near.close(timeout=0.05)
        assert time.monotonic() - start < STUCK_SECONDS
        with pytest.raises(ConnectionClosedError):
            writing.result()


class MeetsAnother:
    """A lock that another thread holds at first, and lets go just when it was found in its hands."""

    def __init__(self, lock: Any, connection: Connection[Any]) -> None:
        self._lock = lock
        self._connection = connection
        self._held = False
        self.locked = lock.locked
        self.release = lock.release

    def acquire(self, *arguments: Any) -> bool:
        if self._held:
            return bool(self._lock.acquire(*arguments))
        self._held = True
        self._connection._turns.close_if_unused()  # what that thread does when it leaves
        return False


def test_two_threads_that_leave_at_once_give_the_socket_back() -> None:
    with with_peer() as (near, _):
        near._turns.writing = MeetsAnother(near._turns.writing, near)
        near.abort()
        assert near.sock.fileno() == -1


def test_what_has_arrived_is_read_after_close() -> None:
    with with_peer() as (near, far):
        far.sendall(b":1\r\n:2\r\n")
        assert near.read_frame() == Integer(1)
        near.close()
        assert near.read_frame() == Integer(2)
        with pytest.raises(ConnectionClosedError):
            near.read_frame()


# ---- threads and interrupts ------------------------------------------------------------------------------------------


def test_frames_of_several_writers_do_not_mix_and_several_readers_share_them() -> None:
    frames = [Bulk(bytes([65 + number]) * 50_000) for number in range(8)]
    with joined(kernel=20_000) as (near, far):
        reading = [in_thread(far.read_frame, 20) for _ in frames]
        writing = [in_thread(near.write_frame, frame, 20) for frame in frames]
        found = [thread.result() for thread in reading]
        assert sorted(found, key=lambda frame: frame.data) == frames
        for thread in writing:
            thread.result()


def test_a_reader_of_batches_is_not_kept_by_another_reader() -> None:
    with with_peer() as (near, far):
        first = in_thread(near.read_frames)
        until(lambda: near._turns.waiting)
        second = in_thread(near.read_frame)
        until(lambda: len(near._turns.waiting) == 2)
        far.sendall(b":1\r\n:2\r\n")
        assert first.result() == [Integer(1), Integer(2)]
        far.sendall(b":3\r\n")
        assert second.result() == Integer(3)


def test_one_thread_reads_while_another_writes() -> None:
    count = 2_000
    with joined(kernel=20_000, high_water=10_000) as (near, far):

        def echo() -> None:
            for frame in far:
                far.write_frame(frame)

        def write() -> None:
            for number in range(count):
                near.write_frame(Array((Integer(number), Bulk(b"x" * 100))))

        echoing, writing = in_thread(echo), in_thread(write)
        for number in range(count):
            assert near.read_frame(timeout=20) == Array((Integer(number), Bulk(b"x" * 100)))
        writing.result()
        near.close()
        echoing.result()


def interrupt(*_: object) -> Any:
    raise KeyboardInterrupt


def test_an_interrupt_while_waiting_to_read_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with with_peer() as (near, far):
        far.sendall(b":1")
        with pytest.raises(TimeoutError):
            near.read_frame(timeout=0)
        with monkeypatch.context() as patch:
            patch.setattr("framewire.blocking.stream.wait", interrupt)
            with pytest.raises(KeyboardInterrupt):
                near.read_frame()
        far.sendall(b"2\r\n")
        assert near.read_frame() == Integer(12)


def test_an_interrupt_while_waiting_to_write_can_be_flushed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with with_peer(kernel=10_000) as (near, far):
        with monkeypatch.context() as patch:
            patch.setattr("framewire.blocking.stream.wait", interrupt)
            with pytest.raises(KeyboardInterrupt):
                near.write_frame(HUGE)
        reading = in_thread(read_exactly, far, len(HUGE.data) + 12)
        near.flush(timeout=20)
        assert reading.result() == b"$5000000\r\n" + HUGE.data + b"\r\n"


@pytest.mark.parametrize("step", ["decode", "encode", "receive"])
def test_an_interrupt_in_the_middle_of_a_step_poisons_the_connection(step: str) -> None:
    class Interrupted(RespCodec):
        def decode(self, src: BytesMut) -> Any:
            return interrupt() if step == "decode" else super().decode(src)

        def encode(self, frame: Any, dst: Any) -> None:
            interrupt() if step == "encode" else super().encode(frame, dst)

    with with_peer(Interrupted()) as (near, far):
        far.sendall(b":1\r\n")
        if step == "receive":
            near._stream = Recording(near._stream, None)
            near._stream.receive_into = interrupt
        with pytest.raises(KeyboardInterrupt):
            near.write_frame(Integer(1)) if step == "encode" else near.read_frame()
        assert near.is_closed and near.sock.fileno() == -1
        with pytest.raises(ConnectionClosedError):
            near.write_frame(Integer(1))


def test_a_real_interrupt_in_the_main_thread() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started us behind `&`
    with with_peer() as (near, far):
        main = threading.main_thread().ident
        assert main is not None

        def press_ctrl_c() -> None:
            until(lambda: near._turns.waiting)
            signal.pthread_kill(main, signal.SIGINT)

        pressing = in_thread(press_ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            near.read_frame(timeout=20)
        signal.signal(signal.SIGINT, before)
        pressing.result()
        far.sendall(b":1\r\n")
        assert near.read_frame() == Integer(1)
