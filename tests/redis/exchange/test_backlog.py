"""The backlog: order, bytes, and who need not leave any more."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.exchange.backlog import Backlog, Waiting
from framewire.redis.exchange.knowledge import Kind
from framewire.redis.exchange.slots import Slot
from tests.properties import examples
from tests.redis.exchange.owner import Waiter
from tests.work import Work, counted_lines


def waiting(began: float = 0.0, timeout: float = math.inf, size: int = 10) -> Waiting[Slot]:
    slot = Slot(((b"GET",),), (Kind.PLAIN,), False, Waiter(), None)
    slot.began, slot.deadline, slot.size = began, began + timeout, size
    return Waiting(slot, [[bytes(size)]])


def test_order_and_bytes() -> None:
    backlog: Backlog[Slot] = Backlog()
    entries = [waiting(size=size) for size in (1, 20, 300)]
    for entry in entries:
        backlog.append(entry)
    assert (len(backlog), backlog.size) == (3, 321)
    assert backlog.popleft() is entries[0] and backlog.size == 320
    assert backlog.take_all() == [entry.slot for entry in entries[1:]]
    assert (len(backlog), backlog.size) == (0, 0)


def test_who_is_gone_is_looked_for_once_at_any_time() -> None:
    backlog: Backlog[Slot] = Backlog()
    entries = [waiting() for _ in range(4)]
    for entry in entries:
        backlog.append(entry)
    entries[1].slot.waiter.cancel()  # type: ignore[union-attr]
    entries[2].slot.waiter = None  # nobody ever waited for it
    backlog.drop_gone(5.0)
    assert (len(backlog), backlog.size) == (3, 30)
    entries[0].slot.waiter.cancel()  # type: ignore[union-attr]
    backlog.drop_gone(5.0)
    assert len(backlog) == 3
    backlog.drop_gone(6.0)
    assert backlog.take_all() == [entries[2].slot, entries[3].slot]


TIMES = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([1, 2, 7, 30, math.inf])), max_size=30)


@examples(300)
@given(TIMES, st.lists(st.integers(0, 9), max_size=12))
def test_who_is_late(arrivals: list[tuple[int, float]], steps: list[int]) -> None:
    """Each is told at the first look at or behind its deadline, in order, and no look is asked for too late."""
    backlog: Backlog[Slot] = Backlog()
    began = 0
    for after, timeout in arrivals:
        began += after
        backlog.append(waiting(began, timeout))
    here = [entry.slot for entry in backlog._entries]
    now, earliest = began, -math.inf
    for step in steps:
        now += step
        late, earliest = backlog.expire(now)
        assert late == [slot for slot in here if slot.deadline <= now]
        here = [slot for slot in here if slot.deadline > now]
        assert [entry.slot for entry in backlog._entries] == here and backlog.size == 10 * len(here)
        assert now < earliest <= min((slot.deadline for slot in here), default=math.inf)


def test_who_has_just_come_is_not_looked_at() -> None:
    backlog: Backlog[Slot] = Backlog()
    for began in range(10_000):
        backlog.append(waiting(began, 100))
    work = Work()
    with counted_lines(work):
        assert len(backlog.expire(109)[0]) == 10
    assert work.steps < 500
