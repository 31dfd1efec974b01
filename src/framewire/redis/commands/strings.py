"""Commands on strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.redis.arguments import (
    INT64_MAX,
    NOT_AN_INTEGER,
    SYNTAX_ERROR,
    WRONG_TYPE,
    Arguments,
    CommandError,
    parse_int64,
)
from framewire.redis.commands.expiry import absolute_deadline
from framewire.redis.commands.table import OK, Command, KeySpec

if TYPE_CHECKING:
    from framewire.redis.session import Session

__all__ = ["COMMANDS"]


def get(session: Session, request: list[bytes]) -> object:
    """The path that most requests take: `Db.read` written out."""
    db = session.db
    key = request[1]
    if db.deadlines:
        db.discard_if_due(key, session.state.clock)
    value = db.values.get(key)
    if value is None:
        db.misses += 1
    else:
        db.hits += 1
        if value.__class__ is not bytes:
            raise CommandError(WRONG_TYPE)
    return value


def set_(session: Session, request: list[bytes]) -> object:
    """Without options: `Db.set` written out."""
    if len(request) != 3:
        return _set_with_options(session, request)
    db = session.db
    key = request[1]
    db.values[key] = request[2]
    if db.deadlines:
        db.deadlines.pop(key, None)
    return OK


# The units that SET takes a time in: milliseconds in one, and whether it counts from now.
_EXPIRY_OPTIONS = {b"EX": (1000, True), b"PX": (1, True), b"EXAT": (1000, False), b"PXAT": (1, False)}


class _SetOptions:
    """What stands behind the value. Repeating an option is allowed, as in Redis; the last time counts."""

    __slots__ = ("condition", "get", "keep", "time", "unit")

    def __init__(self, request: list[bytes]) -> None:
        self.condition = b""
        self.get = False
        self.keep = False
        self.unit = b""
        self.time = b""
        arguments = Arguments(request, 3)
        while arguments:
            self._take(arguments.next_word(), arguments)

    def _take(self, option: bytes, arguments: Arguments) -> None:
        if option in (b"NX", b"XX") and self.condition in (b"", option):
            self.condition = option
        elif option == b"GET":
            self.get = True
        elif option == b"KEEPTTL" and not self.unit:
            self.keep = True
        elif option in _EXPIRY_OPTIONS and self.unit in (b"", option) and not self.keep:
            self.unit, self.time = option, arguments.next_bytes()
        else:
            raise CommandError(SYNTAX_ERROR)

    def deadline(self, now: int) -> int | None:
        """When the key shall end, or `None` where no time was given."""
        if not self.unit:
            return None
        time = parse_int64(self.time)
        if time is None:
            raise CommandError(NOT_AN_INTEGER)
        milliseconds, relative = _EXPIRY_OPTIONS[self.unit]
        deadline = absolute_deadline(time, milliseconds, now if relative else 0)
        if time <= 0 or deadline is None:
            raise CommandError(b"ERR invalid expire time in 'set' command")
        return deadline


def _set_with_options(session: Session, request: list[bytes]) -> object:
    options = _SetOptions(request)
    db, key, now = session.db, request[1], session.state.clock
    deadline = options.deadline(now)
    before = _read_string(session, key) if options.get else db.peek(key, now)
    if options.condition == (b"NX" if before is not None else b"XX"):
        return before if options.get else None
    if options.keep:
        db.replace(key, request[2])
    else:
        db.set(key, request[2])
    if deadline is not None:
        db.set_deadline(key, deadline)
    return before if options.get else OK


def _read_string(session: Session, key: bytes) -> bytes | None:
    value = session.db.read(key, session.state.clock)
    if value is None or isinstance(value, bytes):
        return value
    raise CommandError(WRONG_TYPE)


def incr(session: Session, request: list[bytes]) -> object:
    db, key = session.db, request[1]
    before = db.peek(key, session.state.clock)
    if before is None:
        before = b"0"
    elif not isinstance(before, bytes):
        raise CommandError(WRONG_TYPE)
    number = parse_int64(before)
    if number is None:
        raise CommandError(NOT_AN_INTEGER)
    if number == INT64_MAX:
        raise CommandError(b"ERR increment or decrement would overflow")
    db.replace(key, b"%d" % (number + 1))
    return number + 1


COMMANDS = [
    Command(
        "get", get, 2, "readonly fast", KeySpec("RO access"), "@string",
        summary="Returns the string that a key holds.", group="string", complexity="O(1)",
    ),
    Command(
        "set", set_, -3, "write denyoom",
        KeySpec("RW access update variable_flags", notes="RW and ACCESS due to the optional `GET` argument"), "@string",
        summary="Lets a key hold a string, on conditions and for a time if so wanted.", group="string",
        complexity="O(1)",
    ),
    Command(
        "incr", incr, 2, "write denyoom fast", KeySpec("RW access update"), "@string",
        summary="Adds one to the integer that a key holds; a missing key counts as 0.", group="string",
        complexity="O(1)",
    ),
]  # fmt: skip
