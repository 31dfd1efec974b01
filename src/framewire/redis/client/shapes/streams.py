"""Shapes of streams: entries, and what is known of streams, groups and consumers.

What belongs here: replies to commands of the group "stream". An entry is its id and a dict of its fields; where the
server names a field twice in one entry, the last value is in the dict.
"""

from __future__ import annotations

from typing import Any, Generic, TypeAlias, TypedDict

from framewire.redis.client.definition import S
from framewire.redis.client.shapes.basic import mapping
from framewire.redis.client.shapes.records import record, rows

__all__ = ["Entry", "PendingConsumer", "PendingEntry", "PendingSummary", "autoclaimed", "autoclaimed_ids", "entries",
           "pending_entries", "pending_summary", "read", "stream_in_full", "stream_info"]  # fmt: skip

Entry: TypeAlias = tuple[S, dict[S, S]]
"""An id, and the fields with their values."""


class PendingConsumer(TypedDict, Generic[S]):
    """How many entries are pending with a consumer."""

    name: S
    pending: int


class PendingSummary(TypedDict, Generic[S]):
    """What is pending in a group: how many entries, from which id to which, and with whom."""

    pending: int
    min: S | None
    max: S | None
    consumers: list[PendingConsumer[S]]


class PendingEntry(TypedDict, Generic[S]):
    """An entry that is pending: with whom, for how many milliseconds, and how often it was delivered."""

    message_id: S
    consumer: S
    time_since_delivered: int
    times_delivered: int


# -- entries ----------------------------------------------------------------------------------------------------------


def _entry(item: Any) -> tuple[Any, dict[Any, Any]]:
    id, fields = item
    return id, {} if fields is None else mapping(fields)


def entries(reply: Any) -> list[tuple[Any, dict[Any, Any]]]:
    """Entries; null in place of one (XCLAIM before Redis 7) is left out."""
    return [_entry(item) for item in reply if item is not None]


def read(reply: Any) -> dict[Any, list[tuple[Any, dict[Any, Any]]]]:
    """Entries by stream: RESP3's map, RESP2's list of lists, or null where nothing came."""
    if reply is None:
        return {}
    streams = reply.items() if isinstance(reply, dict) else reply
    return {name: entries(found) for name, found in streams}


def autoclaimed(reply: Any) -> tuple[Any, list[Any], list[Any]]:
    """Where to go on, the entries, and the ids of deleted ones."""
    cursor, found, *deleted = reply
    return cursor, entries(found), deleted[0] if deleted else []


def autoclaimed_ids(reply: Any) -> tuple[Any, list[Any], list[Any]]:
    cursor, ids, *deleted = reply
    return cursor, ids, deleted[0] if deleted else []


# -- what is pending --------------------------------------------------------------------------------------------------


def pending_summary(reply: Any) -> dict[str, Any]:
    """Four items: a number, two ids, and the consumers with their numbers, which are texts (null: nobody)."""
    pending, first, last, consumers = reply
    shares = [{"name": name, "pending": int(number)} for name, number in consumers or ()]
    return {"pending": pending, "min": first, "max": last, "consumers": shares}


def pending_entries(reply: Any) -> list[dict[str, Any]]:
    names = ("message_id", "consumer", "time_since_delivered", "times_delivered")
    return [dict(zip(names, item, strict=True)) for item in reply]


# -- XINFO STREAM -----------------------------------------------------------------------------------------------------


def stream_info(reply: Any) -> dict[str, Any]:
    about = record(reply)
    for name in ("first-entry", "last-entry"):
        if about.get(name) is not None:
            about[name] = _entry(about[name])
    return about


def stream_in_full(reply: Any) -> dict[str, Any]:
    """With `entries` a dict by id, and what is pending in tuples."""
    about = record(reply)
    about["entries"] = dict(entries(about["entries"]))
    about["groups"] = [_group(item) for item in about["groups"]]
    return about


def _group(reply: Any) -> dict[str, Any]:
    group = record(reply)
    group["pending"] = rows(group["pending"])
    group["consumers"] = [_consumer(item) for item in group["consumers"]]
    return group


def _consumer(reply: Any) -> dict[str, Any]:
    consumer = record(reply)
    consumer["pending"] = rows(consumer["pending"])
    return consumer
