"""`Timers`: calls by the server's clock, which runs, stands, and is moved."""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.network.timers import Timers
from tests.waiting import until_in_loop


class Standing:
    """Timers by a clock that stands at a second, and what they have called."""

    def __init__(self) -> None:
        self.state: State[Client] = State(now=lambda: 1000)
        self.state.time.stop()
        self.state.obey_clock()
        self.timers = Timers(self.state)
        self.called: list[tuple[str, int]] = []

    def call_at(self, deadline: int, name: str) -> None:
        self.timers.call_at(deadline, lambda: self.called.append((name, self.state.clock)))

    def move(self, until: int) -> None:
        for moment in self.timers.moments(until):
            self.state.time.move_to(moment * 1000)
            self.state.obey_clock()
            self.timers.run(moment)


async def test_while_it_runs_the_loop_calls() -> None:
    state: State[Client] = State()
    timers = Timers(state)
    called: list[int] = []
    timer = timers.call_at(state.clock + 2, lambda: called.append(state.clock))
    timers.call_at(state.clock - 1000, lambda: called.append(0))
    timers.call_at(state.clock + 1, lambda: called.append(1)).cancel()
    assert len(timers) == 2 and not called
    await until_in_loop(lambda: len(called) == 2)
    assert called[0] == 0 and called[1] >= timer.deadline - 1
    assert not len(timers)
    timer.cancel()


async def test_while_it_stands_nobody_calls_and_they_are_called_in_order_when_it_is_moved() -> None:
    standing = Standing()
    for deadline, name in ((1300, "c"), (1100, "a"), (1200, "b"), (1100, "a2"), (1301, "d")):
        standing.call_at(deadline, name)
    standing.timers.obey_clock()
    assert all(timer.handle is None for timer in standing.timers._waiting)
    standing.move(1300)
    assert standing.called == [("a", 1100), ("a2", 1100), ("b", 1200), ("c", 1300)]
    standing.move(1300)
    assert len(standing.timers) == 1


async def test_what_comes_up_meanwhile_has_its_place() -> None:
    standing = Standing()
    standing.timers.call_at(1100, lambda: standing.call_at(1150, "early"))
    standing.timers.call_at(1100, lambda: standing.call_at(9999, "much later"))
    standing.call_at(1200, "late")
    standing.move(1200)
    assert standing.called == [("early", 1150), ("late", 1200)]


async def test_one_that_an_earlier_one_cancels_is_not_called() -> None:
    standing = Standing()
    doomed = standing.timers.call_at(1100, lambda: standing.called.append(("doomed", 0)))
    later = standing.timers.call_at(1200, lambda: standing.called.append(("doomed", 0)))
    standing.timers.call_at(1050, later.cancel)
    standing.timers.call_at(1099, lambda: None)
    standing.timers.call_at(1100, lambda: None)
    doomed.cancel()
    standing.move(2000)
    assert not standing.called and not len(standing.timers)


async def test_it_goes_on_with_what_is_left() -> None:
    standing = Standing()
    standing.call_at(1000, "due")
    standing.call_at(10**9, "not yet")
    standing.state.time.reset()
    standing.state.obey_clock()
    standing.timers.obey_clock()
    await until_in_loop(lambda: standing.called)
    assert standing.called == [("due", 1000)]
    [left] = standing.timers._waiting
    assert left.handle is not None
    left.cancel()
