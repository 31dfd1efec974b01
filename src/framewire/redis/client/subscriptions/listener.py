"""One listener: what it listens to, what it has not read, what it misses, and how it ended.

What belongs here: the state of one listener. Who tells it, and the server, is the book.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from framewire.redis.client.errors import RedisError
from framewire.redis.client.subscriptions.backlog import Backlog, Hole
from framewire.redis.client.subscriptions.items import Gap, Kind, Message, Reason

__all__ = ["Listener", "Mark", "Topic"]

Topic = tuple[Kind, bytes]
"""A channel, a pattern, or a channel of a shard."""

Mark = Hashable
"""A topic, or a topic at one of several servers that all send messages of it."""


class Listener:
    """`take` until `ended`; `arrived` is called when there may be something to take, or the end."""

    def __init__(self, backlog: Backlog, arrived: Callable[[], None]) -> None:
        self.backlog = backlog
        self.topics: set[Topic] = set()
        self.missing: set[Mark] = set()  # those of them whose messages came, and do not at the moment
        self.ended = False
        self.error: RedisError | None = None  # why it ended; nothing where it was closed
        self._arrived = arrived

    def put(self, message: Message[bytes]) -> bool:
        """Whether it has taken it, or made a gap of it; if not, it is to be failed: it reads too slowly."""
        taken = self.backlog.put(message)
        self._arrived()
        return taken

    def miss(self, mark: Mark, reason: Reason, since: float) -> None:
        """From here on messages of `mark` are missing."""
        if mark not in self.missing:
            self.missing.add(mark)
            self.backlog.put_hole(Hole(reason, since, open=True))

    def hear(self, mark: Mark) -> None:
        """They come again, or it listens to it no longer. When none is missing any more, gaps may be read."""
        if mark in self.missing:
            self.missing.discard(mark)
            if not self.missing:
                self.backlog.close_holes()
                self._arrived()

    def take(self) -> Message[bytes] | Gap | None:
        """The next item; `None` while there is none."""
        return self.backlog.take()

    def end(self, error: RedisError | None = None) -> None:
        """Nothing comes any more. With an error, what waits can still be read before it is raised."""
        if self.ended:
            return
        self.ended, self.error = True, error
        self.topics.clear()
        self.missing.clear()
        if error is None:
            self.backlog.clear()
        else:
            self.backlog.close_holes()
        self._arrived()
