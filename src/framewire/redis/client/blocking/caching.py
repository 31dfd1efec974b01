"""Client-side caching, from threads: reads that are answered from here, and writes that are heard of.

    read ---- here ------> its reply, once what the socket holds was taken
      |------ under way -> waits with the thread that has asked
      `------ else ------> sent; kept in the moment in which its reply comes, in order with what the server tells
    write, over any link --> until its reply is there, nothing is kept of its keys

What belongs here: the way of a call past the cache, and its lock. What is kept, and when it must go, the cache decides.
The lock is taken inside that of a link, never around it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any
from weakref import ref

from framewire._impl import pack_command
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.server import Server
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.blocking.threads.waits import Started
from framewire.redis.client.caching.cache import Cache, CacheConfig, Entry
from framewire.redis.client.caching.kinds import NOTHING, Keys, Kind, changed_by, changed_elsewhere_by, kind_of, read_by
from framewire.redis.client.caching.values import copy_of
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["CachedCalls", "Family"]


class _Place:
    """Where a thread waits for a reply that another one has asked for."""

    __slots__ = ("gate", "has_reply", "reply")

    def __init__(self) -> None:
        self.gate = threading.Lock()
        self.gate.acquire()
        self.has_reply = False
        self.reply: Any = None


class CachedCalls:
    """`call` and `batch` of one client, some of which are answered by its cache.

    `family`: those of the clients for other databases, and this one among them.
    """

    def __init__(self, config: CacheConfig, server: Server, family: Family) -> None:
        self.cache = Cache(config)
        self._server = server
        self._family = family
        self._lock = threading.Lock()
        server.on_push, server.on_loss = self._pushed, self.flush
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child there is no link, and so nothing is known."""
        self._lock = threading.Lock()
        self.cache.flush()

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """The reply: from the cache, or from the server."""
        kind = kind_of(request)
        if kind is Kind.KEPT:
            return self._read(request, shape, timeout)
        if kind is Kind.CHANGES:
            with self._held([request]):
                return self._server.call(request, shape, timeout)
        return self._server.call(request, shape, timeout)

    def batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """The replies, all from the server."""
        with self._held(requests):
            return self._server.batch(requests, timeout)

    def start(self, requests: Sequence[Request], timeout: float | None) -> Started:
        """As `Server.start`."""
        held = ExitStack()
        held.enter_context(self._held(requests))
        try:
            started = self._server.start(requests, timeout)
            started.on_end = held.close
            return started
        except BaseException:
            held.close()
            raise

    # -- reads --------------------------------------------------------------------------------------------------------

    def _read(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        name = pack_command(*request)
        self._server.look()
        place = None
        with self._lock:
            entry = self.cache.find(name, monotonic())
            if entry is None:
                keys = read_by(request)
                entry = self.cache.begin(name, keys) if keys else None
            elif entry.is_here:
                reply = entry.reply
                return _shaped(reply, shape)
            else:
                place = _Place()
                entry.waiting.append(place)
        if place is not None:
            return self._join(place, request, shape, timeout)
        if entry is None:  # it makes no sense, and nobody would hear that its reply has changed
            return self._server.call(request, shape, timeout)
        return self._fetch(entry, request, shape, timeout)

    def _fetch(self, entry: Entry, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """Ask the server. The reply is kept by whichever thread receives it, before what comes behind it is looked at.
        """

        def arrived(reply: Any) -> Any:
            with self._lock:
                self.cache.fill(entry, reply, monotonic())
                self._tell(entry, reply, True)
            return _shaped(reply, shape)

        try:
            return self._server.call(request, arrived, timeout)
        finally:
            with self._lock:
                if not entry.is_here:
                    self.cache.fail(entry)
                self._tell(entry, None, False)

    def _tell(self, entry: Entry, reply: Any, has_reply: bool) -> None:
        """Those who wait go on. Caller must hold the lock."""
        places, entry.waiting = entry.waiting, []
        for place in places:
            place.reply, place.has_reply = reply, has_reply
            place.gate.release()

    def _join(self, place: _Place, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """Wait for the reply that another thread has asked for; if it gets none, ask for oneself."""
        began = monotonic()
        place.gate.acquire(timeout=-1 if timeout is None else timeout)
        if place.has_reply:
            return _shaped(place.reply, shape)
        left = None if timeout is None else max(0.0, began + timeout - monotonic())
        return self._server.call(request, shape, left)

    # -- writes -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _held(self, requests: Sequence[Request]) -> Iterator[None]:
        """While these are on their way over the link of the cache, nothing is kept of the keys that they change.

        It is held, not evicted: another thread may send its read between that and the write.
        """
        here = changed_by(requests)
        elsewhere = changed_elsewhere_by(requests) if len(self._family) > 1 else NOTHING
        with _holding([self], here), _holding([each for each in self._family.values() if each is not self], elsewhere):
            yield

    def watch(self, link: Link) -> None:
        """What is sent over this other link is heard of too; it may have selected any database."""
        this = ref(link)  # who uses a link holds it

        def call(request: Request, shape: Shape | None = None, timeout: float | None = None) -> Any:
            with _holding([*self._family.values()], changed_by([request])):
                return Link.call(_there(this), request, shape, timeout)

        def batch(requests: Sequence[Request], timeout: float | None = None) -> list[Any]:
            with _holding([*self._family.values()], changed_by(requests)):
                return Link.batch(_there(this), requests, timeout)

        link.call, link.batch = call, batch  # type: ignore[method-assign]

    # -- what is heard of ---------------------------------------------------------------------------------------------

    def _pushed(self, items: Sequence[Any]) -> None:
        """Something came over the link that was no reply."""
        if items[0] == b"invalidate":
            with self._lock:
                self.cache.invalidate(items[1])

    def flush(self) -> None:
        """The link is lost, or another user speaks over it."""
        with self._lock:
            self.cache.flush()

    def hold(self, keys: Keys) -> None:
        with self._lock:
            self.cache.hold(keys)

    def let_go(self, keys: Keys) -> None:
        with self._lock:
            self.cache.let_go(keys)


Family = dict[int, CachedCalls]
"""Those of one client and its siblings, by their databases."""


@contextmanager
def _holding(caches: Sequence[CachedCalls], keys: Keys) -> Iterator[None]:
    if keys == NOTHING:
        yield
        return
    for each in caches:
        each.hold(keys)
    try:
        yield
    finally:
        for each in caches:
            each.let_go(keys)


def _shaped(reply: Any, shape: Shape | None) -> Any:
    """A copy, in the form that was asked for."""
    return copy_of(reply) if shape is None else shape(copy_of(reply))


def _there(link: Callable[[], Link | None]) -> Link:
    there = link()
    assert there is not None
    return there
