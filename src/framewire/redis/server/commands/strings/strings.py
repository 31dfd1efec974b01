"""Commands that set and get whole strings. Parts of strings are in `ranges.py`, numbers in `counters.py`.

What belongs here: GET, SET and their many forms. A command that gives a key a time logs the moment, not the time left.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import remove
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.commands.shared.times import Lifetime, let_expire
from framewire.redis.server.commands.strings.lookup import content, read
from framewire.redis.server.commands.strings.set_options import getex_options, set_options
from framewire.redis.server.parsing.errors import wrong_arity
from framewire.redis.server.values.strings import RawString

__all__ = ["get", "getdel", "getex", "getset", "mget", "mset", "msetnx", "psetex", "set_", "setex", "setnx"]


def get(client: Client, request: list[bytes]) -> object:
    """The path that most requests take: `Db.read` written out."""
    db = client.db
    key = request[1]
    value = db.values.get(key)
    if db.deadlines and db.discard_if_due(key, client.state.clock):
        value = None
    if value is None:
        db.misses += 1
    else:
        db.hits += 1
        if value.__class__ is not bytes:
            return content(value)
    return value


def set_(client: Client, request: list[bytes]) -> object:
    """Without options: `Db.set` written out."""
    if len(request) != 3:
        return _set_with_options(client, request)
    db = client.db
    key = request[1]
    db.values[key] = request[2]
    if db.deadlines:
        db.deadlines.pop(key, None)
    if db.observer is not None:
        db.observer(db, key, b"set")
    return OK


def _set_with_options(client: Client, request: list[bytes]) -> object:
    options = set_options(request)
    db, key, now = client.db, request[1], client.state.clock
    deadline = options.lifetime.deadline(client.state.present, b"set") if options.lifetime is not None else None
    before = read(client, key) if options.get else db.peek(key, now)
    if options.condition == (b"NX" if before is not None else b"XX"):
        return before if options.get else None
    if options.keep:
        db.replace(key, request[2])
        db.touch(key, b"set")
    else:
        _store(client, key, request[2], deadline)
    return before if options.get else OK


def _store(client: Client, key: bytes, value: bytes, deadline: int | None = None) -> None:
    db = client.db
    if deadline is None:
        db.set(key, value)
        db.touch(key, b"set")
    else:
        db.set_until(key, value, deadline)
        db.touch(key, b"set")
        if db.observer is not None:
            db.observer(db, key, b"expire")
            client.propagate([b"SET", key, value, b"PXAT", b"%d" % deadline])


def setnx(client: Client, request: list[bytes]) -> object:
    if client.db.peek(request[1], client.state.clock) is not None:
        return 0
    _store(client, request[1], request[2])
    return 1


def setex(client: Client, request: list[bytes]) -> object:
    return _set_for(client, request, b"EX")


def psetex(client: Client, request: list[bytes]) -> object:
    return _set_for(client, request, b"PX")


def _set_for(client: Client, request: list[bytes], unit: bytes) -> object:
    deadline = Lifetime(unit, request[2]).deadline(client.state.present, b"setex" if unit == b"EX" else b"psetex")
    _store(client, request[1], request[3], deadline)
    return OK


def getset(client: Client, request: list[bytes]) -> object:
    before = read(client, request[1])
    _store(client, request[1], request[2])
    return before


def getdel(client: Client, request: list[bytes]) -> object:
    value = read(client, request[1])
    if value is not None:
        remove(client, request[1])
    return value


def getex(client: Client, request: list[bytes]) -> object:
    """A time is only looked at when there is something to give it to."""
    options = getex_options(request)
    db, key = client.db, request[1]
    value = read(client, key)
    if value is None:
        return None
    if options.lifetime is not None:
        let_expire(client, key, options.lifetime.deadline(client.state.present, b"getex"))
    elif options.persist and db.persist(key):
        db.touch(key, b"persist")
        client.propagate([b"PERSIST", key])
    return value


def mget(client: Client, request: list[bytes]) -> object:
    """What is no string counts as missing here."""
    db, now = client.db, client.state.clock
    values = [db.read(key, now) for key in request[1:]]
    return [value if value.__class__ is bytes else _content_or_none(value) for value in values]


def _content_or_none(value: object | None) -> bytes | None:
    return bytes(value) if isinstance(value, RawString) else None


def mset(client: Client, request: list[bytes]) -> object:
    _check_pairs(request, b"mset")
    db = client.db
    db.values.update(zip(request[1::2], request[2::2], strict=True))
    if db.deadlines:
        for key in request[1::2]:
            db.deadlines.pop(key, None)
    if db.observer is not None:
        for key in request[1::2]:
            db.observer(db, key, b"set")
    return OK


def msetnx(client: Client, request: list[bytes]) -> object:
    _check_pairs(request, b"msetnx")
    db, now = client.db, client.state.clock
    if any(db.peek(key, now) is not None for key in request[1::2]):
        return 0
    mset(client, request)
    return 1


def _check_pairs(request: list[bytes], name: bytes) -> None:
    if len(request) % 2 == 0:
        raise wrong_arity(name)
