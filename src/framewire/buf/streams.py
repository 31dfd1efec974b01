"""Buffers as files: `Reader` over a `Buf`, `Writer` over a `BufMut`, for what wants Python's `io` protocol.

What belongs here: the two classes, which obey `io.BufferedIOBase`. They hold no bytes of their own, so what was not
read is still in the buffer, and what was written is there at once. Closing one ends the file and leaves the buffer
alone: `io.TextIOWrapper` closes what it wraps when it is collected.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from framewire._pure.block import flat
from framewire._pure.reading import piece
from framewire.buf.abstract import readable, take_bytes, writable
from framewire.buf.adaptors import Limit, Over

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

__all__ = ["Reader", "Writer"]

PEEKED = 8192  # what `peek` shows unless asked for more
FIRST_LOOK = 128  # a line is sought in so many bytes, then in twice as many, so that each is copied at most twice

A = TypeVar("A")


class _File(Over[A], io.BufferedIOBase):
    """A file over the buffer `inner`, which is there also after `close`."""

    def into_inner(self) -> A:
        """The buffer, at its current position. This file is closed."""
        self.close()
        return self.inner

    def _open(self) -> Any:
        """The buffer, if this file is still open: else `ValueError`, as `io` has it."""
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return self._inner


class Reader(_File[A]):
    """A buffer to read from as a binary file. Reading consumes; at the end of the buffer is the end of the file.

    `json.load`, `pickle.load`, `io.TextIOWrapper` and `io.BufferedReader` take it. Nothing is read ahead, so the buffer
    stands right behind what was read. Not so beneath `io.BufferedReader`, which takes ahead what it may never need, and
    so is several times faster for many short lines. Raises `TypeError` for what is no buffer.
    """

    def __init__(self, inner: A) -> None:
        self._inner = readable(inner)

    def readable(self) -> bool:
        """True: this file can be read from."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Take `size` bytes, or all if it is negative or `None`, or fewer if there are fewer.

        Copies once; not at all if that is exactly one builtin `bytes` object under a `Cursor` or `Rope`.
        """
        return self._taken(self._within(size))

    def read1(self, size: int = -1, /) -> bytes:
        """The same, but at most what is at the front in one piece."""
        most = self._within(size)
        return self._taken(len(piece(self._inner, most))) if most else b""

    def readinto(self, target: WriteableBuffer, /) -> int:
        """Fill `target`, or as much of it as there are bytes; returns how many. Copies once."""
        room = flat(target)
        at, most = 0, self._within(len(room))
        while at < most:
            with piece(self._inner, most - at) as part:
                n = len(part)
                room[at : at + n] = part
            self._inner.advance(n)
            at += n
        return most

    def readinto1(self, target: WriteableBuffer, /) -> int:
        """The same, but at most what is at the front in one piece."""
        room = flat(target)
        most = self._within(len(room))
        return self.readinto(room[: len(piece(self._inner, most))]) if most else 0

    def peek(self, size: int = 0, /) -> bytes:
        """A copy of bytes at the front, at most `size` (8 KiB if 0), perhaps fewer; empty only at the end."""
        most = self._within(size if size > 0 else PEEKED)
        return bytes(piece(self._inner, most)) if most else b""

    def readline(self, size: int | None = -1, /) -> bytes:
        """Take all up to and including the next LF, or to the end, at most `size` bytes if it is not negative. O(n)."""
        left, look, parts = self._within(size), FIRST_LOOK, []
        while left:
            part = bytes(piece(self._inner, min(left, look)))
            end = part.find(b"\n") + 1
            parts.append(part[: end or len(part)])
            self._inner.advance(len(parts[-1]))
            if end:
                break
            left, look = left - len(part), 2 * look
        return b"".join(parts)

    def _within(self, size: int | None) -> int:
        """`size` as far as there are bytes; all of them if it is negative or `None`."""
        left: int = self._open().remaining()
        return left if size is None or size < 0 else min(size, left)

    def _taken(self, n: int) -> bytes:
        return take_bytes(self._inner, n).to_bytes()


class Writer(_File[A]):
    """A buffer to append to as a binary file.

    `pickle.dump`, `print` and `csv.writer` (through `io.TextIOWrapper`) take it. There are no short writes: `write`
    appends all or raises, because Python's callers do not look at the count. Raises `TypeError` for what is no buffer.
    """

    def __init__(self, inner: A) -> None:
        self._inner = writable(inner)
        self._put = getattr(inner, "put_slice", None) or Limit(inner, sys.maxsize).put_slice

    def writable(self) -> bool:
        """True: this file can be written to."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Append a copy of `data` and return its length. Raises `BufferError` if it does not fit (nothing written)."""
        self._open()
        length = len(flat(data))
        self._put(data)
        return length
