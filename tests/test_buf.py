"""`Buf` and `BufMut` for any input, the adaptors `Chain` and `Take`, and `WriteBuffer`.

Each input hands out the same bytes in other pieces; the same tests run for all of them, so that nothing depends on
where a chunk ends.
"""

from __future__ import annotations

import itertools
import struct
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewire._impl import Bytes, BytesMut, Cursor
from framewire.buf import SHARE_THRESHOLD, Buf, BufMut, Chain, Take, WriteBuffer
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
}
NUMBERS = [
    (f"{kind}{8 * size}{suffix}", size, kind == "i", order)
    for size in (1, 2, 4, 8, 16)
    for kind in "ui"
    for suffix, order in (("", "big"), ("_le", "little"), ("_ne", sys.byteorder))
    if size > 1 or not suffix
]
FLOATS = [
    (f"f{8 * size}{suffix}", size, f"{order}{code}")
    for size, code in ((4, "f"), (8, "d"))
    for suffix, order in (("", ">"), ("_le", "<"), ("_ne", "="))
]
SIZED = [
    (f"{kind}{suffix}", kind == "int", order)
    for kind in ("uint", "int")
    for suffix, order in (("", "big"), ("_le", "little"), ("_ne", sys.byteorder))
]


@pytest.fixture(params=INPUTS)
def make(request):
    return INPUTS[request.param]


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


# -- reading, whatever the input


def test_is_a_buf(make):
    assert isinstance(make(DATA), Buf)
    assert not isinstance(b"", Buf) and not isinstance(Bytes(), Buf)


def test_empty(make):
    buf = make(b"")
    assert buf.remaining() == 0 and not buf.has_remaining() and buf.chunk() == b""
    assert buf.chunks_vectored(4) == [] and buf.copy_to_bytes(0) == b""
    buf.advance(0)
    buf.copy_to_slice(bytearray())
    for read in (lambda: buf.advance(1), buf.get_u8, lambda: buf.copy_to_bytes(1)):
        with pytest.raises(BufferUnderflow) as caught:
            read()
        assert (caught.value.requested, caught.value.available) == (1, 0)


def test_fresh(make):
    buf = make(DATA)
    assert buf.remaining() == len(DATA) and buf.has_remaining()
    assert DATA.startswith(bytes(buf.chunk())) and buf.chunk().readonly
    assert drain(buf) == DATA


def test_advance_everywhere(make):
    for n in range(len(DATA) + 1):
        buf = make(DATA)
        buf.advance(n)
        assert buf.remaining() == len(DATA) - n and drain(buf) == DATA[n:]


@pytest.mark.parametrize("steps", [(1,), (2, 3), (7, 1, 1)])
def test_advance_step_by_step(make, steps):
    buf, at = make(DATA), 0
    for step in itertools.cycle(steps):
        if at + step > len(DATA):
            break
        buf.advance(step)
        at += step
        assert buf.remaining() == len(DATA) - at and DATA[at:].startswith(bytes(buf.chunk()))


def test_beyond_the_end_nothing_is_consumed(make):
    buf, n = make(DATA), len(DATA) + 1
    target = bytearray(n)
    for read in (lambda: buf.advance(n), lambda: buf.copy_to_bytes(n), lambda: buf.copy_to_slice(target)):
        with pytest.raises(BufferUnderflow) as caught:
            read()
        assert (caught.value.requested, caught.value.available) == (n, len(DATA))
    assert target == bytes(n) and drain(buf) == DATA


def test_negative_counts(make):
    buf = make(DATA)
    for read in (buf.advance, buf.copy_to_bytes, buf.chunks_vectored):
        with pytest.raises(ValueError):
            read(-1)
    assert drain(buf) == DATA


@pytest.mark.parametrize("maximum", [0, 1, 2, 3, 100])
def test_chunks_vectored(make, maximum):
    buf = make(DATA)
    chunks = buf.chunks_vectored(maximum)
    assert len(chunks) <= maximum and all(chunks) and bool(chunks) == (maximum > 0)
    assert DATA.startswith(b"".join(chunks)) and buf.remaining() == len(DATA)


def test_copy_to_slice_and_to_bytes(make):
    for n in (0, 1, 5, 31, len(DATA)):
        buf, target = make(DATA), bytearray(n)
        buf.copy_to_slice(target)
        assert target == DATA[:n]
        rest = buf.copy_to_bytes(len(DATA) - n)
        assert type(rest) is Bytes and rest == DATA[n:] and not buf.has_remaining()
    with pytest.raises(TypeError, match="writable"):
        make(DATA).copy_to_slice(b"1234")


@pytest.mark.parametrize(("name", "size", "signed", "order"), NUMBERS)
def test_integers(make, name, size, signed, order):
    buf = make(DATA)
    for at in range(0, len(DATA) - size + 1, size):
        assert getattr(buf, "get_" + name)() == int.from_bytes(DATA[at : at + size], order, signed=signed)
    left = len(DATA) % size
    assert drain(buf) == DATA[len(DATA) - left :]


@pytest.mark.parametrize(("name", "size", "layout"), FLOATS)
def test_floats(make, name, size, layout):
    data = b"".join(struct.pack(layout, value) for value in (1.5, -0.25, 1e30))
    buf = make(data)
    for value in struct.iter_unpack(layout, data):
        assert (getattr(buf, "get_" + name)(),) == value


@pytest.mark.parametrize(("name", "size"), [row[:2] for row in NUMBERS] + [row[:2] for row in FLOATS])
def test_numbers_of_which_the_last_byte_is_missing(make, name, size):
    buf = make(DATA[: size - 1])
    with pytest.raises(BufferUnderflow) as caught:
        getattr(buf, "get_" + name)()
    assert (caught.value.requested, caught.value.available) == (size, size - 1)
    assert drain(buf) == DATA[: size - 1]


@pytest.mark.parametrize(("name", "signed", "order"), SIZED)
def test_integers_of_any_size(make, name, signed, order):
    for n in range(9):
        for data in (DATA[:n], DATA[-n:] if n else b""):
            buf = make(data)
            assert getattr(buf, "get_" + name)(n) == int.from_bytes(data, order, signed=signed)
            assert buf.remaining() == 0
            if n:
                with pytest.raises(BufferUnderflow):
                    getattr(buf, "get_" + name)(n)
        for wrong in (-1, 9):
            with pytest.raises(ValueError):
                getattr(make(DATA), "get_" + name)(wrong)


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=60), cuts=st.lists(st.integers(0, 60), max_size=4), ops=st.lists(st.integers(0, 20)))
def test_where_chunks_end_makes_no_difference(data, cuts, ops):
    """A chain cut anywhere reads like one piece, whatever is read in whatever order."""
    whole, parted = Cursor(data), Cursor(data[: min([*cuts, len(data)])])
    edges = [*sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for low, high in itertools.pairwise(edges):
        parted = Chain(parted, Dribble(data[low:high]))
    for op in ops:
        act = [
            lambda buf: buf.get_u16_le(), lambda buf: buf.get_int(3), lambda buf: buf.copy_to_bytes(op),  # noqa: B023
            lambda buf: buf.advance(op), lambda buf: buf.get_u8(),  # noqa: B023
        ][op % 5]  # fmt: skip
        assert _outcome(act, whole) == _outcome(act, parted) and whole.remaining() == parted.remaining()
    assert drain(parted) == drain(whole)


def _outcome(act, buf):
    try:
        return act(buf)
    except BufferUnderflow as error:
        return error.requested, error.available


def test_a_chunk_that_breaks_the_contract_is_reported():
    class Broken(Dribble):
        def chunk(self):
            return memoryview(b"")

    for read in (lambda b: b.get_u16(), lambda b: b.copy_to_bytes(2), lambda b: BytesMut().put(b)):
        with pytest.raises((ValueError, BufferError), match="chunk"):
            read(Broken(b"abc"))


def test_a_subclass_must_give_the_primitives():
    with pytest.raises(TypeError):
        type("Half", (Buf,), {"remaining": lambda self: 0})()
    with pytest.raises(TypeError):
        type("Half", (BufMut,), {"remaining_mut": lambda self: 0})()


# -- the adaptors


def test_chain_copies_only_across_the_border():
    big = BytesMut(bytes(5000)).freeze()
    both = Chain(Cursor(big), Cursor(big))
    assert both.copy_to_bytes(4000).retained >= 5000
    assert both.copy_to_bytes(2000).retained == 2000
    assert both.copy_to_bytes(4000).retained >= 5000 and not both.has_remaining()


def test_chain_shows_its_parts():
    first, last = Cursor(b"abc"), BytesMut(b"def")
    both = Chain(first, last)
    both.advance(4)
    assert both.first is first and both.last is last and both.into_inner() == (first, last)
    assert (first.remaining(), last) == (0, b"ef")
    last.advance(1)
    assert drain(both) == b"f"
    assert [bytes(c) for c in Chain(Cursor(b"ab"), Cursor(b"cd")).chunks_vectored(8)] == [b"ab", b"cd"]
    assert [bytes(c) for c in Chain(Cursor(b"ab"), Cursor(b"cd")).chunks_vectored(1)] == [b"ab"]


def test_chain_vectored_after_a_partial_advance():
    both = Chain(Cursor(b"hello"), Chain(Cursor(b""), Cursor(b"world")))
    for n, expected in [(0, [b"hello", b"world"]), (3, [b"lo", b"world"]), (3, [b"orld"])]:
        both.advance(n)
        assert [bytes(chunk) for chunk in both.chunks_vectored(16)] == expected


def test_chain_writes_to_the_first_and_then_to_the_last():
    first, last = Slots(5, 2), BytesMut()
    both = Chain(first, last)
    assert isinstance(both, BufMut)
    both.put_slice(b"abc")
    both.put_u32(0x64656667)
    assert first.store == b"abcde" and last == b"fg"
    assert Chain(Slots(3, 3), Slots(4, 4)).remaining_mut() == 7
    assert Chain(BytesMut(), BytesMut()).remaining_mut() == sys.maxsize
    small = Chain(Slots(2, 1), Slots(2, 1))
    with pytest.raises(BufferError, match=r"5 .* 4"):
        small.put_slice(b"12345")
    small.put_slice(b"1234")
    assert (small.first.store, small.last.store) == (b"12", b"34") and not small.has_remaining_mut()
    with pytest.raises(BufferError):
        small.advance_mut(1)


def test_take_is_limited_and_can_be_set_again():
    inner = Cursor(b"hello world")
    first = Take(inner, 5)
    assert first.inner is inner and drain(first) == b"hello" and first.limit == 0 and inner.remaining() == 6
    first.limit = 3
    assert first.remaining() == 3 and first.copy_to_bytes(2) == b" w" and first.limit == 1
    inner.advance(1)
    assert first.limit == 1 and drain(first) == b"r" and first.into_inner() is inner and drain(inner) == b"ld"
    for wrong in (-1,):
        with pytest.raises(ValueError):
            Take(inner, wrong)
        with pytest.raises(ValueError):
            first.limit = wrong


def test_take_of_more_than_there_is():
    few = Take(Cursor(b"abc"), 10)
    assert (few.remaining(), few.limit) == (3, 10)
    few.advance(3)
    assert (few.remaining(), few.limit) == (0, 7)
    with pytest.raises(BufferUnderflow):
        few.advance(1)


def test_take_cuts_chunks_and_shares():
    big = BytesMut(bytes(5000)).freeze()
    assert Take(Cursor(big), 10).copy_to_bytes(10).retained >= 5000
    vectored = Take(Chain(Cursor(b"abc"), Cursor(b"def")), 5).chunks_vectored(8)
    assert [bytes(chunk) for chunk in vectored] == [b"abc", b"de"]
    assert Take(Cursor(b"abc"), 0).chunks_vectored(8) == []


@pytest.mark.parametrize("wrong", [b"bytes", "text", None, 3])
def test_adaptors_refuse_what_is_no_buffer(wrong):
    for adapt in (lambda: Take(wrong, 1), lambda: Chain(wrong, Cursor(b"")), lambda: Chain(Cursor(b""), wrong)):
        with pytest.raises(TypeError):
            adapt()


# -- writing, whatever the output


@pytest.mark.parametrize("step", [1, 3, 100])
def test_every_number_is_written_as_bytes_mut_writes_it(step):
    for name, size, signed, order in NUMBERS:
        out = Slots(size + 1, step)
        getattr(out, "put_" + name)(5)
        assert out.store[:size] == (5).to_bytes(size, order, signed=signed) and out.filled == size
        with pytest.raises(OverflowError):
            getattr(out, "put_" + name)(1 << 200)
        if size > 1:
            with pytest.raises(BufferError):
                getattr(out, "put_" + name)(5)
        assert out.filled == size and out.store.endswith(b".")
    for name, size, layout in FLOATS:
        out = Slots(size, step)
        getattr(out, "put_" + name)(1.5)
        assert out.store == struct.pack(layout, 1.5)
    for (name, signed, order), n in itertools.product(SIZED, range(9)):
        out = Slots(8, step)
        value = -1 if signed and n else 0
        getattr(out, "put_" + name)(value, n)
        assert out.store[:n] == value.to_bytes(n, order, signed=signed) and out.filled == n


@pytest.mark.parametrize("step", [1, 3, 100])
def test_writing_every_length(step):
    for n in range(len(DATA) + 1):
        out = Slots(len(DATA), step)
        out.put_slice(DATA[:n])
        out.put_bytes(0x2B, min(2, out.remaining_mut()))
        assert out.store == (DATA[:n] + b"++")[: len(DATA)].ljust(len(DATA), b".")


def test_writing_refuses_up_front(make):
    out = Slots(len(DATA) - 1, 4)
    source = make(DATA)
    for write in (lambda: out.put_slice(DATA), lambda: out.put_bytes(0, len(DATA)), lambda: out.put(source)):
        with pytest.raises(BufferError, match=rf"{len(DATA)} .* {len(DATA) - 1}"):
            write()
    assert out.filled == 0 and drain(source) == DATA


def test_put_consumes_any_input(make):
    for out in (BytesMut(), BytesMut(b"x"), Slots(100, 7), WriteBuffer()):
        source = make(DATA)
        out.put(source)
        assert not source.has_remaining()
        written = out.to_bytes() if isinstance(out, BytesMut) else _written(out)
        assert written.removeprefix(b"x") == DATA


def _written(out):
    return b"".join(out.take()) if isinstance(out, WriteBuffer) else bytes(out.store[: out.filled])


def test_bytes_mut_is_a_buf_mut():
    assert isinstance(BytesMut(), BufMut) and isinstance(BytesMut(), Buf) and not isinstance(Cursor(b""), BufMut)


# -- WriteBuffer

BIG = bytes(SHARE_THRESHOLD)


def test_small_things_become_one_segment():
    w = WriteBuffer()
    assert w.take() == [] and not w and len(w) == 0
    w.put_slice(b"abc")
    w.put_u16(0x6465)
    w.put_bytes(0x66, 2)
    w.put(Cursor(b"g"))
    w.tail.extend(b"h")
    assert len(w) == 9 and w
    assert w.take() == [b"abcdeffgh"] and not w and w.take() == []


@pytest.mark.parametrize("n", [SHARE_THRESHOLD - 1, SHARE_THRESHOLD, SHARE_THRESHOLD + 1])
@pytest.mark.parametrize("kind", [bytes, Bytes, bytearray, memoryview, BytesMut])
def test_large_immutable_payloads_are_not_copied(n, kind):
    payload = kind(bytes(n))
    w = WriteBuffer()
    w.put_slice(b"head")
    w.put_slice(payload)
    w.put_slice(b"tail")
    assert len(w) == n + 8
    segments = w.take()
    shared = n >= SHARE_THRESHOLD and kind in (bytes, Bytes)
    assert len(segments) == (3 if shared else 1) and b"".join(segments) == b"head" + bytes(n) + b"tail"
    if shared:
        assert segments[1] is payload if kind is bytes else type(segments[1]) is memoryview
    if kind is bytearray:
        payload[0] = 1
        assert b"".join(segments) == b"head" + bytes(n) + b"tail"


def test_order_is_kept():
    w = WriteBuffer()
    for payload in (BIG, b"a", b"b", BIG + b"1", BIG + b"2", b"c"):
        w.put_slice(payload)
    assert [bytes(s) for s in w.take()] == [BIG, b"ab", BIG + b"1", BIG + b"2", b"c"]


def test_a_large_cursor_is_shared_and_a_large_bytes_mut_copied():
    data = bytes(range(256)) * 100
    w, cursor, mut = WriteBuffer(), Cursor(data), BytesMut(data)
    cursor.advance(1)
    w.put(cursor)
    assert len(w.segments) == 1 and not cursor.has_remaining()
    w.put(mut)
    assert len(w.segments) == 1 and len(mut) == 0
    assert b"".join(w.take()) == data[1:] + data


def test_a_large_tail_is_handed_over_and_never_changes():
    w = WriteBuffer()
    for _ in range(100):
        w.put_slice(b"x" * 1000)
    (segment,) = w.take()
    assert type(segment) is memoryview
    for _ in range(200):
        w.put_slice(b"y" * 1000)
    assert segment == b"x" * 100_000
    assert b"".join(w.take()) == b"y" * 200_000


def test_the_tail_is_one_object_and_keeps_little():
    w = WriteBuffer()
    tail = w.tail
    w.put_slice(b"x" * 1_000_000)
    w.clear()
    assert w.tail is tail and tail.capacity <= 64 * 1024 and not w
    w.put_slice(b"x" * 10)
    capacity = tail.capacity
    w.take()
    assert w.tail is tail and tail.capacity == capacity
    w.tail.reserve(1_000_000)
    w.put_slice(b"x")
    assert w.take() == [b"x"] and tail.capacity <= 64 * 1024


def test_chunks_go_to_the_tail():
    w = WriteBuffer()
    with w.chunk_mut() as room:
        room[:2] = b"ab"
    w.advance_mut(2)
    assert w.remaining_mut() == sys.maxsize - 2 and w.take() == [b"ab"]


@pytest.mark.parametrize("before", [[], [b"a"], [b"a", BIG], [b"a", BIG, b"b"], [BIG]])
@pytest.mark.parametrize("after", [[], [b"c"], [BIG], [b"c", BIG], [b"c", BIG, b"d"], [BIG, b"d", BIG]])
def test_rollback_leaves_what_was_there(before, after):
    w = WriteBuffer()
    for payload in before:
        w.put_slice(payload)
    mark, length = w.mark(), len(w)
    for payload in after:
        w.put_slice(payload)
    w.rollback(mark)
    assert len(w) == length
    w.put_slice(b"e")
    w.rollback(w.mark())
    assert b"".join(w.take()) == b"".join(before) + b"e"


def test_rollback_after_take_is_refused():
    w = WriteBuffer()
    for payload in (b"abc", BIG):
        w.put_slice(payload)
        mark = w.mark()
        w.take()
        with pytest.raises(ValueError):
            w.rollback(mark)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([b"a", b"bc" * 10, BIG, BIG + b"1", "mark", "rollback", "take", "clear"])))
def test_write_buffer_against_a_model(ops):
    w, model, taken, expected, marks = WriteBuffer(), b"", b"", b"", []
    for op in ops:
        if op == "mark":
            marks.append((w.mark(), len(model)))
        elif op == "rollback" and marks:
            mark, length = marks.pop()
            w.rollback(mark)
            model = model[:length]
        elif op in ("take", "clear"):
            handed, marks = w.take() if op == "take" else w.clear() or [], []
            taken, expected = taken + b"".join(handed), expected + (model if op == "take" else b"")
            model = b""
        elif isinstance(op, bytes):
            w.put_slice(op)
            model += op
        assert len(w) == len(model) and bool(w) == bool(model)
    assert taken == expected and b"".join(w.take()) == model
