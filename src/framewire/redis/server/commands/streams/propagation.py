"""What changes to groups tell others: notifications, and what the append-only file holds.

What belongs here: these, and the consumer who gets something, of whom both may have to tell.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.values.stream_groups import Consumer, Group, Pending
from framewire.redis.server.values.streams import id_text

__all__ = ["GroupLog", "consumer_of", "notify"]


def notify(client: Client, key: bytes, event: bytes) -> None:
    """Tell of a change to groups: notifications announce it, but for WATCH the stream is what it was."""
    client.state.databases.announce(client.db, key, event)


class GroupLog:
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


def consumer_of(client: Client, key: bytes, group: Group, name: bytes, log: GroupLog) -> Consumer:
    """The consumer of that name, who gets something now; a new one where there is none."""
    now = client.state.present
    if group.add_consumer(name, now):
        notify(client, key, b"xgroup-createconsumer")
        log.consumer(name)
    consumer = group.consumers[name]
    consumer.seen = now
    return consumer
