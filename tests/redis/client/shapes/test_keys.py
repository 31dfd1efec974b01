"""Shapes of what is said about keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Simple
from framewire.redis.client.shapes.keys import grouped, migrated


@given(st.integers(2, 5), st.integers(0, 5))
def test_groups(size: int, count: int) -> None:
    reply = list(range(size * count))
    groups = grouped(size)(reply)
    assert [len(group) for group in groups] == [size] * count
    assert [item for group in groups for item in group] == reply


def test_the_shape_for_a_size_is_one_object() -> None:
    """So that text views remember what they have made of it."""
    assert grouped(3) is grouped(3) is not grouped(4)


@pytest.mark.parametrize(("reply", "result"), [(Simple(b"OK"), True), (Simple(b"NOKEY"), False)])
def test_migrated(reply: Simple, result: bool) -> None:
    assert migrated(reply) is result
