"""Strings: GET, SET and their kin.

What belongs here: the commands of Redis' group "string"; those on bits have a file of their own.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire.redis.client.arguments import (
    Expiry,
    ExpiryTime,
    Key,
    Keys,
    Pairs,
    Value,
    at_most_one,
    flat,
    lifetime,
    listed,
    milliseconds,
    on_condition,
    seconds,
)
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.shapes.basic import flag, floating, ok
from framewire.redis.client.shapes.strings import LcsMatches, lcs_matches

__all__ = ["Strings"]


class Strings(Runs[S]):
    """The commands of Redis' group "string"."""

    # -- one string ---------------------------------------------------------------------------------------------------

    @command
    def get(self, name: Key) -> Reply[S | None]:
        """GET: the string that `name` holds, `None` where there is none. O(1)."""
        return self._run((b"GET", name))

    @signature
    def _set(
        self, name: Key, value: Value, ex: Expiry | None = None, px: Expiry | None = None, nx: bool = False,
        xx: bool = False, keepttl: bool = False, get: Literal[False] = False, exat: ExpiryTime | None = None,
        pxat: ExpiryTime | None = None,
    ) -> Reply[bool]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _set_get(
        self, name: Key, value: Value, ex: Expiry | None = None, px: Expiry | None = None, nx: bool = False,
        xx: bool = False, keepttl: bool = False, *, get: Literal[True], exat: ExpiryTime | None = None,
        pxat: ExpiryTime | None = None,
    ) -> Reply[S | None]:  # fmt: skip
        raise NotImplementedError

    @either(_set, _set_get)
    def set(
        self, name: Key, value: Value, ex: Expiry | None = None, px: Expiry | None = None, nx: bool = False,
        xx: bool = False, keepttl: bool = False, get: bool = False, exat: ExpiryTime | None = None,
        pxat: ExpiryTime | None = None,
    ) -> Reply[Any]:  # fmt: skip
        """SET: let `name` hold `value`. `True`, or `False` where `nx` or `xx` forbids it. O(1).

        It lives `ex` seconds or `px` milliseconds, until `exat` or `pxat` (Unix time), as long as before with
        `keepttl`, else for ever. `nx`: only if it is not there; `xx`: only if it is. With `get` the old value is
        returned instead, `None` where there was none.
        """
        request: tuple[Any, ...] = (b"SET", name, value)
        if ex is not None or px is not None or exat is not None or pxat is not None or keepttl:
            request += lifetime(ex, px, exat, pxat, keepttl=keepttl)
        if nx or xx:
            request += on_condition(nx, xx)
        if get:
            return self._run((*request, b"GET"))
        return self._run(request, ok)

    @command
    def setnx(self, name: Key, value: Value) -> Reply[bool]:
        """SETNX: let `name` hold `value` if it is not there; whether that was done. O(1)."""
        return self._run((b"SETNX", name, value), flag)

    @command
    def setex(self, name: Key, time: Expiry, value: Value) -> Reply[bool]:
        """SETEX: let `name` hold `value` for `time` seconds. `True`. O(1)."""
        return self._run((b"SETEX", name, seconds(time), value), ok)

    @command
    def psetex(self, name: Key, time_ms: Expiry, value: Value) -> Reply[bool]:
        """PSETEX: let `name` hold `value` for `time_ms` milliseconds. `True`. O(1)."""
        return self._run((b"PSETEX", name, milliseconds(time_ms), value), ok)

    @command
    def getset(self, name: Key, value: Value) -> Reply[S | None]:
        """GETSET: let `name` hold `value`; returns the old one, `None` where there was none. O(1).

        Redis advises `set(..., get=True)` instead, since 6.2.
        """
        return self._run((b"GETSET", name, value))

    @command
    def getdel(self, name: Key) -> Reply[S | None]:
        """GETDEL: the string that `name` held, which is deleted; `None` where there was none. O(1)."""
        return self._run((b"GETDEL", name))

    @command
    def getex(
        self, name: Key, ex: Expiry | None = None, px: Expiry | None = None, exat: ExpiryTime | None = None,
        pxat: ExpiryTime | None = None, persist: bool = False,
    ) -> Reply[S | None]:  # fmt: skip
        """GETEX: the string that `name` holds, `None` where there is none, and how long it lives from now on. O(1).

        `ex` seconds or `px` milliseconds, until `exat` or `pxat` (Unix time), or for ever with `persist`; as before
        where nothing is said.
        """
        return self._run((b"GETEX", name, *lifetime(ex, px, exat, pxat, persist=persist)))

    # -- several ------------------------------------------------------------------------------------------------------

    @command
    def mget(self, keys: Keys, *args: Key) -> Reply[list[S | None]]:
        """MGET: the strings that `keys` hold, in order; `None` for each that holds none. O(N), N keys."""
        return self._run((b"MGET", *listed(keys, args)))

    @command
    def mset(self, mapping: Pairs) -> Reply[bool]:
        """MSET: let each key of `mapping` hold its value, all at once. `True`. O(N), N keys."""
        return self._run((b"MSET", *flat(mapping)), ok)

    @command
    def msetnx(self, mapping: Pairs) -> Reply[bool]:
        """MSETNX: the same if none of the keys is there; whether that was done. O(N), N keys."""
        return self._run((b"MSETNX", *flat(mapping)), flag)

    # -- numbers ------------------------------------------------------------------------------------------------------

    @command
    def incr(self, name: Key, amount: int = 1) -> Reply[int]:
        """INCRBY: add `amount` to the integer that `name` holds, 0 where it holds none; returns the sum. O(1)."""
        return self._run((b"INCRBY", name, amount))

    @command
    def incrby(self, name: Key, amount: int = 1) -> Reply[int]:
        """INCRBY: add `amount` to the integer that `name` holds, 0 where it holds none; returns the sum. O(1)."""
        return self._run((b"INCRBY", name, amount))

    @command
    def decr(self, name: Key, amount: int = 1) -> Reply[int]:
        """DECRBY: take `amount` from the integer that `name` holds, 0 where it holds none; returns the rest. O(1)."""
        return self._run((b"DECRBY", name, amount))

    @command
    def decrby(self, name: Key, amount: int = 1) -> Reply[int]:
        """DECRBY: take `amount` from the integer that `name` holds, 0 where it holds none; returns the rest. O(1)."""
        return self._run((b"DECRBY", name, amount))

    @command
    def incrbyfloat(self, name: Key, amount: float = 1.0) -> Reply[float]:
        """INCRBYFLOAT: add `amount` to the number that `name` holds, 0 where it holds none; returns the sum. O(1)."""
        return self._run((b"INCRBYFLOAT", name, amount), floating)

    # -- parts of strings ---------------------------------------------------------------------------------------------

    @command
    def append(self, key: Key, value: Value) -> Reply[int]:
        """APPEND: put `value` behind what `key` holds; returns the length then, in bytes. O(N), N bytes appended."""
        return self._run((b"APPEND", key, value))

    @command
    def strlen(self, name: Key) -> Reply[int]:
        """STRLEN: the length of the string in bytes, 0 where there is none. O(1)."""
        return self._run((b"STRLEN", name))

    @command
    def getrange(self, key: Key, start: int, end: int) -> Reply[S]:
        """GETRANGE: bytes `start` to `end`, both included; negative ones count from the end. O(N), N bytes."""
        return self._run((b"GETRANGE", key, start, end))

    @command
    def substr(self, name: Key, start: int, end: int = -1) -> Reply[S]:
        """SUBSTR: the old name of GETRANGE. O(N), N bytes."""
        return self._run((b"SUBSTR", name, start, end))

    @command
    def setrange(self, name: Key, offset: int, value: Value) -> Reply[int]:
        """SETRANGE: write `value` over what is there from byte `offset` on; returns the length then. O(N), N bytes.

        A string that does not reach as far is filled up with zeros.
        """
        return self._run((b"SETRANGE", name, offset, value))

    @signature
    def _lcs(
        self, key1: Key, key2: Key, len: Literal[False] = False, idx: Literal[False] = False, minmatchlen: int = 0,
        withmatchlen: bool = False,
    ) -> Reply[S]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _lcs_len(self, key1: Key, key2: Key, len: Literal[True]) -> Reply[int]:
        raise NotImplementedError

    @signature
    def _lcs_idx(
        self, key1: Key, key2: Key, *, idx: Literal[True], minmatchlen: int = 0, withmatchlen: bool = False
    ) -> Reply[LcsMatches]:
        raise NotImplementedError

    @either(_lcs, _lcs_len, _lcs_idx)
    def lcs(
        self, key1: Key, key2: Key, len: bool = False, idx: bool = False, minmatchlen: int = 0,
        withmatchlen: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """LCS: the longest string that is a subsequence of both, or its length. O(N M), N and M bytes.

        With `idx` where its parts stand: those of `minmatchlen` bytes at least, each with its length if `withmatchlen`.
        """
        at_most_one(len=len, idx=idx)
        if len:
            return self._run((b"LCS", key1, key2, b"LEN"))
        if not idx:
            return self._run((b"LCS", key1, key2))
        request: tuple[Any, ...] = (b"LCS", key1, key2, b"IDX")
        if minmatchlen:
            request += (b"MINMATCHLEN", minmatchlen)
        return self._run((*request, b"WITHMATCHLEN") if withmatchlen else request, lcs_matches)
