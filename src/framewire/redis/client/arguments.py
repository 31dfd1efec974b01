"""Arguments of commands: their types, and how Python's own become the server's words.

What belongs here: what several groups of commands share. Nothing here looks at a reply.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from framewire.redis.client.errors import DataError

__all__ = ["Expiry", "ExpiryTime", "Key", "Keys", "Value", "listed", "milliseconds", "seconds", "unix_milliseconds",
           "unix_seconds"]  # fmt: skip

Key: TypeAlias = bytes | str | bytearray | memoryview
"""A key, a field, a channel, a name: `str` is sent as UTF-8."""

Value: TypeAlias = bytes | str | bytearray | memoryview | int | float
"""What is stored; numbers are sent as decimal text. `bool` and `None` have no form on the wire: `DataError`."""

Keys: TypeAlias = Key | Iterable[Key]
"""One, or several."""

Expiry: TypeAlias = int | timedelta
"""How long: a number in the unit of the argument, or a `timedelta`."""

ExpiryTime: TypeAlias = int | datetime
"""Until when: a Unix time in the unit of the argument, or a `datetime`."""

V = TypeVar("V")


def listed(first: V | Iterable[V], rest: Iterable[V] = ()) -> list[Any]:
    """The arguments of a method that takes `(names, *more)`: a list or tuple or set first, or one after the other."""
    if isinstance(first, (bytes, str, bytearray, memoryview)) or not isinstance(first, Iterable):
        return [first, *rest]
    return [*first, *rest]


def seconds(time: Expiry) -> int:
    """A duration in whole seconds."""
    return int(time.total_seconds()) if isinstance(time, timedelta) else time


def milliseconds(time: Expiry) -> int:
    """A duration in whole milliseconds."""
    return int(time.total_seconds() * 1000) if isinstance(time, timedelta) else time


def unix_seconds(time: ExpiryTime) -> int:
    """A point in time as Unix seconds; a `datetime` without a zone is local time, as everywhere in Python."""
    return int(time.timestamp()) if isinstance(time, datetime) else time


def unix_milliseconds(time: ExpiryTime) -> int:
    """A point in time as Unix milliseconds."""
    return int(time.timestamp() * 1000) if isinstance(time, datetime) else time


def at_most_one(**options: object) -> None:
    """Raise `DataError` where more than one of `options` is given (neither `None` nor `False`)."""
    given = [name for name, value in options.items() if value is not None and value is not False]
    if len(given) > 1:
        raise DataError(f"only one of {', '.join(options)} may be given, not {' and '.join(given)}")
