"""The forms of replies that commands on streams share.

What belongs here: entries, and streams with their entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from framewire.frames.resp import Map
from framewire.redis.server.clients.client import Client
from framewire.redis.server.values.streams import Entry, id_text

__all__ = ["entries_reply", "streams_reply"]


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
