"""Commands on hashes.

What belongs here: one short function for each command. The data structure is `values.hashes`.
"""

from __future__ import annotations

from framewire.redis.facts.command import KeySpec
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.commands.shared import scanning
from framewire.redis.server.commands.shared.lookup import find, find_or_new, look_up, remove_if_empty
from framewire.redis.server.commands.shared.random_members import OUT_OF_RANGE, next_count, pick
from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, Arguments, parse_int64
from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, SYNTAX_ERROR, WRONG_TYPE, CommandError
from framewire.redis.server.parsing.floats import NOT_A_FLOAT, WOULD_NOT_BE_FINITE, add_as_text
from framewire.redis.server.values.hashes import HashValue

__all__ = [
    "hdel",
    "hexists",
    "hget",
    "hgetall",
    "hincrby",
    "hincrbyfloat",
    "hkeys",
    "hlen",
    "hmget",
    "hmset",
    "hrandfield",
    "hscan",
    "hset",
    "hsetnx",
    "hstrlen",
    "hvals",
]

_EMPTY = HashValue()  # what a missing key holds for those that only read; nobody changes it


def _read(client: Client, key: bytes) -> HashValue:
    value = look_up(client, key, HashValue)
    return _EMPTY if value is None else value


# -- one field, some fields, all ------------------------------------------------------------------------------------


def hget(client: Client, request: list[bytes]) -> object:
    """The path that most requests take: `_read` written out."""
    db = client.db
    key = request[1]
    if db.deadlines:
        db.discard_if_due(key, client.state.clock)
    value = db.values.get(key)
    if value is None:
        db.misses += 1
        return None
    db.hits += 1
    if not isinstance(value, HashValue):
        raise CommandError(WRONG_TYPE)
    return value.get(request[2])


def hmget(client: Client, request: list[bytes]) -> object:
    value = _read(client, request[1])
    return [value.get(field) for field in request[2:]]


def hexists(client: Client, request: list[bytes]) -> object:
    return int(request[2] in _read(client, request[1]))


def hstrlen(client: Client, request: list[bytes]) -> object:
    return len(_read(client, request[1]).get(request[2], b""))


def hlen(client: Client, request: list[bytes]) -> object:
    return len(_read(client, request[1]))


# What is replied is a copy: commands of the same batch may change the hash before the reply is encoded.


def hgetall(client: Client, request: list[bytes]) -> object:
    return dict(_read(client, request[1]))


def hkeys(client: Client, request: list[bytes]) -> object:
    return list(_read(client, request[1]))


def hvals(client: Client, request: list[bytes]) -> object:
    return list(_read(client, request[1]).values())


def hrandfield(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request, 2)
    if not arguments:
        value = look_up(client, request[1], HashValue)
        return None if value is None else value.sampler.one(value)
    count, with_values = _random_options(arguments)
    value = _read(client, request[1])
    fields = pick(value.sampler, value, count) if value else []
    if not with_values:
        return fields
    if client.protocol == 3:
        return [[field, value[field]] for field in fields]
    return [part for field in fields for part in (field, value[field])]


def _random_options(arguments: Arguments) -> tuple[int, bool]:
    count = next_count(arguments)
    with_values = bool(arguments)
    if with_values and (arguments.next_word() != b"WITHVALUES" or arguments):
        raise CommandError(SYNTAX_ERROR)
    if with_values and abs(count) > INT64_MAX // 2:
        raise CommandError(OUT_OF_RANGE)
    return count, with_values


def hscan(client: Client, request: list[bytes]) -> object:
    cursor = scanning.parse_cursor(request[2])
    value = look_up(client, request[1], HashValue)
    if value is None:
        return scanning.NOTHING_TO_SCAN
    options = scanning.ScanOptions(Arguments(request, 3))
    following, fields = scanning.page(client, value, cursor, options, whole=value.is_listpack)
    return [b"%d" % following, [part for field in fields for part in (field, value[field])]]


# -- changing -------------------------------------------------------------------------------------------------------


def hset(client: Client, request: list[bytes]) -> object:
    return _set_fields(client, request, b"hset")


def hmset(client: Client, request: list[bytes]) -> object:
    _set_fields(client, request, b"hmset")
    return OK


def _set_fields(client: Client, request: list[bytes], name: bytes) -> int:
    """How many of the fields are new."""
    if len(request) % 2:
        raise CommandError(b"ERR wrong number of arguments for '%s' command" % name)
    key = request[1]
    value = find_or_new(client, key, HashValue)
    before = len(value)
    if len(request) == 4:
        value[request[2]] = request[3]
    else:
        value.update(zip(request[2::2], request[3::2], strict=True))
    if value.is_listpack:
        value.grew(request[2:], client.state.config)
    if not before:
        client.db.values[key] = value
    if client.db.observer is not None:  # `Db.touch` written out
        client.db.touch(key, b"hset")
    return len(value) - before


def hsetnx(client: Client, request: list[bytes]) -> object:
    _, key, field, text = request
    value = find(client, key, HashValue)
    if value is not None and field in value:
        return 0
    _put(client, key, value, field, text, b"hset")
    return 1


def _put(client: Client, key: bytes, value: HashValue | None, field: bytes, text: bytes, event: bytes) -> None:
    """Give a field of `value`, which is what was found under `key`, its text."""
    new = HashValue() if value is None else value
    new[field] = text
    if new.is_listpack:
        new.grew((field, text), client.state.config)
    if value is None:
        client.db.set(key, new)
    client.db.touch(key, event)


def hincrby(client: Client, request: list[bytes]) -> object:
    _, key, field, text = request
    step = parse_int64(text)
    if step is None:
        raise CommandError(NOT_AN_INTEGER)
    value = find(client, key, HashValue)
    number = parse_int64(value.get(field, b"0")) if value is not None else 0
    if number is None:
        raise CommandError(b"ERR hash value is not an integer")
    number += step
    if not INT64_MIN <= number <= INT64_MAX:
        raise CommandError(b"ERR increment or decrement would overflow")
    _put(client, key, value, field, b"%d" % number, b"hincrby")
    return number


def hincrbyfloat(client: Client, request: list[bytes]) -> object:
    """Logged as the value that comes out: another machine may add up otherwise."""
    _, key, field, step = request
    if _sum(b"0", step, NOT_A_FLOAT) is None:
        raise CommandError(b"ERR value is NaN or Infinity")
    value = find(client, key, HashValue)
    before = value.get(field, b"0") if value is not None else b"0"
    text = _sum(before, step, b"ERR hash value is not a float")
    if text is None:
        raise CommandError(WOULD_NOT_BE_FINITE)
    _put(client, key, value, field, text, b"hincrbyfloat")
    client.propagate([b"HSET", key, field, text])
    return text


def _sum(augend: bytes, addend: bytes, error: bytes) -> bytes | None:
    """The sum of two texts, `None` where it is not finite; raises `CommandError(error)` where one is no number."""
    try:
        return add_as_text(augend, addend)
    except ValueError:
        raise CommandError(error) from None


def hdel(client: Client, request: list[bytes]) -> object:
    key = request[1]
    value = find(client, key, HashValue)
    if value is None:
        return 0
    before = len(value)
    for field in request[2:]:
        value.pop(field, None)
    removed = before - len(value)
    if removed:
        client.db.touch(key, b"hdel")
        remove_if_empty(client, key, value)
    return removed


_READ, _COUNT = KeySpec("RO access"), KeySpec("RO")
_UPDATE, _CHANGE = KeySpec("RW update"), KeySpec("RW access update")
_ANY_ORDER, _AT_RANDOM = ("nondeterministic_output_order",), ("nondeterministic_output",)
