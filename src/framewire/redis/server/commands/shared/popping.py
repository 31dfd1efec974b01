"""What LMPOP, BLPOP and BLMPOP have in common with ZMPOP, BZPOPMIN and BZMPOP.

What belongs here: which keys, which end and how many are asked for, taking that from the first key that has something,
or waiting for one, and what is logged: a pop from the key that it was, which does the same whenever it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Generic, TypeVar

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.blocking import take_first, take_or_wait
from framewire.redis.server.commands.shared.lookup import find, shrunk
from framewire.redis.server.commands.shared.numkeys import next_keys, next_numkeys
from framewire.redis.server.commands.shared.replies import NULL_ARRAY
from framewire.redis.server.commands.shared.timeouts import deadline_after
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["PopEnd", "blocking_mpop", "blocking_pop", "mpop"]

V = TypeVar("V", bound=Sized)
T = TypeVar("T")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class PopEnd(Generic[V, T]):
    """One end of values of a type: what takes up to so many items off it, and the name of the event and command."""

    kind: type[V]
    take: Callable[[V, int], list[T]]
    popped: bytes

    def pop(self, client: Client, key: bytes, count: int) -> list[T]:
        """Take `count` items, or all, from the value under `key`; caller must know that it is there."""
        value = find(client, key, self.kind)
        assert value is not None
        taken = self.take(value, count)
        shrunk(client, key, value, self.popped)
        return taken


def mpop(
    client: Client,
    request: list[bytes],
    ends: Mapping[bytes, PopEnd[V, T]],
    shown: Callable[[Client, list[T]], object],
) -> object:
    """LMPOP and ZMPOP: `numkeys key [key ...] end [COUNT count]`. `shown` makes the reply of what was taken."""
    keys, end, count = _next_mpop(Arguments(request), ends)
    return take_first(client, keys, end.kind, _popper(client, end, count, shown), NULL_ARRAY)


def blocking_mpop(
    client: Client,
    request: list[bytes],
    ends: Mapping[bytes, PopEnd[V, T]],
    shown: Callable[[Client, list[T]], object],
) -> object:
    """BLMPOP and BZMPOP: the same behind a timeout."""
    keys, end, count = _next_mpop(Arguments(request, 2), ends)
    deadline = deadline_after(client, request[1])
    return take_or_wait(client, keys, deadline, end.kind, _popper(client, end, count, shown), NULL_ARRAY)


def _next_mpop(arguments: Arguments, ends: Mapping[bytes, E]) -> tuple[list[bytes], E, int]:
    """The keys with their number before them, the end, and how many items at most."""
    keys = next_keys(arguments, next_numkeys(arguments))
    end = ends.get(arguments.next_word())
    if end is None:
        raise CommandError(SYNTAX_ERROR)
    return keys, end, _next_count(arguments)


def _next_count(arguments: Arguments) -> int:
    if not arguments:
        return 1
    if arguments.next_word() != b"COUNT":
        raise CommandError(SYNTAX_ERROR)
    count = arguments.next_int(b"ERR count should be greater than 0", 1)
    arguments.finish()
    return count


def _popper(
    client: Client, end: PopEnd[V, T], count: int, shown: Callable[[Client, list[T]], object]
) -> Callable[[bytes], object]:
    def take(key: bytes) -> object:
        taken = end.pop(client, key, count)
        client.propagate([end.popped.upper(), key, b"%d" % len(taken)])
        return [key, shown(client, taken)]

    return take


def blocking_pop(
    client: Client, request: list[bytes], end: PopEnd[V, T], shown: Callable[[Client, T], Sequence[object]]
) -> object:
    """BLPOP and BZPOPMIN: one item. `shown` makes of it what stands behind the key in the reply."""
    deadline = deadline_after(client, request[-1])

    def take(key: bytes) -> object:
        (item,) = end.pop(client, key, 1)
        client.propagate([end.popped.upper(), key])
        return [key, *shown(client, item)]

    return take_or_wait(client, request[1:-1], deadline, end.kind, take, NULL_ARRAY)
