"""Sets: SADD, SMEMBERS and their kin.

What belongs here: the commands of Redis' group "set".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from framewire.redis.client.arguments import Key, Keys, Value, counted, listed, scanning, some
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.shapes.basic import flag, flags, items, members
from framewire.redis.client.shapes.scans import page_of_items

__all__ = ["Sets"]


class Sets(Runs[S]):
    """The commands of Redis' group "set"."""

    # -- one set ------------------------------------------------------------------------------------------------------

    @command
    def sadd(self, name: Key, *values: Value) -> Reply[int]:
        """SADD: add `values`; how many of them are new. O(N), N values."""
        return self._run((b"SADD", name, *some(values)))

    @command
    def srem(self, name: Key, *values: Value) -> Reply[int]:
        """SREM: remove `values`; how many of them were there. O(N), N values."""
        return self._run((b"SREM", name, *some(values)))

    @command
    def scard(self, name: Key) -> Reply[int]:
        """SCARD: how many members there are. O(1)."""
        return self._run((b"SCARD", name))

    @command
    def sismember(self, name: Key, value: Value) -> Reply[bool]:
        """SISMEMBER: whether `value` is a member. O(1)."""
        return self._run((b"SISMEMBER", name, value), flag)

    @command
    def smismember(self, name: Key, values: Value | Iterable[Value], *args: Value) -> Reply[list[bool]]:
        """SMISMEMBER: for each of `values` whether it is a member. O(N), N values."""
        return self._run((b"SMISMEMBER", name, *listed(values, args)), flags)

    @command
    def smembers(self, name: Key) -> Reply[set[S]]:
        """SMEMBERS: all members. O(N), N members."""
        return self._run((b"SMEMBERS", name), members)

    @command
    def smove(self, src: Key, dst: Key, value: Value) -> Reply[bool]:
        """SMOVE: move member `value` from `src` to `dst`; whether it was there. O(1)."""
        return self._run((b"SMOVE", src, dst, value), flag)

    @signature
    def _spop(self, name: Key, count: None = None) -> Reply[S | None]:
        raise NotImplementedError

    @signature
    def _spop_many(self, name: Key, count: int) -> Reply[list[S]]:
        raise NotImplementedError

    @either(_spop, _spop_many)
    def spop(self, name: Key, count: int | None = None) -> Reply[Any]:
        """SPOP: take a member by chance, `None` where there is none; with `count` a list of as many. O(N), N taken."""
        return self._run((b"SPOP", name)) if count is None else self._run((b"SPOP", name, count), items)

    @signature
    def _srandmember(self, name: Key, number: None = None) -> Reply[S | None]:
        raise NotImplementedError

    @signature
    def _srandmember_many(self, name: Key, number: int) -> Reply[list[S]]:
        raise NotImplementedError

    @either(_srandmember, _srandmember_many)
    def srandmember(self, name: Key, number: int | None = None) -> Reply[Any]:
        """SRANDMEMBER: a member by chance, `None` where there is none. O(N), N members returned.

        With `number` a list of as many different ones, or of `-number` that may be the same.
        """
        return self._run((b"SRANDMEMBER", name) if number is None else (b"SRANDMEMBER", name, number))

    @command
    def sscan(
        self, name: Key, cursor: int = 0, match: Key | None = None, count: int | None = None
    ) -> Reply[tuple[int, list[S]]]:
        """SSCAN: a cursor to go on with, 0 at the end, and some members. O(1) for each call.

        Only members like the pattern `match`; about `count` are looked at.
        """
        return self._run((b"SSCAN", name, cursor, *scanning(match, count)), page_of_items)

    # -- several ------------------------------------------------------------------------------------------------------

    @command
    def sdiff(self, keys: Keys, *args: Key) -> Reply[set[S]]:
        """SDIFF: the members of the first set that are in none of the others. O(N), N members of all."""
        return self._run((b"SDIFF", *listed(keys, args)), members)

    @command
    def sinter(self, keys: Keys, *args: Key) -> Reply[set[S]]:
        """SINTER: the members that are in every set. O(N M), N members of the smallest of M sets."""
        return self._run((b"SINTER", *listed(keys, args)), members)

    @command
    def sunion(self, keys: Keys, *args: Key) -> Reply[set[S]]:
        """SUNION: the members of all sets. O(N), N members of all."""
        return self._run((b"SUNION", *listed(keys, args)), members)

    @command
    def sintercard(self, numkeys: int, keys: Collection[Key], limit: int = 0) -> Reply[int]:
        """SINTERCARD: how many members are in every set, of which `limit` are counted, all with 0. O(N M).

        `numkeys` is how many keys there are.
        """
        return self._run((b"SINTERCARD", *counted(keys, numkeys), b"LIMIT", limit))

    @command
    def sdiffstore(self, dest: Key, keys: Keys, *args: Key) -> Reply[int]:
        """SDIFFSTORE: let `dest` hold what `sdiff` returns; how many members that are. O(N), N members of all."""
        return self._run((b"SDIFFSTORE", dest, *listed(keys, args)))

    @command
    def sinterstore(self, dest: Key, keys: Keys, *args: Key) -> Reply[int]:
        """SINTERSTORE: let `dest` hold what `sinter` returns; how many members that are. O(N M)."""
        return self._run((b"SINTERSTORE", dest, *listed(keys, args)))

    @command
    def sunionstore(self, dest: Key, keys: Keys, *args: Key) -> Reply[int]:
        """SUNIONSTORE: let `dest` hold what `sunion` returns; how many members that are. O(N), N members of all."""
        return self._run((b"SUNIONSTORE", dest, *listed(keys, args)))
