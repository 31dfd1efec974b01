"""Commands on several sets: unions, intersections and differences, replied or stored.

What belongs here: these commands. A missing key is an empty set, and every key is looked up, and its type checked,
before anything is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from framewire.redis.facts.command import KeySpec
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.sets.sets import EMPTY, members_reply
from framewire.redis.server.commands.shared.lookup import look_up, remove
from framewire.redis.server.parsing.arguments import Arguments, parse_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sets import SetValue

__all__ = ["sdiff", "sdiffstore", "sinter", "sintercard", "sinterstore", "sunion", "sunionstore"]


def _read_all(client: Client, keys: Sequence[bytes]) -> list[SetValue]:
    found = [look_up(client, key, SetValue) for key in keys]
    return [EMPTY if value is None else value for value in found]


def _result(client: Client, members: set[bytes]) -> SetValue:
    """A value of its own, in the encoding that it has in Redis."""
    value = SetValue(members)
    value.grew(value, client.state.config)
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


def _store(client: Client, key: bytes, value: SetValue, event: bytes) -> int:
    """Put the result under `key`, whatever was there; an empty one is no key at all."""
    if not value:
        remove(client, key)
        return 0
    client.db.set(key, value)
    client.db.touch(key, event)
    return len(value)


# -- commands -------------------------------------------------------------------------------------------------------


def sunion(client: Client, request: list[bytes]) -> object:
    return members_reply(_union(client, request[1:]))


def sunionstore(client: Client, request: list[bytes]) -> object:
    return _store(client, request[1], _union(client, request[2:]), b"sunionstore")


def sinter(client: Client, request: list[bytes]) -> object:
    return members_reply(_intersection(client, request[1:]))


def sinterstore(client: Client, request: list[bytes]) -> object:
    return _store(client, request[1], _intersection(client, request[2:]), b"sinterstore")


def sdiff(client: Client, request: list[bytes]) -> object:
    return members_reply(_difference(client, request[1:]))


def sdiffstore(client: Client, request: list[bytes]) -> object:
    return _store(client, request[1], _difference(client, request[2:]), b"sdiffstore")


def sintercard(client: Client, request: list[bytes]) -> object:
    """It stops counting at the limit; 0 is none."""
    arguments = Arguments(request)
    keys = _counted_keys(arguments)
    limit = _limit(arguments)
    smallest, *others = sorted(_read_all(client, keys), key=len)
    if not limit:
        return len(smallest.intersection(*others))
    common = (member for member in smallest if all(member in other for other in others))
    return sum(1 for _ in islice(common, limit))


def _counted_keys(arguments: Arguments) -> list[bytes]:
    count = parse_int64(arguments.next_bytes())
    if count is None or count <= 0:
        raise CommandError(b"ERR numkeys should be greater than 0")
    if count > arguments.remaining:
        raise CommandError(b"ERR Number of keys can't be greater than number of args")
    return [arguments.next_bytes() for _ in range(count)]


def _limit(arguments: Arguments) -> int:
    limit: int | None = 0
    while arguments:
        if arguments.next_word() != b"LIMIT":
            raise CommandError(SYNTAX_ERROR)
        limit = parse_int64(arguments.next_bytes())
        if limit is None or limit < 0:
            raise CommandError(b"ERR LIMIT can't be negative")
    return limit or 0


_READ_ALL, _READ_REST = KeySpec("RO access", last=-1), KeySpec("RO access", 2, -1)
_STORE, _UPDATE = KeySpec("OW update"), KeySpec("RW update")
