"""The cursor of a scan over a cluster is one number, and says all there is to know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.errors import DataError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.cursors import START, Progress, Run, cursor_of, progress_of
from framewire.redis.cluster.slot_sets import ALL, set_of
from framewire.redis.slots import SLOTS
from tests.properties import examples

sets = st.integers(0, ALL)
numbers = st.integers(0, 2**64 - 1)
nodes = st.builds(Address, st.text(max_size=50), st.integers(0, 65535))
runs = st.builds(Run, nodes, numbers, numbers, sets, sets, sets)


@given(st.builds(Progress, sets, st.none() | runs, st.integers(0, 9)))
@examples(200)
def test_it_is_what_it_was(progress: Progress) -> None:
    cursor = cursor_of(progress)
    assert cursor >= 2**8 and progress_of(cursor) == progress
    assert cursor.bit_length() <= 9 * 1024 * 8


def test_zero_is_the_beginning() -> None:
    assert progress_of(0) == START


def test_it_is_small_where_nodes_have_ranges() -> None:
    """Small enough to be shown: Python turns 4300 digits into text."""
    half, quarter = set_of(range(SLOTS // 2)), set_of(range(SLOTS // 2, SLOTS * 3 // 4))
    cursor = cursor_of(Progress(half, Run(Address("redis-7.example.org", 6379), 2**63, 12, quarter, 1 << 9000, 0)))
    assert len(str(cursor)) < 150


@given(st.integers(-(2**70), 2**1000))
@examples(300)
def test_any_number_is_a_cursor_or_refused(cursor: int) -> None:
    try:
        progress_of(cursor)
    except DataError as error:
        assert "no cursor that a SCAN over a cluster has given" in str(error)


def test_nothing_may_stand_behind_it() -> None:
    whole = cursor_of(Progress(5, Run(Address("h", 1), 2, 3, 4, 5, 6)))
    with pytest.raises(DataError, match="too many bytes"):
        progress_of(whole << 8)
