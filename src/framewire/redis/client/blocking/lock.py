"""Locks at the server, from threads.

What belongs here: who holds one, and how its holder learns that it is lost. What is sent is in `client.locking`; the
thread that renews is in `lock_keeper`.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Protocol, Self

from framewire.redis.client.arguments import Key
from framewire.redis.client.blocking.lock_keeper import Keeper, Lines
from framewire.redis.client.blocking.steps import Asked, drive
from framewire.redis.client.errors import LockError, LockNotOwnedError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.locking import Held, LockSteps

__all__ = ["Lock", "Locking", "Locks"]

logger = logging.getLogger(__name__)


class Locking(Asked, Protocol):
    """The client of a lock."""

    lines: Lines
    keeper: Keeper

    def has_room(self) -> bool: ...


class Lock:
    """A lock that processes and machines share: `with client.lock("name"): ...`.

    It is held for `timeout` seconds at a time, and renewed while it is held unless `renew` is false; so it is free
    `timeout` seconds after the end of a process that held it. `None` is for ever: then it stays after such an end.

    With `thread_local` every thread has it for itself: another one can neither release it nor extend it, and may wait
    for it with the same object. Without, whichever thread may do so.

    Whose lock is lost nevertheless (the server was away for too long, its data were lost, somebody has removed the key)
    can see it: `lock.lost` says so, and `check()`, which also knows of time that is up; `on_lost(lock)` is called, by a
    thread of the client's.

    A lock of one server is no proof: a process that was stopped for longer than `timeout` goes on before it learns that
    another one has the lock. What must never happen twice has to be refused by who does it, for example by a number
    that only grows.
    """

    def __init__(
        self, client: Locking, name: Key, timeout: float | None = 30.0, sleep: float = 0.1, blocking: bool = True,
        blocking_timeout: float | None = None, thread_local: bool = True, raise_on_release_error: bool = True, *,
        renew: bool = True, on_lost: Callable[[Lock], object] | None = None,
    ) -> None:  # fmt: skip
        self._steps = LockSteps(name, timeout, monotonic, client.has_room)
        self._client = client
        self.name, self.timeout, self.sleep = name, timeout, sleep
        self.blocking, self.blocking_timeout = blocking, blocking_timeout
        self.thread_local = thread_local
        self.raise_on_release_error = raise_on_release_error
        self.renew = renew
        self._on_lost = on_lost
        self.local: _Ours = _OursInThread() if thread_local else _Ours()

    # -- taking -------------------------------------------------------------------------------------------------------

    def acquire(
        self, sleep: float | None = None, blocking: bool | None = None, blocking_timeout: float | None = None,
        token: str | bytes | None = None,
    ) -> bool:  # fmt: skip
        """Take it; whether it was taken. Unless `blocking`, nobody is waited for; else for up to `blocking_timeout` s.

        `sleep` is the time between two looks at it where nobody can say that it is free. A `token` is what the key
        shall hold, else something that is nobody else's.
        """
        mark = uuid.uuid4().hex.encode() if token is None else token.encode() if isinstance(token, str) else token
        seconds = self.blocking_timeout if blocking_timeout is None else blocking_timeout
        waits = self.blocking if blocking is None else blocking
        try:
            held = self._wait(mark, sleep, seconds) if waits else self._take(self._steps.attempt(mark))
        except RedisError as error:
            if error.fate is Fate.UNKNOWN:
                self._take_back(mark)
            raise
        if held is not None:
            self._begin(held)
        return held is not None

    def _wait(self, token: bytes, sleep: float | None, seconds: float | None) -> Held | None:
        until = None if seconds is None else monotonic() + seconds
        line = self._client.lines.line(self._steps.name)
        if not line.acquire(timeout=-1 if seconds is None else seconds):
            return None
        try:
            held: Held | None = self._take(self._steps.acquire(token, self.sleep if sleep is None else sleep, until))
            return held
        finally:
            line.release()

    def _take(self, steps: Any) -> Any:
        return drive(steps, self._client)

    def _take_back(self, token: bytes) -> None:
        """Whether the server has given the lock is not known: if it has, it is given back."""
        with suppress(RedisError):
            self._take(self._steps.release(Held(token, 0.0)))

    # -- holding ------------------------------------------------------------------------------------------------------

    def _begin(self, held: Held) -> None:
        self.local.held = held
        every = self._steps.every
        if self.renew and every is not None:
            self.local.renew = renew = lambda: self._renew(held, every)
            self._client.keeper.keep(renew, every)

    def _renew(self, held: Held, every: float) -> float | None:
        """Renew it; returns when to do so again. Where that fails until it has expired, it is lost."""
        try:
            self._take(self._steps.renew(held))
        except LockNotOwnedError:
            held.lost = True
        except RedisError as error:
            logger.warning("the lock %r could not be renewed: %s", self.name, error)
            held.lost = held.lost or monotonic() >= held.until
        if not held.lost:
            return max(0.0, min(every, held.until - monotonic()))
        if self._on_lost is not None:
            self._on_lost(self)
        return None

    @property
    def lost(self) -> bool:
        """Whether this thread has taken it, and it is known to be lost."""
        return self.local.held is not None and self.local.held.lost

    @property
    def token(self) -> bytes | None:
        """What the key holds while this lock is held by us."""
        return self.local.token

    def check(self) -> None:
        """Raise `LockNotOwnedError` where it is not held, or not for certain. Nothing is sent."""
        self._steps.check(self.local.held)

    def extend(self, additional_time: float, replace_ttl: bool = False) -> bool:
        """Hold it for so many seconds more, or with `replace_ttl` from now on. `True`; raises `LockNotOwnedError`."""
        self._take(self._steps.extend(self.local.held, additional_time, "set" if replace_ttl else "add"))
        return True

    def reacquire(self) -> bool:
        """Hold it for `timeout` seconds from now on. `True`; raises `LockNotOwnedError`."""
        self._take(self._steps.extend(self.local.held, self.timeout or 0.0, "set"))
        return True

    def owned(self) -> bool:
        """Whether the server has it as ours."""
        holder = self._take(self._steps.holder())
        return self.local.held is not None and holder == self.local.held.token

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self._take(self._steps.holder()) is not None

    # -- giving back --------------------------------------------------------------------------------------------------

    def release(self) -> None:
        """Give it back. Raises `LockNotOwnedError` where it was lost, `LockError` where it is not held."""
        held, self.local.held = self.local.held, None
        renew, self.local.renew = self.local.renew, None
        if renew is not None:
            self._client.keeper.stop(renew)
        self._take(self._steps.release(held))

    def __enter__(self) -> Self:
        if not self.acquire():
            raise LockError(f"the lock {self.name!r} could not be taken in time")
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.release()
        except LockError:
            if self.raise_on_release_error:
                raise
            logger.warning("the lock %r was lost before it was released", self.name)


class Locks:
    """Who has locks."""

    def _locking(self) -> Locking:
        raise NotImplementedError

    def lock(
        self, name: Key, timeout: float | None = 30.0, sleep: float = 0.1, blocking: bool = True,
        blocking_timeout: float | None = None, thread_local: bool = True, raise_on_release_error: bool = True, *,
        renew: bool = True, on_lost: Callable[[Lock], object] | None = None,
    ) -> Lock:  # fmt: skip
        """A lock that processes and machines share, for a `with` block: see `Lock`."""
        return Lock(
            self._locking(), name, timeout, sleep, blocking, blocking_timeout, thread_local, raise_on_release_error,
            renew=renew, on_lost=on_lost,
        )  # fmt: skip


class _Ours:
    """What is held, and what renews it."""

    held: Held | None = None
    renew: Callable[[], float | None] | None = None

    @property
    def token(self) -> bytes | None:
        return None if self.held is None else self.held.token


class _OursInThread(_Ours, threading.local):
    """The same, of each thread for itself."""
