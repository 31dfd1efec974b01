"""`Waiter`: when a task goes on, in which context, and what cancels it."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire.aio.waking import Waiter

Run = Callable[[Awaitable[None]], None]

ENDS: dict[str, Callable[[Waiter], object]] = {"wake": Waiter.wake, "set": Waiter.set, "cancel": Waiter.cancel}


class Waited:
    """A task that waits on a `Waiter`, and the notes of what happens around it."""

    def __init__(self) -> None:
        self.waiter = Waiter(asyncio.get_running_loop())
        self.notes: list[Any] = []
        self.task = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        try:
            await self.waiter
            self.notes.append("went on")
        except asyncio.CancelledError as error:
            self.notes.append(("cancelled", *error.args))
            raise

    def by_the_loop(self, action: Callable[[Waiter], object]) -> None:
        """Have the loop call `action`, then note that it has returned."""

        def act() -> None:
            action(self.waiter)
            self.notes.append("returned")

        asyncio.get_running_loop().call_soon(act)


@pytest.mark.parametrize(
    ("how", "notes"),
    [
        ("wake", ["went on", "returned"]),
        ("set", ["returned", "went on"]),
        ("cancel", ["returned", ("cancelled",)]),
    ],
)
def test_when_the_task_goes_on(run: Run, how: str, notes: list[Any]) -> None:
    async def main() -> None:
        waited = Waited()
        await asyncio.sleep(0)
        waited.by_the_loop(ENDS[how])
        await asyncio.wait([waited.task])
        assert waited.notes == notes

    run(main())


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", ENDS)
def test_it_ends_once(run: Run, first: str, second: str) -> None:
    async def main() -> None:
        waited = Waited()
        await asyncio.sleep(0)
        waited.by_the_loop(ENDS[first])
        waited.by_the_loop(ENDS[second])
        await asyncio.wait([waited.task])
        assert waited.notes.count("returned") == 2
        assert len(waited.notes) == 3
        assert waited.task.cancelled() == (first == "cancel")
        assert waited.waiter.done()
        assert waited.waiter.cancelled() == (first == "cancel")

    run(main())


@pytest.mark.parametrize("how", ENDS)
def test_what_ends_before_anybody_waits_is_not_lost(run: Run, how: str) -> None:
    async def main() -> None:
        waited = Waited()
        ENDS[how](waited.waiter)
        await asyncio.wait([waited.task])
        assert waited.notes == [("cancelled",) if how == "cancel" else "went on"]

    run(main())


def test_a_task_that_runs_is_not_run_into(run: Run) -> None:
    """Only the loop may be told to run a task at once: two cannot run."""

    async def main() -> None:
        waited = Waited()
        await asyncio.sleep(0)
        assert not waited.waiter.wake()
        assert waited.notes == []
        await waited.task
        assert waited.notes == ["went on"]

    run(main())


def test_it_goes_on_in_the_context_of_its_task(run: Run) -> None:
    name = contextvars.ContextVar("name", default="nobody's")

    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())

        async def wait() -> str:
            name.set("the task's")
            await waiter
            assert asyncio.current_task() is waiting
            return name.get()

        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0)

        def wake() -> None:
            name.set("the callback's")
            assert waiter.wake()
            assert name.get() == "the callback's"
            assert asyncio.current_task(asyncio.get_running_loop()) is None

        asyncio.get_running_loop().call_soon(wake)
        assert await waiting == "the task's"

    run(main())


def test_a_message_of_who_cancels_arrives(run: Run) -> None:
    async def main() -> None:
        waited = Waited()
        await asyncio.sleep(0)
        waited.task.cancel("because")
        await asyncio.wait([waited.task])
        assert waited.notes == [("cancelled", "because")]

    run(main())


def test_a_deadline_is_a_deadline(run: Run) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await Waiter(asyncio.get_running_loop())

    run(main())


def test_what_a_task_raises_is_the_tasks(run: Run) -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())

        async def fail() -> None:
            await waiter
            raise ValueError("of the task")

        failing = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(waiter.wake)
        with pytest.raises(ValueError, match="of the task"):
            await failing

    run(main())


def test_what_ends_a_program_reaches_the_loop_and_not_the_caller() -> None:
    """A transport would take it for a failure of its protocol."""
    returned: list[bool] = []
    left: list[asyncio.Task[None]] = []

    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())

        async def leave() -> None:
            await waiter
            raise SystemExit(3)

        left.append(asyncio.ensure_future(leave()))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(lambda: returned.append(waiter.wake()))
        await asyncio.Event().wait()

    with pytest.raises(SystemExit) as raised:
        asyncio.run(main())
    assert raised.value.code == 3
    assert returned == [True]
    assert left[0].exception() is raised.value


def test_to_asyncio_it_is_a_future(run: Run) -> None:
    async def main() -> None:
        waiter = Waiter(asyncio.get_running_loop())
        assert asyncio.isfuture(waiter)
        assert waiter.get_loop() is asyncio.get_running_loop()
        assert not waiter.done()

    run(main())
