"""Client-side caching, from asyncio: reads that are answered from here, and writes that are heard of.

    read ---- here ------> a future that is done
      |------ under way -> joins it
      `------ else ------> sent; whoever asks the same meanwhile joins
    write --> its keys are not known any more; sent as it is

What belongs here: the way of a call past the cache. What is kept, and when it must go, the cache decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from framewire._impl import pack_command
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.caching.cache import Cache, CacheConfig, Entry
from framewire.redis.client.caching.kinds import Kind, changed_by, kind_of, read_by
from framewire.redis.client.caching.values import copy_of
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["CachedCalls"]

Future = asyncio.Future[Any]

TURN = 64
"""Of so many hits one waits a turn of the loop: who only hits would hear of nothing, and let nobody else run."""


class CachedCalls:
    """Calls of one client, some of which are answered by its cache.

    `send(request, waiter, timeout)` sends over the link whose invalidations come to `pushed`.
    """

    def __init__(self, config: CacheConfig, send: Callable[[Request, Any, float | None], None]) -> None:
        self.cache = Cache(config)
        self._send = send
        self._call: Callable[..., Future] = _unbound
        self._hits = 0

    def bind(self, call: Callable[..., Future]) -> None:
        """What is no read goes there from here on."""
        self._call = call

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        """A future for the reply: from the cache, or from the server."""
        kind = kind_of(request)
        if kind is not Kind.KEPT:
            if kind is Kind.CHANGES:
                self.cache.written(changed_by(request))
            return self._call(request, shape, timeout)
        return self._read(request, shape, timeout)

    def _read(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        loop = asyncio.get_running_loop()
        future: Future = loop.create_future()
        name = pack_command(*request)
        entry = self.cache.find(name, loop.time())
        if entry is None:
            entry = self.cache.begin(name, read_by(request))
            try:
                self._send(request, _Fetch(self.cache, entry, loop), timeout)
            except BaseException:
                self.cache.fail(entry)
                raise
        if entry.is_here:
            self._hits += 1
            if self._hits % TURN:
                _settle(future, shape, entry.reply)
            else:
                loop.call_soon(_settle, future, shape, copy_of(entry.reply))
        else:
            entry.waiting.append((future, shape))
        return future

    # -- what is heard of ---------------------------------------------------------------------------------------------

    def pushed(self, items: Sequence[Any]) -> None:
        """Something came over the link that was no reply."""
        if items[0] == b"invalidate":
            self.cache.invalidate(items[1])
        elif items[0] == b"tracking-redir-broken":
            self.cache.flush()

    def sent(self, requests: Sequence[Request]) -> None:
        """Requests are being sent past `call`, over the same link: a batch, or what is sent again."""
        for request in requests:
            if kind_of(request) is Kind.CHANGES:
                self.cache.written(changed_by(request))

    def watch(self, own: OwnLink) -> None:
        """What is sent over this other link is heard of too."""
        call, send_batch = own.call, own.send_batch

        def call_held(request: Request, shape: Shape | None, timeout: float | None) -> Future:
            return self._holding([request], call(request, shape, timeout))

        def send_batch_held(requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
            send_batch(requests, waiter, timeout)
            self._holding(requests, waiter)

        own.call, own.send_batch = call_held, send_batch_held

    def _holding(self, requests: Sequence[Request], future: Future) -> Future:
        """The keys that `requests` change are held until the future is done."""
        changing = [request for request in requests if kind_of(request) is Kind.CHANGES]
        for request in changing:
            keys = changed_by(request)
            self.cache.hold(keys)
            future.add_done_callback(lambda _, keys=keys: self.cache.let_go(keys))  # type: ignore[misc]
        return future


class _Fetch:
    """Waits for the reply to a read: all that have joined it get a copy, and the cache keeps it."""

    __slots__ = ("_cache", "_done", "_entry", "_loop")

    def __init__(self, cache: Cache, entry: Entry, loop: asyncio.AbstractEventLoop) -> None:
        self._cache, self._entry, self._loop = cache, entry, loop
        self._done = False

    def done(self) -> bool:
        return self._done

    def set_result(self, reply: Any) -> None:
        self._done = True
        self._cache.fill(self._entry, reply, self._loop.time())
        waiting, self._entry.waiting = self._entry.waiting, []
        for future, shape in waiting:
            _settle(future, shape, reply)

    def set_exception(self, error: BaseException) -> None:
        self._done = True
        self._cache.fail(self._entry)
        waiting, self._entry.waiting = self._entry.waiting, []
        for future, _ in waiting:
            if not future.done():
                future.set_exception(copy(error))  # a traceback grows where it is raised


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


def _unbound(*args: Any) -> Future:
    raise RuntimeError("calls have nowhere to go yet")

