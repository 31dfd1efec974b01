"""What the plain buffers stand on: `Block`, one allocation, and `Handle`, anything that stands on one.

What belongs here: who keeps memory alive, who may write to it, and how it grows. No reading, no searching.

A block never changes its size. Handles count themselves in `Block.handles`, so that "the only handle" means what it
says; a live `memoryview` counts against *reusing* a block too, because nobody may see bytes change under a view.
Ranges of writable handles never overlap, which is why none of this needs a lock or a copy.
"""

from __future__ import annotations

import mmap
import sys
from operator import index
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeAlias

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["NOTHING", "Block", "BytesLike", "Handle", "count", "flat", "original_capacity", "payload_memory", "sized"]

MAPPED = 256 * 1024  # from here on, filling with zeroes costs more than asking the system for memory


class _HasView(Protocol):
    def view(self) -> memoryview: ...


BytesLike: TypeAlias = "ReadableBuffer | _HasView"
"""What every method that copies bytes in accepts: a buffer of any kind, a `Bytes` or a `BytesMut`; never a `str`."""


class Block:
    """One allocation: a `bytearray` of our own, an adopted `bytes`, or a view on memory that somebody else owns.

    A large payload's is a view on memory that the system gave us, see `payload_memory`.
    """

    __slots__ = ("data", "exposed", "handles", "original", "payload", "size")

    def __init__(
        self, data: bytes | bytearray | memoryview, *, original: int = 0, payload: bool = False, exposed: bool = False
    ) -> None:
        self.data = data
        self.size = len(data)
        self.handles = 0
        self.original = original  # what a buffer that leaves this block asks for at least, see `original_capacity`
        self.payload = payload  # made to hold one payload and nothing else, so never used again
        self.exposed = exposed  # somebody outside holds the memory itself: never unique, never written again

    def release(self) -> None:
        """One handle has gone. After the last one, the owner of foreign memory gets it back."""
        self.handles -= 1
        if self.handles == 0 and type(self.data) is memoryview and not self.payload:
            self.data.release()

    def unique(self) -> bool:
        """True if exactly one handle stands here and nobody else holds the memory."""
        return self.handles == 1 and not self.exposed

    def reusable(self) -> bool:
        """True if the only handle may move its bytes and write anywhere: no payload, and not under a live view."""
        return self.unique() and not self.payload and not _is_viewed(self.data)


def _is_viewed(data: bytes | bytearray | memoryview) -> bool:
    """True while a `memoryview` on `data` is alive: Python then refuses to resize a `bytearray`."""
    if not data or not isinstance(data, bytearray):
        return False
    try:
        data.append(data.pop())
    except BufferError:
        return True
    return False


def payload_memory(size: int) -> bytearray | memoryview:
    """`size` zero bytes for a payload that may never come: of a large one, the system gives a page when it is written.

    A `bytearray` would be filled with zeroes here and now, for each peer that announces much and sends nothing. Raises
    `MemoryError`.
    """
    if size < MAPPED:
        return bytearray(size)
    try:
        if sys.platform == "win32":
            return memoryview(mmap.mmap(-1, size))
        return memoryview(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    except OSError as error:
        raise MemoryError(f"cannot allocate {size} bytes") from error


NOTHING = Block(b"", exposed=True)
"""Where all empty `Bytes` stand, so that they pin nothing."""


def original_capacity(size: int) -> int:
    """The capacity to come back to after a buffer of `size` was given away: a power of two, 0 or 1 KiB to 64 KiB."""
    return 0 if size < 1024 else min(1 << (size.bit_length() - 1), 64 * 1024)


class Handle:
    """Stands on a block from `_start` on, is counted by it, and lets go of it when it dies."""

    __slots__ = ("__weakref__", "_block", "_start")

    _block: Block
    _start: int

    def __del__(self) -> None:
        self._block.release()

    def view(self) -> memoryview:
        """The bytes as a read-only view; O(1)."""
        raise NotImplementedError


def flat(data: BytesLike) -> memoryview:
    """`data` as a view of single bytes; O(1). Raises `TypeError` for what is not bytes-like (`str`, `int`)."""
    view = data.view() if isinstance(data, Handle) else _exported(data)
    if view.format == "B" and view.ndim == 1 and view.c_contiguous:
        return view
    return view.cast("B") if view.nbytes else memoryview(b"")


def _exported(data: Any) -> memoryview:
    """`memoryview(data)`, or what `data.view()` lends: the compiled `BytesMut` exports nothing itself."""
    try:
        return memoryview(data)
    except TypeError:
        view = data.view() if hasattr(data, "view") else None
        if not isinstance(view, memoryview):
            raise
        return view


def sized(n: SupportsIndex) -> int:
    """`n` as an int that C's sizes can hold. Raises `TypeError`, `OverflowError`.

    Arguments are looked at in their order, before anything else is: so both implementations refuse the same.
    """
    n = index(n)
    if not -sys.maxsize - 1 <= n <= sys.maxsize:
        raise OverflowError(f"cannot fit {n} into an index-sized integer")
    return n


def count(n: SupportsIndex) -> int:
    """`n` as a number of bytes. Raises `ValueError` if negative, `OverflowError` if no memory could be that large."""
    n = sized(n)
    if n < 0:
        raise ValueError(f"a number of bytes cannot be negative: {n}")
    return n
