"""What an exchange tells of requests that were not answered, and what it asks of who owns the link.

What belongs here: the forms that both twins share, and the errors. No logic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from framewire.errors import FramewireError, ProtocolError
from framewire.frames.resp import Error

__all__ = ["BacklogFull", "Call", "IntegrityError", "Owner", "Request", "Shape", "UnexpectedReply", "Unpairable",
           "Waiter"]  # fmt: skip

Request = Sequence[object]
"""A command and its arguments, a list or tuple as `encode_commands` takes it; not changed until it is answered."""

Shape = Callable[[Any], Any]
"""What makes of a reply what the waiter gets. What it raises, the waiter gets as its exception."""


class Waiter(Protocol):
    """Who waits for a reply: an `asyncio.Future`, or whatever has these three methods of it."""

    def done(self) -> bool: ...

    def set_result(self, result: Any, /) -> Any: ...

    def set_exception(self, exception: Any, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A request, or a batch of them, that has got an error, no reply in time, or none at all.

    requests: what was asked; one, unless it was a batch.
    batch: whether it was one, whose waiter wants a list.
    written: whether a byte of it may have left, or may still leave. If not, it was not executed, and will not be.
    replies: those of a batch (or confirmations) that came before.
    timeout, deadline, began: seconds of the owner's clock, the latter two as points in time; infinite where there is
        no deadline.
    """

    requests: Sequence[Request]
    batch: bool
    waiter: Waiter | None
    shape: Shape | None
    written: bool
    replies: list[Any]
    deadline: float
    began: float


class Owner(Protocol):
    """Who owns the link. But for `wake`, nothing here may raise: an exception ends the link, for replies go lost.

    Inside these, and inside a waiter's methods, anything may be asked of the exchange but to receive.
    """

    def wake(self) -> float:
        """There is something to send: `take` it before this turn ends, be the link there or not. Returns the time, in
        seconds. What it raises, who sends gets; nothing was queued then.
        """

    def new_waiter(self) -> Waiter:
        """Somebody calls."""

    def pushed(self, items: Sequence[Any]) -> None:
        """Something came that nobody asked for: a message, an invalidation; `(b"monitor", line)` for MONITOR's."""

    def refused(self, call: Call, error: Error) -> None:
        """A request (no batch) was answered with an error; the waiter still waits."""

    def broken(self, error: ProtocolError) -> None:
        """The peer sent what it must not. The link is of no use any more; what came before has been handed on."""


class BacklogFull(FramewireError):
    """So many bytes wait to be sent that no more may be queued: `queued` bytes of at most `limit`, and `size` more."""

    def __init__(self, queued: int, size: int, limit: int) -> None:
        super().__init__(queued, size, limit)
        self.queued, self.size, self.limit = queued, size, limit

    def __str__(self) -> str:
        return f"{self.queued} bytes wait to be sent already, {self.size} more would pass the limit of {self.limit}"


class Unpairable(FramewireError, ValueError):
    """The caller asked, at this place, for what makes replies that nobody could tell apart. It was not sent."""


class UnexpectedReply(ProtocolError):
    """The server sent `reply` where none was to come: most likely it says why it closes the connection."""

    def __init__(self, reply: Any) -> None:
        super().__init__(reply)
        self.reply = reply

    def __str__(self) -> str:
        return f"a reply that nobody asked for: {self.reply!r:.200}"


class IntegrityError(ProtocolError):
    """A reply stands at another's place: somebody between us and the server has lost or added one."""
