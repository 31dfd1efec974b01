"""Scores under both protocols, and as the caller wants them."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.decimals import format_double
from framewire.redis.client.shapes.basic import scored
from framewire.redis.client.shapes.sorted_sets import one_popped, popped_scores, ranked_as, scored_as, scores

SCORES = st.floats(allow_nan=False)
MEMBERS = st.lists(st.tuples(st.binary(), SCORES))


def text(score: float) -> bytes:
    return format_double(score)


@given(MEMBERS)
def test_members_with_scores_are_the_same_under_both_protocols(members: list[tuple[bytes, float]]) -> None:
    flat = [part for member, score in members for part in (member, text(score))]
    assert scored(flat) == scored([list(pair) for pair in members]) == members
    assert popped_scores([b"k", [[member, text(score)] for member, score in members]]) == (b"k", members)


@given(SCORES)
def test_single_scores_are_the_same_under_both_protocols(score: float) -> None:
    assert scores([text(score), None]) == scores([score, None]) == [score, None]
    assert one_popped([b"k", b"m", text(score)]) == one_popped([b"k", b"m", score]) == (b"k", b"m", score)
    assert ranked_as(float)([3, text(score)]) == ranked_as(float)([3, score]) == (3, score)


def test_what_is_not_there() -> None:
    assert one_popped(None) is None
    assert popped_scores(None) is None
    assert ranked_as(int)(None) is None


def test_casts_get_floats_whatever_the_protocol() -> None:
    for reply in ([b"a", b"1.5"], [[b"a", 1.5]]):
        assert scored_as(math.floor)(reply) == [(b"a", 1)]
        assert scored_as(str)(reply) == [(b"a", "1.5")]  # type: ignore[arg-type]


def test_the_same_cast_has_the_same_shape() -> None:
    """Text views keep what they make of a shape: that must not grow with the calls."""
    assert scored_as(int) is scored_as(int) and ranked_as(int) is ranked_as(int)
    assert scored_as(float) is scored
