"""What every writable buffer can do once it has `remaining_mut`, `chunk_mut`, `advance_mut`: among it the 38 `put_*`.

What belongs here: appending at the end, built on those three. The names are those of Rust's `bytes::BufMut`, but a
value that does not fit is refused instead of truncated. Each `put_*` costs O(size); it raises `OverflowError` for a
value out of range and `BufferError` where room is lacking, and then nothing was written.
"""

from __future__ import annotations

import math
import struct
from operator import index
from sys import byteorder as NATIVE
from typing import Literal

from framewire._pure.block import BytesLike, count, flat, sized
from framewire._pure.reading import BufLike, piece

__all__ = ["Writing", "repeated"]


class Writing:
    """A mixin over `remaining_mut`, `chunk_mut` and `advance_mut`, which may offer room in any number of pieces."""

    __slots__ = ()

    def remaining_mut(self) -> int:
        """How many bytes can still be appended; O(1)."""
        raise NotImplementedError

    def chunk_mut(self) -> memoryview:
        """A new writable view on room at the end; empty only if there is none. Release it before `advance_mut`."""
        raise NotImplementedError

    def advance_mut(self, n: int) -> None:
        """Make the first `n` bytes of the room readable; O(1). Raises `BufferError` if there is less room."""
        raise NotImplementedError

    def has_remaining_mut(self) -> bool:
        """True if anything can be appended; O(1)."""
        return self.remaining_mut() > 0

    def put_slice(self, data: BytesLike) -> None:
        """Append a copy of `data`; O(n). Raises `BufferError` if it does not fit (nothing written), `TypeError`."""
        left = flat(data)
        self._require_room(len(left))
        while left:
            with self.chunk_mut() as room:
                n = min(len(room), len(left))
                room[:n] = left[:n]
            self.advance_mut(n)
            left = left[n:]

    def put_bytes(self, value: int, count: int) -> None:
        """Append `count` bytes of the same `value`; O(n). Raises as `put_u8` and `put_slice` do."""
        self.put_slice(repeated(value, count))

    def put(self, src: BufLike | BytesLike) -> None:
        """Append all of `src`: a buffer to read from (it is consumed) or bytes-like (copied); O(n).

        Raises `BufferError` if it does not fit (nothing written).
        """
        if not isinstance(src, BufLike):
            return self.put_slice(src)
        left = count(src.remaining())
        self._require_room(left)
        while left:
            with piece(src, left) as chunk:
                n = len(chunk)
                self.put_slice(chunk)
            src.advance(n)
            left -= n

    def _require_room(self, n: int) -> None:
        """Refuse before anything is written."""
        room = self.remaining_mut()
        if n > room:
            raise BufferError(f"not enough room in the buffer: {n} bytes to write, room for {room}")

    def put_u8(self, value: int) -> None:
        """Append one unsigned byte."""
        self.put_slice(_integer(value, 1, "big", False))

    def put_i8(self, value: int) -> None:
        """Append one signed byte."""
        self.put_slice(_integer(value, 1, "big", True))

    def put_u16(self, value: int) -> None:
        """Append 2 bytes: an unsigned big-endian integer."""
        self.put_slice(_integer(value, 2, "big", False))

    def put_u16_le(self, value: int) -> None:
        """Append 2 bytes: an unsigned little-endian integer."""
        self.put_slice(_integer(value, 2, "little", False))

    def put_u16_ne(self, value: int) -> None:
        """Append 2 bytes: an unsigned native-endian integer."""
        self.put_slice(_integer(value, 2, NATIVE, False))

    def put_i16(self, value: int) -> None:
        """Append 2 bytes: a signed big-endian integer."""
        self.put_slice(_integer(value, 2, "big", True))

    def put_i16_le(self, value: int) -> None:
        """Append 2 bytes: a signed little-endian integer."""
        self.put_slice(_integer(value, 2, "little", True))

    def put_i16_ne(self, value: int) -> None:
        """Append 2 bytes: a signed native-endian integer."""
        self.put_slice(_integer(value, 2, NATIVE, True))

    def put_u32(self, value: int) -> None:
        """Append 4 bytes: an unsigned big-endian integer."""
        self.put_slice(_integer(value, 4, "big", False))

    def put_u32_le(self, value: int) -> None:
        """Append 4 bytes: an unsigned little-endian integer."""
        self.put_slice(_integer(value, 4, "little", False))

    def put_u32_ne(self, value: int) -> None:
        """Append 4 bytes: an unsigned native-endian integer."""
        self.put_slice(_integer(value, 4, NATIVE, False))

    def put_i32(self, value: int) -> None:
        """Append 4 bytes: a signed big-endian integer."""
        self.put_slice(_integer(value, 4, "big", True))

    def put_i32_le(self, value: int) -> None:
        """Append 4 bytes: a signed little-endian integer."""
        self.put_slice(_integer(value, 4, "little", True))

    def put_i32_ne(self, value: int) -> None:
        """Append 4 bytes: a signed native-endian integer."""
        self.put_slice(_integer(value, 4, NATIVE, True))

    def put_u64(self, value: int) -> None:
        """Append 8 bytes: an unsigned big-endian integer."""
        self.put_slice(_integer(value, 8, "big", False))

    def put_u64_le(self, value: int) -> None:
        """Append 8 bytes: an unsigned little-endian integer."""
        self.put_slice(_integer(value, 8, "little", False))

    def put_u64_ne(self, value: int) -> None:
        """Append 8 bytes: an unsigned native-endian integer."""
        self.put_slice(_integer(value, 8, NATIVE, False))

    def put_i64(self, value: int) -> None:
        """Append 8 bytes: a signed big-endian integer."""
        self.put_slice(_integer(value, 8, "big", True))

    def put_i64_le(self, value: int) -> None:
        """Append 8 bytes: a signed little-endian integer."""
        self.put_slice(_integer(value, 8, "little", True))

    def put_i64_ne(self, value: int) -> None:
        """Append 8 bytes: a signed native-endian integer."""
        self.put_slice(_integer(value, 8, NATIVE, True))

    def put_u128(self, value: int) -> None:
        """Append 16 bytes: an unsigned big-endian integer."""
        self.put_slice(_integer(value, 16, "big", False))

    def put_u128_le(self, value: int) -> None:
        """Append 16 bytes: an unsigned little-endian integer."""
        self.put_slice(_integer(value, 16, "little", False))

    def put_u128_ne(self, value: int) -> None:
        """Append 16 bytes: an unsigned native-endian integer."""
        self.put_slice(_integer(value, 16, NATIVE, False))

    def put_i128(self, value: int) -> None:
        """Append 16 bytes: a signed big-endian integer."""
        self.put_slice(_integer(value, 16, "big", True))

    def put_i128_le(self, value: int) -> None:
        """Append 16 bytes: a signed little-endian integer."""
        self.put_slice(_integer(value, 16, "little", True))

    def put_i128_ne(self, value: int) -> None:
        """Append 16 bytes: a signed native-endian integer."""
        self.put_slice(_integer(value, 16, NATIVE, True))

    def put_f32(self, value: float) -> None:
        """Append 4 bytes: a big-endian IEEE 754 number."""
        self.put_slice(_float(">f", value))

    def put_f32_le(self, value: float) -> None:
        """Append 4 bytes: a little-endian IEEE 754 number."""
        self.put_slice(_float("<f", value))

    def put_f32_ne(self, value: float) -> None:
        """Append 4 bytes: a native-endian IEEE 754 number."""
        self.put_slice(_float("=f", value))

    def put_f64(self, value: float) -> None:
        """Append 8 bytes: a big-endian IEEE 754 number."""
        self.put_slice(_float(">d", value))

    def put_f64_le(self, value: float) -> None:
        """Append 8 bytes: a little-endian IEEE 754 number."""
        self.put_slice(_float("<d", value))

    def put_f64_ne(self, value: float) -> None:
        """Append 8 bytes: a native-endian IEEE 754 number."""
        self.put_slice(_float("=d", value))

    def put_uint(self, value: int, n: int) -> None:
        """Append `n` bytes (0 to 8): an unsigned big-endian integer. Raises `ValueError` for another `n`."""
        self.put_slice(_integer(value, _width(n), "big", False))

    def put_uint_le(self, value: int, n: int) -> None:
        """Append `n` bytes (0 to 8): an unsigned little-endian integer. Raises `ValueError` for another `n`."""
        self.put_slice(_integer(value, _width(n), "little", False))

    def put_uint_ne(self, value: int, n: int) -> None:
        """Append `n` bytes (0 to 8): an unsigned native-endian integer. Raises `ValueError` for another `n`."""
        self.put_slice(_integer(value, _width(n), NATIVE, False))

    def put_int(self, value: int, n: int) -> None:
        """Append `n` bytes (0 to 8): a signed big-endian integer. Raises `ValueError` for another `n`."""
        self.put_slice(_integer(value, _width(n), "big", True))

    def put_int_le(self, value: int, n: int) -> None:
        """Append `n` bytes (0 to 8): a signed little-endian integer. Raises `ValueError` for another `n`."""
        self.put_slice(_integer(value, _width(n), "little", True))

    def put_int_ne(self, value: int, n: int) -> None:
        """Append `n` bytes (0 to 8): a signed native-endian integer. Raises `ValueError` for another `n`."""
        self.put_slice(_integer(value, _width(n), NATIVE, True))


def _integer(value: int, size: int, order: Literal["big", "little"], signed: bool) -> bytes:
    value = index(value)
    if size == 0 and value:
        raise OverflowError(f"{value} does not fit in 0 bytes")
    try:
        return value.to_bytes(size, order, signed=signed)
    except OverflowError:
        kind = "signed" if signed else "unsigned"
        raise OverflowError(f"{value} does not fit in {size} bytes, {kind}") from None


def _float(layout: str, value: float) -> bytes:
    try:
        return struct.pack(layout, value)
    except struct.error as error:
        math.fabs(value)  # raises what a number of somebody's own does
        raise TypeError(f"{error}, not {type(value).__name__}") from None


def _width(n: int) -> int:
    n = sized(n)
    if not 0 <= n <= 8:
        raise ValueError(f"an integer of variable size has 0 to 8 bytes, not {n}")
    return n


def repeated(value: int, times: int) -> bytes:
    """`times` bytes of the same `value`. Raises `OverflowError` if that is not a byte."""
    times = sized(times)
    return _integer(value, 1, "big", False) * count(times)
