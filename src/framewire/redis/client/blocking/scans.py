"""Iterators over what SCAN and its kin find, from threads.

What belongs here: going on from cursor to cursor. The commands themselves are in their groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeVar, overload

from framewire.redis.client.arguments import Key
from framewire.redis.client.commands.all import Commands
from framewire.redis.client.definition import S, Threads
from framewire.redis.client.shapes.sorted_sets import ScoreCast

__all__ = ["ScanIterators"]

T = TypeVar("T")
Page = Callable[[int], tuple[int, Iterable[T]]]


class ScanIterators(Threads, Commands[S]):
    """Everything that a scan finds, a page at a time: a page is asked for when the one before is used up.

    What is there all the time is found; what comes or goes meanwhile may be; and something may be found twice (the
    server's guarantees for SCAN). `match` is a pattern, `count` about how much the server looks at for a page.
    """

    def scan_iter(self, match: Key | None = None, count: int | None = None, _type: Key | None = None) -> Iterator[S]:
        """SCAN: all keys."""
        return _items(lambda cursor: self.scan(cursor, match, count, _type))

    @overload
    def hscan_iter(
        self, name: Key, match: Key | None = None, count: int | None = None, no_values: Literal[False] | None = None
    ) -> Iterator[tuple[S, S]]: ...
    @overload
    def hscan_iter(
        self, name: Key, match: Key | None = None, count: int | None = None, *, no_values: Literal[True]
    ) -> Iterator[S]: ...
    def hscan_iter(
        self, name: Key, match: Key | None = None, count: int | None = None, no_values: bool | None = None
    ) -> Iterator[Any]:
        """HSCAN: all fields of a hash with their values, or with `no_values` (Redis 7.4) without."""
        if no_values:
            return _items(lambda cursor: self.hscan(name, cursor, match, count, no_values=True))
        return _fields(lambda cursor: self.hscan(name, cursor, match, count))

    def sscan_iter(self, name: Key, match: Key | None = None, count: int | None = None) -> Iterator[S]:
        """SSCAN: all members of a set."""
        return _items(lambda cursor: self.sscan(name, cursor, match, count))

    def zscan_iter(
        self, name: Key, match: Key | None = None, count: int | None = None, score_cast_func: ScoreCast = float
    ) -> Iterator[tuple[S, float]]:
        """ZSCAN: all members of a sorted set with their scores."""
        return _items(lambda cursor: self.zscan(name, cursor, match, count, score_cast_func))


def _items(page: Page[T]) -> Iterator[T]:
    cursor = None
    while cursor != 0:
        cursor, found = page(cursor or 0)
        yield from found


def _fields(page: Callable[[int], tuple[int, dict[S, S]]]) -> Iterator[tuple[S, S]]:
    cursor = None
    while cursor != 0:
        cursor, found = page(cursor or 0)
        yield from found.items()
