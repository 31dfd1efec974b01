"""Requests that have not simply one reply each: what is to come, and what their waiter gets.

What belongs here: one class for each such form. `take` is given what comes while the request is the oldest one, and
returns the whole reply, or `NOTHING` yet. `replies` are those that are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from framewire.errors import ProtocolError
from framewire.frames.resp import Error
from framewire.redis.exchange.calls import IntegrityError, Request
from framewire.redis.exchange.knowledge import confirmation_in, is_queued
from framewire.redis.exchange.reading import NOTHING, Reading, Subscribing

__all__ = ["Checked", "Confirmations", "Several"]


class Several(Protocol):
    """What is to come for one request, or for a batch."""

    replies: list[Any]

    def wants(self, items: Any) -> bool:
        """Whether these items, of a push or an array, are a part of it, which nobody else is to be told of."""

    def take(self, item: Any) -> Any:
        """One more item: all of it, or `NOTHING`. Raises `ProtocolError` where it cannot be meant."""


class Confirmations:
    """Of a (un)subscribe: a list of `[word, channel, how many are left]`; one reply where it is refused or QUEUED."""

    def __init__(self, request: Request, reading: Reading) -> None:
        self._asked = Subscribing(request)
        self._reading = reading
        self.replies: list[Any] = []

    def wants(self, items: Any) -> bool:
        confirmation = confirmation_in(items)
        return confirmation is not None and self._asked.has(confirmation, items[1])

    def take(self, item: Any) -> Any:
        if not self.wants(item):
            if type(item) is Error or is_queued(item):
                return item
            raise ProtocolError(f"{item!r:.100} came where {self._asked.command!r} was to be confirmed")
        confirmation = confirmation_in(item)
        assert confirmation is not None
        left = self._asked.count(self._reading.subscriptions(confirmation))
        self._reading.confirm(confirmation, item[1])
        self.replies.append(item)
        return NOTHING if left else self.replies


class Checked:
    """Of the integrity mode: replies, and behind those that have one the answer to its question.

    A reply is handed on after the answer behind it has come: a shifted one never is. `checks` has an entry for each
    reply that is to come; `replies` begins with those of requests that have none.
    """

    def __init__(self, checks: Sequence[bytes | None], batch: bool, replies: list[Any]) -> None:
        self._checks = checks
        self._batch = batch
        self._next = 0
        self._awaited: bytes | None = None  # the answer that is to come now
        self._held: Any = None  # the reply in front of it
        self.replies = replies

    def wants(self, items: Any) -> bool:
        return False

    def take(self, item: Any) -> Any:
        if self._awaited is not None:
            self._verify(item, self._awaited)
            self._awaited, item = None, self._held
        else:
            self._awaited, self._held = self._checks[self._next], item
            self._next += 1
            if self._awaited is not None:
                return NOTHING
        if not self._batch:
            return item
        self.replies.append(item)
        return self.replies if self._next == len(self._checks) else NOTHING

    @staticmethod
    def _verify(item: Any, awaited: bytes) -> None:
        """A server that is busy with a script refuses every question, and so tells nothing; the next one will."""
        if item != awaited and not (type(item) is Error and item.data.startswith(b"BUSY ")):
            raise IntegrityError(f"{item!r:.60} came where {awaited!r} was to come: replies are shifted")
