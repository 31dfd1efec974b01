"""XINFO: what is known of a stream, its groups and their consumers.

What belongs here: its subcommands. Groups and consumers come in the order of their names.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.containers import help_of, unknown_form
from framewire.redis.server.commands.shared.lookup import look_up
from framewire.redis.server.commands.streams.lookup import group_of
from framewire.redis.server.commands.streams.replies import entries_reply
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import NO_SUCH_KEY, CommandError
from framewire.redis.server.values.radix import count_nodes
from framewire.redis.server.values.stream_groups import Consumer, Group, lag
from framewire.redis.server.values.streams import Entry, StreamValue, id_text

__all__ = ["consumers", "describe", "groups", "xinfo_help"]

_SHOWN = 10  # so many of each sort, where no COUNT is given


def _stream(client: Client, key: bytes) -> StreamValue:
    stream = look_up(client, key, StreamValue)
    if stream is None:
        raise CommandError(NO_SUCH_KEY)
    return stream


def describe(client: Client, request: list[bytes]) -> object:
    stream = _stream(client, request[2])
    return _short(stream) if len(request) == 3 else _full(stream, _full_count(request), client)


def _full_count(request: list[bytes]) -> int | None:
    """The number behind FULL COUNT; `None` is all."""
    words = [word.upper() for word in request[3:]]
    if words[0] != b"FULL" or len(words) not in (1, 3) or words[1:2] not in ([], [b"COUNT"]):
        raise unknown_form(request)
    count = Arguments(request, 5).next_int() if len(words) == 3 else _SHOWN
    return (count if count >= 0 else _SHOWN) or None


def _short(stream: StreamValue) -> dict[bytes, object]:
    return {
        **_numbers(stream),
        b"groups": len(stream.groups),
        b"first-entry": _entry(stream.entries(count=1)),
        b"last-entry": _entry(stream.entries_backwards(count=1)),
    }


def _numbers(stream: StreamValue) -> dict[bytes, object]:
    return {
        b"length": len(stream),
        b"radix-tree-keys": len(stream.node_ids),
        b"radix-tree-nodes": count_nodes(stream.node_ids),
        b"last-generated-id": id_text(stream.last_id),
        b"max-deleted-entry-id": id_text(stream.max_deleted_id),
        b"entries-added": stream.entries_added,
        b"recorded-first-entry-id": id_text(stream.first_id),
    }


def _entry(entries: list[Entry]) -> object:
    return entries_reply(entries)[0] if entries else None


def _full(stream: StreamValue, count: int | None, client: Client) -> dict[bytes, object]:
    groups = [_full_group(client, stream, name, group, count) for name, group in sorted(stream.groups.items())]
    return {**_numbers(stream), b"entries": entries_reply(stream.entries(count=count)), b"groups": groups}


def _full_group(client: Client, stream: StreamValue, name: bytes, group: Group, count: int | None) -> object:
    pending: Any = group.pending
    consumers = [_full_consumer(client, consumer, count) for _, consumer in sorted(group.consumers.items())]
    return {
        b"name": name,
        b"last-delivered-id": id_text(group.last_id),
        b"entries-read": group.entries_read,
        b"lag": lag(stream, group),
        b"pel-count": len(pending),
        b"pending": [
            [id_text(id_), item.consumer.name, item.delivered, item.count]
            for id_, item in islice(pending.items(), count)
        ],
        b"consumers": consumers,
    }


def _full_consumer(client: Client, consumer: Consumer, count: int | None) -> object:
    return {
        b"name": consumer.name,
        b"seen-time": _seen(client, consumer),
        b"pel-count": len(consumer.pending),
        b"pending": [
            [id_text(id_), item.delivered, item.count] for id_, item in islice(consumer.pending.items(), count)
        ],
    }


def _seen(client: Client, consumer: Consumer) -> int:
    """When it was seen last; by this server, which may have read of it in an append-only file."""
    return max(consumer.seen, client.state.started)


def groups(client: Client, request: list[bytes]) -> object:
    stream = _stream(client, request[2])
    return [
        {
            b"name": name,
            b"consumers": len(group.consumers),
            b"pending": len(group.pending),
            b"last-delivered-id": id_text(group.last_id),
            b"entries-read": group.entries_read,
            b"lag": lag(stream, group),
        }
        for name, group in sorted(stream.groups.items())
    ]


def consumers(client: Client, request: list[bytes]) -> object:
    group = group_of(_stream(client, request[2]), request[2], request[3])
    now = client.state.clock
    return [
        {b"name": name, b"pending": len(consumer.pending), b"idle": max(now - _seen(client, consumer), 0)}
        for name, consumer in sorted(group.consumers.items())
    ]


xinfo_help = help_of("xinfo", {
    "STREAM <key> [FULL [COUNT <count>]]": "The stream; with FULL its entries and groups too.",
    "GROUPS <key>": "The groups that read the stream.",
    "CONSUMERS <key> <group>": "The consumers of a group.",
})  # fmt: skip
