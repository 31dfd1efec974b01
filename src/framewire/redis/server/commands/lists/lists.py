"""Commands on the ends of a list: putting in and taking out.

What belongs here: those, and what all commands on lists share. What looks into a list or changes it in the middle is
in `lists_items.py`; what involves several lists, and what waits, in `lists_moving.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from framewire.frames.resp import Null
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.commands.shared.lookup import find, look_up, remove, remove_if_empty
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import WRONG_TYPE, CommandError
from framewire.redis.server.values.lists import ListValue

__all__ = [
    "ENDS",
    "LEFT",
    "NULL_ARRAY",
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
    "shrunk",
]

NULL_ARRAY: Final = Null(b"*")


@dataclass(frozen=True, slots=True)
class End:
    """One end of a list: how to put and take there, and what these changes are called."""

    push: Callable[[ListValue, bytes], int]
    last: int  # the index of the item that `pop` takes
    pop: Callable[[ListValue], bytes]
    take: Callable[[ListValue, int], list[bytes]]
    pushed: bytes
    popped: bytes


LEFT: Final = End(ListValue.push_front, 0, ListValue.pop_front, ListValue.take_front, b"lpush", b"lpop")
RIGHT: Final = End(ListValue.push_back, -1, ListValue.pop_back, ListValue.take_back, b"rpush", b"rpop")
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


def shrunk(client: Client, key: bytes, items: ListValue, event: bytes) -> None:
    """Tell who wants to know; a list without items does not exist."""
    client.db.touch(key, event)
    remove_if_empty(client, key, items)


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
    pop, event = end.pop, end.popped

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
        value = pop(items)
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
        raise CommandError(b"ERR wrong number of arguments for '%s' command" % end.popped)
    refusal = b"ERR value is out of range, must be positive"
    count = arguments.next_int(refusal)
    if count < 0:
        raise CommandError(refusal)
    items = find(client, request[1], ListValue)
    if items is None:
        return NULL_ARRAY
    if not count:
        return []
    taken = end.take(items, count)
    shrunk(client, request[1], items, end.popped)
    return taken


def llen(client: Client, request: list[bytes]) -> object:
    items = look_up(client, request[1], ListValue)
    return 0 if items is None else len(items)
