"""Commands on hashes.

What belongs here: one short function for each command. The data structure is `values.hashes`.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.increments import add_floats
from framewire.redis.server.commands.shared.lookup import find, find_or_new, look_up, look_up_or, shrunk
from framewire.redis.server.commands.shared.random_members import next_count_and_word, pick
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.commands.shared.scanning import scan_value
from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, Arguments, parse_int64, require_int64
from framewire.redis.server.parsing.errors import WOULD_OVERFLOW, WRONG_TYPE, CommandError, wrong_arity
from framewire.redis.server.parsing.floats import NOT_A_FLOAT, WOULD_NOT_BE_FINITE
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


# -- one field, some fields, all ------------------------------------------------------------------------------------


def hget(client: Client, request: list[bytes]) -> object:
    """The path that most requests take: `look_up_or` written out."""
    db = client.db
    key = request[1]
    value = db.values.get(key)
    if db.deadlines and db.discard_if_due(key, client.state.clock):
        value = None
    if value is None:
        db.misses += 1
        return None
    db.hits += 1
    if not isinstance(value, HashValue):
        raise CommandError(WRONG_TYPE)
    return value.get(request[2])


def hmget(client: Client, request: list[bytes]) -> object:
    value = look_up_or(client, request[1], _EMPTY)
    return [value.get(field) for field in request[2:]]


def hexists(client: Client, request: list[bytes]) -> object:
    return int(request[2] in look_up_or(client, request[1], _EMPTY))


def hstrlen(client: Client, request: list[bytes]) -> object:
    return len(look_up_or(client, request[1], _EMPTY).get(request[2], b""))


def hlen(client: Client, request: list[bytes]) -> object:
    return len(look_up_or(client, request[1], _EMPTY))


# What is replied is a copy: commands of the same batch may change the hash before the reply is encoded.


def hgetall(client: Client, request: list[bytes]) -> object:
    return dict(look_up_or(client, request[1], _EMPTY))


def hkeys(client: Client, request: list[bytes]) -> object:
    return list(look_up_or(client, request[1], _EMPTY))


def hvals(client: Client, request: list[bytes]) -> object:
    return list(look_up_or(client, request[1], _EMPTY).values())


def hrandfield(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request, 2)
    if not arguments:
        value = look_up(client, request[1], HashValue)
        return None if value is None else value.sampler.one(value)
    count, with_values = next_count_and_word(arguments, b"WITHVALUES")
    value = look_up_or(client, request[1], _EMPTY)
    fields = pick(value.sampler, value, count) if value else []
    if not with_values:
        return fields
    if client.protocol == 3:
        return [[field, value[field]] for field in fields]
    return _flat(value, fields)


def _flat(value: HashValue, fields: list[bytes]) -> list[bytes]:
    """Fields with their values, one after the other."""
    return [part for field in fields for part in (field, value[field])]


def hscan(client: Client, request: list[bytes]) -> object:
    return scan_value(client, request, HashValue, lambda value: (value, value.is_listpack), _flat)


# -- changing -------------------------------------------------------------------------------------------------------


def hset(client: Client, request: list[bytes]) -> object:
    return _set_fields(client, request, b"hset")


def hmset(client: Client, request: list[bytes]) -> object:
    _set_fields(client, request, b"hmset")
    return OK


def _set_fields(client: Client, request: list[bytes], name: bytes) -> int:
    """How many of the fields are new."""
    if len(request) % 2:
        raise wrong_arity(name)
    key = request[1]
    value = find_or_new(client, key, HashValue)
    before = len(value)
    if len(request) == 4:
        value[request[2]] = request[3]
    else:
        value.update(zip(request[2::2], request[3::2], strict=True))
    if value.is_listpack:
        value.maybe_convert(request[2:], client.state.config)
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
        new.maybe_convert((field, text), client.state.config)
    if value is None:
        client.db.set(key, new)
    client.db.touch(key, event)


def hincrby(client: Client, request: list[bytes]) -> object:
    _, key, field, text = request
    step = require_int64(text)
    value = find(client, key, HashValue)
    number = parse_int64(value.get(field, b"0")) if value is not None else 0
    if number is None:
        raise CommandError(b"ERR hash value is not an integer")
    number += step
    if not INT64_MIN <= number <= INT64_MAX:
        raise CommandError(WOULD_OVERFLOW)
    _put(client, key, value, field, b"%d" % number, b"hincrby")
    return number


def hincrbyfloat(client: Client, request: list[bytes]) -> object:
    """Logged as the value that comes out: another machine may add up otherwise."""
    _, key, field, step = request
    if add_floats(b"0", step, NOT_A_FLOAT) is None:
        raise CommandError(b"ERR value is NaN or Infinity")
    value = find(client, key, HashValue)
    before = value.get(field, b"0") if value is not None else b"0"
    text = add_floats(before, step, b"ERR hash value is not a float")
    if text is None:
        raise CommandError(WOULD_NOT_BE_FINITE)
    _put(client, key, value, field, text, b"hincrbyfloat")
    client.propagate([b"HSET", key, field, text])
    return text


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
        shrunk(client, key, value, b"hdel")
    return removed
