"""Keyspace notifications: changes of keys, published on channels.

What belongs here: which event belongs to which class (a letter of `notify-keyspace-events`), and the channels. Events
are told by `Db.touch`; two classes are not changes, and are found out by looking at commands while they are wanted:
`m` (a read found no key) and `n` (a key is new).

    __keyspace@0__:key   carries the event      (flag K)
    __keyevent@0__:event carries the key        (flag E)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewire.redis.server.clients.state import State
    from framewire.redis.server.commands.table import Command
    from framewire.redis.server.keyspace.database import Db
    from framewire.redis.server.running.session import Session

__all__ = ["EVENT_CLASSES", "Notifications", "canonical_flags"]

_CLASSES: dict[str, str] = {
    "g": "del expire persist rename_from rename_to move_from move_to copy_to restore",
    "$": "set setrange setbit append incrby incrbyfloat",
    "l": "lpush rpush lpop rpop linsert lset lrem ltrim sortstore",
    "s": "sadd srem spop sunionstore sinterstore sdiffstore",
    "h": "hset hdel hincrby hincrbyfloat",
    "z": "zadd zincr zrem zremrangebyscore zremrangebyrank zremrangebylex zpopmin zpopmax "
    "zunionstore zinterstore zdiffstore zrangestore geosearchstore georadiusstore",
    "x": "expired",
    "e": "evicted",
    "t": "xadd xdel xtrim xsetid xgroup-create xgroup-setid xgroup-destroy xgroup-createconsumer xgroup-delconsumer",
    "n": "new",
    "m": "keymiss",
}
EVENT_CLASSES: dict[bytes, str] = {event.encode(): flag for flag, names in _CLASSES.items() for event in names.split()}

_ALL = "g$lshzxetd"  # what A stands for: everything but m and n; d, of modules, never happens here
_ORDER = _ALL + "KEmn"


def canonical_flags(text: str) -> str | None:
    """The flags in Redis' order, A where it stands for all; `None` where one does not exist."""
    flags = set(text)
    if not flags <= set(_ORDER + "A"):
        return None
    if "A" in flags or flags >= set(_ALL):
        return "A" + "".join(flag for flag in "KEmn" if flag in flags)
    return "".join(flag for flag in _ORDER if flag in flags)


class Notifications:
    """Publishes what `obey` was told to. Nobody calls it while no flag asks for anything."""

    __slots__ = ("_absent", "_flags", "_misses", "_state")

    def __init__(self, state: State) -> None:
        self._state = state
        self._flags = ""
        self._misses = 0  # of the database, before the running command
        self._absent: set[tuple[Db, bytes]] = set()  # keys that the running command may create

    def obey(self, flags: str) -> None:
        """The parameter, in its canonical spelling. Caller calls `State.reinstrument` afterwards."""
        wanted = flags if "K" in flags or "E" in flags else ""
        self._flags = wanted.replace("A", _ALL)
        state, instruments = self._state, self._state.instruments
        state.observers = [look for look in state.observers if look != self.changed]
        if any(flag in self._flags for flag in _ALL + "n"):
            state.observers = [*state.observers, self.changed]
        instruments.look_no_more(self._before, self._after)
        if "m" in self._flags or "n" in self._flags:
            instruments.look_before(self._before)
            instruments.look_after(self._after)

    def changed(self, db: Db, key: bytes, event: bytes) -> None:
        """The observer of all databases. A new key is announced before what was done to it."""
        if self._absent and (db, key) in self._absent and key in db.values:
            self._absent.discard((db, key))
            self._publish(db, key, b"new")
        self._publish(db, key, event)

    def _publish(self, db: Db, key: bytes, event: bytes) -> None:
        flags = self._flags
        if EVENT_CLASSES.get(event, "d") not in flags:
            return
        publish = self._state.pubsub.publish
        if "K" in flags:
            publish(b"__keyspace@%d__:%s" % (db.index, key), event)
        if "E" in flags:
            publish(b"__keyevent@%d__:%s" % (db.index, event), key)

    def _before(self, session: Session, command: Command, request: list[bytes]) -> None:
        self._misses = session.db.misses
        if "n" in self._flags and command.has_flag("write"):
            db = session.db
            self._absent = {(db, key) for key in command.keys_in(request) if key not in db.values}

    def _after(self, session: Session, command: Command, request: list[bytes], microseconds: int) -> None:
        self._absent.clear()
        if session.db.misses > self._misses and "m" in self._flags:
            for key in command.keys_in(request):
                if key not in session.db.values:
                    self._publish(session.db, key, b"keymiss")
