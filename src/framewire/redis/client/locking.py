"""A lock at the server: what is sent to take it, to keep it, and to give it back.

    name            the holder's token; the key expires if its holder does not keep it
    name:waiting    is there while somebody waits; expires by itself
    name:wake       a list: who releases the lock puts one item there if somebody waits, who waits blocks on it

What belongs here: the scripts and the steps, without I/O. Where an object keeps what it holds, who renews it, and how
its holder is told of loss, is in `aio/lock.py` and `blocking/lock.py`.

The key and what it holds are redis-py's, so that its locks and these exclude one another. One release wakes one who
waits, the longest first. Nothing depends on being woken: the lock is looked at when it would expire, and now and then.
Where the user may not touch the other two keys, and where they may not be used together (a cluster), it is polled.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from framewire.redis.client.arguments import Key
from framewire.redis.client.errors import (
    ClusterCrossSlotError,
    DataError,
    LockError,
    LockNotOwnedError,
    NoPermissionError,
    RedisError,
    ResponseError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.scripts import ScriptText
from framewire.redis.client.steps import Ask, Pause, Steps

__all__ = ["Held", "LockSteps"]

LOOK_SECONDS: Final = 1.0
"""Who waits for a message looks again after about so long without one: nobody may have been there to send it."""

RENEWALS = 3
"""How often a lock is renewed in the time in which it would expire."""

WAITING_MS: Final = 3000
"""How long somebody is held to wait who was seen waiting."""

WAKE_MS: Final = 1000
"""How long a message waits for who is about to block on it."""

TAKEN: Final = -3
"""What TRY returns who has got the lock; PTTL has no such value."""

TRY: Final = ScriptText("""
local expiry = ARGV[2] ~= '' and {'PX', ARGV[2]} or {}
if redis.call('SET', KEYS[1], ARGV[1], 'NX', unpack(expiry)) then return -3 end
if KEYS[2] then redis.call('SET', KEYS[2], '1', 'PX', ARGV[3]) end
return redis.call('PTTL', KEYS[1])
""")

RELEASE: Final = ScriptText("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('DEL', KEYS[3])
    redis.call('LPUSH', KEYS[3], '1')
    redis.call('PEXPIRE', KEYS[3], ARGV[2])
end
return 1
""")

EXTEND: Final = ScriptText("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local left = redis.call('PTTL', KEYS[1])
local ms = tonumber(ARGV[2])
if ARGV[3] == 'add' then
    if left < 0 then return 0 end
    ms = left + ms
elseif ARGV[3] == 'keep' and (left < 0 or left >= ms) then
    return 1
end
redis.call('PEXPIRE', KEYS[1], ms)
return 1
""")


class Held:
    """One time that a lock was taken: its token, and until when it is ours for certain, by our own clock."""

    def __init__(self, token: bytes, until: float) -> None:
        self.token = token
        self.until = until
        self.lost = False


class LockSteps:
    """The steps of one lock. Those that need what is held raise `LockError` for `None`."""

    def __init__(
        self, name: Key, timeout: float | None, now: Callable[[], float], has_room: Callable[[], bool]
    ) -> None:
        """`now` is the clock of this side, `has_room` whether a link of one's own could be had without waiting."""
        self.name = name.encode() if isinstance(name, str) else bytes(name)
        self.timeout = timeout
        self._ms = None if timeout is None else _milliseconds(timeout)
        self._now = now
        self._has_room = has_room
        self._keys = [self.name, self.name + b":waiting", self.name + b":wake"]
        self._polls = False

    # -- taking -------------------------------------------------------------------------------------------------------

    def acquire(self, token: bytes, sleep: float, until: float | None) -> Steps[Held | None]:
        """Take it; `None` where that was not possible before `until`, by the clock of this side. `None` is for ever."""
        if (held := (yield from self.attempt(token))) is not None:
            return held
        while True:
            began = self._now()
            left = yield from self._try(token)
            if left == TAKEN:
                return self._held(token, began)
            seconds = float("inf") if until is None else until - self._now()
            if seconds <= 0:
                return None
            yield from self._wait(left, sleep, seconds)

    def attempt(self, token: bytes) -> Steps[Held | None]:
        """Take it if nobody has it."""
        began = self._now()
        expiry = () if self._ms is None else (b"PX", self._ms)
        taken = yield Ask((b"SET", self.name, token, b"NX", *expiry))
        return None if taken is None else self._held(token, began)

    def _held(self, token: bytes, began: float) -> Held:
        return Held(token, float("inf") if self.timeout is None else began + self.timeout)

    def _try(self, token: bytes) -> Steps[int]:
        """Take it, or say that somebody waits: for how many ms more it is somebody else's."""
        expiry = b"" if self._ms is None else self._ms
        left: int = yield from self._script(TRY, 2, token, expiry, WAITING_MS)
        return left

    def _wait(self, left: int, sleep: float, seconds: float) -> Steps[None]:
        """Wait to be woken, or until it may have expired; for at most `seconds`."""
        if not self._polls and self._has_room():
            try:
                seconds = min(seconds, _until_expired(left), LOOK_SECONDS * random.uniform(0.75, 1.25))
                yield Ask((b"BLPOP", self._keys[-1], f"{max(seconds, 0.001):.3f}"), blocks=seconds)
                return
            except ResponseError:
                self._polls = True
        yield Pause(min(seconds, _until_expired(left), sleep * random.uniform(0.5, 1.5)))

    # -- giving back --------------------------------------------------------------------------------------------------

    def release(self, held: Held | None) -> Steps[None]:
        """Give it back. Raises `LockNotOwnedError` where it was lost."""
        if held is None:
            raise LockError("a lock is released by who holds it, and this one is not held")
        if not (yield from self._released(held)):
            raise LockNotOwnedError(f"the lock {self.name!r} was lost before it was released")

    def _released(self, held: Held) -> Steps[bool]:
        try:
            return bool((yield from self._script(RELEASE, 3, held.token, WAKE_MS)))
        except RedisError as error:
            if error.fate is not Fate.UNKNOWN:
                raise
        yield from self._script(RELEASE, 3, held.token, WAKE_MS)  # it is ours no more, whichever of the two it was
        return True

    # -- keeping ------------------------------------------------------------------------------------------------------

    def extend(self, held: Held | None, seconds: float, how: str) -> Steps[None]:
        """`how`: "add" to the time that is left; "set" it; "keep" it, if it is more. Raises `LockNotOwnedError`."""
        if held is None:
            raise LockError("a lock is extended by who holds it, and this one is not held")
        if self.timeout is None:
            raise LockError(f"the lock {self.name!r} has no timeout that could be extended")
        began = self._now()
        if (yield from self._script(EXTEND, 1, held.token, _milliseconds(seconds), how)) != 1:
            held.lost = True
            raise LockNotOwnedError(f"the lock {self.name!r} was lost before it was extended")
        match how:
            case "add":
                held.until += seconds
            case "set":
                held.until = began + seconds
            case _:
                held.until = max(held.until, began + seconds)

    def renew(self, held: Held) -> Steps[None]:
        """Keep it for `timeout` from now on."""
        assert self.timeout is not None
        return self.extend(held, self.timeout, "keep")

    @property
    def every(self) -> float | None:
        """In how many seconds it is to be renewed, again and again; `None` for never."""
        return None if self.timeout is None else self.timeout / RENEWALS

    # -- looking ------------------------------------------------------------------------------------------------------

    def holder(self) -> Steps[bytes | None]:
        """The token of who holds it."""
        return (yield Ask((b"GET", self.name)))  # type: ignore[no-any-return]

    def check(self, held: Held | None) -> None:
        """Raise `LockNotOwnedError` where it is not held, or cannot be said to be. Nothing is sent."""
        if held is None:
            raise LockNotOwnedError(f"the lock {self.name!r} is not held")
        if held.lost or self._now() >= held.until:
            held.lost = True
            raise LockNotOwnedError(f"the lock {self.name!r} was lost")

    # -- scripts ------------------------------------------------------------------------------------------------------

    def _script(self, script: ScriptText, keys: int, *args: Any) -> Steps[Any]:
        """Run it with so many keys; with the lock's alone where the user may not use the others."""
        if keys > 1 and not self._polls:
            try:
                return (yield from script.run(self._keys[:keys], args))
            except (NoPermissionError, ClusterCrossSlotError):
                self._polls = True
        return (yield from script.run(self._keys[:1], args))


def _milliseconds(seconds: float) -> int:
    if seconds < 0.001:
        raise DataError(f"a lock is held for a millisecond or more, not for {seconds} s")
    return int(seconds * 1000)


def _until_expired(left: int) -> float:
    """In how many seconds, a little more than `left` ms, it is worth to look again; not all look at once."""
    return float("inf") if left < 0 else left / 1000 + random.uniform(0.001, 0.011)
