"""How often a call is tried again, and how long it waits before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.retries import Retry


def test_pauses_double_up_to_the_cap() -> None:
    pauses = [Retry().pause(attempts, 1.0) for attempts in range(1, 10)]
    assert pauses == pytest.approx([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0])


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_a_pause_is_a_part_of_the_full_one(attempts: int, chance: float) -> None:
    full = Retry().pause(attempts, 1.0)
    assert Retry().pause(attempts, chance) == pytest.approx(chance * full)
    assert 0.01 <= full <= 1.0


@pytest.mark.parametrize("numbers", [(-1, 0.01, 1.0), (1, -0.01, 1.0), (1, 2.0, 1.0), (1, float("nan"), 1.0)])
def test_what_is_no_retry(numbers: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="must be 0 or more"):
        Retry(*numbers)


def test_none_at_all_is_one() -> None:
    assert Retry(0, 0.0, 0.0).pause(1, 1.0) == 0.0
