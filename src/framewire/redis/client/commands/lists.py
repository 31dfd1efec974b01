"""Lists: LPUSH, LPOP and their kin.

What belongs here: the commands of Redis' group "list" that do not wait.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.arguments import Key, Value, counted, some
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.lists import popped

__all__ = ["Lists"]


class Lists(Runs[S]):
    """The commands of Redis' group "list" that answer at once."""

    # -- at the ends --------------------------------------------------------------------------------------------------

    @command
    def lpush(self, name: Key, *values: Value) -> Reply[int]:
        """LPUSH: put `values` before the first item, one after the other; returns the length then. O(N), N values."""
        return self._run((b"LPUSH", name, *some(values)))

    @command
    def rpush(self, name: Key, *values: Value) -> Reply[int]:
        """RPUSH: put `values` behind the last item, one after the other; returns the length then. O(N), N values."""
        return self._run((b"RPUSH", name, *some(values)))

    @command
    def lpushx(self, name: Key, *values: Value) -> Reply[int]:
        """LPUSHX: as `lpush`, if there is such a list; else 0 is returned. O(N), N values."""
        return self._run((b"LPUSHX", name, *some(values)))

    @command
    def rpushx(self, name: Key, *values: Value) -> Reply[int]:
        """RPUSHX: as `rpush`, if there is such a list; else 0 is returned. O(N), N values."""
        return self._run((b"RPUSHX", name, *some(values)))

    @signature
    def _lpop(self, name: Key, count: None = None) -> Reply[S | None]:
        raise NotImplementedError

    @signature
    def _lpop_many(self, name: Key, count: int) -> Reply[list[S] | None]:
        raise NotImplementedError

    @either(_lpop, _lpop_many)
    def lpop(self, name: Key, count: int | None = None) -> Reply[Any]:
        """LPOP: take the first item, `None` where there is none. O(N), N items taken.

        With `count` a list of as many, or of all; `None` where there is no such list.
        """
        return self._run((b"LPOP", name) if count is None else (b"LPOP", name, count))

    @either(_lpop, _lpop_many)
    def rpop(self, name: Key, count: int | None = None) -> Reply[Any]:
        """RPOP: take the last item, `None` where there is none. O(N), N items taken.

        With `count` a list of as many, the last one first; `None` where there is no such list.
        """
        return self._run((b"RPOP", name) if count is None else (b"RPOP", name, count))

    @command
    def lmpop(
        self, num_keys: int, *args: Key, direction: str, count: int | None = 1
    ) -> Reply[tuple[S, list[S]] | None]:
        """LMPOP: take up to `count` items from the first list of `args` that has some; its key, and they. O(N+M).

        `num_keys` is how many keys there are, `direction` is LEFT or RIGHT. `None` where no list has an item.
        """
        how: tuple[Any, ...] = (direction, b"COUNT", 1 if count is None else count)
        return self._run((b"LMPOP", *counted(args, num_keys), *how), popped)

    @command
    def lmove(self, first_list: Key, second_list: Key, src: str = "LEFT", dest: str = "RIGHT") -> Reply[S | None]:
        """LMOVE: take an item from end `src` of the first list, put it to end `dest` of the second; returns it. O(1).

        Ends are LEFT and RIGHT. `None` where the first list has no item.
        """
        return self._run((b"LMOVE", first_list, second_list, src, dest))

    @command
    def rpoplpush(self, src: Key, dst: Key) -> Reply[S | None]:
        """RPOPLPUSH: take the last item of `src`, put it before the first of `dst`; returns it. O(1).

        `None` where `src` has no item. Redis advises LMOVE instead, since 6.2.
        """
        return self._run((b"RPOPLPUSH", src, dst))

    # -- by index -----------------------------------------------------------------------------------------------------

    @command
    def llen(self, name: Key) -> Reply[int]:
        """LLEN: how many items there are. O(1)."""
        return self._run((b"LLEN", name))

    @command
    def lindex(self, name: Key, index: int) -> Reply[S | None]:
        """LINDEX: the item at `index`, -1 being the last; `None` where there is none. O(N), N items on the way."""
        return self._run((b"LINDEX", name, index))

    @command
    def lrange(self, name: Key, start: int, end: int) -> Reply[list[S]]:
        """LRANGE: items `start` to `end`, both included; negative ones count from the end. O(N), N up to the last."""
        return self._run((b"LRANGE", name, start, end))

    @command
    def lset(self, name: Key, index: int, value: Value) -> Reply[bool]:
        """LSET: let the item at `index` be `value`. `True`; an error where there is none. O(N), N on the way."""
        return self._run((b"LSET", name, index, value), ok)

    @command
    def ltrim(self, name: Key, start: int, end: int) -> Reply[bool]:
        """LTRIM: remove all but items `start` to `end`, both included. `True`. O(N), N items removed."""
        return self._run((b"LTRIM", name, start, end), ok)

    # -- by value -----------------------------------------------------------------------------------------------------

    @command
    def linsert(self, name: Key, where: str, refvalue: Value, value: Value) -> Reply[int]:
        """LINSERT: put `value` BEFORE or AFTER the first item that is `refvalue`; returns the length then. O(N).

        -1 where no item is, 0 where there is no such list.
        """
        return self._run((b"LINSERT", name, where, refvalue, value))

    @command
    def lrem(self, name: Key, count: int, value: Value) -> Reply[int]:
        """LREM: remove the first `count` items that are `value`, the last ones if it is negative, all with 0. O(N).

        How many were removed.
        """
        return self._run((b"LREM", name, count, value))

    @signature
    def _lpos(
        self, name: Key, value: Value, rank: int | None = None, count: None = None, maxlen: int | None = None
    ) -> Reply[int | None]:
        raise NotImplementedError

    @signature
    def _lpos_many(
        self, name: Key, value: Value, rank: int | None = None, *, count: int, maxlen: int | None = None
    ) -> Reply[list[int]]:
        raise NotImplementedError

    @either(_lpos, _lpos_many)
    def lpos(
        self, name: Key, value: Value, rank: int | None = None, count: int | None = None, maxlen: int | None = None
    ) -> Reply[Any]:
        """LPOS: the index of the first item that is `value`, `None` where none is. O(N), N items looked at.

        Of the one of number `rank`, counted from the end if negative; with `count` a list of as many from there on, of
        all with 0. At most `maxlen` items are looked at.
        """
        request: tuple[Any, ...] = (b"LPOS", name, value)
        for word, number in ((b"RANK", rank), (b"COUNT", count), (b"MAXLEN", maxlen)):
            if number is not None:
                request += (word, number)
        return self._run(request)
