"""`Rope`: many pieces of immutable bytes as one `Buf`, joined, split and sent without copying them.

What belongs here: a double-ended queue of `Bytes` that knows its length. It allocates nothing but handles.

    chunks   [GET / HTTP/1.1\\r\\n] [...1 MiB of somebody's file...] [\\r\\n]
              ^ advance, split_to, appendleft                       ^ append, split_off

Work is counted in chunks, not in bytes: each is touched once when it is put in and once when it is taken out, so that
every operation at an end is amortised O(1) for each chunk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from framewire._impl import Bytes, BytesMut
from framewire._pure.block import BytesLike, count, flat
from framewire.buf.abstract import Buf
from framewire.buf.segments import IOV_MAX

__all__ = ["Rope"]


class Rope(Buf):
    """Chunks of bytes in a row, none of them copied: appended to and taken from at both ends.

    `Rope(*parts)` appends each part, see `append`. A mutable sequence of bytes: unhashable, compared and iterated like
    `bytes` (without consuming). Reading it as a `Buf` consumes from the front. Feeds vectored writes:

        while rope:
            rope.advance(sock.sendmsg(rope.chunks_vectored()))
    """

    __slots__ = ("_chunks", "_length")

    def __init__(self, *parts: BytesLike | Rope) -> None:
        self._chunks: deque[Bytes] = deque()  # none is empty
        self._length = 0
        self.extend(parts)

    # -- putting in

    def append(self, part: BytesLike | Rope) -> None:
        """Put `part` behind the rest: read-only memory and the chunks of a `Rope` as they are, O(1) for each chunk.

        Memory that can change (`bytearray`, `BytesMut`, a writable view) is copied; who passes a read-only view of such
        memory answers for it. Another `Rope` keeps what it holds. Raises `TypeError` for what is not bytes-like.
        """
        chunks, length = _chunks(part)
        self._chunks.extend(chunks)
        self._length += length

    def appendleft(self, part: BytesLike | Rope) -> None:
        """Put `part` in front of the rest; else as `append`."""
        chunks, length = _chunks(part)
        self._chunks.extendleft(reversed(chunks))
        self._length += length

    def extend(self, parts: Iterable[BytesLike | Rope]) -> None:
        """`append` each of `parts`. Raises `TypeError` for what is not bytes-like; those before it were appended."""
        for part in parts:
            self.append(part)

    def __iadd__(self, part: BytesLike | Rope) -> Rope:
        self.append(part)
        return self

    def __add__(self, part: BytesLike | Rope) -> Rope:
        return Rope(self, part) if _can_join(part) else NotImplemented

    def __radd__(self, part: BytesLike) -> Rope:
        return Rope(part, self) if _can_join(part) else NotImplemented

    # -- taking out

    def remaining(self) -> int:
        """How many bytes there are; O(1)."""
        return self._length

    def chunk(self) -> memoryview:
        """The first chunk, as a read-only view; O(1)."""
        return self._chunks[0].view() if self._chunks else memoryview(b"")

    def chunks_vectored(self, maximum: int = IOV_MAX) -> list[memoryview]:
        """The first chunks, at most `maximum` of them, for `sendmsg` or `writelines`; nothing is consumed."""
        return [chunk.view() for chunk in islice(self._chunks, count(maximum))]

    def advance(self, n: int) -> None:
        """Consume `n` bytes, for instance those that a short write has sent; O(1) for each chunk that is gone.

        Raises `BufferUnderflow` (nothing consumed), `ValueError`.
        """
        n = self._require(n)
        for _ in self._taken(n):
            pass

    def copy_to_bytes(self, n: int) -> Bytes:
        """Take `n` bytes: shared where they lie in one chunk, else copied. Raises `BufferUnderflow`, `ValueError`."""
        n = self._require(n)
        taken = list(self._taken(n))
        return taken[0] if len(taken) == 1 else Bytes(_joined(taken))

    def split_to(self, n: int) -> Rope:
        """Take the first `n` bytes off; O(1) for each chunk of them. Raises `BufferUnderflow`, `ValueError`."""
        n = self._require(n)
        return Rope._of(self._taken(n), n)

    def split_off(self, n: int) -> Rope:
        """Keep the first `n` bytes and return the rest; O(1) for each chunk of the rest.

        Raises `BufferUnderflow`, `ValueError`.
        """
        n = self._require(n)
        back: deque[Bytes] = deque()
        missing = size = self._length - n
        while missing:
            chunk = self._chunks.pop()
            if len(chunk) > missing:
                kept, chunk = chunk.split_at(len(chunk) - missing)
                self._chunks.append(kept)
            back.appendleft(chunk)
            missing -= len(chunk)
        self._length = n
        return Rope._of(back, size)

    def truncate(self, length: int) -> None:
        """Keep the first `length` bytes; a no-op if there are fewer; O(1) for each chunk that is gone."""
        if count(length) < self._length:
            self.split_off(length)

    def clear(self) -> None:
        """Forget all bytes."""
        self._chunks.clear()
        self._length = 0

    def _taken(self, n: int) -> Iterator[Bytes]:
        """Take `n` bytes off, chunk by chunk. The caller knows that they are there, and takes all."""
        self._length -= n
        while n:
            chunk = self._chunks.popleft()
            if len(chunk) > n:
                chunk, rest = chunk.split_at(n)
                self._chunks.appendleft(rest)
            n -= len(chunk)
            yield chunk

    @classmethod
    def _of(cls, chunks: Iterable[Bytes], length: int) -> Rope:
        """A new rope of `chunks`, none of them empty, `length` bytes in all."""
        self = cls()
        self._chunks.extend(chunks)
        self._length = length
        return self

    # -- as a sequence

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return self._length > 0

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._chunks)

    def __contains__(self, needle: BytesLike | int) -> bool:
        return (needle if isinstance(needle, int) else flat(needle)) in self.to_bytes()

    def __eq__(self, other: object) -> bool:
        if not _can_join(other):
            return NotImplemented
        rest = Rope(other)  # type: ignore[arg-type]
        return self._length == len(rest) and all(rest.copy_to_bytes(len(chunk)) == chunk for chunk in self._chunks)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Rope({', '.join(repr(chunk.to_bytes()) for chunk in self._chunks)})"

    def to_bytes(self) -> bytes:
        """All bytes as builtin `bytes`, nothing consumed; O(1) if this is exactly one such object, else copies."""
        return _joined(self._chunks)

    def __bytes__(self) -> bytes:
        return self.to_bytes()

    def copy(self) -> Rope:
        """Another rope of the same bytes, for another reader; O(1) for each chunk."""
        return Rope(self)

    __copy__ = copy

    def __deepcopy__(self, memo: object) -> Rope:
        return self.copy()  # the chunks never change

    def __reduce__(self) -> tuple[Any, ...]:
        return Rope, tuple(self._chunks)


def _chunks(part: BytesLike | Rope) -> tuple[tuple[Bytes, ...], int]:
    """`part` as chunks of which none is empty, and their length. Raises `TypeError`."""
    if isinstance(part, Rope):
        return tuple(part._chunks), part._length
    chunk = _chunk(part)
    return (chunk,) if chunk else (), len(chunk)


def _chunk(data: BytesLike) -> Bytes:
    """`data` as `Bytes`, shared unless it could change. Raises `TypeError`."""
    if isinstance(data, (bytes, Bytes, BytesMut)):
        return Bytes(data)
    view = flat(data)
    return Bytes.from_owner(view) if view.readonly else Bytes.copy_from(view)


def _can_join(part: object) -> bool:
    """Whether `part` is bytes-like or a rope."""
    try:
        return isinstance(part, Rope) or flat(part) is not None  # type: ignore[arg-type]
    except TypeError:
        return False


def _joined(chunks: Collection[Bytes]) -> bytes:
    """`chunks` as one builtin `bytes` object, which may be what a single chunk stands on."""
    if len(chunks) == 1:
        return next(iter(chunks)).to_bytes()
    return b"".join([chunk.view() for chunk in chunks])
