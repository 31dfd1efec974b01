"""What commands on streams share: forms of replies, finding a group, telling of a change, what is logged.

What belongs here: what several of the files `streams*.py` need.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from framewire.frames.resp import Map, Null
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.values.stream_groups import Consumer, Group, Pending
from framewire.redis.server.values.streams import Entry, id_text

__all__ = ["NULL_ARRAY", "Log", "consumer_of", "entries_reply", "no_group", "notice", "shown", "streams_reply"]

NULL_ARRAY: Final = Null(b"*")


# -- replies ----------------------------------------------------------------------------------------------------------


def entries_reply(entries: Iterable[Entry]) -> list[object]:
    """Entries as XRANGE shows them: each its id, and its fields and values in turn."""
    return [[id_text(id_), fields] for id_, fields in entries]


def streams_reply(client: Client, found: list[tuple[bytes, list[object]]]) -> object:
    """What was read from each stream; in RESP3 a map, in which a stream that was named twice is twice."""
    if client.protocol == 2:
        return found
    pairs: Any = tuple(found)
    by_key = dict(found)
    return by_key if len(by_key) == len(found) else Map(pairs)


def shown(text: bytes) -> bytes:
    """What an error shows of a name: it ends at a NUL, as in C."""
    return text.split(b"\0", 1)[0]


def no_group(key: bytes, group: bytes, where: bytes = b"") -> CommandError:
    """The error of most commands where there is no such key or group."""
    return CommandError(b"NOGROUP No such key '%s' or consumer group '%s'%s" % (shown(key), shown(group), where))


# -- changes ----------------------------------------------------------------------------------------------------------


def notice(client: Client, key: bytes, event: bytes) -> None:
    """Tell of a change to groups: notifications announce it, but for WATCH the stream is what it was."""
    client.state.databases.announce(client.db, key, event)


class Log:
    """What the append-only file holds of a command that delivers or claims entries.

    Each entry that changed hands becomes an XCLAIM, which says to whom, when and how often; so time and chance play no
    part when it is run again. Nothing is kept while nobody looks.
    """

    __slots__ = ("_client", "_group", "_group_name", "_key", "_requests")

    def __init__(self, client: Client, requests: list[list[bytes]], key: bytes, name: bytes, group: Group) -> None:
        self._client = client
        self._requests = requests
        self._key = key
        self._group_name = name
        self._group = group

    def consumer(self, name: bytes) -> None:
        """A consumer is new."""
        self._requests.append([b"XGROUP", b"CREATECONSUMER", self._key, self._group_name, name])

    def claim(self, id_: int, pending: Pending) -> None:
        """An entry now belongs to somebody; or it did last, and is gone, which the XCLAIM will find out too."""
        if self._client.state.hooks:
            self._requests.append([
                b"XCLAIM", self._key, self._group_name, pending.consumer.name, b"0", id_text(id_),
                b"TIME", b"%d" % pending.delivered, b"RETRYCOUNT", b"%d" % pending.count,
                b"FORCE", b"JUSTID", b"LASTID", id_text(self._group.last_id),
            ])  # fmt: skip

    def position(self) -> None:
        """The group has read further."""
        read = self._group.entries_read
        self._requests.append([
            b"XGROUP", b"SETID", self._key, self._group_name, id_text(self._group.last_id),
            b"ENTRIESREAD", b"%d" % (-1 if read is None else read),
        ])  # fmt: skip


def consumer_of(client: Client, key: bytes, group: Group, name: bytes, log: Log) -> Consumer:
    """The consumer of that name, who gets something now; a new one where there is none."""
    now = client.state.present
    if group.add_consumer(name, now):
        notice(client, key, b"xgroup-createconsumer")
        log.consumer(name)
    consumer = group.consumers[name]
    consumer.seen = now
    return consumer
