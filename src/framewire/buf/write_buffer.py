"""`WriteBuffer`: what encoders write to, and what a transport then sends without joining it.

What belongs here: when a payload is copied and when it is shared, and going back to a mark. It knows no wire format and
no socket.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeAlias

from framewire._impl import Bytes, BytesMut, Cursor
from framewire._pure.block import BytesLike, flat
from framewire._pure.reading import BufLike
from framewire.buf.abstract import BufMut
from framewire.buf.rope import Rope

__all__ = ["SHARE_THRESHOLD", "Mark", "WriteBuffer", "size_of"]

SHARE_THRESHOLD = 16 * 1024
"""Payloads of at least this many bytes are handed on uncopied; below it, a copy is cheaper and pins nothing."""

KEPT_TAIL = 64 * 1024
"""A write buffer that has become empty keeps at most this much memory."""

Mark: TypeAlias = tuple[int, int]


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

    def put_taken(self, segments: Iterable[bytes | memoryview]) -> None:
        """Append what `take` of another write buffer gave: a large segment as it is, a small one as a copy."""
        for segment in segments:
            if len(segment) >= SHARE_THRESHOLD:
                self._close_tail()
                self.segments.append(segment)
            else:
                self.tail.extend(segment)

    def put(self, src: BufLike | BytesLike) -> None:
        """Append all of `src`: a buffer to read from (it is consumed) or bytes-like. Shares what `put_slice` shares."""
        if isinstance(src, (Cursor, Rope)):  # their chunks never change
            while src.has_remaining():
                self.put_slice(src.copy_to_bytes(len(src.chunk())))
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


def size_of(data: BytesLike) -> int:
    """How many bytes `put_slice(data)` appends, which is not `len` for what has larger items. Raises `TypeError`."""
    return len(data) if isinstance(data, bytes) else len(flat(data))
