"""Strings: GET, SET and their kin.

What belongs here: the commands of Redis' group "string".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framewire.redis.client.arguments import (
    Expiry,
    ExpiryTime,
    Key,
    Keys,
    Value,
    at_most_one,
    listed,
    milliseconds,
    seconds,
    unix_milliseconds,
    unix_seconds,
)
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.shapes.basic import floating, ok

__all__ = ["Strings"]


class Strings(Runs[S]):
    """The commands of Redis' group "string"."""

    @command
    def get(self, name: Key) -> Reply[S | None]:
        """GET: the string that `name` holds, `None` where there is none. O(1)."""
        return self._run((b"GET", name))

    @signature
    def _set(
        self, name: Key, value: Value, ex: Expiry | None = None, px: Expiry | None = None, nx: bool = False,
        xx: bool = False, keepttl: bool = False, *, exat: ExpiryTime | None = None, pxat: ExpiryTime | None = None,
    ) -> Reply[bool]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _set_get(
        self, name: Key, value: Value, ex: Expiry | None = None, px: Expiry | None = None, nx: bool = False,
        xx: bool = False, keepttl: bool = False, *, get: bool, exat: ExpiryTime | None = None,
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
        returned instead.
        """
        request: tuple[Any, ...] = (b"SET", name, value)
        if ex is not None or px is not None or exat is not None or pxat is not None or keepttl:
            at_most_one(ex=ex, px=px, exat=exat, pxat=pxat, keepttl=keepttl)
            request += _lifetime(ex, px, exat, pxat) or (b"KEEPTTL",)
        if nx or xx:
            at_most_one(nx=nx, xx=xx)
            request += (b"NX" if nx else b"XX",)
        if get:
            return self._run((*request, b"GET"))
        return self._run(request, ok)

    @command
    def mget(self, keys: Keys, *args: Key) -> Reply[list[S | None]]:
        """MGET: the strings that `keys` hold, in order; `None` for each that holds none. O(N)."""
        return self._run((b"MGET", *listed(keys, args)))

    @command
    def mset(self, mapping: Mapping[Key, Value] | Mapping[str, Value]) -> Reply[bool]:
        """MSET: let each key of `mapping` hold its value, all at once. O(N)."""
        return self._run((b"MSET", *_flat(mapping)), ok)

    @command
    def incrbyfloat(self, name: Key, amount: float = 1.0) -> Reply[float]:
        """INCRBYFLOAT: add `amount` to the number that `name` holds; returns the sum. O(1)."""
        return self._run((b"INCRBYFLOAT", name, amount), floating)

    @command
    def incr(self, name: Key, amount: int = 1) -> Reply[int]:
        """INCRBY: add `amount` to the integer that `name` holds, 0 where it holds none; returns the sum. O(1)."""
        return self._run((b"INCRBY", name, amount))


def _lifetime(
    ex: Expiry | None, px: Expiry | None, exat: ExpiryTime | None, pxat: ExpiryTime | None
) -> tuple[bytes, int] | None:
    """The words for how long a value lives; `None` where nothing is said."""
    if ex is not None:
        return b"EX", seconds(ex)
    if px is not None:
        return b"PX", milliseconds(px)
    if exat is not None:
        return b"EXAT", unix_seconds(exat)
    if pxat is not None:
        return b"PXAT", unix_milliseconds(pxat)
    return None


def _flat(mapping: Mapping[Any, Any]) -> list[Any]:
    """Keys and values by turns."""
    return [part for pair in mapping.items() for part in pair]
