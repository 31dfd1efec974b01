"""What is taken from the ends of sorted sets, at once or as soon as it is there.

What belongs here: the commands of Redis' group "sorted-set" that pop.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from framewire.redis.client.arguments import Key, Keys, counted, listed
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import scored
from framewire.redis.client.shapes.sorted_sets import one_popped, popped_scores

__all__ = ["SortedSetPops"]


class SortedSetPops(Runs[S]):
    """The commands of Redis' group "sorted-set" that pop.

    Those that may wait have a link of their own while they do.
    """

    # -- at once ------------------------------------------------------------------------------------------------------

    @command
    def zpopmin(self, name: Key, count: int | None = None) -> Reply[list[tuple[S, float]]]:
        """ZPOPMIN: take the member with the least score, or `count` of them, with their scores. O(M log N)."""
        return self._run((b"ZPOPMIN", name) if count is None else (b"ZPOPMIN", name, count), scored)

    @command
    def zpopmax(self, name: Key, count: int | None = None) -> Reply[list[tuple[S, float]]]:
        """ZPOPMAX: take the member with the greatest score, or `count` of them, with their scores. O(M log N)."""
        return self._run((b"ZPOPMAX", name) if count is None else (b"ZPOPMAX", name, count), scored)

    @command
    def zmpop(
        self, num_keys: int, keys: Collection[Key], min: bool = False, max: bool = False, count: int | None = 1
    ) -> Reply[tuple[S, list[tuple[S, float]]] | None]:
        """ZMPOP: take up to `count` members from the first set that has some: its key, and they. O(K + M log N).

        Those with the least scores, or with the greatest: one of `min` and `max` must be true. `num_keys` is how many
        keys there are. `None` where no set has a member.
        """
        return self._run((b"ZMPOP", *counted(keys, num_keys), *_which(min, max, count)), popped_scores)

    # -- as soon as it is there ---------------------------------------------------------------------------------------

    @command
    def bzpopmin(self, keys: Keys, timeout: float | None = 0) -> Reply[tuple[S, S, float] | None]:
        """BZPOPMIN: take the member with the least score of the first set of `keys` that has one. O(log N).

        Its key, the member and its score. Waits up to `timeout` seconds, for ever with 0 or `None`; `None` where none
        came.
        """
        return self._run_blocking((b"BZPOPMIN", *listed(keys), timeout or 0), one_popped, timeout)

    @command
    def bzpopmax(self, keys: Keys, timeout: float | None = 0) -> Reply[tuple[S, S, float] | None]:
        """BZPOPMAX: take the member with the greatest score of the first set of `keys` that has one. O(log N).

        Its key, the member and its score. Waits up to `timeout` seconds, for ever with 0 or `None`; `None` where none
        came.
        """
        return self._run_blocking((b"BZPOPMAX", *listed(keys), timeout or 0), one_popped, timeout)

    @command
    def bzmpop(
        self, timeout: float, numkeys: int, keys: Collection[Key], min: bool = False, max: bool = False,
        count: int | None = 1,
    ) -> Reply[tuple[S, list[tuple[S, float]]] | None]:  # fmt: skip
        """BZMPOP: as `zmpop`, but waits up to `timeout` seconds, for ever with 0. O(K + M log N).

        `None` where no member came.
        """
        words: tuple[Any, ...] = (*counted(keys, numkeys), *_which(min, max, count))
        return self._run_blocking((b"BZMPOP", timeout, *words), popped_scores, timeout)


def _which(least: bool, greatest: bool, count: int | None) -> tuple[Any, ...]:
    if bool(least) == bool(greatest):
        raise DataError("one of min and max must be true, and only one")
    return (b"MIN" if least else b"MAX", b"COUNT", 1 if count is None else count)
