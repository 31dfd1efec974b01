"""Commands on one set, and SMOVE.

What belongs here: one short function for each command. The data structure is `values.sets`; unions, intersections and
differences are in `sets_combined`.
"""

from __future__ import annotations

from framewire.frames.resp import Bulk, Set
from framewire.redis.facts.command import KeySpec
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared import scanning
from framewire.redis.server.commands.shared.lookup import find, find_or_new, look_up, remove, remove_if_empty
from framewire.redis.server.commands.shared.random_members import next_count, pick
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
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

_NOT_POSITIVE = b"ERR value is out of range, must be positive"


def members_reply(value: SetValue) -> object:
    """All members as they are now, those of an intset in its order. O(n)."""
    if value.is_intset:
        return Set(tuple(map(Bulk, value.ordered())))
    return set(value)


def _read(client: Client, key: bytes) -> SetValue:
    value = look_up(client, key, SetValue)
    return EMPTY if value is None else value


# -- reading --------------------------------------------------------------------------------------------------------


def scard(client: Client, request: list[bytes]) -> object:
    return len(_read(client, request[1]))


def sismember(client: Client, request: list[bytes]) -> object:
    value = look_up(client, request[1], SetValue)
    return 1 if value is not None and request[2] in value else 0


def smismember(client: Client, request: list[bytes]) -> object:
    value = _read(client, request[1])
    return [int(member in value) for member in request[2:]]


def smembers(client: Client, request: list[bytes]) -> object:
    return members_reply(_read(client, request[1]))


def srandmember(client: Client, request: list[bytes]) -> object:
    """An array also in RESP3: a member may stand in it twice."""
    arguments = Arguments(request, 2)
    if not arguments:
        value = look_up(client, request[1], SetValue)
        return None if value is None else value.sampler.one(value)
    if arguments.remaining > 1:
        raise CommandError(SYNTAX_ERROR)
    count = next_count(arguments)
    value = _read(client, request[1])
    if count >= len(value):
        return value.ordered()
    return pick(value.sampler, value, count) if value else []


def sscan(client: Client, request: list[bytes]) -> object:
    cursor = scanning.parse_cursor(request[2])
    value = look_up(client, request[1], SetValue)
    if value is None:
        return scanning.NOTHING_TO_SCAN
    options = scanning.ScanOptions(Arguments(request, 3))
    members = value.ordered() if value.is_intset else value
    following, found = scanning.page(client, members, cursor, options, whole=value.is_intset)
    return [b"%d" % following, found]


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
        client.db.touch(key, b"srem")
        remove_if_empty(client, key, value)
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
    client.db.touch(key, b"spop")
    remove_if_empty(client, key, value)
    client.propagate([b"SREM", key, member])
    return member


def _pop_many(client: Client, request: list[bytes]) -> object:
    if len(request) > 3:
        raise CommandError(SYNTAX_ERROR)
    count = parse_int64(request[2])
    if count is None or count < 0:
        raise CommandError(_NOT_POSITIVE)
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
        value.grew(value, client.state.config)
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
    client.db.touch(source, b"srem")
    remove_if_empty(client, source, value)
    if added:
        client.db.touch(target, b"sadd")
    return 1


def _add(client: Client, key: bytes, member: bytes) -> bool:
    value = find_or_new(client, key, SetValue)
    if not value.put((member,), client.state.config):
        return False
    client.db.values[key] = value
    return True


_READ, _COUNT = KeySpec("RO access"), KeySpec("RO")
_POP, _DELETE, _INSERT = KeySpec("RW access delete"), KeySpec("RW delete"), KeySpec("RW insert")
_ANY_ORDER, _AT_RANDOM = ("nondeterministic_output_order",), ("nondeterministic_output",)
