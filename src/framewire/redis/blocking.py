"""Clients that wait for something to appear under a key: who they are, and in which order they are served.

What belongs here: `Wait`, which a blocking command returns, and the queue of those who wait. No socket and no timer:
the server asks a session until when it waits, and tells it when that time has come.

    BLPOP finds nothing --> Wait --> in the queue of each key --> `serve` (somebody pushed) --> the reply
                                                        |--> `Session.end_wait` (its time has come; CLIENT UNBLOCK)
                                                        `--> `Session.close`

Who came first is served first, for each key (Redis' "fair" order). While a transaction or a script runs, nobody is
served; its end serves all whose keys became ready. When several keys did, the one that did first comes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from framewire.redis.db import Db

if TYPE_CHECKING:
    from framewire.redis.session import Session

__all__ = ["NOT_YET", "Wait", "Waiters"]

NOT_YET: Final = object()


@dataclass(slots=True)
class Wait:
    """What a command waits for: one of `keys`, until `deadline` (milliseconds since the epoch; `None`: for ever).

    `attempt(key)` is called when `key` may have what it needs: it returns the reply, or `NOT_YET`; it must take what it
    needs, touch what it changes, and may raise `CommandError`. `otherwise` is the reply when the time has come, and
    `at_once` the one where nobody may wait, in a transaction or a script; the same unless given.
    """

    keys: list[bytes]
    deadline: int | None
    attempt: Callable[[bytes], object]
    otherwise: object
    at_once: object = NOT_YET

    def __post_init__(self) -> None:
        if self.at_once is NOT_YET:
            self.at_once = self.otherwise


class Waiters:
    """Who waits, in all databases of one server."""

    __slots__ = ("_count", "_held", "_queues", "_ready")

    def __init__(self) -> None:
        # Ordered dictionaries, because a plain one takes longer to find its first entry the more went before it.
        self._queues: dict[tuple[Db, bytes], OrderedDict[Session, None]] = {}
        self._count = 0
        self._ready: dict[tuple[Db, bytes], None] = {}  # in order; filled while serving is held back
        self._held = 0

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

    def ready(self, db: Db, key: bytes) -> None:
        """Something appeared under `key`; serve those who wait for it, or remember it while serving is held back."""
        self._ready[db, key] = None
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
            while self._ready:
                db, key = next(iter(self._ready))
                del self._ready[db, key]
                self._serve_key(db, key)
        finally:
            self._held -= 1

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
