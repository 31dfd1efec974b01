"""A loop in a thread: started, asked, stopped, and never waited for in vain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from framewire.aio.thread import LoopThread


class Thing(LoopThread):
    """Serves nothing; `error` is what its start raises."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__("thing", "the thing")
        self._refuses = error
        self.ended = False

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        if self._refuses is not None:
            raise self._refuses
        yield
        self.ended = True


def test_what_it_is_asked_is_answered_in_its_loop() -> None:
    async def slowly() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    with Thing().start() as thing:
        assert thing._call(lambda: threading.current_thread().name) == "thing"
        assert thing._wait(slowly) == "thing"
        assert not thing.ended
    assert thing.ended
    thing.stop()


def test_errors_are_those_of_what_was_asked() -> None:
    async def fail() -> None:
        raise KeyError("slow")

    with Thing().start() as thing:
        with pytest.raises(ZeroDivisionError):
            thing._call(lambda: 1 // 0)
        with pytest.raises(KeyError, match="slow"):
            thing._wait(fail)


def test_a_start_that_fails_leaves_no_thread() -> None:
    thing = Thing(OSError("taken"))
    with pytest.raises(OSError, match="taken"):
        thing.start()
    assert not thing._thread.is_alive()


def test_one_that_does_not_run_says_so() -> None:
    thing = Thing()
    with pytest.raises(RuntimeError, match="the thing does not run"):
        thing._call(lambda: None)
    with thing.start():
        pass
    with pytest.raises(RuntimeError, match="the thing does not run"):
        thing._wait(asyncio.Event().wait)


def test_who_waits_when_it_ends_is_told() -> None:
    thing = Thing().start()
    begun, told = threading.Event(), []

    async def for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    def ask() -> None:
        with pytest.raises(RuntimeError, match="the thing has stopped") as caught:
            thing._wait(for_ever)
        told.append(caught.value)

    asking = threading.Thread(target=ask)
    asking.start()
    begun.wait()
    thing.stop()
    asking.join()
    assert told
