"""Formats of `struct`: what a text like `>I2s` says.

What belongs here: reading one. What is wrong in it is an item like the others, because what stands before comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from framewire.redis.server.scripting.errors import ScriptError
from framewire.redis.server.scripting.libraries.arguments import bad_argument

__all__ = ["DOUBLES", "INTEGERS", "Item", "items_of"]

INTEGERS: Final = frozenset("bBhHlLTiI")
DOUBLES: Final = frozenset("fd")
_SIZES: Final = {"b": 1, "B": 1, "h": 2, "H": 2, "l": 8, "L": 8, "T": 8, "f": 4, "d": 8, "x": 1, "s": 0}
_DIGITS: Final = frozenset("0123456789")
_LARGEST_INTEGER: Final = 32
_MOST_BYTES: Final = 2**31 - 1
_REMEMBERED: Final = 128  # formats, of so many bytes at most:
_SHORT: Final = 256


class Item(NamedTuple):
    """One item. An option that says how to go on is one too, of the letter "" and of no size.

    `alignment` is what its offset is brought to a multiple of; `error` says what is wrong, where the format ends so.
    """

    letter: str
    size: int
    alignment: int
    big: bool
    error: bytes = b""

    def padding(self, offset: int) -> int:
        """How many bytes stand in front of it: by a formula that is meant for powers of two, and used for all."""
        mask = self.alignment - 1
        return (self.alignment - (offset & mask)) & mask

    def obey(self) -> None:
        """An option is met. Raises `ScriptError` where there is something wrong."""
        if self.error:
            raise ScriptError(self.error)


def items_of(text: bytes, name: str) -> list[Item]:
    """What a format is made of, for the function `name`. O(its length)."""
    return _short(text, name) if len(text) <= _SHORT else _read(text, name)


def _read(text: bytes, name: str) -> list[Item]:
    return list(_Format(text.split(b"\0", 1)[0].decode("latin-1"), name))


_short = lru_cache(maxsize=_REMEMBERED)(_read)


class _Format:
    """Reads a format."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._text = text
        self._position = 0
        self._alignment = 1
        self._big = False

    def __iter__(self) -> Iterator[Item]:
        while self._position < len(self._text):
            letter = self._text[self._position]
            self._position += 1
            try:
                yield self._item(letter)
            except ScriptError as error:
                yield Item("", 0, 1, False, error.text)
                return

    def _item(self, letter: str) -> Item:
        if letter not in _SIZES and letter not in "ciI":
            self._obey(letter)
            return Item("", 0, 1, self._big)
        size = self._size(letter)
        alignment = 1 if letter == "c" or not size else min(size, self._alignment)
        return Item(letter, size, alignment, self._big)

    def _size(self, letter: str) -> int:
        if letter == "c":
            return self._number(1)
        if letter not in "iI":
            return _SIZES[letter]
        size = self._number(4)
        if size > _LARGEST_INTEGER:
            raise ScriptError(b"integral size %d is larger than limit of %d" % (size, _LARGEST_INTEGER))
        return size

    def _obey(self, letter: str) -> None:
        if letter in "<>":
            self._big = letter == ">"
        elif letter == "!":
            self._align()
        elif letter != " " and not (self._name == "size" and letter.isascii() and letter.isalnum()):
            raise bad_argument(1, self._name, f"invalid format option '{letter}'")

    def _align(self) -> None:
        self._alignment = self._number(8)
        if self._alignment & (self._alignment - 1) or not self._alignment:
            raise ScriptError(b"alignment %d is not a power of 2" % self._alignment)

    def _number(self, otherwise: int) -> int:
        start = self._position
        while self._text[self._position : self._position + 1] in _DIGITS:
            self._position += 1
        digits = self._text[start : self._position]
        if len(digits.lstrip("0")) > 10 or int(digits[-10:] or 0) > _MOST_BYTES:
            raise ScriptError(b"integral size overflow")
        return int(digits[-10:]) if digits else otherwise
