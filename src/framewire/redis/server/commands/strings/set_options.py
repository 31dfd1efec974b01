"""The options of SET and GETEX: what stands behind the key, or behind the value.

What belongs here: reading them. What they do is the commands' business. Applications use the same few options over and
over, so short ones are remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from framewire.redis.server.commands.shared.times import TIME_OPTIONS, Lifetime
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["GetexOptions", "SetOptions", "getex_options", "set_options"]

_WORDS_REMEMBERED = 4


class _LifetimeOptions:
    """What both have: one time, in one unit. The last of several in this unit counts."""

    __slots__ = ("_unit", "lifetime")

    def __init__(self) -> None:
        self._unit = b""
        self.lifetime: Lifetime | None = None

    def _take_lifetime(self, option: bytes, arguments: Arguments) -> None:
        if option not in TIME_OPTIONS or self._unit not in (b"", option):
            raise CommandError(SYNTAX_ERROR)
        self._unit, self.lifetime = option, Lifetime(option, arguments.next_bytes())


class SetOptions(_LifetimeOptions):
    """`[NX | XX] [GET] [EX n | PX n | EXAT n | PXAT n | KEEPTTL]`. Repeating an option is allowed, as in Redis."""

    __slots__ = ("condition", "get", "keep")

    def __init__(self, words: Sequence[bytes]) -> None:
        super().__init__()
        self.condition = b""
        self.get = self.keep = False
        arguments = Arguments(words, 0)
        while arguments:
            self._take(arguments.next_word(), arguments)

    def _take(self, option: bytes, arguments: Arguments) -> None:
        if option in (b"NX", b"XX") and self.condition in (b"", option):
            self.condition = option
        elif option == b"GET":
            self.get = True
        elif option == b"KEEPTTL" and self.lifetime is None:
            self.keep = True
        elif not self.keep:
            self._take_lifetime(option, arguments)
        else:
            raise CommandError(SYNTAX_ERROR)


class GetexOptions(_LifetimeOptions):
    """`[EX n | PX n | EXAT n | PXAT n | PERSIST]`."""

    __slots__ = ("persist",)

    def __init__(self, words: Sequence[bytes]) -> None:
        super().__init__()
        self.persist = False
        arguments = Arguments(words, 0)
        while arguments:
            self._take(arguments.next_word(), arguments)

    def _take(self, option: bytes, arguments: Arguments) -> None:
        if option == b"PERSIST" and self.lifetime is None:
            self.persist = True
        elif not self.persist:
            self._take_lifetime(option, arguments)
        else:
            raise CommandError(SYNTAX_ERROR)


_remembered_set_options = lru_cache(maxsize=256)(SetOptions)
_remembered_getex_options = lru_cache(maxsize=256)(GetexOptions)


def set_options(request: list[bytes]) -> SetOptions:
    """The options of a SET. Raises `CommandError`."""
    words = tuple(request[3:])
    return _remembered_set_options(words) if len(words) <= _WORDS_REMEMBERED else SetOptions(words)


def getex_options(request: list[bytes]) -> GetexOptions:
    """The options of a GETEX. Raises `CommandError`."""
    words = tuple(request[2:])
    return _remembered_getex_options(words) if len(words) <= _WORDS_REMEMBERED else GetexOptions(words)
