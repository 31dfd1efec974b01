"""One slot of an exchange: a request, or a batch, whose replies are still to come.

What belongs here: its fields, for the plain twin, and what both twins ask of one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Protocol

from framewire.redis.exchange.calls import Call, Request, Shape, Waiter
from framewire.redis.exchange.knowledge import Kind
from framewire.redis.exchange.several import Several

__all__ = ["GONE", "AnySlot", "Slot", "call_of", "fail_shaping", "is_gone"]


class _Gone:
    """A waiter that has been told already."""

    def done(self) -> bool:
        return True

    def set_result(self, result: Any, /) -> None:
        raise AssertionError("it is done")

    set_exception = set_result


GONE: Final = _Gone()
"""Who was told that his reply is late."""


class AnySlot(Protocol):
    """A slot of either twin, as seen from what they share."""

    requests: Sequence[Request]
    batch: bool
    waiter: Waiter | None
    shape: Shape | None
    items: list[Any] | None
    several: Several | None
    size: int
    began: float
    deadline: float


class Slot:
    """A request, or a batch. Its waiter may go away, it stays: somebody must swallow the reply."""

    __slots__ = ("batch", "began", "deadline", "items", "kinds", "left", "plain", "requests", "sent", "several",
                 "shape", "size", "waiter")  # fmt: skip

    def __init__(
        self,
        requests: Sequence[Request],
        kinds: Sequence[Kind],
        batch: bool,
        waiter: Waiter | None,
        shape: Shape | None,
    ) -> None:
        self.requests = requests
        self.kinds = kinds
        self.plain = not any(kinds)  # all of them are PLAIN
        self.batch = batch
        self.waiter = waiter
        self.shape = shape
        self.items: list[Any] | None = [] if batch else None  # replies of a batch
        self.left = len(requests)  # replies of a batch that are still to come
        self.several: Several | None = None  # what takes the replies, where it is not one for each request
        self.size = 0  # bytes on the wire
        self.began = 0.0  # when it was asked for
        self.sent = 0.0  # when it left the backlog, or began
        self.deadline = math.inf


def is_gone(slot: AnySlot) -> bool:
    """Whether somebody waited who does no longer. What nobody ever waited for is to be sent all the same."""
    return slot.waiter is not None and slot.waiter.done()


def fail_shaping(waiter: Waiter, error: Exception) -> None:
    """Tell `waiter` what its shape has raised: as a generator does, for futures take no `StopIteration`."""
    if isinstance(error, StopIteration):
        stop, error = error, RuntimeError("the shape of a reply raised StopIteration")
        error.__cause__ = stop
    waiter.set_exception(error)


def call_of(slot: AnySlot, written: bool) -> Call:
    """What is told of it."""
    replies = slot.items if slot.several is None else slot.several.replies
    return Call(
        slot.requests, slot.batch, slot.waiter, slot.shape, written, list(replies or ()), slot.deadline, slot.began
    )
