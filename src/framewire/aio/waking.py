"""`Waiter`: what a task waits on when the next thing to happen is its turn, at once.

What belongs here: waking a task without a round through the loop. A future's callbacks are called in the loop's next
iteration, which asks the kernel for news in between: a third of what answering one small frame costs.

              add_done_callback               wake() | set() | cancel()
    (fresh) --------------------> (waited on) ------------------------> (done): the task runs
                                                     wake(), where no task is running: before it returns
                                                     else: in the loop's next iteration

It is a future to a task by asyncio's own word: whatever has `_asyncio_future_blocking` is one (`asyncio.isfuture`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any

__all__ = ["Waiter"]


class Waiter:
    """One wait of one task. It ends once; what ends it later is ignored."""

    __slots__ = ("_asyncio_future_blocking", "_callback", "_cancelled", "_context", "_done", "_loop", "_message")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._asyncio_future_blocking = False
        self._loop = loop
        self._callback: Callable[[Any], object] | None = None
        self._context: Context | None = None
        self._done = False
        self._cancelled = False
        self._message: Any = None

    def __await__(self) -> Generator[Waiter, None, None]:
        self._asyncio_future_blocking = True
        yield self

    # -- who ends it --------------------------------------------------------------------------------------------------

    def wake(self) -> bool:
        """Run the task now, up to where it waits next; false where it could not be: it will run in its turn then.

        Only for who is called by the loop, has nothing left to do, and may be closed by what the task does.
        """
        context = self._context
        if self._done or context is None or asyncio.current_task(self._loop) is not None:
            self.set()
            return False
        self._done = True
        callback, self._callback = self._callback, None
        try:
            context.run(callback, self)  # type: ignore[arg-type]
        except BaseException as error:  # SystemExit, say: it is for the loop, and no transport may keep it
            self._loop.call_soon(_raise, error)
        return True

    def set(self) -> None:
        """Let the task run in the loop's next iteration."""
        if not self._done:
            self._done = True
            self._schedule()

    def _schedule(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            self._loop.call_soon(callback, self, context=self._context)

    # -- the task calls these -----------------------------------------------------------------------------------------

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Where the task runs."""
        return self._loop

    def add_done_callback(self, callback: Callable[[Any], object], *, context: Context | None = None) -> None:
        """How to wake the task, which is the only one that waits."""
        self._callback, self._context = callback, context
        if self._done:
            self._schedule()

    def cancel(self, msg: Any = None) -> bool:
        """End it with `CancelledError`; false if it has ended already."""
        if self._done:
            return False
        self._cancelled, self._message = True, msg
        self.set()
        return True

    def done(self) -> bool:
        """Whether it has ended."""
        return self._done

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def result(self) -> None:
        """Nothing. Raises `CancelledError` where it was cancelled."""
        if self._cancelled:
            raise asyncio.CancelledError(*(() if self._message is None else (self._message,)))


def _raise(error: BaseException) -> None:
    raise error
