"""Commands that give a value another key, or another database: RENAME, MOVE, COPY, SWAPDB.

What belongs here: these. The time of a key goes with its value. Who waits for a key that appears this way is told last.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.databases import INT32, database, database_at
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import NO_SUCH_KEY, SYNTAX_ERROR, CommandError
from framewire.redis.server.values.strings import copy_of

__all__ = ["copy", "move", "rename", "renamenx", "swapdb"]

_SAME_OBJECT = b"ERR source and destination objects are the same"


def rename(client: Client, request: list[bytes]) -> object:
    _, source, target = request
    if client.db.read(source, client.state.clock) is None:
        raise CommandError(NO_SUCH_KEY)
    if source != target:
        _rename(client, source, target)
    return OK


def renamenx(client: Client, request: list[bytes]) -> object:
    _, source, target = request
    now = client.state.clock
    if client.db.read(source, now) is None:
        raise CommandError(NO_SUCH_KEY)
    if source == target or client.db.peek(target, now) is not None:
        return 0
    _rename(client, source, target)
    return 1


def _rename(client: Client, source: bytes, target: bytes) -> None:
    db = client.db
    _move(db, source, db, target)
    db.touch(source, b"rename_from")
    db.touch(target, b"rename_to")
    db.signal(target)


def _move(db: Db, source: bytes, other: Db, target: bytes) -> None:
    """Let a value, with its time, have another key. It is there before it is gone here. Caller must know that it is."""
    _put(other, target, db.values[source], db.deadline(source))
    del db.values[source]
    db.deadlines.pop(source, None)


def _put(db: Db, key: bytes, value: object, deadline: int | None) -> None:
    if deadline is None:
        db.set(key, value)
    else:
        db.set_until(key, value, deadline)


def move(client: Client, request: list[bytes]) -> object:
    key, now, db = request[1], client.state.clock, client.db
    target = database(client, request[2])
    if target is db:
        raise CommandError(_SAME_OBJECT)
    if db.peek(key, now) is None or target.peek(key, now) is not None:
        return 0
    _move(db, key, target, key)
    db.touch(key, b"move_from")
    target.touch(key, b"move_to")
    target.signal(key)
    return 1


def copy(client: Client, request: list[bytes]) -> object:
    source, target = request[1:3]
    db, replace = _copy_options(client, Arguments(request, 3))
    now = client.state.clock
    if db is client.db and source == target:
        raise CommandError(_SAME_OBJECT)
    value = client.db.read(source, now)
    if value is None or (db.peek(target, now) is not None and not replace):
        return 0
    _put(db, target, copy_of(value), client.db.deadline(source))
    db.touch(target, b"copy_to")
    db.signal(target)
    return 1


def _copy_options(client: Client, arguments: Arguments) -> tuple[Db, bool]:
    db, replace = client.db, False
    while arguments:
        option = arguments.next_word()
        if option == b"REPLACE":
            replace = True
        elif option == b"DB" and arguments:
            db = database(client, arguments.next_bytes())
        else:
            raise CommandError(SYNTAX_ERROR)
    return db, replace


def swapdb(client: Client, request: list[bytes]) -> object:
    """Clients stay where they are and find there what was in the other one."""
    first, second = map(parse_int64, request[1:])
    if first is None or first not in INT32:
        raise CommandError(b"ERR invalid first DB index")
    if second is None or second not in INT32:
        raise CommandError(b"ERR invalid second DB index")
    databases = database_at(client, first), database_at(client, second)
    client.state.databases.dirty += 1
    if first != second:
        client.state.databases.swap(*databases, client.state.clock)
    return OK
