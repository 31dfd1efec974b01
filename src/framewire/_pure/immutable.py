"""The plain `Bytes`: an immutable, hashable window on a shared block. Public as part of `_pure/buffer.py`.

What belongs here: what never changes after it was made. What consumes lives on `BytesMut` and `Cursor`.
"""

from __future__ import annotations

from operator import index
from pickle import PickleBuffer
from typing import Any, SupportsIndex, final, overload

from framewire._pickles import load_bytes
from framewire._pure.block import NOTHING, Block, BytesLike, Handle, flat
from framewire._pure.searching import Searching, is_bytes_like

__all__ = ["Bytes"]


@final
class Bytes(Handle, Searching):
    """Immutable bytes that share storage: slicing never copies.

    `Bytes(data)` adopts builtin `bytes` and shares another `Bytes`, both O(1); it copies any other bytes-like object.
    Equal to, ordered with and hashed like builtin `bytes`. Raises `TypeError` for what is not bytes-like.
    """

    __slots__ = ("_hash", "_stop")

    _stop: int
    _hash: int | None

    def __new__(cls, data: BytesLike = b"") -> Bytes:
        if type(data) is bytes:
            return cls._on(Block(data, exposed=True), 0, len(data))
        if isinstance(data, Bytes):
            return data._part(0, len(data))
        return cls.copy_from(data)

    def __init_subclass__(cls) -> None:
        raise TypeError("type 'Bytes' is not an acceptable base type")

    @classmethod
    def _on(cls, block: Block, start: int, stop: int) -> Bytes:
        """A new handle on `block[start:stop]`; an empty one detaches itself."""
        self = object.__new__(cls)
        if start == stop:
            block, start, stop = NOTHING, 0, 0
        block.handles += 1
        self._block, self._start, self._stop, self._hash = block, start, stop, None
        return self

    @classmethod
    def copy_from(cls, data: BytesLike) -> Bytes:
        """A new `Bytes` with storage of its own; always copies. Raises `TypeError`."""
        copied = bytes(flat(data))
        return cls._on(Block(copied), 0, len(copied))

    @classmethod
    def from_owner(cls, owner: BytesLike) -> Bytes:
        """Adopt the memory of any contiguous read-only buffer; O(1).

        The buffer is released exactly once, after the last handle and the last view on it have gone. Raises
        `ValueError` for a writable buffer (who passes its `memoryview(...).toreadonly()` answers for it).
        """
        if type(owner) is bytes or isinstance(owner, Bytes):
            return cls(owner)
        data = flat(memoryview(owner))  # type: ignore[arg-type]  # so not a BytesMut: it may write to what it lends
        if not data.readonly:
            raise ValueError(f"a writable {type(owner).__name__} cannot be adopted: pass memoryview(...).toreadonly()")
        return cls._on(Block(data, exposed=True), 0, len(data))

    def _part(self, start: int, stop: int) -> Bytes:
        return Bytes._on(self._block, self._start + start, self._start + stop)

    def _span(self) -> tuple[bytes | bytearray | memoryview, int, int]:
        return self._block.data, self._start, self._stop

    # -- as a sequence

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(bytes(self.view()))
        return self._hash

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, key: slice[Any, Any, Any]) -> Bytes: ...
    def __getitem__(self, key: SupportsIndex | slice[Any, Any, Any]) -> int | Bytes:
        if not isinstance(key, slice):
            return self.view()[key]
        start, stop, step = key.indices(len(self))
        if step == 1:
            return self._part(start, max(start, stop))
        return Bytes(bytes(self.view())[key])

    def __add__(self, other: BytesLike) -> Bytes:
        return Bytes(b"".join((self.view(), flat(other)))) if is_bytes_like(other) else NotImplemented

    def __radd__(self, other: BytesLike) -> Bytes:
        return Bytes(b"".join((flat(other), self.view()))) if is_bytes_like(other) else NotImplemented

    def slice(self, start: int = 0, stop: int | None = None) -> Bytes:
        """The bytes from `start` to before `stop`, sharing storage; O(1). Raises `IndexError` if out of bounds."""
        start, stop = index(start), len(self) if stop is None else index(stop)
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"slice {start}:{stop} is not within 0:{len(self)}")
        return self._part(start, stop)

    def split_at(self, at: int) -> tuple[Bytes, Bytes]:
        """The first `at` bytes and the rest, sharing storage; O(1). Raises `IndexError` if out of bounds."""
        return self.slice(0, at), self.slice(at)

    def split(self, sep: BytesLike, maxsplit: int = -1) -> list[Bytes]:
        """The parts between the separators, sharing storage; O(n). Raises `ValueError` for an empty separator."""
        found = flat(sep)
        maxsplit = index(maxsplit)
        sep, parts, start = _separator(found), [], 0
        while maxsplit != 0 and (at := self.find(sep, start)) >= 0:
            parts.append(self._part(start, at))
            start, maxsplit = at + len(sep), maxsplit - 1
        return [*parts, self._part(start, len(self))]

    def partition(self, sep: BytesLike) -> tuple[Bytes, Bytes, Bytes]:
        """What is before the first `sep`, `sep`, and the rest, sharing storage; O(n). Without `sep`: all, empty, empty.

        Raises `ValueError` for an empty separator.
        """
        sep = _separator(sep)
        at = self.find(sep)
        if at < 0:
            return self._part(0, len(self)), Bytes(), Bytes()
        end = at + len(sep)
        return self._part(0, at), self._part(at, end), self._part(end, len(self))

    # -- as memory

    def view(self) -> memoryview:
        """The bytes as a read-only `memoryview`, which keeps the memory alive on its own; O(1)."""
        return memoryview(self._block.data)[self._start : self._stop].toreadonly()

    def __buffer__(self, flags: int) -> memoryview:
        return self.view()

    def to_bytes(self) -> bytes:
        """The bytes as builtin `bytes`; O(1) if this is exactly one builtin `bytes` object, else copies."""
        block = self._block
        if (self._start, self._stop) != (0, block.size):
            return super().to_bytes()
        if block.payload:
            block.data = bytes(block.data)  # the one copy of this implementation; later calls share it
        if type(block.data) is not bytes:
            return super().to_bytes()
        block.exposed = True
        return block.data

    def compact(self) -> Bytes:
        """`self` if it is all of its block, else a copy that does not keep the larger block alive."""
        return self if len(self) == self.retained else Bytes.copy_from(self)

    @property
    def retained(self) -> int:
        """How many bytes of memory this handle keeps alive; O(1)."""
        return self._block.size

    def is_unique(self) -> bool:
        """True if this is the only handle on its block; never for adopted memory, nor once it was handed out; O(1)."""
        return self._block.unique()

    def __copy__(self) -> Bytes:
        return self

    def __deepcopy__(self, memo: object) -> Bytes:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        if index(protocol) >= 5:
            return load_bytes, (PickleBuffer(self.view()),)
        return load_bytes, (self.to_bytes(),)


def _separator(sep: BytesLike) -> bytes:
    plain = bytes(flat(sep))
    if not plain:
        raise ValueError("empty separator")
    return plain
