"""Commands that give a value another key, or another database: RENAME, MOVE, COPY, SWAPDB.

What belongs here: these. The time of a key goes with its value. Who waits for a key that appears this way is told last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.redis.server.commands.table import OK, Command, KeySpec
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.arguments import NOT_AN_INTEGER, SYNTAX_ERROR, Arguments, CommandError, parse_int64
from framewire.redis.server.values.strings import copy_of

if TYPE_CHECKING:
    from framewire.redis.server.running.session import Session

__all__ = ["COMMANDS"]

_OUT_OF_RANGE = b"ERR DB index is out of range"
_SAME_OBJECT = b"ERR source and destination objects are the same"
_NO_INT32 = b"ERR value is out of range, value must between -2147483648 and 2147483647"
_INT32 = range(-(2**31), 2**31)


def rename(session: Session, request: list[bytes]) -> object:
    _, source, target = request
    if session.db.read(source, session.state.clock) is None:
        raise CommandError(b"ERR no such key")
    if source != target:
        _rename(session, source, target)
    return OK


def renamenx(session: Session, request: list[bytes]) -> object:
    _, source, target = request
    now = session.state.clock
    if session.db.read(source, now) is None:
        raise CommandError(b"ERR no such key")
    if source == target or session.db.peek(target, now) is not None:
        return 0
    _rename(session, source, target)
    return 1


def _rename(session: Session, source: bytes, target: bytes) -> None:
    db = session.db
    value, deadline = _take(db, source)
    _put(db, target, value, deadline)
    db.touch(source, b"rename_from")
    db.touch(target, b"rename_to")
    db.signal(target)


def _take(db: Db, key: bytes) -> tuple[object, int | None]:
    """Take the value away, with its time. Caller must have looked it up."""
    return db.values.pop(key), db.deadlines.pop(key, None)


def _put(db: Db, key: bytes, value: object, deadline: int | None) -> None:
    db.set(key, value)
    if deadline is not None:
        db.set_deadline(key, deadline)


def move(session: Session, request: list[bytes]) -> object:
    key, now, db = request[1], session.state.clock, session.db
    target = _database(session, request[2])
    if target is db:
        raise CommandError(_SAME_OBJECT)
    if db.peek(key, now) is None or target.peek(key, now) is not None:
        return 0
    value, deadline = _take(db, key)
    _put(target, key, value, deadline)
    db.touch(key, b"move_from")
    target.touch(key, b"move_to")
    target.signal(key)
    return 1


def copy(session: Session, request: list[bytes]) -> object:
    source, target = request[1:3]
    db, replace = _copy_options(session, Arguments(request, 3))
    now = session.state.clock
    if db is session.db and source == target:
        raise CommandError(_SAME_OBJECT)
    value = session.db.read(source, now)
    if value is None or (db.peek(target, now) is not None and not replace):
        return 0
    _put(db, target, copy_of(value), session.db.deadline(source))
    db.touch(target, b"copy_to")
    db.signal(target)
    return 1


def _copy_options(session: Session, arguments: Arguments) -> tuple[Db, bool]:
    db, replace = session.db, False
    while arguments:
        option = arguments.next_word()
        if option == b"REPLACE":
            replace = True
        elif option == b"DB" and arguments:
            db = _database(session, arguments.next_bytes())
        else:
            raise CommandError(SYNTAX_ERROR)
    return db, replace


def _database(session: Session, text: bytes) -> Db:
    index = parse_int64(text)
    if index is None:
        raise CommandError(NOT_AN_INTEGER)
    if index not in _INT32:
        raise CommandError(_NO_INT32)
    return _database_at(session, index)


def _database_at(session: Session, index: int) -> Db:
    databases = session.state.databases
    if not 0 <= index < len(databases):
        raise CommandError(_OUT_OF_RANGE)
    return databases[index]


def swapdb(session: Session, request: list[bytes]) -> object:
    """Clients stay where they are and find there what was in the other one."""
    first, second = map(parse_int64, request[1:])
    if first is None or first not in _INT32:
        raise CommandError(b"ERR invalid first DB index")
    if second is None or second not in _INT32:
        raise CommandError(b"ERR invalid second DB index")
    databases = _database_at(session, first), _database_at(session, second)
    session.state.dirty += 1
    if first != second:
        session.state.exchange(*databases)
    return OK


_READS = KeySpec("RO access")

COMMANDS = [
    Command(
        "rename", rename, 3, "write", (KeySpec("RW access delete"), KeySpec("OW update", 2, 2)), "@keyspace",
        summary="Gives a key another name, whether that is taken or not.", group="generic", complexity="O(1)",
    ),
    Command(
        "renamenx", renamenx, 3, "write fast", (KeySpec("RW access delete"), KeySpec("OW insert", 2, 2)), "@keyspace",
        summary="Gives a key another name unless that is taken.", group="generic", complexity="O(1)",
    ),
    Command(
        "move", move, 3, "write fast", KeySpec("RW access update"), "@keyspace",
        summary="Moves a key to another database unless it is there already.", group="generic", complexity="O(1)",
    ),
    Command(
        "copy", copy, -3, "write denyoom", (_READS, KeySpec("OW update", 2, 2)), "@keyspace",
        summary="Copies the value of a key to another key.", since="6.2.0", group="generic",
        complexity="O(N), N items in the value; O(1) for strings",
    ),
    Command(
        "swapdb", swapdb, 3, "write fast", None, "@keyspace @dangerous",
        summary="Swaps the contents of two databases.", since="4.0.0", group="server",
        complexity="O(N), N clients that watch, or wait for, keys of both",
    ),
]  # fmt: skip
