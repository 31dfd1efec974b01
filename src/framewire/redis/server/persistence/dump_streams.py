"""From a stream to the requests that make it again, its groups too.

What belongs here: what `dump.py` does for the other types. Ids, counters and times are set by name. An entry that is
pending in a group although it was deleted cannot be claimed, so it is there for a while: it is added in its place, and
deleted once it is claimed. (Redis forgets such an entry when it rewrites its file.)
"""

from __future__ import annotations

from collections.abc import Iterator

from framewire.redis.server.values.stream_groups import Consumer, Group
from framewire.redis.server.values.streams import StreamValue, id_text

__all__ = ["dump_stream"]

_SOMETHING = [b"x", b"y"]
_CLAIMED = [b"JUSTID", b"FORCE"]
_IDS_AT_ONCE = 64


def dump_stream(key: bytes, stream: StreamValue) -> Iterator[list[bytes]]:
    """The requests that make `stream` again under `key`. O(n) at once for a copy, the rest as they are taken."""
    entries = dict(stream.entries())
    groups = {name: group.copy() for name, group in stream.groups.items()}
    position = [b"XSETID", key, id_text(stream.last_id), b"ENTRIESADDED", b"%d" % stream.entries_added,
                b"MAXDELETEDID", id_text(stream.max_deleted_id)]  # fmt: skip
    return _spell(key, entries, groups, position)


def _spell(
    key: bytes, entries: dict[int, list[bytes]], groups: dict[bytes, Group], position: list[bytes]
) -> Iterator[list[bytes]]:
    deleted = {id_ for group in groups.values() for id_ in group.pending if id_ not in entries}
    for id_ in sorted(entries.keys() | deleted):
        yield [b"XADD", key, id_text(id_), *entries.get(id_, _SOMETHING)]
    if not (entries or deleted):
        yield [b"XADD", key, b"MAXLEN", b"0", b"0-1", *_SOMETHING]
    yield position
    for name, group in groups.items():
        yield from _spell_group(key, name, group)
    if deleted:
        yield [b"XDEL", key, *map(id_text, sorted(deleted))]
        yield position


def _spell_group(key: bytes, name: bytes, group: Group) -> Iterator[list[bytes]]:
    read = b"-1" if group.entries_read is None else b"%d" % group.entries_read
    yield [b"XGROUP", b"CREATE", key, name, id_text(group.last_id), b"ENTRIESREAD", read]
    for consumer in group.consumers.values():
        yield [b"XGROUP", b"CREATECONSUMER", key, name, consumer.name]
        yield from _spell_pending(key, name, consumer)


def _spell_pending(key: bytes, name: bytes, consumer: Consumer) -> Iterator[list[bytes]]:
    """Neighbours that were delivered together, and as often, in one request."""
    ids: list[bytes] = []
    same: tuple[int, int] | None = None
    for id_, pending in consumer.pending.items():
        if same != (pending.delivered, pending.count) or len(ids) == _IDS_AT_ONCE:
            if same is not None:
                yield _claim(key, name, consumer.name, ids, *same)
            same, ids = (pending.delivered, pending.count), []
        ids.append(id_text(id_))
    if same is not None:
        yield _claim(key, name, consumer.name, ids, *same)


def _claim(key: bytes, group: bytes, consumer: bytes, ids: list[bytes], delivered: int, count: int) -> list[bytes]:
    times = [b"TIME", b"%d" % delivered, b"RETRYCOUNT", b"%d" % count]
    return [b"XCLAIM", key, group, consumer, b"0", *ids, *times, *_CLAIMED]
