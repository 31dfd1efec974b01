"""Commands that take from one of several lists or move between two, and those that wait until they can.

What belongs here: each of these twice, as a command that answers at once and as one that blocks.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.lists.lists import ENDS, LEFT, NULL_ARRAY, RIGHT, End, list_to_grow, shrunk
from framewire.redis.server.commands.shared.blocking import deadline_after, take_or_wait
from framewire.redis.server.commands.shared.lookup import find
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.lists import ListValue

__all__ = ["blmove", "blmpop", "blpop", "brpop", "brpoplpush", "lmove", "lmpop", "rpoplpush"]


def _list(client: Client, key: bytes) -> ListValue:
    """The list under `key`. Caller must know that there is one."""
    items = find(client, key, ListValue)
    assert items is not None
    return items


# -- from one list to another -----------------------------------------------------------------------------------------


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
    db, items = client.db, _list(client, source)
    moved_to = list_to_grow(client, target)
    value = items.get(out.last % len(items))
    in_.push(moved_to, value)
    db.replace(target, moved_to)
    out.pop(items)
    db.touch(target, in_.pushed)
    shrunk(client, source, items, out.popped)
    db.signal(target)
    return value


# -- from the first list that has something ---------------------------------------------------------------------------


def lmpop(client: Client, request: list[bytes]) -> object:
    keys, end, count = _which(Arguments(request))
    for key in keys:
        if find(client, key, ListValue) is not None:
            return _take(client, key, end, count)
    return NULL_ARRAY


def blmpop(client: Client, request: list[bytes]) -> object:
    keys, end, count = _which(Arguments(request, 2))
    deadline = deadline_after(client, request[1])

    def take(key: bytes) -> object:
        return _take(client, key, end, count)

    return take_or_wait(client, keys, deadline, ListValue, take, NULL_ARRAY)


def _which(arguments: Arguments) -> tuple[list[bytes], End, int]:
    """The keys with their number before them, the end, and how many items at most."""
    number = _positive(arguments, b"ERR numkeys should be greater than 0")
    if number >= arguments.remaining:
        raise CommandError(SYNTAX_ERROR)
    keys = [arguments.next_bytes() for _ in range(number)]
    end = ENDS.get(arguments.next_word())
    if end is None:
        raise CommandError(SYNTAX_ERROR)
    return keys, end, _count(arguments)


def _count(arguments: Arguments) -> int:
    if not arguments:
        return 1
    if arguments.next_word() != b"COUNT" or not arguments:
        raise CommandError(SYNTAX_ERROR)
    count = _positive(arguments, b"ERR count should be greater than 0")
    arguments.finish()
    return count


def _positive(arguments: Arguments, refusal: bytes) -> int:
    number = arguments.next_int(refusal)
    if number <= 0:
        raise CommandError(refusal)
    return number


def _take(client: Client, key: bytes, end: End, count: int) -> list[object]:
    items = _list(client, key)
    taken = end.take(items, count)
    client.propagate([end.popped.upper(), key, b"%d" % len(taken)])
    shrunk(client, key, items, end.popped)
    return [key, taken]


def blpop(client: Client, request: list[bytes]) -> object:
    return _pop_or_wait(client, request, LEFT)


def brpop(client: Client, request: list[bytes]) -> object:
    return _pop_or_wait(client, request, RIGHT)


def _pop_or_wait(client: Client, request: list[bytes], end: End) -> object:
    deadline = deadline_after(client, request[-1])

    def take(key: bytes) -> object:
        items = _list(client, key)
        value = end.pop(items)
        client.propagate([end.popped.upper(), key])
        shrunk(client, key, items, end.popped)
        return [key, value]

    return take_or_wait(client, request[1:-1], deadline, ListValue, take, NULL_ARRAY)
