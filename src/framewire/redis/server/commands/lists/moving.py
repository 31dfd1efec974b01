"""Commands that move an element from one list to another, or to the other end of the same one.

What belongs here: each of these twice, as a command that answers at once and as one that blocks.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.lists.lists import ENDS, LEFT, RIGHT, End, list_to_grow
from framewire.redis.server.commands.shared.blocking import take_or_wait
from framewire.redis.server.commands.shared.lookup import find, shrunk
from framewire.redis.server.commands.shared.replies import NULL_ARRAY
from framewire.redis.server.commands.shared.timeouts import deadline_after
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.lists import ListValue

__all__ = ["blmove", "brpoplpush", "lmove", "rpoplpush"]


def lmove(client: Client, request: list[bytes]) -> object:
    out, in_ = _ends(request)
    return _move_if_any(client, request[1], request[2], out, in_)


def rpoplpush(client: Client, request: list[bytes]) -> object:
    return _move_if_any(client, request[1], request[2], RIGHT, LEFT)


def blmove(client: Client, request: list[bytes]) -> object:
    out, in_ = _ends(request)
    return _move_or_wait(client, request, out, in_, [b"LMOVE", *request[1:5]])


def brpoplpush(client: Client, request: list[bytes]) -> object:
    return _move_or_wait(client, request, RIGHT, LEFT, [b"RPOPLPUSH", *request[1:3]])


def _ends(request: list[bytes]) -> tuple[End, End]:
    out, in_ = ENDS.get(request[3].upper()), ENDS.get(request[4].upper())
    if out is None or in_ is None:
        raise CommandError(SYNTAX_ERROR)
    return out, in_


def _move_if_any(client: Client, source: bytes, target: bytes, out: End, in_: End) -> object:
    return _move(client, source, target, out, in_) if find(client, source, ListValue) is not None else None


def _move_or_wait(client: Client, request: list[bytes], out: End, in_: End, logged: list[bytes]) -> object:
    deadline = deadline_after(client, request[-1])

    def take(source: bytes) -> object:
        client.propagate(logged)
        return _move(client, source, request[2], out, in_)

    return take_or_wait(client, [request[1]], deadline, ListValue, take, NULL_ARRAY, at_once=None)


def _move(client: Client, source: bytes, target: bytes, out: End, in_: End) -> bytes:
    """Move an item from a list that is there; it may be the same one. Raises WRONGTYPE for the other, unchanged.

    It is put there before it is taken here, since putting may fail.
    """
    db, items = client.db, find(client, source, ListValue)
    assert items is not None
    moved_to = list_to_grow(client, target)
    value = items.get(out.last % len(items))
    in_.push(moved_to, value)
    db.replace(target, moved_to)
    out.take_one(items)
    db.touch(target, in_.pushed)
    shrunk(client, source, items, out.popped)
    db.signal(target)
    return value
