"""Bitmaps: strings as rows of bits.

What belongs here: the commands of Redis' group "bitmap" on single bits and whole strings; BITFIELD has its own file.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.arguments import Key, some
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError

__all__ = ["Bitmaps"]


class Bitmaps(Runs[S]):
    """The commands of Redis' group "bitmap", but for those on numbers of some bits."""

    @command
    def getbit(self, name: Key, offset: int) -> Reply[int]:
        """GETBIT: the bit at `offset`, counted from the highest of the first byte; 0 beyond the end. O(1)."""
        return self._run((b"GETBIT", name, offset))

    @command
    def setbit(self, name: Key, offset: int, value: int) -> Reply[int]:
        """SETBIT: let the bit at `offset` be `value`; returns what it was. O(1); N bytes that are new O(N)."""
        return self._run((b"SETBIT", name, offset, _bit(value)))

    @command
    def bitcount(
        self, key: Key, start: int | None = None, end: int | None = None, mode: str | None = None
    ) -> Reply[int]:
        """BITCOUNT: how many bits are 1. O(N), N bytes looked at.

        Of bytes `start` to `end`, both included, negative ones counted from the end; of bits with `mode="BIT"`.
        """
        if (start is None) != (end is None):
            raise DataError("start and end must be given together")
        return self._run((b"BITCOUNT", key, *_range(start, end, mode)))

    @command
    def bitpos(
        self, key: Key, bit: int, start: int | None = None, end: int | None = None, mode: str | None = None
    ) -> Reply[int]:
        """BITPOS: where the first bit stands that is `bit`, -1 where none is. O(N), N bytes looked at.

        From byte `start` on, to `end`, negative ones counted from the end; both are bits with `mode="BIT"`. Without an
        `end` the string goes on for ever with zeros.
        """
        if start is None and end is not None:
            raise DataError("an end needs a start")
        return self._run((b"BITPOS", key, _bit(bit), *_range(start, end, mode)))

    @command
    def bitop(self, operation: str, dest: Key, *keys: Key) -> Reply[int]:
        """BITOP: let `dest` hold what AND, OR, XOR or NOT makes of `keys`; returns its length. O(N), N bytes of all."""
        return self._run((b"BITOP", operation, dest, *some(keys)))


def _bit(value: int) -> int:
    if value not in (0, 1):
        raise DataError(f"a bit is 0 or 1, not {value!r}")
    return int(value)


def _range(start: int | None, end: int | None, mode: str | None) -> tuple[Any, ...]:
    if mode is not None and end is None:
        raise DataError("a mode needs a start and an end")
    return tuple(part for part in (start, end, mode) if part is not None)
