"""A socket for a link: receiving waits a beat at most, sending never; what was moved is put down."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator

import pytest

from framewire.blocking.stream import stream_over
from framewire.buf.segments import Segment
from framewire.redis.client.blocking.wire import PlainWire, StreamWire, Wire, wire_over


@pytest.fixture(params=["plain", "stream"])
def wires(request: pytest.FixtureRequest) -> Iterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    wire = PlainWire(ours) if request.param == "plain" else StreamWire(stream_over(ours))
    with theirs:
        yield wire, theirs
        wire.close()


def test_a_socket_without_tls_has_the_quick_one() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert isinstance(wire_over(ours), PlainWire)


def test_what_is_there_is_received(wires: tuple[Wire, socket.socket]) -> None:
    wire, peer = wires
    room = memoryview(bytearray(10))
    peer.sendall(b"abc")
    wire.receive(room)
    assert wire.received == [3]
    assert bytes(room[:3]) == b"abc"


@pytest.mark.parametrize("name", ["receive", "receive_now"])
def test_nothing_within_a_beat(wires: tuple[Wire, socket.socket], name: str) -> None:
    wire, _ = wires
    getattr(wire, name)(memoryview(bytearray(10)))
    assert wire.received == []


@pytest.mark.parametrize("seconds", [0.0, 0.001])
def test_receiving_within_some_time(wires: tuple[Wire, socket.socket], seconds: float) -> None:
    wire, peer = wires
    wire.receive_within(memoryview(bytearray(10)), seconds)
    assert wire.received == []
    peer.sendall(b"abc")
    wire.receive_within(memoryview(bytearray(10)), seconds)
    assert wire.received.pop() == 3
    peer.close()
    wire.receive_within(memoryview(bytearray(10)), seconds)
    assert wire.received == [0]


@pytest.mark.parametrize("name", ["receive", "receive_now"])
def test_the_end(wires: tuple[Wire, socket.socket], name: str) -> None:
    wire, peer = wires
    peer.close()
    getattr(wire, name)(memoryview(bytearray(10)))
    assert wire.received == [0]


def test_sending_stops_where_the_kernel_has_no_room(wires: tuple[Wire, socket.socket]) -> None:
    wire, peer = wires
    segments: deque[Segment] = deque([b"x" * (64 << 20)])
    wire.send(segments)
    assert 0 < wire.sent.pop() < 64 << 20
    while True:
        wire.send(segments)
        if not wire.sent:
            break
        wire.sent.pop()
    assert wire.wait(True) == (False, False)
    peer.sendall(b"y")
    assert wire.wait(True) == (True, False)
    assert wire.wait(False) == (False, False)


def test_several_segments_leave_in_their_order() -> None:
    ours, theirs = socket.socketpair()
    wire = wire_over(ours)
    with theirs:
        wire.send(deque([b"ab", memoryview(b"cd"), b"e"]))
        assert wire.sent == [5]
        assert theirs.recv(10) == b"abcde"
        assert wire.wait(False) == (False, True)
        wire.close()


def test_shut_wakes_who_receives(wires: tuple[Wire, socket.socket]) -> None:
    wire, _ = wires
    wire.shut()
    wire.shut()
    wire.receive(memoryview(bytearray(10)))
    assert wire.received == [0]


def test_an_interrupt_inside_a_stream_is_told() -> None:
    ours, theirs = socket.socketpair()

    class Interrupted:
        sock = ours

        def receive_into(self, room: memoryview) -> int:
            raise KeyboardInterrupt

    with ours, theirs:
        wire = StreamWire(Interrupted())  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt):
            wire.receive_now(memoryview(bytearray(1)))
        assert wire.torn
