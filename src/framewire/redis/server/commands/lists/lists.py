"""Commands on the ends of a list: putting in and taking out.

What belongs here: those, and what all commands on lists share. What looks into a list or changes it in the middle is
in `elements.py`; what involves several lists, and what waits, in `popping.py` and `moving.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.commands.shared.lookup import find, look_up, remove
from framewire.redis.server.commands.shared.popping import PopEnd
from framewire.redis.server.commands.shared.replies import NULL_ARRAY
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import NOT_POSITIVE, WRONG_TYPE, CommandError, wrong_arity
from framewire.redis.server.values.lists import ListValue

__all__ = [
    "ENDS",
    "LEFT",
    "RIGHT",
    "End",
    "grown",
    "list_to_grow",
    "llen",
    "lpop",
    "lpush",
    "lpushx",
    "rpop",
    "rpush",
    "rpushx",
]


@dataclass(frozen=True, slots=True)
class End(PopEnd[ListValue, bytes]):
    """One end of a list: how to put and take there, and what these changes are called."""

    take_one: Callable[[ListValue], bytes]
    last: int  # the index of the item that `take_one` takes
    push: Callable[[ListValue, bytes], int]
    pushed: bytes


LEFT: Final = End(ListValue, ListValue.take_front, b"lpop", ListValue.pop_front, 0, ListValue.push_front, b"lpush")
RIGHT: Final = End(ListValue, ListValue.take_back, b"rpop", ListValue.pop_back, -1, ListValue.push_back, b"rpush")
ENDS: Final = {b"LEFT": LEFT, b"RIGHT": RIGHT}


# -- what all changes share -------------------------------------------------------------------------------------------


def list_to_grow(client: Client, key: bytes) -> ListValue:
    """The list under `key`, a new one where there is none, which gets there once it is `grown`. Raises WRONGTYPE."""
    items = find(client, key, ListValue)
    return ListValue() if items is None else items


def grown(client: Client, key: bytes, items: ListValue, event: bytes) -> int:
    """The length to reply, after telling who wants to know; for those who wait for items this is the moment."""
    db = client.db
    db.replace(key, items)
    db.touch(key, event)
    length = len(items)
    db.signal(key)
    return length


# -- at the ends ------------------------------------------------------------------------------------------------------


def _pusher(end: End) -> Handler[Client]:
    push, event = end.push, end.pushed

    def push_one(client: Client, request: list[bytes]) -> object:
        """The path that most requests take, one value for a list that is there: the steps below written out."""
        db, key = client.db, request[1]
        if db.deadlines:
            db.discard_if_due(key, client.state.clock)
        items = db.values.get(key)
        if type(items) is not ListValue or len(request) != 3:
            return _push(client, request, end)
        length = push(items, request[2])
        if db.observer is not None:
            db.observer(db, key, event)
        if key in db.waited:
            db.signal(key)
        return length

    return push_one


def _push(client: Client, request: list[bytes], end: End) -> object:
    key = request[1]
    items = list_to_grow(client, key)
    for value in request[2:]:
        end.push(items, value)
    return grown(client, key, items, end.pushed)


lpush = _pusher(LEFT)
rpush = _pusher(RIGHT)


def lpushx(client: Client, request: list[bytes]) -> object:
    return _push(client, request, LEFT) if find(client, request[1], ListValue) is not None else 0


def rpushx(client: Client, request: list[bytes]) -> object:
    return _push(client, request, RIGHT) if find(client, request[1], ListValue) is not None else 0


def _popper(end: End) -> Handler[Client]:
    take, event = end.take_one, end.popped

    def pop_one(client: Client, request: list[bytes]) -> object:
        """Without a count, written out like `push_one`."""
        if len(request) != 2:
            return _pop_many(client, request, end)
        db, key = client.db, request[1]
        if db.deadlines:
            db.discard_if_due(key, client.state.clock)
        items = db.values.get(key)
        if items is None:
            return None
        if type(items) is not ListValue:
            raise CommandError(WRONG_TYPE)
        value = take(items)
        if db.observer is not None:
            db.observer(db, key, event)
        if not items:
            remove(client, key)
        return value

    return pop_one


lpop = _popper(LEFT)
rpop = _popper(RIGHT)


def _pop_many(client: Client, request: list[bytes], end: End) -> object:
    """With a count there is always an array, or a null array."""
    arguments = Arguments(request, 2)
    if arguments.remaining > 1:
        raise wrong_arity(end.popped)
    count = arguments.next_int(NOT_POSITIVE, 0)
    if find(client, request[1], ListValue) is None:
        return NULL_ARRAY
    return end.pop(client, request[1], count) if count else []


def llen(client: Client, request: list[bytes]) -> object:
    items = look_up(client, request[1], ListValue)
    return 0 if items is None else len(items)
