"""Strings: `bytes`, or a `RawString` where commands change them in place; and what holds for values of every type.

What belongs here: the two forms of a string, and the questions that TYPE, COPY and OBJECT ask of any value. A string is
`bytes` as long as it is only set and got, which costs nothing beside the dict's own work. APPEND, SETRANGE and SETBIT
turn it into a `RawString`, so that a long one is not copied for each byte that changes.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.server.config.config import Config
from framewire.redis.server.parsing.arguments import parse_int64

__all__ = ["RawString", "copy_of", "encoding_of", "kind_of", "references_of"]

_LONGEST_EMBEDDED = 44  # bytes of a string that Redis allocates together with its header
_LONGEST_INTEGER = 20
_SHARED_INTEGERS = range(10_000)
_SHARED_REFERENCES = 2**31 - 1


class RawString(bytearray):
    """A string that grows and changes in place: O(1) amortised for each byte. `bytes(value)` is its content, a copy."""

    __slots__ = ()

    kind = b"string"

    def encoding(self, config: Config) -> bytes:
        return b"raw"

    def copy(self) -> RawString:
        """Another string with the same bytes. O(n)."""
        return RawString(self)

    def lengthen(self, size: int) -> None:
        """Add zeros up to `size`. Where memory ends, nothing is changed."""
        if size > len(self):
            self.extend(bytes(size - len(self)))

    def write(self, offset: int, data: bytes) -> None:
        """Put `data` at `offset`, all of it within the string. It takes no memory, which a slice that is set does."""
        with memoryview(self) as view:
            view[offset : offset + len(data)] = data


def kind_of(value: Any) -> bytes:
    """The name that TYPE gives: `b"string"`, `b"list"`, ..."""
    return RawString.kind if value.__class__ is bytes else value.kind


def encoding_of(value: Any, config: Config) -> bytes:
    """The name that OBJECT ENCODING gives."""
    if value.__class__ is not bytes:
        return value.encoding(config)  # type: ignore[no-any-return]
    if len(value) <= _LONGEST_INTEGER and parse_int64(value) is not None:
        return b"int"
    return b"embstr" if len(value) <= _LONGEST_EMBEDDED else b"raw"


def copy_of(value: Any) -> object:
    """A value that can be changed without the first one changing. O(1) for `bytes`, else O(n)."""
    return value if value.__class__ is bytes else value.copy()


def references_of(value: object) -> int:
    """What OBJECT REFCOUNT gives: Redis keeps one object for all occurrences of a small integer."""
    number = parse_int64(value) if value.__class__ is bytes and isinstance(value, bytes) and len(value) < 5 else None
    return _SHARED_REFERENCES if number in _SHARED_INTEGERS else 1
