"""How long commands wait, as clients say it: seconds with a fraction (BLPOP), or milliseconds (XREAD, WAIT).

What belongs here: reading these times, and the words that refuse them. For times that keys live see `times.py`.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.arguments import INT64_MAX, Arguments
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.parsing.floats import ceiling_of_product

__all__ = ["deadline_after", "next_timeout"]

_NEGATIVE = b"ERR timeout is negative"


def next_timeout(arguments: Arguments) -> int:
    """The next argument as a number of milliseconds. Raises `CommandError`."""
    timeout = arguments.next_int(b"ERR timeout is not an integer or out of range")
    if timeout < 0:
        raise CommandError(_NEGATIVE)
    return timeout


def deadline_after(client: Client, seconds: bytes) -> int | None:
    """When a wait of that many seconds ends, in milliseconds since the epoch; `None` for 0, which is for ever.

    A fraction of a millisecond counts as a whole one. Raises `CommandError`.
    """
    timeout = int(seconds) * 1000 if len(seconds) < 10 and seconds.isdigit() else _milliseconds(seconds)
    if not 0 <= timeout <= INT64_MAX:  # C's conversion makes what is too large negative
        raise CommandError(_NEGATIVE)
    return client.state.clock + timeout if timeout else None


def _milliseconds(seconds: bytes) -> int:
    try:
        milliseconds = ceiling_of_product(seconds, 1000)
    except ValueError:
        raise CommandError(b"ERR timeout is not a float or out of range") from None
    return -1 if milliseconds is None else milliseconds
