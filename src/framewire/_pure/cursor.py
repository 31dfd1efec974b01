"""The plain `Cursor`: reads from a `Bytes`. Public as part of `_pure/buffer.py`.

What belongs here: a position in bytes that do not change, and consuming by moving it.
"""

from __future__ import annotations

from typing import Any

from framewire._pickles import load_cursor
from framewire._pure.block import BytesLike, count
from framewire._pure.immutable import Bytes
from framewire._pure.reading import Reading

__all__ = ["Cursor"]


class Cursor(Reading):
    """Reads from a `Bytes` without changing it: the `Buf` over immutable bytes.

    `Cursor(data)` adopts `data` as `Bytes(data)` does. `for byte in cursor` consumes, as a file does; a copy shares the
    bytes and has a position of its own; O(1). Raises `TypeError` for what is not bytes-like.
    """

    __slots__ = ("_data", "_position")

    def __init__(self, data: BytesLike = b"") -> None:
        self._data = Bytes(data)
        self._position = 0

    def __len__(self) -> int:
        return self.remaining()

    def __repr__(self) -> str:
        return f"Cursor({self._data.to_bytes()!r}, position={self._position})"

    def __copy__(self) -> Cursor:
        other = Cursor(self._data)
        other._position = self._position
        return other

    def __deepcopy__(self, memo: object) -> Cursor:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return load_cursor, (self._data, self._position)

    @property
    def position(self) -> int:
        """How many bytes have been consumed. May be set, to at most the length of the whole (else `ValueError`)."""
        return self._position

    @position.setter
    def position(self, position: int) -> None:
        position = count(position)
        if position > len(self._data):
            raise ValueError(f"position {position} is behind the end, at {len(self._data)}")
        self._position = position

    def get_ref(self) -> Bytes:
        """All of the bytes, consumed or not; O(1)."""
        return self._data

    def remaining(self) -> int:
        """How many bytes are unread; O(1)."""
        return len(self._data) - self._position

    def chunk(self) -> memoryview:
        """The unread bytes, all of them, as a read-only view; O(1)."""
        return self._data.view()[self._position :]

    def advance(self, n: int) -> None:
        """Consume `n` bytes; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        self._position += self._require(n)

    def _take(self, n: int) -> bytes | bytearray | memoryview:
        n = self._require(n)
        start, self._position = self._position, self._position + n
        return self._data.view()[start : self._position]

    def split_to(self, n: int) -> Bytes:
        """Take the next `n` bytes, sharing storage; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        n = self._require(n)
        start, self._position = self._position, self._position + n
        return self._data.slice(start, self._position)

    copy_to_bytes = split_to

    def truncate(self, length: int) -> None:
        """Keep the next `length` unread bytes and forget what is behind them; a no-op if there are fewer; O(1)."""
        length = count(length)
        if length < self.remaining():
            self._data = self._data.slice(0, self._position + length)
