"""SORT and SORT_RO.

What belongs here: the two, and how their options are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.redis.client.arguments import Key, listed, paging
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.keys import grouped

__all__ = ["Sorting"]


class Sorting(Runs[S]):
    """What a list, a set or a sorted set holds, in another order."""

    @signature
    def _sort(
        self, name: Key, start: int | None = None, num: int | None = None, by: Key | None = None,
        get: Key | Sequence[Key] | None = None, desc: bool = False, alpha: bool = False,
    ) -> Reply[list[S | None]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _sort_store(
        self, name: Key, start: int | None = None, num: int | None = None, by: Key | None = None,
        get: Key | Sequence[Key] | None = None, desc: bool = False, alpha: bool = False, *, store: Key,
    ) -> Reply[int]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _sort_groups(
        self, name: Key, start: int | None = None, num: int | None = None, by: Key | None = None,
        get: Sequence[Key] = (), desc: bool = False, alpha: bool = False, *, groups: bool,
    ) -> Reply[list[tuple[S | None, ...]]]:  # fmt: skip
        raise NotImplementedError

    @either(_sort, _sort_store, _sort_groups)
    def sort(
        self, name: Key, start: int | None = None, num: int | None = None, by: Key | None = None,
        get: Key | Sequence[Key] | None = None, desc: bool = False, alpha: bool = False, store: Key | None = None,
        groups: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """SORT: the elements of `name` as numbers in ascending order; O(N + M log M), M of them returned.

        `desc`: descending; `alpha`: as texts. Of them, `num` from `start` on. `by` is a pattern: each element, in place
        of its star, names the key by whose value it is sorted (`key->field` of a hash). `get` is one such pattern, or
        several: their values are returned in place of the elements (`#`: the element), `None` where there is none; in
        tuples, one for each element, with `groups`. With `store` the result becomes a list there, and its length is
        returned.
        """
        request: tuple[Any, ...] = (b"SORT", name, *_options(start, num, by, get, desc, alpha))
        if store is not None:
            if groups:
                raise DataError("groups are for what is returned, and with store nothing is")
            return self._run((*request, b"STORE", store))
        return self._run(request, grouped(_size(get)) if groups else None)

    @command
    def sort_ro(
        self, key: Key, start: int | None = None, num: int | None = None, by: Key | None = None,
        get: Key | Sequence[Key] | None = None, desc: bool = False, alpha: bool = False,
    ) -> Reply[list[S | None]]:  # fmt: skip
        """SORT_RO: as `sort`, on replicas too; it stores nothing. O(N + M log M)."""
        return self._run((b"SORT_RO", key, *_options(start, num, by, get, desc, alpha)))


def _options(
    start: int | None, num: int | None, by: Key | None, get: Key | Sequence[Key] | None, desc: bool, alpha: bool
) -> list[Any]:
    words: list[Any] = [] if by is None else [b"BY", by]
    words += paging(start, num)
    for pattern in _patterns(get):
        words += (b"GET", pattern)
    if desc:
        words.append(b"DESC")
    if alpha:
        words.append(b"ALPHA")
    return words


def _patterns(get: Key | Sequence[Key] | None) -> Sequence[Key]:
    return () if get is None else listed(get)


def _size(get: Key | Sequence[Key] | None) -> int:
    """How many values come for each element."""
    patterns = _patterns(get)
    if len(patterns) < 2:
        raise DataError("groups need at least two patterns to get")
    return len(patterns)
