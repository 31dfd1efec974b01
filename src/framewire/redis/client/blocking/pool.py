"""Links of their own, lent and taken back.

What belongs here: how many there are, which threads wait for one, and which may be lent again.
"""

from __future__ import annotations

import threading

from framewire.redis.client.blocking.forks import begins_anew
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options

__all__ = ["Pool"]


class Pool:
    """At most `max_connections` links at a time; a thread that finds none free waits for one."""

    def __init__(self, options: Options, opener: Opener) -> None:
        self._options = options
        self._opener = opener
        self._closed = False
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child there are no links yet: those of its parent stay the parent's."""
        self._changed = threading.Condition(threading.Lock())  # over all of it
        self._free: list[Link] = []
        self._lent: set[Link] = set()
        self._opening = 0

    def has_room(self) -> bool:
        """Whether `take` would find a link, or make one, without waiting for another to be given back."""
        with self._changed:
            return bool(self._free) or len(self._lent) + self._opening < self._options.max_connections

    def take(self) -> Link:
        """A link that nobody else uses; give it back. Raises what connecting raises."""
        while True:
            link = self._reserve()
            if link is None:
                return self._open()
            link.look()
            if self._is_fit(link):
                return link
            self.give_back(link, clean=False)

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

    def _reserve(self) -> Link | None:
        """A free link, lent from now on; or `None`: there is room for a new one, which is counted from now on."""
        with self._changed:
            while True:
                if self._closed:
                    raise ConnectionError("the client is closed")
                if self._free:
                    link = self._free.pop()
                    self._lent.add(link)
                    return link
                if len(self._lent) + self._opening < self._options.max_connections:
                    self._opening += 1
                    return None
                self._changed.wait()

    def _open(self) -> Link:
        link = None
        try:
            link = self._opener.open(self._options, None, patient=True)
        finally:
            with self._changed:
                self._opening -= 1
                if link is not None:
                    self._lent.add(link)
                self._changed.notify()
        if self._closed:
            link.abort()
            raise ConnectionError("the client is closed")
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
            links = [*self._free, *self._lent]
            self._free.clear()
            self._lent.clear()
            self._changed.notify_all()
        for link in links:
            link.abort()
