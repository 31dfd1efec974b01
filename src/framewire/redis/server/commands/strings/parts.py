"""Commands on parts of strings, and on strings that are numbers.

What belongs here: what reads a string from within or changes it where it stands, and the counters. Bits have a file of
their own.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.strings.lookup import (
    add_behind,
    check_length,
    content,
    editable,
    find,
    integer,
    look_up,
    peek,
)
from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, parse_int64
from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, CommandError
from framewire.redis.server.parsing.floats import NOT_A_FLOAT, WOULD_NOT_BE_FINITE, add_as_text

__all__ = ["append", "decr", "decrby", "getrange", "incr", "incrby", "incrbyfloat", "setrange", "strlen"]

# -- counters ---------------------------------------------------------------------------------------------------------


def incr(client: Client, request: list[bytes]) -> object:
    return _increment(client, request[1], 1)


def decr(client: Client, request: list[bytes]) -> object:
    return _increment(client, request[1], -1)


def incrby(client: Client, request: list[bytes]) -> object:
    """redis-py sends it also when asked for INCR."""
    return _increment(client, request[1], integer(request[2]))


def decrby(client: Client, request: list[bytes]) -> object:
    step = integer(request[2])
    if step == INT64_MIN:
        raise CommandError(b"ERR decrement would overflow")
    return _increment(client, request[1], -step)


def _increment(client: Client, key: bytes, step: int) -> int:
    db = client.db
    if db.deadlines:
        db.discard_if_due(key, client.state.clock)
    before = db.values.get(key)
    if before is None:
        before = b"0"
    elif not isinstance(before, bytes):
        before = content(before)
    number = parse_int64(before)
    if number is None:
        raise CommandError(NOT_AN_INTEGER)
    number += step
    if not INT64_MIN <= number <= INT64_MAX:
        raise CommandError(b"ERR increment or decrement would overflow")
    db.values[key] = b"%d" % number  # `Db.replace` written out
    if db.observer is not None:
        db.observer(db, key, b"incrby")
    return number


def incrbyfloat(client: Client, request: list[bytes]) -> object:
    """Logged as its result, so that a replay rounds nothing."""
    key = request[1]
    before = peek(client, key)
    try:
        total = add_as_text(b"0" if before is None else before, request[2])
    except ValueError:
        raise CommandError(NOT_A_FLOAT) from None
    if total is None:
        raise CommandError(WOULD_NOT_BE_FINITE)
    client.db.replace(key, total)
    client.db.touch(key, b"incrbyfloat")
    client.propagate([b"SET", key, total, b"KEEPTTL"])
    return total


# -- parts ------------------------------------------------------------------------------------------------------------


def strlen(client: Client, request: list[bytes]) -> object:
    return len(look_up(client, request[1]) or b"")


def getrange(client: Client, request: list[bytes]) -> object:
    """Both ends included; negative ones count from the end of the string."""
    start, end = integer(request[2]), integer(request[3])
    value = look_up(client, request[1])
    if value is None or (start < 0 and end < 0 and start > end):
        return b""
    start, end = (max(index + len(value), 0) if index < 0 else index for index in (start, end))
    return bytes(value[start : end + 1])


def append(client: Client, request: list[bytes]) -> object:
    db, key, tail = client.db, request[1], request[2]
    before = find(client, key)
    if before is None:
        db.set(key, tail)
        length = len(tail)
    else:
        length = len(before) + len(tail)
        check_length(client, length)
        add_behind(client, key, before, tail)
    db.touch(key, b"append")
    return length


def setrange(client: Client, request: list[bytes]) -> object:
    key, offset, data = request[1], integer(request[2]), request[3]
    if offset < 0:
        raise CommandError(b"ERR offset is out of range")
    before = find(client, key)
    if not data:
        return len(before or b"")
    check_length(client, offset + len(data))
    value = editable(client, key, offset + len(data))
    value.write(offset, data)
    client.db.touch(key, b"setrange")
    return len(value)
