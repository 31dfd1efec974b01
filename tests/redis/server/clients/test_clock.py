"""`Clock`: what it shows while it runs, while it stands, and when it is moved."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from framewire.redis.server.clients.clock import Clock, wall_clock
from framewire.redis.server.clients.state import State


class Machine:
    """The machine's time, in milliseconds, as tests move it."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def stop(clock: Clock) -> None:
    clock.stop()


def move(clock: Clock) -> None:
    clock.move_to(5_000_000_123)


STEPS: list[tuple[list[Callable[[Clock], None]], int, int]] = [
    # what is done to it, a second passing behind each step; what it shows then, in microseconds; after another second
    ([], 1_000_000_000, 1_001_000_000),
    ([stop], 1_000_000_000, 1_000_000_000),
    ([stop, stop], 1_000_000_000, 1_000_000_000),
    ([stop, Clock.go_on], 1_001_000_000, 1_002_000_000),
    ([move], 5_001_000_123, 5_002_000_123),
    ([move, stop], 5_001_000_123, 5_001_000_123),
    ([stop, move], 5_000_000_123, 5_000_000_123),
    ([stop, move, Clock.go_on], 5_001_000_123, 5_002_000_123),
    ([Clock.go_on], 1_001_000_000, 1_002_000_000),
    ([stop, move, Clock.reset], 1_003_000_000, 1_004_000_000),
    ([move, Clock.reset], 1_002_000_000, 1_003_000_000),
]


@pytest.mark.parametrize(("steps", "shown", "shown_later"), STEPS)
def test_what_it_shows(steps: list[Callable[[Clock], None]], shown: int, shown_later: int) -> None:
    machine = Machine()
    clock = Clock(machine)
    for step in steps:
        step(clock)
        machine.now += 1000
    assert (clock.microseconds(), clock.now()) == (shown, shown // 1000)
    assert clock.is_standing == (shown == shown_later)
    machine.now += 1000
    assert (clock.microseconds(), clock.now()) == (shown_later, shown_later // 1000)


def test_the_machines_time_is_read_without_detours() -> None:
    clock = Clock()
    assert clock.now is wall_clock
    clock.stop()
    clock.reset()
    assert clock.now is wall_clock
    before = time.time_ns() // 1000
    assert before <= clock.microseconds() <= time.time_ns() // 1000


def test_a_state_follows_it() -> None:
    machine = Machine()
    state = State(now=machine)
    state.time.stop()
    state.obey_clock()
    machine.now += 1000
    assert state.tick() == state.clock == 1_000_000
    state.time.move_to(7_000_500)
    state.obey_clock()
    assert (state.clock, state.microseconds()) == (7_000, 7_000_500)
    state.time.reset()
    state.obey_clock()
    assert state.clock == state.now() == 1_001_000 and state.now is machine
