"""Commands on strings that are numbers: INCR and its relatives.

What belongs here: these counters. Those in hashes are in `hashes.py`.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.increments import add_floats
from framewire.redis.server.commands.strings.lookup import content, peek
from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, parse_int64, require_int64
from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, WOULD_OVERFLOW, CommandError
from framewire.redis.server.parsing.floats import NOT_A_FLOAT, WOULD_NOT_BE_FINITE

__all__ = ["decr", "decrby", "incr", "incrby", "incrbyfloat"]


def incr(client: Client, request: list[bytes]) -> object:
    return _increment(client, request[1], 1)


def decr(client: Client, request: list[bytes]) -> object:
    return _increment(client, request[1], -1)


def incrby(client: Client, request: list[bytes]) -> object:
    """redis-py sends it also when asked for INCR."""
    return _increment(client, request[1], require_int64(request[2]))


def decrby(client: Client, request: list[bytes]) -> object:
    step = require_int64(request[2])
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
        raise CommandError(WOULD_OVERFLOW)
    db.values[key] = b"%d" % number  # `Db.replace` written out
    if db.observer is not None:
        db.observer(db, key, b"incrby")
    return number


def incrbyfloat(client: Client, request: list[bytes]) -> object:
    """Logged as its result, so that a replay rounds nothing."""
    key = request[1]
    before = peek(client, key)
    total = add_floats(b"0" if before is None else before, request[2], NOT_A_FLOAT)
    if total is None:
        raise CommandError(WOULD_NOT_BE_FINITE)
    client.db.replace(key, total)
    client.db.touch(key, b"incrbyfloat")
    client.propagate([b"SET", key, total, b"KEEPTTL"])
    return total
