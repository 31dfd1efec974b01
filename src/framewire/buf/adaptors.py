"""The adaptors: two buffers as one (`Chain`), and so many bytes of one at most, to read (`Take`) or to write (`Limit`).

What belongs here: buffers that stand on other buffers and hold no bytes. What is done to the inner buffer directly is
seen here, and the other way round.
"""

from __future__ import annotations

import sys
from typing import Any, Generic, TypeVar

from framewire._impl import Bytes
from framewire._pure.block import count
from framewire.buf.abstract import Buf, BufMut, chunks_of, readable, take_bytes, writable

__all__ = ["Chain", "Limit", "Over", "Take"]

A = TypeVar("A")
B = TypeVar("B")


class Chain(Buf, BufMut, Generic[A, B]):
    """Two buffers as one: reads `first` and then `last`, or writes to them in that order.

    The parts may also be used directly; what is consumed there is gone here. Raises `TypeError` for what is no buffer.
    """

    __slots__ = ("_first", "_last")

    def __init__(self, first: A, last: B) -> None:
        self._first: Any = _either(first)
        self._last: Any = _either(last)

    @property
    def first(self) -> A:
        """The first part, at its current position."""
        part: A = self._first
        return part

    @property
    def last(self) -> B:
        """The last part, at its current position."""
        part: B = self._last
        return part

    def into_inner(self) -> tuple[A, B]:
        """Both parts, at their current positions."""
        return self.first, self.last

    def remaining(self) -> int:
        """How many bytes are left in both parts; O(1)."""
        total: int = self._first.remaining() + self._last.remaining()
        return total

    def chunk(self) -> memoryview:
        """The chunk of the first part, and when that is consumed, of the last."""
        chunk: memoryview = (self._first if self._first.remaining() else self._last).chunk()
        return chunk

    def advance(self, n: int) -> None:
        """Consume `n` bytes, across the border if need be. Raises `BufferUnderflow` (nothing consumed)."""
        n = self._require(n)
        of_first = min(n, self._first.remaining())
        self._first.advance(of_first)
        self._last.advance(n - of_first)

    def chunks_vectored(self, maximum: int) -> list[memoryview]:
        """The chunks of the first part, then those of the last, at most `maximum`; nothing is consumed."""
        chunks = chunks_of(self._first, count(maximum))
        return chunks + chunks_of(self._last, maximum - len(chunks))

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes; copies only where they lie across the border. Raises `BufferUnderflow` (nothing consumed)."""
        n = self._require(n)
        in_first = self._first.remaining()
        if n <= in_first:
            return take_bytes(self._first, n)
        if not in_first:
            return take_bytes(self._last, n)
        return super().copy_to_bytes(n)

    def remaining_mut(self) -> int:
        """How many bytes can still be appended to both parts; O(1)."""
        room: int = self._first.remaining_mut() + self._last.remaining_mut()
        return min(sys.maxsize, room)

    def chunk_mut(self) -> memoryview:
        """Room of the first part, and when that is full, of the last."""
        room: memoryview = (self._first if self._first.remaining_mut() else self._last).chunk_mut()
        return room

    def advance_mut(self, n: int) -> None:
        """Make `n` bytes readable, across the border if need be. Raises `BufferError` if there is less room."""
        self._require_room(count(n))
        of_first = min(n, self._first.remaining_mut())
        if of_first:
            self._first.advance_mut(of_first)
        if n > of_first:
            self._last.advance_mut(n - of_first)


class Over(Generic[A]):
    """What stands on one other buffer, `inner`, which stays usable beside it and after it."""

    __slots__ = ()

    _inner: Any

    @property
    def inner(self) -> A:
        """The buffer beneath, at its current position. What is done there directly does not reduce a limit."""
        inner: A = self._inner
        return inner

    def into_inner(self) -> A:
        """The buffer beneath, behind what was consumed, or with what was appended."""
        return self.inner


class _Limited(Over[A]):
    """What lets so many bytes pass at most, in its own direction."""

    __slots__ = ("_inner", "_limit")

    def __init__(self, inner: object, limit: int) -> None:
        self._inner = inner
        self._limit = count(limit)

    @property
    def limit(self) -> int:
        """How many bytes may still pass, if the buffer beneath has them, or room. May be set, for the next record."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = count(limit)


class Take(_Limited[A], Buf):
    """The next `limit` bytes of another buffer, or fewer if it has fewer. Reading consumes them there.

    Raises `TypeError` for what is no buffer, `ValueError` for a negative limit.
    """

    __slots__ = ()

    def __init__(self, inner: A, limit: int) -> None:
        super().__init__(readable(inner), limit)

    def remaining(self) -> int:
        """How many bytes are left within the limit; O(1)."""
        left: int = self._inner.remaining()
        return min(self._limit, left)

    def chunk(self) -> memoryview:
        """The inner chunk, cut at the limit."""
        chunk: memoryview = self._inner.chunk()[: self._limit]
        return chunk

    def advance(self, n: int) -> None:
        """Consume `n` bytes. Raises `BufferUnderflow` (nothing consumed) beyond the limit, `ValueError`."""
        n = self._require(n)
        self._inner.advance(n)
        self._limit -= n

    def chunks_vectored(self, maximum: int) -> list[memoryview]:
        """The inner chunks, at most `maximum`, cut at the limit; nothing is consumed."""
        chunks, left = [], self._limit
        for chunk in chunks_of(self._inner, count(maximum)):
            if not left:
                break
            chunks.append(chunk[:left])
            left -= len(chunks[-1])
        return chunks

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes, shared where the inner buffer shares. Raises `BufferUnderflow` (nothing consumed)."""
        n = self._require(n)
        taken = take_bytes(self._inner, n)
        self._limit -= n
        return taken


class Limit(_Limited[A], BufMut):
    """The next `limit` bytes of room in another buffer, or less if it has less. Writing appends there.

    Raises `TypeError` for what is no buffer to append to, `ValueError` for a negative limit.
    """

    __slots__ = ()

    def __init__(self, inner: A, limit: int) -> None:
        super().__init__(writable(inner), limit)

    def remaining_mut(self) -> int:
        """How much room is left within the limit; O(1)."""
        room: int = self._inner.remaining_mut()
        return min(self._limit, room)

    def chunk_mut(self) -> memoryview:
        """The inner room, cut at the limit."""
        with self._inner.chunk_mut() as room:
            within: memoryview = room[: self._limit]
            return within

    def advance_mut(self, n: int) -> None:
        """Make `n` bytes of that room readable there. Raises `BufferError` beyond the limit or the room."""
        self._require_room(count(n))
        self._inner.advance_mut(n)
        self._limit -= n


def _either(buf: object) -> object:
    """`buf`, if it can be read from or appended to: else `TypeError`."""
    return writable(buf) if hasattr(buf, "chunk_mut") else readable(buf)
