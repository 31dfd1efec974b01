"""How commands find the string that a key holds, in either of its two forms (see `values/strings.py`).

What belongs here: look-ups that strings and bits share, and the limit on a string's length. `read` and `peek` give
`bytes`, `look_up` and `find` what stands there, uncopied; the first of each pair counts a hit or a miss, the second is
for commands that go on to change the string. All raise WRONGTYPE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.redis.server.parsing.arguments import NOT_AN_INTEGER, WRONG_TYPE, CommandError, parse_int64
from framewire.redis.server.values.strings import RawString

if TYPE_CHECKING:
    from framewire.redis.server.running.session import Session

__all__ = ["check_length", "content", "editable", "find", "integer", "look_up", "peek", "read"]


def content(value: object) -> bytes:
    """A value as `bytes`; raises WRONGTYPE for what is no string. A `RawString` is copied."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, RawString):
        return bytes(value)
    raise CommandError(WRONG_TYPE)


def read(session: Session, key: bytes) -> bytes | None:
    """The string under `key`, counted."""
    value = session.db.read(key, session.state.clock)
    return None if value is None else content(value)


def peek(session: Session, key: bytes) -> bytes | None:
    """The string under `key`, not counted."""
    value = session.db.peek(key, session.state.clock)
    return None if value is None else content(value)


def look_up(session: Session, key: bytes) -> bytes | RawString | None:
    """The string under `key`, counted and not copied."""
    return _checked(session.db.read(key, session.state.clock))


def find(session: Session, key: bytes) -> bytes | RawString | None:
    """The string under `key`, neither counted nor copied."""
    return _checked(session.db.peek(key, session.state.clock))


def _checked(value: object | None) -> bytes | RawString | None:
    if value is None or isinstance(value, bytes | RawString):
        return value
    raise CommandError(WRONG_TYPE)


def editable(session: Session, key: bytes) -> RawString:
    """The string under `key`, which stands there from now on in the form that can be changed, made where it is not."""
    value = find(session, key)
    if isinstance(value, RawString):
        return value
    raw = RawString(value or b"")
    session.db.replace(key, raw)
    return raw


def check_length(session: Session, length: int) -> None:
    """Refuse to make a string longer than a client could send; before memory is taken."""
    if length > session.state.config.proto_max_bulk_len:
        raise CommandError(b"ERR string exceeds maximum allowed size (proto-max-bulk-len)")


def integer(text: bytes) -> int:
    """The 64-bit integer that `text` spells, or an error."""
    value = parse_int64(text)
    if value is None:
        raise CommandError(NOT_AN_INTEGER)
    return value
