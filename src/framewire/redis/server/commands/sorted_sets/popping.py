"""Commands that pop the lowest or the highest members of sorted sets, and those that wait until they can.

What belongs here: each of these twice, as a command that answers at once and as one that blocks.
"""

from __future__ import annotations

from typing import Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find
from framewire.redis.server.commands.shared.popping import PopEnd, blocking_mpop, blocking_pop, mpop
from framewire.redis.server.commands.sorted_sets.scores import pairs, score_reply
from framewire.redis.server.parsing.arguments import require_int64
from framewire.redis.server.parsing.errors import NOT_POSITIVE, SYNTAX_ERROR, CommandError
from framewire.redis.server.values.sorted_sets import Entry, SortedSetValue

__all__ = ["bzmpop", "bzpopmax", "bzpopmin", "zmpop", "zpopmax", "zpopmin"]


def _take_lowest(zset: SortedSetValue, count: int) -> list[Entry]:
    return zset.remove_range(0, min(count, len(zset)))


def _take_highest(zset: SortedSetValue, count: int) -> list[Entry]:
    """The highest one first."""
    taken = zset.remove_range(max(len(zset) - count, 0), len(zset))
    taken.reverse()
    return taken


_MIN: Final = PopEnd(SortedSetValue, _take_lowest, b"zpopmin")
_MAX: Final = PopEnd(SortedSetValue, _take_highest, b"zpopmax")
_ENDS: Final = {b"MIN": _MIN, b"MAX": _MAX}


# -- from one set ---------------------------------------------------------------------------------------------------


def zpopmin(client: Client, request: list[bytes]) -> object:
    return _pop(client, request, _MIN)


def zpopmax(client: Client, request: list[bytes]) -> object:
    return _pop(client, request, _MAX)


def _pop(client: Client, request: list[bytes], end: PopEnd[SortedSetValue, Entry]) -> object:
    """In RESP3 a count, even of 1, makes it pairs."""
    if len(request) > 3:
        raise CommandError(SYNTAX_ERROR)
    count = require_int64(request[2], NOT_POSITIVE, 0) if len(request) == 3 else None
    if find(client, request[1], SortedSetValue) is None or count == 0:
        return []
    taken = end.pop(client, request[1], 1 if count is None else count)
    return pairs(client, taken) if count is not None else _one(client, *taken)


def bzpopmin(client: Client, request: list[bytes]) -> object:
    return blocking_pop(client, request, _MIN, _one)


def bzpopmax(client: Client, request: list[bytes]) -> object:
    return blocking_pop(client, request, _MAX, _one)


def _one(client: Client, entry: Entry) -> list[object]:
    score, member = entry
    return [member, score_reply(client, score)]


# -- from the first set that is there ---------------------------------------------------------------------------------


def zmpop(client: Client, request: list[bytes]) -> object:
    return mpop(client, request, _ENDS, _all)


def bzmpop(client: Client, request: list[bytes]) -> object:
    return blocking_mpop(client, request, _ENDS, _all)


def _all(client: Client, taken: list[Entry]) -> object:
    """Pairs, also in RESP2."""
    return [_one(client, entry) for entry in taken]
