"""Commands that take the lowest or the highest members out of sorted sets, and those that wait until they can.

What belongs here: each of these twice, as a command that answers at once and as one that blocks.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.connection.transactions import NULL_ARRAY
from framewire.redis.server.commands.shared.blocking import deadline_after, take_or_wait
from framewire.redis.server.commands.shared.lookup import find, remove_if_empty
from framewire.redis.server.commands.sorted_sets.scores import pairs, score_reply
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sorted_sets import Entry, SortedSetValue

__all__ = ["bzmpop", "bzpopmax", "bzpopmin", "zmpop", "zpopmax", "zpopmin"]

_LOWEST, _HIGHEST = b"zpopmin", b"zpopmax"
_ENDS = {b"MIN": _LOWEST, b"MAX": _HIGHEST}
"""Which end members are taken from: the name of the event, and of the command that does the same."""

_NOT_POSITIVE = b"ERR value is out of range, must be positive"


def _take(client: Client, key: bytes, end: bytes, count: int) -> list[Entry]:
    """Take `count` members, or all, from the set under `key`; caller must know that it is there."""
    zset = find(client, key, SortedSetValue)
    assert zset is not None
    length = len(zset)
    if end == _LOWEST:
        taken = zset.remove_range(0, min(count, length))
    else:
        taken = zset.remove_range(max(length - count, 0), length)
        taken.reverse()
    client.db.touch(key, end)
    remove_if_empty(client, key, zset)
    return taken


# -- from one set ---------------------------------------------------------------------------------------------------


def zpopmin(client: Client, request: list[bytes]) -> object:
    return _pop(client, request, _LOWEST)


def zpopmax(client: Client, request: list[bytes]) -> object:
    return _pop(client, request, _HIGHEST)


def _pop(client: Client, request: list[bytes], end: bytes) -> object:
    """In RESP3 a count, even of 1, makes it pairs."""
    count = _pop_count(request)
    if find(client, request[1], SortedSetValue) is None or count == 0:
        return []
    taken = _take(client, request[1], end, 1 if count is None else count)
    if count is None:
        ((score, member),) = taken
        return [member, score_reply(client, score)]
    return pairs(client, taken)


def _pop_count(request: list[bytes]) -> int | None:
    if len(request) > 3:
        raise CommandError(SYNTAX_ERROR)
    return _at_least(0, Arguments(request, 2), _NOT_POSITIVE) if len(request) == 3 else None


def _at_least(least: int, arguments: Arguments, refusal: bytes) -> int:
    number = arguments.next_int(refusal)
    if number < least:
        raise CommandError(refusal)
    return number


def bzpopmin(client: Client, request: list[bytes]) -> object:
    return _pop_or_wait(client, request, _LOWEST)


def bzpopmax(client: Client, request: list[bytes]) -> object:
    return _pop_or_wait(client, request, _HIGHEST)


def _pop_or_wait(client: Client, request: list[bytes], end: bytes) -> object:
    deadline = deadline_after(client, request[-1])

    def take(key: bytes) -> object:
        ((score, member),) = _take(client, key, end, 1)
        client.propagate([end.upper(), key])
        return [key, member, score_reply(client, score)]

    return take_or_wait(client, request[1:-1], deadline, SortedSetValue, take, NULL_ARRAY)


# -- from the first set that is there ---------------------------------------------------------------------------------


def zmpop(client: Client, request: list[bytes]) -> object:
    keys, end, count = _which(Arguments(request))
    for key in keys:
        if find(client, key, SortedSetValue) is not None:
            return _take_and_name(client, key, end, count)
    return NULL_ARRAY


def bzmpop(client: Client, request: list[bytes]) -> object:
    keys, end, count = _which(Arguments(request, 2))
    deadline = deadline_after(client, request[1])

    def take(key: bytes) -> object:
        return _take_and_name(client, key, end, count)

    return take_or_wait(client, keys, deadline, SortedSetValue, take, NULL_ARRAY)


def _which(arguments: Arguments) -> tuple[list[bytes], bytes, int]:
    """The keys with their number before them, the end, and how many members at most."""
    number = _at_least(1, arguments, b"ERR numkeys should be greater than 0")
    if number >= arguments.remaining:
        raise CommandError(SYNTAX_ERROR)
    keys = [arguments.next_bytes() for _ in range(number)]
    end = _ENDS.get(arguments.next_word())
    if end is None:
        raise CommandError(SYNTAX_ERROR)
    return keys, end, _count(arguments)


def _count(arguments: Arguments) -> int:
    if not arguments:
        return 1
    if arguments.next_word() != b"COUNT" or not arguments:
        raise CommandError(SYNTAX_ERROR)
    count = _at_least(1, arguments, b"ERR count should be greater than 0")
    arguments.finish()
    return count


def _take_and_name(client: Client, key: bytes, end: bytes, count: int) -> list[object]:
    """Pairs, also in RESP2."""
    taken = _take(client, key, end, count)
    client.propagate([end.upper(), key, b"%d" % len(taken)])
    return [key, [[member, score_reply(client, score)] for score, member in taken]]
