"""Where the bytes of a plain `BytesMut` stand: the base class `Storage`.

What belongs here: how storage grows and who may move it, room for whoever writes into it directly (`chunk_mut`), and
receiving (`lease`, `commit`, `expect`). What users do with the bytes is in `buffer.py`.

    block     |......consumed......|----readable----|......spare......|...a range of another handle...|
              0                 _start        _start+_len       _start+_cap                         size

Storage is only ever moved by `_make_room` and, for a payload of known length, `_make_payload_room`.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from typing import Any

from framewire._pure.block import Block, Handle, count, original_capacity, payload_memory, sized

__all__ = ["Storage"]

SMALLEST_GROWN = 8  # the least that an empty buffer grows to
CHUNK = 64  # what `chunk_mut` makes room for when there is none
KEPT_WHEN_EMPTY = 64 * 1024  # an empty buffer may keep this much, or 4 times what the transport asks for
PAYLOAD_STEP = 1024 * 1024  # at most this much, or twice what has arrived, is reserved for a payload at once


class Storage(Handle):
    """A range of a block that no other handle overlaps, and who may write to it. Not for use on its own."""

    __slots__ = ("_cap", "_chunks", "_expected", "_len", "_lent", "_wanted")

    _cap: int  # bytes from `_start` to the end of this handle's range
    _len: int  # readable bytes, <= _cap
    _expected: int  # the readable bytes begin one payload of this length; 0: not known to
    _wanted: int  # spare bytes that `reserve` asked for beside a lease; the next lease finds them
    _lent: tuple[Block, int, int] | None  # what the last `lease` lent: block, start, stop
    _chunks: list[weakref.ref[Any]]  # the exporters behind the views of `chunk_mut` that may be alive

    # -- where it is

    def _move_to(self, block: Block, start: int, length: int, capacity: int) -> None:
        """Stand on another block (or elsewhere on the same). The caller has moved the bytes."""
        block.handles += 1
        self._block.release()
        self._block, self._start, self._len, self._cap = block, start, length, capacity
        self._lent = None

    def _become_empty(self) -> None:
        """What is left of a buffer whose storage was handed on."""
        self._move_to(Block(bytearray()), 0, 0, 0)
        self._expected = self._wanted = 0

    @property
    def capacity(self) -> int:
        """How long this buffer can get before storage moves; O(1). Consuming from the front reduces it."""
        return self._cap

    def __len__(self) -> int:
        return self._len

    def view(self) -> memoryview:
        """The readable bytes as a read-only view; O(1). The memory stays valid; storage does not move under it."""
        if not self._len:
            return memoryview(b"")
        return memoryview(self._block.data)[self._start : self._start + self._len].toreadonly()

    def reserve(self, additional: int) -> None:
        """Make sure that `additional` more bytes fit; O(1) if they do, else may copy the readable bytes.

        Beside a lease nothing moves now: the next lease does it. Raises `ValueError` if negative, `MemoryError`, and
        `BufferError` if storage would move under a view of `chunk_mut`.
        """
        additional = count(additional)
        if additional <= self._cap - self._len:
            return
        if self._lent is not None:
            self._wanted = max(self._wanted, additional)
        else:
            self._make_room(additional)

    def try_reclaim(self, additional: int) -> bool:
        """As `reserve`, but never allocates: true if the bytes fit, perhaps after a move to the front of the block."""
        additional = count(additional)
        return additional <= self._cap - self._len or (self._lent is None and self._reuse(additional))

    def _make_room(self, additional: int) -> None:
        """Move storage so that `additional` more bytes fit. Amortised O(1) for each byte appended.

        Where the block can be reused, reuse it, else double it; under a live view do the same in a new block. A block
        that other handles stand on is left to them, for a block of the capacity that this buffer began with.
        """
        need = self._len + additional
        if need > sys.maxsize:
            raise MemoryError(f"a buffer cannot hold {need} bytes")
        if self._reuse(additional):
            return
        block = self._block
        if not block.unique() or block.payload:
            self._reallocate(max(need, block.original), 0)
        elif need <= block.size and self._start >= self._len:
            self._reallocate(block.size, 0)
        else:
            self._reallocate(max(2 * block.size, self._start + need, SMALLEST_GROWN), self._start)

    def _reuse(self, additional: int) -> bool:
        """Find room for `additional` bytes in the block that we have, if we may and if that is cheap."""
        block, need = self._block, self._len + additional
        if not block.reusable():
            return False
        if self._start + need <= block.size:
            self._cap = need  # the range behind ours belonged to a handle that is gone
            return True
        # At least as much was consumed as is copied now, so that each byte pays for one move.
        if need <= block.size and self._start >= self._len:
            self._writable()[: self._len] = self.view()
            self._move_to(block, 0, self._len, block.size)
            return True
        return False

    def _reallocate(self, size: int, start: int, payload: bool = False) -> None:
        """Copy the readable bytes to offset `start` of a new block."""
        self._require_no_chunk()
        memory = payload_memory(size) if payload else bytearray(size)
        block = Block(memory, original=self._block.original, payload=payload)
        memoryview(block.data)[start : start + self._len] = self.view()
        self._move_to(block, start, self._len, size - start)

    def _writable(self) -> memoryview:
        """The whole block, writable. The caller must stay within this handle's range."""
        return memoryview(self._block.data)

    # -- room for others to write to

    def _grow(self, n: int) -> None:
        """`n` bytes behind the readable ones have become readable."""
        self._len += n
        if self._len >= self._expected:
            self._expected = 0

    def remaining_mut(self) -> int:
        """How many bytes can still be appended: as many as Python can count; O(1)."""
        return sys.maxsize - self._len

    def chunk_mut(self) -> memoryview:
        """The spare bytes as a writable view (64 are made where there are none). Release it, then `advance_mut`.

        While it, or a slice of it, is alive, what would move storage, hand it on or write where it can raises
        `BufferError`: `advance_mut`, `freeze`, `split`, `split_to`, `split_off`, `unsplit`, a `reserve` that does not
        fit, `lease`, `commit`, and whatever appends.
        """
        if self._cap == self._len:
            self._make_room(CHUNK)
        # An exporter of its own, because a memoryview cannot tell whether slices of it are alive.
        layout = ctypes.c_ubyte * (self._cap - self._len)
        spare = layout.from_buffer(self._writable(), self._start + self._len)
        self._chunks.append(weakref.ref(spare))
        return memoryview(spare).cast("B")

    def advance_mut(self, n: int) -> None:
        """Make `n` bytes, written through `chunk_mut`, readable; O(1). Raises `BufferError` beyond the spare bytes."""
        n = sized(n)
        self._require_no_chunk()
        if count(n) > self._cap - self._len:
            raise BufferError(f"cannot advance by {n} bytes: {self._cap - self._len} are spare")
        self._grow(n)

    def _has_chunk(self) -> bool:
        """True while a view of `chunk_mut` is alive."""
        if self._chunks:
            self._chunks = [chunk for chunk in self._chunks if chunk() is not None]
        return bool(self._chunks)

    def _require_no_chunk(self) -> None:
        if self._has_chunk():
            raise BufferError("a view of chunk_mut() is still alive: release it first")

    # -- receiving: what a transport and a codec use together

    def lease(self, minimum: int = 1) -> memoryview:
        """Lend the spare bytes, at least `minimum`, to whoever fills them; `commit` then makes them readable.

        The view may stay alive for ever: it keeps its memory valid and makes nothing raise. Storage moves, grows and
        shrinks here and not while bytes arrive: an empty buffer goes back to the front of its block, or drops it where
        it is far larger than asked for. While a payload is expected, the view ends where the payload ends and may be
        shorter than `minimum`. Raises `ValueError` if `minimum` is not positive, `MemoryError`, and `BufferError`
        while a view of `chunk_mut` is alive.
        """
        minimum = count(minimum)
        if minimum == 0:
            raise ValueError("a lease of 0 bytes cannot receive anything")
        self._require_no_chunk()
        if self._expected:
            self._make_payload_room(minimum)
        else:
            self._make_lease_room(max(minimum, self._wanted))
            self._wanted = 0
        start, stop = self._start + self._len, self._start + self._cap
        self._lent = self._block, start, stop
        return self._writable()[start:stop]

    def commit(self, n: int) -> None:
        """Make the first `n` bytes of the last lease readable, and end it; O(1).

        Raises `ValueError` if there is no lease, if it lent less, or if the end has moved away from where it began.
        """
        n = count(n)
        block, start, stop = self._lent or (None, 0, 0)
        if block is not self._block or start != self._start + self._len:
            raise ValueError(f"cannot commit {n} bytes: nothing is lent at the end of this buffer")
        lent = min(stop - start, self._cap - self._len)
        if n > lent:
            raise ValueError(f"cannot commit {n} bytes: {lent} were lent")
        self._require_no_chunk()
        self._lent = None
        self._grow(n)

    @property
    def expected(self) -> int:
        """The length of the payload that is being received, or 0; O(1). For transports that move it elsewhere."""
        return self._expected

    def expect(self, length: int) -> None:
        """The readable bytes begin one payload of `length` bytes: receive the rest of it in its final place.

        The next lease moves them to a block for this payload alone. At most `max(1 MiB, twice what has arrived)` of it
        is reserved at once. Ends when the payload is complete, or when anything is taken off. A no-op if it is
        complete already; O(1).
        """
        length = count(length)
        if length > self._len:
            self._expected = length

    def _make_lease_room(self, room: int) -> None:
        """Have `room` spare bytes; an empty buffer starts over, in a block that is not far too large for that."""
        if not self._len:
            block = self._block
            if block.size > max(KEPT_WHEN_EMPTY, 4 * room):
                self._move_to(Block(bytearray(room), original=original_capacity(room)), 0, 0, room)
            elif block.reusable():
                self._move_to(block, 0, 0, block.size)
        if self._cap - self._len < room:
            self._make_room(room)

    def _make_payload_room(self, minimum: int) -> None:
        """Stand on a block for the expected payload alone, which grows when its room gets short of `minimum`."""
        block = self._block
        landed = block.payload and block.size <= self._expected and (self._start, self._cap) == (0, block.size)
        size = min(self._expected, max(PAYLOAD_STEP, 2 * self._len))
        if not landed or (size > block.size and self._cap - self._len < minimum):
            self._reallocate(size, 0, payload=True)
