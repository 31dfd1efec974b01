"""Keyspace events: the channels they come on, what a message on one says, and whether the server sends them.

What belongs here: names and their parts. Source: the documentation of Redis' keyspace notifications.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Generic, Literal, NamedTuple

from framewire.redis.client.definition import S
from framewire.redis.client.errors import PubSubError
from framewire.redis.client.subscriptions.items import Kind, Message
from framewire.redis.client.subscriptions.listener import Topic
from framewire.redis.keyspace_events import ALL_CLASSES, EVENT_CLASSES

__all__ = ["Database", "EventFilter", "KeyEvent"]

Database = int | Literal["*"]
"""One database, or all of them."""

_CHANNEL = re.compile(rb"__key(space|event)@(\d+)__:(.*)", re.DOTALL)
_SPECIAL = re.compile(rb"([*?\[\]\\])")


class KeyEvent(NamedTuple, Generic[S]):
    """Something has happened to `key` of database `db`: `event` is its name, as `"set"`, `"del"`, `"expired"`."""

    event: str
    key: S
    db: int


class EventFilter:
    """Events of the keys that match the glob `pattern`, in one database or in all; `events` are their names, or empty
    for all.

    The server sends each event twice, if it was told to: on a channel of the event's name, and on one of the key's. For
    all keys it is the former that is listened to, else the latter.
    """

    def __init__(self, pattern: bytes, events: Collection[str], db: Database) -> None:
        self.by_key = pattern != b"*"
        self.letter = "K" if self.by_key else "E"
        self._pattern = pattern
        self._events = frozenset(events)
        self._db = str(db).encode()

    def topics(self) -> list[Topic]:
        """What to listen to."""
        start = b"__key%s@%s__:" % (b"space" if self.by_key else b"event", self._db)
        if self.by_key or not self._events:
            return [(Kind.PATTERN, start + self._pattern)]
        names = [start + _SPECIAL.sub(rb"\\\1", name.encode()) for name in sorted(self._events)]
        return [(Kind.PATTERN, name) for name in names]

    def event_of(self, message: Message[bytes]) -> KeyEvent[bytes] | None:
        """What a message tells; `None` where nobody asked for it."""
        found = _CHANNEL.fullmatch(message.channel)
        if found is None:
            return None  # somebody has published it who is no server
        by_key = found[1] == b"space"
        name, key = (message.data, found[3]) if by_key else (found[3], message.data)
        event = name.decode("utf-8", "surrogateescape")
        if self._events and event not in self._events:
            return None
        return KeyEvent(event, key, int(found[2]))

    # -- what the server was told to send -----------------------------------------------------------------------------

    def lacking(self, flags: str) -> str:
        """Which letters `notify-keyspace-events`, which is `flags`, lacks for these events to come; "" if none.

        Without names of events, some class of them will do. Events that we do not know may be in any class.
        """
        has = set(flags) | set(ALL_CLASSES if "A" in flags else "")
        lacking = {self.letter} - has
        if self._events:
            classes = {EVENT_CLASSES[name.encode()] for name in self._events if name.encode() in EVENT_CLASSES}
            lacking |= classes - has
        elif not has - set("KE"):
            lacking.add("A")
        return "".join(sorted(lacking))

    def check(self, flags: str) -> None:
        """Raises `PubSubError` where `flags` lacks something."""
        if lacking := self.lacking(flags):
            raise PubSubError(
                f"the server does not send these events: notify-keyspace-events is {flags!r} and lacks {lacking!r};"
                f" CONFIG SET notify-keyspace-events {flags + lacking!r} adds it, and so does enable=True"
            )
