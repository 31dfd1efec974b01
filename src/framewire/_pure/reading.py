"""What every readable buffer can do once it has `remaining`, `chunk` and `advance`: among it the 38 `get_*`.

What belongs here: reading that consumes from the front, built on those three and `_take`. The names and their meaning
are those of Rust's `bytes::Buf`; a signed read of `n` bytes extends the sign. Each `get_*` costs O(size), consumes what
it returns, and raises `BufferUnderflow` (nothing consumed) where too few bytes are left.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from sys import byteorder as NATIVE
from typing import Protocol, runtime_checkable

from framewire._pure.block import BytesLike, count, flat, sized
from framewire.errors import BufferUnderflow

__all__ = ["BufLike", "Reading", "piece"]


@runtime_checkable
class BufLike(Protocol):
    """The three primitives of `Buf`: enough to be read from."""

    def remaining(self) -> int:
        """How many bytes are left."""

    def chunk(self) -> memoryview:
        """Bytes at the front, in one piece; empty only if none are left."""

    def advance(self, n: int) -> None:
        """Consume `n` bytes."""


class Reading:
    """A mixin over `remaining`, `chunk` and `advance`, which may hand out the bytes in any number of pieces."""

    __slots__ = ()

    def remaining(self) -> int:
        """How many bytes are left; O(1)."""
        raise NotImplementedError

    def chunk(self) -> memoryview:
        """Bytes at the front, in one read-only piece; O(1). Empty only if none are left."""
        raise NotImplementedError

    def advance(self, n: int) -> None:
        """Consume `n` bytes; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError` if negative."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        """The bytes one by one, each consumed as it is handed out."""
        while self.remaining():
            yield self.get_u8()

    def has_remaining(self) -> bool:
        """True if bytes are left; O(1)."""
        return self.remaining() > 0

    def copy_to_slice(self, dst: BytesLike) -> None:
        """Fill the writable buffer `dst` exactly, consuming as much; O(n).

        Raises `BufferUnderflow` (nothing consumed), `TypeError` if `dst` is not writable.
        """
        target = flat(dst)
        if target.readonly:
            raise TypeError(f"copy_to_slice needs a writable buffer, not a read-only {type(dst).__name__}")
        target[:] = self._take(len(target))

    def chunks_vectored(self, maximum: int) -> list[memoryview]:
        """The first pieces, at most `maximum` of them, nothing consumed; for `sendmsg`. Here: only the first one."""
        return [self.chunk()] if count(maximum) and self.remaining() else []

    def _require(self, n: int) -> int:
        """`n` as an int; refuses it before anything is consumed."""
        n, available = count(n), self.remaining()
        if n > available:
            raise BufferUnderflow(n, available)
        return n

    def _take(self, n: int) -> bytes | bytearray | memoryview:
        """Consume `n` bytes and return them, joined where they came in pieces."""
        n = self._require(n)
        parts = []
        while n:
            part = bytes(piece(self, n))
            self.advance(len(part))
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def get_u8(self) -> int:
        """Take one unsigned byte."""
        return int.from_bytes(self._take(1), "big")

    def get_i8(self) -> int:
        """Take one signed byte."""
        return int.from_bytes(self._take(1), "big", signed=True)

    def get_u16(self) -> int:
        """Take 2 bytes: an unsigned big-endian integer."""
        return int.from_bytes(self._take(2), "big")

    def get_u16_le(self) -> int:
        """Take 2 bytes: an unsigned little-endian integer."""
        return int.from_bytes(self._take(2), "little")

    def get_u16_ne(self) -> int:
        """Take 2 bytes: an unsigned native-endian integer."""
        return int.from_bytes(self._take(2), NATIVE)

    def get_i16(self) -> int:
        """Take 2 bytes: a signed big-endian integer."""
        return int.from_bytes(self._take(2), "big", signed=True)

    def get_i16_le(self) -> int:
        """Take 2 bytes: a signed little-endian integer."""
        return int.from_bytes(self._take(2), "little", signed=True)

    def get_i16_ne(self) -> int:
        """Take 2 bytes: a signed native-endian integer."""
        return int.from_bytes(self._take(2), NATIVE, signed=True)

    def get_u32(self) -> int:
        """Take 4 bytes: an unsigned big-endian integer."""
        return int.from_bytes(self._take(4), "big")

    def get_u32_le(self) -> int:
        """Take 4 bytes: an unsigned little-endian integer."""
        return int.from_bytes(self._take(4), "little")

    def get_u32_ne(self) -> int:
        """Take 4 bytes: an unsigned native-endian integer."""
        return int.from_bytes(self._take(4), NATIVE)

    def get_i32(self) -> int:
        """Take 4 bytes: a signed big-endian integer."""
        return int.from_bytes(self._take(4), "big", signed=True)

    def get_i32_le(self) -> int:
        """Take 4 bytes: a signed little-endian integer."""
        return int.from_bytes(self._take(4), "little", signed=True)

    def get_i32_ne(self) -> int:
        """Take 4 bytes: a signed native-endian integer."""
        return int.from_bytes(self._take(4), NATIVE, signed=True)

    def get_u64(self) -> int:
        """Take 8 bytes: an unsigned big-endian integer."""
        return int.from_bytes(self._take(8), "big")

    def get_u64_le(self) -> int:
        """Take 8 bytes: an unsigned little-endian integer."""
        return int.from_bytes(self._take(8), "little")

    def get_u64_ne(self) -> int:
        """Take 8 bytes: an unsigned native-endian integer."""
        return int.from_bytes(self._take(8), NATIVE)

    def get_i64(self) -> int:
        """Take 8 bytes: a signed big-endian integer."""
        return int.from_bytes(self._take(8), "big", signed=True)

    def get_i64_le(self) -> int:
        """Take 8 bytes: a signed little-endian integer."""
        return int.from_bytes(self._take(8), "little", signed=True)

    def get_i64_ne(self) -> int:
        """Take 8 bytes: a signed native-endian integer."""
        return int.from_bytes(self._take(8), NATIVE, signed=True)

    def get_u128(self) -> int:
        """Take 16 bytes: an unsigned big-endian integer."""
        return int.from_bytes(self._take(16), "big")

    def get_u128_le(self) -> int:
        """Take 16 bytes: an unsigned little-endian integer."""
        return int.from_bytes(self._take(16), "little")

    def get_u128_ne(self) -> int:
        """Take 16 bytes: an unsigned native-endian integer."""
        return int.from_bytes(self._take(16), NATIVE)

    def get_i128(self) -> int:
        """Take 16 bytes: a signed big-endian integer."""
        return int.from_bytes(self._take(16), "big", signed=True)

    def get_i128_le(self) -> int:
        """Take 16 bytes: a signed little-endian integer."""
        return int.from_bytes(self._take(16), "little", signed=True)

    def get_i128_ne(self) -> int:
        """Take 16 bytes: a signed native-endian integer."""
        return int.from_bytes(self._take(16), NATIVE, signed=True)

    def get_f32(self) -> float:
        """Take 4 bytes: a big-endian IEEE 754 number."""
        return _number(">f", self._take(4))

    def get_f32_le(self) -> float:
        """Take 4 bytes: a little-endian IEEE 754 number."""
        return _number("<f", self._take(4))

    def get_f32_ne(self) -> float:
        """Take 4 bytes: a native-endian IEEE 754 number."""
        return _number("=f", self._take(4))

    def get_f64(self) -> float:
        """Take 8 bytes: a big-endian IEEE 754 number."""
        return _number(">d", self._take(8))

    def get_f64_le(self) -> float:
        """Take 8 bytes: a little-endian IEEE 754 number."""
        return _number("<d", self._take(8))

    def get_f64_ne(self) -> float:
        """Take 8 bytes: a native-endian IEEE 754 number."""
        return _number("=d", self._take(8))

    def get_uint(self, n: int) -> int:
        """Take `n` bytes (0 to 8): an unsigned big-endian integer. Raises `ValueError` for another `n`."""
        return int.from_bytes(self._take(_width(n)), "big")

    def get_uint_le(self, n: int) -> int:
        """Take `n` bytes (0 to 8): an unsigned little-endian integer. Raises `ValueError` for another `n`."""
        return int.from_bytes(self._take(_width(n)), "little")

    def get_uint_ne(self, n: int) -> int:
        """Take `n` bytes (0 to 8): an unsigned native-endian integer. Raises `ValueError` for another `n`."""
        return int.from_bytes(self._take(_width(n)), NATIVE)

    def get_int(self, n: int) -> int:
        """Take `n` bytes (0 to 8): a signed big-endian integer. Raises `ValueError` for another `n`."""
        return int.from_bytes(self._take(_width(n)), "big", signed=True)

    def get_int_le(self, n: int) -> int:
        """Take `n` bytes (0 to 8): a signed little-endian integer. Raises `ValueError` for another `n`."""
        return int.from_bytes(self._take(_width(n)), "little", signed=True)

    def get_int_ne(self, n: int) -> int:
        """Take `n` bytes (0 to 8): a signed native-endian integer. Raises `ValueError` for another `n`."""
        return int.from_bytes(self._take(_width(n)), NATIVE, signed=True)


def piece(src: BufLike, most: int) -> memoryview:
    """At most `most` (> 0) bytes at the front of `src`. Raises `BufferError` where its `chunk` breaks the contract."""
    found = src.chunk()[:most]
    if not found:
        raise BufferError(f"{type(src).__name__}.chunk() is empty although {most} bytes are wanted and remain")
    return found


def _width(n: int) -> int:
    n = sized(n)
    if not 0 <= n <= 8:
        raise ValueError(f"an integer of variable size has 0 to 8 bytes, not {n}")
    return n


def _number(layout: str, data: bytes | bytearray | memoryview) -> float:
    value: float = struct.unpack(layout, data)[0]
    return value
