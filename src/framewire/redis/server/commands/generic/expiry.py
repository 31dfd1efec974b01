"""Commands on when a key ends.

What belongs here: the EXPIRE and TTL families. What a deadline means, and what is logged of it, is in
`shared/times.py`.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.times import absolute_deadline, invalid_time, let_expire
from framewire.redis.server.parsing.arguments import Arguments, require_int64
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["expire", "expireat", "expiretime", "persist", "pexpire", "pexpireat", "pexpiretime", "pttl", "ttl"]


# -- asking -----------------------------------------------------------------------------------------------------------


def ttl(client: Client, request: list[bytes]) -> object:
    """In seconds, rounded to the nearest; -1 without an end, -2 without a key."""
    return _in_seconds(_milliseconds_left(client, request[1]))


def pttl(client: Client, request: list[bytes]) -> object:
    return _milliseconds_left(client, request[1])


def expiretime(client: Client, request: list[bytes]) -> object:
    return _in_seconds(_deadline(client, request[1]))


def pexpiretime(client: Client, request: list[bytes]) -> object:
    return _deadline(client, request[1])


def _deadline(client: Client, key: bytes) -> int:
    db = client.db
    if db.read(key, client.state.clock) is None:
        return -2
    deadline = db.deadline(key)
    return -1 if deadline is None else deadline


def _milliseconds_left(client: Client, key: bytes) -> int:
    deadline = _deadline(client, key)
    return deadline if deadline < 0 else max(deadline - client.state.clock, 0)


def _in_seconds(milliseconds: int) -> int:
    return milliseconds if milliseconds < 0 else (milliseconds + 500) // 1000


# -- changing ---------------------------------------------------------------------------------------------------------


def persist(client: Client, request: list[bytes]) -> object:
    db, key = client.db, request[1]
    if db.peek(key, client.state.clock) is None or not db.persist(key):
        return 0
    db.touch(key, b"persist")
    return 1


def expire(client: Client, request: list[bytes]) -> object:
    return _expire(client, request, 1000, client.state.present, b"expire")


def pexpire(client: Client, request: list[bytes]) -> object:
    return _expire(client, request, 1, client.state.present, b"pexpire")


def expireat(client: Client, request: list[bytes]) -> object:
    return _expire(client, request, 1000, 0, b"expireat")


def pexpireat(client: Client, request: list[bytes]) -> object:
    return _expire(client, request, 1, 0, b"pexpireat")


def _expire(client: Client, request: list[bytes], unit: int, base: int, name: bytes) -> int:
    db, key = client.db, request[1]
    conditions = _conditions(Arguments(request, 3)) if len(request) > 3 else None
    deadline = absolute_deadline(require_int64(request[2]), unit, base)
    if deadline is None:
        raise invalid_time(name)
    if db.peek(key, client.state.clock) is None:
        return 0
    if conditions and not _allowed(conditions, db.deadline(key), deadline):
        return 0
    let_expire(client, key, deadline)
    return 1


def _conditions(arguments: Arguments) -> set[bytes]:
    conditions: set[bytes] = set()
    while arguments:
        sent = arguments.next_bytes()
        if sent.upper() not in (b"NX", b"XX", b"GT", b"LT"):
            raise CommandError(b"ERR Unsupported option %s" % sent)
        conditions.add(sent.upper())
    if b"NX" in conditions and len(conditions) > 1:
        raise CommandError(b"ERR NX and XX, GT or LT options at the same time are not compatible")
    if conditions >= {b"GT", b"LT"}:
        raise CommandError(b"ERR GT and LT options at the same time are not compatible")
    return conditions


def _allowed(conditions: set[bytes], current: int | None, deadline: int) -> bool:
    """No deadline counts as one that is later than all others."""
    if b"NX" in conditions and current is not None:
        return False
    if b"XX" in conditions and current is None:
        return False
    if b"GT" in conditions and (current is None or deadline <= current):
        return False
    return not (b"LT" in conditions and current is not None and deadline >= current)
