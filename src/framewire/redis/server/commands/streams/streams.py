"""Commands on the entries of a stream: adding, reading ranges, removing.

What belongs here: those. XTRIM is in `trimming.py`, XREAD in `reading.py`, and what has to do with groups in
`groups.py` and `claiming.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find, look_up
from framewire.redis.server.commands.shared.replies import NULL_ARRAY, OK
from framewire.redis.server.commands.streams.ids import parse_id, parse_new_id, parse_range
from framewire.redis.server.commands.streams.propagation import notify
from framewire.redis.server.commands.streams.replies import entries_reply
from framewire.redis.server.commands.streams.trimming import TrimOptions
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import NO_SUCH_KEY, SYNTAX_ERROR, CommandError, wrong_arity
from framewire.redis.server.values.streams import ID_MAX, Entry, StreamValue, id_text

__all__ = ["xadd", "xdel", "xlen", "xrange", "xrevrange", "xsetid"]

_Read: TypeAlias = Callable[[StreamValue, int, int, int | None], list[Entry]]

_NO_OPTIONS = TrimOptions()


# -- XADD -------------------------------------------------------------------------------------------------------------


def xadd(client: Client, request: list[bytes]) -> object:
    if request[2] == b"*" and len(request) % 2:  # the common form
        return _add(client, request[1], request[2], request[3:], _NO_OPTIONS, create=True)
    arguments, options, create = Arguments(request, 2), TrimOptions(), True
    while arguments and arguments.peek_word() != b"*":
        if arguments.peek_word() == b"NOMKSTREAM":
            arguments.next_bytes()
            create = False
        elif not options.take(arguments):
            parse_new_id(request[-arguments.remaining], 0, 0)  # for its error, which comes before others
            break
    options.check(client, needed=False)
    if arguments.remaining < 3 or arguments.remaining % 2 == 0:
        raise wrong_arity(b"xadd")
    return _add(client, request[1], arguments.next_bytes(), request[-arguments.remaining :], options, create)


def _add(client: Client, key: bytes, id_: bytes, fields: list[bytes], options: TrimOptions, create: bool) -> object:
    if not id_.endswith(b"*") and parse_id(id_) == 0:
        raise CommandError(b"ERR The ID specified in XADD must be greater than 0-0")
    stream = find(client, key, StreamValue)
    if stream is None and not create:
        return None
    new = StreamValue() if stream is None else stream
    name = id_text(_append(client, new, id_, fields))
    if stream is None:
        client.db.set(key, new)
    client.db.touch(key, b"xadd")
    if options.trim(new):
        client.db.touch(key, b"xtrim")
    if id_ != name or not options.exact:
        client.propagate([b"XADD", key, *options.spell(new), name, *fields])
    client.db.signal(key)
    return name


def _append(client: Client, stream: StreamValue, text: bytes, fields: list[bytes]) -> int:
    last_id = stream.last_id
    if last_id == ID_MAX:
        raise CommandError(b"ERR The stream has exhausted the last possible ID, unable to add more items")
    id_ = parse_new_id(text, last_id, client.state.present)
    if id_ <= last_id:
        raise CommandError(b"ERR The ID specified in XADD is equal or smaller than the target stream top item")
    stream.append(id_, fields, client.state.config)
    return id_


# -- reading ----------------------------------------------------------------------------------------------------------


def xlen(client: Client, request: list[bytes]) -> object:
    stream = look_up(client, request[1], StreamValue)
    return 0 if stream is None else len(stream)


def xrange(client: Client, request: list[bytes]) -> object:
    start, end = parse_range(request[2], request[3])
    return _range(client, request, start, end, StreamValue.entries)


def xrevrange(client: Client, request: list[bytes]) -> object:
    """The end comes first; and an end that is wrong is found out after a start that is."""
    start, end = parse_range(request[3], request[2])
    return _range(client, request, start, end, StreamValue.entries_backwards)


def _range(client: Client, request: list[bytes], start: int, end: int, read: _Read) -> object:
    count = _count(Arguments(request, 4))
    stream = look_up(client, request[1], StreamValue)
    if stream is None:
        return []
    if count == 0:
        return NULL_ARRAY
    return entries_reply(read(stream, start, end, count))


def _count(arguments: Arguments) -> int | None:
    """The last COUNT; `None` is all."""
    count = None
    while arguments:
        if arguments.next_word() != b"COUNT" or not arguments:
            raise CommandError(SYNTAX_ERROR)
        count = max(arguments.next_int(), 0)
    return count


# -- changing ---------------------------------------------------------------------------------------------------------


def xdel(client: Client, request: list[bytes]) -> object:
    key = request[1]
    stream = find(client, key, StreamValue)
    if stream is None:
        return 0
    deleted = stream.delete([parse_id(text) for text in request[2:]])
    if deleted:
        client.db.touch(key, b"xdel")
    return deleted


def xsetid(client: Client, request: list[bytes]) -> object:
    key, last_id = request[1], parse_id(request[2])
    added, max_deleted_id = _counters(Arguments(request, 3), last_id)
    stream = find(client, key, StreamValue)
    if stream is None:
        raise CommandError(NO_SUCH_KEY)
    _check_last_id(stream, last_id, added)
    stream.last_id = last_id
    if added is not None:
        stream.entries_added = added
    stream.max_deleted_id = max_deleted_id or stream.max_deleted_id
    notify(client, key, b"xsetid")
    return OK


def _counters(arguments: Arguments, last_id: int) -> tuple[int | None, int]:
    """What ENTRIESADDED and MAXDELETEDID say; 0 where there is no such id."""
    added, max_deleted_id = None, 0
    while arguments:
        word = arguments.next_word()
        if word == b"ENTRIESADDED" and arguments:
            added = arguments.next_int()
            if added < 0:
                raise CommandError(b"ERR entries_added must be positive")
        elif word == b"MAXDELETEDID" and arguments:
            max_deleted_id = parse_id(arguments.next_bytes())
            if last_id < max_deleted_id:
                raise _smaller_than(b"the provided max_deleted_entry_id")
        else:
            raise CommandError(SYNTAX_ERROR)
    return added, max_deleted_id


def _check_last_id(stream: StreamValue, last_id: int, added: int | None) -> None:
    if last_id < stream.last_entry_id:
        raise _smaller_than(b"the target stream top item")
    if added is not None and added < len(stream):
        raise CommandError(b"ERR The entries_added specified in XSETID is smaller than the target stream length")


def _smaller_than(what: bytes) -> CommandError:
    return CommandError(b"ERR The ID specified in XSETID is smaller than " + what)
