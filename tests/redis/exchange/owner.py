"""Who owns an exchange in these tests, and who waits: both write down what they are told, and run on no loop.

What belongs here: those two, and short ways to ask and to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.exchange.calls import Call

__all__ = ["Link", "Waiter"]


class Waiter:
    """Waits for one reply, or has gone away."""

    def __init__(self, then: Callable[[], None] | None = None) -> None:
        self.results: list[Any] = []  # never more than one, if the exchange is right
        self.cancelled = False
        self._then = then

    def done(self) -> bool:
        return self.cancelled or bool(self.results)

    def cancel(self) -> None:
        self.cancelled = True

    def set_result(self, result: Any, /) -> None:
        assert not self.cancelled, "it has gone away"
        self.results.append(result)
        if self._then is not None:
            self._then()

    def set_exception(self, exception: Any, /) -> None:
        self.set_result(exception)

    @property
    def result(self) -> Any:
        """What it has got; an exception as it is."""
        (result,) = self.results
        return result


class Link:
    """The owner: its clock is `time`, what it is told is in lists. A refused request has the `Error` as its result."""

    def __init__(self, exchange_class: Any, **options: Any) -> None:
        self.time = 0.0
        self.wakes = 0
        self.pushes: list[list[Any]] = []
        self.refusals: list[tuple[Call, Error]] = []
        self.breaks: list[Exception] = []
        self.on_push: Callable[[], None] | None = None
        self.exchange = exchange_class(self, **options)

    # -- the exchange calls these --

    def wake(self) -> float:
        self.wakes += 1
        return self.time

    def new_waiter(self) -> Waiter:
        return Waiter()

    def pushed(self, items: Sequence[Any]) -> None:
        self.pushes.append(list(items))
        if self.on_push is not None:
            self.on_push()

    def refused(self, call: Call, error: Error) -> None:
        self.refusals.append((call, error))
        assert call.waiter is not None
        call.waiter.set_exception(error)

    def broken(self, error: Exception) -> None:
        self.breaks.append(error)

    # -- tests call these --

    def ask(self, *request: object, **options: Any) -> Waiter:
        """Send one request for a new waiter."""
        waiter = Waiter()
        self.exchange.send(request, waiter, **options)
        return waiter

    def ask_batch(self, *requests: Sequence[object], **options: Any) -> Waiter:
        waiter = Waiter()
        self.exchange.send_batch(requests, waiter, **options)
        return waiter

    def written(self) -> bytes:
        """What leaves now."""
        return b"".join(self.exchange.take())

    def answer(self, data: bytes) -> None:
        """Let all leave, and receive this."""
        self.written()
        self.exchange.feed(data)
