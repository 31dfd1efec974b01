"""What blocking commands share: reading a timeout, and taking from the first key that has something, or waiting.

What belongs here: these steps, whatever the type of the values. The queue of those who wait is `redis/blocking.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.parsing.arguments import INT64_MAX
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.parsing.floats import ceiling_of_product

__all__ = ["deadline_after", "take_or_wait"]


def deadline_after(client: Client, seconds: bytes) -> int | None:
    """When a wait of that many seconds ends, in milliseconds since the epoch; `None` for 0, which is for ever.

    A fraction of a millisecond counts as a whole one. Raises `CommandError`.
    """
    timeout = int(seconds) * 1000 if len(seconds) < 10 and seconds.isdigit() else _milliseconds(seconds)
    if not 0 <= timeout <= INT64_MAX:  # C's conversion makes what is too large negative
        raise CommandError(b"ERR timeout is negative")
    return client.state.clock + timeout if timeout else None


def _milliseconds(seconds: bytes) -> int:
    try:
        milliseconds = ceiling_of_product(seconds, 1000)
    except ValueError:
        raise CommandError(b"ERR timeout is not a float or out of range") from None
    return -1 if milliseconds is None else milliseconds


def take_or_wait(
    client: Client,
    keys: Sequence[bytes],
    deadline: int | None,
    kind: type,
    take: Callable[[bytes], object],
    otherwise: object,
    at_once: object = NOT_YET,
) -> object:
    """What `take(key)` replies for the first key that has a value, which must be a `kind`; without any, a `Wait`.

    While it waits, values of other kinds are none of its business. Raises WRONGTYPE, and what `take` raises.
    """
    for key in keys:
        if find(client, key, kind) is not None:
            return take(key)

    def attempt(key: bytes) -> object:
        return take(key) if isinstance(client.db.peek(key, client.state.clock), kind) else NOT_YET

    return Wait(list(keys), deadline, attempt, otherwise, at_once)
