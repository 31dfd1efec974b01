"""The shared link of one server, made when it is needed.

What belongs here: when to connect, by one thread for all; and what becomes of a call whose link is lost, or that the
server does not take: its thread sends it again, or is told its fate. How bytes go and come is the link's business.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from framewire.redis.client.blocking.link import SILENCE_SECONDS, Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.blocking.threads.reader import Reader
from framewire.redis.client.blocking.threads.waits import Started
from framewire.redis.client.errors import AuthenticationError, ConnectionError, RedisError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import copied
from framewire.redis.client.repeating import is_passing, may_repeat
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Server"]

LOOK_SECONDS = 0.005
"""A link that was not used for so long is looked at before it is: the server may have closed it meanwhile."""


class Server:
    """`call` and `batch` wait for the reply, whatever the state of the link.

    With `options.retry` of no retries they are one attempt, connecting included: who knows other servers decides then.
    """

    def __init__(self, options: Options, opener: Opener) -> None:
        self.options = options
        self.where = options.url
        self.on_push: Callable[[Sequence[Any]], None] = _ignore
        self.on_loss: Callable[[], None] | None = None
        self.on_silence: Callable[[], None] | None = None  # as `Link.on_silence`
        self._reader: Reader | None = None  # of a link that hears of itself
        self.closed = False
        self._opener = opener
        self._link: Link | None = None
        self._connecting = threading.Lock()
        self._failures = 0
        self._failure: RedisError | None = None
        begins_anew(self)

    def call(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """As `Link.call`, tried again where that is safe, within `timeout` seconds in all."""
        began = monotonic()
        link = self._link
        if link is None or link.lost or began - link.exchange.now > LOOK_SECONDS:
            link = self._usable(began, timeout)
        try:
            return link.call(request, shape, timeout)
        except RedisError as error:
            failure = error
        return self._again(failure, (request,), lambda link, left: link.call(request, shape, left), began, timeout)

    def batch(self, requests: Sequence[Request], timeout: float | None) -> list[Any]:
        """As `Link.batch`, tried again where that is safe, within `timeout` seconds in all."""
        began = monotonic()
        link = self._usable(began, timeout)
        try:
            return link.batch(requests, timeout)
        except RedisError as error:
            failure = error
        again = self._again(failure, requests, lambda link, left: link.batch(requests, left), began, timeout)
        return again  # type: ignore[no-any-return]

    def start(self, requests: Sequence[Request], timeout: float | None) -> Started:
        """As `batch`, in one attempt, and without waiting for the replies: for who asks several servers at once."""
        began = monotonic()
        link = self._usable(began, timeout)
        return link.start(requests, None if timeout is None else max(0.0, began + timeout - monotonic()))

    @property
    def is_connected(self) -> bool:
        """Whether there is a link, as far as anybody knows: what is sent leaves at once."""
        return self._link is not None and not self._link.lost

    def look(self) -> None:
        """Take what has come over the link, if there is one."""
        link = self._link
        if link is not None and not link.lost:
            link.look()

    def leave_silent(self, why: str) -> None:
        """Give the link up, and tell who waits `why`, if the server has been silent while somebody does."""
        link = self._link
        if link is not None and not link.lost and link.silence(monotonic()) >= SILENCE_SECONDS:
            link.abort(ConnectionError(f"{self.where} is silent, and {why}"))

    # -- trying again -------------------------------------------------------------------------------------------------

    def _again(
        self, failure: RedisError, requests: Sequence[Request], send: Callable[[Link, float | None], Any], began: float,
        timeout: float | None,
    ) -> Any:  # fmt: skip
        """Send until it succeeds, or may not be sent again: then the last failure is raised."""
        doubtful = failure.fate is Fate.UNKNOWN
        for attempts in range(1, self.options.retry.retries + 1):
            pause = self._pause(failure, requests, attempts)
            if pause is None or (timeout is not None and monotonic() + pause >= began + timeout):
                break
            if pause and self._opener.closed.wait(pause):
                break
            link = None
            try:
                link = self._usable(began, timeout)
                return send(link, None if timeout is None else max(0.0, began + timeout - monotonic()))
            except RedisError as error:
                failure = error
            doubtful = doubtful or failure.fate is Fate.UNKNOWN
            if link is None:  # connecting has had attempts of its own
                break
        if doubtful and failure.fate is Fate.NOT_EXECUTED:  # the last attempt; an earlier one may have been
            failure.fate = Fate.UNKNOWN
        raise failure

    def _pause(self, failure: RedisError, requests: Sequence[Request], attempts: int) -> float | None:
        """How many seconds to wait before `requests` are sent again; `None` where they may not be."""
        if is_passing(failure):
            return self.options.retry.pause(attempts, random.random())
        lost = isinstance(failure, ConnectionError) and not self.closed
        return 0.0 if lost and may_repeat(requests, failure.fate) else None

    # -- the link -----------------------------------------------------------------------------------------------------

    def _usable(self, began: float, timeout: float | None) -> Link:
        """The link, looked at or made. Raises what connecting raises."""
        link = self._link
        if link is not None and not link.lost:
            if monotonic() - link.exchange.now > LOOK_SECONDS:
                link.look()
            if not link.lost:
                return link
        return self._connected(None if timeout is None else began + timeout)

    def _connected(self, deadline: float | None) -> Link:
        """A new link, which one thread makes for all; if it fails, it fails for all that wait."""
        failures = self._failures
        turn: list[bool] = []  # in one step: an interrupt comes before the turn is taken, or when it stands here
        try:
            turn.extend(map(self._connecting.acquire, (True,), (_left(deadline),)))
            if not turn[0]:
                raise TimeoutError(f"another thread was still connecting to {self.where}")
            if self.closed:
                raise ConnectionError("the client is closed")
            if self._link is not None and not self._link.lost:
                return self._link
            if self._failures != failures and self._failure is not None:
                raise copied(self._failure)
            return self._connect(deadline)
        finally:
            if turn and turn[0]:
                self._connecting.release()

    def _connect(self, deadline: float | None) -> Link:
        try:
            link = self._opener.open(self.options, deadline)
        except RedisError as failure:
            self._failures += 1
            self._failure = copied(failure)
            raise
        link.on_push, link.on_loss, link.on_silence = self.on_push, self.on_loss, self.on_silence
        self._link = link
        if self.options.cache is not None:
            self._reader = Reader(link.attend)
            self._reader.start()
        return link

    def reauthenticate(self, auth: Sequence[bytes]) -> None:
        """Be somebody else on the link, if there is one. Raises `AuthenticationError`."""
        link = self._link
        if link is None or link.lost:
            return
        try:
            link.call((b"AUTH", *auth), None, self.options.socket_timeout)
        except ConnectionError as error:
            if isinstance(error, AuthenticationError):
                raise  # of a link that was lost meanwhile, the next one is opened with what is true then

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self, why: str = "the client was closed") -> None:
        """End the link; who still waits is told `why`."""
        self.closed = True
        with self._connecting:
            if self._link is not None:
                self._link.abort(ConnectionError(why))

    def begin_anew(self) -> None:
        """In a forked child: the link stays its parent's, and whoever was connecting there is not here."""
        self._link = None
        self._connecting = threading.Lock()


def _left(deadline: float | None) -> float:
    """Seconds until then, as locks take them."""
    return -1.0 if deadline is None else max(0.0, deadline - monotonic())


def _ignore(items: Sequence[Any]) -> None:
    pass
