"""Clients that wait for something to appear under a key: who they are, and in which order they are served.

What belongs here: `Wait`, which a blocking command returns, and the queue of those who wait. No socket and no timer:
the server asks a session until when it waits, and tells it when that time has come.

    BLPOP finds nothing --> Wait --> in the queue of each key --> `serve` (somebody pushed) --> the reply
                                                        |--> `Session.end_wait` (its time has come; CLIENT UNBLOCK)
                                                        `--> `Session.close`

Who came first is served first, for each key (Redis' "fair" order). While a transaction or a script runs, nobody is
served; its end serves all whose keys became ready. When several keys did, the one that did first comes first.

XREADGROUP cannot go on waiting when its stream is gone, or is something else. As long as a client waits like that
(`demanding`), every change of a key that somebody waits for is told (`changed`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from framewire.redis.server.keyspace.database import Db

if TYPE_CHECKING:
    from framewire.redis.server.running.session import Session

__all__ = ["NOT_YET", "Wait", "Waiters"]

NOT_YET: Final = object()


@dataclass(slots=True)
class Wait:
    """What a command waits for: one of `keys`, until `deadline` (milliseconds since the epoch; `None`: for ever).

    `attempt(key)` is called when `key` may have what it needs: it returns the reply, or `NOT_YET`; it must take what it
    needs, touch what it changes, and may raise `CommandError`. `otherwise` is the reply when the time has come, and
    `at_once` the one where nobody may wait, in a transaction or a script; the same unless given. When a key turns out
    to be no `needs`, `attempt` is called too, which then ends the wait.
    """

    keys: list[bytes]
    deadline: int | None
    attempt: Callable[[bytes], object]
    otherwise: object
    at_once: object = NOT_YET
    needs: type | None = None

    def __post_init__(self) -> None:
        if self.at_once is NOT_YET:
            self.at_once = self.otherwise


class Waiters:
    """Who waits, in all databases of one server."""

    __slots__ = ("_changed", "_count", "_held", "_queues", "_ready", "demanding", "on_demand")

    def __init__(self) -> None:
        # Ordered dictionaries, because a plain one takes longer to find its first entry the more went before it.
        self._queues: dict[tuple[Db, bytes], OrderedDict[Session, None]] = {}
        self._count = 0
        self._ready: dict[tuple[Db, bytes], None] = {}  # in order; filled while serving is held back
        self._changed: dict[tuple[Db, bytes], None] = {}  # in order; only while there is anybody demanding
        self._held = 0
        self.demanding = 0  # how many cannot go on waiting when a key is gone
        self.on_demand: Callable[[], None] = _nothing  # called when that number changes

    def __len__(self) -> int:
        """How many clients wait. O(1)."""
        return self._count

    def add(self, session: Session, wait: Wait) -> None:
        """Put the session behind all others that wait for one of the keys. O(keys)."""
        self._count += 1
        for key in wait.keys:
            queue = self._queues.get((session.db, key))
            if queue is None:
                queue = self._queues[session.db, key] = OrderedDict()
                session.db.waited.add(key)
            queue[session] = None
        self._count_demand(wait, 1)

    def remove(self, session: Session, wait: Wait) -> None:
        """Take the session out of the queues. Caller must have put it there. O(keys)."""
        self._count -= 1
        for key in wait.keys:
            queue = self._queues.get((session.db, key))
            if queue is not None:
                queue.pop(session, None)
                if not queue:
                    del self._queues[session.db, key]
                    session.db.waited.discard(key)
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

    def _end_the_lost(self, db: Db, key: bytes) -> None:
        """Let those end who need something else than what is there now. O(those who wait for the key)."""
        for session in list(self._queues.get((db, key), ())):
            wait = session.blocked
            if wait is not None and wait.needs is not None and not isinstance(db.values.get(key), wait.needs):
                session.try_to_end_wait(key)

    def _serve_key(self, db: Db, key: bytes) -> None:
        """Serve one after the other until the key is gone, or everybody had a turn. O(turns).

        Who could not be served (it waits for another type, say) steps aside, and in the end back to its place in front.
        """
        queue = self._queues.get((db, key))
        if queue is None:
            return
        stepped_aside = []
        for _ in range(len(queue)):
            session = next(iter(queue), None)
            if session is None or key not in db.values:
                break
            session.try_to_end_wait(key)
            if session in queue:
                queue.move_to_end(session)
                stepped_aside.append(session)
        for session in reversed(stepped_aside):
            if session in queue:
                queue.move_to_end(session, last=False)


def _take_first(keys: dict[tuple[Db, bytes], None]) -> tuple[Db, bytes]:
    first = next(iter(keys))
    del keys[first]
    return first


def _nothing() -> None:
    pass
