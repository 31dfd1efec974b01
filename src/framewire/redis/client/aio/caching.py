"""Client-side caching, from asyncio: reads that are answered from here, and writes that are heard of.

    read ---- here ------> a future that is done
      |------ under way -> joins it
      `------ else ------> sent; whoever asks the same meanwhile joins
    write --> its keys are not known any more; sent as it is
    write over a link of its own --> until its reply is there, nothing is kept of its keys

What belongs here: the way of a call past the cache. What is kept, and when it must go, the cache decides.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

from framewire._impl import pack_command
from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.caching.cache import Cache, CacheConfig, Entry
from framewire.redis.client.caching.kinds import NOTHING, Keys, Kind, changed_by, changed_elsewhere_by, kind_of, read_by
from framewire.redis.client.caching.values import copy_of
from framewire.redis.client.errors import TimeoutError
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["CachedCalls", "Family"]

Future = asyncio.Future[Any]

TURN = 64
"""Of so many hits one waits a turn of the loop: who only hits would hear of nothing, and let nobody else run."""


class _Reader(NamedTuple):
    """Who waits for a reply that is under way."""

    future: Future
    shape: Shape | None
    deadline: float

    def timeout(self, now: float) -> float | None:
        return None if self.deadline == math.inf else self.deadline - now


class CachedCalls:
    """Calls of one client, some of which are answered by its cache.

    `send(request, waiter, timeout)` sends over the link whose invalidations come to `pushed`. `family`: those of the
    clients for other databases, and this one among them.
    """

    def __init__(self, config: CacheConfig, send: Callable[[Request, Any, float | None], None], family: Family) -> None:
        self.cache = Cache(config)
        self._send = send
        self._family = family
        self._call: Callable[..., Future] = _unbound
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hits = 0

    def bind(self, call: Callable[..., Future]) -> None:
        """What is no read goes there from here on."""
        self._call = call

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """A future for the reply: from the cache, or from the server."""
        kind = kind_of(request)
        if kind is Kind.KEPT:
            return self._read(request, shape, timeout)
        if kind is Kind.CHANGES:
            self.sent([request])
        future = self._call(request, shape, timeout)
        if kind is Kind.CHANGES:
            self.hold_elsewhere([request], future)
        return future

    # -- reads --------------------------------------------------------------------------------------------------------

    def _read(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._enter(loop)
        now = loop.time()
        entry = self._entry_of(request, timeout, now)
        if entry is None:
            return self._call(request, shape, timeout)
        future: Future = loop.create_future()
        if entry.is_here and not self._waits_a_turn():
            _settle(future, shape, entry.reply)
            return future
        reader = _Reader(future, shape, math.inf if timeout is None else now + timeout)
        if entry.is_here:
            loop.call_soon(self._settle_late, request, entry, reader)
        else:
            entry.waiting.append(reader)
        return future

    def _entry_of(self, request: Request, timeout: float | None, now: float) -> Entry | None:
        """Its entry: here, or under way, if need be from now on.

        `None` for one that names no key: it makes no sense, and nobody would hear that its reply has changed.
        """
        name = pack_command(*request)
        entry = self.cache.find(name, now)
        if entry is None and (keys := read_by(request)):
            entry = self.cache.begin(name, keys)
            try:
                self._send(request, _Fetch(self, request, entry, now, timeout), timeout)
            except BaseException:
                self.cache.fail(entry)
                raise
        return entry

    def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        """What is under way belongs to the loop in which it was asked."""
        if self._loop is not None and not self._loop.is_closed():
            raise WrongLoop
        self._loop = loop
        self.cache.flush()

    def _waits_a_turn(self) -> bool:
        self._hits += 1
        return not self._hits % TURN

    def _settle_late(self, request: Request, entry: Entry, reader: _Reader) -> None:
        """A turn later it may have changed."""
        if not entry.spent:
            _settle(reader.future, reader.shape, entry.reply)
        elif not reader.future.done():
            self.ask_again(request, [reader])

    def ask_again(self, request: Request, readers: Iterable[_Reader]) -> None:
        """Those who still wait wait for another reply."""
        now = asyncio.get_running_loop().time()
        for reader in readers:
            try:
                entry = self._entry_of(request, reader.timeout(now), now)
            except Exception as error:
                reader.future.set_exception(error)
            else:
                assert entry is not None  # it had keys before
                _serve(reader, entry)

    # -- writes -------------------------------------------------------------------------------------------------------

    def sent(self, requests: Sequence[Request]) -> None:
        """Requests are being sent over the link of the cache."""
        self.cache.written(changed_by(requests))

    def hold_elsewhere(self, requests: Sequence[Request], future: Future) -> None:
        """What they change in other databases is not kept there until `future` is done."""
        if len(self._family) > 1:
            others = [cached for cached in self._family.values() if cached is not self]
            _hold(others, changed_elsewhere_by(requests), future)

    def watch(self, own: OwnLink) -> None:
        """What is sent over this other link is heard of too; it may have selected any database."""
        call, send_batch = own.call, own.send_batch

        def call_held(request: Request, shape: Shape | None, timeout: float | None) -> Future:
            future = call(request, shape, timeout)
            _hold(self._family.values(), changed_by([request]), future)
            return future

        def send_batch_held(requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
            send_batch(requests, waiter, timeout)
            _hold(self._family.values(), changed_by(requests), waiter)

        own.call, own.send_batch = call_held, send_batch_held

    def forsake(self, requests: Sequence[Request]) -> None:
        """They are answered by somebody else, who tells nobody here of changes: nothing is kept of their keys."""
        self.cache.written([key for request in requests for key in read_by(request)])

    # -- what is heard of ---------------------------------------------------------------------------------------------

    def pushed(self, items: Sequence[Any]) -> None:
        """Something came over the link that was no reply."""
        if items[0] == b"invalidate":
            self.cache.invalidate(items[1])
        elif items[0] == b"tracking-redir-broken":
            self.cache.flush()


Family = dict[int, CachedCalls]
"""Those of one client and its siblings, by their databases."""


class _Fetch:
    """Waits for the reply to a read: all that have joined it get a copy, and the cache keeps it."""

    __slots__ = ("__weakref__", "_calls", "_deadline", "_done", "_entry", "_loop", "_request")

    def __init__(self, calls: CachedCalls, request: Request, entry: Entry, now: float, timeout: float | None) -> None:
        self._calls, self._request, self._entry = calls, request, entry
        self._loop = asyncio.get_running_loop()
        self._deadline = math.inf if timeout is None else now + timeout
        self._done = False

    def done(self) -> bool:
        return self._done

    def set_result(self, reply: Any) -> None:
        self._done = True
        self._calls.cache.fill(self._entry, reply, self._loop.time())
        for reader in self._leave():
            _settle(reader.future, reader.shape, reply)

    def set_exception(self, error: BaseException) -> None:
        self._done = True
        self._calls.cache.fail(self._entry)
        now, patient = self._loop.time(), []
        is_late = isinstance(error, TimeoutError) and now >= self._deadline  # for who asked first
        for reader in self._leave():
            if is_late and reader.deadline > now:
                patient.append(reader)
            else:
                reader.future.set_exception(copy(error))  # a traceback grows where it is raised
        self._calls.ask_again(self._request, patient)

    def _leave(self) -> list[_Reader]:
        """Those who still wait; they do so no longer here."""
        readers, self._entry.waiting = self._entry.waiting, []
        return [reader for reader in readers if not reader.future.done()]


def _serve(reader: _Reader, entry: Entry) -> None:
    if entry.is_here:
        _settle(reader.future, reader.shape, entry.reply)
    else:
        entry.waiting.append(reader)


def _settle(future: Future, shape: Shape | None, reply: Any) -> None:
    """A copy, in the form that was asked for."""
    if future.done():
        return
    try:
        result = copy_of(reply) if shape is None else shape(copy_of(reply))
    except Exception as error:
        future.set_exception(error)
    else:
        future.set_result(result)


def _hold(caches: Iterable[CachedCalls], keys: Keys, future: Future) -> None:
    """Until `future` is done, nothing is kept of `keys` there."""
    if keys == NOTHING:
        return
    for each in caches:
        each.cache.hold(keys)
        future.add_done_callback(lambda _, cache=each.cache: cache.let_go(keys))  # type: ignore[misc]


def _unbound(*args: Any) -> Future:
    raise RuntimeError("calls have nowhere to go yet")
