"""Who waits for a reply: a thread.

What belongs here: one reply's place, with asyncio's names, and how its thread is woken. Nothing is made for waking
before a thread has to wait for another.
"""

from __future__ import annotations

from _thread import LockType, allocate_lock
from typing import Any

__all__ = ["Waiter"]


class Waiter:
    """Its methods are called by who holds the lock of the link."""

    __slots__ = ("__weakref__", "_error", "_result", "gate", "is_done")

    def __init__(self) -> None:
        self.is_done = False
        self.gate: LockType | None = None  # where its thread is parked
        self._result: Any = None
        self._error: Exception | None = None

    def done(self) -> bool:
        return self.is_done

    def set_result(self, result: Any, /) -> None:
        self._result = result
        self.is_done = True
        if self.gate is not None:
            self.wake()

    def set_exception(self, exception: Any, /) -> None:
        self._error = exception
        self.is_done = True
        if self.gate is not None:
            self.wake()

    def abandon(self) -> None:
        """Nobody waits any more: the reply will be swallowed."""
        self.is_done = True

    def result(self) -> Any:
        """What has come; raises what has been set as exception."""
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # or its traceback would hold on to this frame, and so to itself
        return self._result

    # -- parking ------------------------------------------------------------------------------------------------------

    def park(self) -> LockType:
        """Whoever acquires this waits until `wake`."""
        self.gate = gate = allocate_lock()
        gate.acquire()
        return gate

    def wake(self) -> None:
        """Its thread goes on, to look what there is to do."""
        gate, self.gate = self.gate, None
        if gate is not None:
            gate.release()
