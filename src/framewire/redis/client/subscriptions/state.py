"""What a book knows of one topic: who listens, what the server was told of it, and who waits for the answer.

What belongs here: the two records and what they say of themselves. Who changes them is the book.
"""

from __future__ import annotations

from framewire.redis.client.errors import RedisError
from framewire.redis.client.outcomes import copied
from framewire.redis.client.subscriptions.listener import Listener, Mark
from framewire.redis.exchange.calls import Waiter

__all__ = ["Ask", "State"]


class Ask:
    """Who waits until the server, or the servers, have answered what they were told of some topics."""

    __slots__ = ("left", "listener", "waiter")

    def __init__(self, waiter: Waiter, listener: Listener | None = None) -> None:
        """`listener`: who subscribes; nothing for who unsubscribes."""
        self.waiter, self.listener = waiter, listener
        self.left: set[Mark] = set()  # what is not answered

    def begin(self) -> None:
        """All that is waited for is in `left`: it may be nothing."""
        if not self.left and not self.waiter.done():
            self.waiter.set_result(None)

    def answered(self, mark: Mark, error: RedisError | None = None) -> None:
        self.left.discard(mark)
        if self.waiter.done():
            return
        if error is not None:
            self.waiter.set_exception(copied(error))
        elif not self.left:
            self.waiter.set_result(None)


class State:
    """What is known of one topic."""

    __slots__ = ("asks", "listeners", "live", "unanswered", "wanted")

    def __init__(self) -> None:
        self.listeners: dict[Listener, None] = {}  # in the order in which they came
        self.wanted = False  # what the server was told last, or is to be told by the next link
        self.unanswered = 0  # requests about it; they alternate, the last is as `wanted` says
        self.live = False
        self.asks: list[Ask] = []

    @property
    def awaits_subscription(self) -> bool:
        """Whether the next answer is to a request to subscribe."""
        return self.wanted == bool(self.unanswered % 2)
