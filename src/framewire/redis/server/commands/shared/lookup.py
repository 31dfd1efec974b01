"""How commands look a key up, by the type that they need, and how they take an emptied value away.

What belongs here: the few steps that every command on a key shares. `look_up` is for commands that read (it counts hits
and misses), `find` for those that go on to change the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from typing import TypeVar, cast

from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import WRONG_TYPE, CommandError
from framewire.redis.server.values.hashes import HashValue
from framewire.redis.server.values.lists import ListValue
from framewire.redis.server.values.sets import SetValue
from framewire.redis.server.values.sorted_sets import SortedSetValue

__all__ = ["find", "find_or_new", "look_up", "remove", "remove_if_empty", "remove_left_empty"]

V = TypeVar("V")

_NEVER_EMPTY = (HashValue, ListValue, SetValue, SortedSetValue)


def look_up(client: Client, key: bytes, kind: type[V]) -> V | None:
    """The value of `key`, `None` where there is none; counted as a hit or a miss. Raises WRONGTYPE."""
    value = client.db.read(key, client.state.clock)
    if value is not None and not isinstance(value, kind):
        raise CommandError(WRONG_TYPE)
    return value


def find(client: Client, key: bytes, kind: type[V]) -> V | None:
    """The value of `key`, `None` where there is none; not counted. Raises WRONGTYPE."""
    value = client.db.peek(key, client.state.clock)
    if value is not None and not isinstance(value, kind):
        raise CommandError(WRONG_TYPE)
    return value


def find_or_new(client: Client, key: bytes, kind: Callable[[], V]) -> V:
    """The value of `key`, a new and empty one where there is none. Raises WRONGTYPE.

    Caller fills that one and then puts it under `key`: whatever fails before leaves no empty collection there.
    """
    db = client.db
    if db.deadlines:
        db.discard_if_due(key, client.state.clock)
    value = db.values.get(key)
    if value.__class__ is kind:
        return cast("V", value)
    if value is not None:
        raise CommandError(WRONG_TYPE)
    return kind()


def remove(client: Client, key: bytes) -> bool:
    """Remove `key`, and tell those who want to know; whether it was there."""
    db = client.db
    there = db.delete(key, client.state.clock)
    if there:
        db.touch(key, b"del")
    return there


def remove_left_empty(client: Client, keys: Iterable[bytes]) -> None:
    """After a command that broke in the middle: what it emptied does not exist. O(keys)."""
    for key in keys:
        value = client.db.values.get(key)
        if isinstance(value, _NEVER_EMPTY) and not len(value):
            remove(client, key)


def remove_if_empty(client: Client, key: bytes, value: Sized) -> None:
    """An empty collection does not exist: remove its key."""
    if not len(value):
        remove(client, key)
