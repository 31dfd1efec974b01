"""`Buf` and `BufMut` for any input and output.

Each input hands out the same bytes in other pieces; the same tests run for all of them, so that nothing depends on
where a chunk ends.
"""

from __future__ import annotations

import itertools
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire._impl import Bytes, BytesMut, Cursor
from framewire.buf import Buf, BufMut, Chain, Limit, Rope, WriteBuffer
from framewire.errors import BufferUnderflow
from tests.buffer_inputs import DATA, INPUTS, Dribble, Slots, drain
from tests.properties import examples

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


def test_iterating_consumes_unless_it_is_a_sequence(make):
    buf = make(DATA)
    consumes = not isinstance(buf, (BytesMut, Rope))
    for byte in buf:
        if byte == DATA[3]:
            break
    assert buf.remaining() == len(DATA) - (4 if consumes else 0)
    assert bytes(buf) == (DATA[4:] if consumes else DATA)
    assert buf.has_remaining() is not consumes


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


@examples(50)
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
    for out in (BytesMut(), BytesMut(b"x"), Slots(100, 7), WriteBuffer(), Limit(Slots(100, 7), 80)):
        source = make(DATA)
        out.put(source)
        assert not source.has_remaining()
        assert _written(out).removeprefix(b"x") == DATA


def _written(out):
    out = out.inner if isinstance(out, Limit) else out
    if isinstance(out, BytesMut):
        return out.to_bytes()
    return b"".join(out.take()) if isinstance(out, WriteBuffer) else bytes(out.store[: out.filled])


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, Bytes, BytesMut])
def test_writing_anything_bytes_like(kind):
    for write in ("put_slice", "put"):
        out = Slots(5, 2)
        getattr(out, write)(kind(b"abc"))
        assert out.store == b"abc.."
    with pytest.raises(TypeError):
        Slots(5, 2).put_slice("abc")


def test_bytes_mut_is_a_buf_mut():
    assert isinstance(BytesMut(), BufMut) and isinstance(BytesMut(), Buf) and not isinstance(Cursor(b""), BufMut)
