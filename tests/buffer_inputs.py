"""Buffers to test with: some that a user would write, and the same bytes in every kind of `Buf` there is.

What belongs here: inputs and outputs that cut their bytes in different places, so that nothing depends on where a chunk
ends.
"""

from __future__ import annotations

from framewire._impl import BytesMut, Cursor
from framewire.buf import Buf, BufMut, Chain, Rope, Take
from framewire.errors import BufferUnderflow

DATA = bytes(range(1, 60)) + b"\xff\x80\x7f"


class Dribble(Buf):
    """A user's `Buf`: the three primitives, one byte at a time."""

    def __init__(self, data):
        self.data = data

    def remaining(self):
        return len(self.data)

    def chunk(self):
        return memoryview(self.data)[:1]

    def advance(self, n):
        if not 0 <= n <= len(self.data):
            raise (BufferUnderflow(n, len(self.data)) if n > 0 else ValueError(n))
        self.data = self.data[n:]


class Duck:
    """No subclass of anything, only the primitives, in chunks of three bytes."""

    def __init__(self, data):
        self.data = data

    def remaining(self):
        return len(self.data)

    def chunk(self):
        return memoryview(self.data)[:3]

    def advance(self, n):
        self.data = self.data[n:]


class Slots(BufMut):
    """A user's `BufMut`: room in pieces of `step` bytes, `size` in all."""

    def __init__(self, size, step):
        self.store, self.step, self.filled = bytearray(b"." * size), step, 0

    def remaining_mut(self):
        return len(self.store) - self.filled

    def chunk_mut(self):
        return memoryview(self.store)[self.filled : self.filled + self.step]

    def advance_mut(self, n):
        self.filled += n


def advanced(data):
    mut = BytesMut(b"consumed" + data)
    mut.advance(8)
    return mut


def chain(data, at):
    return Chain(Cursor(data[:at]), advanced(data[at:]))


INPUTS = {
    "cursor": Cursor,
    "bytes_mut": advanced,
    "chain_all_first": lambda data: chain(data, len(data)),
    "chain_all_last": lambda data: chain(data, 0),
    "chain_cut_after_1": lambda data: chain(data, 1),
    "chain_cut_in_the_middle": lambda data: chain(data, len(data) // 2),
    "chain_of_chains": lambda data: Chain(chain(data[:5], 2), Chain(Duck(data[5:7]), Dribble(data[7:]))),
    "take": lambda data: Take(Cursor(data + b"beyond"), len(data)),
    "take_of_chain": lambda data: Take(chain(data + b"beyond", 3), len(data)),
    "take_of_more_than_there_is": lambda data: Take(advanced(data), len(data) + 10),
    "take_of_duck": lambda data: Take(Duck(data + b"beyond"), len(data)),
    "dribble": Dribble,
    "rope_of_one": Rope,
    "rope_of_many": lambda data: Rope(*(data[i : i + 7] for i in range(0, len(data), 7))),
    "take_of_rope": lambda data: Take(Rope(data[:4], data[4:9], data[9:] + b"beyond"), len(data)),
}


def drain(buf):
    """All that is left, chunk by chunk."""
    taken = b""
    while buf.has_remaining():
        piece = bytes(buf.chunk())
        assert piece, "a chunk is empty only at the end"
        buf.advance(len(piece))
        taken += piece
    assert buf.chunk() == b""
    return taken
