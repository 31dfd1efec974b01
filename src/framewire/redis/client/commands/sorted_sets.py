"""Sorted sets: ZADD, ZSCORE and their kin.

What belongs here: the commands of Redis' group "sorted-set" on members that are named. Ranges, pops, and what is made
of several sets have files of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from framewire.redis.client.arguments import Key, Pairs, Value, at_most_one, listed, scanning, some
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import floating, scored
from framewire.redis.client.shapes.scans import page_of_scores, page_of_scores_as
from framewire.redis.client.shapes.sorted_sets import ScoreCast, ranked_as, scores

__all__ = ["SortedSets"]


class SortedSets(Runs[S]):
    """The commands of Redis' group "sorted-set" on members that are named."""

    # -- who is in it -------------------------------------------------------------------------------------------------

    @signature
    def _zadd(
        self, name: Key, mapping: Pairs, nx: bool = False, xx: bool = False, ch: bool = False,
        incr: Literal[False] = False, gt: bool = False, lt: bool = False,
    ) -> Reply[int]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _zadd_incr(
        self, name: Key, mapping: Pairs, nx: bool = False, xx: bool = False, ch: bool = False, *, incr: Literal[True],
        gt: bool = False, lt: bool = False,
    ) -> Reply[float | None]:  # fmt: skip
        raise NotImplementedError

    @either(_zadd, _zadd_incr)
    def zadd(
        self, name: Key, mapping: Pairs, nx: bool = False, xx: bool = False, ch: bool = False, incr: bool = False,
        gt: bool = False, lt: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """ZADD: let the members of `mapping` have their scores; how many are new. O(M log N), M members of N.

        `nx`: only those that are new, `xx`: only those that are not; `gt`, `lt`: of the latter only those whose score
        becomes greater, less. With `ch` those are counted too whose score changes. With `incr` the one member's score
        is added to; returns the sum, `None` where a condition forbids it.
        """
        if nx or xx or ch or incr or gt or lt:
            words: list[bytes] = _how_to_add(nx, xx, ch, incr, gt, lt, len(mapping))
            return self._run((b"ZADD", name, *words, *_scored(mapping)), floating if incr else None)
        return self._run((b"ZADD", name, *_scored(mapping)))

    @command
    def zincrby(self, name: Key, amount: float, value: Value) -> Reply[float]:
        """ZINCRBY: add `amount` to the score of member `value`, 0 where it is new; returns the sum. O(log N)."""
        return self._run((b"ZINCRBY", name, amount, value), floating)

    @command
    def zrem(self, name: Key, *values: Value) -> Reply[int]:
        """ZREM: remove members; how many were there. O(M log N), M members of N."""
        return self._run((b"ZREM", name, *some(values)))

    @command
    def zcard(self, name: Key) -> Reply[int]:
        """ZCARD: how many members there are. O(1)."""
        return self._run((b"ZCARD", name))

    # -- scores and ranks ---------------------------------------------------------------------------------------------

    @command
    def zscore(self, name: Key, value: Value) -> Reply[float | None]:
        """ZSCORE: the score of member `value`, `None` where it is none. O(1)."""
        return self._run((b"ZSCORE", name, value), floating)

    @command
    def zmscore(self, key: Key, members: Value | Iterable[Value]) -> Reply[list[float | None]]:
        """ZMSCORE: the scores of `members`, in order; `None` for each that is none. O(N), N members named."""
        return self._run((b"ZMSCORE", key, *listed(members)), scores)

    @signature
    def _zrank(
        self, name: Key, value: Value, withscore: Literal[False] = False, score_cast_func: ScoreCast = float
    ) -> Reply[int | None]:
        raise NotImplementedError

    @signature
    def _zrank_and_score(
        self, name: Key, value: Value, withscore: Literal[True], score_cast_func: ScoreCast = float
    ) -> Reply[tuple[int, float] | None]:
        raise NotImplementedError

    @either(_zrank, _zrank_and_score)
    def zrank(
        self, name: Key, value: Value, withscore: bool = False, score_cast_func: ScoreCast = float
    ) -> Reply[Any]:
        """ZRANK: how many members stand before `value`, the least score first; `None` where it is none. O(log N).

        `withscore` (Redis 7.2): a tuple of the rank and the score, of which `score_cast_func` makes what is returned.
        """
        if withscore:
            return self._run((b"ZRANK", name, value, b"WITHSCORE"), ranked_as(score_cast_func))
        return self._run((b"ZRANK", name, value))

    @either(_zrank, _zrank_and_score)
    def zrevrank(
        self, name: Key, value: Value, withscore: bool = False, score_cast_func: ScoreCast = float
    ) -> Reply[Any]:
        """ZREVRANK: as `zrank`, the greatest score first. O(log N)."""
        if withscore:
            return self._run((b"ZREVRANK", name, value, b"WITHSCORE"), ranked_as(score_cast_func))
        return self._run((b"ZREVRANK", name, value))

    # -- some of them -------------------------------------------------------------------------------------------------

    @signature
    def _zrandmember(self, key: Key, count: None = None, withscores: Literal[False] = False) -> Reply[S | None]:
        raise NotImplementedError

    @signature
    def _zrandmember_many(self, key: Key, count: int, withscores: Literal[False] = False) -> Reply[list[S]]:
        raise NotImplementedError

    @signature
    def _zrandmember_scores(self, key: Key, count: int, withscores: Literal[True]) -> Reply[list[tuple[S, float]]]:
        raise NotImplementedError

    @either(_zrandmember, _zrandmember_many, _zrandmember_scores)
    def zrandmember(self, key: Key, count: int | None = None, withscores: bool = False) -> Reply[Any]:
        """ZRANDMEMBER: a member by chance, `None` where there is none. O(N), N members returned.

        With `count` a list of as many different ones, or of `-count` that may be the same; each with its score
        if `withscores`.
        """
        if withscores:
            if count is None:
                raise DataError("withscores needs a count")
            return self._run((b"ZRANDMEMBER", key, count, b"WITHSCORES"), scored)
        return self._run((b"ZRANDMEMBER", key) if count is None else (b"ZRANDMEMBER", key, count))

    @command
    def zscan(
        self, name: Key, cursor: int = 0, match: Key | None = None, count: int | None = None,
        score_cast_func: ScoreCast = float,
    ) -> Reply[tuple[int, list[tuple[S, float]]]]:  # fmt: skip
        """ZSCAN: a cursor to go on with, 0 at the end, and some members with their scores. O(1) for each call.

        Only members like the pattern `match`; about `count` are looked at.
        """
        request: tuple[Any, ...] = (b"ZSCAN", name, cursor, *scanning(match, count))
        return self._run(request, page_of_scores if score_cast_func is float else page_of_scores_as(score_cast_func))


def _scored(mapping: Pairs) -> list[Any]:
    """Scores and members by turns."""
    parts: list[Any] = []
    for member, score in mapping.items():
        parts += (score, member)
    return some(parts)


def _how_to_add(nx: bool, xx: bool, ch: bool, incr: bool, gt: bool, lt: bool, count: int) -> list[bytes]:
    if (nx and (xx or gt or lt)) or (gt and lt):
        at_most_one(nx=nx, xx=xx)
        at_most_one(nx=nx, gt=gt, lt=lt)
    if incr and count != 1:
        raise DataError(f"incr takes one member with its score, not {count}")
    words = ((nx, b"NX"), (xx, b"XX"), (gt, b"GT"), (lt, b"LT"), (ch, b"CH"), (incr, b"INCR"))
    return [word for wanted, word in words if wanted]
