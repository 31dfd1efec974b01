from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.subscriptions.backlog import Backlog, Hole
from framewire.redis.client.subscriptions.items import Full, Gap, Message, Reason
from tests.properties import examples

LOST = object()


def message(number: int, size: int = 1) -> Message[bytes]:
    return Message("message", b"", None, (b"%d" % number).rjust(size))


def backlog(most: int = 3, full: Full = Full.DROP_OLDEST, most_bytes: int = 1000) -> Backlog:
    return Backlog(most, most_bytes, full, clock=lambda: 7.0)


def filled(target: Backlog, items: Iterable[Any]) -> Backlog:
    """Numbers are messages, `LOST` is a hole of a lost link."""
    for item in items:
        if item is LOST:
            target.put_hole(Hole(Reason.LOST, 5.0))
        else:
            assert target.put(message(item)) or target.full is Full.CLOSE
    return target


def drained(target: Backlog) -> list[Any]:
    taken = []
    while (item := target.take()) is not None:
        taken.append(item if isinstance(item, Gap) else int(item.data))
    return taken


def full_gap(dropped: int) -> Gap:
    return Gap(Reason.FULL, 7.0, dropped)


@pytest.mark.parametrize(("full", "put", "expected"), [
    (Full.DROP_OLDEST, [1, 2, 3], [1, 2, 3]),
    (Full.DROP_OLDEST, [1, 2, 3, 4, 5], [full_gap(2), 3, 4, 5]),
    (Full.DROP_OLDEST, [1, LOST, 2, 3, 4], [Gap(Reason.LOST, 5.0, 1), 2, 3, 4]),
    (Full.DROP_OLDEST, [1, LOST, 2, LOST, 3, 4, 5], [Gap(Reason.LOST, 5.0, 2), 3, 4, 5]),
    (Full.DROP_OLDEST, [LOST, LOST, 1], [Gap(Reason.LOST, 5.0, 0), 1]),
    (Full.DROP_NEWEST, [1, 2, 3, 4, 5], [1, 2, 3, full_gap(2)]),
    (Full.DROP_NEWEST, [1, 2, 3, LOST, 4], [1, 2, 3, Gap(Reason.LOST, 5.0, 1)]),
    (Full.CLOSE, [1, 2, 3, 4], [1, 2, 3]),
])  # fmt: skip
def test_what_gives_way_leaves_a_gap_in_its_place(full: Full, put: list[Any], expected: list[Any]) -> None:
    assert drained(filled(backlog(full=full), put)) == expected


def test_a_closing_one_says_that_it_is_full() -> None:
    full = filled(backlog(full=Full.CLOSE), [1, 2, 3])
    assert not full.put(message(4))
    full.take()
    assert full.put(message(4))


def test_bytes_count_too_and_a_message_that_is_too_large_has_room_alone() -> None:
    target = backlog(most=100, most_bytes=10)
    target.put(message(1, size=6))
    target.put(message(2, size=6))
    assert drained(target) == [full_gap(1), 2]
    target.put(message(3, size=11))
    assert drained(target) == [3]


def test_nobody_reads_past_an_open_hole() -> None:
    target = filled(backlog(), [1])
    target.put_hole(Hole(Reason.MOVED, 5.0, open=True))
    filled(target, [2])
    assert drained(target) == [1]
    target.close_holes()
    assert drained(target) == [Gap(Reason.MOVED, 5.0, 0), 2]


def test_what_is_dropped_in_front_of_an_open_hole_waits_with_it() -> None:
    target = filled(backlog(most=1), [1])
    target.put_hole(Hole(Reason.LOST, 5.0, open=True))
    filled(target, [2])
    assert drained(target) == []
    target.close_holes()
    assert drained(target) == [Gap(Reason.LOST, 5.0, 1), 2]


@pytest.mark.parametrize(("first", "second", "reason"), [
    (Reason.FULL, Reason.MOVED, Reason.MOVED),
    (Reason.LOST, Reason.MOVED, Reason.LOST),
    (Reason.FULL, Reason.FULL, Reason.FULL),
])  # fmt: skip
def test_of_two_reasons_the_graver_stays(first: Reason, second: Reason, reason: Reason) -> None:
    target = backlog()
    target.put_hole(Hole(first, 6.0, dropped=1))
    target.put_hole(Hole(second, 5.0, dropped=2))
    assert drained(target) == [Gap(reason, 5.0, 3)]


actions = st.lists(st.sampled_from(["put", "put", "put", "take", "lost"]), max_size=60)


@examples(300)
@given(actions, st.integers(1, 4), st.sampled_from([Full.DROP_OLDEST, Full.DROP_NEWEST]))
def test_each_message_is_read_or_counted_in_a_gap_at_its_place(does: list[str], most: int, full: Full) -> None:
    target, number, taken = backlog(most, full), 0, list[Any]()
    act: dict[str, Callable[[], Any]] = {
        "put": lambda: target.put(message(number)),
        "take": lambda: taken.append(target.take()),
        "lost": lambda: target.put_hole(Hole(Reason.LOST, 5.0)),
    }
    for what in does:
        act[what]()
        number += what == "put"
        assert len(target) <= most
    while (item := target.take()) is not None:
        taken.append(item)
    place = 0
    for item in taken:
        if isinstance(item, Gap):
            place += item.dropped
        elif item is not None:
            assert int(item.data) == place
            place += 1
    assert place == number
