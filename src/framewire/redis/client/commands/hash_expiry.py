"""Fields of hashes that expire (Redis 7.4 and 8.0, Valkey 9.0).

What belongs here: HEXPIRE and its kin, and what gets or sets fields together with how long they live.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Literal

from framewire.redis.client.arguments import (
    Expiry,
    ExpiryTime,
    Key,
    Pairs,
    Value,
    lifetime,
    milliseconds,
    on_condition,
    seconds,
    some,
    unix_milliseconds,
    unix_seconds,
)
from framewire.redis.client.commands.hashes import fields_and_values
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flag

__all__ = ["HashDataPersistOptions", "HashExpiry"]


class HashDataPersistOptions(Enum):
    """When HSETEX sets fields: only if none of them is there, or only if all are."""

    FNX = "FNX"
    FXX = "FXX"


class HashExpiry(Runs[S]):
    """The commands of Redis' group "hash" on fields that expire."""

    # -- how long they live -------------------------------------------------------------------------------------------

    @command
    def hexpire(
        self, name: Key, seconds: Expiry, *fields: Value, nx: bool = False, xx: bool = False, gt: bool = False,
        lt: bool = False,
    ) -> Reply[list[int]]:  # fmt: skip
        """HEXPIRE: let `fields` live for `seconds`. O(N), N fields.

        For each of them 1: it is so; 2: that was over already, it is deleted; 0: the condition forbids it; -2: no such
        field. `nx`: only where it lives for ever, `xx`: only where it does not, `gt`, `lt`: only if that is later,
        sooner than before.
        """
        return self._run((b"HEXPIRE", name, _seconds(seconds), *on_condition(nx, xx, gt, lt), *_named(fields)))

    @command
    def hpexpire(
        self, name: Key, milliseconds: Expiry, *fields: Value, nx: bool = False, xx: bool = False, gt: bool = False,
        lt: bool = False,
    ) -> Reply[list[int]]:  # fmt: skip
        """HPEXPIRE: as `hexpire`, in milliseconds. O(N), N fields."""
        time = _milliseconds(milliseconds)
        return self._run((b"HPEXPIRE", name, time, *on_condition(nx, xx, gt, lt), *_named(fields)))

    @command
    def hexpireat(
        self, name: Key, unix_time_seconds: ExpiryTime, *fields: Value, nx: bool = False, xx: bool = False,
        gt: bool = False, lt: bool = False,
    ) -> Reply[list[int]]:  # fmt: skip
        """HEXPIREAT: as `hexpire`, until a Unix time in seconds. O(N), N fields."""
        time = unix_seconds(unix_time_seconds)
        return self._run((b"HEXPIREAT", name, time, *on_condition(nx, xx, gt, lt), *_named(fields)))

    @command
    def hpexpireat(
        self, name: Key, unix_time_milliseconds: ExpiryTime, *fields: Value, nx: bool = False, xx: bool = False,
        gt: bool = False, lt: bool = False,
    ) -> Reply[list[int]]:  # fmt: skip
        """HPEXPIREAT: as `hexpire`, until a Unix time in milliseconds. O(N), N fields."""
        time = unix_milliseconds(unix_time_milliseconds)
        return self._run((b"HPEXPIREAT", name, time, *on_condition(nx, xx, gt, lt), *_named(fields)))

    @command
    def hpersist(self, name: Key, *fields: Value) -> Reply[list[int]]:
        """HPERSIST: let `fields` live for ever. For each 1, -1 where it did already, -2: no such field. O(N)."""
        return self._run((b"HPERSIST", name, *_named(fields)))

    @command
    def hexpiretime(self, key: Key, *fields: Value) -> Reply[list[int]]:
        """HEXPIRETIME: until when `fields` live, as Unix seconds; -1: for ever, -2: no such field. O(N), N fields."""
        return self._run((b"HEXPIRETIME", key, *_named(fields)))

    @command
    def hpexpiretime(self, key: Key, *fields: Value) -> Reply[list[int]]:
        """HPEXPIRETIME: as `hexpiretime`, in milliseconds. O(N), N fields."""
        return self._run((b"HPEXPIRETIME", key, *_named(fields)))

    @command
    def httl(self, key: Key, *fields: Value) -> Reply[list[int]]:
        """HTTL: how many seconds `fields` live; -1: for ever, -2: no such field. O(N), N fields."""
        return self._run((b"HTTL", key, *_named(fields)))

    @command
    def hpttl(self, key: Key, *fields: Value) -> Reply[list[int]]:
        """HPTTL: as `httl`, in milliseconds. O(N), N fields."""
        return self._run((b"HPTTL", key, *_named(fields)))

    # -- with their values --------------------------------------------------------------------------------------------

    @command
    def hgetdel(self, name: Key, *keys: Value) -> Reply[list[S | None]]:
        """HGETDEL: the values of the fields `keys`, which are deleted; `None` for each that is not there. O(N)."""
        return self._run((b"HGETDEL", name, *_named(keys)))

    @command
    def hgetex(
        self, name: Key, *keys: Value, ex: Expiry | None = None, px: Expiry | None = None,
        exat: ExpiryTime | None = None, pxat: ExpiryTime | None = None, persist: bool = False,
    ) -> Reply[list[S | None]]:  # fmt: skip
        """HGETEX: the values of the fields `keys`, `None` for each that is not there, and how long they live from now
        on: `ex` seconds or `px` milliseconds, until `exat` or `pxat` (Unix time), or for ever with `persist`. O(N).
        """
        return self._run((b"HGETEX", name, *lifetime(ex, px, exat, pxat, persist=persist), *_named(keys)))

    @command
    def hsetex(
        self, name: Key, key: Value | None = None, value: Value | None = None, mapping: Pairs | None = None,
        items: Sequence[Value] | None = None, ex: Expiry | None = None, px: Expiry | None = None,
        exat: ExpiryTime | None = None, pxat: ExpiryTime | None = None,
        data_persist_option: HashDataPersistOptions | Literal["FNX", "FXX"] | None = None, keepttl: bool = False,
    ) -> Reply[bool]:  # fmt: skip
        """HSETEX: let fields have values as HSET does, and say how long they live. Whether that was done. O(N).

        `ex` seconds or `px` milliseconds, until `exat` or `pxat` (Unix time), as long as before with `keepttl`, else
        for ever. With `FNX` only if none of the fields is there, with `FXX` only if all are.
        """
        data: list[Any] = fields_and_values(key, value, mapping, items)
        words: tuple[Any, ...] = (*_when(data_persist_option), *lifetime(ex, px, exat, pxat, keepttl=keepttl))
        return self._run((b"HSETEX", name, *words, b"FIELDS", len(data) // 2, *data), flag)


_seconds, _milliseconds = seconds, milliseconds  # redis-py calls arguments so


def _named(fields: Sequence[Value]) -> tuple[Any, ...]:
    return (b"FIELDS", len(some(fields)), *fields)


def _when(option: HashDataPersistOptions | str | None) -> tuple[str, ...]:
    try:
        return () if option is None else (HashDataPersistOptions(option).value,)
    except ValueError:
        raise DataError(f"data_persist_option is FNX or FXX, not {option!r}") from None
