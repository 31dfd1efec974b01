"""Steps: splitting them by the bytes that they send, and joining those that send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.tap.faults.steps import Cut, Due, End, Pause, Send, Stall, Step, joined, sent_by, split
from tests.properties import examples

A, B = Send(b"abc"), Send(b"de")
WAIT = Due(1.0)

steps = st.lists(st.one_of(
    st.binary(max_size=4).map(Send), st.sampled_from([WAIT, Pause(0.0), Stall(), Cut(), End()])
))  # fmt: skip


@pytest.mark.parametrize(("whole", "at", "before", "behind"), [
    ([A], 0, [], [A]),
    ([A], 1, [Send(b"a")], [Send(b"bc")]),
    ([A], 3, [A], []),
    ([A], 9, [A], []),
    ([A, B], 3, [A], [B]),
    ([A, WAIT, B], 3, [A, WAIT], [B]),
    ([A, WAIT, B], 4, [A, WAIT, Send(b"d")], [Send(b"e")]),
    ([WAIT, A, Stall()], 2, [WAIT, Send(b"ab")], [Send(b"c"), Stall()]),
])  # fmt: skip
def test_where_steps_are_split(whole: list[Step], at: int, before: list[Step], behind: list[Step]) -> None:
    assert split(whole, at) == (before, behind)


@examples(200)
@given(steps, st.integers(0, 20))
def test_splitting_loses_nothing(whole: list[Step], at: int) -> None:
    before, behind = split(whole, at)
    assert joined(before + behind) == joined(whole)
    assert len(sent_by(before)) == min(at, len(sent_by(whole)))


def test_what_is_sent_together_is_joined_and_nothing_else() -> None:
    assert joined([A, B, WAIT, A, Cut(), B]) == [Send(b"abcde"), WAIT, A, Cut(), B]
    assert joined([A]) == [A]
    assert joined([]) == []
