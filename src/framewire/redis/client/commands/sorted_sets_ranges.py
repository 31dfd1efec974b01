"""Ranges of sorted sets, by rank, by score, or by name where all scores are the same.

What belongs here: the commands of Redis' group "sorted-set" that return, store, count or remove a range.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire.redis.client.arguments import Key, ScoreBound, at_most_one, paging
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.sorted_sets import ScoreCast, scored_as

__all__ = ["SortedSetRanges"]


class SortedSetRanges(Runs[S]):
    """The commands of Redis' group "sorted-set" on ranges.

    Ends of ranges: ranks count from 0, negative ones from the end; scores are numbers, `"(1.5"` leaves that one out,
    `"-inf"` and `"+inf"` are the outermost; names are `"[a"` or `"(a"`, the latter left out, `"-"` and `"+"` the
    outermost.
    """

    # -- returned -----------------------------------------------------------------------------------------------------

    @signature
    def _zrange(
        self, name: Key, start: ScoreBound, end: ScoreBound, desc: bool = False, withscores: Literal[False] = False,
        score_cast_func: ScoreCast = float, byscore: bool = False, bylex: bool = False, offset: int | None = None,
        num: int | None = None,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _zrange_scores(
        self, name: Key, start: ScoreBound, end: ScoreBound, desc: bool = False, *, withscores: Literal[True],
        score_cast_func: ScoreCast = float, byscore: bool = False, bylex: Literal[False] = False,
        offset: int | None = None, num: int | None = None,
    ) -> Reply[list[tuple[S, float]]]:  # fmt: skip
        raise NotImplementedError

    @either(_zrange, _zrange_scores)
    def zrange(
        self, name: Key, start: ScoreBound, end: ScoreBound, desc: bool = False, withscores: bool = False,
        score_cast_func: ScoreCast = float, byscore: bool = False, bylex: bool = False, offset: int | None = None,
        num: int | None = None,
    ) -> Reply[Any]:  # fmt: skip
        """ZRANGE: the members from `start` to `end`, both included. O(log N + M), M members returned of N.

        These are ranks, scores with `byscore`, names with `bylex` (Redis 6.2). `desc`: the greatest first, and with
        `byscore` or `bylex` `start` is then the greater end. Of scores and names only `num` members, `offset` left out
        before them. `withscores`: tuples of a member and its score, of which `score_cast_func` makes what is returned.
        """
        request: tuple[Any, ...] = (b"ZRANGE", name, start, end)
        if desc or byscore or bylex or offset is not None or num is not None:
            request += _how(byscore, bylex, desc, offset, num)
        if not withscores:
            return self._run(request)
        if bylex:
            at_most_one(bylex=bylex, withscores=withscores)
        return self._run((*request, b"WITHSCORES"), scored_as(score_cast_func))

    @signature
    def _zrevrange(
        self, name: Key, start: int, end: int, withscores: Literal[False] = False, score_cast_func: ScoreCast = float
    ) -> Reply[list[S]]:
        raise NotImplementedError

    @signature
    def _zrevrange_scores(
        self, name: Key, start: int, end: int, withscores: Literal[True], score_cast_func: ScoreCast = float
    ) -> Reply[list[tuple[S, float]]]:
        raise NotImplementedError

    @either(_zrevrange, _zrevrange_scores)
    def zrevrange(
        self, name: Key, start: int, end: int, withscores: bool = False, score_cast_func: ScoreCast = float
    ) -> Reply[Any]:
        """ZREVRANGE: the members of ranks `start` to `end`, the greatest score first. O(log N + M).

        Redis advises `zrange(..., desc=True)` instead, since 6.2.
        """
        request: tuple[Any, ...] = (b"ZREVRANGE", name, start, end)
        return self._run((*request, b"WITHSCORES"), scored_as(score_cast_func)) if withscores else self._run(request)

    @signature
    def _zrangebyscore(
        self, name: Key, min: ScoreBound, max: ScoreBound, start: int | None = None, num: int | None = None,
        withscores: Literal[False] = False, score_cast_func: ScoreCast = float,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _zrangebyscore_scores(
        self, name: Key, min: ScoreBound, max: ScoreBound, start: int | None = None, num: int | None = None, *,
        withscores: Literal[True], score_cast_func: ScoreCast = float,
    ) -> Reply[list[tuple[S, float]]]:  # fmt: skip
        raise NotImplementedError

    @either(_zrangebyscore, _zrangebyscore_scores)
    def zrangebyscore(
        self, name: Key, min: ScoreBound, max: ScoreBound, start: int | None = None, num: int | None = None,
        withscores: bool = False, score_cast_func: ScoreCast = float,
    ) -> Reply[Any]:  # fmt: skip
        """ZRANGEBYSCORE: the members with scores from `min` to `max`. O(log N + M), M members returned of N.

        Of them only `num`, `start` left out before them. Redis advises `zrange(..., byscore=True)`, since 6.2.
        """
        request: tuple[Any, ...] = (b"ZRANGEBYSCORE", name, min, max, *paging(start, num))
        return self._run((*request, b"WITHSCORES"), scored_as(score_cast_func)) if withscores else self._run(request)

    @signature
    def _zrevrangebyscore(
        self, name: Key, max: ScoreBound, min: ScoreBound, start: int | None = None, num: int | None = None,
        withscores: Literal[False] = False, score_cast_func: ScoreCast = float,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _zrevrangebyscore_scores(
        self, name: Key, max: ScoreBound, min: ScoreBound, start: int | None = None, num: int | None = None, *,
        withscores: Literal[True], score_cast_func: ScoreCast = float,
    ) -> Reply[list[tuple[S, float]]]:  # fmt: skip
        raise NotImplementedError

    @either(_zrevrangebyscore, _zrevrangebyscore_scores)
    def zrevrangebyscore(
        self, name: Key, max: ScoreBound, min: ScoreBound, start: int | None = None, num: int | None = None,
        withscores: bool = False, score_cast_func: ScoreCast = float,
    ) -> Reply[Any]:  # fmt: skip
        """ZREVRANGEBYSCORE: the members with scores from `max` down to `min`. O(log N + M), M members returned of N.

        Of them only `num`, `start` left out before them. Redis advises `zrange(..., desc=True, byscore=True)`, since
        6.2.
        """
        request: tuple[Any, ...] = (b"ZREVRANGEBYSCORE", name, max, min, *paging(start, num))
        return self._run((*request, b"WITHSCORES"), scored_as(score_cast_func)) if withscores else self._run(request)

    @command
    def zrangebylex(
        self, name: Key, min: Key, max: Key, start: int | None = None, num: int | None = None
    ) -> Reply[list[S]]:
        """ZRANGEBYLEX: the members with names from `min` to `max`. O(log N + M), M members returned of N.

        Of them only `num`, `start` left out before them. Redis advises `zrange(..., bylex=True)`, since 6.2.
        """
        return self._run((b"ZRANGEBYLEX", name, min, max, *paging(start, num)))

    @command
    def zrevrangebylex(
        self, name: Key, max: Key, min: Key, start: int | None = None, num: int | None = None
    ) -> Reply[list[S]]:
        """ZREVRANGEBYLEX: the members with names from `max` down to `min`. O(log N + M), M members returned of N.

        Of them only `num`, `start` left out before them. Redis advises `zrange(..., desc=True, bylex=True)`, since 6.2.
        """
        return self._run((b"ZREVRANGEBYLEX", name, max, min, *paging(start, num)))

    # -- stored, counted, removed -------------------------------------------------------------------------------------

    @command
    def zrangestore(
        self, dest: Key, name: Key, start: ScoreBound, end: ScoreBound, byscore: bool = False, bylex: bool = False,
        desc: bool = False, offset: int | None = None, num: int | None = None,
    ) -> Reply[int]:  # fmt: skip
        """ZRANGESTORE: let `dest` hold what `zrange` returns; how many members that are. O(log N + M)."""
        return self._run((b"ZRANGESTORE", dest, name, start, end, *_how(byscore, bylex, desc, offset, num)))

    @command
    def zcount(self, name: Key, min: ScoreBound, max: ScoreBound) -> Reply[int]:
        """ZCOUNT: how many members have a score from `min` to `max`. O(log N)."""
        return self._run((b"ZCOUNT", name, min, max))

    @command
    def zlexcount(self, name: Key, min: Key, max: Key) -> Reply[int]:
        """ZLEXCOUNT: how many members have a name from `min` to `max`. O(log N)."""
        return self._run((b"ZLEXCOUNT", name, min, max))

    @command
    def zremrangebyrank(self, name: Key, min: int, max: int) -> Reply[int]:
        """ZREMRANGEBYRANK: remove the members of ranks `min` to `max`; how many that were. O(M log N)."""
        return self._run((b"ZREMRANGEBYRANK", name, min, max))

    @command
    def zremrangebyscore(self, name: Key, min: ScoreBound, max: ScoreBound) -> Reply[int]:
        """ZREMRANGEBYSCORE: remove the members with scores from `min` to `max`; how many that were. O(M log N)."""
        return self._run((b"ZREMRANGEBYSCORE", name, min, max))

    @command
    def zremrangebylex(self, name: Key, min: Key, max: Key) -> Reply[int]:
        """ZREMRANGEBYLEX: remove the members with names from `min` to `max`; how many that were. O(M log N)."""
        return self._run((b"ZREMRANGEBYLEX", name, min, max))


def _how(byscore: bool, bylex: bool, desc: bool, offset: int | None, num: int | None) -> tuple[Any, ...]:
    """What ZRANGE and ZRANGESTORE are told beyond the ends."""
    if byscore and bylex:
        at_most_one(byscore=byscore, bylex=bylex)
    page = paging(offset, num)
    if page and not (byscore or bylex):
        raise DataError("offset and num need byscore or bylex")
    by: tuple[bytes, ...] = (b"BYSCORE",) if byscore else (b"BYLEX",) if bylex else ()
    return (*by, b"REV", *page) if desc else (*by, *page)
