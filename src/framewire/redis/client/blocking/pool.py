"""Links of their own, lent and taken back.

What belongs here: how many there are, which threads wait for one, and which may be lent again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from weakref import WeakSet

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import no_room

__all__ = ["Pool"]


class _Place:
    """Room for a link that is being opened."""

    __slots__ = ("__weakref__",)


class Pool:
    """At most `max_connections` links at a time; a thread that finds none free waits for one.

    What is lent is known weakly: a link that an interrupted thread never got hold of counts no more once it is freed.
    """

    def __init__(self, options: Options, opener: Opener) -> None:
        self._options = options
        self._opener = opener
        self._closed = False
        self.on_lend: Callable[[Link], None] = _nothing
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child there are no links yet: those of its parent stay the parent's."""
        self._changed = threading.Condition(threading.Lock())  # over all of it
        self._free: list[Link] = []
        self._lent: WeakSet[Link | _Place] = WeakSet()

    def has_room(self) -> bool:
        """Whether `take` would find a link, or make one, without waiting for another to be given back."""
        with self._changed:
            return bool(self._free) or len(self._lent) < self._options.max_connections

    def take(self) -> Link:
        """A link that nobody else uses; give it back.

        Raises what connecting raises, and `MaxConnectionsError` where none is free for `socket_timeout`.
        """
        while True:
            lent = self._reserve()
            if isinstance(lent, _Place):
                return self._open(lent)
            lent.look()
            if self._is_fit(lent):
                return lent
            self.give_back(lent, clean=False)

    def _is_fit(self, link: Link) -> bool:
        """Whether it is alive, and has taken new credentials if there are any."""
        renewals = self._opener.renewals
        if not link.lost and link.renewals != renewals:
            try:
                link.call((b"AUTH", *self._opener.renewed), None, self._options.socket_connect_timeout)
                link.renewals = renewals
            except RedisError as error:
                link.abort(ConnectionError(f"the link could not be authenticated anew: {error}"))
        return not link.lost

    def _reserve(self) -> Link | _Place:
        """A free link, lent from now on, or room for a new one."""
        seconds = self._options.socket_timeout
        deadline = None if seconds is None else monotonic() + seconds
        with self._changed:
            while True:
                if self._closed:
                    raise ConnectionError("the client is closed")
                if self._free or len(self._lent) < self._options.max_connections:
                    lent = self._free.pop() if self._free else _Place()
                    self._lent.add(lent)
                    return lent
                left = None if deadline is None else deadline - monotonic()
                if left is not None and left <= 0:
                    raise no_room(self._options)
                self._changed.wait(left)

    def _open(self, place: _Place) -> Link:
        link = None
        try:
            link = self._opener.open(self._options, None, patient=True)
        finally:
            with self._changed:
                self._lent.discard(place)
                if link is not None:
                    self._lent.add(link)
                self._changed.notify()
        if self._closed:
            link.abort()
            raise ConnectionError("the client is closed")
        self.on_lend(link)
        return link

    def give_back(self, link: Link, *, clean: bool) -> None:
        """`link` is not used any more; it is lent again only if it is `clean`: as it was lent."""
        with self._changed:
            self._lent.discard(link)
            kept = clean and not link.lost and not self._closed
            if kept:
                self._free.append(link)
            self._changed.notify()
        if not kept:
            link.abort()

    def close(self) -> None:
        """End all of them."""
        with self._changed:
            self._closed = True
            links = [*self._free, *(lent for lent in self._lent if isinstance(lent, Link))]
            self._free.clear()
            self._changed.notify_all()
        for link in links:
            link.abort()


def _nothing(link: Link) -> None:
    pass
