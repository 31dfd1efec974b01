"""The abstract base classes `Buf` and `BufMut`, and how to get more than three primitives out of what has no more.

What belongs here: the contract that a user's own buffer fulfils, and the functions by which the adaptors treat alike a
subclass of it and what only has its three primitives.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

from framewire._impl import Bytes, BytesMut, Cursor
from framewire._pure.reading import BufLike, Reading, piece
from framewire._pure.writing import Writing

__all__ = ["Buf", "BufMut", "BufMutLike", "chunks_of", "readable", "take_bytes", "writable"]


class BufMutLike(Protocol):
    """The three primitives of `BufMut`: enough to be appended to."""

    def remaining_mut(self) -> int:
        """How many bytes can still be appended."""

    def chunk_mut(self) -> memoryview:
        """A new writable view on room at the end; empty only if there is none."""

    def advance_mut(self, n: int) -> None:
        """Make the first `n` bytes of the room readable."""


class Buf(Reading, ABC):
    """Something to read bytes from. A subclass gives `remaining`, `chunk` and `advance` and gets all the rest.

    `for byte in buf` consumes each byte that it hands out, as a file does; what is a sequence of bytes as well
    (`BytesMut`, `Rope`) iterates without consuming. `BytesMut` and `Cursor` are registered, so `isinstance` holds.
    """

    __slots__ = ()

    @abstractmethod
    def remaining(self) -> int:
        """How many bytes are left; O(1). Changes by consuming only."""

    @abstractmethod
    def chunk(self) -> memoryview:
        """Bytes at the front, in one read-only piece, perhaps fewer than remain; empty only if none remain."""

    @abstractmethod
    def advance(self, n: int) -> None:
        """Consume `n` bytes. Raises `BufferUnderflow` (nothing consumed) beyond the end, `ValueError` if negative."""

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes as `Bytes`; here: copies. Raises `BufferUnderflow` (nothing consumed)."""
        return Bytes(bytes(self._take(n)))


class BufMut(Writing, ABC):
    """Something to append bytes to. A subclass gives `remaining_mut`, `chunk_mut` and `advance_mut`, and gets the rest.

    `BytesMut` is registered, so `isinstance` holds for it.
    """

    __slots__ = ()

    @abstractmethod
    def remaining_mut(self) -> int:
        """How many bytes can still be appended; O(1)."""

    @abstractmethod
    def chunk_mut(self) -> memoryview:
        """A new writable view on room at the end; empty only if there is none. The caller releases it."""

    @abstractmethod
    def advance_mut(self, n: int) -> None:
        """Make the first `n` bytes of the room readable. Raises `BufferError` if there is less room."""


Buf.register(BytesMut)
Buf.register(Cursor)
BufMut.register(BytesMut)


def readable(buf: object) -> object:
    """`buf`, if it can be read from: else `TypeError` now, instead of at the first read."""
    if isinstance(buf, BufLike):
        return buf
    raise TypeError(f"a buffer is needed (remaining, chunk, advance), not {type(buf).__name__}; try Cursor(data)")


def writable(buf: object) -> object:
    """`buf`, if it can be appended to: else `TypeError` now, instead of at the first write."""
    if all(hasattr(buf, name) for name in ("remaining_mut", "chunk_mut", "advance_mut")):
        return buf
    raise TypeError(f"a buffer is needed (remaining_mut, chunk_mut, advance_mut), not {type(buf).__name__}")


def take_bytes(buf: Any, n: int) -> Bytes:
    """`buf.copy_to_bytes(n)`, which may share storage; a copy where `buf` has the three primitives only.

    The caller knows that `n` bytes remain.
    """
    if hasattr(buf, "copy_to_bytes"):
        taken: Bytes = buf.copy_to_bytes(n)
        return taken
    parts = []
    while n:
        part = bytes(piece(buf, n))
        buf.advance(len(part))
        parts.append(part)
        n -= len(part)
    return Bytes(b"".join(parts))


def chunks_of(buf: Any, maximum: int) -> list[memoryview]:
    """`buf.chunks_vectored(maximum)`, or only the first chunk where `buf` has the three primitives only."""
    if hasattr(buf, "chunks_vectored"):
        chunks: list[memoryview] = buf.chunks_vectored(maximum)
        return chunks
    return [buf.chunk()] if maximum and buf.remaining() else []
