"""Commands on keys, whatever their values are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.frames.resp import Simple
from framewire.redis.arguments import Arguments, CommandError
from framewire.redis.commands.expiry import absolute_deadline
from framewire.redis.commands.table import Command, KeySpec
from framewire.redis.glob import compile_glob

if TYPE_CHECKING:
    from framewire.redis.session import Session

__all__ = ["COMMANDS"]

_TYPE_NAMES: dict[type, Simple] = {bytes: Simple(b"string")}
_NO_TYPE = Simple(b"none")


def delete(session: Session, request: list[bytes]) -> object:
    db, now = session.db, session.state.clock
    return sum(db.delete(key, now) for key in request[1:])


def exists(session: Session, request: list[bytes]) -> object:
    """A key that is named twice counts twice."""
    db, now = session.db, session.state.clock
    return sum(db.read(key, now) is not None for key in request[1:])


def type_(session: Session, request: list[bytes]) -> object:
    value = session.db.read(request[1], session.state.clock)
    return _NO_TYPE if value is None else _TYPE_NAMES[type(value)]


def keys(session: Session, request: list[bytes]) -> object:
    names = session.db.keys(session.state.clock)
    if request[1] == b"*":  # also the empty key, which no pattern of stars matches
        return names
    matches = compile_glob(request[1])
    return [name for name in names if matches(name)]


def ttl(session: Session, request: list[bytes]) -> object:
    """In seconds, rounded to the nearest; -1 without an end, -2 without a key."""
    left = _milliseconds_left(session, request[1])
    return left if left < 0 else (left + 500) // 1000


def pttl(session: Session, request: list[bytes]) -> object:
    return _milliseconds_left(session, request[1])


def _milliseconds_left(session: Session, key: bytes) -> int:
    db, now = session.db, session.state.clock
    if db.read(key, now) is None:
        return -2
    deadline = db.deadline(key)
    return -1 if deadline is None else max(deadline - now, 0)


def persist(session: Session, request: list[bytes]) -> object:
    db, key = session.db, request[1]
    return int(db.peek(key, session.state.clock) is not None and db.persist(key))


def expire(session: Session, request: list[bytes]) -> object:
    return _expire(session, request, 1000, b"expire")


def pexpire(session: Session, request: list[bytes]) -> object:
    return _expire(session, request, 1, b"pexpire")


def _expire(session: Session, request: list[bytes], unit: int, name: bytes) -> int:
    db, key, now = session.db, request[1], session.state.clock
    conditions = _expire_conditions(Arguments(request, 3))
    deadline = absolute_deadline(Arguments(request, 2).next_int(), unit, now)
    if deadline is None:
        raise CommandError(b"ERR invalid expire time in '%s' command" % name)
    if db.peek(key, now) is None or not _may_expire(conditions, db.deadline(key), deadline):
        return 0
    if deadline <= now:
        db.delete(key, now)
    else:
        db.set_deadline(key, deadline)
    return 1


def _expire_conditions(arguments: Arguments) -> set[bytes]:
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


def _may_expire(conditions: set[bytes], current: int | None, deadline: int) -> bool:
    """No deadline counts as one that is later than all others."""
    if b"NX" in conditions and current is not None:
        return False
    if b"XX" in conditions and current is None:
        return False
    if b"GT" in conditions and (current is None or deadline <= current):
        return False
    return not (b"LT" in conditions and current is not None and deadline >= current)


_KEYSPACE = "@keyspace"
_EACH_SHARD_SUMS = ("request_policy:multi_shard", "response_policy:agg_sum")

COMMANDS = [
    Command(
        "del", delete, -2, "write", KeySpec("RM delete", last=-1), _KEYSPACE, tips=_EACH_SHARD_SUMS,
        summary="Removes keys; returns how many were there.", group="generic", complexity="O(N), N keys",
    ),
    Command(
        "exists", exists, -2, "readonly fast", KeySpec("RO", last=-1), _KEYSPACE, tips=_EACH_SHARD_SUMS,
        summary="Counts how many of the keys are there.", group="generic", complexity="O(N), N keys",
    ),
    Command(
        "expire", expire, -3, "write fast", KeySpec("RW update"), _KEYSPACE,
        summary="Lets a key end after some seconds.", group="generic", complexity="O(1)",
    ),
    Command(
        "pexpire", pexpire, -3, "write fast", KeySpec("RW update"), _KEYSPACE,
        summary="Lets a key end after some milliseconds.", since="2.6.0", group="generic", complexity="O(1)",
    ),
    Command(
        "ttl", ttl, 2, "readonly fast", KeySpec("RO access"), _KEYSPACE, tips=("nondeterministic_output",),
        summary="Returns how many seconds a key has left.", group="generic", complexity="O(1)",
    ),
    Command(
        "pttl", pttl, 2, "readonly fast", KeySpec("RO access"), _KEYSPACE, tips=("nondeterministic_output",),
        summary="Returns how many milliseconds a key has left.", since="2.6.0", group="generic", complexity="O(1)",
    ),
    Command(
        "persist", persist, 2, "write fast", KeySpec("RW update"), _KEYSPACE,
        summary="Lets a key stay for ever.", since="2.2.0", group="generic", complexity="O(1)",
    ),
    Command(
        "type", type_, 2, "readonly fast", KeySpec("RO"), _KEYSPACE,
        summary="Returns the type of the value that a key holds.", group="generic", complexity="O(1)",
    ),
    Command(
        "keys", keys, 2, "readonly", None, "@keyspace @dangerous",
        tips=("request_policy:all_shards", "nondeterministic_output_order"),
        summary="Returns all keys that match a pattern.", group="generic", complexity="O(N), N keys in the database",
    ),
]  # fmt: skip
