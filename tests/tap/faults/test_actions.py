"""Actions: what each makes of a frame's steps, and which numbers make no sense."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from framewire.tap.faults import actions
from framewire.tap.faults.actions import (
    BEHIND,
    Action,
    Cut,
    Delay,
    Drop,
    Duplicate,
    Inject,
    Limit,
    Pass,
    Replace,
    Slice,
    Stall,
    Swap,
)
from framewire.tap.faults.steps import Cut as CutStep
from framewire.tap.faults.steps import Due, Pause, Send, Step
from framewire.tap.faults.steps import Stall as StallStep

FRAME = Send(b"+PONG\r\n")
LATE = Due(1.0)


def applied(action: Action, steps: list[Step]) -> list[Step]:
    return action.apply(steps, random.Random(1))


@pytest.mark.parametrize(("action", "expected"), [
    (Pass(), [FRAME]),
    (Swap(), [FRAME]),
    (Delay(0.05), [Due(0.05), FRAME]),
    (Stall(), [StallStep(), FRAME]),
    (Drop(), []),
    (Duplicate(), [FRAME, FRAME]),
    (Duplicate(2), [FRAME, FRAME, FRAME]),
    (Replace(b"-ERR\r\n"), [Send(b"-ERR\r\n")]),
    (Inject(b">1\r\n+x\r\n"), [Send(b">1\r\n+x\r\n"), FRAME]),
    (Slice(3), [Send(b"+PO"), Pause(0.0), Send(b"NG\r"), Pause(0.0), Send(b"\n")]),
    (Slice(4, 0.1), [Send(b"+PON"), Pause(0.1), Send(b"G\r\n")]),
    (Slice(100), [FRAME]),
    (Limit(80), [Pause(0.05), Send(b"+PON"), Pause(0.0375), Send(b"G\r\n")]),
    (Limit(0.5), [step for byte in b"+PONG\r\n" for step in (Pause(2.0), Send(bytes([byte])))]),
    (Cut(), [CutStep()]),
    (Cut(2), [Send(b"+P"), CutStep()]),
    (Cut(7), [FRAME, CutStep()]),
    (Cut(-1), [Send(b"+PONG\r"), CutStep()]),
    (Cut(-9), [CutStep()]),
    (Cut(None), [Send(b"+PO"), CutStep()]),
    (Cut(BEHIND, reset=True), [FRAME, CutStep(reset=True)]),
], ids=str)  # fmt: skip
def test_what_becomes_of_a_frame(action: Action, expected: list[Step]) -> None:
    assert applied(action, [FRAME]) == expected


@pytest.mark.parametrize(("action", "expected"), [
    (Drop(), [LATE]),
    (Duplicate(), [LATE, FRAME, FRAME]),
    (Replace(b"x"), [LATE, Send(b"x")]),
    (Slice(6), [LATE, Send(b"+PONG\r"), Pause(0.0), Send(b"\n")]),
    (Cut(6), [LATE, Send(b"+PONG\r"), CutStep()]),
    (Stall(), [StallStep(), LATE, FRAME]),
], ids=str)  # fmt: skip
def test_what_becomes_of_one_that_is_late_already(action: Action, expected: list[Step]) -> None:
    assert applied(action, [LATE, FRAME]) == expected


def test_nothing_is_done_twice_with_what_was_dropped() -> None:
    assert applied(Duplicate(3), []) == []
    assert applied(Slice(1), []) == []


def test_a_delay_between_two_times_is_drawn() -> None:
    rng = random.Random(7)
    drawn = [Delay(0.01, 0.05).drawn(rng) for _ in range(100)]
    assert len(set(drawn)) > 50
    assert all(0.01 <= seconds <= 0.05 for seconds in drawn)


def test_cut_inside_lies_in_the_payload_of_a_large_frame() -> None:
    [before, _] = applied(Cut(None), [Send(b"$1000\r\n" + b"x" * 1000 + b"\r\n")])
    assert isinstance(before, Send)
    assert before.data.endswith(b"x")


@pytest.mark.parametrize("make", [
    lambda: Delay(-1), lambda: Delay(2, 1), lambda: Slice(0), lambda: Slice(1, -1), lambda: Limit(0),
    lambda: Duplicate(0),
])  # fmt: skip
def test_numbers_that_make_no_sense(make: Callable[[], Action]) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        make()


@pytest.mark.parametrize(("seconds", "text"), [(0.05, "50ms"), (2, "2s"), (1.5, "1.5s"), (0.0001, "0.1ms"), (0, "0ms")])
def test_times_are_spelled_as_people_do(seconds: float, text: str) -> None:
    assert actions.duration(seconds) == text
