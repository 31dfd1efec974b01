"""Buffers that anybody can write: `Buf` and `BufMut`, the adaptors `Chain` and `Take`, and `WriteBuffer` for encoders.

What belongs here: what is built on the three primitives of reading (`remaining`, `chunk`, `advance`) or of writing
(`remaining_mut`, `chunk_mut`, `advance_mut`), whichever implementation of `BytesMut` and `Cursor` is in use. Names and
meaning follow Rust's `bytes::buf`; too few bytes raise `BufferUnderflow`, too little room raises `BufferError`, and
then nothing was consumed or written.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeAlias, TypeVar

from framewire._impl import Bytes, BytesMut, Cursor
from framewire._pure.block import BytesLike, count
from framewire._pure.reading import BufLike, Reading
from framewire._pure.writing import Writing

__all__ = ["SHARE_THRESHOLD", "Buf", "BufLike", "BufMut", "BytesLike", "Chain", "Mark", "Take", "WriteBuffer"]

SHARE_THRESHOLD = 16 * 1024
"""Payloads of at least this many bytes are handed on uncopied; below it, a copy is cheaper and pins nothing."""

KEPT_TAIL = 64 * 1024
"""A write buffer that has become empty keeps at most this much memory."""

Mark: TypeAlias = tuple[int, int]

A = TypeVar("A")
B = TypeVar("B")


class Buf(Reading, ABC):
    """Something to read bytes from. A subclass gives `remaining`, `chunk` and `advance` and gets all the rest.

    `BytesMut` and `Cursor` are registered, so `isinstance` holds for them.
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


def _copy_to_bytes(buf: Any, n: int) -> Bytes:
    """`buf.copy_to_bytes(n)`, which may share storage; a copy where `buf` has the three primitives only."""
    if hasattr(buf, "copy_to_bytes"):
        taken: Bytes = buf.copy_to_bytes(n)
        return taken
    return Bytes(bytes(Take(buf, n)._take(n)))


def _chunks(buf: Any, maximum: int) -> list[memoryview]:
    """`buf.chunks_vectored(maximum)`, or only the first chunk where `buf` has the three primitives only."""
    if hasattr(buf, "chunks_vectored"):
        chunks: list[memoryview] = buf.chunks_vectored(maximum)
        return chunks
    return [buf.chunk()] if maximum and buf.remaining() else []


class Chain(Buf, BufMut, Generic[A, B]):
    """Two buffers as one: reads `first` and then `last`, or writes to them in that order.

    The parts may also be used directly; what is consumed there is gone here. Raises `TypeError` for what is no buffer.
    """

    __slots__ = ("_first", "_last")

    def __init__(self, first: A, last: B) -> None:
        self._first: Any = _checked(first)
        self._last: Any = _checked(last)

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
        self._require(n)
        of_first = min(n, self._first.remaining())
        self._first.advance(of_first)
        self._last.advance(n - of_first)

    def chunks_vectored(self, maximum: int) -> list[memoryview]:
        """The chunks of the first part, then those of the last, at most `maximum`; nothing is consumed."""
        chunks = _chunks(self._first, count(maximum))
        return chunks + _chunks(self._last, maximum - len(chunks))

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes; copies only where they lie across the border. Raises `BufferUnderflow` (nothing consumed)."""
        self._require(n)
        in_first = self._first.remaining()
        if n <= in_first:
            return _copy_to_bytes(self._first, n)
        if not in_first:
            return _copy_to_bytes(self._last, n)
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


class Take(Buf, Generic[A]):
    """The next `limit` bytes of another buffer, or fewer if it has fewer. Reading consumes them there.

    Raises `TypeError` for what is no buffer, `ValueError` for a negative limit.
    """

    __slots__ = ("_inner", "_limit")

    def __init__(self, inner: A, limit: int) -> None:
        self._inner: Any = _checked(inner)
        self._limit = count(limit)

    @property
    def inner(self) -> A:
        """The buffer that is read from. Consuming there directly does not reduce the limit."""
        inner: A = self._inner
        return inner

    def into_inner(self) -> A:
        """The buffer that is read from, behind what was consumed."""
        return self.inner

    @property
    def limit(self) -> int:
        """How many bytes may still be read, if the buffer has them. May be set again, for the next record."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = count(limit)

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
        self._require(n)
        self._inner.advance(n)
        self._limit -= n

    def chunks_vectored(self, maximum: int) -> list[memoryview]:
        """The inner chunks, at most `maximum`, cut at the limit; nothing is consumed."""
        chunks, left = [], self._limit
        for chunk in _chunks(self._inner, count(maximum)):
            if not left:
                break
            chunks.append(chunk[:left])
            left -= len(chunks[-1])
        return chunks

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes, shared where the inner buffer shares. Raises `BufferUnderflow` (nothing consumed)."""
        self._require(n)
        taken = _copy_to_bytes(self._inner, n)
        self._limit -= n
        return taken


def _checked(buf: object) -> object:
    """Refuse at construction what would fail at the first read."""
    if isinstance(buf, BufLike) or hasattr(buf, "chunk_mut"):
        return buf
    raise TypeError(f"a buffer is needed (remaining, chunk, advance), not {type(buf).__name__}; try Cursor(data)")


class WriteBuffer(BufMut):
    """What encoders write to: finished `segments`, in order, and behind them the `tail` that still grows.

    Small and mutable things are copied to the tail; a large immutable payload becomes a segment of its own, uncopied.
    `tail` is the same object as long as the write buffer lives, and may be written to directly.
    """

    __slots__ = ("segments", "tail")

    def __init__(self) -> None:
        self.tail = BytesMut()
        self.segments: list[bytes | memoryview] = []

    def __len__(self) -> int:
        return len(self.tail) + (sum(map(len, self.segments)) if self.segments else 0)

    def __bool__(self) -> bool:
        return bool(self.segments) or len(self.tail) > 0

    def remaining_mut(self) -> int:
        """How many bytes can still be appended: as many as Python can count."""
        return sys.maxsize - len(self)

    def chunk_mut(self) -> memoryview:
        """Room at the end of the tail, see `BytesMut.chunk_mut`."""
        return self.tail.chunk_mut()

    def advance_mut(self, n: int) -> None:
        """Make `n` bytes of that room pending. Raises `BufferError`, see `BytesMut.advance_mut`."""
        self.tail.advance_mut(n)

    def put_slice(self, data: BytesLike) -> None:
        """Append `data`: a large `bytes` or `Bytes` as it is, O(1); anything else as a copy. Raises `TypeError`."""
        if isinstance(data, (bytes, Bytes)) and len(data) >= SHARE_THRESHOLD:
            self._close_tail()
            self.segments.append(data if isinstance(data, bytes) else data.view())
        else:
            self.tail.extend(data)

    def put(self, src: BufLike | BytesLike) -> None:
        """Append all of `src`: a buffer to read from (it is consumed) or bytes-like. Shares what `put_slice` shares."""
        if isinstance(src, Cursor):
            self.put_slice(src.copy_to_bytes(src.remaining()))
        elif isinstance(src, BufLike):
            self.tail.put(src)
        else:
            self.put_slice(src)

    def take(self) -> list[bytes | memoryview]:
        """Hand over all that is pending, in order, and be empty; O(1) for segments, a small tail is copied."""
        if not self.segments:
            return [self._cut_tail()] if self.tail else []
        self._close_tail()
        taken, self.segments = self.segments, []
        return taken

    def clear(self) -> None:
        """Forget all that is pending."""
        self.segments = []
        self._empty_tail()

    def mark(self) -> Mark:
        """Where we are, for `rollback`; O(1)."""
        return len(self.segments), len(self.tail)

    def rollback(self, mark: Mark) -> None:
        """Forget what was appended since `mark`. Nothing may have been taken since; else raises `ValueError`."""
        segments, tail = mark
        closed = self.segments[segments:]
        if len(self.segments) < segments or len(closed[0] if closed else self.tail) < tail:
            raise ValueError(f"cannot go back to {mark}: what was pending then has been taken")
        if closed:  # the first segment since then begins with what was the tail
            self.tail.clear()
            self.tail.extend(closed[0][:tail])
            del self.segments[segments:]
        self.tail.truncate(tail)

    def _close_tail(self) -> None:
        if self.tail:
            self.segments.append(self._cut_tail())

    def _cut_tail(self) -> bytes | memoryview:
        """The tail as a finished segment: copied if small, so that its memory serves again; else as it is."""
        if len(self.tail) >= SHARE_THRESHOLD:
            return self.tail.freeze().view()
        data = self.tail.to_bytes()
        self._empty_tail()
        return data

    def _empty_tail(self) -> None:
        if self.tail.capacity > KEPT_TAIL:
            self.tail.freeze()
        else:
            self.tail.clear()
