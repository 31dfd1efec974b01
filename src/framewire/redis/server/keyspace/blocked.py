"""Clients that wait for something to appear under a key: who they are, and in which order they are served.

What belongs here: `Wait`, which a blocking command returns, and the queue of those who wait. No client, no socket and
no timer: whoever runs a client's commands gives a function that tries again, and sees to the time.

    BLPOP finds nothing --> Wait --> in the queue of each key --> `serve` (somebody pushed) --> `wait.serve(key)`
                                                        `--> `remove`: its time has come; CLIENT UNBLOCK; it has gone

Who came first is served first, for each key (Redis' "fair" order). While a transaction or a script runs, nobody is
served; its end serves all whose keys became ready. When several keys did, the one that did first comes first.

XREADGROUP cannot go on waiting when its stream is gone, or is something else. As long as a client waits like that
(`demanding`), every change of a key that somebody waits for is told (`changed`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from framewire.redis.server.keyspace.database import Db

__all__ = ["NOT_YET", "BlockedClients", "Wait"]

NOT_YET: Final = object()


@dataclass(slots=True, eq=False)
class Wait:
    """What a command waits for: one of `keys`, until `deadline` (milliseconds since the epoch; `None`: for ever).

    `attempt(key)` is called when `key` may have what it needs: it returns the reply, or `NOT_YET`; it must take what it
    needs, touch what it changes, and may raise `CommandError`. `otherwise` is the reply when the time has come, and
    `at_once` the one where nobody may wait, in a transaction or a script; the same unless given. When a key turns out
    to be no `needs`, `attempt` is called too, which then ends the wait. While it is in a queue, `serve(key)` is how the
    client is told of a key: it calls `attempt`, and leaves the queue where that gave a reply.
    """

    keys: list[bytes]
    deadline: int | None
    attempt: Callable[[bytes], object]
    otherwise: object
    at_once: object = NOT_YET
    needs: type | None = None
    serve: Callable[[bytes], None] = field(default=lambda key: None, repr=False)
    spent: int = 0  # microseconds until it began to wait

    def __post_init__(self) -> None:
        if self.at_once is NOT_YET:
            self.at_once = self.otherwise


class BlockedClients:
    """Who waits, in all databases of one server; each by its `Wait`."""

    __slots__ = ("_changed", "_count", "_held", "_queues", "_ready", "demanding", "on_demand")

    def __init__(self) -> None:
        # Ordered dictionaries, because a plain one takes longer to find its first entry the more went before it.
        self._queues: dict[tuple[Db, bytes], OrderedDict[Wait, None]] = {}
        self._count = 0
        self._ready: dict[tuple[Db, bytes], None] = {}  # in order; filled while serving is held back
        self._changed: dict[tuple[Db, bytes], None] = {}  # in order; only while there is anybody demanding
        self._held = 0
        self.demanding = 0  # how many cannot go on waiting when a key is gone
        self.on_demand: Callable[[], None] = _nothing  # called when that number changes

    def __len__(self) -> int:
        """How many clients wait. O(1)."""
        return self._count

    def add(self, db: Db, wait: Wait) -> None:
        """Put `wait` behind all others that wait for one of its keys in `db`. O(keys)."""
        self._count += 1
        for key in wait.keys:
            queue = self._queues.get((db, key))
            if queue is None:
                queue = self._queues[db, key] = OrderedDict()
                db.waited.add(key)
            queue[wait] = None
        self._count_demand(wait, 1)

    def remove(self, db: Db, wait: Wait) -> None:
        """Take `wait` out of the queues. Caller must have put it there. O(keys)."""
        self._count -= 1
        for key in wait.keys:
            queue = self._queues.get((db, key))
            if queue is not None:
                queue.pop(wait, None)
                if not queue:
                    del self._queues[db, key]
                    db.waited.discard(key)
        self._count_demand(wait, -1)

    def _count_demand(self, wait: Wait, change: int) -> None:
        if wait.needs is not None:
            self.demanding += change
            self.on_demand()

    def ready(self, db: Db, key: bytes) -> None:
        """Something appeared under `key`; serve those who wait for it, or remember it while serving is held back."""
        self._ready[db, key] = None
        if not self._held:
            self.serve()

    def changed(self, db: Db, key: bytes) -> None:
        """Something happened to `key`; who cannot go on waiting is told, at once unless serving is held back."""
        self._changed[db, key] = None
        if not self._held:
            self.serve()

    def hold(self) -> None:
        """Serve nobody until as many calls of `release`."""
        self._held += 1

    def release(self) -> None:
        """The counterpart of `hold`; the last one serves all whose keys became ready meanwhile."""
        self._held -= 1
        if not self._held:
            self.serve()

    def serve(self) -> None:
        """Serve who waits for a ready key, in order; what that makes ready too (a move to another list) comes after."""
        self._held += 1
        try:
            while self._changed or self._ready:
                if self._changed:
                    self._end_the_lost(*_take_first(self._changed))
                else:
                    self._serve_key(*_take_first(self._ready))
        finally:
            self._held -= 1

    def all_changed(self, db: Db) -> None:
        """All keys of `db` are others. O(keys that somebody waits for)."""
        if self.demanding:
            for key in tuple(db.waited):
                self.changed(db, key)

    def _end_the_lost(self, db: Db, key: bytes) -> None:
        """Let those end who need something else than what is there now. O(those who wait for the key)."""
        queue = self._queues.get((db, key), OrderedDict())
        for wait in list(queue):
            if wait in queue and wait.needs is not None and not isinstance(db.values.get(key), wait.needs):
                wait.serve(key)

    def _serve_key(self, db: Db, key: bytes) -> None:
        """Serve one after the other until the key is gone, or everybody had a turn. O(turns).

        Who could not be served (it waits for another type, say) steps aside, and in the end back to its place in front.
        """
        queue = self._queues.get((db, key))
        if queue is None:
            return
        stepped_aside = []
        for _ in range(len(queue)):
            wait = next(iter(queue), None)
            if wait is None or key not in db.values:
                break
            wait.serve(key)
            if wait in queue:
                queue.move_to_end(wait)
                stepped_aside.append(wait)
        for wait in reversed(stepped_aside):
            if wait in queue:
                queue.move_to_end(wait, last=False)


def _take_first(keys: dict[tuple[Db, bytes], None]) -> tuple[Db, bytes]:
    first = next(iter(keys))
    del keys[first]
    return first


def _nothing() -> None:
    pass
