"""Commands that leave together, and what becomes of each: pipelines and transactions, without I/O.

What belongs here: collecting requests, the MULTI and EXEC around them, and giving each command its result or error.

    pipeline:      a, b, c               replies: one each
    transaction:   MULTI a, b, c EXEC    replies: OK, QUEUED three times (or an error), and a list, null or an error
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, Never, TypeVar

from framewire.errors import ProtocolError
from framewire.frames.resp import Error
from framewire.redis.client.errors import ExecAbortError, RedisError, WatchError, error_of_reply
from framewire.redis.client.fates import Fate
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Batch", "Failed", "Place"]

T = TypeVar("T")

_NOTHING = object()
"""The result of a command that has none yet."""


class Failed:
    """In the place of a reply: there is none to this request, and why; others of the batch may have theirs."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


_FAILURES = frozenset((Error, Failed))


class Place(Generic[T]):
    """One command of a batch: its result, once the batch was executed."""

    __slots__ = ("_error", "_result", "request", "shape")

    def __init__(self, request: Request, shape: Shape | None) -> None:
        self.request = request
        self.shape = shape
        self._result: Any = _NOTHING
        self._error: Exception | None = None

    def result(self) -> T:
        """What the command returned. Raises its error, and `RuntimeError` before the batch was executed."""
        if self._error is not None:
            raise self._error.with_traceback(None)  # it would grow each time
        if self._result is _NOTHING:
            raise RuntimeError("the pipeline was not executed yet")
        return self._result  # type: ignore[no-any-return]

    def exception(self) -> Exception | None:
        """The command's error, if it had one."""
        return self._error

    def settle(self, reply: Any, within: bytes = b"") -> None:
        """The reply has come, `within` that of another command; or `Failed` has."""
        if isinstance(reply, Failed):
            self._error = reply.error
            return
        if isinstance(reply, Error):
            name = within or self.request[0]
            self._error = error_of_reply(reply.data, name if isinstance(name, bytes) else str(name).encode())
            return
        try:
            self._result = reply if self.shape is None else self.shape(reply)
        except Exception as error:
            self._error = error

    def fail(self, error: Exception) -> None:
        """There is no reply, and why."""
        self._error = error


class Batch:
    """The commands of one pipeline, or of one transaction. `scattered`: they may go to several servers."""

    def __init__(self, *, transaction: bool, scattered: bool = False) -> None:
        self.transaction = transaction
        self.scattered = scattered and not transaction
        self.places: list[Place[Any]] = []
        self._error: Exception | None = None  # the first that a command had
        self.waits: float | None = None  # for how many seconds at most its commands may wait at the server, if any does
        self.scripts: set[str] | None = None if self.scattered else set()  # by SHA-1: those of them it sends whole

    def add(self, request: Request, shape: Shape | None) -> Place[Any]:
        """One command more."""
        place: Place[Any] = Place(request, shape)
        self.places.append(place)
        return place

    def add_blocking(self, request: Request, shape: Shape | None, seconds: float | None) -> Place[Any]:
        """One that may wait for so many seconds, for ever with 0 or `None`; in a transaction none waits."""
        if not self.transaction:
            self.waits = (self.waits or 0.0) + (seconds or math.inf)
        return self.add(request, shape)

    def timeout(self, seconds: float | None) -> float | None:
        """How long to wait for the replies where a call that does not wait is waited for so many seconds."""
        if seconds is None or self.waits == math.inf:
            return None
        return seconds + (self.waits or 0.0)

    @property
    def requests(self) -> list[Request]:
        """What is to be sent."""
        requests: list[Request] = [place.request for place in self.places]
        return [(b"MULTI",), *requests, (b"EXEC",)] if self.transaction else requests

    def settle(self, replies: Sequence[Any]) -> None:
        """All replies are there. Raises `WatchError` or `ExecAbortError` where the transaction was not executed."""
        if self.transaction:
            self._settle_transaction(replies)
        else:
            self._settle_each(replies)

    def _settle_each(self, replies: Sequence[Any], within: bytes = b"") -> None:
        for place, reply in zip(self.places, replies, strict=True):
            if place.shape is None and type(reply) not in _FAILURES:
                place._result = reply  # as `settle` does, without the call
            else:
                place.settle(reply, within)
                if self._error is None:
                    self._error = place.exception()

    def _settle_transaction(self, replies: Sequence[Any]) -> None:
        multi, *queued, executed = replies
        if isinstance(executed, list):
            if len(executed) != len(self.places):
                raise ProtocolError(f"EXEC has {len(executed)} replies to {len(self.places)} commands")
            return self._settle_each(executed, b"EXEC")
        if isinstance(multi, Error) and not all(isinstance(reply, Error) for reply in queued):
            self._settle_without_multi(multi, queued)
        error = _why_not(executed, [multi, *queued])
        for place, reply in zip(self.places, queued, strict=True):
            if isinstance(reply, Error):
                place.settle(reply)
            else:
                place.fail(error)
        raise error

    def _settle_without_multi(self, multi: Error, replies: Sequence[Any]) -> Never:
        """MULTI was refused (to a user who may not), so that each command ran by itself: who asked must know."""
        for place, reply in zip(self.places, replies, strict=True):
            place.settle(reply)
        refusal = error_of_reply(multi.data, b"MULTI")
        raise type(refusal)(f"{refusal}: the commands ran one by one, in no transaction", fate=Fate.EXECUTED)

    def fail(self, error: Exception, replies: Sequence[Any] = ()) -> None:
        """The batch was lost behind the first `replies`: what they answer is known, the rest has this error."""
        answered = 0 if self.transaction else len(replies)
        for place, reply in zip(self.places[:answered], replies[:answered], strict=True):
            place.settle(reply)
        for place in self.places[answered:]:
            place.fail(error)

    def outcomes(self) -> list[Any]:
        """The results of a batch that is settled, in order, errors among them."""
        if self._error is None:
            return [place._result for place in self.places]
        return [place._result if place._error is None else place._error for place in self.places]

    def first_error(self) -> Exception | None:
        """The first command's error, if one had any, once the batch is settled."""
        return self._error


def _why_not(executed: Any, before: Sequence[Any]) -> RedisError:
    """Why EXEC has executed nothing: a watched key had changed, or something was refused."""
    if executed is None:
        return WatchError("a watched key has changed: nothing was executed", fate=Fate.NOT_EXECUTED)
    refused = next((reply for reply in before if isinstance(reply, Error)), executed)
    cause = error_of_reply(refused.data)
    error = ExecAbortError(f"nothing was executed: {cause}", fate=Fate.NOT_EXECUTED)
    error.__cause__ = cause
    return error
