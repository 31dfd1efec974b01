"""How commands look a key up, by the type that they need, and how they put a result there or take a value away.

What belongs here: the few steps that every command on a key shares. `look_up` is for commands that read (it counts hits
and misses; in Redis `lookupKeyRead`), `find` for those that go on to change the value (`lookupKeyWrite`), `peek` for
those that describe it, whatever its type.
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

__all__ = [
    "find",
    "find_or_new",
    "look_up",
    "look_up_or",
    "peek",
    "remove",
    "remove_left_empty",
    "shrunk",
    "store",
]

V = TypeVar("V")

_NEVER_EMPTY = (HashValue, ListValue, SetValue, SortedSetValue)


def look_up(client: Client, key: bytes, kind: type[V]) -> V | None:
    """The value of `key`, `None` where there is none; counted as a hit or a miss. Raises WRONGTYPE."""
    value = client.db.read(key, client.state.clock)
    if value is not None and not isinstance(value, kind):
        raise CommandError(WRONG_TYPE)
    return value


def look_up_or(client: Client, key: bytes, empty: V) -> V:
    """The value of `key`, and `empty`, which nobody changes, where there is none; counted. Raises WRONGTYPE."""
    value = look_up(client, key, type(empty))
    return empty if value is None else value


def peek(client: Client, key: bytes) -> object | None:
    """The value of `key`, of any type, `None` where there is none; not counted."""
    return client.db.peek(key, client.state.clock)


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


def shrunk(client: Client, key: bytes, value: Sized, event: bytes) -> None:
    """Something was taken out of `value`: tell who wants to know. An empty collection does not exist."""
    client.db.touch(key, event)
    if not len(value):
        remove(client, key)


def store(client: Client, key: bytes, value: Sized, event: bytes) -> int:
    """Let `key` hold a result, whatever was there, or nothing where that is empty; returns its length. O(1).

    For those who wait for such a value this is the moment; they may take something out of it at once.
    """
    length = len(value)
    if not length:
        remove(client, key)
        return 0
    client.db.set(key, value)
    client.db.touch(key, event)
    client.db.signal(key)
    return length
