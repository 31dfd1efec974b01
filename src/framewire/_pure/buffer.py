"""The plain buffers: `Bytes` (immutable, shared), `BytesMut` (unique, growable) and `Cursor` (reads from a `Bytes`).

What belongs here: `BytesMut`, as far as users see it. Where its bytes stand, how that grows and who may write to it is
the base class in `storage.py`. `Bytes` is in `immutable.py`, `Cursor` in `cursor.py`; searching, reading numbers and
writing numbers are mixins with files of their own. Names and meaning follow Rust's `bytes`.
"""

from __future__ import annotations

from operator import index
from pickle import PickleBuffer
from typing import Any, SupportsIndex, overload

from framewire._pickles import load_bytes_mut
from framewire._pure.block import Block, BytesLike, count, flat, original_capacity, sized
from framewire._pure.cursor import Cursor
from framewire._pure.immutable import Bytes
from framewire._pure.reading import BufLike, Reading
from framewire._pure.searching import Searching
from framewire._pure.storage import Storage
from framewire._pure.writing import Writing, repeated
from framewire.errors import BufferUnderflow

__all__ = ["Bytes", "BytesMut", "Cursor"]

class BytesMut(Storage, Searching, Reading, Writing):
    """A unique, growable, unhashable buffer: appended to at the end, consumed from the front, split in O(1).

    `BytesMut(data)` copies `data`. Two handles never share a writable byte, and what is beyond `len` can be written but
    not read. Raises `TypeError` for what is not bytes-like.
    """

    __slots__ = ()

    def __new__(cls, data: BytesLike = b"") -> BytesMut:
        copied = bytearray(flat(data))
        return cls._on(Block(copied, original=original_capacity(len(copied))), 0, len(copied), len(copied))

    @classmethod
    def with_capacity(cls, capacity: int) -> BytesMut:
        """An empty buffer with room for `capacity` bytes. Raises `ValueError` if negative, `MemoryError`."""
        capacity = count(capacity)
        block = Block(bytearray(capacity), original=original_capacity(capacity))
        return cls._on(block, 0, 0, capacity)

    @classmethod
    def zeroed(cls, length: int) -> BytesMut:
        """A buffer of `length` zero bytes. Raises `ValueError` if negative, `MemoryError`."""
        self = cls.with_capacity(length)
        self._len = self._cap
        return self

    @classmethod
    def _on(cls, block: Block, start: int, length: int, capacity: int) -> BytesMut:
        self = object.__new__(cls)
        block.handles += 1
        self._block, self._start, self._len, self._cap = block, start, length, capacity
        self._expected, self._wanted, self._lent, self._chunks = 0, 0, None, []
        return self

    # -- as a sequence

    def _span(self) -> tuple[bytes | bytearray | memoryview, int, int]:
        return self._block.data, self._start, self._start + self._len

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, key: slice[Any, Any, Any]) -> Bytes: ...
    def __getitem__(self, key: SupportsIndex | slice[Any, Any, Any]) -> int | Bytes:
        found = self.view()[key]
        return Bytes.copy_from(bytes(found)) if isinstance(found, memoryview) else found

    @overload
    def __setitem__(self, key: SupportsIndex, value: int) -> None: ...
    @overload
    def __setitem__(self, key: slice[Any, Any, Any], value: BytesLike) -> None: ...
    def __setitem__(self, key: SupportsIndex | slice[Any, Any, Any], value: Any) -> None:
        """Overwrite one byte, or a slice of neighbours with as many bytes; `ValueError` for another number of them."""
        if isinstance(key, slice):
            return self._overwrite(key, value)
        at = index(key)
        at += self._len if at < 0 else 0
        if not 0 <= at < self._len:
            raise IndexError(f"index {index(key)} is out of range for {self._len} bytes")
        self._writable()[self._start + at] = value

    def _overwrite(self, key: slice[Any, Any, Any], data: BytesLike) -> None:
        start, stop, step = key.indices(self._len)
        if step != 1:
            raise ValueError("only a slice of neighbours can be overwritten")
        source, size = flat(data), max(0, stop - start)
        if len(source) != size:
            raise ValueError(f"a slice of {size} bytes cannot be overwritten with {len(source)}")
        self._writable()[self._start + start : self._start + start + size] = source

    def __iadd__(self, data: BytesLike) -> BytesMut:
        self.extend(data)
        return self

    def __copy__(self) -> BytesMut:
        return BytesMut(self)

    def __deepcopy__(self, memo: object) -> BytesMut:
        return BytesMut(self)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        if index(protocol) >= 5:
            return load_bytes_mut, (PickleBuffer(self.view()),)
        return load_bytes_mut, (self.to_bytes(),)

    # -- appending

    def extend(self, data: BytesLike) -> None:
        """Append a copy of `data`; amortised O(n). Raises `TypeError`, `MemoryError`, `BufferError` as `reserve`."""
        if data is self:
            return self.extend_from_within(0, self._len)
        source = flat(data)
        n = len(source)
        self._require_no_chunk()
        if n > self._cap - self._len:
            self._make_room(n)
        tail = self._start + self._len
        self._writable()[tail : tail + n] = source
        self._grow(n)

    put_slice = extend

    def extend_from_within(self, start: int, stop: int) -> None:
        """Append a copy of our own bytes `start` to before `stop`. Raises `IndexError` if out of bounds."""
        start, stop = sized(start), sized(stop)
        if not 0 <= start <= stop <= self._len:
            raise IndexError(f"range {start}:{stop} is not within 0:{self._len}")
        self.extend(bytes(self.view()[start:stop]))  # no view on ourselves, which would be in the way of reuse

    def resize(self, length: int, value: int = 0) -> None:
        """Shorten to `length`, or append as many `value` bytes as are missing. Raises as `put_bytes` does."""
        length = sized(length)
        padding = repeated(value, max(0, length - self._len))
        self.truncate(length)
        self.extend(padding)

    def put(self, src: BufLike | BytesLike) -> None:
        """Append all of `src`: a buffer to read from (it is consumed) or bytes-like (copied); O(n).

        If this buffer has no capacity and `src` is a `BytesMut`, its storage is taken over; O(1).
        """
        if isinstance(src, BytesMut) and src and not self._cap:
            return self._take_over(src)
        if isinstance(src, BufLike):
            coming = count(src.remaining())
            if coming > self._cap - self._len:
                self._make_room(coming)
        super().put(src)

    # -- consuming

    def remaining(self) -> int:
        """How many bytes are readable; O(1)."""
        return self._len

    def chunk(self) -> memoryview:
        """The readable bytes, all of them, as a read-only view; O(1)."""
        return self.view()

    def advance(self, n: int) -> None:
        """Consume `n` bytes from the front; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        self._skip(self._require(n))

    def _skip(self, n: int) -> None:
        """Leave out `n` bytes at the front, n <= capacity. The expected payload, if any, no longer begins there."""
        if n:
            self._expected = 0
        self._start += n
        self._cap -= n
        self._len = max(0, self._len - n)

    def _take(self, n: int) -> bytes | bytearray | memoryview:
        n = self._require(n)
        start = self._start
        self._skip(n)
        return self._block.data[start : start + n]

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes off the front as `Bytes`, sharing storage; O(1). Raises `BufferUnderflow`, `BufferError`."""
        return self.split_to(n).freeze()

    def truncate(self, length: int) -> None:
        """Keep the first `length` bytes; a no-op if there are fewer; O(1). Capacity stays."""
        self._len = min(self._len, count(length))

    def clear(self) -> None:
        """Forget all readable bytes; O(1). Capacity stays."""
        self._len = self._expected = 0

    # -- splitting and joining

    def split_to(self, n: int) -> BytesMut:
        """Take the first `n` bytes off as a buffer of exactly that capacity; O(1).

        Raises `BufferUnderflow` (nothing consumed), `BufferError`.
        """
        n = self._require(n)
        self._require_no_chunk()
        front = self._part(self._start, n, n)
        self._skip(n)
        return front

    def split_off(self, n: int) -> BytesMut:
        """Keep the first `n` bytes of *capacity* and return all that is behind them; O(1).

        Raises `BufferUnderflow` if `n` is above the capacity, `BufferError`.
        """
        n = count(n)
        if n > self._cap:
            raise BufferUnderflow(n, self._cap)
        self._require_no_chunk()
        room = self._cap - n
        back = self._part(self._start + n, max(0, self._len - n), room)
        self._cap, self._len, self._expected = n, min(self._len, n), 0
        return back

    def split(self) -> BytesMut:
        """Take all readable bytes off, keeping the spare ones; O(1). Raises `BufferError`.

        Where a payload was expected it no longer is, even if none of it had come.
        """
        taken = self.split_to(self._len)
        self._expected = 0
        return taken

    def _part(self, start: int, length: int, capacity: int) -> BytesMut:
        """A new handle on our block, also where its range is empty (see `try_reclaim`), which is no more ours."""
        return BytesMut._on(self._block, start, length, capacity) if self._block.size else BytesMut()

    def freeze(self) -> Bytes:
        """The readable bytes as `Bytes`, sharing storage; O(1). This buffer is left empty, without capacity.

        The whole block stays alive with them, see `Bytes.compact`. Raises `BufferError`.
        """
        self._require_no_chunk()
        frozen = Bytes._on(self._block, self._start, self._start + self._len)
        self._become_empty()
        return frozen

    def unsplit(self, other: BytesMut) -> None:
        """Append `other`, which is left empty and without capacity; O(1) where it was split from here, else copies.

        Raises `ValueError` for the buffer itself, `BufferError`.
        """
        self._require_joinable(other)
        if not self._len:
            self._take_over(other)
        elif not self.try_unsplit(other):
            self.extend(other)
            other._become_empty()

    def try_unsplit(self, other: BytesMut) -> bool:
        """As `unsplit`, but only where that needs no copy: else false, and nothing has changed; O(1)."""
        self._require_joinable(other)
        contiguous = self._block is other._block and self._start + self._len == other._start
        if other._cap and not contiguous:
            return False
        self._cap += other._cap
        self._grow(other._len)
        other._become_empty()
        return True

    def _require_joinable(self, other: BytesMut) -> None:
        if not isinstance(other, BytesMut):
            raise TypeError(f"a BytesMut joins a BytesMut, not {type(other).__name__}")
        if other is self:
            raise ValueError("a buffer cannot be joined to itself")
        self._require_no_chunk()
        other._require_no_chunk()

    def _take_over(self, other: BytesMut) -> None:
        """Stand where `other` stood, in place of it."""
        other._require_no_chunk()
        self._require_no_chunk()
        self._move_to(other._block, other._start, other._len, other._cap)
        self._expected = 0
        other._become_empty()
