"""What blocking commands share, and their forms that answer at once: taking from the first key that has something.

What belongs here: these steps, whatever the type of the values. The queue of those who wait is `keyspace/blocked.py`,
for how long they do `timeouts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait

__all__ = ["take_first", "take_or_wait"]


def take_first(
    client: Client, keys: Sequence[bytes], kind: type, take: Callable[[bytes], object], otherwise: object
) -> object:
    """What `take(key)` replies for the first key that has a value, which must be a `kind`; without any, `otherwise`.

    Raises WRONGTYPE, and what `take` raises.
    """
    for key in keys:
        if find(client, key, kind) is not None:
            return take(key)
    return otherwise


def take_or_wait(
    client: Client,
    keys: Sequence[bytes],
    deadline: int | None,
    kind: type,
    take: Callable[[bytes], object],
    otherwise: object,
    at_once: object = NOT_YET,
) -> object:
    """As `take_first`, but without any value a `Wait`, which ends with `otherwise`.

    While it waits, values of other kinds are none of its business.
    """
    reply = take_first(client, keys, kind, take, NOT_YET)
    if reply is not NOT_YET:
        return reply

    def attempt(key: bytes) -> object:
        return take(key) if isinstance(client.db.peek(key, client.state.clock), kind) else NOT_YET

    return Wait(list(keys), deadline, attempt, otherwise, at_once)
