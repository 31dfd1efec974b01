"""How large values are in the form in which Redis packs small ones, its "listpack".

What belongs here: sizes. Nothing is packed here; but where Redis begins a new listpack depends on them.

An element is a head (its kind, and its length if it is a text), its bytes, and at last its size once more, backwards.
"""

from __future__ import annotations

from framewire.redis.server.parsing.arguments import parse_int64

__all__ = ["size_of_integer", "size_of_text"]

_LONGEST_INTEGER = 20
_WIDER_INTEGERS = ((4, 2**15), (5, 2**23), (6, 2**31))  # their size, and what they are below


def size_of_integer(number: int) -> int:
    """The bytes that an integer takes; one beyond 64 bits wraps around. O(1)."""
    if 0 <= number < 128:
        return 2
    if -4096 <= number < 4096:
        return 3
    wrapped = (number + 2**63) % 2**64 - 2**63
    if wrapped != number:
        return size_of_integer(wrapped)
    return next((size for size, bound in _WIDER_INTEGERS if -bound <= number < bound), 10)


def size_of_text(text: bytes) -> int:
    """The bytes that a text takes; one that spells an integer is kept as that. O(1)."""
    length = len(text)
    if length <= _LONGEST_INTEGER:
        number = parse_int64(text)
        if number is not None:
            return size_of_integer(number)
    size = length + (1 if length < 64 else 2 if length < 4096 else 5)
    return size + _size_of_size(size)


def _size_of_size(size: int) -> int:
    if size < 128:
        return 1
    return next((bytes_ for bytes_, most in ((2, 16383), (3, 2097151), (4, 268435455)) if size < most), 5)
