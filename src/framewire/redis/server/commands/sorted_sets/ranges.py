"""Commands on ranges of sorted sets: by position, by score, or by the members themselves.

What belongs here: returning, storing, counting and removing ranges. How bounds are spelled stands in `bounds.py`.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find, look_up, shrunk
from framewire.redis.server.commands.shared.lookup import store as store_result
from framewire.redis.server.commands.sorted_sets.bounds import BY_LEX, BY_RANK, BY_SCORE, By, Range
from framewire.redis.server.commands.sorted_sets.scores import entries_reply
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sorted_sets import Entry, SortedSetValue

__all__ = [
    "store",
    "zcount",
    "zlexcount",
    "zrange",
    "zrangebylex",
    "zrangebyscore",
    "zrangestore",
    "zremrangebylex",
    "zremrangebyrank",
    "zremrangebyscore",
    "zrevrange",
    "zrevrangebylex",
    "zrevrangebyscore",
]

_NO_LIMIT = -1
_LIMIT_BY_RANK = SYNTAX_ERROR + b", LIMIT is only supported in combination with either BYSCORE or BYLEX"
_SCORES_BY_LEX = SYNTAX_ERROR + b", WITHSCORES not supported in combination with BYLEX"


class _Query:
    """Which range is asked for: two bounds at `position` of the request, and options behind them.

    The options of ZRANGE fill in what a command's own name leaves open (`None`).
    """

    __slots__ = ("_limit", "_offset", "_range", "by", "from_end", "with_scores")

    def __init__(
        self, request: list[bytes], position: int, by: By | None, from_end: bool | None, *, stores: bool = False
    ) -> None:
        first, last = request[position], request[position + 1]
        self.by, self.from_end = by, from_end
        self.with_scores = False
        self._offset, self._limit = 0, _NO_LIMIT
        if len(request) > position + 2:
            self._take_all(Arguments(request, position + 2), stores)
        by = self.by or BY_RANK
        self._range = by(last, first) if self.from_end and by is not BY_RANK else by(first, last)

    def _take_all(self, arguments: Arguments, stores: bool) -> None:
        while arguments:
            self._take(arguments.next_word(), arguments, stores)
        if self.by in (None, BY_RANK):
            if self._limit != _NO_LIMIT:
                raise CommandError(_LIMIT_BY_RANK)
            self._offset = 0
        if self.with_scores and self.by is BY_LEX:
            raise CommandError(_SCORES_BY_LEX)

    def _take(self, option: bytes, arguments: Arguments, stores: bool) -> None:
        if option == b"WITHSCORES" and not stores:
            self.with_scores = True
        elif option == b"LIMIT" and arguments.remaining >= 2:
            self._offset, self._limit = arguments.next_int(), arguments.next_int()
        elif option == b"REV" and self.from_end is None:
            self.from_end = True
        elif option in (b"BYLEX", b"BYSCORE") and self.by is None:
            self.by = BY_LEX if option == b"BYLEX" else BY_SCORE
        else:
            raise CommandError(SYNTAX_ERROR)

    def entries(self, zset: SortedSetValue) -> list[Entry]:
        """What of `zset` is asked for, in the order that is asked for. O(log n + entries returned)."""
        start, stop = self._range(zset, bool(self.from_end))
        if self._offset or self._limit != _NO_LIMIT:
            start, stop = self._limited(start, stop)
        found = zset.entries(start, stop) if start < stop else []
        if self.from_end:
            found.reverse()
        return found

    def _limited(self, start: int, stop: int) -> tuple[int, int]:
        """A negative offset leaves nothing, a negative limit everything behind the offset."""
        if self._offset < 0:
            return 0, 0
        limit = self._limit if self._limit >= 0 else stop
        if self.from_end:
            stop -= self._offset
            return max(start, stop - limit), stop
        start += self._offset
        return start, min(stop, start + limit)


# -- returning --------------------------------------------------------------------------------------------------------


def zrange(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, None, None)


def zrevrange(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, BY_RANK, True)


def zrangebyscore(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, BY_SCORE, False)


def zrevrangebyscore(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, BY_SCORE, True)


def zrangebylex(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, BY_LEX, False)


def zrevrangebylex(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, BY_LEX, True)


def _reply(client: Client, request: list[bytes], by: By | None, from_end: bool | None) -> object:
    query = _Query(request, 2, by, from_end)
    zset = look_up(client, request[1], SortedSetValue)
    if zset is None:
        return []
    return entries_reply(client, query.entries(zset), query.with_scores)


# -- storing ----------------------------------------------------------------------------------------------------------


def zrangestore(client: Client, request: list[bytes]) -> object:
    query = _Query(request, 3, None, None, stores=True)
    zset = look_up(client, request[2], SortedSetValue)
    return store(client, request[1], SortedSetValue(query.entries(zset) if zset is not None else ()), b"zrangestore")


def store(client: Client, key: bytes, zset: SortedSetValue, event: bytes) -> int:
    """Let `key` hold a new set, or nothing where that is empty; returns its length. O(1)."""
    zset.maybe_convert(client.state.config)
    client.db.discard_if_due(key, client.state.clock)
    return store_result(client, key, zset, event)


# -- counting ---------------------------------------------------------------------------------------------------------


def zcount(client: Client, request: list[bytes]) -> object:
    return _count(client, request[1], BY_SCORE(request[2], request[3]))


def zlexcount(client: Client, request: list[bytes]) -> object:
    return _count(client, request[1], BY_LEX(request[2], request[3]))


def _count(client: Client, key: bytes, wanted: Range) -> int:
    zset = look_up(client, key, SortedSetValue)
    if zset is None:
        return 0
    start, stop = wanted(zset, False)
    return max(stop - start, 0)


# -- removing ---------------------------------------------------------------------------------------------------------


def zremrangebyrank(client: Client, request: list[bytes]) -> object:
    return _remove(client, request[1], BY_RANK(request[2], request[3]), b"zremrangebyrank")


def zremrangebyscore(client: Client, request: list[bytes]) -> object:
    return _remove(client, request[1], BY_SCORE(request[2], request[3]), b"zremrangebyscore")


def zremrangebylex(client: Client, request: list[bytes]) -> object:
    return _remove(client, request[1], BY_LEX(request[2], request[3]), b"zremrangebylex")


def _remove(client: Client, key: bytes, wanted: Range, event: bytes) -> int:
    zset = find(client, key, SortedSetValue)
    if zset is None:
        return 0
    start, stop = wanted(zset, False)
    if start >= stop:
        return 0
    removed = len(zset.remove_range(start, stop))
    shrunk(client, key, zset, event)
    return removed
