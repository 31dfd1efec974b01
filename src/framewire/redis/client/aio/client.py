"""`Client`: a Redis server, from asyncio.

What belongs here: how it is made, which link each kind of command takes, its views, and its end. What can be asked is
in `commands`, where it goes in `route`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from framewire.errors import EncodeError
from framewire.redis.client.aio.dedicated import Dedicated, Transaction
from framewire.redis.client.aio.hooked import HookedCalls
from framewire.redis.client.aio.listening import Listening
from framewire.redis.client.aio.lock import Lines, Locking, Locks
from framewire.redis.client.aio.monitor import Monitor
from framewire.redis.client.aio.node import Node
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.pipeline import Pipeline
from framewire.redis.client.aio.reauthentication import Reauthenticates
from framewire.redis.client.aio.route import Role, Route
from framewire.redis.client.aio.subscribing.subscriber import Subscribing
from framewire.redis.client.aio.views import Future, Runner, TextView
from framewire.redis.client.arguments import Key
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.hooks import Hook, Hooks
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import unsent
from framewire.redis.client.requests import check_shareable, refuse_changes, refuse_shared, words_of
from framewire.redis.exchange.calls import BacklogFull, Request, Shape
from framewire.redis.urls import factory

__all__ = ["Client", "TextClient"]


class Client(Listening[bytes], Locks, Reauthenticates):
    """A Redis server: `async with Client.from_url("redis://localhost") as client: await client.get("key")`.

    All tasks of a program may use one client: their requests share a link, those of one turn of the event loop leave in
    one write, and every method returns the loop's own future. Blocking commands, transactions that watch and MONITOR
    take links of their own. Nothing is connected before the first call. Options are those of `Options`, by redis-py's
    names.
    """

    def __init__(
        self, host: str = "localhost", port: int = 6379, db: int = 0, *, hooks: Sequence[Hook] = (), **options: Any
    ) -> None:
        """`hooks` are told of every call."""
        self._setup(Options(host=host, port=port, db=db, **options), hooks)

    @classmethod
    def from_url(cls, url: str, *, hooks: Sequence[Hook] = (), **options: Any) -> Self:
        """The client for a URL: see `Options.from_url`. Raises `ValueError`."""
        return cls.from_options(Options.from_url(url, **options), hooks=hooks)

    @classmethod
    def from_options(cls, options: Options, *, hooks: Sequence[Hook] = ()) -> Self:
        """The client for options that are there already."""
        self = cls.__new__(cls)
        self._setup(options, hooks)
        return self

    def _setup(
        self, options: Options, hooks: Sequence[Hook], opener: Opener | None = None, family: Any = None
    ) -> None:
        if options.decode_responses:
            raise ValueError("decode_responses is for framewire.redis.compat: client.text is a view with str replies")
        self.options = options
        self._owns_opener = opener is None
        self._opener = opener or Opener(options)
        self._hooks = hooks
        if hooks and self._owns_opener:
            self._opener.hooks = Hooks(hooks, options)
        self._timeout = options.socket_timeout
        self._scattered = bool(options.startup_nodes)
        self._siblings: dict[int, Client] = {}
        self._members: dict[tuple[str, int], Client] = {}
        self._family = {} if family is None else family
        self._begin()
        make = factory(options.scheme, "aio") if options.is_several else Node
        self._route: Route = make(options, self._opener, self._bind, self._family)
        if self._owns_opener:
            self._listen_for_credentials()

    def _begin(self) -> None:
        """What belongs to the loop of the links."""
        self._hooked = HookedCalls(Hooks(self._hooks, self.options)) if self._hooks else None
        self.lines: Lines = Lines()

    def _bind(self, call: Callable[..., Future]) -> None:
        """Requests go there from here on: straight to the exchange of a link, while there is one."""
        if self._hooked is not None:
            self._hooked.bind(call)
            call = self._hooked.call
        self._call = call

    @property
    def cache_stats(self) -> CacheStats | None:
        """What the cache has done so far, and holds; `None` without one. Each database has its own."""
        return self._route.cache_stats()

    def _begin_anew(self) -> bool:
        """After a loop that was closed the client begins anew in the next one."""
        if not self._route.left_behind():
            return False
        self._begin()
        self._route.begin_anew()
        return True

    def _run_here(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        refuse_shared(request)

    def _allow(self, request: Request) -> None:
        refuse_changes(words_of(request))

    def _check(self, words: list[bytes]) -> None:
        check_shareable(words)

    def _batch(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        if self._hooked is not None:
            self._hooked.tell(requests, True, lambda: self._send_together(requests, waiter, timeout))
        else:
            self._send_together(requests, waiter, timeout)

    def _send_together(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> Future:
        self._route.send_batch(requests, waiter, timeout)
        return waiter

    # -- views --------------------------------------------------------------------------------------------------------

    @property
    def text(self) -> TextClient:
        """The same client on the same links; its replies are `str`."""
        return TextClient(self)

    def db(self, index: int) -> Client:
        """A client for another database of the same server, on links of its own; it is closed with this one."""
        if index == self.options.db:
            return self
        if self._route.closed:
            raise ConnectionError("the client is closed")
        if index not in self._siblings:
            self._siblings[index] = sibling = Client.__new__(Client)
            sibling._setup(replace(self.options, db=index), self._hooks, self._opener, self._family)
        return self._siblings[index]

    # -- several servers ----------------------------------------------------------------------------------------------

    async def get_nodes(self) -> list[Client]:
        """A client for each server that this one knows, on links of its own; they are closed with it.

        The one server that a client has, or that sentinels say is the primary, is this client itself.
        """
        return await self._get_members(None)

    async def get_primaries(self) -> list[Client]:
        """As `get_nodes`, for those that take writes."""
        return await self._get_members("primary")

    async def get_replicas(self) -> list[Client]:
        """As `get_nodes`, for those that copy another."""
        return await self._get_members("replica")

    async def _get_members(self, role: Role | None) -> list[Client]:
        return [self if place is None else self._member(*place) for place in await self._route.members(role)]

    def _member(self, host: str, port: int) -> Client:
        key = (host, port)
        if key not in self._members:
            self._members[key] = member = Client.__new__(Client)
            member._setup(self.options.at(host, port), self._hooks, self._opener)
        return self._members[key]

    # -- links of their own -------------------------------------------------------------------------------------------

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return asyncio.ensure_future(self._block(request, shape, seconds))

    async def _block(self, request: Request, shape: Shape | None, seconds: float | None) -> Any:
        """Run a blocking command on a link of its own, which ends where it is cancelled: the server must not go on."""
        own = await self._route.take([request])
        try:
            timeout = None if not seconds or self._timeout is None else seconds + self._timeout
            while True:
                try:
                    return await self._told(own.call)(request, shape, timeout)
                except RedisError as error:
                    another = await self._route.take_again(own, [request], error)
                    if another is None:
                        raise
                    own = another
        except (EncodeError, BacklogFull) as error:
            raise unsent(error) from None
        finally:
            self._route.give_back(own, clean=own.idle)

    def _send_apart(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> None:
        """A batch that waits at the server has a link of its own too."""
        if self._hooked is not None:
            self._hooked.tell(requests, True, lambda: self._send_alone(requests, waiter, timeout))
        else:
            self._send_alone(requests, waiter, timeout)

    def _send_alone(self, requests: Sequence[Request], waiter: Future, timeout: float | None) -> Future:
        self._route.send_apart(requests, waiter, timeout)
        return waiter

    def _told(self, call: Callable[..., Future]) -> Callable[..., Future]:
        """`call`, and the hooks told of it."""
        hooked = self._hooked
        if hooked is None:
            return call
        return lambda request, *args: hooked.tell([request], False, lambda: call(request, *args))

    def dedicated(self, *keys: Key) -> Dedicated:
        """A client on a link of its own, for an `async with` block: for commands that change the link.

        Where there are several servers, it is to the one that has `keys`.
        """
        return Dedicated(self._route, self.options, self._hooked, [(b"WATCH", *keys)] if keys else ())

    def monitor(self) -> Monitor:
        """All commands that the server is given, as an iterator, for an `async with` block."""
        return Monitor(self._route, self._timeout)

    def _listened(self) -> tuple[Runner[bytes], Subscribing, int]:
        return self, self._route.subscriber(), self.options.db

    def _locking(self) -> Locking:
        return self

    def has_room(self) -> bool:
        """Whether a link of one's own could be had without waiting for somebody to give one back."""
        return self._route.has_room()

    # -- batches ------------------------------------------------------------------------------------------------------

    def transaction(self, *keys: Key) -> Pipeline[bytes]:
        """As `pipeline`, between MULTI and EXEC; with `keys` it watches those, on a link of its own."""
        dedicated = self.dedicated(*keys)
        return Transaction(dedicated, dedicated, keys) if keys else self.pipeline(transaction=True)

    # -- the end ------------------------------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """End all links; who still waits for a reply gets `ConnectionError`. Closing twice is fine.

        Raises `RuntimeError` in another event loop than the one of its links, while that is there.
        """
        self._route.check_loop()
        try:
            await self._route.close()
        finally:
            for other in (*self._siblings.values(), *self._members.values()):
                await other.aclose()
            if self._owns_opener:
                await self._opener.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class TextClient(TextView, Listening[str], Locks):
    """A client seen through text: the same links; replies are `str`, decoded as UTF-8."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    def _listened(self) -> tuple[Runner[bytes], Subscribing, int]:
        return self._client._listened()

    def transaction(self, *keys: Key) -> Pipeline[str]:
        """As `Client.transaction`; replies are `str`."""
        dedicated = self._client.dedicated(*keys)
        return Transaction(dedicated, dedicated.text, keys) if keys else self.pipeline(transaction=True)

    def _locking(self) -> Locking:
        return self._client
