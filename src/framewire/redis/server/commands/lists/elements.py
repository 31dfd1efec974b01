"""Commands on the elements of one list, wherever they stand: looking at them, changing them.

What belongs here: those, and what an index of the list means.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.lists.lists import grown
from framewire.redis.server.commands.shared.lookup import find, look_up, shrunk
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.arguments import INT64_MIN, Arguments
from framewire.redis.server.parsing.errors import NO_SUCH_KEY, SYNTAX_ERROR, CommandError
from framewire.redis.server.values.lists import ListValue

__all__ = ["lindex", "linsert", "lpos", "lrange", "lrem", "lset", "ltrim"]

# -- looking ----------------------------------------------------------------------------------------------------------


def lindex(client: Client, request: list[bytes]) -> object:
    items = look_up(client, request[1], ListValue)
    if items is None:
        return None
    position = _position(items, Arguments(request, 2).next_int())
    return None if position is None else items.get(position)


def _position(items: ListValue, index: int) -> int | None:
    """The position that `index` means, from the back where it is negative; `None` beyond the list."""
    position = index + len(items) if index < 0 else index
    return position if 0 <= position < len(items) else None


def lrange(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request, 2)
    start, stop = arguments.next_int(), arguments.next_int()
    items = look_up(client, request[1], ListValue)
    return [] if items is None else items.get_range(*_bounds(len(items), start, stop))


def _bounds(length: int, start: int, stop: int) -> tuple[int, int]:
    """Where a range from index `start` to index `stop` begins, and the position behind its end."""
    begin = max(0, start + length) if start < 0 else min(start, length)
    end = max(0, stop + length + 1) if stop < 0 else min(stop + 1, length)
    return begin, max(begin, end)


def lpos(client: Client, request: list[bytes]) -> object:
    """One position, or a list of them when a count is asked for."""
    rank, count, most = _search(Arguments(request, 3))
    items = look_up(client, request[1], ListValue)
    if items is None:
        return None if count is None else []
    found = items.positions(request[2], rank, 1 if count is None else count or None, most or None)
    return found if count is not None else found[0] if found else None


def _search(arguments: Arguments) -> tuple[int, int | None, int]:
    """The options of LPOS: rank, count (`None` where there is none; 0 for all), how many items to look at (0: all)."""
    rank, count, most = 1, None, 0
    while arguments:
        option = arguments.next_word()
        if option not in (b"RANK", b"COUNT", b"MAXLEN") or not arguments:
            raise CommandError(SYNTAX_ERROR)
        if option == b"RANK":
            rank = _rank(arguments)
        elif option == b"COUNT":
            count = arguments.next_int(b"ERR COUNT can't be negative", 0)
        else:
            most = arguments.next_int(b"ERR MAXLEN can't be negative", 0)
    return rank, count, most


def _rank(arguments: Arguments) -> int:
    rank = arguments.next_int()
    if not rank:
        raise CommandError(
            b"ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... "
            b"or use negative to start from the end of the list"
        )
    return rank if rank != INT64_MIN else -1  # C cannot negate it, and so counts nothing


# -- changing ---------------------------------------------------------------------------------------------------------


def lset(client: Client, request: list[bytes]) -> object:
    items = find(client, request[1], ListValue)
    if items is None:
        raise CommandError(NO_SUCH_KEY)
    position = _position(items, Arguments(request, 2).next_int())
    if position is None:
        raise CommandError(b"ERR index out of range")
    items.replace(position, request[3])
    client.db.touch(request[1], b"lset")
    return OK


def linsert(client: Client, request: list[bytes]) -> object:
    where = request[2].upper()
    if where not in (b"BEFORE", b"AFTER"):
        raise CommandError(SYNTAX_ERROR)
    items = find(client, request[1], ListValue)
    if items is None:
        return 0
    if not items.insert(request[3], request[4], where == b"AFTER"):
        return -1
    return grown(client, request[1], items, b"linsert")


def lrem(client: Client, request: list[bytes]) -> object:
    count = Arguments(request, 2).next_int()
    items = find(client, request[1], ListValue)
    removed = items.remove(request[3], count) if items is not None else 0
    if items is not None and removed:
        shrunk(client, request[1], items, b"lrem")
    return removed


def ltrim(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request, 2)
    start, stop = arguments.next_int(), arguments.next_int()
    items = find(client, request[1], ListValue)
    if items is not None:
        items.trim(*_bounds(len(items), start, stop))
        shrunk(client, request[1], items, b"ltrim")
    return OK
