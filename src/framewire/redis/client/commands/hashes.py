"""Hashes: HGET, HSET and their kin.

What belongs here: the commands of Redis' group "hash"; those on fields that expire have a file of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from framewire.redis.client.arguments import Key, Pairs, Value, flat, listed, scanning, some
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flag, floating, mapping, ok, pairs
from framewire.redis.client.shapes.scans import page_of_items, page_of_pairs

__all__ = ["Hashes", "fields_and_values"]


class Hashes(Runs[S]):
    """The commands of Redis' group "hash", but for those on fields that expire."""

    # -- fields -------------------------------------------------------------------------------------------------------

    @command
    def hget(self, name: Key, key: Value) -> Reply[S | None]:
        """HGET: the value of field `key`, `None` where there is none. O(1)."""
        return self._run((b"HGET", name, key))

    @command
    def hset(
        self, name: Key, key: Value | None = None, value: Value | None = None, mapping: Pairs | None = None,
        items: Sequence[Value] | None = None,
    ) -> Reply[int]:  # fmt: skip
        """HSET: let field `key` have `value`, those of `mapping` theirs, and those of `items` (fields and values by
        turns). How many of the fields are new. O(N), N fields.
        """
        if mapping is None and items is None and key is not None:
            return self._run((b"HSET", name, key, value))
        return self._run((b"HSET", name, *fields_and_values(key, value, mapping, items)))

    @command
    def hsetnx(self, name: Key, key: Value, value: Value) -> Reply[bool]:
        """HSETNX: let field `key` have `value` if it is not there; whether that was done. O(1)."""
        return self._run((b"HSETNX", name, key, value), flag)

    @command
    def hmset(self, name: Key, mapping: Pairs) -> Reply[bool]:
        """HMSET: let the fields of `mapping` have their values. `True`. O(N), N fields.

        Redis advises HSET instead, since 4.0.
        """
        return self._run((b"HMSET", name, *flat(mapping)), ok)

    @command
    def hmget(self, name: Key, keys: Value | Iterable[Value], *args: Value) -> Reply[list[S | None]]:
        """HMGET: the values of the fields `keys`, in order; `None` for each that is not there. O(N), N fields."""
        return self._run((b"HMGET", name, *listed(keys, args)))

    @command
    def hdel(self, name: Key, *keys: Value) -> Reply[int]:
        """HDEL: delete the fields `keys`; how many were there. O(N), N fields."""
        return self._run((b"HDEL", name, *some(keys)))

    @command
    def hexists(self, name: Key, key: Value) -> Reply[bool]:
        """HEXISTS: whether there is a field `key`. O(1)."""
        return self._run((b"HEXISTS", name, key), flag)

    @command
    def hstrlen(self, name: Key, key: Value) -> Reply[int]:
        """HSTRLEN: the length of the value of field `key` in bytes, 0 where there is none. O(1)."""
        return self._run((b"HSTRLEN", name, key))

    @command
    def hincrby(self, name: Key, key: Value, amount: int = 1) -> Reply[int]:
        """HINCRBY: add `amount` to the integer in field `key`, 0 where there is none; returns the sum. O(1)."""
        return self._run((b"HINCRBY", name, key, amount))

    @command
    def hincrbyfloat(self, name: Key, key: Value, amount: float = 1.0) -> Reply[float]:
        """HINCRBYFLOAT: add `amount` to the number in field `key`, 0 where there is none; returns the sum. O(1)."""
        return self._run((b"HINCRBYFLOAT", name, key, amount), floating)

    # -- whole hashes -------------------------------------------------------------------------------------------------

    @command
    def hgetall(self, name: Key) -> Reply[dict[S, S]]:
        """HGETALL: all fields with their values. O(N), N fields."""
        return self._run((b"HGETALL", name), mapping)

    @command
    def hkeys(self, name: Key) -> Reply[list[S]]:
        """HKEYS: all fields. O(N), N fields."""
        return self._run((b"HKEYS", name))

    @command
    def hvals(self, name: Key) -> Reply[list[S]]:
        """HVALS: the values of all fields. O(N), N fields."""
        return self._run((b"HVALS", name))

    @command
    def hlen(self, name: Key) -> Reply[int]:
        """HLEN: how many fields there are. O(1)."""
        return self._run((b"HLEN", name))

    @signature
    def _hrandfield(self, key: Key, count: None = None, withvalues: Literal[False] = False) -> Reply[S | None]:
        raise NotImplementedError

    @signature
    def _hrandfield_many(self, key: Key, count: int, withvalues: Literal[False] = False) -> Reply[list[S]]:
        raise NotImplementedError

    @signature
    def _hrandfield_pairs(self, key: Key, count: int, withvalues: Literal[True]) -> Reply[list[tuple[S, S]]]:
        raise NotImplementedError

    @either(_hrandfield, _hrandfield_many, _hrandfield_pairs)
    def hrandfield(self, key: Key, count: int | None = None, withvalues: bool = False) -> Reply[Any]:
        """HRANDFIELD: a field by chance, `None` where the hash is not there. O(N), N fields returned.

        With `count` a list of as many different ones, or of `-count` that may be the same; each with its value
        if `withvalues`.
        """
        if withvalues:
            if count is None:
                raise DataError("withvalues needs a count")
            return self._run((b"HRANDFIELD", key, count, b"WITHVALUES"), pairs)
        return self._run((b"HRANDFIELD", key) if count is None else (b"HRANDFIELD", key, count))

    @signature
    def _hscan(
        self, name: Key, cursor: int = 0, match: Key | None = None, count: int | None = None,
        no_values: Literal[False] | None = None,
    ) -> Reply[tuple[int, dict[S, S]]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _hscan_fields(
        self, name: Key, cursor: int = 0, match: Key | None = None, count: int | None = None, *,
        no_values: Literal[True],
    ) -> Reply[tuple[int, list[S]]]:  # fmt: skip
        raise NotImplementedError

    @either(_hscan, _hscan_fields)
    def hscan(
        self, name: Key, cursor: int = 0, match: Key | None = None, count: int | None = None,
        no_values: bool | None = None,
    ) -> Reply[Any]:  # fmt: skip
        """HSCAN: a cursor to go on with, 0 at the end, and some fields with their values. O(1) for each call.

        Only fields like the pattern `match`; about `count` are looked at. `no_values` (Redis 7.4): a list of fields.
        """
        request: tuple[Any, ...] = (b"HSCAN", name, cursor, *scanning(match, count))
        if no_values:
            return self._run((*request, b"NOVALUES"), page_of_items)
        return self._run(request, page_of_pairs)


def fields_and_values(
    key: Value | None, value: Value | None, mapping: Pairs | None, items: Sequence[Value] | None
) -> list[Any]:
    """What HSET and HSETEX shall set, fields and values by turns; `DataError` where that is nothing."""
    if items is not None and len(items) % 2:
        raise DataError(f"items are fields and values by turns, but there are {len(items)}")
    together: list[Any] = [*(items or ())]
    if key is not None:
        together += (key, value)
    for pair in (mapping or {}).items():
        together += pair
    if not together:
        raise DataError("there is no field to set: no key, and nothing in mapping and items")
    return together
