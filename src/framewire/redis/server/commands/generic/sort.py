"""SORT: the items of a list, a set or a sorted set in the order of numbers or texts, their own or those of other keys.

What belongs here: SORT and SORT_RO. O(n log n) for n items, and a look-up for each item and each pattern.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import store
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, WRONG_TYPE, CommandError
from framewire.redis.server.parsing.floats import scan_double
from framewire.redis.server.values.hashes import HashValue
from framewire.redis.server.values.lists import ListValue
from framewire.redis.server.values.sets import SetValue
from framewire.redis.server.values.sorted_sets import SortedSetValue
from framewire.redis.server.values.strings import RawString

__all__ = ["sort", "sort_ro"]

_NOT_A_NUMBER = b"ERR One or more scores can't be converted into double"
_SAFE_DIGITS = 300  # so many digits are a double for sure


class _Options:
    """What stands behind the key. `weights` is the pattern of BY, `patterns` those of GET."""

    __slots__ = ("alpha", "count", "descending", "patterns", "start", "target", "weights")

    def __init__(self, arguments: Arguments, *, may_store: bool) -> None:
        self.alpha = self.descending = False
        self.start, self.count = 0, -1
        self.weights: bytes | None = None
        self.target: bytes | None = None
        self.patterns: list[bytes] = []
        while arguments:
            self._take(arguments.next_word(), arguments, may_store)

    def _take(self, word: bytes, arguments: Arguments, may_store: bool) -> None:
        if word in (b"ASC", b"DESC"):
            self.descending = word == b"DESC"
        elif word == b"ALPHA":
            self.alpha = True
        elif word == b"LIMIT" and arguments.remaining >= 2:
            self.start, self.count = arguments.next_int(), arguments.next_int()
        elif word == b"STORE" and may_store:
            self.target = arguments.next_bytes()
        elif word == b"BY":
            self.weights = arguments.next_bytes()
        elif word == b"GET":
            self.patterns.append(arguments.next_bytes())
        else:
            raise CommandError(SYNTAX_ERROR)

    @property
    def keeps_order(self) -> bool:
        """BY without a star: no item has a weight, so the order is the one that the collection has."""
        return self.weights is not None and b"*" not in self.weights

    def cut(self, items: list[bytes]) -> list[bytes]:
        """What LIMIT leaves. A negative start is 0, a negative count all."""
        start = max(self.start, 0)
        return items[start : start + self.count if self.count >= 0 else None]


def sort(client: Client, request: list[bytes]) -> object:
    options = _Options(Arguments(request, 2), may_store=True)
    rows = _sorted_rows(client, request[1], options)
    if options.target is None:
        return rows
    return store(client, options.target, ListValue(row or b"" for row in rows), b"sortstore")


def sort_ro(client: Client, request: list[bytes]) -> object:
    return _sorted_rows(client, request[1], _Options(Arguments(request, 2), may_store=False))


def _sorted_rows(client: Client, key: bytes, options: _Options) -> list[bytes | None]:
    value = _collection(client, key)
    items = _items(value)
    if not options.keeps_order:
        items = _sort(client, items, options)
    elif isinstance(value, SetValue):
        # It has no order to keep, and what is stored, or seen by a script, shall not hang on chance.
        is_kept = options.target is not None or client.in_script
        items = sorted(items, reverse=options.descending) if is_kept else items
    elif options.descending:
        items.reverse()
    chosen = options.cut(items)
    if not options.patterns:
        return list(chosen)
    return [_substituted(client, pattern, item) for item in chosen for pattern in options.patterns]


def _collection(client: Client, key: bytes) -> ListValue | SetValue | SortedSetValue:
    value = client.db.read(key, client.state.clock)
    if value is None:
        return ListValue()
    if not isinstance(value, ListValue | SetValue | SortedSetValue):
        raise CommandError(WRONG_TYPE)
    return value


def _items(value: ListValue | SetValue | SortedSetValue) -> list[bytes]:
    """All items, in the order that the collection shows."""
    if isinstance(value, SortedSetValue):
        return [member for _, member in value.entries()]
    return value.ordered() if isinstance(value, SetValue) else list(value)


def _sort(client: Client, items: list[bytes], options: _Options) -> list[bytes]:
    """Of equal numbers the items themselves decide; items with equal texts stay as they stood."""
    weights: Sequence[bytes | None] = items
    if options.weights is not None:
        weights = [_substituted(client, options.weights, item) for item in items]
    keys = _texts(weights) if options.alpha else _numbers(weights)
    order = list(range(len(items)))
    if not options.alpha:
        order.sort(key=items.__getitem__, reverse=options.descending)
    order.sort(key=keys.__getitem__, reverse=options.descending)
    return [items[index] for index in order]


def _texts(weights: Sequence[bytes | None]) -> Sequence[Any]:
    """What is missing stands before all texts."""
    return [(weight is not None, weight) for weight in weights] if None in weights else weights


def _numbers(weights: Sequence[bytes | None]) -> Sequence[Any]:
    """What is missing counts as 0. Most are short runs of digits, of which Python and C think alike."""
    return [
        float(text) if text and len(text) < _SAFE_DIGITS and text.isdigit() else _number(text) for text in weights
    ]


def _number(text: bytes | None) -> float:
    number = 0.0 if text is None else scan_double(text)
    if number is None:
        raise CommandError(_NOT_A_NUMBER)
    return number


def _substituted(client: Client, pattern: bytes, item: bytes) -> bytes | None:
    """What the key, or the field of a hash, holds that the pattern names with the item in place of its first star."""
    if pattern == b"#":
        return item
    before, star, behind = pattern.partition(b"*")
    if not star:
        return None
    name, _, field = behind.partition(b"->")
    if not field:
        name = behind
    value = client.db.read(before + item + name, client.state.clock)
    if field:
        return value.get(field) if isinstance(value, HashValue) else None
    return bytes(value) if isinstance(value, bytes | RawString) else None
