"""Groups that read a stream: XGROUP, XACK and XPENDING.

What belongs here: making, changing and removing groups and consumers, and what is pending. Reading is in
`reading.py`, taking over what others have got in `claiming.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.containers import help_of, unknown_form
from framewire.redis.server.commands.shared.lookup import find
from framewire.redis.server.commands.shared.replies import NULL_ARRAY, OK
from framewire.redis.server.commands.streams.ids import parse_any_id, parse_id, parse_range
from framewire.redis.server.commands.streams.lookup import existing_group, group_of, look_up_group
from framewire.redis.server.commands.streams.propagation import notify
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.stream_groups import Group
from framewire.redis.server.values.streams import StreamValue, id_text

__all__ = [
    "create",
    "create_consumer",
    "destroy",
    "remove_consumer",
    "set_id",
    "xack",
    "xgroup_help",
    "xpending",
]


# -- XGROUP -----------------------------------------------------------------------------------------------------------


def create(client: Client, request: list[bytes]) -> object:
    key, name = request[2:4]
    entries_read, make_stream = _group_options(request, b"MKSTREAM")
    stream = find(client, key, StreamValue)
    if stream is None and not make_stream:
        raise _no_stream()
    if len(request) > 8:
        raise unknown_form(request)
    group = Group(_last_id(stream, request[4], parse_id), entries_read)
    if stream is None:
        _make_stream(client, key, name, group)
    elif name in stream.groups:
        raise CommandError(b"BUSYGROUP Consumer Group name already exists")
    else:
        stream.groups[name] = group
        notify(client, key, b"xgroup-create")
    return OK


def _make_stream(client: Client, key: bytes, name: bytes, group: Group) -> None:
    stream = StreamValue()
    stream.groups[name] = group
    client.db.set(key, stream)
    client.db.touch(key, b"xgroup-create")
    client.db.signal(key)  # who waits with a group that went with an earlier stream is told


def set_id(client: Client, request: list[bytes]) -> object:
    key = request[2]
    entries_read, _ = _group_options(request, None)
    stream, group = _stream_and_group(client, request)
    if len(request) not in (5, 7):
        raise unknown_form(request)
    group.last_id, group.entries_read = _last_id(stream, request[4], parse_any_id), entries_read
    notify(client, key, b"xgroup-setid")
    return OK


def _group_options(request: list[bytes], flag: bytes | None) -> tuple[int | None, bool]:
    """What ENTRIESREAD says, and whether the flag is there."""
    arguments, entries_read, flagged = Arguments(request, 5), -1, False
    while arguments:
        word = arguments.next_word()
        if word == flag:
            flagged = True
        elif word == b"ENTRIESREAD" and arguments:
            entries_read = arguments.next_int()
            if entries_read < -1:
                raise CommandError(b"ERR value for ENTRIESREAD must be positive or -1")
        else:
            raise unknown_form(request)
    return None if entries_read == -1 else entries_read, flagged


def _last_id(stream: StreamValue | None, text: bytes, parse: Callable[[bytes], int]) -> int:
    if text == b"$":
        return 0 if stream is None else stream.last_id
    return parse(text)


def destroy(client: Client, request: list[bytes]) -> object:
    """Those who wait with this group are told that it is gone."""
    key = request[2]
    stream = find(client, key, StreamValue)
    if stream is None:
        raise _no_stream()
    if stream.groups.pop(request[3], None) is None:
        return 0
    notify(client, key, b"xgroup-destroy")
    client.db.signal(key)
    return 1


def create_consumer(client: Client, request: list[bytes]) -> object:
    _, group = _stream_and_group(client, request)
    if not group.add_consumer(request[4], client.state.present):
        return 0
    notify(client, request[2], b"xgroup-createconsumer")
    return 1


def remove_consumer(client: Client, request: list[bytes]) -> object:
    _, group = _stream_and_group(client, request)
    pending = group.remove_consumer(request[4])
    if pending is None:
        return 0
    notify(client, request[2], b"xgroup-delconsumer")
    return pending


def _stream_and_group(client: Client, request: list[bytes]) -> tuple[StreamValue, Group]:
    stream = find(client, request[2], StreamValue)
    if stream is None:
        raise _no_stream()
    return stream, group_of(stream, request[2], request[3])


def _no_stream() -> CommandError:
    return CommandError(
        b"ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM "
        b"option to create an empty stream automatically."
    )


# -- what is pending --------------------------------------------------------------------------------------------------


def xack(client: Client, request: list[bytes]) -> object:
    found = look_up_group(client, request[1], request[2])
    if found is None:
        return 0
    _, group = found
    ids = [parse_id(text) for text in request[3:]]
    released = sum(map(group.release, ids))
    client.state.databases.dirty += released  # no event tells of it
    return released


def xpending(client: Client, request: list[bytes]) -> object:
    query = _PendingQuery(request) if len(request) != 3 else None
    _, group = existing_group(client, request[1], request[2])
    return _summary(group) if query is None else query.answer(group, client.state.clock)


def _summary(group: Group) -> list[object]:
    """How many are pending, the first and the last one, and how many each consumer has got."""
    pending = group.pending
    if not pending:
        return [0, None, None, NULL_ARRAY]
    consumers = [
        [name, b"%d" % len(consumer.pending)] for name, consumer in sorted(group.consumers.items()) if consumer.pending
    ]
    return [len(pending), id_text(pending.peekitem(0)[0]), id_text(pending.peekitem(-1)[0]), consumers]


class _PendingQuery:
    """`[IDLE least] start end count [consumer]`."""

    __slots__ = ("_consumer", "_count", "_end", "_least_idle", "_start")

    def __init__(self, request: list[bytes]) -> None:
        if not 6 <= len(request) <= 9:
            raise CommandError(SYNTAX_ERROR)
        arguments = Arguments(request, 3)
        self._least_idle = 0
        if arguments.peek_word() == b"IDLE":
            arguments.next_bytes()
            self._least_idle = arguments.next_int()
            if arguments.remaining < 3:
                raise CommandError(SYNTAX_ERROR)
        start, end = arguments.next_bytes(), arguments.next_bytes()
        self._count = max(arguments.next_int(), 0)
        self._start, self._end = parse_range(start, end)
        self._consumer = arguments.next_bytes() if arguments else None

    def answer(self, group: Group, now: int) -> list[object]:
        """Each with its id, its consumer, for how long it is pending, and how often it was delivered."""
        pending = group.pending
        if self._consumer is not None:
            consumer = group.consumers.get(self._consumer)
            if consumer is None:
                return []
            pending = consumer.pending
        found = ((id_, pending[id_]) for id_ in pending.irange(self._start, self._end))
        idle = ((id_, item) for id_, item in found if not self._least_idle or now - item.delivered >= self._least_idle)
        return [
            [id_text(id_), item.consumer.name, max(now - item.delivered, 0), item.count]
            for id_, item in islice(idle, self._count)
        ]


xgroup_help = help_of("xgroup", {
    "CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <count>]":
        "Create a group that reads what is behind the id; $ is the last one. MKSTREAM creates the stream too.",
    "SETID <key> <group> <id|$> [ENTRIESREAD <count>]": "Let the group go on behind the id.",
    "DESTROY <key> <group>": "Remove the group.",
    "CREATECONSUMER <key> <group> <consumer>": "Add a consumer to the group.",
    "DELCONSUMER <key> <group> <consumer>": "Remove a consumer, and what is pending for it.",
})  # fmt: skip
