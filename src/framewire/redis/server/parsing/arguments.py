"""How commands read a request: strict integers, and a cursor for commands that have options.

What belongs here: turning arguments (bytes that a peer chose) into Python values. Nothing here knows a key, a client or
a reply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, SYNTAX_ERROR, CommandError

__all__ = ["INT64_MAX", "INT64_MIN", "Arguments", "parse_int64", "require_int64"]

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1


# Redis' own spelling of integers: no plus sign, no leading zero, no space, no "-0". `int()` accepts all of these and
# underscores too, and its time grows with the square of the length, so the text is checked before it is converted.
_is_integer = re.compile(rb"0|-?[1-9][0-9]{0,18}").fullmatch


def parse_int64(text: bytes) -> int | None:
    """The integer that `text` spells strictly, or `None` where it is no integer or does not fit 64 bits. O(1)."""
    if len(text) < 19 and text.isdigit() and text[0] != 0x30:  # most are positive, and short enough for 64 bits
        return int(text)
    if _is_integer(text) is None:
        return None
    value = int(text)
    return value if INT64_MIN <= value <= INT64_MAX else None


def require_int64(text: bytes, error: bytes = NOT_AN_INTEGER, least: int = INT64_MIN) -> int:
    """The integer that `text` spells; raises `CommandError(error)` when it is none, or below `least`. O(1)."""
    value = parse_int64(text)
    if value is None or value < least:
        raise CommandError(error)
    return value


class Arguments:
    """A cursor over the arguments of one request. It starts behind the command's name, or at `position`.

    Every `next_*` takes one argument and raises `CommandError` when there is none or when it has the wrong form.
    """

    __slots__ = ("_items", "_position")

    def __init__(self, request: Sequence[bytes], position: int = 1) -> None:
        self._items = request
        self._position = position

    def __bool__(self) -> bool:
        """Whether arguments are left."""
        return self._position < len(self._items)

    @property
    def remaining(self) -> int:
        """How many arguments are left."""
        return len(self._items) - self._position

    def next_bytes(self) -> bytes:
        """The next argument as it was sent; a syntax error when there is none."""
        if self._position >= len(self._items):
            raise CommandError(SYNTAX_ERROR)
        item = self._items[self._position]
        self._position += 1
        return item

    def next_word(self) -> bytes:
        """The next argument in upper case, for options and keywords."""
        return self.next_bytes().upper()

    def peek_word(self) -> bytes | None:
        """What `next_word` would return, or `None` at the end; takes nothing."""
        return self._items[self._position].upper() if self else None

    def next_int(self, error: bytes = NOT_AN_INTEGER, least: int = INT64_MIN) -> int:
        """The next argument as a 64-bit integer; raises `CommandError(error)` when it is none, or below `least`."""
        return require_int64(self.next_bytes(), error, least)

    def finish(self) -> None:
        """A syntax error when arguments are left."""
        if self:
            raise CommandError(SYNTAX_ERROR)
