"""Keyspace notifications: changes of keys, published on channels.

What belongs here: when which event is published. Events are told by `Db.touch`; two classes are not changes, and are
found out by hooks around commands while they are wanted: `m` (a read found no key) and `n` (a key is new).

    __keyspace@0__:key   carries the event      (flag K)
    __keyevent@0__:event carries the key        (flag E)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from framewire.redis.facts.command import Command
from framewire.redis.keyspace_events import ALL_CLASSES, EVENT_CLASSES
from framewire.redis.server.clients.hooks import Hooks
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.keyspace.databases import Databases

__all__ = ["Notifications"]


class Selecting(Protocol):
    """What is used of a client: the database that it has selected."""

    db: Db


C = TypeVar("C", bound=Selecting)


class Notifications:
    """Publishes what `obey` was told to. Nobody calls it while no flag asks for anything."""

    __slots__ = ("_absent", "_databases", "_flags", "_hooks", "_misses", "_publish_on")

    def __init__(self, databases: Databases, hooks: Hooks[C], publish: Callable[[bytes, bytes], object]) -> None:
        self._databases = databases
        self._hooks = hooks
        self._publish_on = publish
        self._flags = ""
        self._misses: int | None = None  # of the database, before the running command; none where others ran within
        self._absent: set[tuple[Db, bytes]] = set()  # keys that the running command may create

    def obey(self, flags: str) -> None:
        """The parameter, in its canonical spelling. Caller calls `State.hooks_changed` afterwards."""
        wanted = flags if "K" in flags or "E" in flags else ""
        self._flags = wanted.replace("A", ALL_CLASSES)
        self._databases.unobserve(self._changed)
        if any(flag in self._flags for flag in ALL_CLASSES + "n"):
            self._databases.observe(self._changed)
        self._hooks.remove(self._before, self._after)
        if "m" in self._flags or "n" in self._flags:
            self._hooks.add(self._before, self._after)

    def _changed(self, db: Db, key: bytes, event: bytes) -> None:
        """The observer of all databases. A new key is announced before what was done to it."""
        if self._absent and (db, key) in self._absent and key in db.values:
            self._absent.discard((db, key))
            self._publish(db, key, b"new")
        self._publish(db, key, event)

    def _publish(self, db: Db, key: bytes, event: bytes) -> None:
        flags = self._flags
        if EVENT_CLASSES.get(event, "d") not in flags:
            return
        if "K" in flags:
            self._publish_on(b"__keyspace@%d__:%s" % (db.index, key), event)
        if "E" in flags:
            self._publish_on(b"__keyevent@%d__:%s" % (db.index, event), key)

    def _before(self, client: Selecting, command: Command, request: list[bytes]) -> None:
        self._misses = client.db.misses
        if "n" in self._flags and command.has_flag("write"):
            db = client.db
            self._absent = {(db, key) for key in command.keys_in(request) if key not in db.values}

    def _after(self, client: Selecting, command: Command, request: list[bytes]) -> None:
        misses, self._misses = self._misses, None
        self._absent.clear()
        if misses is not None and client.db.misses > misses and "m" in self._flags:
            for key in command.keys_in(request):
                if key not in client.db.values:
                    self._publish(client.db, key, b"keymiss")
