"""Which slots belong to whom, and which must move."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.kits.cluster.division import Move, divide, plan_leaving, plan_rebalance
from framewire.redis.slots import SLOTS


@pytest.mark.parametrize(("shares", "lengths"), [
    (1, [16384]),
    (3, [5461, 5461, 5462]),
    (5, [3276, 3277, 3277, 3277, 3277]),
    (SLOTS, [1] * SLOTS),
])  # fmt: skip
def test_all_slots_are_divided(shares: int, lengths: list[int]) -> None:
    ranges = divide(shares)
    assert [len(each) for each in ranges] == lengths
    assert list(chain(*ranges)) == list(range(SLOTS))


@pytest.mark.parametrize("shares", [-1, 0, SLOTS + 1])
def test_slots_for_none_or_for_too_many(shares: int) -> None:
    with pytest.raises(ValueError, match=f"{SLOTS} slots cannot be divided among {shares} primaries"):
        divide(shares)


@pytest.mark.parametrize(("owned", "moves"), [
    ([[0, 1, 2]], []),
    ([[0, 1], [2, 3]], []),
    ([[0, 1, 2], [3, 4]], []),
    ([[0, 1, 2, 3], []], [Move((2, 3), 0, 1)]),
    ([[], [0, 1, 2]], [Move((2,), 1, 0)]),
    ([[0, 1, 2], [3, 4, 5], []], [Move((2,), 0, 2), Move((5,), 1, 2)]),
    ([[0, 1, 2, 3, 4, 5], [], []], [Move((2, 3), 0, 1), Move((4, 5), 0, 2)]),
])  # fmt: skip
def test_a_rebalance(owned: list[list[int]], moves: list[Move]) -> None:
    assert plan_rebalance(owned) == moves


@pytest.mark.parametrize(("owned", "leaver", "moves"), [
    ([[], [0]], 0, []),
    ([[0, 1], []], 0, [Move((0, 1), 0, 1)]),
    ([[0, 1], [2, 3], [4]], 0, [Move((0,), 0, 1), Move((1,), 0, 2)]),
    ([[0, 1], [2, 3, 4], []], 0, [Move((0, 1), 0, 2)]),
])  # fmt: skip
def test_one_that_leaves(owned: list[list[int]], leaver: int, moves: list[Move]) -> None:
    assert plan_leaving(owned, leaver) == moves


def carried_out(owned: list[list[int]], moves: list[Move]) -> list[set[int]]:
    after = [set(slots) for slots in owned]
    for slots, source, target in moves:
        assert after[source] >= set(slots) and source != target
        after[source] -= set(slots)
        after[target] |= set(slots)
    return after


@st.composite
def owners(draw: st.DrawFn) -> list[list[int]]:
    """Some slots, divided among two to eight nodes by chance."""
    count = draw(st.integers(2, 8))
    whose = draw(st.lists(st.integers(0, count - 1), max_size=200))
    return [[slot for slot, owner in enumerate(whose) if owner == node] for node in range(count)]


@given(owners())
def test_a_rebalance_moves_as_few_as_it_can(owned: list[list[int]]) -> None:
    moves = plan_rebalance(owned)
    after = carried_out(owned, moves)
    counts = [len(slots) for slots in after]
    assert max(counts) - min(counts) <= 1
    assert sorted(chain(*after)) == sorted(chain(*owned))
    spare = sum(max(0, len(slots) - max(counts)) for slots in owned)
    short = sum(max(0, min(counts) - len(slots)) for slots in owned)
    assert sum(len(move.slots) for move in moves) == max(spare, short)


@given(owners(), st.data())
def test_who_leaves_has_nothing_left(owned: list[list[int]], data: st.DataObject) -> None:
    leaver = data.draw(st.integers(0, len(owned) - 1))
    after = carried_out(owned, plan_leaving(owned, leaver))
    assert not after[leaver]
    assert sorted(chain(*after)) == sorted(chain(*owned))
    assert all(after[node] >= set(slots) for node, slots in enumerate(owned) if node != leaver)
