"""What `Bytes` and `BytesMut` share with builtin `bytes`: searching, comparing, showing. Nothing here changes anything.

What belongs here: methods with the signature and the result of their namesake on `bytes`. They look at the block in
place, between two offsets, and copy only where the docstring says so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from operator import index
from typing import TypeAlias

from framewire._pure.block import BytesLike, flat

__all__ = ["Searching", "is_bytes_like"]

Needle: TypeAlias = "BytesLike | int"


class Searching:
    """A mixin over `_span()`: where the bytes are; and `view()`."""

    __slots__ = ()

    def _span(self) -> tuple[bytes | bytearray | memoryview, int, int]:
        raise NotImplementedError

    def view(self) -> memoryview:
        """The bytes as a read-only view; O(1)."""
        raise NotImplementedError

    def __len__(self) -> int:
        _, start, stop = self._span()
        return stop - start

    def __bool__(self) -> bool:
        return len(self) > 0

    def __iter__(self) -> Iterator[int]:
        return iter(self.view())

    def __contains__(self, needle: Needle) -> bool:
        return self.find(needle) >= 0

    def __bytes__(self) -> bytes:
        return self.to_bytes()

    def __eq__(self, other: object) -> bool:
        try:
            return self.view() == flat(other)  # type: ignore[arg-type]
        except TypeError:
            return NotImplemented

    def __lt__(self, other: BytesLike) -> bool:
        return bytes(self.view()) < bytes(flat(other)) if is_bytes_like(other) else NotImplemented

    def __le__(self, other: BytesLike) -> bool:
        return bytes(self.view()) <= bytes(flat(other)) if is_bytes_like(other) else NotImplemented

    def __gt__(self, other: BytesLike) -> bool:
        return bytes(self.view()) > bytes(flat(other)) if is_bytes_like(other) else NotImplemented

    def __ge__(self, other: BytesLike) -> bool:
        return bytes(self.view()) >= bytes(flat(other)) if is_bytes_like(other) else NotImplemented

    def __repr__(self) -> str:
        return f"{type(self).__name__}({bytes(self.view())!r})"

    def to_bytes(self) -> bytes:
        """The bytes as builtin `bytes`; copies."""
        data, start, stop = self._span()
        return bytes(data[start:stop])

    def find(self, sub: Needle, start: int | None = None, end: int | None = None) -> int:
        """The lowest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        data, base, low, high = self._search(start, end)
        at = data.find(_needle(sub), low, high)
        return at - base if at >= 0 else -1

    def rfind(self, sub: Needle, start: int | None = None, end: int | None = None) -> int:
        """The highest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        data, base, low, high = self._search(start, end)
        at = data.rfind(_needle(sub), low, high)
        return at - base if at >= 0 else -1

    def index(self, sub: Needle, start: int | None = None, end: int | None = None) -> int:
        """As `find`, but raises `ValueError` where there is none."""
        return _found(self.find(sub, start, end))

    def rindex(self, sub: Needle, start: int | None = None, end: int | None = None) -> int:
        """As `rfind`, but raises `ValueError` where there is none."""
        return _found(self.rfind(sub, start, end))

    def count(self, sub: Needle, start: int | None = None, end: int | None = None) -> int:
        """How often `sub` occurs within `[start:end]`, without overlaps; O(n), no copy."""
        data, _, low, high = self._search(start, end)
        return data.count(_needle(sub), low, high)

    def startswith(
        self, prefix: BytesLike | tuple[BytesLike, ...], start: int | None = None, end: int | None = None
    ) -> bool:
        """True if `[start:end]` begins with `prefix`, or with one of a tuple of them; no copy."""
        data, _, low, high = self._search(start, end)
        return data.startswith(_affixes(prefix), low, high)

    def endswith(
        self, suffix: BytesLike | tuple[BytesLike, ...], start: int | None = None, end: int | None = None
    ) -> bool:
        """True if `[start:end]` ends with `suffix`, or with one of a tuple of them; no copy."""
        data, _, low, high = self._search(start, end)
        return data.endswith(_affixes(suffix), low, high)

    def hex(self, sep: str | bytes | None = None, bytes_per_sep: int = 1) -> str:
        """Two hexadecimal digits for each byte, as `bytes.hex`; O(n)."""
        return self.view().hex() if sep is None else self.view().hex(sep, bytes_per_sep)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The bytes as text; O(n). Raises `UnicodeDecodeError`."""
        return str(self.view(), encoding, errors)

    def _search(self, start: int | None, end: int | None) -> tuple[bytes | bytearray, int, int, int]:
        """Where to search: data, offset of our byte 0 in it, and the two bounds there."""
        data, base, stop = self._span()
        if isinstance(data, memoryview):  # foreign memory cannot be searched in place
            data, base, stop = bytes(data[base:stop]), 0, stop - base
        low, high = _bounds(start, end, stop - base)
        return data, base, base + low, base + high


def _bounds(start: int | None, end: int | None, length: int) -> tuple[int, int]:
    """Slice bounds as `bytes.find` takes them: a start behind the end stays there, and finds not even nothing."""
    low = 0 if start is None else index(start)
    high = sys.maxsize if end is None else index(end)
    low = max(0, low + length) if low < 0 else min(low, length + 1)
    high = max(0, high + length) if high < 0 else min(high, length)
    return low, high


def _needle(sub: Needle) -> memoryview | int:
    return sub if isinstance(sub, int) else flat(sub)


def _affixes(affix: BytesLike | tuple[BytesLike, ...]) -> memoryview | tuple[memoryview, ...]:
    return tuple(flat(one) for one in affix) if isinstance(affix, tuple) else flat(affix)


def _found(at: int) -> int:
    if at < 0:
        raise ValueError("subsection not found")
    return at


def is_bytes_like(data: object) -> bool:
    """Whether `flat` takes it."""
    try:
        flat(data)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True
