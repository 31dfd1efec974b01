"""How commands turn the times that clients give into deadlines, and give them to keys.

What belongs here: the arithmetic with its limits, the options EX, PX, EXAT and PXAT, which SET and GETEX share, and
what is logged: a deadline as a moment, one that has passed as a removal, so that it means the same whenever it is run.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import remove
from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, parse_int64
from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, CommandError

__all__ = ["TIME_OPTIONS", "Lifetime", "absolute_deadline", "invalid_time", "let_expire"]

# Milliseconds in one unit, and whether it counts from now.
TIME_OPTIONS = {b"EX": (1000, True), b"PX": (1, True), b"EXAT": (1000, False), b"PXAT": (1, False)}


def absolute_deadline(time: int, unit: int, base: int) -> int | None:
    """`base + time * unit` in milliseconds, or `None` where a step of it leaves 64 bits, which Redis refuses."""
    milliseconds = time * unit
    if not INT64_MIN <= milliseconds <= INT64_MAX - base:
        return None
    return base + milliseconds


def invalid_time(command: bytes) -> CommandError:
    """What is raised for a time that cannot be."""
    return CommandError(b"ERR invalid expire time in '%s' command" % command)


def let_expire(client: Client, key: bytes, deadline: int) -> None:
    """Let `key`, which must exist, end then; at once where that has passed."""
    db = client.db
    if deadline <= client.state.clock:
        remove(client, key)
        client.propagate([b"DEL", key])
        return
    db.set_deadline(key, deadline)
    if db.observer is not None:
        db.observer(db, key, b"expire")
        client.propagate([b"PEXPIREAT", key, b"%d" % deadline])


class Lifetime:
    """How long a string shall be there: a number and its unit, of which only the option's name has been checked."""

    __slots__ = ("_milliseconds", "_time", "is_relative")

    def __init__(self, option: bytes, time: bytes) -> None:
        self._milliseconds, self.is_relative = TIME_OPTIONS[option]
        self._time = parse_int64(time)

    def deadline(self, now: int, command: bytes) -> int:
        """When that is, in milliseconds since the epoch. Raises `CommandError`, which names the command."""
        if self._time is None:
            raise CommandError(NOT_AN_INTEGER)
        deadline = absolute_deadline(self._time, self._milliseconds, now if self.is_relative else 0)
        if self._time <= 0 or deadline is None:
            raise invalid_time(command)
        return deadline
