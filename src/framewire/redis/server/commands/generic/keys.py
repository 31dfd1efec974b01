"""Commands on keys, whatever their values are: whether they are there, their names, their types, going away.

What belongs here: what leaves values as they are. Moving and copying them has a file of its own (`moving.py`), and so
have times (`expiry.py`), SORT (`sort.py`) and OBJECT (`object.py`).
"""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.glob import compile_glob
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import remove
from framewire.redis.server.commands.shared.scanning import ScanOptions, page, parse_cursor
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.values.strings import kind_of

__all__ = ["delete", "exists", "keys", "randomkey", "scan", "type_"]

_NO_TYPE = Simple(b"none")


def delete(client: Client, request: list[bytes]) -> object:
    return sum(remove(client, key) for key in request[1:])


def exists(client: Client, request: list[bytes]) -> object:
    """A key that is named twice counts twice."""
    db, now = client.db, client.state.clock
    return sum(db.read(key, now) is not None for key in request[1:])


def type_(client: Client, request: list[bytes]) -> object:
    value = client.db.read(request[1], client.state.clock)
    return _NO_TYPE if value is None else Simple(kind_of(value))


def keys(client: Client, request: list[bytes]) -> object:
    names = client.db.keys(client.state.clock)
    if request[1] == b"*":  # also the empty key, which no pattern of stars matches
        return names
    matches = compile_glob(request[1])
    return [name for name in names if matches(name)]


def scan(client: Client, request: list[bytes]) -> object:
    """A page may hold fewer keys than were asked for, or none: what does not match, or has ended, is left out."""
    cursor = parse_cursor(request[1])
    options = ScanOptions(Arguments(request, 2), with_type=True)
    db, now = client.db, client.state.clock
    following, names = page(client, db.values.keys(), cursor, options)
    found = [(name, value) for name in names if (value := db.peek(name, now)) is not None]
    return [b"%d" % following, [name for name, value in found if options.kind in (None, kind_of(value))]]


def randomkey(client: Client, request: list[bytes]) -> object:
    return client.db.random_key(client.state.clock)
