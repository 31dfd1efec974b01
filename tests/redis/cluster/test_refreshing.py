"""Refreshing: the table of its docstring, row by row; a model of it under random events."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.cluster.refreshing import Refreshing, RefreshState
from framewire.redis.cluster.settings import Settings
from tests.properties import examples
from tests.redis.cluster.clocks import Chance, Clock

IDLE, DUE, RUNNING, COOLING = RefreshState.IDLE, RefreshState.DUE, RefreshState.RUNNING, RefreshState.COOLING

NODES = 100  # so that the pause before a refresh is up to 3 s

Event = Callable[[Refreshing, Clock], None]


def want(refreshing: Refreshing, clock: Clock) -> None:
    refreshing.want()


def want_at_once(refreshing: Refreshing, clock: Clock) -> None:
    refreshing.want(at_once=True)


def begin(refreshing: Refreshing, clock: Clock) -> None:
    refreshing.begin()


def done(refreshing: Refreshing, clock: Clock) -> None:
    refreshing.done(NODES, changed=True)


def done_in_vain(refreshing: Refreshing, clock: Clock) -> None:
    refreshing.done(NODES, changed=False)


def failed(refreshing: Refreshing, clock: Clock) -> None:
    refreshing.failed()


def second(refreshing: Refreshing, clock: Clock) -> None:
    clock.now += 1


MAPPED = (begin, done)  # there is a map, at 1000 s
OLD = (*MAPPED, second)  # for a second

# What happened, and then: the state, and when the next refresh begins (seconds after 1000); chance is always a half.
ROWS: dict[str, tuple[tuple[Event, ...], RefreshState, float | None]] = {
    "nothing is known, and wanted": ((), IDLE, None),
    "the first map": ((want_at_once,), DUE, 0.0),
    "idle": (OLD, IDLE, 61.5),
    "idle, wanted": ((*OLD, want), DUE, 2.5),
    "idle, wanted at once": ((*OLD, want_at_once), DUE, 1.0),
    "due, wanted": ((*OLD, want, second, want), DUE, 2.5),
    "due, wanted at once": ((*OLD, want, second, want_at_once), DUE, 2.0),
    "due at once, wanted": ((*OLD, want_at_once, second, want), DUE, 1.0),
    "running": ((*OLD, want, begin), RUNNING, None),
    "running, wanted": ((*OLD, want, begin, want), RUNNING, None),
    "running, done": ((*OLD, want, begin, done), COOLING, 62.5),
    "running, wanted, done": ((*OLD, begin, want, done), DUE, 2.7),
    "running, wanted at once, done": ((*OLD, begin, want_at_once, done), DUE, 1.2),
    "running, failed": ((*OLD, want, begin, failed), DUE, 1.15),
    "running, wanted at once, failed": ((*OLD, begin, want_at_once, failed), DUE, 1.15),
    "failed twice": ((*OLD, begin, failed, begin, failed), DUE, 1.3),
    "failed, wanted at once": ((*OLD, begin, failed, want_at_once), DUE, 1.15),
    "failed, then done": ((*OLD, begin, failed, begin, done), COOLING, 62.5),
    "failed, done, failed": ((*OLD, begin, failed, begin, done, begin, failed), DUE, 1.15),
    "almost too old, wanted": ((*MAPPED, *[second] * 61, want), DUE, 61.5),
    "cooling": (MAPPED, COOLING, 61.5),
    "cooling, wanted": ((*MAPPED, want), DUE, 1.7),
    "cooling, wanted at once": ((*MAPPED, want_at_once), DUE, 0.2),
    "in vain": ((*OLD, want, begin, done_in_vain, want_at_once), DUE, 1.4),
    "in vain twice": ((*OLD, want, begin, done_in_vain, want, begin, done_in_vain, want_at_once), DUE, 1.8),
    "in vain, then changed": ((*OLD, want, begin, done_in_vain, want, begin, done, want_at_once), DUE, 1.2),
    "unwanted, unchanged": ((*OLD, begin, done_in_vain, want_at_once), DUE, 1.2),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: str) -> None:
    events, state, at = ROWS[row]
    clock = Clock()
    refreshing = Refreshing(clock, Chance(0.5), Settings())
    for event in events:
        event(refreshing, clock)
    assert refreshing.state is state
    assert refreshing.at == (None if at is None else pytest.approx(1000 + at))


def test_there_is_one_at_a_time() -> None:
    refreshing = Refreshing(Clock(), Chance(0.5), Settings())
    refreshing.begin()
    with pytest.raises(RuntimeError, match="runs already"):
        refreshing.begin()
    refreshing.failed()
    refreshing.begin()


def test_no_map_is_too_old_where_none_may_be() -> None:
    refreshing = Refreshing(Clock(), Chance(0.5), Settings(max_age=None))
    refreshing.begin()
    refreshing.done(NODES, changed=True)
    assert refreshing.at is None


def test_wishing_often_does_not_bring_it_forward() -> None:
    """With a pause drawn for each wish, the shortest of many would count, which is none."""
    clock, chance = Clock(), Chance()
    refreshing = Refreshing(clock, chance, Settings())
    refreshing.begin()
    refreshing.done(NODES, changed=True)
    refreshing.want()
    at = refreshing.at
    for _ in range(1000):
        refreshing.want()
    assert refreshing.at == at


@examples(200)
@given(st.lists(st.sampled_from([want, want_at_once, begin, done, done_in_vain, failed, second]), max_size=30))
def test_whatever_happens(events: list[Event]) -> None:
    """What is wanted comes, within the longest pauses; nothing begins before the last one has cooled down."""
    clock = Clock()
    settings = Settings()
    refreshing = Refreshing(clock, Chance(), settings)
    ended, wanted = float("-inf"), False
    for event in events:
        if (event is begin) == refreshing.is_running and event in (begin, done, done_in_vain, failed):
            continue
        if event is begin:
            wanted = False
        event(refreshing, clock)
        wanted |= event in (want, want_at_once, failed)
        if event in (done, done_in_vain, failed):
            ended = clock.now
        if refreshing.is_running:
            assert refreshing.at is None
        elif wanted:
            assert refreshing.state is DUE
            assert refreshing.at is not None
            assert ended + 0.1 <= refreshing.at <= clock.now + 5.0 + 3.0
