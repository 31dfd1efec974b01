"""`BlockingClient`: a Redis server, from threads.

What belongs here: how it is made, which link each kind of command takes, its views, and its end. What can be asked is
in `commands`, where it goes in `route`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.arguments import Key
from framewire.redis.client.blocking.dedicated import Dedicated, Transaction
from framewire.redis.client.blocking.hooked import HookedCalls
from framewire.redis.client.blocking.listening import Listening
from framewire.redis.client.blocking.lock import Locking, Locks
from framewire.redis.client.blocking.lock_keeper import Keeper, Lines
from framewire.redis.client.blocking.monitor import Monitor
from framewire.redis.client.blocking.node import Node
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.pipeline import Pipeline
from framewire.redis.client.blocking.reauthentication import Reauthenticates
from framewire.redis.client.blocking.route import Role, Route
from framewire.redis.client.blocking.subscribing.subscriber import Subscribing
from framewire.redis.client.blocking.views import Runner, TextView
from framewire.redis.client.caching.cache import CacheStats
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.hooks import Hook, Hooks
from framewire.redis.client.options import Options
from framewire.redis.client.requests import check_shareable, refuse_changes, refuse_shared, words_of
from framewire.redis.exchange.calls import Request, Shape
from framewire.redis.urls import factory

__all__ = ["BlockingClient", "TextBlockingClient"]


class BlockingClient(Listening[bytes], Locks, Reauthenticates):
    """A Redis server: `with BlockingClient.from_url("redis://localhost") as client: client.get("key")`.

    All threads of a program may use one client: their requests share a link, which the threads that call drive
    themselves, and what several ask at once leaves in one write. Blocking commands, transactions that watch and MONITOR
    take links of their own; all that listens has one together. Nothing is connected before the first call. Options are
    those of `Options`, by redis-py's names. A child that is forked connects anew; the links stay its parent's.
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
        self, options: Options, hooks: Sequence[Hook], opener: Opener | None = None, route: Route | None = None
    ) -> None:
        if options.decode_responses:
            raise ValueError("decode_responses is for framewire.redis.compat: client.text is a view with str replies")
        self.options = options
        self._owns_opener = opener is None
        self._opener = opener or Opener(options)
        self._route = route = route or _new_route(options, self._opener)
        self._timeout = options.socket_timeout
        self._scattered = bool(options.startup_nodes)
        self._siblings: dict[int, BlockingClient] = {}
        self._members: dict[tuple[str, int], BlockingClient] = {}
        if self._owns_opener:
            self._listen_for_credentials()
        self.lines = Lines()
        self.keeper = Keeper()
        self._hooks = hooks
        if hooks and self._owns_opener:
            self._opener.hooks = Hooks(hooks, options)
        self._hooked = HookedCalls(Hooks(hooks, options), route.call, route.batch) if hooks else None
        self._call = (self._hooked or route).call  # type: ignore[method-assign]
        self._batch = (self._hooked or route).batch  # type: ignore[method-assign]

    @property
    def cache_stats(self) -> CacheStats | None:
        """What the cache has done so far, and holds; `None` without one. Each database has its own."""
        return self._route.cache_stats()

    def _run_here(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        refuse_shared(request)

    def _allow(self, request: Request) -> None:
        refuse_changes(words_of(request))

    def _check(self, words: list[bytes]) -> None:
        check_shareable(words)

    # -- views --------------------------------------------------------------------------------------------------------

    @property
    def text(self) -> TextBlockingClient:
        """The same client on the same links; its replies are `str`."""
        return TextBlockingClient(self)

    def db(self, index: int) -> BlockingClient:
        """A client for another database of the same server, on links of its own; it is closed with this one."""
        if index == self.options.db:
            return self
        if self._route.closed:
            raise ConnectionError("the client is closed")
        if index not in self._siblings:
            sibling = BlockingClient.__new__(BlockingClient)
            route = self._route.sibling(index)
            sibling._setup(replace(self.options, db=index), self._hooks, self._opener, route)
            self._siblings.setdefault(index, sibling)  # another thread may have been first
        return self._siblings[index]

    # -- several servers ----------------------------------------------------------------------------------------------

    def get_nodes(self) -> list[BlockingClient]:
        """A client for each server that this one knows, on links of its own; they are closed with it.

        The one server that a client has, or that sentinels say is the primary, is this client itself.
        """
        return self._get_members(None)

    def get_primaries(self) -> list[BlockingClient]:
        """As `get_nodes`, for those that take writes."""
        return self._get_members("primary")

    def get_replicas(self) -> list[BlockingClient]:
        """As `get_nodes`, for those that copy another."""
        return self._get_members("replica")

    def _get_members(self, role: Role | None) -> list[BlockingClient]:
        return [self if place is None else self._member(*place) for place in self._route.members(role)]

    def _member(self, host: str, port: int) -> BlockingClient:
        key = (host, port)
        if key not in self._members:
            member = BlockingClient.__new__(BlockingClient)
            member._setup(self.options.at(host, port), self._hooks, self._opener)
            self._members.setdefault(key, member)  # another thread may have been first
        return self._members[key]

    # -- links of their own -------------------------------------------------------------------------------------------

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        """Run it on a link of its own, which ends where the call is interrupted: the server must not go on."""
        link = self._route.take([request])
        try:
            timeout = None if not seconds or self._timeout is None else seconds + self._timeout
            while True:
                try:
                    return self._told(request, partial(link.call, request, shape, timeout))
                except RedisError as error:
                    another = self._route.take_again(link, [request], error)
                    if another is None:
                        raise
                    link = another
        finally:
            self._route.give_back(link, clean=link.idle)

    def _send_apart(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """A batch that waits at the server has a link of its own too."""
        if self._hooked is None:
            return self._route.apart(requests, timeout)
        return self._hooked.tell(requests, True, lambda: self._route.apart(requests, timeout))

    def _told(self, request: tuple[Any, ...], send: Callable[[], Any]) -> Any:
        """What `send` returns, and the hooks told of it."""
        return send() if self._hooked is None else self._hooked.tell((request,), False, send)

    def dedicated(self, *keys: Key) -> Dedicated:
        """A client on a link of its own, for a `with` block: for commands that change the link.

        Where there are several servers, it is to the one that has `keys`.
        """
        return Dedicated(self._route, self.options, self._hooked, [(b"WATCH", *keys)] if keys else ())

    def monitor(self) -> Monitor:
        """All commands that the server is given, as an iterator, for a `with` block."""
        return Monitor(self._route)

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

    def close(self) -> None:
        """End all links; who still waits for a reply gets `ConnectionError`. Closing twice is fine."""
        if self._owns_opener:
            self._opener.close()  # first, so that nobody waits for who is still trying to connect
        for other in [*self._siblings.values(), *self._members.values()]:
            other.close()
        self._route.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class TextBlockingClient(TextView, Listening[str], Locks):
    """A client seen through text: the same links; replies are `str`, decoded as UTF-8."""

    def __init__(self, client: BlockingClient) -> None:
        super().__init__(client)
        self._client = client

    def _listened(self) -> tuple[Runner[bytes], Subscribing, int]:
        return self._client._listened()

    def transaction(self, *keys: Key) -> Pipeline[str]:
        """As `BlockingClient.transaction`; replies are `str`."""
        dedicated = self._client.dedicated(*keys)
        return Transaction(dedicated, dedicated.text, keys) if keys else self.pipeline(transaction=True)

    def _locking(self) -> Locking:
        return self._client


def _new_route(options: Options, opener: Opener) -> Route:
    make = factory(options.scheme, "blocking") if options.is_several else Node
    return make(options, opener)
