"""An event loop in a thread of its own, for programs that have none.

What belongs here: starting such a thread, asking it for something, and its end, after which nobody waits for it. What
runs in it is said by who inherits this.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self, TypeVar

from framewire.aio.loops import new_event_loop

__all__ = ["LoopThread"]

T = TypeVar("T")


class LoopThread(ABC):
    """A thread whose loop serves something between `start` and `stop`."""

    def __init__(self, name: str, what: str) -> None:
        """`name` is the thread's, `what` says what it serves, in errors."""
        self._what = what
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._asked: set[Future[Any]] = set()  # who waits for an answer out of the loop
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def _serving(self) -> AbstractAsyncContextManager[object]:
        """What is served: entered in the loop, before `start` returns, and left for `stop`."""

    # -- start and stop -----------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the thread and wait until it serves; raises what its start raised."""
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def stop(self) -> None:
        """End what it serves, and wait for the thread. Stopping twice is fine."""
        if self._thread.is_alive():
            self.stop_soon()
            self._thread.join()

    def stop_soon(self) -> None:
        """Let it end, and do not wait for it: the thread ends by itself."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # somebody else has stopped it: the loop is closed
                self._loop.call_soon_threadsafe(self._stop.set)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # -- asking -------------------------------------------------------------------------------------------------------

    def _soon(self, function: Callable[..., object], *arguments: object) -> None:
        """Call it in the loop. Raises `RuntimeError` where that does not run."""
        if not self._thread.is_alive():
            raise RuntimeError(f"{self._what} does not run")
        self._loop.call_soon_threadsafe(function, *arguments)

    def _call(self, function: Callable[[], T]) -> T:
        """Call it in the loop and wait for what it returns or raises. Raises `RuntimeError` where that does not run."""

        def answer(waiting: Future[T]) -> None:
            try:
                waiting.set_result(function())
            except BaseException as error:
                waiting.set_exception(error)

        return self._ask(answer)

    def _wait(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """As `_call`, for what takes a while there."""

        def answer(waiting: Future[T]) -> None:
            def told(task: asyncio.Task[T]) -> None:
                if task.cancelled():
                    return  # with the loop, which ends: `_let_down` tells
                if (error := task.exception()) is not None:
                    waiting.set_exception(error)
                else:
                    waiting.set_result(task.result())

            self._loop.create_task(begin()).add_done_callback(told)

        return self._ask(answer)

    def _ask(self, answer: Callable[[Future[T]], None]) -> T:
        waiting: Future[T] = Future()
        self._asked.add(waiting)
        try:
            self._soon(answer, waiting)
            return waiting.result()
        finally:
            self._asked.discard(waiting)

    # -- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            if self._ready.is_set():  # start() has returned: nobody but threading.excepthook can be told
                raise
            self._error = error
        finally:
            self._ready.set()
            self._let_down()

    def _let_down(self) -> None:
        """The loop has ended: who has asked for something that it did not come to is told."""
        for waiting in tuple(self._asked):
            if not waiting.done():
                waiting.set_exception(RuntimeError(f"{self._what} has stopped"))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with self._serving():
            self._ready.set()
            await self._stop.wait()
