"""Where the links of a client behind Sentinel go, from threads.

    find --- known, and somebody is listened to -----------------> the primary
      |                                                               ^
      +--- else: the sentinels are asked, by one thread for all ------+--> links to any other are ended at once
                          ^
    heard: a switch ------+   (the old primary's links are ended before)
    missed ---------------+

What belongs here: when sentinels are asked, and which links end. What is believed of their answers is the discovery's
business, who is asked again when, the server's.
"""

from __future__ import annotations

import random
import threading
from time import monotonic
from weakref import WeakSet

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied
from framewire.redis.sentinel.answers import Address, event_of, shown
from framewire.redis.sentinel.blocking.asking import ask_sentinel
from framewire.redis.sentinel.blocking.watching import Watch
from framewire.redis.sentinel.discovery import Discovery
from framewire.redis.sentinel.told import options_of_sentinel, share_of

__all__ = ["Finding"]


class Finding:
    """The `Finder` of one client and its siblings. Links whose options say `read_from="primary"` go to the primary; the
    others to a replica, or where there is none to the primary."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """Also in a forked child: who listens is its parent, and so is who was asking."""
        options = self._options
        assert options.service is not None
        self._discovery = Discovery(options.service, options.sentinels, options.address_remap)
        self._lock = threading.Lock()  # around the discovery and the links
        self._links: WeakSet[Link] = WeakSet()
        self._asking = threading.Lock()  # held by the thread that asks
        self._rounds = 0
        self._failure: RedisError | None = None  # of the last round
        self._opener = Opener(options_of_sentinel(options, options.sentinels[0]))
        self._watch = Watch(options, self._opener, self._heard, self.verify)

    # -- links that are opened ----------------------------------------------------------------------------------------

    def find(self, options: Options, ends: float | None) -> Options:
        """Raises `MasterNotFoundError` and, where another thread asks until it `ends`, `TimeoutError`."""
        primary = self._discovery.primary if self._watch.hears else None
        if primary is None:
            primary = self._ask(ends)
        place, replicas = primary, self._discovery.replicas
        if options.read_from != "primary" and replicas:
            place = random.choice(replicas)
        return options.at(*place)

    def replicas(self, ends: float | None) -> tuple[Address, ...]:
        """Those that sentinels know to be well. Raises as `find`."""
        if not self._watch.hears or self._discovery.primary is None:
            self._ask(ends)
        return self._discovery.replicas

    def opening(self, link: Link) -> None:
        link.is_to_primary = link.options.read_from == "primary"
        with self._lock:
            self._links.add(link)
            late = link.is_to_primary and self._discovery.primary not in (None, _place(link))
        if late:  # it was left between `find` and here
            link.abort(ConnectionError(f"{link.where} was left: it is no longer the primary"))

    def failed(self, options: Options) -> None:
        with self._lock:
            if options.read_from == "primary":
                self._discovery.doubt()
            else:
                self._discovery.lose_replica((options.host, options.port))

    # -- sentinels that are asked -------------------------------------------------------------------------------------

    def _ask(self, ends: float | None) -> Address:
        """One round, by one thread for all who wait."""
        rounds = self._rounds
        if not self._asking.acquire(timeout=-1 if ends is None else max(0.0, ends - monotonic())):
            raise TimeoutError("another thread was still asking the sentinels")
        try:
            if self._rounds == rounds:
                self._ask_round(ends)
            primary = self._discovery.primary
            if primary is None:
                raise copied(self._failure or ConnectionError("the primary was left as soon as it was found"))
            return primary
        finally:
            self._asking.release()

    def _ask_round(self, ends: float | None) -> None:
        try:
            primary = self._ask_all(ends)
        except RedisError as failure:
            self._failure = failure
            with self._lock:
                self._discovery.doubt()
        else:
            self._failure = None
            self._watch.listen_to(self._discovery.sentinels)
            self._leave_all_but(primary)
        self._rounds += 1

    def _ask_all(self, ends: float | None) -> Address:
        steps = self._discovery.ask(monotonic())
        asked = 0
        try:
            with self._lock:
                sentinel = next(steps)
            while True:
                share = share_of(None if ends is None else ends - monotonic(), len(self._discovery.sentinels) - asked)
                said = ask_sentinel(self._options, self._opener, sentinel, share)
                asked += 1
                with self._lock:
                    sentinel = steps.send(said)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def verify(self) -> None:
        """Ask: something may have changed. It returns when they have answered, or none has."""
        seconds = self._options.socket_connect_timeout
        try:
            self._ask(None if seconds is None else monotonic() + seconds)
        except RedisError:
            pass  # who needs a link is told

    # -- what is heard ------------------------------------------------------------------------------------------------

    def _heard(self, sentinel: Address, channel: bytes, data: bytes) -> None:
        event = event_of(channel, data, self._options.address_remap)
        if event is None:
            return
        with self._lock:
            gone = self._discovery.hear(sentinel, event, monotonic())
            links = [link for link in self._links if _place(link) == gone]
            misplaced = self._discovery.misplaced
            others = [link for link in self._links if not link.is_to_primary and _place(link) == misplaced]
        self._end(links, f"the sentinel {shown(sentinel)} says {event.kind}")
        self._end(others, "a replica is there to be read from")
        if self._discovery.primary is None:
            self.verify()

    def _leave_all_but(self, primary: Address) -> None:
        with self._lock:
            others = [link for link in self._links if link.is_to_primary and _place(link) != primary]
        self._end(others, f"the primary is {shown(primary)} now")

    def _end(self, links: list[Link], why: str) -> None:
        """At once: nothing more is written to them, not even what waits in them."""
        for link in links:
            with self._lock:
                self._links.discard(link)
            link.abort(ConnectionError(f"{link.where} was left: {why}"))

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Listen to nobody any more."""
        self._watch.close()
        self._opener.close()


def _place(link: Link) -> Address:
    return link.options.host, link.options.port
