"""Sorted sets made of several: unions, intersections, differences.

What belongs here: the commands of Redis' group "sorted-set" that return, store or count what they make of several sets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeAlias

from framewire.redis.client.arguments import Key, Keys, counted, listed
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import scored
from framewire.redis.client.shapes.sorted_sets import ScoreCast, scored_as

__all__ = ["JoinedSortedSets", "Weighted"]

Weighted: TypeAlias = Keys | Mapping[Any, float]
"""Keys, or a mapping of keys to what their scores are multiplied by."""


class JoinedSortedSets(Runs[S]):
    """The commands of Redis' group "sorted-set" on several sets.

    The scores that a member has in several of them are added up, or of them the least or the greatest is taken where
    `aggregate` is MIN or MAX.
    """

    # -- returned -----------------------------------------------------------------------------------------------------

    @signature
    def _zunion(
        self, keys: Weighted, aggregate: str | None = None, withscores: Literal[False] = False,
        score_cast_func: ScoreCast = float,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _zunion_scores(
        self, keys: Weighted, aggregate: str | None = None, *, withscores: Literal[True],
        score_cast_func: ScoreCast = float,
    ) -> Reply[list[tuple[S, float]]]:  # fmt: skip
        raise NotImplementedError

    @either(_zunion, _zunion_scores)
    def zunion(
        self, keys: Weighted, aggregate: str | None = None, withscores: bool = False,
        score_cast_func: ScoreCast = float,
    ) -> Reply[Any]:  # fmt: skip
        """ZUNION: the members of all sets, the least score first. O(N + M log M), N members of all, M returned.

        `withscores`: tuples of a member and its score, of which `score_cast_func` makes what is returned.
        """
        request: tuple[Any, ...] = (b"ZUNION", *_joined(keys, aggregate))
        return self._run((*request, b"WITHSCORES"), scored_as(score_cast_func)) if withscores else self._run(request)

    @signature
    def _zinter(
        self, keys: Weighted, aggregate: str | None = None, withscores: Literal[False] = False
    ) -> Reply[list[S]]:
        raise NotImplementedError

    @signature
    def _zinter_scores(
        self, keys: Weighted, aggregate: str | None = None, *, withscores: Literal[True]
    ) -> Reply[list[tuple[S, float]]]:
        raise NotImplementedError

    @either(_zinter, _zinter_scores)
    def zinter(self, keys: Weighted, aggregate: str | None = None, withscores: bool = False) -> Reply[Any]:
        """ZINTER: the members that are in every set, the least score first. O(N K + M log M), K sets, M returned.

        `withscores`: tuples of a member and its score.
        """
        request: tuple[Any, ...] = (b"ZINTER", *_joined(keys, aggregate))
        return self._run((*request, b"WITHSCORES"), scored) if withscores else self._run(request)

    @signature
    def _zdiff(self, keys: Keys, withscores: Literal[False] = False) -> Reply[list[S]]:
        raise NotImplementedError

    @signature
    def _zdiff_scores(self, keys: Keys, withscores: Literal[True]) -> Reply[list[tuple[S, float]]]:
        raise NotImplementedError

    @either(_zdiff, _zdiff_scores)
    def zdiff(self, keys: Keys, withscores: bool = False) -> Reply[Any]:
        """ZDIFF: the members of the first set that are in none of the others. O(N K + M log M), K sets, M returned.

        `withscores`: tuples of a member and its score.
        """
        request: tuple[Any, ...] = (b"ZDIFF", *_counted(keys))
        return self._run((*request, b"WITHSCORES"), scored) if withscores else self._run(request)

    # -- stored, counted ----------------------------------------------------------------------------------------------

    @command
    def zunionstore(self, dest: Key, keys: Weighted, aggregate: str | None = None) -> Reply[int]:
        """ZUNIONSTORE: let `dest` hold what `zunion` returns; how many members that are. O(N + M log M)."""
        return self._run((b"ZUNIONSTORE", dest, *_joined(keys, aggregate)))

    @command
    def zinterstore(self, dest: Key, keys: Weighted, aggregate: str | None = None) -> Reply[int]:
        """ZINTERSTORE: let `dest` hold what `zinter` returns; how many members that are. O(N K + M log M)."""
        return self._run((b"ZINTERSTORE", dest, *_joined(keys, aggregate)))

    @command
    def zdiffstore(self, dest: Key, keys: Keys) -> Reply[int]:
        """ZDIFFSTORE: let `dest` hold what `zdiff` returns; how many members that are. O(N K + M log M)."""
        return self._run((b"ZDIFFSTORE", dest, *_counted(keys)))

    @command
    def zintercard(self, numkeys: int, keys: Collection[Key], limit: int = 0) -> Reply[int]:
        """ZINTERCARD: how many members are in every set, of which `limit` are counted, all with 0. O(N K), K sets.

        `numkeys` is how many keys there are.
        """
        return self._run((b"ZINTERCARD", *counted(keys, numkeys), b"LIMIT", limit))


def _counted(keys: Keys) -> tuple[Any, ...]:
    return counted(listed(keys))


def _joined(keys: Weighted, aggregate: str | None) -> tuple[Any, ...]:
    """The keys, their weights, and what becomes of several scores."""
    request = _counted(keys)
    if isinstance(keys, Mapping):
        request += (b"WEIGHTS", *keys.values())
    if aggregate is None:
        return request
    if aggregate.upper() not in ("SUM", "MIN", "MAX"):
        raise DataError(f"aggregate is SUM, MIN or MAX, not {aggregate!r}")
    return (*request, b"AGGREGATE", aggregate)
