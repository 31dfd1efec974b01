"""`Inbound`: one scratch block for all connections; a connection keeps only what it could not decode yet."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import RespCodec
from framewire._framed import READ_SIZE
from framewire.aio import inbound as inbound_module
from framewire.aio import memory_pair
from framewire.aio.inbound import Inbound
from framewire.frames.resp import Bulk, RespFrame, Simple
from tests.properties import examples


def receive(inbound: Inbound, data: bytes) -> None:
    """What a transport does: fill the lease from the front, keeping its view alive while the bytes are used."""
    while data:
        view = inbound.lease()
        nbytes = min(len(view), len(data))
        view[:nbytes] = data[:nbytes]
        inbound.commit(nbytes)
        inbound.settle()
        data = data[nbytes:]


def test_the_scratch_is_shared_and_a_rest_is_not() -> None:
    one, other = Inbound(), Inbound()
    receive(one, b"partial")
    receive(other, b"+OK\r\n")
    assert bytes(one.rest) == b"partial"
    assert RespCodec().decode(other.rest) == Simple(b"OK")


@pytest.mark.parametrize("size", [1, 100, 16 * 1024 - 1, 16 * 1024, READ_SIZE, 3 * READ_SIZE + 1])
def test_what_was_not_decoded_is_kept_in_order(size: int) -> None:
    inbound, busy = Inbound(), Inbound()
    data = bytes(index % 251 for index in range(size))
    for start in range(0, size, 5000):
        receive(inbound, data[start : start + 5000])
        receive(busy, b"noise on the shared block" * 100)
        busy.rest.clear()
    assert bytes(inbound.rest) == data


def test_decoding_all_of_it_in_place_keeps_nothing() -> None:
    inbound = Inbound()
    view = inbound.lease()
    view[:5] = b"+OK\r\n"
    assert RespCodec().decode(inbound.commit(5)) == Simple(b"OK")
    inbound.settle()
    assert not inbound.rest and inbound.rest.capacity == 0


def test_an_expected_payload_stays_expected_when_it_leaves_the_scratch() -> None:
    inbound, codec = Inbound(), RespCodec()
    payload = bytes(range(256)) * 1024
    wire = b"$%d\r\n" % len(payload) + payload + b"\r\n"
    view = inbound.lease()
    view[:1000] = wire[:1000]
    source = inbound.commit(1000)
    assert codec.decode(source) is None
    inbound.settle()
    assert inbound.rest.expected == len(payload)
    assert len(inbound.lease()) == len(wire) - 1000 - 2  # the room ends where the payload ends
    receive(inbound, wire[1000:])
    assert codec.decode(inbound.rest) == Bulk(payload)
    inbound.release_if_empty()
    assert inbound.rest.capacity == 0


class Reader:
    """A connection that decodes from what is lent, as the pump of Mini-Redis does."""

    def __init__(self) -> None:
        self.inbound = Inbound()
        self.codec = RespCodec()
        self.frames: list[RespFrame] = []

    def receive(self, data: bytes) -> None:
        while data:
            view = self.inbound.lease()
            nbytes = min(len(view), len(data))
            view[:nbytes] = data[:nbytes]
            source = self.inbound.commit(nbytes)
            while not source.expected and (frame := self.codec.decode(source)) is not None:
                self.frames.append(frame)
            self.inbound.settle()
            data = data[nbytes:]


def test_a_head_that_comes_alone_announces_nothing_to_others() -> None:
    """What it announces is its own connection's alone, though it was read into the block of all."""
    one, other, payload = Reader(), Reader(), bytes(100_000)
    one.receive(b"$%d\r\n" % len(payload))
    assert one.inbound.rest.expected == len(payload)
    other.receive(b"+OK\r\n")
    assert other.frames == [Simple(b"OK")]
    one.receive(payload)
    one.receive(b"\r\n")
    assert one.frames == [Bulk(payload)]


BULKS = st.lists(st.sampled_from([0, 10, 16_000, 100_000, READ_SIZE, 3 * READ_SIZE]), min_size=1, max_size=3)


@given(st.lists(BULKS, min_size=2, max_size=3), st.randoms(use_true_random=False))
@examples(100)
def test_what_connections_receive_never_depends_on_one_another(streams: list[list[int]], chance: random.Random) -> None:
    """However their bytes are cut, between head, payload and end too, and in whatever order they come."""
    readers = [Reader() for _ in streams]
    frames = [[Bulk(bytes([index % 251]) * size) for index, size in enumerate(sizes, 1)] for sizes in streams]
    coming = [pieces_of(bulks, chance) for bulks in frames]
    while waiting := [which for which, pieces in enumerate(coming) if pieces]:
        which = chance.choice(waiting)
        readers[which].receive(coming[which].pop(0))
    assert [reader.frames for reader in readers] == frames


def pieces_of(bulks: list[Bulk], chance: random.Random) -> list[bytes]:
    """The bytes of `bulks`, cut at some of the places that matter."""
    pieces = [b""]
    for bulk in bulks:
        middle = chance.randint(0, len(bulk.data))
        for part in (b"$%d\r\n" % len(bulk.data), bulk.data[:middle], bulk.data[middle:], b"\r", b"\n"):
            if chance.random() < 0.5:
                pieces.append(b"")
            pieces[-1] += part
    return pieces


def test_an_idle_connection_gives_its_block_back() -> None:
    inbound = Inbound()
    receive(inbound, b"x" * 40_000)
    inbound.rest.clear()
    inbound.release_if_empty()
    assert inbound.rest.capacity == 0


def test_a_payload_that_was_taken_is_its_owner_s_alone() -> None:
    """Whoever deletes it gets the memory back, however long the connection stays open."""
    inbound = Inbound()
    receive(inbound, b"x")
    inbound.rest.expect(2 * 1024 * 1024)
    while inbound.rest.expected:
        view = inbound.lease()
        inbound.commit(len(view))
        inbound.settle()
    del view
    payload = inbound.rest.split().freeze().to_bytes()
    inbound.release_if_empty()
    assert len(payload) == 2 * 1024 * 1024
    references = sys.getrefcount(payload)
    del inbound
    assert sys.getrefcount(payload) == references


def test_a_read_that_brings_nothing_does_not_keep_the_block() -> None:
    """uvloop asks for room again when a read has filled what it was lent; there is nothing more to read then."""
    inbound = Inbound()
    receive(inbound, b"x")
    inbound.rest.expect(READ_SIZE)
    receive(inbound, b"y" * (READ_SIZE - 1))
    payload = inbound.rest.split().freeze().to_bytes()
    inbound.lease()
    inbound.release_if_empty()
    references = sys.getrefcount(payload)
    del inbound
    assert sys.getrefcount(payload) == references


def test_what_a_failure_leaves_behind_reaches_no_other_connection() -> None:
    unlucky, other = Inbound(), Inbound()
    for wire in (b"*2\r\n$4\r\nECHO\r\n", b"$100000\r\n" + b"x" * 500):
        view = unlucky.lease()
        view[: len(wire)] = wire
        RespCodec().decode(unlucky.commit(len(wire)))
        unlucky.discard()
        assert not unlucky.rest and not unlucky.rest.expected
        receive(other, b"+OK\r\n")
        assert bytes(other.rest) == b"+OK\r\n"
        other.rest.clear()


async def test_a_protocol_that_fails_to_keep_its_bytes_leaves_none_in_the_scratch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, right = memory_pair(RespCodec(), RespCodec())
    with monkeypatch.context() as patch:
        patch.setattr(inbound_module, "_keep", no_memory)
        view = right._protocol.get_buffer(-1)
        view[:6] = b"secret"
        with pytest.raises(MemoryError):
            right._protocol.buffer_updated(6)
    await right.write_frame(Simple(b"OK"))
    assert await left.read_frame() == Simple(b"OK")
    left.abort()
    right.abort()


def no_memory(*_: object) -> None:
    raise MemoryError
