"""`buf.transfer`: one step of bytes in or out, against buffers of every kind and movers of every kind."""

from __future__ import annotations

import pytest

from framewire import BytesMut, Chain, Limit, Rope, WriteBuffer
from framewire.buf.transfer import ROOM, fill, send
from tests.buffer_inputs import DATA, INPUTS, Slots


def bringing(data):
    """A source of `data` that gives what fits."""
    left = bytearray(data)

    def receive(room):
        n = min(len(room), len(left))
        room[:n] = left[:n]
        del left[:n]
        return n

    return receive


def full(size=10):
    buf = BytesMut.with_capacity(size)
    buf.extend(b"." * buf.capacity)
    return buf


ROOMS = {
    "spare capacity and no more": (lambda: BytesMut.with_capacity(10), 10),
    "a new buffer": (BytesMut, ROOM),
    "a full one": (full, ROOM),
    "a limit": (lambda: Limit(BytesMut.with_capacity(100), 7), 7),
    "a limit above the capacity": (lambda: Limit(BytesMut.with_capacity(10), 50), 10),
    "a limit on a full one": (lambda: Limit(full(), 100), 100),
    "a limit on a limit": (lambda: Limit(Limit(full(), 2000), 100_000), 2000),
    "a chain's first part": (lambda: Chain(Limit(BytesMut(), 3), Limit(BytesMut(), 50)), 3),
    "a chain's last part": (lambda: Chain(Limit(BytesMut(), 0), Limit(BytesMut.with_capacity(50), 70)), 50),
    "a user's buffer": (lambda: Slots(9, 4), 4),
    "what encoders write to": (WriteBuffer, ROOM),
}


@pytest.mark.parametrize(("make", "room"), ROOMS.values(), ids=ROOMS)
def test_one_read_is_as_long_as_the_room_in_one_piece(make, room):
    seen = []
    buf = make()
    before = buf.remaining_mut()

    def receive(view):
        seen.append(len(view))
        return 0

    assert fill(buf, receive) == 0
    assert len(seen) == 1 and buf.remaining_mut() == before
    if room == ROOM:
        assert seen[0] >= room
    else:
        assert seen == [room]


@pytest.mark.parametrize("make", [make for make, _ in ROOMS.values()], ids=ROOMS)
def test_what_was_read_is_appended(make):
    buf, receive = make(), bringing(b"abc")
    before = buf.remaining_mut()
    assert fill(buf, receive) == 3
    assert before - buf.remaining_mut() == 3
    assert fill(make(), receive) == 0


def test_bytes_land_behind_those_that_are_there():
    buf = BytesMut(b"old")
    buf.reserve(10)
    assert fill(buf, bringing(b"new")) == 3
    assert buf == b"oldnew"


@pytest.mark.parametrize("make", [lambda: Limit(BytesMut(), 0), lambda: Slots(0, 4)], ids=["limit", "user's"])
def test_no_room_is_not_the_end(make):
    with pytest.raises(BufferError, match="no room"):
        fill(make(), bringing(b"abc"))


class Failure(Exception):
    pass


@pytest.mark.parametrize("make", [make for make, _ in ROOMS.values()], ids=ROOMS)
@pytest.mark.parametrize("outcome", [Failure, None], ids=["raises", "not now"])
def test_a_read_that_fails_appends_nothing(make, outcome):
    buf = make()
    before = buf.remaining_mut()

    def receive(view):
        view[:1] = b"x"
        if outcome is None:
            return None
        raise outcome

    with pytest.raises(outcome or BlockingIOError):
        fill(buf, receive)
    assert buf.remaining_mut() == before
    assert fill(buf, bringing(b"y")) == 1  # no view of the room is left behind


class Taker:
    """A sink that takes `most` bytes of each call."""

    def __init__(self, most):
        self.most, self.taken, self.calls = most, b"", 0

    def __call__(self, chunks):
        assert chunks and all(len(chunk) for chunk in chunks)
        self.calls += 1
        new = b"".join(bytes(chunk) for chunk in chunks)[: self.most]
        self.taken += new
        return len(new)


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("most", [1, 2, 7, 1000])
def test_all_bytes_leave_once_and_in_order(make, most):
    buf, sink = make(DATA), Taker(most)
    while n := send(buf, sink):
        assert n <= most
        assert sink.taken == DATA[: len(DATA) - buf.remaining()]
    assert sink.taken == DATA
    calls = sink.calls
    assert send(buf, sink) == 0 and sink.calls == calls  # an empty buffer is not sent


@pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("outcome", [Failure, None], ids=["raises", "not now"])
def test_a_write_that_fails_consumes_nothing(make, outcome):
    buf = make(DATA)

    def transmit(chunks):
        if outcome is None:
            return None
        raise outcome

    with pytest.raises(outcome or BlockingIOError):
        send(buf, transmit)
    assert buf.remaining() == len(DATA)


def test_many_chunks_go_in_one_call():
    sink = Taker(10_000)
    assert send(Rope(*([b"ab"] * 500)), sink) == 1000
    assert (sink.calls, sink.taken) == (1, b"ab" * 500)


@pytest.mark.parametrize("step", [fill, send])
def test_what_is_no_buffer_is_refused(step):
    with pytest.raises(TypeError, match="a buffer is needed"):
        step(bytearray(3), lambda anything: 0)
