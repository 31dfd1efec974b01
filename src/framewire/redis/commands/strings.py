"""Commands on strings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from framewire.redis.arguments import (
    INT64_MAX,
    INT64_MIN,
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
    if db.observer is not None:
        db.observer(db, key, b"set")
    return OK


def _set_with_options(session: Session, request: list[bytes]) -> object:
    options = _options(request)
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


# The units that SET takes a time in: milliseconds in one, and whether it counts from now.
_EXPIRY_OPTIONS = {b"EX": (1000, True), b"PX": (1, True), b"EXAT": (1000, False), b"PXAT": (1, False)}
_INVALID_TIME = b"ERR invalid expire time in 'set' command"


class _SetOptions:
    """What stands behind the value. Repeating an option is allowed, as in Redis; the last time counts."""

    __slots__ = ("_time", "condition", "get", "keep", "time", "unit")

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self.condition = self.unit = self._time = b""
        self.get = self.keep = False
        arguments = Arguments(words, 0)
        while arguments:
            self._take(arguments.next_word(), arguments)
        self.time = self._checked_time() if self.unit else 0

    def _take(self, option: bytes, arguments: Arguments) -> None:
        if option in (b"NX", b"XX") and self.condition in (b"", option):
            self.condition = option
        elif option == b"GET":
            self.get = True
        elif option == b"KEEPTTL" and not self.unit:
            self.keep = True
        elif option in _EXPIRY_OPTIONS and self.unit in (b"", option) and not self.keep:
            self.unit, self._time = option, arguments.next_bytes()
        else:
            raise CommandError(SYNTAX_ERROR)

    def _checked_time(self) -> int:
        time = parse_int64(self._time)
        if time is None:
            raise CommandError(NOT_AN_INTEGER)
        if time <= 0:
            raise CommandError(_INVALID_TIME)
        return time

    def deadline(self, now: int) -> int | None:
        """When the key shall end, or `None` where no time was given."""
        if not self.unit:
            return None
        milliseconds, relative = _EXPIRY_OPTIONS[self.unit]
        deadline = absolute_deadline(self.time, milliseconds, now if relative else 0)
        if deadline is None:
            raise CommandError(_INVALID_TIME)
        return deadline


_remembered_options = lru_cache(maxsize=256)(_SetOptions)


def _options(request: list[bytes]) -> _SetOptions:
    """Applications use the same few options over and over, so short ones are remembered."""
    words = tuple(request[3:])
    return _remembered_options(words) if len(words) <= 4 else _SetOptions(words)


def _read_string(session: Session, key: bytes) -> bytes | None:
    value = session.db.read(key, session.state.clock)
    if value is None or isinstance(value, bytes):
        return value
    raise CommandError(WRONG_TYPE)


def incr(session: Session, request: list[bytes]) -> object:
    return _increment(session, request[1], 1)


def incrby(session: Session, request: list[bytes]) -> object:
    """Beside INCR from the start because redis-py sends it when asked for INCR."""
    return _increment(session, request[1], Arguments(request, 2).next_int())


def _increment(session: Session, key: bytes, step: int) -> int:
    db = session.db
    before = db.peek(key, session.state.clock)
    if before is None:
        before = b"0"
    elif not isinstance(before, bytes):
        raise CommandError(WRONG_TYPE)
    number = parse_int64(before)
    if number is None:
        raise CommandError(NOT_AN_INTEGER)
    number += step
    if not INT64_MIN <= number <= INT64_MAX:
        raise CommandError(b"ERR increment or decrement would overflow")
    db.replace(key, b"%d" % number)
    return number


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
    Command(
        "incrby", incrby, 3, "write denyoom fast", KeySpec("RW access update"), "@string",
        summary="Adds a number to the integer that a key holds; a missing key counts as 0.", group="string",
        complexity="O(1)",
    ),
]  # fmt: skip
