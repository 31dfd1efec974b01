"""XREAD and XREADGROUP: entries behind those that a reader knows, from several streams; both can wait for them.

What belongs here: these two. XREAD names the last id that it knows, for each stream. XREADGROUP is told by its group
what is new (`>`), or asks again for what it has got and not acknowledged (an id).
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import look_up
from framewire.redis.server.commands.shared.replies import NULL_ARRAY
from framewire.redis.server.commands.shared.timeouts import next_timeout
from framewire.redis.server.commands.streams.ids import parse_id
from framewire.redis.server.commands.streams.lookup import existing_group
from framewire.redis.server.commands.streams.propagation import GroupLog, consumer_of
from framewire.redis.server.commands.streams.replies import entries_reply, streams_reply
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.parsing.arguments import INT64_MAX, Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.stream_groups import Consumer, Group
from framewire.redis.server.values.streams import ID_MAX, StreamValue, id_text

__all__ = ["xread", "xreadgroup"]

_NEW: Final = ID_MAX  # what `>` is read as


class _Query:
    """The arguments of both commands: options, keys, and the texts of as many ids."""

    __slots__ = ("_for_group", "blocks", "consumer", "count", "deadline", "group", "ids", "keys", "noack")

    def __init__(self, client: Client, request: list[bytes], for_group: bool) -> None:
        self._for_group = for_group
        self.count: int | None = None
        self.blocks = False
        self.deadline: int | None = None
        self.group: bytes | None = None
        self.consumer = b""
        self.noack = False
        self.keys: list[bytes] = []
        self.ids: list[bytes] = []
        arguments = Arguments(request)
        while arguments and not self.keys:
            self._take(client, arguments, request[0])
        if not self.keys:
            raise CommandError(SYNTAX_ERROR)
        if for_group and self.group is None:
            raise CommandError(b"ERR Missing GROUP option for XREADGROUP")

    def _take(self, client: Client, arguments: Arguments, name: bytes) -> None:
        word = arguments.next_word()
        if word == b"BLOCK" and arguments:
            if client.in_script:
                raise CommandError(b"ERR %s command is not allowed with BLOCK option from scripts" % name)
            self.blocks, self.deadline = True, _deadline(client, arguments)
        elif word == b"COUNT" and arguments:
            self.count = max(arguments.next_int(), 0) or None
        elif word == b"STREAMS" and arguments:
            self._take_streams(arguments)
        elif word == b"GROUP" and arguments.remaining >= 2:
            self._only_for_groups(word)
            self.group, self.consumer = arguments.next_bytes(), arguments.next_bytes()
        elif word == b"NOACK":
            self._only_for_groups(word)
            self.noack = True
        else:
            raise CommandError(SYNTAX_ERROR)

    def _take_streams(self, arguments: Arguments) -> None:
        half, rest = divmod(arguments.remaining, 2)
        if rest:
            raise CommandError(
                b"ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."
            )
        self.keys = [arguments.next_bytes() for _ in range(half)]
        self.ids = [arguments.next_bytes() for _ in range(half)]

    def _only_for_groups(self, word: bytes) -> None:
        if not self._for_group:
            raise CommandError(b"ERR The %s option is only supported by XREADGROUP. You called XREAD instead." % word)


def _deadline(client: Client, arguments: Arguments) -> int | None:
    """When a wait ends, in milliseconds since the epoch; `None` for never."""
    timeout = next_timeout(arguments)
    deadline = client.state.clock + timeout
    return deadline if timeout and deadline <= INT64_MAX else None


# -- XREAD ------------------------------------------------------------------------------------------------------------


def xread(client: Client, request: list[bytes]) -> object:
    query = _Query(client, request, for_group=False)
    known: dict[bytes, int] = {}  # for those that wait: of a key that is named twice, the first one counts
    found: list[tuple[bytes, list[object]]] = []
    for key, text in zip(query.keys, query.ids, strict=True):
        stream = look_up(client, key, StreamValue)
        after = _known_id(stream, text)
        known.setdefault(key, after)
        if stream is not None and stream.last_entry_id > after:
            found.append((key, entries_reply(stream.entries(after + 1, count=query.count))))
    if found:
        return streams_reply(client, found)
    return _wait_for_entries(client, query, known) if query.blocks else NULL_ARRAY


def _known_id(stream: StreamValue | None, text: bytes) -> int:
    if text == b"$":
        return 0 if stream is None else stream.last_id
    if text == b">":
        raise CommandError(
            b"ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."
        )
    return parse_id(text)


def _wait_for_entries(client: Client, query: _Query, known: dict[bytes, int]) -> Wait:
    db = client.db

    def attempt(key: bytes) -> object:
        stream = db.peek(key, client.state.clock)
        if not isinstance(stream, StreamValue) or stream.last_id <= known[key]:
            return NOT_YET
        entries = stream.entries(known[key] + 1, count=query.count)  # none, if they are deleted already
        return streams_reply(client, [(key, entries_reply(entries))])

    return Wait(query.keys, query.deadline, attempt, NULL_ARRAY)


# -- XREADGROUP -------------------------------------------------------------------------------------------------------


def xreadgroup(client: Client, request: list[bytes]) -> object:
    query = _Query(client, request, for_group=True)
    assert query.group is not None
    places = [_place(client, query.group, *pair) for pair in zip(query.keys, query.ids, strict=True)]
    found: list[tuple[bytes, list[object]]] = []
    logged: list[list[bytes]] = []
    for key, (stream, group, after) in zip(query.keys, places, strict=True):
        if after != _NEW:
            found.append((key, _Reader(client, query, key, stream, group, logged).read_again(after)))
        elif stream.last_entry_id > group.last_id:
            found.append((key, _Reader(client, query, key, stream, group, logged).read_new()))
    client.propagate(*logged)
    if found:
        return streams_reply(client, found)
    return _wait_for_news(client, query) if query.blocks else NULL_ARRAY


def _place(client: Client, name: bytes, key: bytes, text: bytes) -> tuple[StreamValue, Group, int]:
    """The stream, the group, and behind which id to read. Nothing is changed before all streams are looked at."""
    stream, group = existing_group(client, key, name, b" in XREADGROUP with GROUP option")
    if text == b"$":
        raise CommandError(
            b"ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer "
            b"by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty "
            b"result set."
        )
    return stream, group, _NEW if text == b">" else parse_id(text)


class _Reader:
    """A consumer that reads one stream. What the append-only file has to hold of it is added to `logged`."""

    __slots__ = ("_client", "_consumer", "_group", "_log", "_query", "_stream")

    def __init__(
        self, client: Client, query: _Query, key: bytes, stream: StreamValue, group: Group, logged: list[list[bytes]]
    ) -> None:
        assert query.group is not None
        self._client = client
        self._query = query
        self._stream = stream
        self._group = group
        self._log = GroupLog(client, logged, key, query.group, group)
        self._consumer: Consumer = consumer_of(client, key, group, query.consumer, self._log)

    def read_new(self) -> list[object]:
        """The entries that nobody in the group has read; they are this consumer's from now on, unless NOACK."""
        group, now = self._group, self._client.state.present
        entries = self._stream.entries(group.last_id + 1, count=self._query.count)
        for id_, _ in entries:
            group.advance(self._stream, id_)
            if not self._query.noack:
                self._log.claim(id_, group.deliver(id_, self._consumer, now))
        if entries:
            self._log.position()
        return entries_reply(entries)

    def read_again(self, after: int) -> list[object]:
        """What this consumer has got and not acknowledged; a null for the fields of what is deleted by now."""
        ids = islice(self._consumer.pending.irange(after + 1), self._query.count)
        return [self._deliver_again(id_) for id_ in ids]

    def _deliver_again(self, id_: int) -> object:
        pending = self._consumer.pending[id_]
        pending.delivered = self._client.state.present
        pending.count += 1
        fields = self._stream.get(id_)
        if fields is None:
            return [id_text(id_), NULL_ARRAY]
        self._log.claim(id_, pending)
        return [id_text(id_), fields]


def _wait_for_news(client: Client, query: _Query) -> Wait:
    db, name = client.db, query.group
    assert name is not None

    def attempt(key: bytes) -> object:
        stream = db.peek(key, client.state.clock)
        if not isinstance(stream, StreamValue):
            raise CommandError(b"UNBLOCKED the stream key no longer exists")
        group = stream.groups.get(name)
        if group is None:
            raise CommandError(b"NOGROUP the consumer group this client was blocked on no longer exists")
        if stream.last_id <= group.last_id:
            return NOT_YET
        logged: list[list[bytes]] = []
        entries = _Reader(client, query, key, stream, group, logged).read_new()
        client.propagate(*logged)
        return streams_reply(client, [(key, entries)])

    return Wait(query.keys, query.deadline, attempt, NULL_ARRAY, needs=StreamValue)
