"""Locks at the server, from asyncio.

What belongs here: who holds one, the task that renews it, and how its holder learns that it is lost. What is sent is in
`client.locking`.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self
from weakref import WeakValueDictionary

from framewire.redis.client.aio.steps import Asked, drive
from framewire.redis.client.arguments import Key
from framewire.redis.client.errors import LockError, LockNotOwnedError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.locking import Held, LockSteps

__all__ = ["Lines", "Lock", "Locking", "Locks"]

logger = logging.getLogger(__name__)

Lines = WeakValueDictionary[bytes, asyncio.Lock]
"""For each lock that tasks of one client wait for, where they stand in line: one at a time waits at the server."""


class Locking(Asked, Protocol):
    """The client of a lock."""

    lines: Lines

    def has_room(self) -> bool: ...


class Lock:
    """A lock that processes and machines share: `async with client.lock("name"): ...`. It is for one task at a time.

    It is held for `timeout` seconds at a time, and renewed while it is held unless `renew` is false; so it is free
    `timeout` seconds after the end of a process that held it. `None` is for ever: then it stays after such an end.

    Whose lock is lost nevertheless (the server was away for too long, its data were lost, somebody has removed the key)
    is told: `on_lost(lock)` is called; without it, an `async with` block is cancelled and ends with
    `LockNotOwnedError`. `lock.lost` says so, and `check()`, which also knows of time that is up.

    A lock of one server is no proof: a process that was stopped for longer than `timeout` goes on before it learns that
    another one has the lock. What must never happen twice has to be refused by who does it, for example by a number
    that only grows.
    """

    def __init__(
        self, client: Locking, name: Key, timeout: float | None = 30.0, sleep: float = 0.1, blocking: bool = True,
        blocking_timeout: float | None = None, raise_on_release_error: bool = True, *, renew: bool = True,
        on_lost: Callable[[Lock], object] | None = None,
    ) -> None:  # fmt: skip
        self._steps = LockSteps(name, timeout, _now, client.has_room)
        self._client = client
        self.name, self.timeout, self.sleep = name, timeout, sleep
        self.blocking, self.blocking_timeout = blocking, blocking_timeout
        self.raise_on_release_error = raise_on_release_error
        self.renew = renew
        self._on_lost = on_lost
        self._held: Held | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._block: _Block | None = None
        self._late: set[asyncio.Task[Any]] = set()

    # -- taking -------------------------------------------------------------------------------------------------------

    async def acquire(
        self, sleep: float | None = None, blocking: bool | None = None, blocking_timeout: float | None = None,
        token: str | bytes | None = None,
    ) -> bool:  # fmt: skip
        """Take it; whether it was taken. Unless `blocking`, nobody is waited for; else for up to `blocking_timeout` s.

        Tasks of one client get it in the order in which they came. `sleep` is the time between two looks at it where
        nobody can say that it is free. A `token` is what the key shall hold, else something that is nobody else's.
        """
        mark = uuid.uuid4().hex.encode() if token is None else token.encode() if isinstance(token, str) else token
        seconds = self.blocking_timeout if blocking_timeout is None else blocking_timeout
        waits = self.blocking if blocking is None else blocking
        try:
            held = await (self._wait(mark, sleep, seconds) if waits else self._take(self._steps.attempt(mark)))
        except RedisError as error:
            if error.fate is Fate.UNKNOWN:
                self._take_back(mark)
            raise
        except asyncio.CancelledError:
            self._take_back(mark)
            raise
        if held is not None:
            self._begin(held)
        return held is not None

    async def _wait(self, token: bytes, sleep: float | None, seconds: float | None) -> Held | None:
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        line = self._client.lines.setdefault(self._steps.name, asyncio.Lock())
        try:
            async with asyncio.timeout_at(until):
                await line.acquire()
        except TimeoutError:
            return None
        try:
            held: Held | None = await self._take(
                self._steps.acquire(token, self.sleep if sleep is None else sleep, until)
            )
            return held
        finally:
            line.release()

    def _take(self, steps: Any) -> Coroutine[Any, Any, Any]:
        return drive(steps, self._client)

    def _take_back(self, token: bytes) -> None:
        """Nobody waits for the answer any more: if the server has given the lock, it is given back."""
        task = asyncio.ensure_future(self._give_back(token))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _give_back(self, token: bytes) -> None:
        with suppress(RedisError, RuntimeError):
            await self._take(self._steps.release(Held(token, 0.0)))

    # -- holding ------------------------------------------------------------------------------------------------------

    def _begin(self, held: Held) -> None:
        self._held = held
        every = self._steps.every
        if self.renew and every is not None:
            self._keeper = asyncio.ensure_future(self._keep(held, every))

    async def _keep(self, held: Held, every: float) -> None:
        """Renew it in time, again and again; where that fails until it has expired, it is lost."""
        try:
            async with asyncio.timeout_at(held.until) as limit:
                while await self._renewed(held, every):
                    limit.reschedule(held.until)
        except TimeoutError:
            pass
        self._lose(held)

    async def _renewed(self, held: Held, every: float) -> bool:
        """Whether it may still be ours after the next try to renew it."""
        await asyncio.sleep(every)
        try:
            await self._take(self._steps.renew(held))
        except LockNotOwnedError:
            return False
        except RedisError as error:
            logger.warning("the lock %r could not be renewed: %s", self.name, error)
        return True

    def _lose(self, held: Held) -> None:
        held.lost = True
        if self._on_lost is not None:
            self._on_lost(self)
        elif self._block is not None:
            self._block.cancel()

    @property
    def lost(self) -> bool:
        """Whether it was taken, and is known to be lost."""
        return self._held is not None and self._held.lost

    @property
    def token(self) -> bytes | None:
        """What the key holds while this lock is held by us."""
        return None if self._held is None else self._held.token

    def check(self) -> None:
        """Raise `LockNotOwnedError` where it is not held, or not for certain. Nothing is sent."""
        self._steps.check(self._held)

    async def extend(self, additional_time: float, replace_ttl: bool = False) -> bool:
        """Hold it for so many seconds more, or with `replace_ttl` from now on. `True`; raises `LockNotOwnedError`."""
        await self._take(self._steps.extend(self._held, additional_time, "set" if replace_ttl else "add"))
        return True

    async def reacquire(self) -> bool:
        """Hold it for `timeout` seconds from now on. `True`; raises `LockNotOwnedError`."""
        await self._take(self._steps.extend(self._held, self.timeout or 0.0, "set"))
        return True

    async def owned(self) -> bool:
        """Whether the server has it as ours."""
        holder = await self._take(self._steps.holder())
        return self._held is not None and holder == self._held.token

    async def locked(self) -> bool:
        """Whether somebody holds it."""
        return await self._take(self._steps.holder()) is not None

    # -- giving back --------------------------------------------------------------------------------------------------

    async def release(self) -> None:
        """Give it back. Raises `LockNotOwnedError` where it was lost, `LockError` where it is not held."""
        held, self._held = self._held, None
        if self._keeper is not None:
            self._keeper.cancel()
            self._keeper = None
        await self._take(self._steps.release(held))

    async def __aenter__(self) -> Self:
        if not await self.acquire():
            raise LockError(f"the lock {self.name!r} could not be taken in time")
        self._block = _Block()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        block, self._block = self._block, None
        if block is not None and block.ends_cancelled_by_us(exc):
            self._held = None
            raise LockNotOwnedError(f"the lock {self.name!r} was lost while it was held") from exc
        try:
            await self.release()
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
        blocking_timeout: float | None = None, raise_on_release_error: bool = True, *, renew: bool = True,
        on_lost: Callable[[Lock], object] | None = None,
    ) -> Lock:  # fmt: skip
        """A lock that processes and machines share, for an `async with` block: see `Lock`."""
        return Lock(
            self._locking(), name, timeout, sleep, blocking, blocking_timeout, raise_on_release_error,
            renew=renew, on_lost=on_lost,
        )  # fmt: skip


def _now() -> float:
    return asyncio.get_running_loop().time()


class _Block:
    """An `async with` block, which can be cancelled from outside and knows that it was, as `asyncio.timeout` does."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._cancelling = 0 if self._task is None else self._task.cancelling()
        self._was_cancelled = False

    def cancel(self) -> None:
        if self._task is not None:
            self._was_cancelled = True
            self._task.cancel()

    def ends_cancelled_by_us(self, exc: BaseException | None) -> bool:
        """Whether what ends it is our cancellation, and nobody else's."""
        if not self._was_cancelled or self._task is None:
            return False
        return self._task.uncancel() <= self._cancelling and isinstance(exc, asyncio.CancelledError)
