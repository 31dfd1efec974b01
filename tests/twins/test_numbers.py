"""The 38 `get_*` and 38 `put_*`: one table against `struct` and `int`, for reading, writing, underflow and range."""

from __future__ import annotations

import math
import struct
import sys

import pytest

from framewire.errors import BufferUnderflow

ORDERS = {"": "big", "_le": "little", "_ne": sys.byteorder}
FIXED = [
    (f"{kind}{8 * size}{suffix}", size, kind == "i", order)
    for size in (1, 2, 4, 8, 16)
    for kind in "ui"
    for suffix, order in (ORDERS.items() if size > 1 else [("", "big")])
]
FLOATS = [
    (f"f{8 * size}{suffix}", size, ("<" if order == "little" else ">") + code)
    for size, code in ((4, "f"), (8, "d"))
    for suffix, order in ORDERS.items()
]
SIZED = [(f"{kind}{suffix}", kind == "int", order) for kind in ("uint", "int") for suffix, order in ORDERS.items()]
NAMES = {row[0] for row in [*FIXED, *FLOATS, *SIZED]}
ENDS = [(b"\x80", b""), (b"", b"\x80"), (b"\x7f" + b"\xff" * 14, b"\xff")]
PATTERNS = [bytes(range(1, 17)), b"\xff" * 16, bytes(16), *(a + bytes(16 - len(a + b)) + b for a, b in ENDS)]
AROUND = 3  # bytes before and behind, which must stay as they are


def readers(buffers, data):
    """The same bytes in all that has `get_*`, with something before and behind them."""
    mut, cursor = buffers.BytesMut(b"-" * AROUND + data + b"+" * AROUND), None
    cursor = buffers.Cursor(mut.to_bytes())
    for reader in (mut, cursor):
        reader.advance(AROUND)
        yield reader


def edges(size, signed):
    """The least and the greatest value of this size, and some that fit."""
    low, high = (-(1 << (8 * size - 1)), (1 << (8 * size - 1)) - 1) if signed else (0, (1 << (8 * size)) - 1)
    some = (low, low + 1, -1, 0, 1, 0x0102030405060708 % (high + 1), high - 1, high)
    return low, high, [value for value in some if low <= value <= high]


def test_there_are_38_of_each(buffers):
    assert len(NAMES) == 38
    for prefix, owners in (("get_", (buffers.BytesMut, buffers.Cursor)), ("put_", (buffers.BytesMut,))):
        for owner in owners:
            others = {"put_slice", "put_bytes", "get_ref"}
            found = {name for name in dir(owner) if name.startswith(prefix)} - others
            assert found == {prefix + name for name in NAMES}


@pytest.mark.parametrize(("name", "size", "signed", "order"), FIXED)
def test_integers_of_fixed_size(buffers, name, size, signed, order):
    for pattern in PATTERNS:
        data = pattern[:size]
        for reader in readers(buffers, data):
            assert getattr(reader, "get_" + name)() == int.from_bytes(data, order, signed=signed)
            assert reader.chunk() == b"+" * AROUND
    low, high, values = edges(size, signed)
    for value in values:
        b = buffers.BytesMut(b"-")
        getattr(b, "put_" + name)(value)
        assert b == b"-" + value.to_bytes(size, order, signed=signed)
        b.advance(1)
        assert getattr(b, "get_" + name)() == value
    for wrong in (low - 1, high + 1, 1 << 200, -(1 << 200)):
        b = buffers.BytesMut(b"-")
        with pytest.raises(OverflowError):
            getattr(b, "put_" + name)(wrong)
        assert b == b"-"


@pytest.mark.parametrize(("name", "size", "layout"), FLOATS)
def test_floats(buffers, name, size, layout):
    for value in (0.0, -0.0, 1.5, -2.25, math.inf, -math.inf, 1e-45, 3.4028234663852886e38):
        data = struct.pack(layout, value)
        for reader in readers(buffers, data):
            assert struct.pack(layout, getattr(reader, "get_" + name)()) == data
        b = buffers.BytesMut()
        getattr(b, "put_" + name)(value)
        assert b == data
    b = buffers.BytesMut()
    getattr(b, "put_" + name)(math.nan)
    getattr(b, "put_" + name)(7)
    assert math.isnan(getattr(b, "get_" + name)()) and getattr(b, "get_" + name)() == 7.0
    if size == 4:
        with pytest.raises(OverflowError):
            getattr(b, "put_" + name)(1e300)
    for wrong in ("1.5", None, b"1"):
        with pytest.raises(TypeError):
            getattr(b, "put_" + name)(wrong)
    assert b == b""


@pytest.mark.parametrize(("name", "signed", "order"), SIZED)
@pytest.mark.parametrize("n", range(9))
def test_integers_of_any_size(buffers, name, signed, order, n):
    for pattern in PATTERNS:
        data = pattern[:n]
        for reader in readers(buffers, data):
            assert getattr(reader, "get_" + name)(n) == int.from_bytes(data, order, signed=signed)
            assert reader.remaining() == AROUND
    low, high, values = edges(n, signed) if n else (0, 0, [0])
    for value in values:
        b = buffers.BytesMut()
        getattr(b, "put_" + name)(value, n)
        assert b == value.to_bytes(n, order, signed=signed)
        assert getattr(b, "get_" + name)(n) == value
    for wrong in (low - 1, high + 1):
        b = buffers.BytesMut(b"-")
        with pytest.raises(OverflowError):
            getattr(b, "put_" + name)(wrong, n)
        assert b == b"-"


@pytest.mark.parametrize(("name", "signed", "order"), SIZED)
@pytest.mark.parametrize("n", [-1, 9, 100])
def test_sizes_beyond_eight(buffers, name, signed, order, n):
    for reader in readers(buffers, bytes(20)):
        with pytest.raises(ValueError):
            getattr(reader, "get_" + name)(n)
        assert reader.remaining() == 20 + AROUND
    b = buffers.BytesMut()
    with pytest.raises(ValueError):
        getattr(b, "put_" + name)(0, n)
    assert b == b""


def test_sign_extension_of_three_bytes(buffers):
    """Rust's `get_int` and `try_get_int` disagree here; we follow `get_int`."""
    assert buffers.Cursor(b"\xff\x46\x71").get_int(3) == -47503
    assert buffers.Cursor(b"\x71\x46\xff").get_int_le(3) == -47503


@pytest.mark.parametrize(("name", "size"), [(row[0], row[1]) for row in [*FIXED, *FLOATS]] + [(r[0], 8) for r in SIZED])
def test_underflow_consumes_nothing(buffers, name, size):
    arguments = (8,) if name in {row[0] for row in SIZED} else ()
    for available in range(size):
        for reader in (buffers.BytesMut(bytes(available)), buffers.Cursor(bytes(available))):
            with pytest.raises(BufferUnderflow) as caught:
                getattr(reader, "get_" + name)(*arguments)
            assert (caught.value.requested, caught.value.available) == (size, available)
            assert reader.remaining() == available


@pytest.mark.parametrize("wrong", ["1", None, 1.5, b"1"])
def test_only_integers_are_written(buffers, wrong):
    b = buffers.BytesMut()
    for name, *_ in FIXED:
        with pytest.raises(TypeError):
            getattr(b, "put_" + name)(wrong)
    for name, _, _ in SIZED:
        with pytest.raises(TypeError):
            getattr(b, "put_" + name)(wrong, 4)
        with pytest.raises(TypeError):
            getattr(b, "put_" + name)(1, wrong)
    assert b == b""


def test_what_acts_as_an_integer_is_one(buffers):
    class Seven:
        def __index__(self):
            return 7

    b = buffers.BytesMut()
    b.put_u8(Seven())
    b.put_u32(True)
    b.put_u128_le(Seven())
    assert (b.get_u8(), b.get_u32(), b.get_u128_le()) == (7, 1, 7)


def test_numbers_beside_other_fill_levels(buffers):
    """Every number at every fill level: growth in the middle of `put_*` changes nothing before it."""
    for fill in range(20):
        for name, size, signed, order in FIXED:
            b = buffers.BytesMut(bytes(range(fill)))
            getattr(b, "put_" + name)(1)
            assert b == bytes(range(fill)) + (1).to_bytes(size, order, signed=signed)
