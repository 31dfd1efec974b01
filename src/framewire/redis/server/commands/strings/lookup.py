"""How commands find the string that a key holds, in either of its two forms (see `values/strings.py`).

What belongs here: look-ups that strings and bits share, and the limit on a string's length. `read` and `peek` give
`bytes`, `look_up` and `find` what stands there, uncopied; the first of each pair counts a hit or a miss, the second is
for commands that go on to change the string. All raise WRONGTYPE.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import OUT_OF_MEMORY, WRONG_TYPE, CommandError
from framewire.redis.server.values.strings import RawString

__all__ = ["add_behind", "check_length", "content", "editable", "find", "look_up", "peek", "read"]


def content(value: object) -> bytes:
    """A value as `bytes`; raises WRONGTYPE for what is no string. A `RawString` is copied."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, RawString):
        return bytes(value)
    raise CommandError(WRONG_TYPE)


def read(client: Client, key: bytes) -> bytes | None:
    """The string under `key`, counted."""
    value = client.db.read(key, client.state.clock)
    return None if value is None else content(value)


def peek(client: Client, key: bytes) -> bytes | None:
    """The string under `key`, not counted."""
    value = client.db.peek(key, client.state.clock)
    return None if value is None else content(value)


def look_up(client: Client, key: bytes) -> bytes | RawString | None:
    """The string under `key`, counted and not copied."""
    return _checked(client.db.read(key, client.state.clock))


def find(client: Client, key: bytes) -> bytes | RawString | None:
    """The string under `key`, neither counted nor copied."""
    return _checked(client.db.peek(key, client.state.clock))


def _checked(value: object | None) -> bytes | RawString | None:
    if value is None or isinstance(value, bytes | RawString):
        return value
    raise CommandError(WRONG_TYPE)


# Strings grow by commands of a few bytes, so this is where memory ends. Everything is as it was then.


def editable(client: Client, key: bytes, size: int = 0) -> RawString:
    """The string under `key`, from now on in the form that can be changed, with zeros up to `size`; made if need be.

    Raises WRONGTYPE, and `CommandError` where memory does not suffice.
    """
    value = find(client, key)
    if isinstance(value, RawString) and len(value) >= size:
        return value
    try:
        raw = _raw(value) if value is not None else RawString(size)
        raw.lengthen(size)
        client.db.replace(key, raw)
    except MemoryError:
        raise CommandError(OUT_OF_MEMORY) from None
    return raw


def add_behind(client: Client, key: bytes, before: bytes | RawString, tail: bytes) -> None:
    """Let the string under `key`, which is `before`, go on with `tail`. Raises as `editable` does."""
    try:
        raw = _raw(before)
        raw.extend(tail)
        client.db.replace(key, raw)
    except MemoryError:
        raise CommandError(OUT_OF_MEMORY) from None


def _raw(value: bytes | RawString) -> RawString:
    return value if isinstance(value, RawString) else RawString(value)


def check_length(client: Client, length: int) -> None:
    """Refuse to make a string longer than a client could send; before memory is taken."""
    if length > client.state.config.proto_max_bulk_len:
        raise CommandError(b"ERR string exceeds maximum allowed size (proto-max-bulk-len)")
