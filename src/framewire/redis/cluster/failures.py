"""Which nodes have just failed.

What belongs here: that memory, which fades by itself. What is done with it is for who picks nodes.
"""

from __future__ import annotations

from collections.abc import Callable

from framewire.redis.cluster.addresses import Address

__all__ = ["Failures"]


class Failures:
    """Nodes that failed within the last `seconds` and were not heard of since. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._until: dict[Address, float] = {}  # the earliest first

    def __contains__(self, address: Address) -> bool:
        until = self._until.get(address)
        return until is not None and self._clock() < until

    def __bool__(self) -> bool:
        """Whether there may be one; cheap, for who asks before each request."""
        return bool(self._until)

    def add(self, address: Address) -> None:
        """It failed now."""
        self._forget_old()
        self._until.pop(address, None)
        self._until[address] = self._clock() + self._seconds

    def discard(self, address: Address) -> None:
        """It works."""
        self._until.pop(address, None)

    def _forget_old(self) -> None:
        now = self._clock()
        while self._until:
            address = next(iter(self._until))
            if now < self._until[address]:
                return
            del self._until[address]
