"""From a stream to the requests that make it again.

What belongs here: the type that needs more than one kind of request. What was delivered and not acknowledged comes
back too, unless the entry was deleted from the stream meanwhile: there is no request for that, in Redis neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from framewire.redis.values.stream_groups import Group
from framewire.redis.values.streams import StreamValue, id_text

__all__ = ["dump_stream"]

Requests = Iterator[list[bytes]]


def dump_stream(key: bytes, stream: StreamValue) -> Requests:
    """The requests, made as they are taken. Caller must see to it that the stream does not change meanwhile."""
    for id_, fields in stream.entries():
        yield [b"XADD", key, id_text(id_), *fields]
    if not stream:  # an entry comes and goes, and what it was counted as is set right
        yield [b"XADD", key, b"MAXLEN", b"0", b"0-1", b"x", b"y"]
    yield [
        b"XSETID", key, id_text(stream.last_id),
        b"ENTRIESADDED", b"%d" % stream.entries_added, b"MAXDELETEDID", id_text(stream.max_deleted_id),
    ]  # fmt: skip
    for name, group in stream.groups.items():
        yield from _group(key, name, group, stream)


def _group(key: bytes, name: bytes, group: Group, stream: StreamValue) -> Requests:
    read = -1 if group.entries_read is None else group.entries_read
    yield [b"XGROUP", b"CREATE", key, name, id_text(group.last_id), b"ENTRIESREAD", b"%d" % read]
    for consumer in group.consumers.values():
        yield [b"XGROUP", b"CREATECONSUMER", key, name, consumer.name]
    for id_, pending in group.pending.items():
        if id_ in stream:
            yield [
                b"XCLAIM", key, name, pending.consumer.name, b"0", id_text(id_),
                b"TIME", b"%d" % pending.delivered, b"RETRYCOUNT", b"%d" % pending.count, b"FORCE", b"JUSTID",
            ]  # fmt: skip
