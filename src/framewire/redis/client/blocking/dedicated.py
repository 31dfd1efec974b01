"""A client on a link of its own, and a transaction that watches.

What belongs here: what needs a link that nobody else uses, for as long as a `with` block.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from framewire.redis.client.arguments import Key
from framewire.redis.client.blocking.hooked import HookedCalls
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.pipeline import Pipeline
from framewire.redis.client.blocking.route import OwnLinks
from framewire.redis.client.blocking.views import Runner, TextView
from framewire.redis.client.definition import S
from framewire.redis.client.errors import ConnectionError, ExecAbortError, RedisError, WatchError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import MOVING
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Dedicated", "Transaction"]


class Dedicated(Runner[bytes]):
    """A client whose link is its own: commands that change the link may be used, with `execute`.

    It is made by `client.dedicated()`, for a `with` block; the link ends with the block where such commands were used.
    A lost link is not made anew: what it knew is gone, and every further call raises `ConnectionError`.
    """

    def __init__(
        self, pool: OwnLinks, options: Options, hooked: HookedCalls | None = None, requests: Sequence[Request] = ()
    ) -> None:
        """`hooked` tells the hooks of its calls; `requests` say where its link is to go."""
        self._pool = pool
        self._requests = requests
        self._hooked = hooked
        self._timeout = options.socket_timeout
        self._link: Link | None = None
        self._clean = True

    def _call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        link = self._there()
        if self._hooked is None:
            return link.call(request, shape, timeout)
        return self._hooked.tell((request,), False, lambda: link.call(request, shape, timeout))

    def _batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        link = self._there()
        if self._hooked is None:
            return link.batch(requests, timeout)
        return self._hooked.tell(requests, True, lambda: link.batch(requests, timeout))

    def _there(self) -> Link:
        if self._link is None:
            raise ConnectionError("this client has a link within its `with` block only")
        return self._link

    def __enter__(self) -> Self:
        self._link = self._pool.take(self._requests)
        return self

    def begin(self, request: Request) -> None:
        """Run the first request on the link, which may have to be another one for it."""
        while True:
            try:
                self._run(tuple(request))
                return
            except RedisError as error:
                another = self._pool.take_again(self._there(), [request], error)
                if another is None:
                    raise
                self._link = another

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        link, self._link = self._link, None
        if link is not None:
            self._pool.give_back(link, clean=self._clean and link.idle)

    @property
    def is_lost(self) -> bool:
        """Whether the link is gone, though the block has not ended."""
        return self._link is not None and self._link.lost

    @property
    def text(self) -> TextView:
        """The same client on the same link; its replies are `str`."""
        return TextView(self)

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        timeout = self._timeout
        return self._call(request, shape, None if not seconds or timeout is None else seconds + timeout)

    def _allow(self, request: Request) -> None:
        self._clean = False

    def _check(self, words: list[bytes]) -> None:
        self._clean = False


class Transaction(Pipeline[S]):
    """MULTI and EXEC around the commands of a `with` block, which keys may be watched for.

    With keys to watch it has a link of its own: `watched` is a client on it, whose commands run at once, to read what
    the transaction depends on. The block's end executes, or raises `WatchError` where a key has changed since.
    """

    watched: Runner[S]

    def __init__(self, dedicated: Dedicated, watched: Runner[S], keys: Sequence[Key]) -> None:
        """`watched` is `dedicated`, or its text view."""
        super().__init__(
            dedicated._send_batch, dedicated._timeout, transaction=True, text=watched._text, raise_on_error=True,
            allow=dedicated._allow, send_apart=dedicated._send_apart,
        )  # fmt: skip
        self.watched = watched
        self._dedicated = dedicated
        self._keys = keys
        self._asked = False  # EXEC was sent, or was to be

    def __enter__(self) -> Self:
        self._dedicated.__enter__()
        try:
            self._dedicated.begin((b"WATCH", *self._keys))
        except BaseException:
            self._leave(False)
            raise
        return self

    def execute(self, raise_on_error: bool | None = None) -> list[Any]:
        """As `Pipeline.execute`. A link that was lost before EXEC left, and keys that have moved to another node, are a
        `WatchError`: they were not watched.
        """
        self._asked = True
        try:
            return super().execute(raise_on_error)
        except ExecAbortError as error:
            if isinstance(error.__cause__, MOVING):
                raise WatchError(f"the watched keys have moved: {error}", fate=Fate.NOT_EXECUTED) from error
            raise
        except ConnectionError as error:
            if error.fate is Fate.NOT_EXECUTED:
                raise WatchError(f"the link that watched is gone: {error}", fate=Fate.NOT_EXECUTED) from error
            raise

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        executed = False
        unwatched = isinstance(exc, ConnectionError) and self._dedicated.is_lost and not self._asked
        try:
            if isinstance(exc, MOVING) and not self._asked:
                raise WatchError(f"the watched keys have moved: {exc}", fate=Fate.NOT_EXECUTED) from exc
            if unwatched:  # a command of `watched` found the link gone: what it had read means nothing any more
                raise WatchError(f"the link that watched is gone: {exc}", fate=Fate.NOT_EXECUTED) from exc
            if exc_type is None and len(self):
                self.execute()
                executed = True
        except WatchError:
            executed = True  # EXEC was answered, or the link is gone: nothing is watched any more
            raise
        finally:
            self._leave(executed)

    def _leave(self, clean: bool) -> None:
        self._dedicated._clean = clean and self._dedicated._clean
        self._dedicated.__exit__(None, None, None)
