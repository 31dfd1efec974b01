"""Commands on one set, and SMOVE.

What belongs here: one short function for each command. The data structure is `values.sets`; unions, intersections and
differences are in `algebra.py`.
"""

from __future__ import annotations

from collections.abc import Collection

from framewire.frames.resp import Bulk, Set
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find, find_or_new, look_up, look_up_or, remove, shrunk
from framewire.redis.server.commands.shared.random_members import next_count, pick
from framewire.redis.server.commands.shared.scanning import scan_value
from framewire.redis.server.parsing.arguments import Arguments, require_int64
from framewire.redis.server.parsing.errors import NOT_POSITIVE, SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sets import SetValue

__all__ = [
    "EMPTY",
    "members_reply",
    "sadd",
    "scard",
    "sismember",
    "smembers",
    "smismember",
    "smove",
    "spop",
    "srandmember",
    "srem",
    "sscan",
]

EMPTY = SetValue()  # what a missing key holds for those that only read; nobody changes it


def members_reply(value: SetValue) -> object:
    """All members as they are now, those of an intset in its order. O(n)."""
    if value.is_intset:
        return Set(tuple(map(Bulk, value.ordered())))
    return set(value)


# -- reading --------------------------------------------------------------------------------------------------------


def scard(client: Client, request: list[bytes]) -> object:
    return len(look_up_or(client, request[1], EMPTY))


def sismember(client: Client, request: list[bytes]) -> object:
    value = look_up(client, request[1], SetValue)
    return 1 if value is not None and request[2] in value else 0


def smismember(client: Client, request: list[bytes]) -> object:
    value = look_up_or(client, request[1], EMPTY)
    return [int(member in value) for member in request[2:]]


def smembers(client: Client, request: list[bytes]) -> object:
    return members_reply(look_up_or(client, request[1], EMPTY))


def srandmember(client: Client, request: list[bytes]) -> object:
    """An array also in RESP3: a member may stand in it twice."""
    arguments = Arguments(request, 2)
    if not arguments:
        value = look_up(client, request[1], SetValue)
        return None if value is None else value.sampler.one(value)
    if arguments.remaining > 1:
        raise CommandError(SYNTAX_ERROR)
    count = next_count(arguments)
    value = look_up_or(client, request[1], EMPTY)
    if count >= len(value):
        return value.ordered()
    return pick(value.sampler, value, count) if value else []


def sscan(client: Client, request: list[bytes]) -> object:
    return scan_value(client, request, SetValue, _to_scan, lambda value, found: found)


def _to_scan(value: SetValue) -> tuple[Collection[bytes], bool]:
    return (value.ordered(), True) if value.is_intset else (value, False)


# -- changing -------------------------------------------------------------------------------------------------------


def sadd(client: Client, request: list[bytes]) -> object:
    key, members = request[1], request[2:]
    value = find_or_new(client, key, SetValue)
    added = value.put(members, client.state.config)
    if added:
        if added == len(value):  # it is new
            client.db.values[key] = value
        if client.db.observer is not None:  # `Db.touch` written out
            client.db.touch(key, b"sadd")
    return added


def srem(client: Client, request: list[bytes]) -> object:
    key = request[1]
    value = find(client, key, SetValue)
    if value is None:
        return 0
    before = len(value)
    value.difference_update(request[2:])
    removed = before - len(value)
    if removed:
        shrunk(client, key, value, b"srem")
    return removed


def spop(client: Client, request: list[bytes]) -> object:
    """Logged as what it took, since nobody can draw the same again."""
    if len(request) > 2:
        return _pop_many(client, request)
    key = request[1]
    value = find(client, key, SetValue)
    if value is None:
        return None
    member = value.sampler.one(value)
    value.remove(member)
    shrunk(client, key, value, b"spop")
    client.propagate([b"SREM", key, member])
    return member


def _pop_many(client: Client, request: list[bytes]) -> object:
    if len(request) > 3:
        raise CommandError(SYNTAX_ERROR)
    count = require_int64(request[2], NOT_POSITIVE, 0)
    value = find(client, request[1], SetValue)
    if value is None or not count:
        return set()
    if count >= len(value):
        return _pop_all(client, request[1], value)
    return _pop_some(client, request[1], value, count)


def _pop_all(client: Client, key: bytes, value: SetValue) -> object:
    client.db.touch(key, b"spop")
    remove(client, key)
    client.propagate([b"DEL", key])
    return members_reply(value)


def _pop_some(client: Client, key: bytes, value: SetValue, count: int) -> object:
    members = value.sampler.distinct(value, count)
    value.difference_update(members)
    if len(value) * 5 <= count:  # then Redis makes a new set of the few that stay, which may be an intset again
        value.is_intset = True
        value.maybe_convert(value, client.state.config)
    client.db.touch(key, b"spop")
    client.propagate([b"SREM", key, *members])
    return set(members)


def smove(client: Client, request: list[bytes]) -> object:
    _, source, target, member = request
    value = find(client, source, SetValue)
    if value is None:
        return 0
    other = find(client, target, SetValue)
    if member not in value or value is other:
        return int(member in value)
    added = _add(client, target, member)  # which may fail, so it comes first; who listens hears of it last
    value.remove(member)
    shrunk(client, source, value, b"srem")
    if added:
        client.db.touch(target, b"sadd")
    return 1


def _add(client: Client, key: bytes, member: bytes) -> bool:
    value = find_or_new(client, key, SetValue)
    if not value.put((member,), client.state.config):
        return False
    client.db.values[key] = value
    return True
