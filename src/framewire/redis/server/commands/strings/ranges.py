"""Commands on parts of strings: STRLEN, GETRANGE, and those that change a string where it stands.

What belongs here: what reads a string from within, appends to it or writes into it. Bits have a room of their own.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.strings.lookup import add_behind, check_length, editable, find, look_up
from framewire.redis.server.parsing.arguments import require_int64
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["append", "getrange", "setrange", "strlen"]


def strlen(client: Client, request: list[bytes]) -> object:
    return len(look_up(client, request[1]) or b"")


def getrange(client: Client, request: list[bytes]) -> object:
    """Both ends included; negative ones count from the end of the string."""
    start, end = require_int64(request[2]), require_int64(request[3])
    value = look_up(client, request[1])
    if value is None or (start < 0 and end < 0 and start > end):
        return b""
    start, end = (max(index + len(value), 0) if index < 0 else index for index in (start, end))
    return bytes(value[start : end + 1])


def append(client: Client, request: list[bytes]) -> object:
    db, key, tail = client.db, request[1], request[2]
    before = find(client, key)
    if before is None:
        db.set(key, tail)
        length = len(tail)
    else:
        length = len(before) + len(tail)
        check_length(client, length)
        add_behind(client, key, before, tail)
    db.touch(key, b"append")
    return length


def setrange(client: Client, request: list[bytes]) -> object:
    key, offset, data = request[1], require_int64(request[2]), request[3]
    if offset < 0:
        raise CommandError(b"ERR offset is out of range")
    before = find(client, key)
    if not data:
        return len(before or b"")
    check_length(client, offset + len(data))
    value = editable(client, key, offset + len(data))
    value.write(offset, data)
    client.db.touch(key, b"setrange")
    return len(value)
