"""Commands on several sets: unions, intersections and differences, replied or stored.

What belongs here: these commands. A missing key is an empty set, and every key is looked up, and its type checked,
before anything is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.sets.sets import EMPTY, members_reply
from framewire.redis.server.commands.shared.cardinality import count_common, next_limit
from framewire.redis.server.commands.shared.lookup import look_up_or, store
from framewire.redis.server.commands.shared.numkeys import TOO_MANY_KEYS, next_keys, next_numkeys
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sets import SetValue

__all__ = ["sdiff", "sdiffstore", "sinter", "sintercard", "sinterstore", "sunion", "sunionstore"]


def _read_all(client: Client, keys: Sequence[bytes]) -> list[SetValue]:
    return [look_up_or(client, key, EMPTY) for key in keys]


def _result(client: Client, members: set[bytes]) -> SetValue:
    """A value of its own, in the encoding that it has in Redis."""
    value = SetValue(members)
    value.maybe_convert(value, client.state.config)
    return value


# -- what is computed -----------------------------------------------------------------------------------------------


def _union(client: Client, keys: Sequence[bytes]) -> SetValue:
    return _result(client, set().union(*_read_all(client, keys)))


def _intersection(client: Client, keys: Sequence[bytes]) -> SetValue:
    """From the smallest set on: O(n k), n its members, k sets."""
    smallest, *others = sorted(_read_all(client, keys), key=len)
    return _result(client, smallest.intersection(*others))


def _difference(client: Client, keys: Sequence[bytes]) -> SetValue:
    first, *others = _read_all(client, keys)
    value = _result(client, first.difference(*others))
    if value.is_intset and _is_made_by_removing(first, others):
        value.is_intset = _result(client, first).is_intset
    return value


def _is_made_by_removing(first: SetValue, others: Sequence[SetValue]) -> bool:
    """Whether Redis would copy the first set and remove from it, which leaves the encoding that the first set had.

    That is when it has fewer steps to go so than by looking up each member of the first set in all the others.
    """
    existing = 1 + sum(other is not EMPTY for other in others)
    return existing * len(first) // 2 > len(first) + sum(map(len, others))


# -- commands -------------------------------------------------------------------------------------------------------


def sunion(client: Client, request: list[bytes]) -> object:
    return members_reply(_union(client, request[1:]))


def sunionstore(client: Client, request: list[bytes]) -> object:
    return store(client, request[1], _union(client, request[2:]), b"sunionstore")


def sinter(client: Client, request: list[bytes]) -> object:
    return members_reply(_intersection(client, request[1:]))


def sinterstore(client: Client, request: list[bytes]) -> object:
    return store(client, request[1], _intersection(client, request[2:]), b"sinterstore")


def sdiff(client: Client, request: list[bytes]) -> object:
    return members_reply(_difference(client, request[1:]))


def sdiffstore(client: Client, request: list[bytes]) -> object:
    return store(client, request[1], _difference(client, request[2:]), b"sdiffstore")


def sintercard(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request)
    keys = next_keys(arguments, next_numkeys(arguments), TOO_MANY_KEYS)
    limit = _limit(arguments)
    smallest, *others = sorted(_read_all(client, keys), key=len)
    return count_common(smallest, others, limit) if limit else len(smallest.intersection(*others))


def _limit(arguments: Arguments) -> int:
    """The last LIMIT; 0 is none."""
    limit = 0
    while arguments:
        if arguments.next_word() != b"LIMIT":
            raise CommandError(SYNTAX_ERROR)
        limit = next_limit(arguments)
    return limit
