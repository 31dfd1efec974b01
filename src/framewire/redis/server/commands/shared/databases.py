"""Databases as clients number them: SELECT, MOVE, COPY, SWAPDB.

What belongs here: from a number to a database, and the words for numbers that there is none for.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.arguments import require_int64
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["INT32", "database", "database_at"]

INT32: Final = range(-(2**31), 2**31)


def database(client: Client, text: bytes) -> Db:
    """The database whose number `text` spells. Raises `CommandError`."""
    index = require_int64(text)
    if index not in INT32:
        raise CommandError(b"ERR value is out of range, value must between %d and %d" % (INT32[0], INT32[-1]))
    return database_at(client, index)


def database_at(client: Client, index: int) -> Db:
    """The database of that number. Raises `CommandError`."""
    databases = client.state.databases
    if not 0 <= index < len(databases):
        raise CommandError(b"ERR DB index is out of range")
    return databases[index]
