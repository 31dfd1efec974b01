"""From a value to the requests that make it again.

What belongs here: one function for each type. Each takes a private copy of the value first, in one go, so that the
value may change while the requests are still being made; one request holds at most `ITEMS` items, as in Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from framewire.redis.server.persistence.dump_streams import dump_stream
from framewire.redis.server.values.hashes import HashValue
from framewire.redis.server.values.lists import ListValue
from framewire.redis.server.values.sets import SetValue
from framewire.redis.server.values.sorted_sets import SortedSetValue
from framewire.redis.server.values.streams import StreamValue
from framewire.redis.server.values.strings import RawString

__all__ = ["DUMPERS", "dump"]

ITEMS = 64

T = TypeVar("T")

Requests = Iterator[list[bytes]]


def dump(key: bytes, value: Any) -> Requests:
    """The requests that make `value` again under `key`. O(n) at once for the copy, the rest as they are taken."""
    return DUMPERS[value.__class__](key, value)


def _string(key: bytes, value: bytes) -> Requests:
    return iter([[b"SET", key, bytes(value)]])


def _list(key: bytes, value: ListValue) -> Requests:
    return _in_pieces([b"RPUSH", key], list(value))


def _set(key: bytes, value: SetValue) -> Requests:
    return _in_pieces([b"SADD", key], list(value))


def _hash(key: bytes, value: HashValue) -> Requests:
    fields = list(value.items())
    return ([b"HMSET", key, *chain.from_iterable(piece)] for piece in _pieces(fields))


def _sorted_set(key: bytes, value: SortedSetValue) -> Requests:
    entries = value.entries_of(value)
    return (
        [b"ZADD", key, *chain.from_iterable((repr(score).encode(), member) for score, member in piece)]
        for piece in _pieces(entries)
    )


def _in_pieces(head: list[bytes], items: Sequence[bytes]) -> Requests:
    return ([*head, *piece] for piece in _pieces(items))


def _pieces(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + ITEMS] for start in range(0, len(items), ITEMS))


DUMPERS: dict[type, Callable[[bytes, Any], Requests]] = {
    bytes: _string,
    RawString: _string,
    ListValue: _list,
    SetValue: _set,
    HashValue: _hash,
    SortedSetValue: _sorted_set,
    StreamValue: dump_stream,
}
